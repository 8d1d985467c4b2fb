# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rmc_merge on the files of four slices, one of which failed after the run before."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "plugin_utils/_report"))
import report_builder as build  # noqa: E402

PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
BEFORE = "2026-11-20T02:12:44Z"


@pytest.fixture
def slices(tmp_path):
    whole = build.survey(12)
    names = list(whole["hosts"])
    for number in range(4):
        directory = tmp_path / f"slice{number}"
        directory.mkdir()
        part = {**whole, "hosts": {name: whole["hosts"][name] for name in names[number::4]}, "collected_at": BEFORE if number == 1 else build.AT}
        (directory / "rmc-evidence.json").write_text(json.dumps(part), encoding="utf-8")
    return tmp_path


def _merged(slices, **variables) -> dict:
    out = slices / "all"
    variables = {"rmc_merge_dir": str(slices), "rmc_merge_slices": 4, "rmc_diagnose_report_dir": str(out), **variables}
    command = [str(PLAYBOOK), "aixops.rsct.rmc_merge", "-e", json.dumps(variables)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=slices)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((out / "rmc-report.json").read_text(encoding="utf-8"))


def test_what_a_failed_slice_left_behind_is_not_read(slices):
    report = _merged(slices)
    assert report["complete"] is False
    assert report["totals"] == {"HEALTHY": 9, "UNDETERMINED": 3}
    lost = next(host for host in report["hosts"] if host["host"] == "aix00002")
    assert BEFORE in json.dumps(lost["findings"])


def test_an_estate_with_long_runs_allows_for_more(slices):
    assert _merged(slices, rmc_diagnose_max_spread="7200")["totals"] == {"HEALTHY": 12}
