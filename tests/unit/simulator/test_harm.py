# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forbidden repairs do their damage, the state keeps it, status shows it, and every attempt is recorded as a change."""

from __future__ import annotations

import pytest
from rsctsim import hmc as console
from rsctsim import identity, status
from world import World, faults

HOST, OTHER = "aixdb01", "aixapp01"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def ask(world, command, user="hscroot", where="hmcalpha"):
    return console.run(world.estate, world.estate.hmcs[where], user, command.split(), {}, world.now)


# --- cluster nodes -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", ["rmcctrl -z", "rmcctrl -K", "rmcctrl -k", "rmcctrl -d", "stopsrc -s ctrmc", "stopsrc -g rsct_rm",
                                     "stopsrc -s IBM.ConfigRM", "stopsrc -s IBM.RecoveryRM", "stopsrc -s cthags", "uncfgct -n"])
def test_stopping_rmc_on_a_cluster_node_wrecks_it(world, command):
    reply = world.run("aixha01", command)
    assert reply.harm
    assert "node panicked" in world["aixha01"].wrecked
    assert not world.estate.clusters["dbpair_dom"].online
    assert world.run("aixha01", "lssrc -a").hang


@pytest.mark.parametrize("command", ["odmdelete -o CuAt -q name=cluster0", "chdev -l cluster0 -a node_uuid=1", "rmrpdomain dbpair_dom", "shutdown -Fr",
                                     "reboot"])
def test_what_takes_the_cluster_away_and_leaves_the_node(world, command):
    assert world.run("aixha01", command).harm
    assert not world["aixha01"].wrecked
    assert not world.estate.clusters["dbpair_dom"].online


@pytest.mark.parametrize(("kind", "online", "wrecks"), [("powerha", True, False), ("peer", True, False), ("peer", False, True), ("caa", True, True),
                                                        ("ssp", True, True), ("tsa", True, True)])
@pytest.mark.parametrize("command", ["recfgct", "recfgct -s"])
def test_the_guard_of_recfgct_sees_online_peer_domains_only(world, kind, online, wrecks, command):
    world.break_("CLUSTERED", HOST, kind=kind, online=online)
    reply = world.run(HOST, command)
    assert (bool(reply.harm), bool(world[HOST].wrecked), reply.rc == 0) == (wrecks, wrecks, wrecks)
    assert reply.changes


# --- running work ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", ["rmcctrl -z", "stopsrc -s ctrmc", "stopsrc -s IBM.DRM", "recfgct -s", "uncfgct", "shutdown -Fr"])
@pytest.mark.parametrize(("work", "said"), [("lku", "live kernel update"), ("lpm", "migration"), ("backup", "backup"), ("dlpar", "DLPAR"),
                                            ("installp", "installation")])
def test_work_that_runs_is_spoiled_once(world, work, said, command):
    setattr(world[HOST].activity, work, True)
    assert said in world.run(HOST, command).harm
    assert not getattr(world[HOST].activity, work)
    assert not world.run(HOST, "rmcctrl -z").harm


@pytest.mark.parametrize("command", ["rmcctrl -p", "rmcrefreshMD -s ctrmc", "refresh -s ctrmc", "rmcctrl -s", "startsrc -s IBM.DRM"])
def test_what_stops_nothing_harms_no_work(world, command):
    world[HOST].activity.lku = world[HOST].activity.lpm = True
    assert not world.run(HOST, command).harm


def test_lifting_the_suspension_during_the_update_spoils_it(world):
    world.break_("SUSPENDED", HOST, lku=True)
    assert "live kernel update" in world.run(HOST, ["runact", "-s", "NodeID != 0", "IBM.MCP", "SetSuspendState", "SuspendState=0"]).harm


# --- identity ----------------------------------------------------------------------------------------------------------

def test_the_original_of_a_pair_loses_its_trust_with_its_id(world):
    world.break_("NODE_ID_DUPLICATE", HOST, original=OTHER)
    assert HOST in world.run(OTHER, "recfgct").harm
    world.repair(OTHER, "rmcctrl -p")
    assert world.tokens(OTHER) == ["i", "i"]
    for _again in range(2):
        world.repair(OTHER, "rmcctrl -z", "rmcctrl -A", "rmcctrl -p")
    assert world.tokens(OTHER) == ["i", "i"]
    lpar = world[OTHER]
    for name in ("hmcalpha", "hmcbeta"):
        ask(world, "diagrmc -m %s --ip %s --id %d --autocorrect" % (lpar.machine, lpar.address, lpar.lpar_id), where=name)
    world.settle()
    assert world.well(OTHER)


def test_the_original_reset_with_its_id_is_no_better(world):
    world.break_("NODE_ID_DUPLICATE", HOST, original=OTHER)
    assert "still there" in world.run(OTHER, "recfgct -s").harm
    world.settle()
    assert not (world.well(HOST) and world.well(OTHER))


