# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: stop and start of RSCT around a restore, with the state awaited and not assumed."""

from __future__ import annotations

from ..._evidence import lssrc
from .errors import SnapshotError
from ..steps import ALREADY_ACTIVE, STOP_DEADLINE, describe_failure, rmcd_ready


class Daemons:
    def __init__(self, runner, clock, seconds=300):
        """seconds: how long to wait for them, to end as well as to answer."""
        self.runner = runner
        self.clock = clock
        self.seconds = seconds

    def stop(self):
        """ctrmc with every resource manager, then ctcas; returns when none of them is active."""
        # The state counts, not the exit code: stopsrc fails where there is nothing to stop.
        self.runner.run(["rmcctrl", "-z"], deadline=STOP_DEADLINE, changes=True)
        self.runner.run(["stopsrc", "-s", "ctcas"], changes=True)
        if self.runner.check_mode or self.clock.until(lambda: self.active() == [], self.seconds):
            return
        active = self.active()
        raise SnapshotError(
            "daemons_do_not_stop",
            "RSCT did not stop within {0} seconds.".format(self.seconds),
            [{"source": "lssrc -a", "detail": "no answer" if active is None else "active: " + ", ".join(active)}],
            "Find out what holds them; ctsnap collects what IBM support asks for.",
        )

    def start(self, exchanged=False):
        """ctrmc, with remote clients enabled; returns when lsrsrc answers. True if it had been started by somebody else and was restarted.

        exchanged: the tree in place is another one than at the stop.
        """
        # SRC says no to starting what is active; whether it answers is what counts.
        started = self.runner.run(["rmcctrl", "-A"], changes=True)
        foreign = exchanged and ALREADY_ACTIVE in started.stdout + started.stderr
        if foreign:
            # It may work on the tree that went. What is started after this stop works on the right one, whoever starts it.
            self.stop()
            self.runner.run(["rmcctrl", "-A"], changes=True)
        answers = self.runner.check_mode or self.clock.until(lambda: rmcd_ready(self.runner), self.seconds)
        # Also where it does not answer yet: when it does, it must listen for the HMC.
        enabled = self.runner.run(["rmcctrl", "-p"], changes=True)
        if not answers:
            raise self._no_answer("lsrsrc", "no answer within {0} seconds".format(self.seconds))
        if enabled.outcome not in ("ok", "would_run"):
            raise self._no_answer("rmcctrl -p", describe_failure(enabled))
        return foreign

    def active(self):
        """Names of active subsystems that use /var/ct; None if SRC gave no answer."""
        result = self.runner.run(["lssrc", "-a"])
        if result.outcome != "ok":
            return None
        return [
            row["name"]
            for row in lssrc.parse(result.stdout)
            if row["status"] != "inoperative" and (row["name"] in ("ctrmc", "ctcas") or row["group"] == "rsct_rm")
        ]

    @staticmethod
    def _no_answer(source, detail):
        return SnapshotError(
            "daemons_do_not_answer",
            "RSCT does not answer after the start.",
            [{"source": source, "detail": detail}],
            "Look into the log of rmcd; ctsnap collects what IBM support asks for.",
        )
