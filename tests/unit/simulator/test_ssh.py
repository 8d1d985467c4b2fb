# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated LPARs from end to end: a real ssh client, real processes, hooks, record, and nothing left behind."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from rsctsim import life, processes
from rsctsim.control import Control, EstateError

SIMULATOR = pathlib.Path(__file__).resolve().parents[2] / "simulator"
PYTHON_HOST, PERL_HOST = "aixdb02", "aixdb01"
CONNECT = """
import socket, sys, time, os
s = socket.socket(); s.settimeout(0.5)
code = s.connect_ex((sys.argv[1], int(sys.argv[2])))
print(os.uname()[0], int(time.time()), code, s.getsockname()[0])
"""
PERL_CONNECT = """
use Socket; use Errno; use Fcntl;
socket(my $s, PF_INET, SOCK_STREAM, 0); fcntl($s, F_SETFL, O_NONBLOCK);
connect($s, sockaddr_in($ARGV[1], inet_aton($ARGV[0])));
my $error = $!{EINPROGRESS} ? 0 : $! + 0;
my $write = ''; vec($write, fileno($s), 1) = 1;
my $ready = $error ? 0 : select(undef, $write, undef, 0.5);
$error = $ready ? unpack('i', getsockopt($s, SOL_SOCKET, SO_ERROR)) : 'none' unless $error;
print "$^O ", time, " $error ", inet_ntoa((sockaddr_in(getsockname($s)))[1]), "\\n";
"""


class Running:
    def __init__(self, directory):
        self.directory = directory
        self.control = Control(directory)
        self.status = self.control.status()

    def ssh_options(self):
        return ["-F", "/dev/null", "-i", str(self.directory / "ssh_client_key"), "-o", "UserKnownHostsFile=%s" % (self.directory / "known_hosts"),
                "-o", "GlobalKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes",
                "-o", "LogLevel=ERROR"]

    def address(self, host):
        return self.status["lpars"][host]["address"]

    def command(self, line, host=PERL_HOST, user="root", options=()):
        return ["ssh", *self.ssh_options(), *options, "-p", str(self.status["ssh_port"]), "%s@%s" % (user, self.address(host)), line]

    def ssh(self, line, host=PERL_HOST, stdin="", **more):
        return subprocess.run(self.command(line, host, **more), input=stdin, capture_output=True, encoding="utf-8", timeout=60, check=False)

    def connect(self, host, result_of="hmcalpha"):
        address = self.status["hmcs"][result_of]["address"]
        program, interpreter = (CONNECT, "python3") if host == PYTHON_HOST else (PERL_CONNECT, "perl")
        done = self.ssh("%s - %s %d" % (interpreter, address, self.status["rmc_port"]), host, stdin=program)
        assert done.stderr == ""
        return done.stdout.split()


def up(directory, *more):
    subprocess.run([sys.executable, str(SIMULATOR), "up", "--dir", str(directory), "--settle", "0.2", *more], check=True, capture_output=True, timeout=60)
    return Running(directory)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    directory = tmp_path_factory.mktemp("a-name-that-is-longer-than-unix-sockets-like-it-" + "x" * 60) / "estate"
    yield up(directory, "--estate", "clean", "--parent", str(os.getpid()))
    life.down(directory)
    assert not directory.exists()


@pytest.fixture(autouse=True)
def calm(request):
    yield
    if "running" in request.fixturenames:
        request.getfixturevalue("running").control.heal()


def test_output_errors_and_exit_code_come_through(running):
    done = running.ssh("uname -L; lssrc -s nosuch; echo end; exit 7")
    assert (done.stdout, done.stderr, done.returncode) == ("3 aixdb01\nend\n", "0513-085 The nosuch Subsystem is not on file.\n", 7)


def test_stdin_reaches_the_command(running):
    assert running.ssh("cat", stdin="x" * 300000).stdout == "x" * 300000


def test_a_pty_is_a_pty(running):
    done = running.ssh("test -t 0 && echo terminal; exit 3", options=("-tt",))
    assert (done.stdout, done.returncode) == ("terminal\n", 3)    # subprocess folded the \r\n


def test_a_host_without_python_has_none_anywhere(running):
    for name in ("python3", "python", "/usr/bin/python3", "/opt/freeware/bin/python3", sys.executable):
        assert running.ssh("%s -c 'print(1)'" % name).returncode == 127
    assert running.ssh("perl -e 'print $^O'").stdout == "aix"


