# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.module_process import RUN_MODULE


def run(path, check_mode=False, **entry):
    options = {"path": str(path), "entry": entry, "_ansible_check_mode": check_mode, "_ansible_diff": True}
    done = subprocess.run(
        [sys.executable, "-c", RUN_MODULE, "rmc_audit", json.dumps(options)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_line_a_change(tmp_path):
    path = tmp_path / "audit.log"
    path.write_text('{"old": 1}\n', encoding="utf-8")
    path.chmod(0o600)
    result = run(path, rung="recycle", commands=[{"argv": ["rmcctrl", "-z"]}])
    lines = path.read_text(encoding="utf-8").splitlines()
    assert (result["changed"], lines[0], lines[1]) == (True, '{"old": 1}', result["line"])
    assert json.loads(lines[1])["commands"] == [{"argv": ["rmcctrl", "-z"]}]
    assert json.loads(lines[1])["host_time"].endswith("Z")


def test_the_file_is_made_for_its_owner(tmp_path):
    run(tmp_path / "audit.log", rung="start")
    assert stat.S_IMODE(os.stat(tmp_path / "audit.log").st_mode) == 0o600


def test_check_mode_writes_nothing(tmp_path):
    assert run(tmp_path / "audit.log", check_mode=True, rung="start")["changed"]
    assert not (tmp_path / "audit.log").exists()


@pytest.mark.parametrize("how", ["no directory", "link", "fifo", "open to all"])
def test_where_it_will_not_write(tmp_path, how):
    path = tmp_path / ("none" if how == "no directory" else ".") / "audit.log"
    if how == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif how == "fifo":
        os.mkfifo(path, 0o600)
    elif how == "open to all":
        path.touch()
        path.chmod(0o666)
    result = run(path, rung="start")
    assert result["failed"] and "cannot be written" in result["msg"]
    assert not (tmp_path / "elsewhere").exists()
