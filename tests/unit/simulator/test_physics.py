# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health follows from state: every fault shows its signs, its remedy heals it, and other remedies do not."""

from __future__ import annotations

import pytest
from rsctsim import estates
from world import World, faults

UP, DOWN, NO_DLPAR = ("active", (1, 1, 1)), ("inactive", (0, 0, 0)), ("active", (0, 0, 0))
REFRESH = ("rmcctrl -p", "rmcrefreshMD -s ctrmc")
RECYCLE = ("rmcctrl -z", "rmcctrl -A", "rmcctrl -p")
RESET = ("recfgct -s", "rmcctrl -p")
HOST = "aixdb01"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


# code, options, tokens of the LPAR, what both HMCs cache
SIGNS = [
    ("NETWORK_TCP_BLOCKED", {}, ["O", "O"], DOWN),
    ("NETWORK_UDP_BLOCKED", {}, ["O", "O"], DOWN),
    ("LOCAL_FILTER", {}, ["O", "O"], DOWN),
    ("MTU_MISMATCH", {}, ["X", "X"], DOWN),
    ("MULTI_HOMED", {}, ["O", "O"], DOWN),
    ("MGMT_IF_LOST", {}, ["O", "O"], DOWN),
    ("PORT_CONFLICT", {}, ["I", "I"], DOWN),
    ("IN_BAND", {}, ["I", "I"], UP),
    ("IN_BAND_DOWN", {}, ["O", "O"], DOWN),
    ("RSCT_MISSING", {}, [], ("none", (0, 0, 0))),
    ("RSCT_BAD_LEVEL", {}, ["I", "I"], DOWN),
    ("RSCT_DOWN", {}, [], DOWN),
    ("REMOTE_DISABLED", {}, ["I", "I"], DOWN),
    ("MESSAGE_POLICY", {}, ["I", "I"], DOWN),
    ("DRM_DOWN", {}, ["I", "I"], NO_DLPAR),
    ("FILESYSTEM_FULL", {}, [], DOWN),
    ("MCP_MISSING", {}, [], DOWN),
    ("MCP_STALE", {}, ["O"], DOWN),
    ("MCP_STALE", {"same_ip": True}, ["O", "O"], DOWN),
    ("AUTH_PENDING", {}, ["i", "i"], DOWN),
    ("AUTH_PENDING", {"how": "hmc_key"}, ["i", "i"], DOWN),
    ("KEYS_DAMAGED", {}, ["i", "i"], DOWN),
    ("CLOCK_SKEW", {}, ["i", "i"], DOWN),
    ("SECURITY_MODE", {}, ["i", "i"], DOWN),
    ("NODE_ID_INCONSISTENT", {}, ["O", "O"], DOWN),
    ("BOOTING", {}, ["O", "O"], DOWN),
    ("SUSPENDED", {}, ["O", "O"], DOWN),
    ("CO_MANAGED", {}, ["I"], DOWN),
    ("UNKNOWN", {}, ["I", "I"], DOWN),
    ("HMC_CACHE_MISMATCH", {}, ["I", "I"], DOWN),
    ("RECYCLED_IP", {}, ["O", "O"], DOWN),
    ("STALE_ADDRESS", {}, ["O", "O"], DOWN),
    ("MCP_RESIDUE", {}, ["O", "I", "I"], UP),
    ("CONFIGRM_NOISE", {}, ["I", "I"], UP),
    ("CLUSTERED", {}, ["I", "I"], UP),
    ("CLUSTERED_OFFLINE", {}, ["I", "I"], UP),
]


@pytest.mark.parametrize(("code", "options", "tokens", "cached"), SIGNS)
def test_a_fault_shows_on_both_sides_and_nowhere_else(world, code, options, tokens, cached):
    world.break_(code, HOST, **options)
    assert world.tokens(HOST) == tokens
    assert world.states(HOST) == [cached, cached]
    assert all(world.well(name) for name in world.estate.lpars if name != HOST)
    faults.heal(world.estate, HOST, world.now)
    world.settle()
    assert world.well(HOST)