def test_large_output_and_odd_bytes_arrive_whole(running):
    rows = running.ssh("lslpp -Lcq").stdout
    assert rows.count("\n") > 10
    assert running.ssh("logger -t rsct \"a\\$b  'c' *\"; lssrc -a; lssrc -a").stdout.count("ctrmc") == 2
    argv = [entry["argv"] for entry in running.control.log() if entry.get("argv", [""])[0] == "logger"][-1]
    assert argv == ["logger", "-t", "rsct", "a$b  'c' *"]


def test_a_hanging_command_is_a_process_that_must_be_killed(running):
    running.control.set(PERL_HOST, "hanging", ["lsrsrc"])
    begun = time.time()
    waiting = subprocess.Popen(running.command("lsrsrc IBM.MCP & echo $!; wait $!; echo rc=$?"), stdout=subprocess.PIPE, encoding="utf-8")
    pid = int(waiting.stdout.readline())
    while not any(entry.get("argv", [""])[0] == "lsrsrc" and entry["rc"] is None for entry in running.control.log(begun)):
        assert time.time() < begun + 30
    os.kill(pid, signal.SIGTERM)
    assert waiting.communicate(timeout=30)[0] == "rc=143\n"


@pytest.mark.parametrize("host", [PYTHON_HOST, PERL_HOST])
def test_a_program_on_the_host_sees_aix_its_clock_and_its_network(running, host):
    name, _clock, code, source = running.connect(host)
    assert (name.lower(), code, source) == ("aix", "0", running.address(host))
    running.control.break_("CLOCK_SKEW", host=host, seconds=5000)
    running.control.break_("NETWORK_TCP_BLOCKED", host=host, result="unreachable")
    _name, clock, code, _source = running.connect(host)
    assert code == "113"
    assert int(clock) > time.time() + 4000
    running.control.heal(host)
    running.control.break_("NETWORK_TCP_BLOCKED", host=host, result="refused")
    assert running.connect(host)[2] == "111"
    running.control.heal(host)
    running.control.break_("NETWORK_TCP_BLOCKED", host=host, result="timeout")
    assert running.connect(host)[2] in ("none", "11", "110", "115")


