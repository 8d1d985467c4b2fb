# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the simulator: what it prints, what it refuses, and that nothing is left when it ends."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest
from rsctsim import life, processes

SIMULATOR = pathlib.Path(__file__).resolve().parents[2] / "simulator"
HOST = "lpar0002"


def simulator(*arguments):
    return subprocess.run([sys.executable, str(SIMULATOR), *arguments], capture_output=True, encoding="utf-8", timeout=120, check=False)


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("cli") / "estate"
    done = simulator("up", "--dir", str(directory), "--hosts", "3", "--settle", "0.2", "--parent", str(os.getpid()))
    assert done.returncode == 0, done.stderr
    assert str(directory / "inventory.yml") in done.stdout
    yield directory
    life.down(directory)


def ask(directory, command, *arguments):
    return simulator(command, "--dir", str(directory), *arguments)


def state(directory):
    """The status without what HMCs see and how rmcd gets on with them: both follow after the settling delay, whatever was asked."""
    status = json.loads(ask(directory, "status", "--json").stdout)
    for lpar in status["lpars"].values():
        del lpar["hmcs"], lpar["healthy"]
    return status


def test_break_status_heal_and_log(directory):
    done = ask(directory, "break", "rsct_down", "--host", HOST, "--option", "how=undefined")
    assert (done.returncode, done.stdout) == (0, "RSCT_DOWN: %s\n" % HOST)
    assert any(line.startswith(HOST) and line.endswith("RSCT_DOWN") for line in ask(directory, "status").stdout.splitlines())
    assert state(directory)["lpars"][HOST]["faults"] == ["RSCT_DOWN"]
    assert ask(directory, "heal", HOST).stdout == "healed: %s\n" % HOST
    assert state(directory)["lpars"][HOST]["faults"] == []
    assert ask(directory, "log", "--host", HOST).returncode == 0


def test_set_changes_one_value_and_tells_the_old_one(directory):
    assert ask(directory, "set", HOST, "activity.lpm", "true").stdout == "%s activity.lpm: false -> true\n" % HOST
    assert ask(directory, "set", HOST, "language", "pl_PL").returncode == 0
    assert ask(directory, "set", HOST, "interfaces.0.mtu", "9000").stdout.endswith("1500 -> 9000\n")
    ask(directory, "heal")
    assert ask(directory, "set", HOST, "interfaces.0.mtu", "1500").stdout.endswith("1500 -> 1500\n")


WRONG = [
    (("break", "NOSUCH", "--host", HOST), "no fault 'NOSUCH'"), (("break", "RSCT_DOWN"), "name a host"), (("break", "RSCT_DOWN", "--host", "x"), "no host 'x'"),
    (("break", "RSCT_DOWN", "--host", HOST, "--option", "how"), "NAME=VALUE"), (("break", "RSCT_DOWN", "--host", HOST, "--option", "x=1"), "no option x"),
    (("break", "RSCT_DOWN", "--hmc", "hmc1a"), "fault of LPARs"), (("heal", "x"), "no host 'x'"), (("log", "--host", "x"), "no host 'x'"),
    (("log", "--last", "-1"), "--last"), (("set", "x", "up", "true"), "no host 'x'"), (("set", HOST, "nosuch", "1"), "nothing is called 'nosuch'"),
    (("set", HOST, "interfaces.9.mtu", "1"), "no number 9"), (("set", HOST, "activity", "true"), "not a single value"),
    (("set", HOST, "activity.lpm", "7"), "does not fit"), (("set", HOST, "interfaces.0.mtu", "big"), "does not fit"),
    (("set", HOST, "oslevel", "7"), "does not fit"),
    (("set", HOST, "subsystems.nosuch", "1"), "nothing is called"), (("set", HOST, "interfaces", "[]"), "more than single values"),
    (("set", HOST, "name.x", "1"), "there is nothing in"), (("set", HOST, "slot", "1"), "follows from"), (("set", HOST, "active", "1"), "not a single value"),
]


