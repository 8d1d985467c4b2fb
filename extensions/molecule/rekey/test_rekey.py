# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rmc_rekey on a host with a damaged key pair, beside one whose RSCT is only stopped."""

from __future__ import annotations

import shutil
import time

import pytest

from rehearsal import own

HOSTS = "east01,east02"


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start()
    estate.break_("KEYS_DAMAGED", host="east01", how="pair")
    estate.break_("RSCT_DOWN", host="east02")
    estate.settle()
    yield estate
    estate.down()


@pytest.fixture(scope="module")
def checked(estate):
    start = time.time()
    run = estate.run("rmc_rekey", "--check", "-l", HOSTS)
    assert run.rc == 0, run.output[-3000:]
    assert estate.ran(start) == {}
    path = estate.results / "approved.json"
    shutil.copy(run.directory / "rmc-plan.json", path)
    return run, path


def test_only_causes_of_keys_and_identity_have_a_rung(checked):
    run, dummy = checked
    assert run.verdicts == {"east01": "KEYS_DAMAGED", "east02": "RSCT_DOWN"}
    assert run.planned["east01"]["rung"] == "targeted"
    assert run.refusals() == {"east01": ["approval_by_id_needed"], "east02": ["rung_does_not_fit"]}


def test_a_general_approval_is_not_enough(estate, checked):
    start = time.time()
    run = estate.run("rmc_rekey", "-l", HOSTS, rmc_fix_approve=True)
    assert run.refusals()["east01"] == ["approval_by_id_needed"]
    assert estate.ran(start) == {}


def test_the_approved_plan_is_carried_out_and_heals(estate, checked):
    plan, path = checked
    start = time.time()
    run = estate.run("rmc_rekey", "-l", HOSTS, rmc_fix_plan_file=str(path), rmc_fix_plan_id=plan.plan["id"])
    assert run.rc == 0, run.output[-3000:]
    assert run.outcomes() == {"east01": "healed"}
    assert estate.ran(start) == plan.commands()
    status = estate.control.status()["lpars"]
    assert status["east01"]["healthy"] and not status["east02"]["healthy"]
    assert estate.harm() == []
