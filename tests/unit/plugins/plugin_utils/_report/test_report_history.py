# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when, new, fixed, flapping; and that silence never replaces a state."""

from __future__ import annotations

import errno
import json

import pytest
import report_builder as build

from ansible_collections.aixops.rsct.plugins.plugin_utils._report import archive, history


def _run(state: dict, minute: int, keep: int = 50, **verdicts) -> tuple:
    report = build.report([build.host(name, number, code) for number, (name, code) in enumerate(sorted(verdicts.items()), 1)])
    report["generated_at"] = f"2026-11-20T{3 + minute // 60:02d}:{minute % 60:02d}:00Z"
    return history.track(state, report, keep), report


def _names(report: dict, key: str) -> list:
    return [item["name"] for item in report["changes"][key]]


def test_the_first_run_has_nothing_to_compare_with():
    state, report = _run(history.empty(), 0, aix1="RSCT_DOWN")
    assert report["changes"]["previous_at"] is None
    assert report["changes"]["new"] == []
    assert report["hosts"][0]["history"]["since"] == {"at": "2026-11-20T03:00:00Z", "first_sighting": True}
    assert state["runs"] == [{"at": "2026-11-20T03:00:00Z", "complete": True, "hosts": 1}]


def test_new_changed_fixed_and_since_when():
    state, dummy = _run(history.empty(), 0, aix1="HEALTHY", aix2="RSCT_DOWN", aix3="RSCT_DOWN", aix4="MTU_MISMATCH")
    state, report = _run(state, 15, aix1="RSCT_DOWN", aix2="HEALTHY", aix3="MTU_MISMATCH", aix4="MTU_MISMATCH")
    assert (_names(report, "new"), _names(report, "fixed"), _names(report, "changed")) == (["aix1"], ["aix2"], ["aix3"])
    assert report["changes"]["previous_at"] == "2026-11-20T03:00:00Z"
    assert report["hosts"][0]["history"]["since"] == {"at": "2026-11-20T03:15:00Z", "first_sighting": False}
    assert report["hosts"][3]["history"]["since"]["at"] == "2026-11-20T03:00:00Z"


def test_what_could_not_be_read_keeps_its_state():
    state, dummy = _run(history.empty(), 0, aix1="RSCT_DOWN")
    state, report = _run(state, 15, aix1="UNDETERMINED")
    assert _names(report, "fixed") == []
    assert _names(report, "unread") == ["aix1"]
    assert report["hosts"][0]["history"] == {
        "since": None,
        "flapping": False,
        "last_known": {"verdict": "RSCT_DOWN", "since": "2026-11-20T03:00:00Z", "read_at": "2026-11-20T03:00:00Z"},
    }
    state, report = _run(state, 30, aix1="RSCT_DOWN")
    assert _names(report, "new") == []
    assert report["hosts"][0]["history"]["since"]["at"] == "2026-11-20T03:00:00Z"


def test_a_run_that_did_not_look_at_a_partition_changes_nothing_about_it():
    state, dummy = _run(history.empty(), 0, aix1="RSCT_DOWN", aix2="HEALTHY")
    for minute in range(15, 600, 15):
        report = build.report([build.host("aix2", 2)])
        report["generated_at"] = f"2026-11-20T{3 + minute // 60:02d}:{minute % 60:02d}:00Z"
        state = history.track(state, report, 3)
        assert _names(report, "fixed") == []
    state, report = _run(state, 615, aix1="HEALTHY", aix2="HEALTHY")
    assert _names(report, "fixed") == ["aix1"]


def test_switched_off_is_not_fixed():
    state, dummy = _run(history.empty(), 0, aix1="RSCT_DOWN")
    state, report = _run(state, 15, aix1="NOT_RUNNING")
    assert (_names(report, "fixed"), _names(report, "changed")) == ([], ["aix1"])