# code, options, what heals it, what does not
REPAIRS = [
    ("RSCT_DOWN", {}, ("rmcctrl -s",), REFRESH),
    ("RSCT_DOWN", {"how": "undefined"}, ("rmcctrl -A",), ("rmcctrl -s",)),
    ("RSCT_DOWN", {"how": "mgmtdomain"}, ("startsrc -s IBM.MgmtDomainRM",), REFRESH),
    ("REMOTE_DISABLED", {}, REFRESH, ("refresh -s ctrmc",)),
    ("DRM_DOWN", {}, ("startsrc -s IBM.DRM",), REFRESH),
    ("DRM_DOWN", {"dying": 0.5}, RECYCLE, ("startsrc -s IBM.DRM",)),
    ("DRM_DOWN", {"dying": 0.5, "cure": "reset"}, RESET, RECYCLE),
    ("MCP_MISSING", {}, REFRESH, ("rmcctrl -p", "refrsrc IBM.MCP")),
    ("MCP_STALE", {}, RECYCLE, ("refrsrc IBM.MCP",)),
    ("AUTH_PENDING", {}, RECYCLE, REFRESH),
    ("AUTH_PENDING", {"how": "hmc_key"}, RECYCLE, REFRESH),
    ("KEYS_DAMAGED", {}, ("ctskeygen -n",), RECYCLE),
    ("KEYS_DAMAGED", {"how": "new"}, RECYCLE, REFRESH),
    ("NODE_ID_INCONSISTENT", {}, RESET, RECYCLE),
    ("IN_BAND_DOWN", {}, ("startsrc -s mcproxy",), REFRESH),
    ("SUSPENDED", {}, (["runact", "-s", "NodeID != 0", "IBM.MCP", "SetSuspendState", "SuspendState=0"],), ("refresh -s ctrmc",)),
    ("SUSPENDED", {}, RECYCLE, REFRESH),
]


@pytest.mark.parametrize(("code", "options", "right", "wrong"), REPAIRS)
def test_the_right_repair_heals_and_the_wrong_one_does_not(world, code, options, right, wrong):
    world.break_(code, HOST, **options)
    world.repair(HOST, *wrong)
    assert not world.well(HOST)
    world.repair(HOST, *right)
    assert world.well(HOST)


def test_a_full_file_system_must_be_freed_before_a_start_helps(world):
    world.break_("FILESYSTEM_FULL", HOST)
    world.repair(HOST, "rmcctrl -s")
    assert not world.well(HOST)
    for filesystem in world[HOST].filesystems:
        filesystem.used_kb = filesystem.size_kb // 3
    world.repair(HOST, "rmcctrl -s")
    assert world.well(HOST)


def test_hmc_replaced_under_its_address_needs_chrsrc(world):
    hmcs = world.estate.hmcs_of(world[HOST].machine)
    world.break_("MCP_STALE", HOST, same_ip=True)
    world.repair(HOST, *RECYCLE)
    assert not world.well(HOST)
    for hmc in hmcs:
        world.run(HOST, ["chrsrc", "-s", 'HMCIPAddr == "%s"' % hmc.address, "IBM.MCP", "HMCName=%s" % hmc.hmc_name, "NodeID=%d" % int(hmc.node_id, 16),
                         "KeyToken=%s" % hmc.name])
    world.repair(HOST, *RECYCLE)
    assert world.well(HOST)


def test_a_trusted_host_entry_set_right_heals(world):
    world.break_("AUTH_PENDING", HOST)
    for hmc in world.estate.hmcs_of(world[HOST].machine):
        world.run(HOST, ["ctsthl", "-a", "-n", hmc.name, "-m", "rsa1024", "-p", hmc.key])
    world.settle()
    assert world.well(HOST)


