# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import datetime
import os
import stat

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import audit, seal, text

HEAD = {"created_at": "2026-01-01T00:00:00Z"}


def preview(*commands, **more):
    return {"actions": [{"argv": list(argv), "rc": None, "seconds": 0.0, "outcome": "would_run"} for argv in commands], "changed": True, **more}


@pytest.fixture
def entries(estate, planned):
    """lpar2: start; lpar3: reset_keep_id, by id; the rest is healthy."""
    estate.rmcd_stopped("lpar2")
    estate.down("lpar3")
    estate.rmc("lpar3")["node_id"].update(var_ct="0" * 15 + "1", consistent=False)
    return list(planned(estate, max_rung="reset_keep_id").values())


PREVIEWS = {"lpar2": [("lpar2", preview(["rmcctrl", "-s"]))], "lpar3": [("lpar3", preview(["recfgct", "-s"], ["rmcctrl", "-p"]))]}


def sealed(entries, previews=None, **terms):
    return seal.seal(copy.deepcopy(entries), PREVIEWS if previews is None else previews, seal.Terms(**terms), HEAD)


def decisions(plan):
    return {host["host"]: (host["decision"], [why["reason"] for why in host["refused"]]) for host in plan["hosts"] if host["decision"] != "nothing"}


def test_nothing_runs_without_approval(entries):
    plan = sealed(entries)
    assert decisions(plan) == {"lpar2": ("waits_for_approval", ["not_approved"]), "lpar3": ("waits_for_approval", ["approval_by_id_needed"])}
    assert plan["waves"] == []


def test_wholesale_approval_does_not_reach_what_needs_an_id(entries):
    plan = sealed(entries, approve=True)
    assert decisions(plan) == {"lpar2": ("apply", []), "lpar3": ("waits_for_approval", ["approval_by_id_needed"])}
    assert plan["waves"] == [["lpar2"]]


def test_the_id_does_not_depend_on_approval_or_time(entries):
    assert sealed(entries)["id"] == sealed(entries, approve=True, closed=("frozen", "year end"))["id"]


def test_an_approved_plan_runs_to_the_letter(entries):
    plan = sealed(entries, approved=sealed(entries))
    assert decisions(plan) == {"lpar2": ("apply", []), "lpar3": ("apply", [])}
    assert plan["hosts"][2]["commands"] == [{"host": "lpar3", "argv": ["recfgct", "-s"]}, {"host": "lpar3", "argv": ["rmcctrl", "-p"]}]


def test_other_commands_than_the_approved_ones(entries):
    approved = sealed(entries)
    plan = sealed(entries, dict(PREVIEWS, lpar2=[("lpar2", preview(["rmcctrl", "-A"]))]), approved=approved)
    assert decisions(plan)["lpar2"] == ("refused", ["commands_differ"])
    assert decisions(plan)["lpar3"] == ("apply", [])


def test_evidence_that_drifted(entries):
    approved = sealed(entries)
    drifted = copy.deepcopy(entries)
    drifted[1]["evidence_digest"] = "0" * 64
    assert decisions(sealed(drifted, approved=approved))["lpar2"] == ("refused", ["evidence_drifted"])


def test_drift_is_told_even_where_the_host_is_refused_for_another_reason(entries, estate, planned):
    approved = sealed(entries)
    estate.rmc("lpar2")["cluster"] = {"member": True, "online": True, "evidence": []}
    assert decisions(sealed(list(planned(estate).values()), approved=approved))["lpar2"] == ("refused", ["evidence_drifted", "cluster_member"])


def test_a_host_that_nobody_approved(entries):
    approved = sealed([entry for entry in entries if entry["host"] != "lpar2"])
    assert decisions(sealed(entries, approved=approved))["lpar2"] == ("refused", ["not_in_approved_plan"])


def test_an_approved_plan_is_checked(entries):
    plan = sealed(entries)
    assert seal.check_approved(plan, plan["id"]) is None
    assert "was approved" in seal.check_approved(plan, "0" * 12)
    assert "no id was approved" in seal.check_approved(plan, "")
    assert "no plan" in seal.check_approved({"schema": 2}, plan["id"])
    plan["hosts"][1]["commands"].append({"host": "lpar2", "argv": ["recfgct"]})
    assert "changed after it was written" in seal.check_approved(plan, plan["id"])


@pytest.mark.parametrize("names", [["ann", "ann"], ["ann", "Ann "], ["Ann  Doe", "ann doe"], ["ann", " ", ""], [], ["ann"]])
def test_one_person_is_not_two(entries, names):
    approved = sealed(entries)
    assert decisions(sealed(entries, approved=approved, two_from="recycle", approved_by=names))["lpar3"] == ("waits_for_approval", ["second_approval_needed"])