def test_three_transitions_within_an_hour_are_flapping_and_spread_over_a_day_are_not():
    state = history.empty()
    for minute, code in ((0, "HEALTHY"), (15, "RSCT_DOWN"), (30, "HEALTHY"), (45, "RSCT_DOWN")):
        state, report = _run(state, minute, aix1=code)
    assert _names(report, "flapping") == ["aix1"]
    assert report["hosts"][0]["history"]["flapping"] is True
    state = history.empty()
    for minute, code in ((0, "HEALTHY"), (240, "RSCT_DOWN"), (480, "HEALTHY"), (720, "RSCT_DOWN")):
        state, report = _run(state, minute, aix1=code)
    assert _names(report, "flapping") == []


def test_another_cause_is_no_transition():
    state = history.empty()
    for minute, code in ((0, "HEALTHY"), (10, "RSCT_DOWN"), (20, "MTU_MISMATCH"), (30, "RSCT_DOWN"), (40, "MTU_MISMATCH")):
        state, report = _run(state, minute, aix1=code)
    assert report["hosts"][0]["history"]["flapping"] is False


def test_a_host_that_could_not_say_who_it_is_is_known_by_its_name():
    state, dummy = _run(history.empty(), 0, aix1="RSCT_DOWN")
    report = build.report([build.host("aix1", None, "UNDETERMINED", machine=1)])
    report["hosts"][0]["machine"] = None
    report["generated_at"] = "2026-11-20T03:15:00Z"
    history.track(state, report, 5)
    assert report["hosts"][0]["history"]["last_known"]["verdict"] == "RSCT_DOWN"


def test_an_unknown_host_takes_its_entry_along_once_it_says_who_it_is():
    report = build.report([build.host("aix1", None, "RSCT_DOWN")])
    report["hosts"][0]["machine"] = None
    state = history.track(history.empty(), report, 5)
    state, report = _run(state, 45, aix1="HEALTHY")
    assert _names(report, "fixed") == ["aix1"]
    assert len(state["partitions"]) == 1


def _run_at(state: dict, minute: int, *hosts: dict) -> tuple:
    report = build.report(list(hosts))
    report["generated_at"] = f"2026-11-20T{3 + minute // 60:02d}:{minute % 60:02d}:00Z"
    return history.track(state, report, 50), report


def test_a_partition_that_moved_to_another_machine_takes_its_course_along():
    state, dummy = _run_at(history.empty(), 0, build.host("aix1", 1, "HMC_PATH"))
    state, report = _run_at(state, 60, build.host("aix1", 5, "HMC_PATH", machine=2))
    assert report["changes"]["new"] == []
    assert report["hosts"][0]["history"]["since"]["at"] == "2026-11-20T03:00:00Z"
    assert list(state["partitions"]) == [f"{build.machine_name(2)}/5"]
    # Another partition that gets the old id is somebody else.
    state, report = _run_at(state, 120, build.host("aix1", 5, "HMC_PATH", machine=2), build.host("aix9", 1))
    assert report["changes"]["fixed"] == []
    assert report["hosts"][1]["history"]["since"] == {"at": "2026-11-20T05:00:00Z", "first_sighting": True}


def test_a_partition_that_moved_inherits_nothing_from_the_one_that_had_its_new_id():
    state, dummy = _run_at(history.empty(), 0, build.host("aix1", 1), build.host("gone", 5, "RSCT_DOWN", machine=2))
    state, report = _run_at(state, 60, build.host("aix1", 5, machine=2))
    assert report["changes"]["fixed"] == []
    assert report["hosts"][0]["history"]["since"]["at"] == "2026-11-20T03:00:00Z"


def test_a_host_of_another_name_at_a_known_partition_is_that_partition():
    state, dummy = _run_at(history.empty(), 0, build.host("aix1", 1, "RSCT_DOWN"))
    state, report = _run_at(state, 60, build.host("aix1.example.com", 1, "RSCT_DOWN"))
    assert report["changes"]["new"] == []
    assert report["hosts"][0]["history"]["since"]["at"] == "2026-11-20T03:00:00Z"
    assert len(state["partitions"]) == 1