@pytest.mark.parametrize("replaces", [False, True])
def test_the_own_entries_of_the_trusted_host_list_keep_the_old_key_until_they_are_replaced(world, replaces):
    world.estate.ctsthl_replaces = replaces
    assert world.run(HOST, "ctsvhbac").rc == 0
    world.repair(HOST, "ctskeygen -n")
    assert world.well(HOST)
    assert world.run(HOST, "ctsvhbac").stdout.count("Attention") == 4
    world.run(HOST, "ctsthl -d -n localhost")
    world.run(HOST, "ctsthl -s")
    assert world.run(HOST, "ctsvhbac").stdout.count("Attention") == (0 if replaces else 3)


def test_a_clone_gets_an_id_of_its_own_and_both_are_well(world):
    world.break_("NODE_ID_DUPLICATE", HOST, original="aixapp01")
    assert not (world.well(HOST) and world.well("aixapp01"))
    world.repair(HOST, "recfgct -s", "rmcctrl -p")
    assert not (world.well(HOST) and world.well("aixapp01"))
    world.repair(HOST, "recfgct", "rmcctrl -p")
    assert world.well(HOST)
    assert world.well("aixapp01")


def test_an_old_key_is_not_taken_back_after_a_rekey(world, tmp_path):
    from rsctsim import identity
    saved = {name: identity.cfg(world[HOST], name).read_text() for name in ("ct_has.qkf", "ct_has.pkf", "ct_has.thl")}
    world.repair(HOST, *RESET)
    assert world.well(HOST)
    world.run(HOST, "rmcctrl -z")
    for name, text in saved.items():
        path = identity.cfg(world[HOST], name)
        path.chmod(0o600)
        path.write_text(text)
    world.repair(HOST, "rmcctrl -A", "rmcctrl -p")
    assert world.tokens(HOST) == ["i", "i"]


def test_rmcd_does_not_start_on_half_a_tree(world):
    from rsctsim import identity
    world.run(HOST, "rmcctrl -z")
    moved = identity.var_ct(world[HOST]).rename(identity.var_ct(world[HOST]).with_name("ct.old"))
    world.repair(HOST, "rmcctrl -A")
    assert "inoperative" in world.out(HOST, "lssrc -s ctrmc")
    moved.rename(identity.var_ct(world[HOST]))
    world.repair(HOST, "rmcctrl -A")
    assert world.well(HOST)


def test_settling_takes_time_and_the_cache_lags_behind(tmp_path):
    world = World(tmp_path, settle=60.0)
    world.run(HOST, "rmcctrl -z")
    world.run(HOST, "rmcctrl -A")
    seen = []
    for _step in range(12):
        world.pass_time(10.0)
        seen.append((world.tokens(HOST)[:1], world.raw(HOST)[0][0], world.states(HOST)[0][0]))
    assert [token for token, _raw, _cached in seen][0] == ["O"]
    assert ["i"] in [token for token, _raw, _cached in seen]
    raw_up, cached_up = [row[1] for row in seen].index(1), len(seen) - 1 - [row[2] for row in seen[::-1]].index("inactive")
    assert raw_up < cached_up
    assert seen[-1] == (["I"], 1, "active")


@pytest.mark.parametrize("code", sorted(faults.SCENARIOS))
def test_scenarios_apply_and_heal(world, code):
    world.break_(code)
    faults.heal(world.estate, None, world.now)
    world.settle()
    assert all(world.well(name) for name in world.estate.lpars)


def test_demo_shows_at_least_eight_causes_beside_healthy_ones(tmp_path):
    world = World(tmp_path, "demo")
    world.settle()
    well = [name for name in world.estate.lpars if world.well(name)]
    codes = {code for codes in world.estate.faults.values() for code in codes}
    assert len(codes) >= 8
    assert len(well) >= 3