def test_the_clone_may_be_reset(world):
    world.break_("NODE_ID_DUPLICATE", HOST, original=OTHER)
    assert not world.run(HOST, "recfgct").harm
    assert world[HOST].harm == world[OTHER].harm == []


@pytest.mark.parametrize("name", ["ct_has.qkf", "ct_has.pkf", "ct_has.thl"])
def test_a_deleted_key_file_is_noticed_by_the_next_command_and_once(world, name):
    identity.cfg(world[HOST], name).unlink()
    assert name in world.run(HOST, "uname").harm
    assert not world.run(HOST, "uname").harm
    world.repair(HOST, "rmcctrl -z", "rmcctrl -A")
    assert world.well(HOST) == (name == "ct_has.thl")     # a list is made anew, one key of two is not


def test_with_both_keys_deleted_it_takes_itself_for_new(world):
    lpar, old = world[HOST], identity.public_key(world[HOST])
    world.run(HOST, "rmcctrl -z")
    for name in ("ct_has.qkf", "ct_has.pkf"):
        identity.cfg(lpar, name).unlink()
    world.run(HOST, "rmcctrl -A")
    assert lpar.harm == ["deleted: ct_has.pkf, ct_has.qkf"]
    assert identity.public_key(lpar) not in ("", old)


def test_a_tree_that_is_away_while_rmcd_is_down_is_no_deletion(world):
    world.run(HOST, "rmcctrl -z")
    tree = identity.var_ct(world[HOST])
    aside = tree.rename(tree.with_name("ct.aside"))
    world.settle()
    aside.rename(tree)
    world.repair(HOST, "rmcctrl -A")
    assert world[HOST].harm == []
    assert world.well(HOST)


@pytest.mark.parametrize("code", ["KEYS_DAMAGED", "NODE_ID_DUPLICATE", "NODE_ID_INCONSISTENT"])
def test_what_a_fault_did_is_nobodys_harm(world, code):
    world.break_(code, HOST)
    world.repair(HOST, "rmcctrl -z", "rmcctrl -A", "rmcctrl -p")
    assert all(lpar.harm == [] for lpar in world.estate.lpars.values())


def test_a_node_id_copied_from_another_host(world):
    world.run(HOST, "rmcctrl -z")
    for path in (identity.etc_node_id(world[HOST]), identity.cfg(world[HOST], "ct_node_id")):
        identity.write_node_id(path, identity.read_node_id(identity.etc_node_id(world[OTHER])))
    assert OTHER in world.run(HOST, "rmcctrl -A").harm


def test_recfgct_with_the_id_of_another_host(world):
    assert OTHER in world.run(HOST, "recfgct -i " + identity.read_node_id(identity.etc_node_id(world[OTHER]))).harm


# --- the rest ----------------------------------------------------------------------------------------------------------

def test_activating_all_filters_shuts_the_hmcs_out(world):
    assert world.run(HOST, "mkfilt -v4 -u").harm
    world.settle()
    assert world.tokens(HOST) == ["O", "O"]


def test_there_is_no_ctcasd_a(world):
    keys = identity.public_key(world[HOST])
    reply = world.run(HOST, "ctcasd -a")
    assert reply.rc != 0 and reply.changes
    assert identity.public_key(world[HOST]) == keys


def test_ctcasd_b_makes_what_is_absent_and_nothing_else(world):
    keys = identity.public_key(world[HOST])
    assert world.run(HOST, "ctcasd -b").rc == 0
    assert identity.public_key(world[HOST]) == keys
    identity.cfg(world[HOST], "ct_has.pkf").unlink()
    assert world.run(HOST, "ctcasd -b").rc == 1


def test_the_two_halves_of_recfgct_make_a_new_node(world):
    old = identity.read_node_id(identity.etc_node_id(world[HOST]))
    world.repair(HOST, "uncfgct -n")
    assert "not on file" in world.run(HOST, "lssrc -s ctrmc").stderr
    world.repair(HOST, "cfgct")
    assert world.well(HOST)
    assert identity.read_node_id(identity.etc_node_id(world[HOST])) != old


def test_a_boot_takes_its_time_and_a_shutdown_is_for_good(world):
    world.run(HOST, "shutdown -Fr")
    assert world.tokens(HOST) == ["O", "O"]
    world.settle()
    assert world.well(HOST)
    assert world.now - world[HOST].boot_time < 3600
    assert world.run(HOST, "shutdown -F").harm
    world.settle()
    assert world.states(HOST)[0][0] == "inactive"
    assert world.run(HOST, "uname").hang


def test_a_definition_deleted_from_the_odm_is_gone(world):
    world.run(HOST, "odmdelete -o SRCsubsys -q subsysname=ctrmc")
    assert world.run(HOST, "rmcctrl -s").rc == 1
    world.repair(HOST, "rmcctrl -A")
    assert world.well(HOST)


