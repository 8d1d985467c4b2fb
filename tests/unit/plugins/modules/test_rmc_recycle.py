# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.module_process import Partition, commands

RECYCLE = ["rmcctrl -z", "rmcctrl -A", "rmcctrl -p"]


def test_recycle_from_check_mode_to_the_second_run(tmp_path):
    partition = Partition(tmp_path)
    options = {"method": "recycle", "snapshot": partition.snapshot(), "expected": {"machine": "9105-22A*78F0A10", "lpar_id": 3}}

    checked = partition.run("rmc_recycle", check_mode=True, **options)
    assert (checked["changed"], commands(checked), partition.ran()) == (True, RECYCLE, [])
    assert {(entry["rc"], entry["outcome"]) for entry in checked["actions"]} == {(None, "would_run")}

    done = partition.run("rmc_recycle", **options)
    assert (done["changed"], commands(done), partition.ran()) == (True, RECYCLE, RECYCLE)
    assert all(entry["rc"] == 0 and entry["seconds"] >= 0 for entry in done["actions"])
    assert done["diff"] == {"before": done["before"], "after": done["after"]}

    partition.set(rmcd_age="00:10")
    again = partition.run("rmc_recycle", **options)
    assert (again["changed"], again["actions"], partition.ran()) == (False, [], [])


def test_refused_on_a_cluster_node(tmp_path):
    partition = Partition(tmp_path)
    subsystems = dict(partition.state["subsystems"], clstrmgrES=["cluster", "active"])
    subsystems["IBM.DRM"] = ["rsct_rm", "inoperative"]
    partition.set(subsystems=subsystems)
    for check_mode in (True, False):
        result = partition.run("rmc_recycle", check_mode=check_mode, method="start", force=True)
        assert result["failed"] and result["refusal"]["reason"] == "cluster_member"
        assert result["refusal"]["evidence"] == [{"source": "lssrc -a", "detail": "clstrmgrES active (PowerHA)"}]
        assert result["actions"] == [] and partition.ran() == []


def test_a_recycle_without_snapshot_is_refused(tmp_path):
    partition = Partition(tmp_path)
    result = partition.run("rmc_recycle", method="recycle")
    assert result["failed"] and result["refusal"]["reason"] == "no_snapshot" and partition.ran() == []


def test_ctrmc_is_started_again_when_the_start_fails_once(tmp_path):
    partition = Partition(tmp_path)
    snapshot = partition.snapshot()
    partition.set(answers={"rmcctrl -A": [1, "", "2610-999 It failed.\n", "failed"]})
    result = partition.run("rmc_recycle", method="recycle", snapshot=snapshot)
    assert result["failed"] and "2610-999" in result["msg"]
    assert result["recovery"]["needed"] and result["recovery"]["ctrmc"] == "active"
    assert partition.ran() == commands(result) == ["rmcctrl -z", "rmcctrl -A", "rmcctrl -A", "rmcctrl -s", "rmcctrl -p"]


def test_a_termination_in_the_middle_does_not_leave_ctrmc_stopped(tmp_path):
    partition = Partition(tmp_path)
    partition.set(signal_at="rmcctrl -z")
    snapshot = partition.snapshot()
    done = partition.start("rmc_recycle", method="recycle", snapshot=snapshot)
    assert partition.ran() == RECYCLE
    assert partition.state["subsystems"]["ctrmc"][1] == "active"
    assert done.returncode != 0


def test_result_is_plain_json_without_the_trace_of_reads(tmp_path):
    result = Partition(tmp_path).run("rmc_recycle", method="refresh")
    assert json.loads(json.dumps(result)) == result
    assert commands(result) == ["rmcctrl -p", "rmcrefreshMD -s ctrmc"]
