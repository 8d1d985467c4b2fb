# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole transcripts of rmc_recycle: from a state and options to the changing commands in their order, and the outcome."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, recycle
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import RepairFailed, actions
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import HMC_ALPHA, HMC_OLD

UP = [dict(HMC_ALPHA, state="I")]
ONE_UP = UP + [dict(HMC_OLD, state="O")]
RECYCLE = ["rmcctrl -z", "rmcctrl -A", "rmcctrl -p"]


def down(*names):
    def change(state):
        for name in names:
            state["subsystems"][name][1] = "inoperative"

    return change


def having(**more):
    return lambda state: state.update(copy.deepcopy(more))


def both(*changes):
    def change(state):
        for one in changes:
            one(state)

    return change


def undefined(name):
    return lambda state: state["subsystems"].pop(name)


def proxy(status):
    return lambda state: state["subsystems"].update({"mcproxy": ["rsct", status]})


# name: (change of the state, options, changing commands)
TRANSCRIPTS = {
    "refresh: no HMC up": (having(), {"method": "refresh"}, ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]),
    "refresh: remote clients disabled": (having(hmcs=UP, remote=False), {"method": "refresh"}, ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]),
    "refresh: remote clients disabled and to stay so": (
        having(remote=False),
        {"method": "refresh", "remote_clients": "preserve"},
        ["rmcrefreshMD -s ctrmc"],
    ),
    "refresh: remote clients disabled on purpose, all up": (
        having(hmcs=UP, remote=False),
        {"method": "refresh", "remote_clients": "preserve"},
        [],
    ),
    "refresh: in no domain": (having(hmcs=[]), {"method": "refresh"}, ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]),
    "refresh: suspended by rmcd itself": (
        having(hmcs=[dict(HMC_ALPHA, state="X")]),
        {"method": "refresh"},
        ["rmcctrl -p", "rmcrefreshMD -s ctrmc", "refresh -s ctrmc"],
    ),
    "refresh: nothing wrong": (having(hmcs=UP), {"method": "refresh"}, []),
    "refresh: nothing wrong, forced": (having(hmcs=UP), {"method": "refresh", "force": True}, ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]),
    "refresh: one of two up": (having(hmcs=ONE_UP), {"method": "refresh"}, []),
    "refresh: starts nothing": (both(having(hmcs=UP), down("IBM.DRM")), {"method": "refresh"}, []),
    "refresh: in-band only": (both(having(hmcs=[]), proxy("active")), {"method": "refresh"}, []),
    "recycle: in-band only, without the port": (both(having(hmcs=[], remote=False), proxy("active")), {"method": "recycle"}, []),
    "refresh: in-band only, forced": (
        both(having(hmcs=[], remote=False, answers={"rmcctrl -p": [0, "", "", "ok"]}), proxy("active")),
        {"method": "refresh", "force": True},
        ["rmcctrl -p", "rmcrefreshMD -s ctrmc"],
    ),
    "start: nothing missing": (having(), {"method": "start"}, []),
    "start: forced, nothing missing": (having(), {"method": "start", "force": True}, []),
    "start: the one manager": (down("IBM.DRM"), {"method": "start"}, ["startsrc -s IBM.DRM"]),
    "start: ctrmc and what needs it": (
        both(down("ctrmc", "IBM.MgmtDomainRM", "IBM.DRM"), having(remote=False)),
        {"method": "start"},
        ["rmcctrl -s", "rmcctrl -p", "startsrc -s IBM.MgmtDomainRM", "startsrc -s IBM.DRM"],
    ),
    "start: ctrmc is not on file": (undefined("ctrmc"), {"method": "start"}, ["rmcctrl -A", "rmcctrl -p"]),
    "start: a manager that is not on file": (undefined("IBM.DRM"), {"method": "start"}, []),
    "start: just ctrmc": (down("ctrmc", "IBM.DRM"), {"method": "start", "subsystem": "ctrmc"}, ["rmcctrl -s", "rmcctrl -p"]),
    "start: ctrmc with its own definition": (
        down("ctrmc"),
        {"method": "start", "subsystem": "ctrmc", "remote_clients": "preserve"},
        ["rmcctrl -s"],
    ),
    "start: the named one runs": (down("ctrmc"), {"method": "start", "subsystem": "IBM.DRM"}, []),
    "start: the named one runs, forced": (having(), {"method": "start", "subsystem": "IBM.DRM", "force": True}, ["startsrc -s IBM.DRM"]),
    "start: in-band proxy": (both(having(hmcs=[]), proxy("inoperative")), {"method": "start"}, ["startsrc -s mcproxy"]),
    "start: in-band proxy not in use": (both(having(hmcs=UP), proxy("inoperative")), {"method": "start"}, []),
    "start: in-band proxy asked for": (
        both(having(hmcs=UP), proxy("inoperative")),
        {"method": "start", "subsystem": "mcproxy"},
        ["startsrc -s mcproxy"],
    ),
    "recycle: no HMC up": (having(), {"method": "recycle"}, RECYCLE),
    "recycle: rmcd answers late": (having(looks_until_ready=9), {"method": "recycle"}, RECYCLE),
    "recycle: ctrmc is down already": (down("ctrmc"), {"method": "recycle"}, ["rmcctrl -A", "rmcctrl -p"]),
    "recycle: a manager died": (both(having(hmcs=UP), down("IBM.DRM")), {"method": "recycle"}, RECYCLE),
    "recycle: one up, but DRM is down": (both(having(hmcs=ONE_UP), down("IBM.DRM")), {"method": "recycle"}, RECYCLE),
    "recycle: remote clients were disabled and stay so": (
        having(remote=False),
        {"method": "recycle", "remote_clients": "preserve"},
        ["rmcctrl -z", "rmcctrl -A"],
    ),
    "recycle: remote clients were enabled and stay so": (having(), {"method": "recycle", "remote_clients": "preserve"}, RECYCLE),
    "recycle: nothing wrong": (having(hmcs=UP), {"method": "recycle"}, []),
    "recycle: nothing wrong, forced": (having(hmcs=UP), {"method": "recycle", "force": True}, RECYCLE),
    "recycle: just started, not yet connected": (having(rmcd_age="04:59"), {"method": "recycle"}, []),
    "recycle: just started, forced": (having(rmcd_age="04:59"), {"method": "recycle", "force": True}, RECYCLE),
    "recycle: just started, but a manager is down": (both(having(rmcd_age="04:59"), down("IBM.DRM")), {"method": "recycle"}, RECYCLE),
}


