# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All the refusals of refusals.yml side by side, then those of the plan: window, freeze, approval, drift."""

from __future__ import annotations

import datetime
import json
import shutil
import time
from pathlib import Path

import pytest
import yaml

from rehearsal import own

ROWS = yaml.safe_load(Path(__file__).with_name("refusals.yml").read_text(encoding="utf-8"))
METHODS = ["refresh", "start", "recycle", "targeted", "reset_keep_id", "reset_new_id"]
HMCS = ["hmc%d%s" % (pair, side) for pair in range(1, 6) for side in "ab"]
# Nothing forbids to repair this one but the plan.
PLAIN = "p1m4l03"
BY_HOST = {}


def place():
    free = iter(["p1m%dl%02d" % (machine, lpar) for machine in (1, 2, 3) for lpar in range(3, 21)])
    for row in ROWS:
        BY_HOST[row.get("host") or next(free)] = row


place()


def leave_journal(var_ct, phase):
    """What a restore leaves that was killed."""
    workspace = var_ct.with_name(".ct.snapshot")
    workspace.mkdir(mode=0o700)
    journal = {"schema": 1, "phase": phase, "snapshot": "before", "var_ct": str(var_ct.resolve())}
    (workspace / "journal.json").write_text(json.dumps(journal), encoding="utf-8")


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start("catalogue")
    known = {}
    for name, row in BY_HOST.items():
        if row.get("known"):
            known[name] = {"rsct_machine": estate.control.get(name, "machine"), "rsct_lpar_id": estate.control.get(name, "lpar_id")}
        for fault in row["break"]:
            estate.break_(**(fault if set(fault) & {"host", "subnet"} or row.get("host", "p1").startswith("p2") else dict(fault, host=name)))
        for path, value in row.get("set", {}).items():
            estate.control.set(name, path, value)
        if "interrupted" in row:
            leave_journal(estate.directory / "hosts" / name / "root/var/ct", row["interrupted"])
    estate.break_("RSCT_DOWN", host=PLAIN)
    (estate.results / "known.yml").write_text(json.dumps({"aix_lpars": {"hosts": known}}), encoding="utf-8")
    estate.settle()
    yield estate
    estate.down()


@pytest.fixture(scope="module")
def role(estate):
    hosts = [name for name, row in BY_HOST.items() if not row.get("outside_role")]
    start = time.time()
    run = estate.remediate("-l", ",".join(hosts), inventory=[estate.inventory, estate.results / "known.yml"], rmc_hmcs=HMCS, rmc_fix_approve=True,
                           rmc_remediate_serial=["100%"])
    return run, estate.ran(start)


@pytest.mark.parametrize("name", [name for name, row in BY_HOST.items() if not row.get("outside_role")], ids=lambda name: BY_HOST[name]["name"])
def test_the_role_refuses(role, name):
    run, dummy = role
    reasons = run.refusals().get(name, [])
    if BY_HOST[name]["role"]:
        assert set(reasons) & set(BY_HOST[name]["role"]), (run.verdicts.get(name), reasons)
        assert all(why["evidence"] and why["next_step"] for why in run.planned[name]["refused"])
    else:
        assert run.rungs().get(name) == "wait", (run.verdicts.get(name), reasons)


def test_the_role_ran_nothing(role):
    run, ran = role
    assert ran == {}
    assert set(run.rungs().values()) <= {"wait"}
    assert run.rc == 0, run.output[-3000:]


@pytest.fixture(scope="module")
def bare(estate):
    directory = estate.results / "bare"
    directory.mkdir()
    start, wanted = time.time(), {}
    for name, row in BY_HOST.items():
        if "bare" in row:
            override = {"host": name, "ticket": "CHG1"}
            wanted[name] = [dict({"method": method}, **{key: row[key] for key in ("expected", "snapshot") if key in row},
                                 # What the override is for is not tried with it.
                                 **({} if method == "refresh" else {"cluster_override": override})) for method in row.get("methods", METHODS)]
    result = estate.attempts(wanted, directory)
    assert result.returncode == 0, result.stdout[-3000:]
    return directory, wanted, estate.ran(start)