CHANGES = ["rmcctrl -z", "rmcctrl -Y", "recfgct -i nonsense", "stopsrc -s ctrmc", "startsrc -s nosuch", "refresh -s nosuch", "chdev -l en9 -a mtu=1",
           "ctskeygen -n", "ctsthl -d -n nobody", "rmrsrc -s NodeID==1 IBM.MCP", "chrsrc -s NodeID==1 IBM.MCP MNName=x", "refrsrc IBM.Host",
           "mkrsrc IBM.MCP MNName=x", "rmcrefreshMD -s ctrmc", "odmdelete -o CuAt -q name=nosuch", "mkfilt -v4 -u", "genfilt -v4 -a D", "rmsock f1 tcpcb",
           "uncfgct -n", "cfgct", "shutdown -Fr", "reboot", "ctcasd -a", "ctstrtcasd -a", "rmrpdomain x", "runact IBM.MCP SetSuspendState"]
LOOKS = ["rmcctrl -h", "rmcctrl", "recfgct -h", "lssrc -a", "ctskeygen -d", "ctsthl -l", "runact IBM.MCP GetNodeState", "odmget -q name=cluster0 CuAt"]


def test_every_attempt_to_change_is_recorded_as_such(world):
    world.estate.lpars[HOST].missing = {"cfgct"}
    for command in CHANGES:
        assert world.run(HOST, command, user="ansible").changes, command    # refused: not root
    world[HOST].hanging = {"*"}
    for command in CHANGES:
        assert world.run(HOST, command).changes, command
    for command in LOOKS:
        assert not world.run(OTHER, command).changes, command


@pytest.mark.parametrize("command", CHANGES)
def test_a_change_is_one_also_where_it_fails(world, command):
    assert world.run(HOST, command).changes


# --- consoles ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("command", "user", "may"), [
    ("hmcshutdown -t now", "hscroot", True), ("hmcshutdown -t now", "hmcoper", False), ("rmsysconn -o remove -m DC1-P10A", "hmcoper", True),
    ("rmsysconn -o remove -m DC1-P10A", "hmcview", False), ("chhmc -c network -s modify -i eth0 --lparcomm on", "hscroot", True),
    ("chhmc -c network -s modify -i eth0 --lparcomm on", "hmcoper", False), ("chhwres -r mem -m DC1-P10A -o a -p aixdb01 -q 256", "hmcoper", True),
    ("chhwres -r mem -m DC1-P10A -o a -p aixdb01 -q 256", "hmcview", False), ("pesh 123456", "hscroot", False)])
def test_a_console_records_what_it_did_and_what_it_refused(world, command, user, may):
    reply = ask(world, command, user)
    assert reply.changes
    assert (reply.rc == 0) == may


def test_a_console_that_is_shut_down_or_restarted(world):
    assert ask(world, "hmcshutdown -t now -r").harm
    assert [state for state, _caps in world.states(HOST)] == ["active", "active"]
    seen = set()
    for _moment in range(8):
        world.pass_time(0.5)
        seen.add(world.raw(HOST)[0][0])
    assert seen == {0, 1}
    assert ask(world, "hmcshutdown -t now").harm
    world.settle()
    assert [state for state, _caps in world.states(HOST)] == ["inactive", "active"]


def test_a_reset_of_the_connection_cures_the_stale_address(world):
    world.break_("STALE_ADDRESS", HOST)
    for name in world.estate.hmcs:
        reply = ask(world, "rmsysconn -o reset -m " + world[HOST].machine, where=name)
        assert (reply.rc, reply.harm) == (0, "")
    world.settle()
    assert world.well(HOST)


def test_dlpar_needs_the_connection_and_changes_the_memory(world):
    before = world[HOST].memory_mb[1]
    command = "chhwres -r mem -m DC1-P10A -o a --id 3 -q 512"
    assert ask(world, command).rc == 0
    assert world[HOST].memory_mb[1] == before + 512
    world.break_("DRM_DOWN", HOST)
    refused = ask(world, command)
    assert refused.rc == 1 and refused.stdout.startswith("HSCL2957")
    assert world[HOST].memory_mb[1] == before + 512


# --- what people and tests see -----------------------------------------------------------------------------------------

def test_status_shows_the_harm_until_it_is_healed(world):
    world.run("aixha01", "rmcctrl -z")
    ask(world, "rmsysconn -o remove -m DC1-P10A")
    report = status.report(world.estate, world.now)
    assert report["lpars"]["aixha01"]["harm"] == [world["aixha01"].wrecked]
    assert report["hmcs"]["hmcalpha"]["harm"]
    text = status.lines(report)
    assert sum("HARM: " in line for line in text) == 2
    faults.heal(world.estate, None, world.now)
    report = status.report(world.estate, world.now)
    assert not any(host["harm"] for host in list(report["lpars"].values()) + list(report["hmcs"].values()))