@pytest.mark.parametrize(("arguments", "reason"), WRONG, ids=[" ".join(arguments) for arguments, _reason in WRONG])
def test_what_is_wrong_is_said_in_one_line_and_changes_nothing(directory, arguments, reason):
    before = state(directory)
    done = ask(directory, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("simulator: ") and reason in done.stderr and done.stderr.count("\n") == 1
    assert state(directory) == before


@pytest.mark.parametrize(("arguments", "reason"), [
    (("--estate", "nosuch"), "no estate 'nosuch'"), (("--hosts", "-1"), "--hosts"), (("--settle", "0"), "--settle"),
    (("--python-share", "2"), "--python-share"),
    (("--base", "10.0"), "--base"), (("--base", "127.256"), "--base"), (("--rmc-port", "70000"), "--rmc-port"), (("--python", "/no/such"), "no interpreter"),
    (("--parent", "4194303"), "no process")])
def test_an_estate_that_cannot_be_is_refused_before_anything_is_made(tmp_path, arguments, reason):
    done = simulator("up", "--dir", str(tmp_path / "estate"), *arguments)
    assert done.returncode == 1
    assert reason in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "estate").exists()


@pytest.mark.parametrize("command", [("status",), ("break", "RSCT_DOWN", "--host", HOST), ("heal",), ("set", HOST, "up", "true"), ("log",)])
def test_without_an_estate_nothing_can_be_asked(tmp_path, command):
    done = ask(tmp_path, *command)
    assert (done.returncode, done.stderr) == (1, "simulator: no estate is running in %s\n" % tmp_path)


def test_lists_need_no_estate():
    assert "rehearsal" in simulator("estates").stdout
    codes = simulator("codes").stdout
    assert codes.index("HEALTHY") < codes.index("NETWORK_TCP_BLOCKED") < codes.index("KEYS_DAMAGED") < codes.index("S01")


def test_down_twice_is_no_error(tmp_path):
    assert [ask(tmp_path / "estate", "down").returncode for _time in range(2)] == [0, 0]


def foreground(directory):
    server = subprocess.Popen([sys.executable, str(SIMULATOR), "up", "--dir", str(directory), "--hosts", "2", "--foreground"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True)
    assert server.stdout.readline().startswith("The estate is up")
    return server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_what_hides_from_it(tmp_path, number):
    directory = tmp_path / "estate"
    server = foreground(directory)
    status = json.loads(ask(directory, "status", "--json").stdout)
    lpar = status["lpars"][HOST]
    # Without the environment that marks our processes: only the session tells whose it is.
    session = subprocess.Popen(
        ["ssh", "-F", "/dev/null", "-i", str(directory / "ssh_client_key"), "-o", "UserKnownHostsFile=%s" % (directory / "known_hosts"), "-o", "BatchMode=yes",
         "-o", "GlobalKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-p", str(status["ssh_port"]), "root@" + lpar["address"],
         "env -i /bin/sh -c 'echo $$; sleep 600; :' & cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    hidden = processes.Identity.of(int(session.stdout.readline()))
    assert hidden.alive()
    server.send_signal(number)
    out, err = server.communicate(timeout=30)
    assert (server.returncode, err) == (0, "")
    session.communicate(timeout=30)
    assert not hidden.alive()
    assert server.pid not in processes.sessions()
    life.down(directory)
    assert not directory.exists()


def test_an_interrupted_start_leaves_no_server(tmp_path):
    """The one that waits in front is ended while the server behind it still builds its estate."""
    directory = tmp_path / "estate"
    start = subprocess.Popen([sys.executable, str(SIMULATOR), "up", "--dir", str(directory), "--hosts", "300"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    while not (directory / life.PID_FILE).exists():
        assert start.poll() is None
    server = processes.Identity(**json.loads((directory / life.PID_FILE).read_text() or "{}")) if (directory / life.PID_FILE).stat().st_size else None
    start.send_signal(signal.SIGTERM)
    assert start.wait(30) == 128 + signal.SIGTERM
    assert server is None or not server.alive()
    assert not [pid for pid in processes.sessions() if str(directory).encode() in _command(pid)]
    life.down(directory)


def _command(pid):
    try:
        return (processes.PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""
