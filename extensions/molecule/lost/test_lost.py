# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In both cases the breaker opens, although the change itself was a good one; and nothing is put back that nobody saw fail."""

from __future__ import annotations

import json
import threading
import time

import pytest

from rehearsal import own

RECYCLE = ["rmcctrl -z", "rmcctrl -A", "rmcctrl -p"]


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start()
    yield estate
    estate.down()


class Accident(threading.Thread):
    """Happens as soon as the repair has stopped RMC on a host."""

    def __init__(self, estate, host, act):
        super().__init__(daemon=True)
        self.estate, self.host, self.act = estate, host, act
        self.since, self.over, self.happened = time.time(), threading.Event(), False

    def run(self):
        while not self.happened and not self.over.wait(0.2):
            if any(entry["host"] == self.host and entry.get("argv") == ["rmcctrl", "-z"] for entry in self.estate.control.log(self.since)):
                self.act()
                self.happened = True

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        self.join()


def repaired(estate, hosts, host, act, label):
    """One after the other, with an accident during the first one: the run, and what ran."""
    for name in hosts:
        estate.break_("DRM_DOWN", host=name)
    estate.settle()
    with Accident(estate, host, act) as accident:
        run = estate.remediate("-l", ",".join(hosts), label=label, rmc_fix_approve=True, rmc_fix_rung="recycle", rmc_remediate_serial=[1])
    assert accident.happened, run.output[-3000:]
    assert run.rc != 0 and "THE RUN STOPS HERE" in run.output, run.output[-3000:]
    return run, estate.ran(accident.since)


def ends(estate, label):
    lines = (estate.results / label / "rmc-audit.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["host"]: line for line in map(json.loads, lines) if line["phase"] == "end"}


def answer(estate, up):
    for name in ("hmcalpha", "hmcbeta"):
        estate.control.set(name, "up", up)


def test_silent_hmcs_are_no_reason_to_put_back(estate):
    run, ran = repaired(estate, ["east01", "east02"], "east01", lambda: answer(estate, False), "silent")
    assert run.outcomes() == {"east01": "not_verified", "east02": "not_started"}
    assert ran == {"east01": RECYCLE}
    why = run.stories["east01"]["why"]
    assert "rmc_verify" in why and "rmc_rollback_snapshot=" + run.plan["snapshot"] in why
    assert "east01 did not recover" in run.output
    assert ends(estate, "silent")["east01"]["outcome"] == "not_verified"


def test_the_next_steps_of_the_story_work(estate):
    answer(estate, True)
    estate.settle()
    run = estate.run("rmc_verify", "-l", "east01", rmc_verify_timeout=10)
    assert run.rc == 0, run.output[-3000:]
    estate.control.heal("east02")


def test_a_neighbour_that_drops_opens_the_breaker(estate):
    """Its verdict was HEALTHY, it is in no wave, and the repair itself heals."""
    run, ran = repaired(estate, ["west01", "west03"], "west01", lambda: estate.break_("RSCT_DOWN", host="west02"), "dropped")
    assert run.outcomes() == {"west01": "healed", "west03": "not_started"}
    assert ran == {"west01": RECYCLE}
    assert "west02 was lost meanwhile" in run.output and "LOST MEANWHILE, not touched: west02" in run.output
    assert "west02 was lost meanwhile" in run.stories["west03"]["why"]
    assert ends(estate, "dropped")["west01"]["outcome"] == "healed"


def test_nothing_was_harmed(estate):
    assert estate.harm() == []
