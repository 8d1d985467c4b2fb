# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action with a connection that runs its commands here."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import become_loader, connection_loader

from ansible_collections.aixops.rsct.plugins.action import rmc_facts

RECORDS = [{"name": "uname", "outcome": "ok", "rc": 0, "seconds": 0.1, "stdout": "3 aixdb01\n", "stderr": ""}]


def connection(become=None, has_pipelining=True, pipelining=True):
    """What a play hands to the action: what it offers differs between releases of ansible-core."""
    found = connection_loader.get("ansible.builtin.ssh", PlayContext())
    found.set_options(direct={"pipelining": pipelining})
    found.has_pipelining = has_pipelining
    if become:
        found.set_become_plugin(become_loader.get(f"ansible.builtin.{become}"))
    return found


class Task:
    async_val = 0
    check_mode = False
    args = {}


class Action(rmc_facts.ActionModule):
    """Without a play around it."""

    _load_name = "rmc_facts"

    def __init__(self, answer=None, module=None, **args):
        self._task = Task()
        self._task.args = args
        self._connection = connection()
        self.answer = answer
        self.module = module
        self.commands = []
        self.module_args = []

    def _low_level_execute_command(self, cmd, sudoable=True, in_data=None, **kwargs):
        assert sudoable and not kwargs
        self.commands.append((cmd, in_data))
        if self.answer is not None:
            return self.answer
        run = subprocess.run(["/bin/sh", "-c", cmd], input=in_data or b"", stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return {"rc": run.returncode, "stdout": run.stdout.decode(), "stderr": run.stderr.decode()}

    def _execute_module(self, module_name=None, module_args=None, task_vars=None, **kwargs):
        assert module_name == "aixops.rsct.rmc_facts" and not kwargs
        self.module_args.append(module_args)
        return self.module


@pytest.fixture(autouse=True)
def no_play(monkeypatch):
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})


@pytest.fixture
def perl_only(tmp_path, monkeypatch):
    """A PATH with Perl and none of the commands."""
    (tmp_path / "perl").symlink_to(shutil.which("perl"))
    monkeypatch.setenv("PATH", str(tmp_path))


def test_by_perl_in_one_round_trip(perl_only):
    action = Action()
    result = action.run(task_vars={})
    assert set(result) == {"ansible_facts", "changed"}
    assert result["changed"] is False
    assert set(result["ansible_facts"]) == {"rmc"}
    assert result["ansible_facts"]["rmc"]["collector"] == "perl"
    assert [(cmd, bool(data)) for cmd, data in action.commands] == [("LC_ALL=C perl -", True)]


@pytest.mark.parametrize(
    "become, has_pipelining, pipelining, by_input",
    [
        (None, True, False, True),  # the option is about become methods that want a terminal
        (None, False, True, False),
        ("sudo", True, True, True),
        ("sudo", True, False, False),
        ("sudo", False, True, False),
        ("su", True, True, False),  # wants a terminal
    ],
)
def test_way_of_the_program(perl_only, become, has_pipelining, pipelining, by_input):
    action = Action()
    action._connection = connection(become, has_pipelining, pipelining)
    result = action.run(task_vars={})
    assert result["ansible_facts"]["rmc"]["collector"] == "perl"
    assert [data is not None for dummy, data in action.commands] == [by_input]


@pytest.mark.parametrize("enabled", [True, False])
def test_asks_what_every_release_of_ansible_core_has(perl_only, monkeypatch, enabled):
    """Connections of 2.17 and 2.18 have no is_pipelining_enabled()."""
    monkeypatch.setattr(ActionBase, "_is_pipelining_enabled", lambda self, module_style: enabled and module_style == "new")
    action = Action()
    action._connection = connection("sudo")
    action._connection.is_pipelining_enabled = None
    action.run(task_vars={})
    assert [data is not None for dummy, data in action.commands] == [enabled]


def test_no_secret_and_no_file_name_in_the_command_line(perl_only):
    action = Action(var_ct="/elsewhere")
    action.run(task_vars={})
    assert action.commands[0][0] == "LC_ALL=C perl -"


@pytest.mark.parametrize(
    "answer, reason",
    [
        ({"rc": 127, "stdout": "", "stderr": "ksh: perl:  not found."}, "rc 127: ksh: perl:  not found."),
        ({"rc": 2, "stdout": "Can't locate POSIX.pm in @INC\r\n", "stderr": ""}, "rc 2: Can't locate POSIX.pm in @INC"),
        ({"rc": 1, "stdout": "", "stderr": ""}, "rc 1: no output"),
    ],
)
def test_python_takes_over_where_there_is_no_perl(answer, reason):
    result = Action(answer, {"records": RECORDS}).run(task_vars={})
    assert result["ansible_facts"]["rmc"]["collector"] == "python"
    assert result["ansible_facts"]["rmc"]["partition"]["lpar_id"] == 3
    assert len(result["warnings"]) == 1 and reason in result["warnings"][0]


