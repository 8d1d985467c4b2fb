# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated HMC from end to end: a real ssh client, the restricted shell, the commands behind it."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time

import pytest

from rsctsim.control import Control
from rsctsim.hmc import shell

SIMULATOR = pathlib.Path(__file__).resolve().parents[2] / "simulator"
ENGLISH = "LC_ALL=en_US LANG=en_US "
ALPHA, EAST = "hmcalpha", "9105-22A*78F0A10"


class Running:
    """An estate with its server, and ssh to its consoles."""

    def __init__(self, directory):
        self.directory = directory
        self.control = Control(directory)
        self.status = self.control.status()

    def command(self, host=ALPHA, user="hmcview", options=()):
        return [
            "ssh", *options, "-F", "/dev/null", "-p", str(self.status["ssh_port"]), "-i", str(self.directory / "ssh_client_key"),
            "-o", f"UserKnownHostsFile={self.directory / 'known_hosts'}", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
            "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", "LogLevel=ERROR",
            f"{user}@{self.status['hmcs'][host]['address']}",
        ]  # fmt: skip

    def ssh(self, line, stdin="", **more):
        return subprocess.run([*self.command(**more), line], input=stdin, capture_output=True, encoding="utf-8", timeout=60, check=False)

    def out(self, line, **more):
        done = self.ssh(line, **more)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    directory = tmp_path_factory.mktemp("hmc") / "estate"
    steer = [sys.executable, str(SIMULATOR)]
    where = ["--dir", str(directory)]
    subprocess.run([*steer, "up", "--estate", "odd", "--settle", "0.2", "--parent", str(os.getpid()), *where], check=True, capture_output=True, timeout=60)
    yield Running(directory)
    subprocess.run([*steer, "down", *where], check=True, capture_output=True, timeout=60)


def test_the_query_pair(running):
    systems = running.out(ENGLISH + "lssyscfg -r sys -F name,type_model,serial_num,state")
    assert systems.splitlines()[0] == "DC1-P10A,9105-22A,78F0A10,Operating"
    rows = running.out(ENGLISH + f"lssyscfg -r lpar -m '{EAST}' -F name,lpar_id,rmc_state,dlpar_mem_capable")
    assert "hanging,9105-22A,78F0D60,Operating\n" in systems
    assert "aixdb01,3,active,1\n" in rows


def test_errors_are_on_stdout_and_the_exit_code_comes_through(running):
    done = running.ssh(ENGLISH + "lssyscfg -r lpar -m nowhere -F name")
    assert done.returncode == 1 and done.stdout.startswith("HSCL8018") and done.stderr == ""


def test_markers_of_a_batch(running):
    text = running.out(f"echo @@BEGIN; {ENGLISH}lssyscfg -r lpar -m nowhere; echo @@RC=$?; {ENGLISH}lshmc -V; echo @@RC=$?")
    assert text.startswith("@@BEGIN\nHSCL8018") and "@@RC=1\n\"version=" in text and text.endswith("@@RC=0\n")


def test_quotes_of_a_filter_must_reach_the_console(running):
    ask = f"lssyscfg -r lpar -m '{EAST}' -F name --filter "
    assert running.out(ask + "'\"lpar_names=aixdb01,aixdb02\"'") == "aixdb01\naixdb02\n"
    assert running.ssh(ask + '""lpar_names=aixdb01,aixdb02""').returncode == 1


ABSENT = ("awk", "id", "bc", "last", "python3", "python", "perl", "sh", "bash", "tail", "timeout")


