# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import threading

import pytest

from ansible_collections.aixops.rsct.plugins.module_utils import _command


def test_success():
    result = _command.run(["sh", "-c", "echo out; echo err >&2"], 10)
    assert (result.rc, result.stdout, result.stderr, result.outcome) == (0, "out\n", "err\n", "ok")


def test_failure_keeps_output_and_code():
    result = _command.run(["sh", "-c", "echo out; exit 3"], 10)
    assert (result.rc, result.stdout, result.outcome) == (3, "out\n", "failed")


def test_missing_command():
    result = _command.run(["no-such-command-anywhere"], 10)
    assert (result.rc, result.outcome) == (None, "missing")
    assert "no-such-command-anywhere" in result.stderr


def test_command_that_may_not_be_executed(tmp_path):
    command = tmp_path / "rmcctrl"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o600)
    assert _command.run([str(command)], 10).outcome == "failed"


def test_deadline_kills_the_whole_group(tmp_path, dies):
    child = tmp_path / "child"
    script = "trap '' TERM; sh -c 'trap \"\" TERM; sleep 600' & echo $! > {0}; echo before; wait".format(child)
    result = _command.run(["sh", "-c", script], 1.5)
    assert (result.rc, result.outcome, result.stdout) == (None, "timeout", "before\n")
    assert dies(int(child.read_text()))


def test_a_daemon_that_keeps_the_output_open_does_not_hold_us(tmp_path, alive):
    child = tmp_path / "child"
    result = _command.run(["sh", "-c", "sleep 600 & echo $! > {0}; echo started".format(child)], 60)
    pid = int(child.read_text())
    try:
        assert (result.rc, result.outcome, result.stdout) == (0, "ok", "started\n")
        assert alive(pid)
    finally:
        os.kill(pid, 9)


def test_environment(monkeypatch):
    monkeypatch.setenv("CT_CONTACT", "elsewhere")
    monkeypatch.setenv("LC_ALL", "ja_JP")
    monkeypatch.setenv("PATH", "/site/first")
    env = _command.environment({"EXTRA": "1"})
    assert "CT_CONTACT" not in env
    assert (env["LC_ALL"], env["LANG"], env["CT_MANAGEMENT_SCOPE"], env["EXTRA"]) == ("C", "C", "0", "1")
    assert env["PATH"].split(":")[:2] == ["/site/first", "/opt/rsct/bin"]


def test_inherited_path_wins(tmp_path, monkeypatch):
    command = tmp_path / "env"
    command.write_text("#!/bin/sh\necho mine\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", "{0}:{1}".format(tmp_path, os.environ["PATH"]))
    assert _command.run(["env"], 10).stdout == "mine\n"


def test_gnu_commands_come_last():
    inherited = "/opt/freeware/bin:/site/bin::/usr/local/bin:/usr/linux/bin:/usr/bin:/usr/localized:/opt/freeware"
    assert _command.search_path(inherited) == [
        "/site/bin", "/usr/bin", "/usr/localized", *_command.PATH_ADDITIONS, "/opt/freeware/bin", "/usr/local/bin", "/usr/linux/bin", "/opt/freeware",
    ]
    assert _command.search_path("") == list(_command.PATH_ADDITIONS)


@pytest.mark.parametrize("size", [0, 5, 300000])
def test_input_reaches_the_command(size):
    assert _command.run(["cat"], 30, stdin="x" * size).stdout == "x" * size


def test_input_that_nobody_reads():
    assert _command.run(["true"], 10, stdin="x" * 300000).outcome == "ok"


def test_no_input_by_default():
    assert _command.run(["cat"], 10).stdout == ""


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_what_is_cut_off_at_the_limit_is_no_answer(stream):
    redirect = " >&2" if stream == "stderr" else ""
    result = _command.run(["sh", "-c", "head -c 300000 /dev/zero" + redirect], 30, limit=1000)
    assert (len(getattr(result, stream)), result.rc, result.outcome, result.truncated) == (1000, 0, "failed", True)


def test_what_just_fits_is_whole():
    result = _command.run(["sh", "-c", "head -c 1000 /dev/zero"], 30, limit=1000)
    assert (len(result.stdout), result.outcome, result.truncated) == (1000, "ok", False)


def test_a_list_of_many_processes_fits():
    result = _command.run(["sh", "-c", "head -c 2000000 /dev/zero; echo installp"], 30)
    assert result.stdout.endswith("installp\n") and result.outcome == "ok"


def test_odd_bytes():
    assert _command.run(["printf", r"\377ok"], 10).stdout == "\ufffdok"


def test_side_by_side():
    results = []
    threads = [
        threading.Thread(target=lambda number=number: results.append(_command.run(["echo", str(number)], 10)))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.stdout for result in results) == ["{0}\n".format(number) for number in range(8)]


def test_runner_keeps_a_trace():
    runner = _command.Runner(deadline=10)
    runner.run(["true"])
    runner.run(["false"], changes=True)
    assert [(row["argv"], row["rc"], row["outcome"], row["changed"]) for row in runner.trace] == [
        (["true"], 0, "ok", False),
        (["false"], 1, "failed", True),
    ]


def test_runner_in_check_mode_runs_only_what_looks(tmp_path):
    runner = _command.Runner(check_mode=True)
    target = tmp_path / "changed"
    result = runner.run(["touch", str(target)], changes=True)
    assert (result.rc, result.outcome, target.exists()) == (None, "would_run", False)
    assert runner.run(["true"]).outcome == "ok"
    assert [row["outcome"] for row in runner.trace] == ["would_run", "ok"]
