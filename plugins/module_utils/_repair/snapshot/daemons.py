# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: stop and start of RSCT around a restore, with the state awaited and not assumed."""

from __future__ import annotations

import time

from ..._evidence import lssrc
from .errors import SnapshotError

# How often to look while waiting.
INTERVAL = 2


class Daemons:
    def __init__(self, runner, deadline=300, clock=time.monotonic, sleep=time.sleep):
        self.runner = runner
        self.deadline = deadline
        self.clock = clock
        self.sleep = sleep

    def stop(self):
        """ctrmc with every resource manager, then ctcas; returns when none of them is active."""
        # The state counts, not the exit code: stopsrc fails where there is nothing to stop.
        self.runner.run(["rmcctrl", "-z"], deadline=self.deadline, changes=True)
        self.runner.run(["stopsrc", "-s", "ctcas"], changes=True)
        if self.runner.check_mode:
            return
        active = self._await(self._active, lambda names: names == [])
        if active != []:
            raise SnapshotError(
                "daemons_do_not_stop",
                "RSCT did not stop within {0} seconds.".format(self.deadline),
                [{"source": "lssrc -a", "detail": "no answer" if active is None else "active: " + ", ".join(active)}],
                "Find out what holds them; ctsnap collects what IBM support asks for.",
            )

    def start(self):
        """ctrmc, with remote clients enabled; returns when lsrsrc answers."""
        self.runner.run(["rmcctrl", "-A"], deadline=self.deadline, changes=True)
        if not self.runner.check_mode and not self._await(self._answers, bool):
            raise self._no_answer("lsrsrc", "no answer within {0} seconds".format(self.deadline))
        enabled = self.runner.run(["rmcctrl", "-p"], changes=True)
        if enabled.outcome not in ("ok", "would_run"):
            raise self._no_answer("rmcctrl -p", (enabled.stderr or enabled.stdout or enabled.outcome).strip())

    def _await(self, look, is_good):
        end = self.clock() + self.deadline
        while True:
            seen = look()
            if is_good(seen) or self.clock() >= end:
                return seen
            self.sleep(INTERVAL)

    def _active(self):
        """Names of active subsystems that use /var/ct; None if SRC gave no answer."""
        result = self.runner.run(["lssrc", "-a"])
        if result.outcome != "ok":
            return None
        return [
            row["name"]
            for row in lssrc.parse(result.stdout)
            if row["status"] != "inoperative" and (row["name"] in ("ctrmc", "ctcas") or row["group"] == "rsct_rm")
        ]

    def _answers(self):
        return self.runner.run(["lsrsrc"]).outcome == "ok"

    @staticmethod
    def _no_answer(source, detail):
        return SnapshotError(
            "daemons_do_not_answer", "RSCT does not answer after the start.", [{"source": source, "detail": detail}]
        )
