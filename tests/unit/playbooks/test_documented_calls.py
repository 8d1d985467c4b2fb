# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of the READMEs as they are written there, with no variable that they do not name. The host is this machine, which has no RSCT."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
INVENTORY = {
    "all": {
        "vars": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable},
        "children": {"aix_lpars": {"hosts": {"aixdb01": {}, "aixdb02": {}}}},
    }
}


@pytest.fixture
def call(tmp_path):
    (tmp_path / "inventory.yml").write_text(json.dumps(INVENTORY), encoding="utf-8")

    def run(text):
        command = [str(PLAYBOOK), *text.split()[1:]]
        return subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    return run


@pytest.mark.parametrize("name", ["rmc_fix", "rmc_rekey", "rmc_remediate"])
def test_a_plan_is_written_to_the_default_directory(call, tmp_path, name):
    done = call(f"ansible-playbook aixops.rsct.{name} -i inventory.yml -l aixdb01 --check")
    assert done.returncode == 0, done.stdout
    plan = json.loads((tmp_path / "rmc-report/rmc-plan.json").read_text(encoding="utf-8"))
    assert [host["host"] for host in plan["hosts"]] == ["aixdb01"]
    assert plan["report"] == str(tmp_path / "rmc-report/rmc-report.json")


def test_the_rollback_lists_snapshots(call):
    done = call("ansible-playbook aixops.rsct.rmc_rollback -i inventory.yml -l aixdb01")
    assert done.returncode == 0, done.stdout
    assert "Nothing was put back" in done.stdout


def test_the_acceptance_test_is_carried_out(call):
    done = call("ansible-playbook aixops.rsct.rmc_verify -i inventory.yml -l aix_lpars")
    assert done.returncode == 2, done.stdout
    assert "aixdb01 is not accepted" in done.stdout and "aixdb02 is not accepted" in done.stdout