@pytest.mark.parametrize("name", [name for name, row in BY_HOST.items() if "bare" in row], ids=lambda name: BY_HOST[name]["name"])
def test_the_bare_modules_refuse(bare, name):
    directory, wanted, dummy = bare
    answers = json.loads((directory / (name + ".json")).read_text(encoding="utf-8"))
    assert sorted(answer["item"]["method"] for answer in answers) == sorted(each["method"] for each in wanted[name])
    for answer in answers:
        reasons = {refusal["reason"] for refusal in answer.get("refusals", [])}
        assert answer["failed"] and reasons & set(BY_HOST[name]["bare"]), (answer["item"]["method"], answer.get("msg"))
        assert answer["actions"] == [] and not answer["changed"]


def test_the_bare_modules_ran_nothing(bare):
    assert bare[2] == {}


# --- the plan refuses ---

NOW = datetime.datetime.now(datetime.timezone.utc)
TOMORROW = (NOW + datetime.timedelta(days=1)).strftime("%a").lower()
TERMS = {
    "not_approved": {"rmc_fix_approve": False},
    "outside_window": {"rmc_fix_window": {"days": [TOMORROW], "from": "12:00", "to": "12:01"}},
    "frozen": {
        "rmc_fix_freeze": [
            {
                "from": (NOW - datetime.timedelta(days=1)).strftime("%Y-%m-%d"),
                "to": (NOW + datetime.timedelta(days=1)).strftime("%Y-%m-%d"),
                "reason": "year end",
            }
        ]
    },
    "second_approval_needed": {"rmc_fix_approved_by": ["one", "one"], "rmc_fix_two_approvals_from": "start"},
}


@pytest.mark.parametrize("reason", TERMS)
def test_the_terms_refuse(estate, reason):
    start = time.time()
    run = estate.run("rmc_fix", "-l", PLAIN, rmc_hmcs=HMCS[:2], **{"rmc_fix_approve": True, **TERMS[reason]})
    assert run.verdicts == {PLAIN: "RSCT_DOWN"}
    assert run.refusals() == {PLAIN: [reason]}
    assert estate.ran(start) == {}


@pytest.fixture(scope="module")
def approved(estate):
    checked = estate.run("rmc_fix", "--check", "-l", PLAIN, rmc_hmcs=HMCS[:2])
    path = estate.results / "approved.json"
    shutil.copy(checked.directory / "rmc-plan.json", path)
    return path, checked.plan["id"]


def by_plan(estate, path, plan_id):
    start = time.time()
    run = estate.run("rmc_fix", "-l", PLAIN, rmc_hmcs=HMCS[:2], rmc_fix_plan_file=str(path), rmc_fix_plan_id=plan_id)
    assert estate.ran(start) == {}
    return run


def test_an_id_of_another_plan_is_refused(estate, approved):
    run = by_plan(estate, approved[0], "0123456789ab")
    assert run.rc != 0 and approved[1] in run.output


def test_an_edited_plan_is_refused(estate, approved, tmp_path):
    plan = json.loads(approved[0].read_text(encoding="utf-8"))
    plan["hosts"][0]["commands"].append({"host": PLAIN, "argv": ["rmcctrl", "-z"]})
    edited = tmp_path / "plan.json"
    edited.write_text(json.dumps(plan), encoding="utf-8")
    run = by_plan(estate, edited, approved[1])
    assert run.rc != 0 and "changed after it was written" in run.output


def test_a_plan_for_a_host_that_drifted_is_refused(estate, approved):
    """It was down; now it is up, but IBM.DRM is dead."""
    estate.control.heal(PLAIN)
    estate.break_("DRM_DOWN", host=PLAIN)
    estate.settle()
    assert by_plan(estate, *approved).refusals() == {PLAIN: ["evidence_drifted"]}


def test_without_a_snapshot_nothing_is_recycled(estate):
    start = time.time()
    run = estate.run("rmc_fix", "-l", PLAIN, rmc_hmcs=HMCS[:2], rmc_fix_approve=True, rmc_fix_rung="recycle", rmc_fix_snapshot_dir="/proc/nowhere")
    assert estate.ran(start) == {}
    assert run.outcomes().get(PLAIN) == "refused", (run.outcomes(), run.output[-3000:])
    assert "no snapshot" in run.stories[PLAIN]["why"]


def test_nothing_was_harmed(estate):
    assert estate.harm() == []
    assert estate.ran() == {}
