# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting with a clock that only the wait itself moves."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query import Session, Unreachable
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.shell import Batch
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.wait import LAST_LOOK, NAMES_SHOWN, awaited, poll_once, progress_line, wait_for

P10A, P10B = "9105-22A*78F0A10", "9105-42A*78F0B20"


def row(lpar_id, rmc_state="active", caps="1,1,1", state="Running"):
    return f"lpar{lpar_id},{lpar_id},aixlinux,{state},{rmc_state},192.0.2.{lpar_id},AIX 7.2,{caps}\n"


@pytest.fixture
def waiting(scripted_hmc):
    """Wait for (machine, lpar_id) pairs; rounds gives the HMC's answer for every poll, the last one for ever."""

    def wait(pairs, rounds, failure=None, slow=0, **limits):
        polls = {"number": 0}

        def answer(line):
            reply = rounds[min(polls["number"], len(rounds)) - 1]
            if callable(reply):
                return reply(line)
            return reply if isinstance(reply, tuple) or reply == "hang" else (0, reply)

        hmc = scripted_hmc({"-r lpar": answer})
        hmc.failure = failure or {}
        partitions = awaited([{"machine": machine, "lpar_id": lpar_id} for machine, lpar_id in pairs])
        session = Session(hmc, 60)
        now = {"seconds": 1000.0}
        naps, lines, given, deadlines = [], [], [], []

        def poll(seconds):
            polls["number"] += 1
            given.append(seconds)
            now["seconds"] += slow
            poll_once(session, partitions, 60, seconds)
            deadlines.append(session.deadline)

        def sleep(seconds):
            naps.append(seconds)
            now["seconds"] += seconds

        outcome = wait_for(
            poll, partitions, clock=lambda: now["seconds"], sleep=sleep, progress=lines.append,
            **{"timeout": 60, "interval": 15, "stable": 2, **limits},
        )
        return {**outcome, "partitions": partitions, "naps": naps, "lines": lines, "hmc": hmc, "given": given, "deadlines": deadlines}

    return wait


def test_active_twice_in_a_row(waiting):
    done = waiting([(P10A, 3)], [row(3, "inactive", "0,0,0"), row(3), row(3)])
    assert (done["polls"], done["naps"], done["pending"]) == (3, [15, 15], [])
    partition = done["partitions"][0].result()
    assert (partition["outcome"], partition["name"], partition["active_polls"], partition["dlpar_io"]) == ("active", "lpar3", 2, 1)


def test_one_poll_is_one_command_a_machine(waiting):
    done = waiting([(P10A, number) for number in range(1, 31)] + [(P10B, 3)], ["".join(row(number) for number in range(1, 31))], stable=1)
    assert [len(batch) for batch in done["hmc"].asked] == [2]


@pytest.mark.parametrize("reply, outcome, message", [
    (row(3, "inactive", "0,0,0"), "waiting", "inactive"),
    (row(3, "none", "0,0,0"), "waiting", "none"),
    (row(3, "busy"), "waiting", "busy"),
    (row(3, ""), "waiting", "no RMC state"),
    (row(3, caps="0,0,0"), "waiting", "active, DLPAR 0,0,0"),
    (row(3, caps="1,1,0"), "waiting", "active, DLPAR 1,1,0"),
    (row(3, caps="0,1,null"), "waiting", "active, DLPAR 0,1,?"),
    (row(3, state="Not Activated"), "waiting", "partition is Not Activated"),
    (row(4), "not_listed", "not listed by this HMC"),
    ((1, "HSCL8018 The managed system was not found.\n"), "undetermined", "HSCL8018 The managed system was not found."),
    ("hang", "undetermined", "no answer within 7 s"),
])
def test_not_active_until_the_timeout(waiting, reply, outcome, message):
    done = waiting([(P10A, 3)], [reply])
    assert (done["polls"], done["elapsed_seconds"]) == (5, 60.0)
    assert [(partition.outcome, partition.message) for partition in done["pending"]] == [(outcome, message)]


@pytest.mark.parametrize("caps", ["null,null,null", "1,1,null"])
def test_capabilities_that_the_hmc_does_not_tell_are_not_waited_for(waiting, caps):
    done = waiting([(P10A, 3)], [row(3, caps=caps)])
    assert (done["polls"], done["pending"]) == (2, [])
    partition = done["partitions"][0]
    assert (partition.unread, partition.result()["message"]) == (True, "active, its DLPAR capabilities could not be read")