def test_two_approvals(entries):
    approved = sealed(entries)
    plan = sealed(entries, approved=approved, two_from="recycle", approved_by=["ann", "bob"])
    assert decisions(plan) == {"lpar2": ("apply", []), "lpar3": ("apply", [])}
    assert decisions(sealed(entries, approve=True, two_from="recycle"))["lpar2"] == ("apply", [])


def test_a_closed_window_refuses_what_was_approved(entries):
    plan = sealed(entries, approve=True, closed=("outside_window", "it is Tue"))
    assert decisions(plan)["lpar2"] == ("refused", ["outside_window"])


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"failed": True, "msg": "no python", "actions": []}, "preview_failed"),
        ({"unreachable": True, "msg": "gone"}, "preview_failed"),
        ({"failed": True, "msg": "Refused", "refusals": [{"reason": "activity_in_progress", "evidence": [], "next_step": ""}]}, "activity_in_progress"),
        ({"changed": False, "actions": [], "msg": "Nothing to do"}, "preview_failed"),
    ],
)
def test_a_module_that_would_not_run(entries, result, reason):
    assert decisions(sealed(entries, {"lpar2": [("lpar2", result)]}, approve=True))["lpar2"] == ("refused", [reason])


def test_no_preview_at_all_is_no_plan(entries):
    assert decisions(sealed(entries, {}, approve=True))["lpar2"] == ("refused", ["preview_failed"])


def test_one_wave_defers_the_rest(estate, planned):
    estate.rmcd_stopped("lpar2")
    estate.rmcd_stopped("lpar3")
    previews = {name: [(name, preview(["rmcctrl", "-s"]))] for name in ("lpar2", "lpar3")}
    plan = sealed(list(planned(estate).values()), previews, approve=True, one_wave=True, per_system=1)
    assert plan["waves"] == [["lpar2"]]
    assert decisions(plan)["lpar3"] == ("deferred", ["deferred"])


@pytest.mark.parametrize(("answer", "expected"), [
    (preview(["chsysstate"]), {"lpar2": ("apply", []), "lpar3": ("apply", [])}),
    ({"failed": True, "msg": "no authority", "actions": []}, {"lpar2": ("refused", ["preview_failed"]), "lpar3": ("refused", ["served_by_another"])}),
])
def test_who_is_served_by_the_command_of_another_waits_with_it(estate, planned, answer, expected):
    for name in expected:
        for hmc in ("hmcalpha", "hmcbeta"):
            estate.inactive(name, hmc, raw=True)
    entries = planned(estate)
    assert entries["lpar3"]["shares"] == "lpar2" and not entries["lpar3"]["steps"]
    plan = sealed(list(entries.values()), {"lpar2": [("hmcalpha", answer)]}, approve=True)
    assert decisions(plan) == expected


def test_the_plan_as_text(entries):
    told = text.plan(sealed(entries, approve=True))
    assert "$ lpar2: rmcctrl -s" in told
    assert "approval_by_id_needed" in told
    assert max(len(line) for line in told.splitlines()) <= text.WIDTH


# The audit file.


def test_lines_are_added_for_the_owner_only(tmp_path):
    path = tmp_path / "audit.jsonl"
    audit.append(str(path), [{"host": "a"}])
    audit.append(str(path), [{"host": "b"}, {"host": "c"}])
    audit.append(str(path), [])
    assert [entry["host"] for entry in audit.read(str(path))] == ["a", "b", "c"]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text('{"host": "a"}\n[1]\n{"host": "b", "verd', encoding="utf-8")
    assert audit.read(str(path)) == [{"host": "a"}]
    assert audit.read(str(tmp_path / "none")) == []
    path.write_text('{"host": "a"}\n{"host": "b', encoding="utf-8")
    audit.append(str(path), [{"host": "c"}])
    assert audit.read(str(path)) == [{"host": "a"}, {"host": "c"}]


def test_what_was_tried():
    now = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)

    def line(host, outcome, at="2026-01-01T12:00:00Z", rung="recycle"):
        return {"host": host, "outcome": outcome, "at": at, "verdict": "DRM_DOWN", "rung": rung}

    entries = [
        line("a", "rolled_back", rung="start"), line("a", "not_healed"), line("b", "rolled_back"), line("b", "healed"),
        line("c", "rolled_back", "2025-12-01T00:00:00Z"),
        line("d", "refused"), line("e", "rolled_back", "yesterday"), line("f", "continues"), {"phase": "begin", "host": "g"},
    ]
    assert audit.tried(entries, now, 24) == {"a": {("DRM_DOWN", "start"), ("DRM_DOWN", "recycle")}}