@pytest.mark.parametrize("persists", [False, True])
def test_whether_remote_clients_stay_enabled_over_a_restart_is_a_setting(world, persists):
    world.estate.remote_persists = persists
    world.break_("REMOTE_DISABLED", HOST)
    world.repair(HOST, "rmcctrl -p")
    assert world.well(HOST)
    world.repair(HOST, "rmcctrl -z", "rmcctrl -A")
    assert world.well(HOST) == persists
    world.repair(HOST, "rmcctrl -p", "rmcctrl -q", "rmcctrl -z", "rmcctrl -A")
    assert world.well(HOST)


@pytest.mark.parametrize("command", ["rmcctrl", "rmcctrl -Y", "rmcctrl -m", "rmcctrl -p -z", "rmcctrl -zA", "rmcctrl -p now"])
def test_rmcctrl_answers_nonsense_with_its_usage_and_one(world, command):
    reply = world.run(HOST, command)
    assert (reply.rc, reply.stderr.startswith("Usage: rmcctrl")) == (1, True)
    assert world.well(HOST)
    assert world.run(HOST, "rmcctrl -h").stdout.startswith("Usage: rmcctrl")


@pytest.fixture
def old(tmp_path):
    """A partition from before RSCT 3.1."""
    world = World(tmp_path)
    estate = world.estate
    lpar = estates.add_lpar(estate, estate.systems["9105-22A*78F0A10"], "aixold01", 30, estate.base + ".1.90", release="6.1")
    estates.bring_up(estate)
    world.settle()
    assert world.well(lpar.name)
    return world


def test_old_levels_have_another_class_and_another_manager(old):
    assert old.run("aixold01", "lsrsrc IBM.MCP").rc != 0
    text = old.out("aixold01", "lsrsrc IBM.ManagementServer")
    assert text.count('ManagerType      = "HMC"') == 2
    assert '"IBM.ManagementServer"' in old.out("aixold01", "lsrsrc") and '"IBM.MCP"' not in old.out("aixold01", "lsrsrc")
    assert "not on file" in old.run("aixold01", "lssrc -s IBM.MgmtDomainRM").stderr
    assert " active" in old.out("aixold01", "lssrc -s IBM.CSMAgentRM")
    assert "csm.client" in old.out("aixold01", "lslpp -Lcq csm.client")
    old.repair("aixold01", "stopsrc -s IBM.CSMAgentRM")
    assert not old.well("aixold01")
    old.repair("aixold01", *RECYCLE)
    assert old.well("aixold01")


def test_new_levels_have_no_old_class(world):
    assert world.run(HOST, "lsrsrc IBM.ManagementServer").rc != 0


@pytest.mark.parametrize(("kind", "running"), [("tsa", True), ("powerha", True), ("peer", False), ("caa", False)])
def test_the_managers_of_automation_run_where_it_is_installed(world, kind, running):
    world.break_("CLUSTERED", HOST, kind=kind)
    for name in ("IBM.RecoveryRM", "IBM.GblResRM"):
        assert (" active" in world.run(HOST, "lssrc -s " + name).stdout) == running


@pytest.mark.parametrize(("seen", "raw"), [(True, (0, "0x0")), (False, None)])
def test_a_node_without_records_may_never_have_been_seen(world, seen, raw):
    world.break_("MCP_MISSING", HOST, seen=seen)
    assert world.raw(HOST) == [raw, raw]
    world.repair(HOST, *REFRESH)
    assert world.well(HOST)


def test_a_route_may_change_to_and_fro(world):
    world.break_("MULTI_HOMED", HOST, seconds=20.0)
    seen = set()
    for _moment in range(16):
        world.pass_time(5.0)
        seen |= set(world.tokens(HOST))
    assert {"O", "I"} <= seen


def test_foreign_messages_are_counted_again_after_a_restart(world):
    from rsctsim import identity
    log = identity.var_ct(world[HOST]) / "IW/log/mc/default"
    world.break_("PORT_CONFLICT", HOST)
    before = log.read_text().count("2610-217")
    world.repair(HOST, *RECYCLE)
    assert log.read_text().count("2610-217") > before > 0
    world.repair(HOST, *RESET)
    assert "2610-217" in log.read_text()
