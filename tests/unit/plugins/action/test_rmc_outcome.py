# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible itself makes of a module that is killed and of a host that is lost, and what the stories make of that."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
AT = "2026-11-20T03:12:44Z"
KILLED_MODULE = """#!/usr/bin/python
import os
os.kill(os.getpid(), 9)
"""
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Begin while it is frozen
      aixops.rsct.rmc_outcome: {step: begin, plan: "{{ plan }}", hosts: [cut, lost], freeze: [{from: 2020-01-01, to: 2999-12-31, reason: year end}]}
      run_once: true
      ignore_errors: true
      register: begun
    - name: Change
      killed:
      ignore_errors: true
      ignore_unreachable: true
      register: __rmc_fix_ran_recycle
    - name: See who was changed
      aixops.rsct.rmc_outcome: {step: applied, plan: "{{ plan }}", hosts: [cut, lost]}
      run_once: true
      register: applied
    - name: See who did not recover
      aixops.rsct.rmc_outcome: {step: verified, plan: "{{ plan }}", hosts: [cut, lost]}
      run_once: true
      register: verified
    - name: Tell
      aixops.rsct.rmc_outcome: {step: close, plan: "{{ plan }}", hosts: [cut, lost], hmcs: [hmcalpha]}
      run_once: true
      register: closed
    - name: Keep
      ansible.builtin.copy:
        content: "{{ {'applied': applied, 'verified': verified, 'closed': closed, 'begun': begun} | to_json }}"
        dest: "{{ out }}"
        mode: "0600"
      run_once: true
"""


def entry(name, lpar_id):
    return {
        "host": name, "machine": "9105-22A*78F0A10", "lpar_id": lpar_id, "lpar_name": name, "verdict": "DRM_DOWN", "rung": "recycle", "side": "lpar",
        "steps": [{"where": "lpar", "host": name, "module": "rmc_recycle", "options": {}}], "settle_seconds": 300, "restorable": True,
        "hmcs": ["hmcalpha"], "commands": [], "evidence_digest": "0" * 64,
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    directory = tmp_path_factory.mktemp("outcome")
    (directory / "library").mkdir()
    (directory / "library/killed.py").write_text(KILLED_MODULE, encoding="utf-8")
    (directory / "evidence.json").write_text(json.dumps({"hosts": {}, "hmcs": {}}), encoding="utf-8")
    plan = {
        "id": "0" * 12, "created_at": AT, "approved_by": [], "snapshot": "before", "waves": [["cut", "lost"]], "evidence": str(directory / "evidence.json"),
        "hosts": [entry("cut", 1), entry("lost", 2)],
    }
    (directory / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (directory / "play.yml").write_text(PLAY, encoding="utf-8")
    hosts = {
        "cut": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable},
        # Nobody listens on the port tcpmux.
        "lost": {"ansible_host": "127.0.0.1", "ansible_port": 1},
    }
    (directory / "inventory.yml").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    variables = {"plan": str(directory / "plan.json"), "out": str(directory / "out.json")}
    command = [str(PLAYBOOK), str(directory / "play.yml"), "-i", str(directory / "inventory.yml"), "-e", json.dumps(variables)]
    done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert (directory / "out.json").exists(), done.stdout
    lines = [json.loads(line) for line in (directory / "rmc-audit.jsonl").read_text(encoding="utf-8").splitlines()]
    return {**json.loads((directory / "out.json").read_text(encoding="utf-8")), "audit": lines, "output": done.stdout}


def test_both_are_verified(told):
    assert told["applied"]["verify"] == ["cut", "lost"]
    assert [each["lpar_id"] for each in told["applied"]["targets"]["hmcalpha"]] == [1, 2]
    assert told["applied"]["identities"]["lost"] == {"machine": "9105-22A*78F0A10", "lpar_id": 2}


def test_nothing_is_put_back_without_a_look(told):
    assert told["verified"]["restore"] == []


def test_they_stop_the_run_and_are_not_told_as_refused(told):
    assert told["closed"]["outcomes"] == {"cut": "not_verified", "lost": "unreachable"}
    assert told["closed"]["stopping"] == ["cut", "lost"]
    assert "LOST during the change" in told["output"] and "NOT verified" in told["output"]
    assert "refused, nothing changed" not in told["output"]
    for story in told["closed"]["stories"].values():
        assert "what of it ran is not known" in story["why"] and "rmc_verify" in story["why"]


def test_the_audit_file_has_the_end_of_both(told):
    assert {line["host"]: (line["phase"], line["outcome"]) for line in told["audit"]} == {"cut": ("end", "not_verified"), "lost": ("end", "unreachable")}
    assert all("what of it ran is not known" in line["why"] for line in told["audit"])


def test_no_wave_begins_after_the_window_closed(told):
    assert told["begun"]["failed"] and "Nothing of this wave was started: frozen" in told["begun"]["msg"]
    assert [line for line in told["audit"] if line["phase"] == "begin"] == []