def options_of(fake, given, saved=None):
    return fake.options(**dict({"subsystem": "auto", "remote_clients": "enabled", "snapshot": saved}, **given))


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcript(name, fake, clock, runner, which, saved):
    change, given, commands = TRANSCRIPTS[name]
    change(fake.state)
    result = recycle.repair(runner, options_of(fake, given, saved), clock, which)
    assert fake.changed() == commands
    assert [" ".join(entry["argv"]) for entry in actions(runner)] == commands
    assert result["changed"] is bool(commands)
    if commands:
        assert result["after"]["subsystems"]["ctrmc"] == "active"
    else:
        assert result["before"] == result["after"]


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_check_mode_names_exactly_what_the_real_run_executes(name, fake, clock, which, saved):
    change, given, commands = TRANSCRIPTS[name]
    change(fake.state)
    checking = _command.Runner(check_mode=True)
    result = recycle.repair(checking, options_of(fake, given, saved), clock, which)
    assert fake.changed() == []
    assert [" ".join(entry["argv"]) for entry in actions(checking)] == commands
    assert {entry["outcome"] for entry in actions(checking)} <= {"would_run"}
    assert result["changed"] is bool(commands)
    assert clock.now() == 0


@pytest.mark.parametrize("name", [name for name in TRANSCRIPTS if "forced" not in name])
def test_a_second_run_right_after_it_changes_nothing(name, fake, clock, runner, which, saved):
    change, given, _commands = TRANSCRIPTS[name]
    change(fake.state)
    recycle.repair(runner, options_of(fake, given, saved), clock, which)
    # The connection comes up, or rmcd is too young for that to be a fault.
    fake.state.update(hmcs=UP if given["method"] != "recycle" else fake.state["hmcs"], rmcd_age="00:20")
    ran = fake.changed()
    assert recycle.repair(runner, options_of(fake, given, saved), clock, which)["changed"] is False
    assert fake.changed() == ran


