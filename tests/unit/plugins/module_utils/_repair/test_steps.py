# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair import steps


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_signals_wait_until_the_block_is_through(number):
    seen = []
    before = signal.signal(number, lambda received, _frame: seen.append(received))
    try:
        with steps.uninterrupted():
            os.kill(os.getpid(), number)
            inside = list(seen)
        assert (inside, seen) == ([], [number])
    finally:
        signal.signal(number, before)


def test_the_clock_looks_at_the_beginning_and_every_two_seconds_until_the_end(clock):
    looks = []
    assert clock.until(lambda: looks.append(clock.now()), 20) is False
    assert looks == list(range(0, 22, 2))


def test_a_look_that_hangs_uses_up_the_time(clock):
    def hangs():
        clock.sleep(60)
        return False

    assert clock.until(hangs, 20) is False
    assert clock.now() == 60


@pytest.mark.parametrize(("name", "status"), [("ctrmc", "active"), ("ctcas", "inoperative"), ("mcproxy", "absent")])
def test_status(name, status, fake, runner):
    assert steps.subsystem_status(runner, name) == status


def test_a_status_that_was_not_told_is_not_down(fake, runner):
    fake.state["answers"] = {"lssrc -s ctrmc": [None, "", "", "timeout"]}
    assert steps.subsystem_status(runner, "ctrmc") is None
    assert steps.ctrmc_down(runner) is False


def test_reads_are_no_actions(fake, runner):
    runner.run(["lssrc", "-a"])
    runner.run(["rmcctrl", "-p"], changes=True)
    assert [entry["argv"] for entry in steps.actions(runner)] == [["rmcctrl", "-p"]]
    assert set(steps.actions(runner)[0]) == {"argv", "rc", "seconds", "outcome"}


def test_failures_are_told_with_the_words_of_the_command(fake, runner):
    fake.state["answers"] = {
        "rmcctrl -p": [1, "", "line one\nline two\n", "failed"],
        "rmcctrl -A": [None, "", "", "timeout"],
        "rmcctrl -z": [None, "", "", "missing"],
    }
    told = [steps.describe_failure(runner.run(["rmcctrl", flag])) for flag in ("-p", "-A", "-z")]
    assert told == [
        "rmcctrl -p ended with rc 1: line one line two",
        "rmcctrl -A did not end in time and was stopped",
        "rmcctrl is not on this host",
    ]
