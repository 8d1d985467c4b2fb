# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: a plan of changing commands, run in order, each with the state that is awaited after it.

Check mode runs the very same plan over a runner that only records, so what it names is what a real run executes.
"""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import time

from ansible_collections.aixops.rsct.plugins.module_utils._command import environment
from ansible_collections.aixops.rsct.plugins.module_utils._evidence import lssrc, netstat_an
from ansible_collections.aixops.rsct.plugins.module_utils._repair import exclusion, guards

ALREADY_ACTIVE = "0513-029"
# rmcctrl -z returns when every manager has really ended; recfgct rebuilds the whole tree. Killing either half way does
# more harm than waiting.
STOP_DEADLINE = 180
RESET_DEADLINE = 600
START_DEADLINE = 120
LSRSRC_DEADLINE = 60
# How long a ctrmc that is stopping is given before it is started, and between the tries.
STOPPING_SECONDS = 60
POLL = 2
ENABLE_REMOTE = ["rmcctrl", "-p"]


class StepFailed(Exception):
    """A command of the plan failed, or the state that it should lead to did not come.

    declined: it is the one that takes ctrmc down, and it said no.
    """

    def __init__(self, message, declined=False):
        super().__init__(message)
        self.declined = declined


class RepairFailed(Exception):
    """The repair did not do what it promises; result is what the module returns beside the message."""

    def __init__(self, message, **result):
        super().__init__(message)
        self.result = result


class Wait:
    """A state to wait for: what it is called, check(runner) that says whether it is there, how long to keep looking."""

    def __init__(self, what, check, seconds):
        self.what = what
        self.check = check
        self.seconds = seconds


class Step:
    """One changing command.

    accept: message ids that make a failure of it a success. waits: awaited after it, in order. stops: it takes ctrmc down.
    """

    def __init__(self, argv, deadline=START_DEADLINE, accept=(), waits=(), stops=False):
        self.argv = list(argv)
        self.deadline = deadline
        self.accept = accept
        self.waits = waits
        self.stops = stops


class Clock:
    """Time as the waits see it; tests hand in their own."""

    def __init__(self, now=time.monotonic, sleep=time.sleep):
        self.now = now
        self.sleep = sleep

    def until(self, check, seconds, pause=POLL):
        """Look every pause seconds, at least once, until check() holds; False when the time is up."""
        end = self.now() + seconds
        while not check():
            if self.now() + pause > end:
                return False
            self.sleep(pause)
        return True


def execute(runner, steps, clock):
    """Run the steps in order; the first that fails, or whose state does not come, raises StepFailed."""
    for step in steps:
        result = runner.run(step.argv, deadline=step.deadline, changes=True)
        if runner.check_mode:
            continue
        if not succeeded(step, result):
            raise StepFailed(describe_failure(result), declined=step.stops and result.outcome == "failed")
        for wait in step.waits:
            if not clock.until(functools.partial(wait.check, runner), wait.seconds):
                raise StepFailed("{0} within {1} s after {2}".format(wait.what, wait.seconds, " ".join(step.argv)))


def longest(steps):
    """After how many seconds the last of them has come to its end, or failed."""
    return sum(step.deadline + sum(wait.seconds for wait in step.waits) for step in steps)


def carry_out(runner, steps, clock, options):
    """Run a plan to its end, signals held, with nobody else at work. If it fails after ctrmc was taken down, ctrmc is brought up again and that is said."""
    recovery = None
    try:
        with uninterrupted(), exclusion.alone(options, runner.check_mode):
            try:
                execute(runner, steps, clock)
            except BaseException as failure:
                if any(step.stops for step in steps):
                    remote = any(step.argv == ENABLE_REMOTE for step in steps)
                    recovery = bring_up(runner, clock, options, remote, declined=getattr(failure, "declined", False))
                raise
    except StepFailed as failure:
        message = "{0}.".format(failure) + (" " + recovery["message"] if recovery else "")
        raise RepairFailed(message, recovery=recovery) from failure


def succeeded(step, result):
    return result.rc == 0 or any(code in result.stdout + result.stderr for code in step.accept)


def describe_failure(result):
    command = " ".join(result.argv)
    if result.outcome == "timeout":
        return "{0} did not end in time and was stopped".format(command)
    if result.outcome == "missing":
        return "{0} is not on this host".format(result.argv[0])
    text = (result.stderr.strip() or result.stdout.strip()).replace("\n", " ")
    return "{0} ended with rc {1}: {2}".format(command, result.rc, text or "no message")


def actions(runner):
    """What changed, or would change, for the result of the module: argv, rc, seconds, outcome."""
    return [
        {"argv": entry["argv"], "rc": entry["rc"], "seconds": entry["seconds"], "outcome": entry["outcome"]}
        for entry in runner.trace
        if entry["changed"]
    ]


def which(command):
    """Where the command lies, as run() would find it, or None."""
    return shutil.which(command, path=environment()["PATH"])


@contextlib.contextmanager
def uninterrupted():
    """Hold hangup, interrupt and termination until the block is through: a lost connection must not leave ctrmc stopped."""
    held = []
    before = {
        number: signal.signal(number, lambda received, _frame: held.append(received))
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in held:
            os.kill(os.getpid(), number)


def listed(steps):
    return "; ".join(" ".join(step.argv) for step in steps)


def commands_missing(steps, which):
    """Refuse before the first step when a command of the plan is not on this host: RSCT is not, or only half, installed."""
    absent = sorted({step.argv[0] for step in steps if not which(step.argv[0])})
    if absent:
        raise guards.Refused(
            [
                guards.refuse(
                    "rsct_missing",
                    "RSCT is not completely installed",
                    "PATH",
                    "not found: {0}".format(", ".join(absent)),
                    "Install the missing RSCT filesets (rsct.core.rmc, rsct.core.utils, rsct.core.sec).",
                )
            ]
        )


# States of rmcd that more than one plan waits for.


def subsystem_status(runner, name):
    """active, inoperative, absent (not on file) or None when lssrc did not tell."""
    result = runner.run(["lssrc", "-s", name])
    text = result.stdout + result.stderr
    if "0513-085" in text:
        return "absent"
    for row in lssrc.parse(text):
        if row["name"] == name:
            return row["status"]
    return None


def ctrmc_down(runner):
    return subsystem_status(runner, "ctrmc") in ("inoperative", "absent")


def rmcd_ready(runner):
    """Bare lsrsrc lists the classes as soon as rmcd can be used."""
    return runner.run(["lsrsrc"], deadline=LSRSRC_DEADLINE).outcome == "ok"


def listening(port):
    def check(runner):
        return netstat_an.listening(netstat_an.parse(runner.run(["netstat", "-an"]).stdout), "tcp", port)

    return check


def wait_stays_active(name):
    """Active on three looks in a row: a manager that cannot work ends soon after it was started."""
    looks = []

    def check(runner):
        looks.append(subsystem_status(runner, name) == "active")
        return looks[-3:] == [True, True, True]

    return Wait("{0} was not active, or did not stay so,".format(name), check, 20)


def wait_down(seconds=60):
    return Wait("ctrmc was not down", ctrmc_down, seconds)


def wait_ready(seconds):
    return Wait("rmcd did not answer lsrsrc", rmcd_ready, seconds)


def wait_listening(port, seconds=20):
    return Wait("rmcd did not listen on TCP {0}".format(port), listening(port), seconds)


def bring_up(runner, clock, options, remote, declined=False):
    """After a failure in between: start ctrmc if it is down, and enable remote clients where the plan does. Never raises.

    Says what was found and done. declined: ctrmc was not taken down, so that there may be nothing to do.
    """
    needed = _settled(runner, clock) != "active"
    if needed and not _started(runner, clock):
        return {
            "needed": True,
            "ctrmc": subsystem_status(runner, "ctrmc"),
            "message": "ctrmc IS STILL DOWN after rmcctrl -A and rmcctrl -s: start it by hand.",
        }
    message = "ctrmc was down and was started again" if needed else "ctrmc is running"
    if needed or not declined or (remote and not listening(options["rmc_port"])(runner)):
        if not clock.until(lambda: rmcd_ready(runner), options["ready_timeout"]):
            message += ", but does not answer lsrsrc yet"
        # A new rmcd takes remote clients for sure only after this.
        if remote and not succeeded(Step(ENABLE_REMOTE), runner.run(ENABLE_REMOTE, deadline=START_DEADLINE, changes=True)):
            message += ", and rmcctrl -p FAILED: enable remote clients by hand"
    return {"needed": needed, "ctrmc": "active", "message": message + "."}


def _settled(runner, clock):
    """The state of ctrmc once it neither starts nor stops, or what it was when the time was up."""
    seen = []

    def check():
        seen.append(subsystem_status(runner, "ctrmc"))
        return seen[-1] in ("active", "inoperative", "absent")

    clock.until(check, STOPPING_SECONDS)
    return seen[-1]


def _started(runner, clock):
    """Whether ctrmc runs in the end. One that is still stopping turns a start down: that is waited for, and tried again."""
    for argv in (["rmcctrl", "-A"], ["rmcctrl", "-s"]) * 2:
        started = runner.run(argv, deadline=START_DEADLINE, changes=True)
        # A start that failed is not waited for, only looked at.
        if clock.until(lambda: subsystem_status(runner, "ctrmc") == "active", 0 if started.outcome == "failed" else 10):
            return True
        if _settled(runner, clock) == "active":
            return True
    return False
