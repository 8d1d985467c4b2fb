# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules on a partition that may take minutes, and what the terminal is told meanwhile."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import threading
from unittest.mock import MagicMock

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.aixops.rsct.plugins.plugin_utils import _progress
from ansible_collections.aixops.rsct.plugins.plugin_utils._progress import LOOKS, Pace, Ticker, line

MODULES = ["ct_snapshot", "ctsnap_collect", "rmc_recycle", "rmc_rekey"]


@pytest.mark.parametrize(("elapsed", "longest", "text"), [
    (10.4, 620, "aixdb01: waiting for rmc_recycle recycle, 0:10 min so far, 10:09 min more at most"),
    (630, 620, "aixdb01: waiting for rmc_recycle recycle, 10:30 min so far, longer than it should take"),
    (80, None, "aixdb01: waiting for rmc_recycle recycle, 1:20 min so far"),
])
def test_who_waits_for_what_and_how_long_still(elapsed, longest, text):
    assert line("aixdb01", "rmc_recycle recycle", elapsed, longest) == text


def test_the_pauses_grow():
    pace, said = Pace(), []
    for second in range(1000):
        if second >= pace.due:
            said.append(second)
            pace.spoke(second)
    assert said == [10, 20, 40, 80, 160, 280, 400, 520, 640, 760, 880]


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(_progress, "FIRST", 0.001)


@pytest.mark.usefixtures("soon")
def test_the_ticker_tells_while_the_block_runs_and_then_ends():
    told = threading.Event()
    lines = []

    def show(text):
        lines.append(text)
        told.set()

    with Ticker("aixdb01", "ctsnap_collect", 1800, show) as ticker:
        assert told.wait(30)
    assert not ticker.thread.is_alive()
    assert lines[0].startswith("aixdb01: waiting for ctsnap_collect, 0:0")


def test_of_a_short_wait_nothing_is_told():
    with Ticker("aixdb01", "ctsnap_collect", 1800, pytest.fail) as ticker:
        pass
    assert not ticker.thread.is_alive()


def test_the_ticker_ends_when_the_block_fails():
    with pytest.raises(ValueError), Ticker("aixdb01", "ctsnap_collect", 1800, pytest.fail) as ticker:
        raise ValueError
    assert not ticker.thread.is_alive()


def action(name, async_val=0, **arguments):
    module = importlib.import_module(f"ansible_collections.aixops.rsct.plugins.action.{name}")
    task = MagicMock(args=arguments, async_val=async_val, check_mode=False, action=f"aixops.rsct.{name}")
    connection = MagicMock(has_native_async=False)
    made = module.ActionModule(task, connection, MagicMock(), MagicMock(), MagicMock(), MagicMock())
    made._execute_module = MagicMock(return_value={"changed": True, "msg": "of the module"})
    made._remove_tmp_path = MagicMock()
    made._low_level_execute_command = pytest.fail
    return made


@pytest.mark.parametrize("async_val", [0, 60])
@pytest.mark.parametrize("name", MODULES)
def test_the_module_runs_as_it_would_without_an_action(name, async_val):
    made = action(name, async_val)
    result = made.run(task_vars={"inventory_hostname": "aixdb01"})
    assert (result["changed"], result["msg"], "failed" in result) == (True, "of the module", False)
    # By the name and with the arguments of the task, tags and all.
    made._execute_module.assert_called_once_with(task_vars={"inventory_hostname": "aixdb01"}, wrap_async=bool(async_val))


LOST = "client_loop: send disconnect: Broken pipe"
REFUSED = "kex_exchange_identification: read: Connection reset by peer"


@pytest.fixture
def over_ssh(ssh_that_fails):
    """Execute a line as the module is executed, over a connection that fails so many times: (answer, how often it was sent)."""
    connection, failing = ssh_that_fails

    def execute(message, times, check_mode=False, sudoable=True):
        made = action("rmc_recycle", method="start")
        del made._low_level_execute_command
        made._task.check_mode = check_mode
        made._connection, made._play_context, made.pause = connection, connection._play_context, lambda seconds: None
        made._get_remote_user = made.get_become_option = lambda *_unused: None
        starts = failing(message, times)
        try:
            answer = made._low_level_execute_command("echo done", sudoable=sudoable)["stdout"].strip()
        except AnsibleConnectionFailure as error:
            answer = str(error)
        # The next task may retry as it did before.
        assert connection.get_option("reconnection_retries") == 2
        return answer, starts()

    return execute


