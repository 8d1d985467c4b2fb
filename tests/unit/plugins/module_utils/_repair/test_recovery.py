# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of ctrmc and of its remote clients when a recycle fails on the way."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import recycle
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import RepairFailed

FAILED = [1, "", "2610-999 It failed.\n", "failed"]
RECYCLE = ["rmcctrl -z", "rmcctrl -A", "rmcctrl -p"]


def options_of(fake, saved, remote_clients="enabled"):
    return fake.options(method="recycle", subsystem="auto", remote_clients=remote_clients, snapshot=saved)


FAILURES = {
    "-z fails and leaves ctrmc running": ({"rmcctrl -z": FAILED}, ["rmcctrl -z"], False),
    "-z runs out of time and ctrmc does not go down": ({"rmcctrl -z": [None, "", "", "timeout"]}, ["rmcctrl -z", "rmcctrl -p"], False),
    "-A fails": ({"rmcctrl -A": FAILED}, ["rmcctrl -z", "rmcctrl -A", "rmcctrl -A", "rmcctrl -s", "rmcctrl -p"], True),
    "rmcd does not answer": ({"lsrsrc": FAILED}, RECYCLE, False),
    "-p fails": ({"rmcctrl -p": FAILED}, RECYCLE + ["rmcctrl -p"], False),
}


@pytest.mark.parametrize("name", FAILURES)
def test_ctrmc_is_never_left_stopped(name, fake, clock, runner, which, saved):
    answers, commands, needed = FAILURES[name]
    fake.state["answers"] = answers
    with pytest.raises(RepairFailed) as failure:
        recycle.repair(runner, options_of(fake, saved), clock, which)
    assert fake.changed() == commands
    assert fake.state["subsystems"]["ctrmc"][1] == "active"
    assert failure.value.result["recovery"]["needed"] is needed
    assert failure.value.result["recovery"]["ctrmc"] == "active"
    assert failure.value.result["changed"] is True
    assert failure.value.result["after"]["subsystems"]["ctrmc"] == "active"


def slow_to_stop(fake, clock, monkeypatch, seconds):
    """rmcctrl -z runs into its deadline, ctrmc goes on stopping for so many seconds and takes no start meanwhile."""
    row, end = fake.state["subsystems"]["ctrmc"], []

    def run(argv, deadline, **more):
        if row[1] == "stopping" and clock.now() >= end[0]:
            row[1] = "inoperative"
        if row[1] == "stopping" and argv in (["rmcctrl", "-A"], ["rmcctrl", "-s"]):
            fake.log.append(argv)
            return _command.Result(argv, 1, "", "0513-056 Timeout waiting for command response.", outcome="failed")
        result = fake.run(argv, deadline, **more)
        if argv == ["rmcctrl", "-z"]:
            row[1] = "stopping"
            end.append(clock.now() + seconds)
            result.outcome, result.rc = "timeout", None
        return result

    monkeypatch.setattr(_command, "run", run)


@pytest.mark.parametrize(
    ("seconds", "starts"), [(2, ["rmcctrl -A"]), (50, ["rmcctrl -A"]), (100, ["rmcctrl -A", "rmcctrl -s"]), (170, ["rmcctrl -A", "rmcctrl -s", "rmcctrl -A"])]
)
def test_a_ctrmc_that_is_still_stopping_is_waited_for_and_started(seconds, starts, fake, clock, runner, which, saved, monkeypatch):
    slow_to_stop(fake, clock, monkeypatch, seconds)
    with pytest.raises(RepairFailed, match="ctrmc was down and was started again.$") as failure:
        recycle.repair(runner, options_of(fake, saved), clock, which)
    assert fake.changed() == ["rmcctrl -z"] + starts + ["rmcctrl -p"]
    assert fake.state["subsystems"]["ctrmc"][1] == "active"
    assert failure.value.result["recovery"]["ctrmc"] == "active"


def test_a_ctrmc_that_never_ends_stopping_is_said_loudly(fake, clock, runner, which, saved, monkeypatch):
    slow_to_stop(fake, clock, monkeypatch, 100000)
    with pytest.raises(RepairFailed, match="STILL DOWN") as failure:
        recycle.repair(runner, options_of(fake, saved), clock, which)
    assert failure.value.result["recovery"]["ctrmc"] == "stopping"


@pytest.mark.parametrize(("looks", "told"), [(15, "ctrmc is running.$"), (1000, "ctrmc is running, but does not answer lsrsrc yet.$")])
def test_remote_clients_are_enabled_although_rmcd_answers_late(looks, told, fake, clock, runner, which, saved):
    fake.state["looks_until_ready"] = looks
    with pytest.raises(RepairFailed, match=told):
        recycle.repair(runner, options_of(fake, saved), clock, which)
    assert fake.changed() == RECYCLE


def test_remote_clients_that_could_not_be_enabled_are_said_loudly(fake, clock, runner, which, saved):
    fake.state["answers"] = {"rmcctrl -A": FAILED, "rmcctrl -p": FAILED}
    with pytest.raises(RepairFailed, match="rmcctrl -p FAILED: enable remote clients by hand"):
        recycle.repair(runner, options_of(fake, saved), clock, which)


@pytest.mark.parametrize(("remote", "commands"), [(True, ["rmcctrl -p"]), (False, [])])
def test_preserve_is_decided_by_the_state_before(remote, commands, fake, clock, runner, which, saved):
    fake.state.update(remote=remote, answers={"rmcctrl -A": FAILED})
    with pytest.raises(RepairFailed):
        recycle.repair(runner, options_of(fake, saved, "preserve"), clock, which)
    assert fake.changed() == ["rmcctrl -z", "rmcctrl -A", "rmcctrl -A", "rmcctrl -s"] + commands


def test_what_cannot_be_started_again_is_said_loudly(fake, clock, runner, which, saved):
    fake.state["answers"] = {"rmcctrl -A": FAILED, "rmcctrl -s": FAILED}
    with pytest.raises(RepairFailed, match="STILL DOWN") as failure:
        recycle.repair(runner, options_of(fake, saved), clock, which)
    assert failure.value.result["recovery"] == {
        "needed": True,
        "ctrmc": "inoperative",
        "message": "ctrmc IS STILL DOWN after rmcctrl -A and rmcctrl -s: start it by hand.",
    }


def test_an_exception_in_between_brings_ctrmc_up_too(fake, clock, runner, which, saved):
    def sleep(_seconds):
        raise KeyboardInterrupt

    fake.state["looks_until_ready"] = 1
    clock.sleep = sleep
    with pytest.raises(KeyboardInterrupt):
        recycle.repair(runner, options_of(fake, saved), clock, which)
    assert fake.state["subsystems"]["ctrmc"][1] == "active"