@pytest.mark.parametrize("message", ["An invalid attribute was entered.  The invalid attribute is dlpar_mem_capable.\n", "An invalid attribute was entered.\n"])
def test_a_level_without_capabilities_is_asked_for_them_once(waiting, message):
    def answer(line):
        return (1, message) if "_capable" in line else (0, row(3).replace(",1,1,1", ""))

    done = waiting([(P10A, 3)], [answer], stable=3)
    assert (done["polls"], done["pending"], done["partitions"][0].unread) == (3, [], True)
    assert ["_capable" in line for line in done["hmc"].lines] == [True, False, False, False]


def test_migrating_partition_counts_as_running(waiting):
    assert waiting([(P10A, 3)], [row(3, state="Migrating - Running")])["pending"] == []


def test_partition_that_drops_again_is_waited_for_again(waiting):
    both, first_down = row(3) + row(4), row(3, "inactive", "0,0,0") + row(4)
    done = waiting([(P10A, 3), (P10A, 4)], [row(3) + row(4, "inactive"), row(3) + row(4, "inactive"), first_down, both, both])
    assert (done["polls"], done["pending"]) == (5, [])


def test_partial_result_on_timeout(waiting):
    done = waiting([(P10A, 3), (P10A, 4)], [row(3) + row(4, "inactive", "0,0,0")])
    assert [partition.lpar_id for partition in done["pending"]] == [4]
    assert done["lines"][-1] == "1 of 2 active after 60 s, time is up for lpar4 (inactive)"
    results = [partition.result() for partition in done["partitions"]]
    assert [(result["lpar_id"], result["outcome"], result["waited_seconds"]) for result in results] == [(3, "active", 0.0), (4, "waiting", 60.0)]


def test_the_last_poll_is_at_the_timeout(waiting):
    assert waiting([(P10A, 3)], [row(3, "inactive")], timeout=40)["naps"] == [15, 15, 10]


def test_no_time_means_one_look(waiting):
    assert waiting([(P10A, 3)], [row(3)], timeout=0, stable=1)["polls"] == 1


def test_hmc_that_is_gone_for_a_while_is_asked_again(waiting):
    done = waiting([(P10A, 3)], [row(3)], failure={2: Unreachable("Connection refused")})
    # active, gone, active, active
    assert (done["polls"], done["pending"]) == (4, [])
    assert "lpar3 (HMC unreachable: Connection refused)" in done["lines"][1]


def test_progress_says_who_waits_for_what_and_how_long_still(waiting):
    done = waiting([(P10A, 3), (P10A, 4)], [row(3) + row(4, "inactive"), row(3) + row(4), row(3) + row(4)])
    assert done["lines"] == [
        "0 of 2 active after 0 s, at most 60 s more for lpar3 (active, once more), lpar4 (inactive)",
        "1 of 2 active after 15 s, at most 45 s more for lpar4 (active, once more)",
        "2 of 2 active after 30 s",
    ]


def test_where_nothing_changes_the_pauses_grow(waiting):
    done = waiting([(P10A, 3)], [row(3, "inactive")], timeout=600)
    assert [line.split(",")[0].split("after ")[1] for line in done["lines"]] == ["0 s", "15 s", "30 s", "60 s", "120 s", "240 s", "360 s", "480 s", "600 s"]


def test_a_change_is_told_at_once(waiting):
    done = waiting([(P10A, 3)], [row(3, "inactive")] * 6 + [row(3, "none"), row(3, "inactive")], timeout=120)
    assert [line.split("lpar3 ")[1] for line in done["lines"]] == ["(inactive)"] * 4 + ["(none)", "(inactive)", "(inactive)"]


def test_a_slow_hmc_does_not_lengthen_the_wait(waiting):
    done = waiting([(P10A, 3)], [row(3, "inactive")], timeout=100, slow=50)
    # What is left is all that a poll gets, and the last one, however late it comes, has its ten seconds.
    assert done["given"] == [100, LAST_LOOK + 25]
    assert (done["naps"], done["deadlines"]) == ([15], [60, 32])


def test_one_that_hangs_leaves_time_for_the_answers_of_the_others(waiting):
    done = waiting([(f"9105-22A*78F000{number}", 3) for number in range(9)], [row(3)], timeout=30, stable=1)
    assert done["deadlines"] == [7]
    assert Batch([["lssyscfg"]] * 9, 7).longest <= 30


def test_a_progress_line_stays_readable():
    partitions = awaited([{"machine": P10A, "lpar_id": number} for number in range(50)])
    line = progress_line(partitions, partitions, 0, 60)
    assert line.endswith(f" and {50 - NAMES_SHOWN} more")
    assert len(line) < 600


def test_a_partition_named_twice_is_one():
    partitions = awaited([{"machine": P10A, "lpar_id": 3, "name": "aixdb01"}, {"machine": P10A, "lpar_id": 3, "name": None}])
    assert [(partition.lpar_id, partition.label) for partition in partitions] == [(3, "aixdb01")]
