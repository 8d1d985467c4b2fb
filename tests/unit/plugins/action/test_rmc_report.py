# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_report as an action: by itself for what it refuses and writes, and in a real play for how it finds its evidence."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import stat
import subprocess
import sys

import pytest
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible_collections.aixops.rsct.plugins.action import rmc_report

from report_task import run as _run

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "plugin_utils/_report"))
import report_builder as build  # noqa: E402

PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")


class _HostVars(dict):
    """hostvars that count how they are read: templating every variable of a fleet is what must not happen."""

    def raw_get(self, name):
        return dict.__getitem__(self, name)

    def __getitem__(self, name):
        raise AssertionError("hostvars were templated")


@pytest.fixture
def printed(monkeypatch):
    lines = []
    monkeypatch.setattr(rmc_report.display, "display", lines.append)
    return lines


def _survey() -> dict:
    made = build.survey(4)
    build.break_rsct(made, "aix00002")
    return made


def _play(made: dict) -> dict:
    """The variables of a play whose tasks collected that survey."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    hostvars = _HostVars()
    for name, host in made["hosts"].items():
        if host["rmc"]:
            security = {**host["rmc"]["security"], "clock_utc": now}
            answer = {"ansible_facts": {"rmc": {**host["rmc"], "collected_at": now, "security": security}}}
        else:
            answer = {"unreachable": True, "msg": host["message"]}
        hostvars[name] = {"__rmc_diagnose_facts": answer, "__rmc_diagnose_hmc": {"results": []}}
    leader = next(iter(made["hosts"]))
    hostvars.raw_get(leader)["__rmc_diagnose_hmc"]["results"] = [
        {"item": name, "ansible_loop_var": "item", **result} for name, result in made["hmcs"].items()
    ]
    names = list(made["hosts"])
    return {
        "hostvars": hostvars,
        "groups": {"all": [*names, *made["hmcs"]], "hmcs": list(made["hmcs"])},
        "ansible_play_hosts_all": names,
        "ansible_play_hosts": names,
    }


def test_a_survey_becomes_files_a_table_and_a_short_result(tmp_path, printed):
    result = _run({"survey": _survey(), "report_dir": str(tmp_path / "a" / "b"), "formats": ["html", "csv", "junit", "text"]})
    assert not result.get("failed") and result["changed"] is False
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [
        "rmc-evidence.json",
        "rmc-report.csv",
        "rmc-report.html",
        "rmc-report.json",
        "rmc-report.txt",
        "rmc-report.xml",
    ]
    assert (result["totals"], result["complete"], result["worst"]) == ({"HEALTHY": 3, "RSCT_DOWN": 1}, True, ["RSCT_DOWN"])
    assert "report" not in result
    assert result["text"] in printed[0] and "\n" in printed[0] and "aix00002" in printed[0]


def test_the_evidence_is_for_its_owner_only_and_no_half_file_is_left(tmp_path, printed):
    result = _run({"survey": _survey(), "report_dir": str(tmp_path)})
    assert stat.S_IMODE(os.stat(result["evidence_path"]).st_mode) == 0o600
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_saved_evidence_gives_the_same_report(tmp_path, printed):
    first = _run({"survey": _survey(), "report_dir": str(tmp_path / "1"), "return_report": True})
    again = _run({"evidence_files": [first["evidence_path"]], "report_dir": str(tmp_path / "2"), "return_report": True})
    assert again["report"] == first["report"]
    assert pathlib.Path(again["report_path"]).read_bytes() == pathlib.Path(first["report_path"]).read_bytes()


def test_four_slices_give_the_report_of_one_run(tmp_path, printed):
    whole = build.survey(40)
    for name in ("aix00001", "aix00002", "aix00003", "aix00004"):
        build.block(whole, name, "hmcbeta")
    names = list(whole["hosts"])
    files = []
    for number in range(4):
        part = {**whole, "hosts": {name: whole["hosts"][name] for name in names[number::4]}}
        files.append(_run({"survey": part, "report_dir": str(tmp_path / str(number))})["evidence_path"])
    merged = _run({"evidence_files": files, "report_dir": str(tmp_path / "merged"), "return_report": True})["report"]
    assert merged == _run({"survey": whole, "report_dir": str(tmp_path / "whole"), "return_report": True})["report"]


def test_check_mode_does_the_same(tmp_path, printed):
    results = [_run({"survey": _survey(), "report_dir": str(tmp_path / str(check))}, check_mode=check) for check in (False, True)]
    assert results[0]["totals"] == results[1]["totals"]
    assert (tmp_path / "True" / "rmc-report.json").read_bytes() == (tmp_path / "False" / "rmc-report.json").read_bytes()


def test_a_gate_fails_after_everything_was_written(tmp_path, printed):
    result = _run({"survey": _survey(), "report_dir": str(tmp_path), "fail_on": ["RSCT_DOWN", "MTU_MISMATCH"]})
    assert result["failed"] is True
    assert "RSCT_DOWN (1)" in result["msg"] and "MTU_MISMATCH" not in result["msg"]
    assert pathlib.Path(result["report_path"]).exists() and printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"fail_on": ["RSCT_DOWNN"]}, "RSCT_DOWNN"),
        ({"history": -1}, "history"),
        ({"thresholds": {"nonsense": 1}}, "nonsense"),
        ({"formats": ["pdf"]}, "pdf"),
        ({"survey": {"hosts": {}}}, "no survey"),
        ({"evidence_files": ["/nonexistent/rmc-evidence.json"]}, "mutually exclusive"),
        ({"evidence_files": ["/nonexistent/rmc-evidence.json"], "survey": None}, "cannot be read"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_written(tmp_path, printed, arguments, says):
    with pytest.raises((AnsibleActionFail, AnsibleError), match=says):
        _run({"survey": _survey(), "report_dir": str(tmp_path / "out"), **arguments})
    assert not (tmp_path / "out").exists() and not printed


def test_a_directory_that_cannot_be_written_is_said(tmp_path, printed):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(AnsibleActionFail, match="cannot be written"):
        _run({"survey": _survey(), "report_dir": str(tmp_path / "file" / "below")})


def test_a_name_that_is_no_text_loses_no_run(tmp_path, printed):
    """A byte that is no UTF-8, as it comes through Ansible: every format is asked for, and every file can be read."""
    made = _survey()
    made["hosts"]["aix00002"]["rmc"]["partition"]["lpar_name"] = "db\udcff01"
    for result in made["hmcs"].values():
        result["partitions"][1]["name"] = "db\udcff01"
    choices = ["json", "html", "csv", "junit", "text", "firewall", "inventory"]
    result = _run({"survey": made, "report_dir": str(tmp_path), "formats": choices, "history": 1})
    assert "rmc-report.csv" in [os.path.basename(path) for path in result["files"]]
    for path in result["files"]:
        assert "\\udc" not in pathlib.Path(path).read_text(encoding="utf-8")
    evidence = json.loads(pathlib.Path(result["evidence_path"]).read_text(encoding="utf-8"))
    assert evidence["hosts"]["aix00002"]["rmc"]["partition"]["lpar_name"] == "db?01"


def test_an_old_request_does_not_outlive_its_cause(tmp_path, printed):
    blocked = _survey()
    for name in list(blocked["hosts"])[2:]:
        for hmc in blocked["hmcs"]:
            build.block(blocked, name, hmc)
    _run({"survey": blocked, "report_dir": str(tmp_path), "formats": ["firewall"]})
    assert (tmp_path / "rmc-firewall-request.txt").exists()
    _run({"survey": _survey(), "report_dir": str(tmp_path), "formats": ["firewall"]})
    assert not (tmp_path / "rmc-firewall-request.txt").exists()


def test_history_tells_what_changed_and_keeps_no_more_than_asked(tmp_path, printed):
    for minute, broken in enumerate(("", "aix00002", "aix00002", "")):
        made = build.survey(4)
        made["collected_at"] = f"2026-11-20T0{3 + minute}:00:00Z"
        if broken:
            build.break_rsct(made, broken)
        report = _run({"survey": made, "report_dir": str(tmp_path), "history": 2, "return_report": True})["report"]
        if minute == 1:
            assert [item["name"] for item in report["changes"]["new"]] == ["aix00002"]
    assert [item["name"] for item in report["changes"]["fixed"]] == ["aix00002"]
    assert sorted(path.name for path in (tmp_path / "history").iterdir()) == [
        ".lock",
        "history.json",
        "rmc-report-20261120T050000Z.json",
        "rmc-report-20261120T060000Z.json",
    ]


# --- the hosts of a play ---


def test_the_play_is_the_survey_and_its_variables_are_not_templated(tmp_path, printed):
    made = _survey()
    build.lose(made, "aix00003")
    result = _run({"report_dir": str(tmp_path)}, _play(made))
    evidence = json.loads(pathlib.Path(result["evidence_path"]).read_text(encoding="utf-8"))
    assert sorted(evidence["hosts"]) == sorted(made["hosts"])
    assert evidence["hosts"]["aix00003"] == {"rmc": None, "unreachable": True, "message": "Connection timed out", "expected": None}
    assert evidence["hmcs"]["hmcbeta"] == made["hmcs"]["hmcbeta"]
    assert result["complete"] is False


def test_a_console_of_the_group_that_nobody_asked_is_not_read(tmp_path, printed):
    variables = _play(_survey())
    variables["groups"]["hmcs"].append("hmcgamma")
    result = _run({"report_dir": str(tmp_path)}, variables)
    assert result["complete"] is False
    assert "hmcgamma" in result["text"]


def test_a_host_that_dropped_out_of_the_play_is_reported(tmp_path, printed):
    variables = _play(_survey())
    variables["hostvars"].raw_get("aix00004").clear()
    variables["ansible_play_hosts"] = ["aix00001", "aix00002", "aix00003"]
    result = _run({"report_dir": str(tmp_path)}, variables)
    assert result["totals"]["UNDETERMINED"] == 1


def test_partitions_of_hosts_outside_of_the_limit_are_no_news(tmp_path, printed):
    variables = _play(_survey())
    variables["ansible_play_hosts_all"] = variables["ansible_play_hosts"] = ["aix00001"]
    result = _run({"report_dir": str(tmp_path), "return_report": True}, variables)
    outside = result["report"]["partitions_not_in_inventory"]
    assert [partition["maybe_host"] for partition in outside] == ["aix00002", "aix00003", "aix00004"]


def test_results_may_be_given_as_a_list(tmp_path, printed):
    made = _survey()
    variables = _play(made)
    results = [{"_hmc": name, **result} for name, result in made["hmcs"].items()]
    variables["hostvars"].raw_get("aix00001").pop("__rmc_diagnose_hmc")
    assert _run({"report_dir": str(tmp_path), "hmc_results": results}, variables)["complete"] is True


def test_in_a_real_play_it_runs_once_and_prints_a_table(tmp_path):
    """Many hosts, one result, lines instead of JSON."""
    made = build.survey(20)
    build.break_rsct(made, "aix00007")
    play = _play(made)
    hosts = {name: {"ansible_connection": "local", **play["hostvars"].raw_get(name)} for name in made["hosts"]}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"aix_lpars": {"hosts": hosts}, "hmcs": {"hosts": dict.fromkeys(made["hmcs"], {})}}), encoding="utf-8")
    playbook = tmp_path / "play.yml"
    task = {"aixops.rsct.rmc_report": {"report_dir": str(tmp_path / "out")}}
    playbook.write_text(json.dumps([{"hosts": "aix_lpars", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    done = subprocess.run([str(PLAYBOOK), "--check", "-i", str(inventory), str(playbook)], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nCAUSE                 LPAR                    WHAT IS WRONG -> NEXT STEP\n" in done.stdout
    assert done.stdout.count("ok: [") == 1
    assert "TOTAL  1 faulty, 19 healthy; the picture is complete" in done.stdout, done.stdout