def test_neither_perl_nor_python():
    with pytest.raises(AnsibleActionFail, match="interpreter"):
        Action({"rc": 127, "stdout": "", "stderr": ""}, {"failed": True, "msg": "The module interpreter was not found."}).run(task_vars={})


def test_answer_that_was_cut_off_is_used_and_said(monkeypatch):
    monkeypatch.setattr(rmc_facts.uuid, "uuid4", lambda: type("Id", (), {"hex": "1"}))
    text = "rmc-1 BEGIN\nrmc-1 RECORD uname ok 0 0.010 MyBhaXhkYjAxCg== -\n"
    result = Action({"rc": 255, "stdout": text, "stderr": ""}).run(task_vars={})
    assert result["ansible_facts"]["rmc"]["partition"]["lpar_name"] == "aixdb01"
    assert "cut off" in result["warnings"][0]


@pytest.mark.parametrize("collector", ["perl", "python"])
def test_a_connection_that_died_without_a_word_is_given_up(collector, tmp_path, monkeypatch):
    monkeypatch.setattr(rmc_facts, "LOGIN_SECONDS", 0)
    monkeypatch.setattr(rmc_facts.probes, "longest", lambda options: 0.2)
    os.mkfifo(tmp_path / "never")
    clients = []

    def hang(*_unused, **_more):
        clients.append(subprocess.Popen(["/bin/sh", "-c", f"read line < {tmp_path}/never"]))
        clients[-1].wait()

    action = Action(collector=collector)
    action._low_level_execute_command = action._execute_module = hang
    with pytest.raises(AnsibleConnectionFailure, match="no answer"):
        action.run(task_vars={})
    assert [client.returncode for client in clients] == [-signal.SIGKILL]


def test_the_bound_leaves_every_probe_its_deadline():
    probes = rmc_facts.probes
    options = dict(probes.DEFAULTS, deadline=10, connect_timeout=5)
    everything = [(probe["stage"], probes.seconds(probe, options)) for probe in probes.table(options)]
    one_after_the_other = sum(max(seconds for stage, seconds in everything if stage == each) for each in probes.STAGES)
    bound = probes.longest(options)
    assert one_after_the_other + 5 < bound < sum(seconds for dummy, seconds in everything)
    assert bound < probes.longest(dict(options, deadline=20))


def test_by_python_on_demand():
    action = Action(None, {"records": RECORDS}, collector="python", deadline="7", hmc_addresses=["192.0.2.11"])
    result = action.run(task_vars={})
    assert "warnings" not in result
    assert action.commands == []
    assert action.module_args[0]["deadline"] == 7
    assert action.module_args[0]["hmc_addresses"] == ["192.0.2.11"]


def test_names_are_no_addresses():
    action = Action(None, {"records": RECORDS}, collector="python", hmc_addresses=["hmcalpha", " 2001:DB8::11 "])
    result = action.run(task_vars={})
    assert action.module_args[0]["hmc_addresses"] == ["2001:db8::11"]
    assert "'hmcalpha'" in result["warnings"][0]


@pytest.mark.parametrize("args", [{"collector": "ksh"}, {"deadline": "soon"}, {"unknown": 1}])
def test_wrong_options(args):
    with pytest.raises(AnsibleActionFail):
        Action(**args).run(task_vars={})


class Templar:
    """Evaluates one expression."""

    def template(self, value):
        return 7 if value == "{{ seconds }}" else value


def test_options_by_variables_the_first_prefix_wins_and_the_task_over_all():
    action = Action(None, {"records": RECORDS}, collector="python", variables=["rmc_diagnose", "rsct"])
    action._templar = Templar()
    variables = {"rmc_diagnose_deadline": "{{ seconds }}", "rmc_diagnose_collector": "perl", "rsct_deadline": 30, "rsct_rmc_port": "6570", "rsct_var_ct": None}
    action.run(task_vars=variables)
    told = action.module_args[0]
    assert (told["collector"], told["deadline"], told["rmc_port"], told["var_ct"]) == ("python", 7, 6570, "/var/ct")
    assert not {"variables", "as_fact"} & set(told)


def test_a_variable_is_checked_like_an_option():
    action = Action(None, {"records": RECORDS}, variables=["rmc_diagnose"])
    action._templar = Templar()
    with pytest.raises(AnsibleError, match="collector"):
        action.run(task_vars={"rmc_diagnose_collector": "ruby"})


def test_evidence_as_text_says_the_same_as_the_fact():
    fact = Action(None, {"records": RECORDS}, collector="python").run(task_vars={})["ansible_facts"]["rmc"]
    result = Action(None, {"records": RECORDS}, collector="python", as_fact=False).run(task_vars={})
    assert set(result) == {"evidence", "changed"}
    text = json.loads(result["evidence"])
    assert dict(text, collected_at=None) == dict(json.loads(json.dumps(fact)), collected_at=None)