def test_two_hosts_that_changed_names_keep_the_courses_of_their_partitions():
    state, dummy = _run_at(history.empty(), 0, build.host("aix1", 1, "RSCT_DOWN"), build.host("aix2", 2))
    dummy, report = _run_at(state, 60, build.host("aix2", 1, "RSCT_DOWN"), build.host("aix1", 2))
    assert (report["changes"]["new"], report["changes"]["fixed"]) == ([], [])


def test_tracking_never_alters_the_state_it_was_given():
    state, dummy = _run(history.empty(), 0, aix1="RSCT_DOWN")
    before = json.dumps(state)
    _run(state, 15, aix1="HEALTHY")
    assert json.dumps(state) == before


def test_retention_names_the_oldest_reports():
    names = [archive.file_name(f"2026-11-20T03:{minute:02d}:00Z") for minute in range(5)]
    assert names[0] == "rmc-report-20261120T030000Z.json"
    assert archive.surplus(names[::-1], 2) == names[:3]
    assert archive.surplus(names, 10) == []


def test_a_lost_or_damaged_state_is_made_again_out_of_the_kept_reports(tmp_path):
    state, first = _run(history.empty(), 0, aix1="RSCT_DOWN")
    (tmp_path / archive.file_name(first["generated_at"])).write_text(json.dumps(first), encoding="utf-8")
    for damaged in (None, "{", '{"schema": 99}', "[]"):
        if damaged is not None:
            (tmp_path / archive.STATE_FILE).write_text(damaged, encoding="utf-8")
        dummy, second = _run(history.empty(), 15, aix1="HEALTHY")
        rebuilt = archive.update(str(tmp_path), second, 5, 3)
        assert _names(second, "fixed") == ["aix1"]
        assert rebuilt["runs"][0] == state["runs"][0]


def test_an_empty_directory_is_an_empty_history(tmp_path):
    missing = str(tmp_path / "missing")
    dummy, report = _run(history.empty(), 0, aix1="RSCT_DOWN")
    assert len(archive.update(missing, report, 5, 3)["runs"]) == 1
    assert archive.earlier(missing, report["generated_at"]) == []


def test_the_judgement_gets_the_reports_of_the_last_hour_newest_first(tmp_path):
    for minute in (0, 100, 130, 150):
        dummy, report = _run(history.empty(), minute, aix1="HEALTHY")
        (tmp_path / archive.file_name(report["generated_at"])).write_text(json.dumps(report), encoding="utf-8")
    (tmp_path / "rmc-report-20261120T060000Z.json").write_text("{ damaged", encoding="utf-8")
    stamps = [report["generated_at"][11:16] for report in archive.earlier(str(tmp_path), "2026-11-20T05:30:00Z")]
    assert stamps == ["05:10", "04:40", "03:00"]


def _save(directory, state: dict, report: dict) -> None:
    (directory / archive.file_name(report["generated_at"])).write_text(json.dumps(report), encoding="utf-8")
    (directory / archive.STATE_FILE).write_text(json.dumps(state), encoding="utf-8")


def test_the_same_evidence_judged_again_is_no_second_run(tmp_path):
    state, first = _run(history.empty(), 0, aix1="HEALTHY")
    _save(tmp_path, state, first)
    state, second = _run(state, 15, aix1="RSCT_DOWN")
    _save(tmp_path, state, second)
    dummy, again = _run(history.empty(), 15, aix1="RSCT_DOWN")
    assert archive.update(str(tmp_path), again, 5, 3) == state
    assert _names(again, "new") == ["aix1"]


def test_old_evidence_changes_nothing_that_is_known_since(tmp_path):
    state, first = _run(history.empty(), 0, aix1="HEALTHY")
    _save(tmp_path, state, first)
    state, second = _run(state, 30, aix1="HEALTHY")
    _save(tmp_path, state, second)
    dummy, old = _run(history.empty(), 15, aix1="RSCT_DOWN")
    assert archive.update(str(tmp_path), old, 5, 3) == state
    assert old["changes"]["previous_at"] == first["generated_at"]


