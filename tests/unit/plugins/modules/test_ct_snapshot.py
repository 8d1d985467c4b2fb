# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ct_snapshot as Ansible runs it: a process of its own, with commands that are processes of their own."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "module_utils/_repair/snapshot"))

from snapshot_host import NODE_ID, OTHER_NODE_ID, Host, sample  # noqa: E402

RUN_MODULE = """
import json, sys
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": json.loads(sys.argv[1])}).encode()
basic._ANSIBLE_PROFILE = "legacy"
from ansible_collections.aixops.rsct.plugins.modules import ct_snapshot
ct_snapshot.main()
"""
CHANGING = ["rmcctrl -z", "stopsrc -s ctcas", "rmcctrl -A", "rmcctrl -p"]


def start(host, state, check_mode=False, **more):
    options = {"state": state, "path": str(host.snapshots), "var_ct": str(host.var_ct), "ct_node_id_file": str(host.node_id_file), "reserve_mb": 0}
    if state != "listed":
        options["name"] = "before"
    options.update(more, _ansible_check_mode=check_mode, _ansible_diff=True)
    environment = dict(os.environ, PATH=os.pathsep.join([str(host.install_commands()), os.environ["PATH"]]), CT_CONTACT="elsewhere")
    return subprocess.run([sys.executable, "-c", RUN_MODULE, json.dumps(options)], env=environment, capture_output=True, text=True, check=False, timeout=120)


def run(host, state, **more):
    done = start(host, state, **more)
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert bool(result.get("failed")) == (done.returncode != 0)
    return result


@pytest.fixture(name="host")
def _host(tmp_path):
    return Host.make(tmp_path / "host")


@pytest.fixture(name="broken")
def _broken(host):
    run(host, "present")
    host.reset_identity()
    host.forget_commands()
    return host


def test_snapshot_restore_and_removal(host):
    first = run(host, "present")
    assert first["changed"] is True and first["snapshot"]["node_id"]["etc"] == NODE_ID
    assert first["snapshot"]["path"] == str(host.archive())
    assert run(host, "present")["changed"] is False
    host.reset_identity()
    restored = run(host, "restored", reidentified=True)
    assert [" ".join(action["argv"]) for action in restored["actions"]] == CHANGING
    assert all(action["rc"] is not None and action["seconds"] >= 0 for action in restored["actions"])
    assert restored["diff"]["before"] and "key pair" in json.dumps(restored["warnings"])
    host.require_settled()
    assert host.state()["node_id"] == NODE_ID
    assert run(host, "restored")["changed"] is False
    assert [row["name"] for row in run(host, "listed", verify=True)["snapshots"]] == ["before"]
    assert run(host, "absent")["changed"] is True
    assert run(host, "absent")["changed"] is False


def test_check_mode_executes_nothing_and_names_what_is_executed(broken):
    before = broken.look()
    would = run(broken, "restored", reidentified=True, check_mode=True)
    assert broken.changing_commands() == [] and broken.look() == before
    done = run(broken, "restored", reidentified=True)
    assert [action["argv"] for action in would["actions"]] == [action["argv"] for action in done["actions"]]
    assert broken.changing_commands() == CHANGING


def test_no_secret_leaves_the_host(broken):
    for done in (start(broken, "listed"), start(broken, "restored", reidentified=True), start(broken, "present", name="again")):
        assert "private" not in done.stdout + done.stderr


@pytest.mark.parametrize("command", CHANGING)
def test_killed_by_the_command_that_it_runs(broken, command):
    old = broken.look()
    broken.change_state(dies=[command])
    assert start(broken, "restored", reidentified=True).returncode == -9
    broken.change_state(dies=[])
    interrupted = run(broken, "listed")["interrupted_restore"]
    assert interrupted["phase"] == ("swap" if command in ("rmcctrl -A", "rmcctrl -p") else "stop")
    recovered = run(broken, "present", name="after")["recovered"]
    assert recovered["outcome"] == ("finished" if interrupted["phase"] == "swap" else "undone")
    if recovered["outcome"] == "undone":
        assert broken.look() == old
    broken.require_settled()
    assert broken.state()["node_id"] == (NODE_ID if recovered["outcome"] == "finished" else OTHER_NODE_ID)


def test_refusal_of_a_guard(broken):
    broken.change_state(answers={"lsrpdomain": [0, sample("aix72_lsrpdomain_online")]})
    before = broken.look()
    result = run(broken, "restored", reidentified=True)
    assert result["failed"] and result["refusal"]["reason"] == "cluster_member" and result["refusal"]["evidence"] and result["actions"] == []
    assert broken.changing_commands() == [] and broken.look() == before


def test_a_failure_tells_what_else_went_wrong(broken):
    broken.change_state(stops_left=0, deaf=True)
    result = run(broken, "restored", reidentified=True, deadline=0)
    assert result["failed"] and result["refusal"]["reason"] == "daemons_do_not_stop"
    assert "RSCT did not stop" in result["msg"] and "does not answer yet" in result["msg"]


def test_refusal_of_the_snapshot(broken):
    result = run(broken, "restored")
    assert result["failed"] and result["refusal"]["reason"] == "wrong_node_id" and "reidentified" in result["refusal"]["next_step"]
    assert run(broken, "restored", name="other")["refusal"]["reason"] == "no_snapshot"


@pytest.mark.parametrize("options", [{"state": "restored", "name": None}, {"state": "present", "keep": -1}, {"state": "present", "name": "../x"}])
def test_wrong_options_fail(host, options):
    assert run(host, **options)["failed"]
    assert host.commands() == [] or options.get("name") == "../x"
    assert not host.archive().exists()


def test_unreadable_file_fails_without_a_snapshot(host):
    (host.snapshots).write_text("a file where the directory should be")
    result = run(host, "present")
    assert result["failed"] and result["refusal"]["reason"] in ("unsafe_directory", "io_error")
