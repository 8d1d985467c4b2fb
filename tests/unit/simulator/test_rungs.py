# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault against every rung of the ladder: what heals it by the documents heals it, and no other rung does."""

from __future__ import annotations

import pytest
from rsctsim import hmc as console
from world import World, faults

HOST, OTHER = "lpar0002", "lpar0003"
ON_HOST = {
    "refresh": ("rmcctrl -p", "rmcrefreshMD -s ctrmc"),
    "start": ("rmcctrl -A", "startsrc -s IBM.MgmtDomainRM", "startsrc -s IBM.DRM", "startsrc -s mcproxy"),
    "recycle": ("rmcctrl -z", "rmcctrl -A", "rmcctrl -p"),
    "new_keys": ("ctskeygen -n",),
    "reset_keep_id": ("recfgct -s", "rmcctrl -p"),
    "reset_new_id": ("recfgct", "rmcctrl -p"),
}
ON_HMC = {"hmc_rebuild": "chsysstate -m {0.machine} -r sys -o rebuild", "hmc_autocorrect": "diagrmc -m {0.machine} --ip {0.address} --id {0.lpar_id} --autocorrect"}
RESETS = {"reset_keep_id", "reset_new_id"}
# A restart of rmcd with everything under it; a reset holds one.
RESTARTS = {"recycle"} | RESETS

HEALS = [
    ("BOOTING", {}, set()),
    ("SUSPENDED", {}, RESTARTS),
    ("CO_MANAGED", {}, set()),
    ("UNKNOWN", {}, set()),
    ("HMC_CACHE_MISMATCH", {}, {"hmc_rebuild"}),
    ("HMC_PATH", {}, set()),
    ("NETWORK_SEGMENT", {}, set()),
    ("RECYCLED_IP", {}, {"hmc_autocorrect"}),
    ("STALE_ADDRESS", {}, {"hmc_autocorrect"}),
    ("NETWORK_TCP_BLOCKED", {}, set()),
    ("NETWORK_UDP_BLOCKED", {}, set()),
    ("LOCAL_FILTER", {}, set()),
    ("MTU_MISMATCH", {}, set()),
    ("MULTI_HOMED", {}, set()),
    ("MGMT_IF_LOST", {}, set()),
    ("PORT_CONFLICT", {}, set()),
    ("IN_BAND_DOWN", {}, {"start"}),
    ("RSCT_MISSING", {}, set()),
    ("RSCT_BAD_LEVEL", {}, set()),
    ("RSCT_DOWN", {}, {"start"} | RESTARTS),
    ("RSCT_DOWN", {"how": "undefined"}, {"start"} | RESTARTS),
    ("RSCT_DOWN", {"how": "mgmtdomain"}, {"start"} | RESTARTS),
    ("REMOTE_DISABLED", {}, {"refresh"} | RESTARTS),
    ("MESSAGE_POLICY", {}, RESETS),
    ("DRM_DOWN", {}, {"start"} | RESTARTS),
    ("DRM_DOWN", {"dying": 0.3}, RESTARTS),
    ("DRM_DOWN", {"dying": 0.3, "cure": "reset"}, RESETS),
    ("DRM_DOWN", {"dying": 0.3, "cure": "nothing"}, set()),
    ("FILESYSTEM_FULL", {}, set()),
    ("FILESYSTEM_FULL", {"inodes": True}, set()),
    ("MCP_MISSING", {}, {"refresh"} | RESTARTS),
    ("MCP_STALE", {}, {"refresh"} | RESTARTS),
    ("MCP_STALE", {"same_ip": True}, RESETS),
    ("AUTH_PENDING", {}, {"hmc_autocorrect", "new_keys"} | RESTARTS),
    ("AUTH_PENDING", {"how": "hmc_key"}, {"hmc_autocorrect", "new_keys"} | RESTARTS),
    ("AUTH_PENDING", {"how": "names"}, set()),
    ("KEYS_DAMAGED", {}, {"new_keys"} | RESETS),
    ("KEYS_DAMAGED", {"how": "private"}, {"new_keys"} | RESETS),
    ("KEYS_DAMAGED", {"how": "pair"}, {"new_keys"} | RESETS),
    ("KEYS_DAMAGED", {"how": "new"}, {"hmc_autocorrect", "new_keys"} | RESTARTS),
    ("CLOCK_SKEW", {}, set()),
    ("SECURITY_MODE", {}, set()),
    ("NODE_ID_DUPLICATE", {"original": OTHER}, {"reset_new_id"}),
    ("NODE_ID_INCONSISTENT", {}, RESETS),
    ("NODE_ID_INCONSISTENT", {"how": "missing"}, RESETS),
    ("NODE_ID_INCONSISTENT", {"how": "etc"}, {"reset_new_id"}),
]


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    return World(tmp_path_factory.mktemp("rungs"), hosts=3)


@pytest.fixture
def world(calm):
    faults.heal(calm.estate, None, calm.now)
    calm.settle()
    return calm


def ask(world, line):
    for hmc in world.estate.hmcs_of(world[HOST].machine):
        assert console.run(world.estate, hmc, "hscroot", line.format(world[HOST]).split(), {}, world.now).rc == 0
    world.settle()


