# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module as Ansible does: in a process of its own, with commands that are processes of their own."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import FakeHost, changing

RUN_MODULE = """
import importlib, json, sys
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": json.loads(sys.argv[2])}).encode()
basic._ANSIBLE_PROFILE = "legacy"
importlib.import_module("ansible_collections.aixops.rsct.plugins.modules." + sys.argv[1]).main()
"""
# What every command must be given, whatever the login has set.
ENVIRONMENT = {"LC_ALL": "C", "LANG": "C", "CT_CONTACT": None, "CT_MANAGEMENT_SCOPE": "0"}


class Partition:
    """A fake host whose commands lie on a PATH."""

    def __init__(self, root, **state):
        self.host = FakeHost(root).build()
        self.host.state.update(state)
        self.root = pathlib.Path(root)
        self.bin = self.root / "bin"
        self.host.install(str(self.bin))

    @property
    def state(self):
        return json.loads((self.root / "state.json").read_text(encoding="utf-8"))

    def set(self, **state):
        (self.root / "state.json").write_text(json.dumps(dict(self.state, **state)), encoding="utf-8")

    def ran(self):
        """The changing commands since the last time this was asked; each had the right environment."""
        log = self.root / "commands.jsonl"
        entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
        log.write_text("", encoding="utf-8")
        assert all(entry["environment"] == ENVIRONMENT for entry in entries)
        return [" ".join(entry["argv"]) for entry in entries if changing(entry["argv"])]

    def start(self, module, check_mode=False, **options):
        if module != "ctsnap_collect":
            options = dict({"var_ct": self.host.var_ct, "ct_node_id_file": self.host.node_id_file}, **options)
        options.update(_ansible_check_mode=check_mode, _ansible_diff=True)
        environment = dict(
            os.environ,
            PATH=os.pathsep.join([str(self.bin), "/usr/bin", "/bin"]),
            CT_CONTACT="192.0.2.99",
            CT_MANAGEMENT_SCOPE="3",
            LC_ALL="C.UTF-8",
        )
        return subprocess.run(
            [sys.executable, "-c", RUN_MODULE, module, json.dumps(options)], env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def run(self, module, **options):
        done = self.start(module, **options)
        assert done.stdout, done.stderr
        result = json.loads(done.stdout)
        assert bool(result.get("failed")) == (done.returncode != 0)
        return result

    def snapshot(self):
        path = self.run("ct_snapshot", path=str(self.root / "snapshots"), reserve_mb=0)["snapshot"]["path"]
        assert self.ran() == []
        return path


def commands(result):
    return [" ".join(entry["argv"]) for entry in result["actions"]]