def test_without_rmcrefreshmd(fake, clock, runner, which):
    recycle.repair(runner, options_of(fake, {"method": "refresh"}), clock, lambda name: None if name == "rmcrefreshMD" else which(name))
    assert fake.changed() == ["rmcctrl -p", "refresh -s ctrmc"]


def test_already_active_is_success(fake, clock, runner, which):
    fake.state["subsystems"]["IBM.DRM"][1] = "active"
    recycle.repair(runner, options_of(fake, {"method": "start", "subsystem": "IBM.DRM", "force": True}), clock, which)
    assert actions(runner)[0]["rc"] == 1


def test_states_are_awaited_between_the_steps(fake, clock, runner, which, saved):
    recycle.repair(runner, options_of(fake, {"method": "recycle"}, saved), clock, which)
    ran = [" ".join(argv) for argv in fake.log]
    steps = ran[ran.index("rmcctrl -z"):]
    assert steps == ["rmcctrl -z", "lssrc -s ctrmc", "rmcctrl -A", "lsrsrc", "rmcctrl -p", "netstat -an", "lssrc -a", "rmcdomainstatus -s ctrmc", "netstat -an"]


def test_before_and_after(fake, clock, runner, which):
    fake.state["subsystems"]["IBM.DRM"][1] = "inoperative"
    result = recycle.repair(runner, options_of(fake, {"method": "start"}), clock, which)
    assert result["problems"] == ["IBM.DRM is not running"]
    assert result["before"] == {
        "subsystems": {"ctrmc": "active", "IBM.MgmtDomainRM": "active", "IBM.DRM": "inoperative"},
        "remote_clients": True,
        "udp": True,
        "control_points": ["192.0.2.11 O"],
    }
    assert result["after"]["subsystems"]["IBM.DRM"] == "active"


REFUSED = {
    "ctrmc_down": (down("ctrmc"), {"method": "refresh"}),
    "not_on_file": (undefined("IBM.DRM"), {"method": "start", "subsystem": "IBM.DRM"}),
    "active_on_hmc": (having(hmcs=ONE_UP), {"method": "recycle", "force": True, "snapshot": "given"}),
    "no_snapshot": (having(), {"method": "recycle", "snapshot": None}),
    "cluster_member": (lambda state: state["subsystems"].update({"clstrmgrES": ["cluster", "active"]}), {"method": "start", "force": True}),
    "cluster_unknown": (having(answers={"lspv": [None, "", "", "timeout"]}), {"method": "start"}),
    "not_root": (having(uid=204), {"method": "refresh"}),
    "wrong_host": (having(), {"method": "refresh", "expected": {"machine": "9105-22A*78F0A10", "lpar_id": 4}}),
    "activity_in_progress": (having(processes=["root 900 05:00 /usr/bin/mksysb -i /backup/image"]), {"method": "refresh"}),
    "recently_booted": (having(uptime="14:59"), {"method": "refresh"}),
    "suspended": (having(answers={"runact -s NodeID != 0 IBM.MCP GetNodeState": [0, "  SuspendState = 1\n", "", "ok"]}), {"method": "recycle"}),
    "filesystem_full": (having(used=100), {"method": "start"}),
    "unknown_state": (having(answers={"lssrc -a": [0, "", "", "ok"]}), {"method": "start"}),
}


# What is read of the host, cut off after its first lines: command, lines, rc, outcome -> the refusal.
CUT_OFF = [
    ("ps -e -o user,pid,etime,args", 2, None, "timeout", "unknown_state"),
    ("ps -e -o user,pid,etime,args", 2, -9, "failed", "unknown_state"),
    ("df -k / /var /tmp VAR_CT", 2, None, "timeout", "unknown_state"),
    ("lslpp", 1, -9, "failed", "cluster_unknown"),
    ("lssrc -a", 2, None, "timeout", "cluster_unknown"),
    ("rmcdomainstatus -s ctrmc", 2, None, "timeout", "cluster_unknown"),
]


