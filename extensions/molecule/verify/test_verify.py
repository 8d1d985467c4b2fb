# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rmc_verify by itself. Whatever it finds, it changes nothing."""

from __future__ import annotations

import re

import pytest

from rehearsal import own

HOSTS = "east01,east02,west01"


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start()
    estate.settle()
    yield estate
    estate.down()


def verify(estate, *arguments, hosts=HOSTS, **variables):
    return estate.run("rmc_verify", "-l", hosts, *arguments, **{"rmc_verify_timeout": 5, **variables})


def table(run):
    """host -> whether it is accepted, as the terminal says."""
    return {name: words == "accepted" for name, words in re.findall(r"^ {2,}(\w+) +(accepted|NOT accepted)$", run.output, re.MULTILINE)}


def test_who_is_well_is_accepted(estate):
    run = verify(estate)
    assert run.rc == 0, run.output[-3000:]
    assert table(run) == {"east01": True, "east02": True, "west01": True}


def test_check_mode_says_the_same(estate):
    run = verify(estate, "--check")
    assert run.rc == 0, run.output[-3000:]
    assert table(run) == {"east01": True, "east02": True, "west01": True}


def test_who_is_not_accepted_is_told_with_the_reason(estate):
    estate.break_("DRM_DOWN", host="east01")
    estate.settle()
    run = verify(estate)
    assert run.rc == 2, run.output[-3000:]
    assert table(run) == {"east01": False, "east02": True, "west01": True}
    assert "FAILED  diagnosis: DRM_DOWN" in run.output
    assert re.search(r"east01 is not accepted: .*IBM\.DRM", " ".join(run.output.split()))
    assert "east02 is not accepted" not in run.output


def test_the_result_can_be_taken_without_a_failure(estate):
    run = verify(estate, rmc_verify_fail=False)
    assert run.rc == 0, run.output[-3000:]
    assert table(run)["east01"] is False
    estate.control.heal("east01")
    estate.settle()


def test_memory_that_does_not_agree_is_not_accepted(estate):
    estate.control.set("west01", "run_memory_mb", 16384)
    run = verify(estate)
    assert run.rc == 2, run.output[-3000:]
    assert table(run) == {"east01": True, "east02": True, "west01": False}
    assert "FAILED  memory" in run.output
    run = verify(estate, rmc_verify_memory=False)
    assert run.rc == 0, run.output[-3000:]
    estate.control.set("west01", "run_memory_mb", None)


def test_an_hmc_that_does_not_answer_accepts_nobody(estate):
    estate.control.set("hmcbeta", "up", False)
    run = verify(estate, hosts="east02")
    assert run.rc == 2, run.output[-3000:]
    assert table(run) == {"east02": False}
    assert "hmcbeta" in run.output
    estate.control.set("hmcbeta", "up", True)


def test_nothing_was_changed(estate):
    assert estate.ran() == {} and estate.harm() == []
