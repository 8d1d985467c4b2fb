# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault as the HMC column of the catalogue of failure modes has it: lssyscfg, lspartition, other console, healing."""

from __future__ import annotations

import time

import pytest

from rsctsim import estates, faults, hmc

SETTLED = 30.0
VICTIM = "aixdb01"

GOOD = ("active", "111", "1")
NO_DRM = ("active", "000", "1")
DOWN = ("inactive", "000", "0")
ABSENT = ("none", "000", "-")

# code -> what hmcalpha has: rmc_state, capabilities, Active of the raw row ("-": no row).
BY_CODE = {
    "OUT_OF_SCOPE": ("none", "111", "-"),
    "NOT_RUNNING": DOWN,
    "BOOTING": DOWN,
    "SUSPENDED": DOWN,
    "CO_MANAGED": DOWN,
    "UNDETERMINED": GOOD,  # it is the LPAR that does not answer
    "UNKNOWN": DOWN,
    "BUSY": ("busy", "111", "1"),
    "HMC_CACHE_MISMATCH": ("inactive", "000", "1"),
    "HMC_PATH": DOWN,
    "NETWORK_SEGMENT": DOWN,
    "RECYCLED_IP": DOWN,
    "STALE_ADDRESS": DOWN,
    "WRONG_HOST": GOOD,
    "NETWORK_TCP_BLOCKED": DOWN,
    "NETWORK_UDP_BLOCKED": DOWN,
    "LOCAL_FILTER": DOWN,
    "MTU_MISMATCH": DOWN,
    "MULTI_HOMED": DOWN,
    "MGMT_IF_LOST": DOWN,
    "PORT_CONFLICT": DOWN,
    "IN_BAND": GOOD,
    "IN_BAND_DOWN": DOWN,
    "RSCT_MISSING": ABSENT,
    "RSCT_BAD_LEVEL": DOWN,
    "RSCT_DOWN": DOWN,
    "REMOTE_DISABLED": DOWN,
    "MESSAGE_POLICY": DOWN,
    "DRM_DOWN": NO_DRM,
    "FILESYSTEM_FULL": DOWN,
    "MCP_MISSING": DOWN,
    "MCP_STALE": DOWN,
    "AUTH_PENDING": DOWN,
    "KEYS_DAMAGED": DOWN,
    "CLOCK_SKEW": DOWN,
    "SECURITY_MODE": DOWN,
    "NODE_ID_INCONSISTENT": DOWN,
    "MCP_RESIDUE": GOOD,
    "CONFIGRM_NOISE": GOOD,
    "CLUSTERED": GOOD,
    "CLUSTERED_OFFLINE": GOOD,
}
# Told from the console as a whole, from its silence, or over time.
ELSEWHERE = {"HEALTHY", "SYSTEM_NOT_CONNECTED", "HMC_WIDE", "PARTIAL_HMC", "NODE_ID_DUPLICATE", "FLAPPING"}


@pytest.fixture
def estate(tmp_path):
    return estates.new(tmp_path / "estate", "clean")


def seen(estate, name, now, where="hmcalpha"):
    """(rmc_state, capabilities, Active) of a partition at one console."""
    lpar, console = estate.lpars[name], estate.hmcs[where]

    def ask(*argv):
        answer = hmc.run(estate, console, "hmcoper", list(argv), {}, now)
        assert answer.rc == 0, answer.stdout
        return answer.stdout

    names = "rmc_state,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable"
    ids = ["--filter", f"lpar_ids={lpar.lpar_id}"]
    state, *caps = ask("lssyscfg", "-r", "lpar", "-m", lpar.machine, "-F", names, *ids).strip().split(",")
    rows = [row.split(",") for row in ask("lspartition", "-i", "-c", lpar.machine).strip().split(";") if row]
    active = next((row[2] for row in rows if row[0] == str(lpar.lpar_id)), "-")
    return state, "".join(caps), active


def test_every_fault_is_looked_at():
    assert set(faults.FAULTS) == set(BY_CODE) | ELSEWHERE


class Lab:
    """One estate that is broken and healed again and again, and the clock it lives by."""

    def __init__(self, directory):
        self.estate = estates.new(directory, "clean")
        self.now = time.time()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("faults") / "estate")


@pytest.mark.parametrize("code", BY_CODE)
def test_what_the_console_has_and_that_a_healed_host_is_well_again(lab, code):
    faults.inject(lab.estate, code, host=VICTIM, now=lab.now)
    lab.now += 1.0 if code == "BUSY" else SETTLED
    assert seen(lab.estate, VICTIM, lab.now) == BY_CODE[code]
    faults.heal(lab.estate, None, lab.now)
    lab.now += SETTLED
    assert {seen(lab.estate, VICTIM, lab.now, where) for where in lab.estate.hmcs} == {GOOD}


def test_only_the_named_path_is_gone(estate):
    now = time.time()
    faults.inject(estate, "HMC_PATH", host=VICTIM, hmc="hmcbeta", now=now)
    assert seen(estate, VICTIM, now + SETTLED) == GOOD
    assert seen(estate, VICTIM, now + SETTLED, "hmcbeta") == DOWN


@pytest.mark.parametrize("how", ["firewall", "tmp"])
def test_a_console_that_lost_everybody(estate, how):
    now = time.time()
    faults.inject(estate, "HMC_WIDE", hmc="hmcalpha", now=now, how=how)
    assert {seen(estate, name, now + SETTLED) for name, lpar in estate.lpars.items() if not lpar.in_band} == {DOWN}
    assert {seen(estate, name, now + SETTLED, "hmcbeta") for name in estate.lpars} == {GOOD}


