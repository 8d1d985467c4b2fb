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
        "children": {
            "aix_lpars": {"hosts": {"aixdb01": {}, "aixdb02": {}}},
            # Not the group hmcs, and nobody listens on the port tcpmux.
            "consoles": {"hosts": {"hmc01": {}, "hmc02": {}}, "vars": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}},
        },
    }
}


@pytest.fixture
def call(tmp_path):
    (tmp_path / "inventory.yml").write_text(json.dumps(INVENTORY), encoding="utf-8")

    def run(text, *more):
        command = [str(PLAYBOOK), *text.split()[1:], *more]
        return subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)

    return run


@pytest.mark.parametrize("name", ["rmc_fix", "rmc_rekey", "rmc_remediate"])
def test_a_plan_is_written_to_the_default_directory(call, tmp_path, name):
    done = call(f"ansible-playbook aixops.rsct.{name} -i inventory.yml -l aixdb01 --check")
    assert done.returncode == 0, done.stdout
    plan = json.loads((tmp_path / "rmc-report/rmc-plan.json").read_text(encoding="utf-8"))
    assert [host["host"] for host in plan["hosts"]] == ["aixdb01"]
    assert plan["report"] == str(tmp_path / "rmc-report/rmc-report.json")
    # A copy that no later diagnosis writes over.
    kept = pathlib.Path(plan["evidence"])
    assert kept.parent == tmp_path / "rmc-report/evidence" and kept.stat().st_mode & 0o777 == 0o600
    seen = json.loads((tmp_path / "rmc-report/rmc-evidence.json").read_text(encoding="utf-8"))
    assert json.loads(kept.read_text(encoding="utf-8")) == {**seen, "hosts": {"aixdb01": seen["hosts"]["aixdb01"]}}


def test_the_rollback_lists_snapshots(call):
    done = call("ansible-playbook aixops.rsct.rmc_rollback -i inventory.yml -l aixdb01")
    assert done.returncode == 0, done.stdout
    assert "Nothing was put back" in done.stdout


def test_the_acceptance_test_is_carried_out(call):
    done = call("ansible-playbook aixops.rsct.rmc_verify -i inventory.yml -l aix_lpars")
    assert done.returncode == 2, done.stdout
    assert "aixdb01 is not accepted" in done.stdout and "aixdb02 is not accepted" in done.stdout


def _hmcs(tmp_path):
    report = json.loads((tmp_path / "rmc-report/rmc-report.json").read_text(encoding="utf-8"))
    return [hmc["name"] for hmc in report["hmcs"]]


@pytest.mark.parametrize(
    ("given", "names"),
    [("rmc_hmcs=hmc01", ["hmc01"]), ("rmc_hmcs='hmc01, hmc02'", ["hmc01", "hmc02"]), ('{"rmc_hmcs": "[\\"hmc02\\"]"}', ["hmc02"])],
)
def test_the_consoles_of_a_survey_are_no_letters(call, tmp_path, given, names):
    done = call("ansible-playbook aixops.rsct.rmc_diagnose -i inventory.yml -l aixdb01 -e", given)
    assert done.returncode == 0, done.stdout
    assert _hmcs(tmp_path) == names


def test_a_survey_of_a_repair_is_read(call, tmp_path):
    answers = {
        "rmc_hmcs": "hmc01,hmc02", "rmc_fix_only": "start, refresh", "rmc_fix_approved_by": "Jane Doe, Joe Doe", "rmc_fix_serial": "1, 50%",
        "rmc_fix_freeze": '[{"from": "2020-12-20", "to": "2020-12-31", "reason": "year end"}]', "rmc_diagnose_fail_on": "HEALTHY, RSCT_DOWN",
        "rmc_fix_approve": "false", "rmc_diagnose_formats": "json,html",
    }
    done = call("ansible-playbook aixops.rsct.rmc_fix -i inventory.yml -l aixdb01 --check -e", json.dumps(answers))
    assert done.returncode == 0, done.stdout
    plan = json.loads((tmp_path / "rmc-report/rmc-plan.json").read_text(encoding="utf-8"))
    assert plan["approved_by"] == ["Jane Doe", "Joe Doe"]
    assert _hmcs(tmp_path) == ["hmc01", "hmc02"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("rmc_hmcs", {"hmc01": {}}), ("rmc_hmcs", '["hmc01"'), ("rmc_fix_only", "restart"), ("rmc_fix_freeze", "2026-12-20"), ("rmc_fix_serial", "some")],
)
def test_what_makes_no_sense_is_refused(call, tmp_path, name, value):
    done = call("ansible-playbook aixops.rsct.rmc_fix -i inventory.yml -l aixdb01 -e", json.dumps({name: value}))
    assert done.returncode == 2, done.stdout
    assert not (tmp_path / "rmc-report/rmc-plan.json").exists()