@pytest.mark.parametrize(("command", "lines", "rc", "outcome", "reason"), CUT_OFF)
def test_refused_when_what_was_read_is_cut_off(command, lines, rc, outcome, reason, fake, clock, runner, which, saved):
    recycle.look.before(runner, fake.options())
    line = next(" ".join(argv) for argv in fake.log if " ".join(argv).startswith(command.replace("VAR_CT", fake.var_ct)))
    text = fake.answer(line.split())[1]
    fake.state["answers"][line] = [rc, "".join(text.splitlines(True)[:lines]), "", outcome]
    with pytest.raises(guards.Refused) as refused:
        recycle.repair(runner, options_of(fake, {"method": "recycle"}, saved), clock, which)
    assert reason in [entry["reason"] for entry in refused.value.result()["refusals"]]
    assert fake.changed() == []


@pytest.mark.parametrize("answered", [[None, "timeout"], [-15, "failed"]])
def test_a_host_that_is_up_is_not_recycled_because_netstat_did_not_end(answered, fake, clock, runner, which, saved):
    fake.state["hmcs"] = copy.deepcopy(UP)
    header = "".join(fake.answer(["netstat", "-an"])[1].splitlines(True)[:2])
    fake.state["answers"]["netstat -an"] = [answered[0], header, "", answered[1]]
    assert recycle.repair(runner, options_of(fake, {"method": "recycle"}, saved), clock, which)["changed"] is False
    assert fake.changed() == []


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("reason", REFUSED)
def test_refused_and_nothing_ran(reason, check_mode, fake, clock, which, saved):
    change, given = REFUSED[reason]
    change(fake.state)
    runner = _command.Runner(check_mode=check_mode)
    with pytest.raises(guards.Refused) as refused:
        recycle.repair(runner, options_of(fake, given), clock, which)
    assert reason in [entry["reason"] for entry in refused.value.result()["refusals"]]
    assert fake.changed() == [] and actions(runner) == []


def test_half_installed(fake, clock, runner):
    with pytest.raises(guards.Refused) as refused:
        recycle.repair(runner, options_of(fake, {"method": "refresh"}), clock, lambda name: None)
    assert refused.value.result()["refusal"]["reason"] == "rsct_missing"
    assert fake.changed() == []


def test_refresh_of_a_cluster_member_with_the_override(fake, clock, runner, which, monkeypatch):
    monkeypatch.setattr(recycle.look.os, "uname", lambda: ("AIX", "aixha01", "2", "7", "00F8A0B14C00"))
    fake.state["subsystems"]["clstrmgrES"] = ["cluster", "active"]
    override = {"host": "aixha01", "ticket": "CHG0042"}
    recycle.repair(runner, options_of(fake, {"method": "refresh", "cluster_override": override}), clock, which)
    assert fake.changed() == ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]
    with pytest.raises(guards.Refused):
        recycle.repair(runner, options_of(fake, {"method": "recycle", "cluster_override": override, "force": True}), clock, which)
    assert fake.changed() == ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]


def test_a_manager_that_dies_again_is_a_failure(fake, clock, runner, which):
    fake.state["subsystems"]["IBM.DRM"][1] = "inoperative"
    fake.state["dying"] = ["IBM.DRM"]
    with pytest.raises(RepairFailed, match="IBM.DRM was not active, or did not stay so") as failure:
        recycle.repair(runner, options_of(fake, {"method": "start"}), clock, which)
    assert failure.value.result["recovery"] is None


def test_remote_clients_that_do_not_come_are_a_failure(fake, clock, runner, which):
    fake.state["answers"] = {"rmcctrl -p": [0, "", "", "ok"]}
    fake.state["remote"] = False
    with pytest.raises(RepairFailed, match="did not listen on TCP 657 within 20 s"):
        recycle.repair(runner, options_of(fake, {"method": "refresh"}), clock, which)