def test_a_lost_system_is_refused_and_its_partitions_are_not_told(estate):
    now = time.time()
    machine = estate.lpars[VICTIM].machine
    faults.inject(estate, "SYSTEM_NOT_CONNECTED", host=VICTIM, hmc="hmcalpha", now=now)
    answer = hmc.run(estate, estate.hmcs["hmcalpha"], "hmcview", ["lssyscfg", "-r", "lpar", "-m", machine, "-F", "name"], {}, now)
    assert answer.rc == 1 and VICTIM not in answer.stdout
    assert seen(estate, VICTIM, now + SETTLED, "hmcbeta") == GOOD


def test_two_nodes_of_one_id_take_turns(estate):
    now = time.time()
    faults.inject(estate, "NODE_ID_DUPLICATE", host=VICTIM, now=now, original="aixdb02")
    moments = [now + SETTLED + second for second in range(12)]
    pairs = {(seen(estate, VICTIM, moment)[2], seen(estate, "aixdb02", moment)[2]) for moment in moments}
    assert pairs == {("0", "1"), ("1", "0")}


def test_a_flapping_link_comes_and_goes(estate):
    now = time.time()
    faults.inject(estate, "FLAPPING", host=VICTIM, now=now, seconds=10.0)
    states = {seen(estate, VICTIM, now + SETTLED + second)[2] for second in range(0, 60, 2)}
    assert states == {"0", "1"}


def test_the_recycled_address_is_on_two_partitions(estate):
    now = time.time()
    faults.inject(estate, "RECYCLED_IP", host=VICTIM, now=now)
    lpar = estate.lpars[VICTIM]
    asked = ["lssyscfg", "-r", "lpar", "-m", lpar.machine, "-F", "rmc_ipaddr"]
    text = hmc.run(estate, estate.hmcs["hmcalpha"], "hmcview", asked, {}, now + SETTLED).stdout
    assert text.splitlines().count(lpar.address) == 2


def test_the_stale_address_is_not_the_partitions_own(estate):
    now = time.time()
    faults.inject(estate, "STALE_ADDRESS", host=VICTIM, now=now)
    lpar = estate.lpars[VICTIM]
    asked = ["lssyscfg", "-r", "lpar", "-m", lpar.machine, "-F", "rmc_ipaddr", "--filter", f"lpar_ids={lpar.lpar_id}"]
    shown = hmc.run(estate, estate.hmcs["hmcalpha"], "hmcview", asked, {}, now + SETTLED).stdout.strip()
    assert shown and shown != lpar.address
    assert shown not in {other.address for other in estate.lpars.values()}


CORRECTED = [("RECYCLED_IP", {}), ("STALE_ADDRESS", {}), ("AUTH_PENDING", {}), ("AUTH_PENDING", {"how": "hmc_key"}), ("KEYS_DAMAGED", {"how": "new"})]
NOT_CORRECTED = ["RSCT_DOWN", "NETWORK_TCP_BLOCKED", "CLOCK_SKEW", "MCP_STALE", "MTU_MISMATCH", "REMOTE_DISABLED", "HMC_CACHE_MISMATCH"]


def autocorrect(estate, now):
    lpar = estate.lpars[VICTIM]
    for console in estate.hmcs.values():
        argv = ["diagrmc", "-m", lpar.machine, "--ip", lpar.address, "--id", str(lpar.lpar_id), "--autocorrect", "-v"]
        assert hmc.run(estate, console, "hscroot", argv, {}, now).rc == 0


@pytest.mark.parametrize(("code", "options"), CORRECTED)
def test_autocorrect_heals_what_is_the_consoles(estate, code, options):
    now = time.time()
    faults.inject(estate, code, host=VICTIM, now=now, **options)
    assert seen(estate, VICTIM, now + SETTLED)[0] == "inactive"
    autocorrect(estate, now + SETTLED)
    assert {seen(estate, VICTIM, now + 2 * SETTLED, where) for where in estate.hmcs} == {GOOD}


@pytest.mark.parametrize("code", NOT_CORRECTED)
def test_autocorrect_leaves_the_rest(estate, code):
    now = time.time()
    faults.inject(estate, code, host=VICTIM, now=now)
    autocorrect(estate, now + SETTLED)
    assert seen(estate, VICTIM, now + 2 * SETTLED)[0] == "inactive"


REBUILT = ["HMC_CACHE_MISMATCH"]


@pytest.mark.parametrize("code", ["HMC_CACHE_MISMATCH", "RECYCLED_IP", "STALE_ADDRESS", "MCP_STALE", "RSCT_DOWN"])
def test_a_rebuild_heals_the_cache_and_nothing_else(estate, code):
    now = time.time()
    faults.inject(estate, code, host=VICTIM, now=now)
    for console in estate.hmcs.values():
        answer = hmc.run(estate, console, "hmcoper", ["chsysstate", "-m", estate.lpars[VICTIM].machine, "-r", "sys", "-o", "rebuild"], {}, now + SETTLED)
        assert answer.rc == 0
    assert (seen(estate, VICTIM, now + 2 * SETTLED) == GOOD) == (code in REBUILT)


def test_healing_leaves_the_oddities_of_a_console(tmp_path):
    odd = estates.new(tmp_path / "estate", "odd")
    console, now = odd.hmcs["hmcalpha"], time.time()
    before = [hmc.run(odd, console, "hscroot", argv.split(), {}, now).stdout for argv in ("lssyscfg -r sys -F name,state", "lspartition -i")]
    faults.heal(odd, None, now)
    assert [hmc.run(odd, console, "hscroot", argv.split(), {}, now + SETTLED).stdout for argv in ("lssyscfg -r sys -F name,state", "lspartition -i")] == before