# --- a clock that was ahead ---

NOW = "2026-11-20T05:00:00Z"


def _with_a_run_of_2030(directory) -> dict:
    """Two runs of today, and one between them while the clock was ahead."""
    state, first = _run(history.empty(), 0, aix1="RSCT_DOWN", aix2="HEALTHY")
    _save(directory, state, first)
    ahead = build.report([build.host("aix1", 1), build.host("aix2", 2), build.host("aix3", 3)])
    ahead["generated_at"] = "2030-01-01T00:00:00Z"
    state = history.track(state, ahead, 50)
    _save(directory, state, ahead)
    return state


def test_a_run_of_the_future_is_set_aside_and_nothing_of_it_is_lost(tmp_path):
    state = _with_a_run_of_2030(tmp_path)
    assert archive.set_aside_future(str(tmp_path), NOW) == "2030-01-01T00:00:00Z"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "ahead-history-20300101T000000Z.json",
        "ahead-rmc-report-20300101T000000Z.json",
        "history.json",
        "rmc-report-20261120T030000Z.json",
    ]
    assert json.loads((tmp_path / "ahead-history-20300101T000000Z.json").read_text(encoding="utf-8")) == state
    dummy, report = _run(history.empty(), 60, aix1="RSCT_DOWN", aix2="HEALTHY")
    state = archive.update(str(tmp_path), report, 5, 3)
    assert [run["at"] for run in state["runs"]] == ["2026-11-20T03:00:00Z", "2026-11-20T04:00:00Z"]
    assert report["hosts"][0]["history"]["since"]["at"] == "2026-11-20T03:00:00Z"
    assert report["changes"]["previous_at"] == "2026-11-20T03:00:00Z"
    # It was seen in that run only.
    assert [entry["name"] for entry in state["partitions"].values()] == ["aix1", "aix2"]
    assert archive.set_aside_future(str(tmp_path), NOW) == ""


def test_what_the_run_of_the_future_knew_is_not_judged_by(tmp_path):
    _with_a_run_of_2030(tmp_path)
    archive.set_aside_future(str(tmp_path), NOW)
    told = [host for report in archive.earlier(str(tmp_path), NOW) for host in report["hosts"]]
    assert [(host["host"], host["verdict"]) for host in told] == [("aix1", "RSCT_DOWN"), ("aix2", "HEALTHY")]


def test_a_clock_a_few_minutes_ahead_is_not_the_future(tmp_path):
    state, first = _run(history.empty(), 0, aix1="RSCT_DOWN")
    _save(tmp_path, state, first)
    assert archive.set_aside_future(str(tmp_path), "2026-11-20T02:55:00Z") == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["history.json", "rmc-report-20261120T030000Z.json"]


def test_an_empty_history_has_no_future(tmp_path):
    assert archive.set_aside_future(str(tmp_path), NOW) == ""
    assert not list(tmp_path.iterdir())


def test_the_last_evidence_judged_again_keeps_courses_that_outlived_their_reports(tmp_path):
    state, first = _run(history.empty(), 0, aix1="RSCT_DOWN")
    state, second = _run(state, 60, aix1="RSCT_DOWN")
    _save(tmp_path, state, second)
    dummy, again = _run(history.empty(), 60, aix1="RSCT_DOWN")
    assert archive.update(str(tmp_path), again, 5, 3) == state
    assert again["hosts"][0]["history"]["since"]["at"] == first["generated_at"]


def test_a_file_system_without_locks_is_written_all_the_same(tmp_path, monkeypatch):
    def no_locks(handle, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(archive.fcntl, "flock", no_locks)
    with archive.locked(str(tmp_path / "history"), pytest.fail):
        assert (tmp_path / "history").is_dir()
