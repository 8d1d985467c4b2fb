# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A good night and a bad one for 30 LPARs of an estate of 64."""

from __future__ import annotations

import re
import threading
import time

import pytest

from rehearsal import PACE, own

VICTIMS = ["lpar%04d" % number for number in range(2, 33) if number % 20 != 1]
SETTLE = 5
CAPS = {"rmc_fix_per_hmc": 0, "rmc_fix_per_system": 0}
RECYCLE = ["rmcctrl -z", "rmcctrl -A", "rmcctrl -p"]
# All in the third wave of 1, 3 and 7 hosts, each with a story of its own.
DIES, LOSES_SNAPSHOT, IS_LOST = VICTIMS[5], VICTIMS[7], VICTIMS[9]


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start(hosts=64)
    yield estate
    estate.down()


def victims(run, outcome):
    return sorted(name for name, each in run.outcomes().items() if each == outcome)


def test_thirty_lpars_recover(estate, capsys):
    """The figure: from the start to all active on both HMCs, and how much of it is waiting for them."""
    assert len(VICTIMS) == 30
    # The HMCs learn of it only during the diagnosis: what they show as lost then is no accident of the repair.
    estate.control.set("estate", "settle", SETTLE)
    for name in VICTIMS:
        estate.break_("RSCT_DOWN", host=name)
    start = time.time()
    run = estate.remediate("-l", ",".join(VICTIMS), rmc_fix_approve=True, rmc_remediate_serial=[1, "10%", "100%"], **CAPS,
                           **dict(PACE, rmc_fix_verify_timeout=60, rmc_verify_stable=1))
    seconds = time.time() - start
    assert run.rc == 0, run.output[-3000:]
    assert victims(run, "healed") == VICTIMS
    status = estate.control.status()["lpars"]
    assert all(status[name]["healthy"] for name in VICTIMS)
    waiting = waited(run)
    with capsys.disabled():
        print("\n30 LPARs: %.0f s from the start to all active, %.0f s of it waiting for the HMCs (%.0f %%), settling delay %d s" % (
            seconds, waiting, 100 * waiting / seconds, SETTLE))


def waited(run):
    """Seconds in the task that waits for the HMCs: these of a wave side by side, but one after the other where it has one host."""
    total = 0
    for wave in run.output.split("Wait until the HMCs show them as active")[1:]:
        found = [int(seconds) for done, of, seconds in re.findall(r"(\d+) of (\d+) active after (\d+) s", wave.split("TASK [")[0]) if done == of]
        total += sum(found) if "1 of 1 active" in wave else max(found, default=0)
    return total


class Saboteur(threading.Thread):
    """Does its harm when the repair of a host is half way, or just through and not yet verified."""

    def __init__(self, estate, since):
        super().__init__(daemon=True)
        self.estate, self.since, self.over = estate, since, threading.Event()
        self.done = set()

    def run(self):
        while not self.over.wait(0.3):
            log = [entry for entry in self.estate.control.log(self.since) if entry["host"] in (LOSES_SNAPSHOT, IS_LOST)]
            for name, act in ((LOSES_SNAPSHOT, self.lose_snapshot), (IS_LOST, self.cut_off)):
                if name not in self.done and self.due(name, log):
                    act(name)
                    self.done.add(name)

    @staticmethod
    def due(name, log):
        stopped = [entry["time"] for entry in log if entry["host"] == name and entry.get("argv") == ["rmcctrl", "-z"]]
        cleaned = [entry["time"] for entry in log if entry["host"] == name and "rm -f -r" in entry.get("command", "")]
        return bool(stopped) and (name == LOSES_SNAPSHOT or max(cleaned, default=0) > stopped[0])

    def lose_snapshot(self, name):
        for archive in (self.estate.directory / "hosts" / name / "root/var/adm/rsct_snapshots").glob("*.tar"):
            archive.write_bytes(b"overwritten")

    def cut_off(self, name):
        self.estate.control.set(name, "up", False)


@pytest.fixture(scope="module")
def bad_night(estate):
    estate.control.set("estate", "settle", 0.3)
    for name in VICTIMS:
        estate.break_("DRM_DOWN", host=name, **({"dying": 0.3, "cure": "nothing"} if name in (DIES, LOSES_SNAPSHOT) else {}))
    estate.settle()
    start = time.time()
    saboteur = Saboteur(estate, start)
    saboteur.start()
    run = estate.remediate("-l", ",".join(VICTIMS), label="bad", rmc_fix_approve=True, rmc_fix_rung="recycle", rmc_remediate_serial=[1, 3, 7],
                           **CAPS)
    saboteur.over.set()
    saboteur.join()
    assert saboteur.done == {LOSES_SNAPSHOT, IS_LOST}
    return run, estate.ran(start)


def test_the_breaker_opens(bad_night):
    run, dummy = bad_night
    assert run.rc != 0
    assert [len(wave) for wave in run.plan["waves"]] == [1, 3, 7, 7, 7, 5]
    assert "THE RUN STOPS HERE" in run.output
    for name in (DIES, LOSES_SNAPSHOT, IS_LOST):
        assert name + " did not recover" in run.output


def test_nothing_is_half_done(bad_night, estate):
    """Every host of a wave that was begun is through, everybody else was not touched, and nowhere RSCT stays stopped."""
    run, ran = bad_night
    begun = {name for wave in run.plan["waves"][:3] for name in wave}
    assert set(ran) == begun
    assert all(commands[:3] == RECYCLE for commands in ran.values())
    assert victims(run, "not_started") == sorted(set(VICTIMS) - begun)
    assert victims(run, "healed") == sorted(begun - {DIES, LOSES_SNAPSHOT, IS_LOST})
    assert all(lpar["rmcd"] for lpar in estate.control.status()["lpars"].values())
    assert estate.harm() == []


def test_the_three_stories_are_told(bad_night):
    run, dummy = bad_night
    assert {name: run.outcomes()[name] for name in (DIES, LOSES_SNAPSHOT, IS_LOST)} == {
        DIES: "rolled_back", LOSES_SNAPSHOT: "restore_failed", IS_LOST: "restore_failed"}
    assert "put back from the snapshot" in run.stories[DIES]["why"]
    assert "LOOK AT THIS HOST" in run.stories[LOSES_SNAPSHOT]["why"]
    assert "LOOK AT THIS HOST" in run.stories[IS_LOST]["why"]
    assert len({run.stories[name]["why"] for name in (DIES, LOSES_SNAPSHOT, IS_LOST)}) == 3
    for name in (DIES, LOSES_SNAPSHOT, IS_LOST):
        assert name in run.output.rpartition("Tell the stories")[2]


def test_the_next_run_goes_on(estate, bad_night):
    """The three are looked after by hand; then the same command does the rest."""
    for name in (DIES, LOSES_SNAPSHOT, IS_LOST):
        estate.control.heal(name)
    estate.settle()
    start = time.time()
    run = estate.remediate("-l", ",".join(VICTIMS), label="bad", rmc_fix_approve=True, rmc_remediate_serial=["100%"], **CAPS)
    assert run.rc == 0, run.output[-3000:]
    assert set(estate.ran(start)) == set(victims(run, "healed")) == set(victims(bad_night[0], "not_started"))
    assert all(lpar["healthy"] for lpar in estate.control.status()["lpars"].values())