def test_a_module_that_may_have_changed_something_is_not_sent_again(over_ssh):
    answer, sent = over_ssh(LOST, 1)
    assert sent == 1
    assert "rmc_recycle was sent, perhaps carried out" in answer and LOST in answer


def test_a_connection_that_died_without_a_word_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(_progress, "SPARE", 0.2)
    os.mkfifo(tmp_path / "never")
    made = action("ctsnap_collect", deadline=1)
    del made._low_level_execute_command
    made.longest = lambda: 0
    made._execute_module = lambda **_unused: made._low_level_execute_command("ctsnap", sudoable=True)
    clients = []

    def hang(*_unused, **_more):
        clients.append(subprocess.Popen(["/bin/sh", "-c", f"read line < {tmp_path}/never"]))
        clients[-1].wait()

    monkeypatch.setattr(ActionBase, "_low_level_execute_command", hang)
    with pytest.raises(AnsibleConnectionFailure, match="perhaps carried out.*hangs"):
        made.run(task_vars={})
    assert [client.returncode for client in clients] == [-signal.SIGKILL]


def test_a_login_that_fails_is_retried_as_ever(over_ssh):
    assert over_ssh(REFUSED, 2) == ("done", 3)
    answer, sent = over_ssh(REFUSED, 9)
    assert sent == 3 and REFUSED in answer and "perhaps" not in answer


@pytest.mark.parametrize("how", [{"check_mode": True}, {"sudoable": False}])
def test_what_changes_nothing_may_be_sent_again(over_ssh, how):
    assert over_ssh(LOST, 1, **how) == ("done", 2)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(("name", "arguments", "what"), [
    ("rmc_recycle", {"method": "start"}, "rmc_recycle start"),
    ("ct_snapshot", {}, "ct_snapshot present"),
    ("ctsnap_collect", {}, "ctsnap_collect"),
])
def test_the_host_that_waits_is_named_first(name, arguments, what, monkeypatch):
    told = threading.Event()
    lines = []

    def show(text):
        lines.append(text)
        told.set()

    monkeypatch.setattr(_progress, "display", MagicMock(display=show))
    made = action(name, **arguments)
    made._execute_module.side_effect = lambda **_unused: {"in_time": told.wait(30)}
    assert made.run(task_vars={"inventory_hostname": "aixdb01"})["in_time"]
    assert lines[0].startswith(f"aixdb01: waiting for {what}, ")


@pytest.mark.parametrize(("name", "arguments", "longest"), [
    # rmcctrl -z and its end, rmcctrl -A and its answer, rmcctrl -p and its port.
    ("rmc_recycle", {"method": "recycle"}, LOOKS + 180 + 60 + 120 + 20 + 120 + 20),
    ("rmc_recycle", {"method": "recycle", "ready_timeout": "50"}, LOOKS + 180 + 60 + 120 + 50 + 120 + 20),
    ("rmc_recycle", {"method": "refresh"}, LOOKS + 120 + 20 + 120),
    ("rmc_recycle", {"method": "start"}, LOOKS + 5 * (120 + 20)),
    ("rmc_recycle", {"method": "start", "subsystem": "IBM.DRM"}, LOOKS + 120 + 20),
    ("rmc_rekey", {"method": "reset_new_id"}, LOOKS + 600 + 20 + 40 + 120 + 20 + 40),
    ("rmc_rekey", {"method": "targeted", "trusted_host": {}}, LOOKS + 120),
    ("rmc_rekey", {"method": "targeted", "key_pair": True}, None),
    ("ct_snapshot", {"state": "restored", "deadline": 100}, LOOKS + 180 + 200),
    ("ct_snapshot", {}, None),
    ("ctsnap_collect", {}, 1800),
])
def test_how_long_it_may_take(name, arguments, longest):
    assert action(name, **arguments).longest() == longest


@pytest.mark.parametrize("arguments", [
    {}, {"method": "guess"}, {"method": "recycle", "ready_timeout": "soon"}, {"method": "recycle", "ready_timeout": None},
    {"method": "start", "subsystem": "guess"},
])
@pytest.mark.parametrize("name", ["rmc_recycle", "rmc_rekey"])
def test_a_wrong_option_is_left_to_the_module(name, arguments):
    made = action(name, **arguments)
    assert made.run()["msg"] == "of the module"
