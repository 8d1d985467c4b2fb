# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions on an HMC over a connection that is a real restricted bash with fake HMC commands."""

from __future__ import annotations

import importlib
import os
import pathlib
import shutil
import signal
import subprocess
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import yaml
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc import action as hmc_action

BASH = shutil.which("bash")
PLUGINS = pathlib.Path(hmc_action.__file__).parents[2]
ACTIONS = ["hmc_rmc_info", "hmc_rmc_wait", "hmc_system_refresh"]
P10A = "9105-22A*78F0A10"
COMMANDS = {
    "date": "echo 2026-03-02T03:04:05Z",
    "lssyscfg": """
        case "$*" in
        "-r sys "*) echo "DC1-P10A,9105-22A,78F0A10,Operating";;
        *) echo "aixdb01,3,aixlinux,Running,active,192.0.2.21,AIX 7.2,1,1,1"
           echo '"with, comma",4,aixlinux,Running,inactive,,AIX 7.2,0,0,0';;
        esac""",
    "lshmc": "echo hostname=hmcalpha",
    "lspartition": "echo HSCL350B The user does not have the appropriate authority.; exit 1",
    "chsysstate": "echo HSCL350B The user does not have the appropriate authority.; exit 1",
    "diagrmc": "echo 192.0.2.21 has RMC connection.",
}