def climb(world, rung):
    if rung in ON_HMC:
        ask(world, ON_HMC[rung])
    else:
        world.repair(HOST, *ON_HOST[rung])


@pytest.mark.parametrize(("code", "options", "heals"), HEALS, ids=["-".join([code] + [str(value) for value in more.values()]) for code, more, _h in HEALS])
def test_what_heals_and_what_does_not(world, code, options, heals):
    found = set()
    for rung in [*ON_HOST, *ON_HMC]:
        faults.heal(world.estate, None, world.now)
        world.settle()
        world.break_(code, HOST, **options)
        assert not (world.well(HOST) and world.well(OTHER))
        climb(world, rung)
        # Two nodes of one id take turns: both must be well.
        found |= {rung} if world.well(HOST) and world.well(OTHER) else set()
    assert found == heals


# --- after the cause is gone -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("corrected", ["host", "network"])
def test_corrected_frame_sizes_need_a_refresh(world, corrected):
    world.break_("MTU_MISMATCH", HOST)
    if corrected == "host":
        world.run(HOST, "chdev -l en0 -a mtu=1500")
    else:
        world[HOST].path_mtu = 9000
    world.repair(HOST, *ON_HOST["refresh"])
    assert world.tokens(HOST) == ["X", "X"]
    world.repair(HOST, "refresh -s ctrmc")
    assert world.well(HOST)


def test_a_management_interface_that_is_back_needs_a_refresh(world):
    world.break_("MGMT_IF_LOST", HOST)
    world.repair(HOST, *ON_HOST["recycle"])
    world.repair(HOST, "autoconf6 -i en0")
    assert world.tokens(HOST) == ["O", "O"]
    world.repair(HOST, "rmcctrl -p", "refresh -s ctrmc")
    assert not world.well(HOST)
    world.repair(HOST, *ON_HOST["refresh"])
    assert world.well(HOST)


def test_the_recycled_address_is_free_when_the_dead_partition_is_deleted_and_the_system_rebuilt(world):
    world.break_("RECYCLED_IP", HOST)
    dead = HOST + "_old"
    world.repair(HOST, *ON_HOST["recycle"])
    first, second = world.estate.hmcs_of(world[HOST].machine)
    assert console.run(world.estate, first, "hscroot", ["rmsyscfg", "-r", "lpar", "-m", world[HOST].machine, "-n", dead], {}, world.now).rc == 0
    world.settle()
    assert not world.well(HOST)
    assert console.run(world.estate, second, "hscroot", ["rmsyscfg", "-r", "lpar", "-m", world[HOST].machine, "-n", dead], {}, world.now).rc == 1
    ask(world, ON_HMC["hmc_rebuild"])
    assert world.well(HOST)


@pytest.mark.parametrize("state", ["No Connection", "Incomplete", "Recovery"])
def test_a_system_that_its_hmc_lost_keeps_its_connections_and_gets_no_new_ones(world, state):
    world.break_("SYSTEM_NOT_CONNECTED", HOST, state=state)
    assert world.tokens(HOST) == ["I", "I"]
    world.repair(HOST, *ON_HOST["recycle"])
    assert world.tokens(HOST) == ["O", "O"]
    world[OTHER].names_ok = False
    world.settle()
    world[OTHER].names_ok = True
    world.settle()
    assert world.tokens(OTHER) == ["O", "O"]
    for hmc in world.estate.hmcs_of(world[HOST].machine):
        hmc.systems[world[HOST].machine].state = "Operating"
    world.settle()
    assert world.well(HOST) and world.well(OTHER)


def test_no_record_is_made_for_an_hmc_that_lost_the_system(world):
    world.break_("SYSTEM_NOT_CONNECTED", HOST)
    world.break_("MCP_MISSING", HOST)
    world.repair(HOST, *ON_HOST["refresh"])
    assert world.tokens(HOST) == []


# --- suspension --------------------------------------------------------------------------------------------------------

def lift(world, selection, *arguments):
    reply = world.run(HOST, ["runact", "-s", selection, "IBM.MCP", "SetSuspendState", *arguments])
    world.settle()
    return reply.rc


def test_a_suspension_is_lifted_for_the_selected_records_only(world):
    world.break_("SUSPENDED", HOST)
    assert lift(world, 'KeyToken == "hmc1b"', "SuspendState=0") == 0
    assert world.tokens(HOST) == ["O", "I"]
    assert world.out(HOST, ["runact", "-s", "NodeID != 0", "IBM.MCP", "GetNodeState"]).count("NodeState = 1") == 1
    assert lift(world, "NodeID != 0", "SuspendState=0") == 0
    assert world.well(HOST)
    assert lift(world, 'KeyToken == "hmc1a"', "SuspendState=1") == 0
    assert world.tokens(HOST) == ["O", "I"]


@pytest.mark.parametrize(("selection", "arguments", "rc"), [("NodeID == 1", ["SuspendState=0"], 6), ("NodeID != 0", [], 4), ("NodeID != 0", ["SuspendState=x"], 4)])
def test_a_suspension_stays_where_nothing_is_selected_or_said(world, selection, arguments, rc):
    world.break_("SUSPENDED", HOST)
    assert lift(world, selection, *arguments) == rc
    assert world.tokens(HOST) == ["O", "O"]