@pytest.mark.parametrize("flag", ["-O", "-s"])
def test_sftp_and_scp_work_on_aix(running, tmp_path, flag):
    (tmp_path / "there").write_text("data\n")
    for target in ("copy" + flag, "/tmp/copy" + flag, running.ssh("echo $HOME").stdout.strip() + "/whole" + flag):
        done = subprocess.run(["scp", flag, *running.ssh_options(), "-P", str(running.status["ssh_port"]), str(tmp_path / "there"),
                               "root@%s:%s" % (running.address(PERL_HOST), target)], capture_output=True, encoding="utf-8", timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert running.ssh("cat copy%s whole%s ../root/tmp/copy%s" % (flag, flag, flag)).stdout == "data\n" * 3


def test_wrong_host_and_dead_hosts(running):
    running.control.break_("WRONG_HOST", host=PERL_HOST, other="aixapp01")
    assert running.ssh("uname -L").stdout == "5 aixapp01\n"
    running.control.break_("NOT_RUNNING", host="aixapp03")
    assert running.ssh("uname", host="aixapp03").returncode == 255
    assert running.ssh("rmcctrl -z", host="aixha01", options=("-o", "ServerAliveInterval=5")).returncode == 0
    assert running.ssh("uname", host="aixha01").returncode == 255
    assert "node panicked" in running.control.status()["lpars"]["aixha01"]["wrecked"]
    assert [text for text in running.control.harm() if text.startswith("aixha01: rmcctrl -z")]


def test_sudo_makes_root_of_those_who_may(running):
    become = "sudo -H -S -n -u root /bin/sh -c 'id -u; rmcctrl -p; echo $?'"
    assert running.ssh(become, user="ansible").stdout == "0\n0\n"
    running.control.set(PERL_HOST, "sudoers", [])
    assert running.ssh(become, user="ansible").returncode == 1


def test_somebody_else_than_root_may_look_only(running):
    assert running.ssh("id -u; lssrc -s ctrmc", user="ansible").stdout.startswith("204\n")
    assert running.ssh("rmcctrl -p", user="ansible").returncode == 126
    assert running.ssh("startsrc -s ctrmc", user="ansible").returncode == 1
    assert running.ssh("uname", user="nobody").returncode == 255


def test_texts_are_localised_unless_c_is_asked_for(running):
    running.control.set(PERL_HOST, "language", "pl_PL")
    assert "aktywny" in running.ssh("lssrc -s ctrmc").stdout
    assert " active" in running.ssh("LC_ALL=C lssrc -s ctrmc").stdout


def test_ctsnap_leaves_a_real_archive(running, tmp_path):
    done = running.ssh("ctsnap -x runrpttr -d %s" % tmp_path)
    assert done.returncode == 0
    (archive,) = tmp_path.glob("ctsnap.aixdb01.*.tar.Z")
    unpacked = subprocess.run(["gzip", "-dc", str(archive)], capture_output=True, check=True).stdout
    assert b"lssrc.out" in unpacked
    assert len(list(tmp_path.glob("*.log"))) == 1


def test_commands_by_their_full_path_are_the_simulated_ones(running):
    program = "import subprocess; print(subprocess.run(['/usr/bin/oslevel', '-s'], stdout=subprocess.PIPE).stdout)"
    assert running.ssh("python3 -", PYTHON_HOST, stdin=program).stdout == "b'7300-02-02-2420\\n'\n"


def test_everything_is_recorded(running):
    begun = time.time()
    running.ssh("lssrc -a >/dev/null; rmcctrl -p")
    entries = running.control.log(begun)
    assert [entry["event"] for entry in entries if "event" in entry] == ["login", "exec"]
    assert [(entry["argv"], entry["changes"]) for entry in entries if "argv" in entry] == [(["lssrc", "-a"], False), (["rmcctrl", "-p"], True)]


def test_a_key_file_that_rm_deleted_is_in_the_record(running):
    begun = time.time()
    running.ssh("rm -f %s/hosts/%s/root/var/ct/cfg/ct_has.qkf; lssrc -s ctrmc" % (running.directory, PERL_HOST))
    entries = {entry["argv"][0]: entry for entry in running.control.log(begun) if "argv" in entry}
    assert "ct_has.qkf" in entries["lssrc"]["harm"] and not entries["lssrc"]["changes"]


def test_a_bug_in_a_request_is_told_and_harmless(running):
    with pytest.raises(EstateError, match="no fault"):
        running.control.break_("NO_SUCH", host=PERL_HOST)
    with pytest.raises(EstateError, match="no host"):
        running.control.break_("RSCT_DOWN", host="nobody")
    with pytest.raises(EstateError):
        running.control.set(PERL_HOST, "nothing.like.it", 1)


def test_the_end_takes_every_process_along(tmp_path):
    directory = tmp_path / "estate"
    estate = up(directory, "--estate", "clean")
    pid = estate.status["pid"]
    lingering = subprocess.Popen(estate.command("nohup sleep 600 >/dev/null 2>&1 & echo up; cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 encoding="utf-8")
    assert lingering.stdout.readline() == "up\n"
    server = processes.Identity.of(pid)
    os.kill(pid, signal.SIGTERM)
    lingering.communicate(timeout=30)
    life.down(directory)
    assert not server.alive()
    assert not directory.exists()
    assert not list(processes.marked("HOME=%s" % (directory / "hosts" / PERL_HOST / "home")))


def test_an_interrupted_estate_is_replaced(tmp_path):
    directory = tmp_path / "estate"
    first = up(directory, "--estate", "clean")
    first.ssh("nohup sleep 600 >/dev/null 2>&1 &")
    home = "HOME=%s" % (directory / "hosts" / PERL_HOST / "home")
    assert list(processes.marked(home))
    os.kill(first.status["pid"], signal.SIGKILL)
    second = up(directory, "--estate", "clean")
    assert not list(processes.marked(home))
    assert second.ssh("uname").stdout == "AIX\n"
    life.down(directory)
    with pytest.raises(EstateError):
        second.control.status()


def test_a_directory_of_others_is_not_touched(tmp_path):
    (tmp_path / "precious").write_text("x")
    for action in (life.prepare, life.down):
        with pytest.raises(EstateError):
            action(tmp_path)
    assert (tmp_path / "precious").read_text() == "x"
