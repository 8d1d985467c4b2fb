# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_report with a history, run after run: what the judgement of one run knows of the runs before."""

from __future__ import annotations

import fcntl
import json
import pathlib
import sys
import threading

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.aixops.rsct.plugins.action import rmc_report
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import archive, survey

from report_task import run

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "plugin_utils/_report"))
import report_builder as build  # noqa: E402


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Judge a survey of some hour in one report directory."""
    monkeypatch.setattr(rmc_report.display, "display", lambda text: None)

    def one_run(made: dict, hour: int, history: int = 5) -> dict:
        made["collected_at"] = f"2026-11-20T{hour:02d}:00:00Z"
        return run({"survey": made, "report_dir": str(tmp_path), "history": history, "formats": ["json"], "return_report": True})["report"]

    return one_run


def test_a_survey_of_no_time_has_no_place_in_a_history(tmp_path):
    made = build.survey(1)
    del made["collected_at"]
    with pytest.raises(AnsibleActionFail, match="collected_at"):
        run({"survey": made, "report_dir": str(tmp_path / "out"), "history": 5})
    assert not (tmp_path / "out").exists()


def _limited(made: dict, *names: str) -> dict:
    """What a run with -l sees: all HMCs, some hosts."""
    made["not_asked"] = [name for name in made["hosts"] if name not in names]
    made["hosts"] = {name: made["hosts"][name] for name in names}
    return made


def _of(report: dict, name: str) -> dict:
    return next(host for host in report["hosts"] if host["host"] == name)


def _switched_off() -> dict:
    """aix00001 is off, so nobody can ask it who it is."""
    made = build.survey(4)
    build.lose(made, "aix00001")
    for result in made["hmcs"].values():
        result["partitions"][0].update(state="Not Activated", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    return made


def _cut_off() -> dict:
    made = build.survey(4)
    build.block(made, "aix00001", "hmcbeta")
    return made


def _moved() -> dict:
    """aix00001 is another partition of its machine now."""
    made = build.survey(4)
    made["hosts"]["aix00001"]["rmc"]["partition"]["lpar_id"] = 9
    for result in made["hmcs"].values():
        result["partitions"][0]["lpar_id"] = 9
    return made


def _silent(made: dict) -> dict:
    made["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
    return made


@pytest.mark.parametrize("history", [1, 5], ids=["the full report is gone", "the full report is kept"])
@pytest.mark.parametrize("between", [0, 1, 8])
def test_a_host_keeps_its_identity_over_runs_that_did_not_look_at_it(report, between, history):
    report(build.survey(4), 3, history)
    for hour in range(between):
        report(_limited(build.survey(4), "aix00002"), 4 + hour, history)
    last = report(_switched_off(), 20, history)
    assert (_of(last, "aix00001")["verdict"], _of(last, "aix00001")["machine"]) == ("NOT_RUNNING", build.machine_name(1))
    assert last["complete"] is True


@pytest.mark.parametrize("history", [1, 5], ids=["the full report is gone", "the full report is kept"])
@pytest.mark.parametrize("between", [0, 1, 8])
def test_an_hmc_that_is_silent_after_runs_with_a_limit_makes_nothing_healthy(report, between, history):
    assert _of(report(_cut_off(), 3, history), "aix00001")["verdict"] == "HMC_PATH"
    for hour in range(between):
        report(_limited(_cut_off(), "aix00002"), 4 + hour, history)
    host = _of(report(_silent(_without_beta(build.survey(4))), 20, history), "aix00001")
    assert host["verdict"] == "UNDETERMINED"
    assert "HMC hmcbeta did not answer for this partition" in host["unread"]


def _without_beta(made: dict) -> dict:
    """The partition has lost its record of hmcbeta: only the past tells that this HMC has it."""
    for host in made["hosts"].values():
        rmc = host["rmc"]
        rmc["control_points"] = rmc["control_points"][:1]
        rmc["domains"]["control_points"] = rmc["domains"]["control_points"][:1]
        rmc["network"]["paths"] = rmc["network"]["paths"][:1]
    return made


def test_what_a_run_with_a_limit_saw_of_the_other_hosts_is_not_forgotten(report):
    """hmcbeta was silent when the host was asked, and listed it when others were."""
    report(_silent(_without_beta(build.survey(4))), 3)
    report(_limited(_cut_off(), "aix00002"), 4)
    only_alpha = _limited(_cut_off(), "aix00002")
    del only_alpha["hmcs"]["hmcbeta"]
    report(only_alpha, 5)
    assert _of(report(_silent(_without_beta(build.survey(4))), 20), "aix00001")["verdict"] == "UNDETERMINED"


def test_old_evidence_is_not_judged_by_what_came_later(report):
    report(build.survey(4), 3)
    report(_limited(build.survey(4), "aix00002"), 4)
    then = report(_switched_off(), 8)
    report(_moved(), 9)
    report(_limited(_moved(), "aix00002"), 10)
    again = report(_switched_off(), 8)
    assert _of(again, "aix00001")["lpar_id"] == 1
    assert {**again, "changes": None} == {**then, "changes": None}


def test_a_run_with_the_clock_ahead_is_set_aside_and_said(report, tmp_path, monkeypatch):
    warnings = []
    monkeypatch.setattr(rmc_report.display, "warning", warnings.append)
    report(_cut_off(), 3)
    ahead = build.survey(4)
    ahead["collected_at"] = "2999-01-01T00:00:00Z"
    run({"survey": ahead, "report_dir": str(tmp_path), "history": 5, "formats": ["json"]})
    last = report(_cut_off(), 5)
    assert len(warnings) == 1 and "2999-01-01T00:00:00Z" in warnings[0] and "ahead-" in warnings[0]
    assert last["changes"]["previous_at"] == "2026-11-20T03:00:00Z"
    assert _of(last, "aix00001")["history"]["since"]["at"] == "2026-11-20T03:00:00Z"
    assert (tmp_path / "history" / "ahead-rmc-report-29990101T000000Z.json").exists()
    assert report(_cut_off(), 6)["changes"]["previous_at"] == "2026-11-20T05:00:00Z"
    assert len(warnings) == 1


def test_two_runs_into_one_directory_at_once_are_both_there(report, tmp_path, monkeypatch):
    """A second run begins when the first has judged and not yet written; it waits, says so, and builds on the first."""
    told, others = [], []
    written = archive.update

    def update_meanwhile(*arguments):
        state = written(*arguments)
        if not others:
            others.append(threading.Thread(target=report, args=(_cut_off(), 5)))
            said = threading.Event()
            monkeypatch.setattr(rmc_report.display, "display", lambda text: (told.append(text), said.set()))
            others[0].start()
            said.wait()
        return state

    monkeypatch.setattr(archive, "update", update_meanwhile)
    report(_cut_off(), 4)
    others[0].join()
    assert "Waiting for it to end" in told[0]
    state = json.loads((tmp_path / "history" / "history.json").read_text(encoding="utf-8"))
    assert [entry["at"][11:13] for entry in state["runs"]] == ["04", "05"]
    second = json.loads((tmp_path / "history" / "rmc-report-20261120T050000Z.json").read_text(encoding="utf-8"))
    assert second["changes"]["previous_at"] == "2026-11-20T04:00:00Z"
    with open(tmp_path / "history" / archive.LOCK_FILE, encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
