# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill a process at its n-th change of anything: before every changing system call, in the middle of a write, around every command.

No hook in the product is needed: the calls are wrapped in a forked child, which really dies by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback

import snapshot_runs

CALLS = "rename replace mkdir rmdir unlink link symlink write fsync chmod chown utime open".split()
SURVIVED = 0


class _Countdown:
    def __init__(self, left):
        self.left = left

    def step(self):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _wrap(name, countdown):
    real = getattr(os, name)

    def wrapped(*arguments, **named):
        if name == "open" and not (len(arguments) > 1 and arguments[1] & os.O_CREAT):
            return real(*arguments, **named)
        countdown.step()
        if name == "write":
            # And once with half of it written.
            half = len(arguments[1]) // 2
            if countdown.left == 1 and half:
                real(arguments[0], arguments[1][:half])
            countdown.step()
        return real(*arguments, **named)

    return wrapped


def killed_at(number, work):
    """Run work() in a child that dies at its number-th step. True if it died there, False if it came to its end before."""

    def prepare():
        countdown = _Countdown(number)
        for name in CALLS:
            wrapped = _wrap(name, countdown)
            for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
                if getattr(os, name) in known:
                    known.add(wrapped)
            setattr(os, name, wrapped)
        real_run = snapshot_runs.HostRunner.run

        def run(self, argv, **named):
            if not named.get("changes"):
                return real_run(self, argv, **named)
            countdown.step()
            # The command itself is not cut: it is a process of its own.
            left, countdown.left = countdown.left, 0
            result = real_run(self, argv, **named)
            countdown.left = left
            countdown.step()
            return result

        snapshot_runs.HostRunner.run = run

    return _dies(prepare, work)


def killed_before(line, work):
    """Run work() in a child that dies before the command of that line."""

    def prepare():
        real_run = snapshot_runs.HostRunner.run

        def run(self, argv, **named):
            if " ".join(argv) == line:
                os.kill(os.getpid(), signal.SIGKILL)
            return real_run(self, argv, **named)

        snapshot_runs.HostRunner.run = run

    assert _dies(prepare, work)


def _dies(prepare, work):
    child = os.fork()
    if child == 0:
        try:
            prepare()
            work()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(SURVIVED)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == SURVIVED
    return False