@pytest.mark.parametrize(
    ("line", "rc", "said"),
    [
        ("/bin/sh -c 'echo in'", 1, "restricted: cannot specify `/' in command names"),
        ("lssyscfg -r sys -F name 2>/dev/null", 1, "/dev/null: restricted: cannot redirect output"),
        ("hostname > f", 1, "f: restricted: cannot redirect output"),
        ("cd /", 1, "cd: restricted"),
        ("exec ls", 1, "exec: restricted"),
        ("command -p ls", 1, "command: -p: restricted"),
        ("source /etc/profile", 1, "/etc/profile: restricted"),
        ("PATH=/usr/bin", 1, "PATH: readonly variable"),
        *((f"{tool} x", 127, f"{tool}: command not found") for tool in ABSENT),
    ],
)
def test_what_the_restricted_shell_refuses(running, line, rc, said):
    done = running.ssh(line)
    assert (done.returncode, done.stdout) == (rc, "") and said in done.stderr


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("hostname 2>&1 | cat", "hmcalpha\n"),
        ("while read -r -t 9 name; do echo got $name; done < <(hostname)", "got hmcalpha\n"),
        ("cat <<< word", "word\n"),
        ("f() { echo $(hostname); }; f && f", "hmcalpha\nhmcalpha\n"),
        ("hostname & wait", "hmcalpha\n"),
        ("export LC_ALL=pl_PL; echo $LC_ALL", "pl_PL\n"),
        ("lssyscfg -r sys -F name | grep P10B | sed s/P10B/x/", "DC1-x\n"),
    ],
)
def test_what_the_restricted_shell_allows(running, line, expected):
    assert running.out(line) == expected


def test_only_the_known_tools_are_there(running):
    found = running.out("IFS=:; for d in $PATH; do ls $d; done").split()
    assert set(found) <= set(shell.ALLOWED_TOOLS + shell.SIMULATED) and set(shell.SIMULATED) <= set(found)


def test_no_file_transfer(running):
    target = running.command(options=("-s",)) + ["sftp"]
    done = subprocess.run(target, input="", capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode != 0 and "hmcalpha" not in done.stdout
    assert running.ssh("scp -t x").returncode == 1


def test_a_login_with_a_terminal_has_noise_and_one_without_has_none(running):
    def typed(*line, stdin=b""):
        return subprocess.run([*running.command(options=("-tt",)), *line], input=stdin, capture_output=True, timeout=60, check=False).stdout

    shown = typed(stdin=b"hostname\nexit\n")
    assert shown.startswith(b"Last login: ") and b"hmcview@hmcalpha:~>" in shown and b"\r\nhmcalpha\r\n" in shown.replace(b"\x1b[?2004l\r", b"")
    assert typed("hostname") == b"hmcalpha\r\n"
    assert running.out("hostname") == "hmcalpha\n"


def test_polish_unless_asked_in_english(running):
    ask = f"lssyscfg -r lpar -m '{EAST}' -F nonsense"
    assert running.ssh("LC_ALL=pl_PL " + ask).stdout.startswith("Wprowadzono niepoprawny atrybut.")
    assert running.ssh(ENGLISH + ask).stdout.startswith("An invalid attribute was entered.")


def test_roles_over_ssh_and_the_log_of_what_ran(running):
    rebuild = f"chsysstate -m '{EAST}' -r sys -o rebuild"
    since = time.time()
    assert running.ssh(rebuild).stdout.startswith("HSCL350B")
    assert running.out(rebuild, user="hmcoper") == ""
    logged = [one for one in running.control.log(since) if one.get("argv", [""])[0] == "chsysstate"]
    assert [(one["user"], one["rc"], one["changes"]) for one in logged] == [("hmcview", 1, True), ("hmcoper", 0, True)]


def test_sessions_above_the_limit_are_reset(running):
    running.control.set(ALPHA, "session_limit", 0)
    try:
        done = running.ssh("hostname", options=("-o", "LogLevel=INFO"))
    finally:
        running.control.set(ALPHA, "session_limit", 40)
    assert done.returncode == 255 and ("reset" in done.stderr or "closed" in done.stderr)
    assert running.out("hostname") == "hmcalpha\n"


def test_a_hanging_system_holds_only_those_who_wait_for_it(running):
    # Without 2>&1 the hanging command holds the session's stderr, and ssh waits for that.
    ask = "lssyscfg -r lpar -F name 2>&1 -m"
    batch = (
        f"(while read -r -t 1 row; do echo A $row; done < <({ask} hanging)) & "
        f"(while read -r -t 9 row; do echo B $row; done < <({ask} DC1-P10B)) & wait"
    )
    rows = running.out(batch).splitlines()
    assert rows and all(row.startswith("B ") for row in rows)