class BashConnection:
    """What ActionBase needs of a connection, and what every exec was told."""

    transport = "ssh"
    become = None
    allow_executable = True

    def __init__(self, tools: pathlib.Path) -> None:
        self.tools = tools
        self.execs: list[dict] = []
        self.failures: list[Exception] = []
        self._shell = SimpleNamespace(tmpdir=None, executable="/bin/sh")

    def exec_command(self, cmd, in_data=None, sudoable=True):
        self.execs.append({"cmd": cmd, "sudoable": sudoable, "in_data": in_data})
        if self.failures:
            raise self.failures.pop(0)
        process = subprocess.Popen(
            [BASH, "-r", "-c", cmd], env={"PATH": str(self.tools)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        stdout, stderr = process.communicate()
        return process.returncode, stdout, stderr

    def get_option(self, name):
        # As of a connection plugin that does not resend.
        return {"remote_user": "hmcview"}[name]


@pytest.fixture
def tools(tmp_path):
    directory = tmp_path / "bin"
    directory.mkdir()

    def put(commands):
        for name, body in commands.items():
            (directory / name).write_text(f"#!{BASH}\n{body}\n", encoding="utf-8")
            (directory / name).chmod(0o755)
        return directory

    put(COMMANDS)
    return put


@pytest.fixture
def connection(tools):
    return BashConnection(tools({}))


@pytest.fixture
def act(connection, monkeypatch):
    """Run an action as a task delegated to hmcalpha."""
    monkeypatch.setattr(hmc_action.HmcActionBase, "_get_remote_user", lambda self: "hmcview")

    def run(name, check_mode=False, pause=None, **arguments):
        module = importlib.import_module(f"ansible_collections.aixops.rsct.plugins.action.{name}")
        task = MagicMock(args=arguments, async_val=0, check_mode=check_mode, delegate_to="hmcalpha", action=name)
        action = module.ActionModule(task, connection, MagicMock(), MagicMock(), MagicMock(), MagicMock())
        action.pause = pause or (lambda seconds: None)
        return action.run(task_vars={"inventory_hostname": "aixdb01"})

    return run


@pytest.mark.parametrize("name", ACTIONS)
def test_documented_options_are_the_options(name):
    action = importlib.import_module(f"ansible_collections.aixops.rsct.plugins.action.{name}").ActionModule
    documented = importlib.import_module(f"ansible_collections.aixops.rsct.plugins.modules.{name}")

    def spec(options):
        return {
            option: {key: sorted(value) if key == "choices" else spec(value) if key == "options" else value for key, value in details.items()}
            for option, details in options.items()
        }

    def plain(options):
        return {
            option: {
                {"suboptions": "options"}.get(key, key): sorted(value) if key == "choices" else plain(value) if key == "suboptions" else value
                for key, value in details.items() if key != "description"
            }
            for option, details in options.items()
        }

    assert plain(yaml.safe_load(documented.DOCUMENTATION)["options"]) == spec(action.ARGUMENT_SPEC)
    assert yaml.safe_load(documented.EXAMPLES)
    assert yaml.safe_load(documented.RETURN)


@pytest.mark.parametrize("name", ACTIONS)
def test_settings_for_aix_hosts_do_not_reach_the_hmc(act, connection, name):
    connection.become = MagicMock()
    options = {
        "hmc_rmc_info": {},
        "hmc_rmc_wait": {"partitions": [{"machine": P10A, "lpar_id": 3}], "stable": 1},
        "hmc_system_refresh": {"operation": "rebuild", "system": P10A},
    }
    act(name, **options[name])
    assert connection.execs
    for one in connection.execs:
        assert one["sudoable"] is False
        assert "/bin/sh" not in one["cmd"]
        assert "sleep 0" not in one["cmd"]
        assert one["in_data"] is None
    connection.become.build_become_command.assert_not_called()
    assert connection._shell.executable == "/bin/sh"


@pytest.mark.parametrize("check_mode", [False, True])
def test_info(act, connection, check_mode):
    result = act("hmc_rmc_info", check_mode=check_mode)
    assert (result["changed"], result["failed"], len(connection.execs)) == (False, False, 2)
    assert (result["hmc"]["outcome"], result["hmc"]["name"], result["hmc"]["clock_utc"]) == ("ok", "hmcalpha", "2026-03-02T03:04:05Z")
    assert [(row["name"], row["rmc_state"], row["raw_connection"]) for row in result["partitions"]] == [
        ("aixdb01", "active", None), ("with, comma", "inactive", None),
    ]
    assert "warnings" not in result


@pytest.mark.parametrize("raw, view, warned", [("auto", "failed", False), (True, "failed", True), ("true", "failed", True), (False, "not_asked", False)])
def test_raw_view_is_optional(act, raw, view, warned):
    result = act("hmc_rmc_info", raw=raw)
    assert result["hmc"]["raw_view"] == view
    assert ("warnings" in result) is warned


@pytest.mark.parametrize("error, message", [
    (AnsibleConnectionFailure, "Failed to connect to the host via ssh: No route to host"),
    (AnsibleConnectionFailure, "Permission denied (publickey)."),
    (AnsibleError, "to use the 'ssh' connection type with passwords, you must install the sshpass program"),
])
def test_unreachable_hmc_is_a_result(act, connection, error, message):
    connection.failures = [error(message)]
    result = act("hmc_rmc_info")
    assert (result["failed"], result["changed"], "unreachable" in result) == (False, False, False)
    assert result["hmc"]["outcome"] == "unreachable"
    assert message in result["hmc"]["message"]
    assert len(connection.execs) == 1


def test_refused_for_now_is_tried_once_more(act, connection):
    refused = AnsibleConnectionFailure("Failed to connect to the host via ssh: kex_exchange_identification: read: Connection reset by peer")
    naps = []
    connection.failures = [refused]
    assert act("hmc_rmc_info", pause=naps.append)["hmc"]["outcome"] == "ok"
    assert len(naps) == 1
    connection.failures = [refused, refused]
    assert act("hmc_rmc_info", pause=naps.append)["hmc"]["outcome"] == "unreachable"
    assert len(naps) == 2


def test_a_client_that_hangs_is_ended(act, connection, tools, tmp_path, monkeypatch):
    """A batch that ignores its own deadline: the HMC itself hangs."""
    monkeypatch.setattr(hmc_action, "LOGIN_SECONDS", 0)
    monkeypatch.setattr("ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query.Batch.longest", 0.2)
    clients = []

    def hang(cmd, in_data=None, sudoable=True):
        fifo = tmp_path / f"never{len(clients)}"
        os.mkfifo(fifo)
        process = subprocess.Popen([BASH, "-c", f"read line < {fifo}"])
        clients.append(process)
        process.wait()

    connection.exec_command = hang
    result = act("hmc_rmc_info", identity=False, raw="false")
    assert result["hmc"]["outcome"] == "failed"
    assert "no answer" in result["hmc"]["message"]
    assert [client.returncode for client in clients] == [-signal.SIGKILL]
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_a_wait_for_an_hmc_that_hangs_ends_at_its_timeout(act, connection, tmp_path, monkeypatch):
    monkeypatch.setattr("ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.wait.LAST_LOOK", 0.2)
    never = tmp_path / "never"
    os.mkfifo(never)

    def hang(cmd, in_data=None, sudoable=True):
        subprocess.Popen([BASH, "-c", f"read line < {never}"]).wait()

    connection.exec_command = hang
    result = act("hmc_rmc_wait", partitions=[{"machine": P10A, "lpar_id": 3}], timeout=0, deadline=600)
    assert (result["failed"], result["polls"], result["partitions"][0]["outcome"]) == (True, 1, "undetermined")


def test_nothing_is_tried_again_when_no_time_is_left(act, connection, monkeypatch):
    monkeypatch.setattr("ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.wait.LAST_LOOK", 0.9)
    connection.failures = [AnsibleConnectionFailure("kex_exchange_identification: read: Connection reset by peer")]
    result = act("hmc_rmc_wait", partitions=[{"machine": P10A, "lpar_id": 3}], timeout=0, pause=pytest.fail)
    assert (result["partitions"][0]["outcome"], len(connection.execs)) == ("undetermined", 1)


def test_a_deadline_of_the_task_goes_first(act):
    def other(signum, frame):
        raise AssertionError("never due")

    signal.signal(signal.SIGALRM, other)
    try:
        assert act("hmc_rmc_info")["hmc"]["outcome"] == "ok"
        assert signal.getsignal(signal.SIGALRM) is other
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_wait_until_active(act, connection):
    result = act("hmc_rmc_wait", partitions=[{"machine": P10A, "lpar_id": "3"}])
    assert (result["failed"], result["changed"], result["polls"]) == (False, False, 2)
    assert (result["partitions"][0]["name"], result["partitions"][0]["outcome"]) == ("aixdb01", "active")
    assert len(connection.execs) == 2


def test_wait_says_that_capabilities_could_not_be_read(act, tools):
    tools({"lssyscfg": 'case "$*" in *_capable*) echo "An invalid attribute was entered"; exit 1;; *) echo "db,3,aixlinux,Running,active,,AIX 7.1";; esac'})
    result = act("hmc_rmc_wait", partitions=[{"machine": P10A, "lpar_id": 3}])
    assert (result["failed"], result["partitions"][0]["outcome"], result["partitions"][0]["dlpar_mem"]) == (False, "active", None)
    assert result["warnings"] == ["hmcalpha does not tell the DLPAR capabilities of 1 of 1 partitions, so that active alone counts there"]


def test_wait_until_the_timeout(act):
    result = act("hmc_rmc_wait", partitions=[{"machine": P10A, "lpar_id": 3}, {"machine": P10A, "lpar_id": 4}], timeout=0, stable=1)
    assert result["failed"]
    assert result["msg"] == "hmcalpha: 1 of 2 partitions are not active after 0 s: with, comma (inactive)"
    assert [partition["outcome"] for partition in result["partitions"]] == ["active", "waiting"]


def test_wait_in_check_mode(act, connection):
    result = act("hmc_rmc_wait", check_mode=True, partitions=[{"machine": P10A, "lpar_id": 4, "name": "aixdb02"}])
    assert (result["failed"], result["changed"], connection.execs) == (False, False, [])
    assert [(partition["name"], partition["outcome"]) for partition in result["partitions"]] == [("aixdb02", "would_wait")]


def test_wait_for_nothing(act, connection):
    assert act("hmc_rmc_wait", partitions=[])["failed"] is False
    assert connection.execs == []


def test_rebuild_without_authority(act):
    result = act("hmc_system_refresh", operation="rebuild", system=P10A)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "hmcview" in result["msg"]
    assert [(one["command"], one["rc"], one["outcome"]) for one in result["actions"]] == [
        (f"LC_ALL=en_US LANG=en_US chsysstate -r sys -m '{P10A}' -o rebuild", 1, "failed"),
    ]


def test_rebuild(act, tools):
    tools({"chsysstate": ":"})
    result = act("hmc_system_refresh", operation="rebuild", system=P10A)
    assert (result["failed"], result["changed"], result["text"], result["connected"]) == (False, True, "", None)


@pytest.mark.parametrize("operation, changed", [("diagrmc", False), ("diagrmc_autocorrect", True)])
def test_diagrmc(act, operation, changed):
    result = act("hmc_system_refresh", operation=operation, system=P10A, partition={"lpar_id": 3, "ip": "192.0.2.21"})
    assert (result["failed"], result["changed"], result["connected"]) == (False, changed, True)
    assert result["text"] == "192.0.2.21 has RMC connection."


@pytest.mark.parametrize("operation", ["rebuild", "diagrmc", "diagrmc_autocorrect"])
def test_check_mode_says_what_the_run_does(act, connection, tools, operation):
    tools({"chsysstate": ":"})
    options = {"operation": operation, "system": P10A, "partition": {"lpar_id": 3, "ip": "192.0.2.21"}}
    planned = act("hmc_system_refresh", check_mode=True, **options)
    assert connection.execs == []
    done = act("hmc_system_refresh", **options)
    assert [one["command"] for one in planned["actions"]] == [one["command"] for one in done["actions"]]
    assert [(one["rc"], one["outcome"]) for one in planned["actions"]] == [(None, "would_run")]
    assert planned["changed"] == done["changed"]


def test_refresh_of_an_unreachable_hmc(act, connection):
    connection.failures = [AnsibleConnectionFailure("Failed to connect to the host via ssh: ssh: connect to host hmcalpha port 22: No route to host")]
    result = act("hmc_system_refresh", operation="rebuild", system=P10A)
    assert (result["failed"], result["changed"], result["actions"]) == (True, False, [])


@pytest.fixture
def ssh(connection, ssh_that_fails):
    """The connection by the real ssh plugin, told to retry."""
    plugin, failing = ssh_that_fails
    connection.exec_command = plugin.exec_command
    connection.get_option, connection.set_option = plugin.get_option, plugin.set_option
    return lambda message, times=99: failing(message, times, connection.tools)


LOST = "client_loop: send disconnect: Broken pipe"


@pytest.mark.parametrize("operation", ["rebuild", "diagrmc_autocorrect"])
@pytest.mark.parametrize("message", [LOST, "Connection reset by 192.0.2.11 port 22", "Timeout, server hmcalpha not responding."])
def test_what_changes_something_is_sent_once(act, connection, ssh, operation, message):
    starts = ssh(message)
    result = act("hmc_system_refresh", operation=operation, system=P10A, partition={"lpar_id": 3, "ip": "192.0.2.21"})
    assert starts() == 1
    # The next task may retry as it did before.
    assert connection.get_option("reconnection_retries") == 2
    assert (result["failed"], result["changed"], [one["outcome"] for one in result["actions"]]) == (True, True, ["no_answer"])
    assert "lssyscfg" in result["msg"] and message in result["msg"]


@pytest.mark.parametrize("message", [
    "ssh: connect to host hmcalpha port 22: Connection refused",
    "hmcview@hmcalpha: Permission denied (publickey).",
    "kex_exchange_identification: read: Connection reset by peer",
])
def test_without_a_login_nothing_was_sent(act, ssh, message):
    starts = ssh("Authorised use only" + chr(10) + message)
    result = act("hmc_system_refresh", operation="rebuild", system=P10A)
    assert (starts(), result["failed"], result["changed"], result["actions"]) == (1, True, False, [])
    assert "unreachable" in result["msg"] and message in result["msg"]


def test_what_only_looks_is_sent_again(act, ssh):
    starts = ssh(LOST, times=1)
    result = act("hmc_system_refresh", operation="diagrmc", system=P10A, partition={"lpar_id": 3, "ip": "192.0.2.21"})
    assert (starts(), result["failed"], result["connected"]) == (2, False, True)


@pytest.mark.parametrize("name, options", [
    ("hmc_rmc_info", {"deadline": 0}),
    ("hmc_rmc_info", {"rmc_port": 657}),
    ("hmc_rmc_info", {"raw": "sometimes"}),
    ("hmc_rmc_wait", {}),
    ("hmc_rmc_wait", {"partitions": [{"machine": P10A}]}),
    ("hmc_rmc_wait", {"partitions": [], "interval": 0}),
    ("hmc_rmc_wait", {"partitions": [], "want": "inactive"}),
    ("hmc_system_refresh", {"operation": "rebuild"}),
    ("hmc_system_refresh", {"operation": "rebuild", "system": "DC1-P10A"}),
    ("hmc_system_refresh", {"operation": "rebuild", "system": P10A + "; hmcshutdown"}),
    ("hmc_system_refresh", {"operation": "diagrmc", "system": P10A}),
    ("hmc_system_refresh", {"operation": "diagrmc", "system": P10A, "partition": {"lpar_id": 3, "ip": "aixdb01"}}),
    ("hmc_system_refresh", {"operation": "hmcshutdown", "system": P10A}),
])
def test_wrong_options_are_refused_before_a_login(act, connection, name, options):
    with pytest.raises(AnsibleActionFail):
        act(name, **options)
    assert connection.execs == []
