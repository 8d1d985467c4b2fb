# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: run one command on an LPAR, with a deadline, in the C locale, and say what became of it."""

from __future__ import annotations

import errno
import os
import re
import selectors
import signal
import subprocess
import time

# Behind the inherited PATH, so that a site's own PATH wins ...
PATH_ADDITIONS = (
    "/opt/rsct/bin",
    "/usr/sbin/rsct/bin",
    "/opt/rsct/install/bin",
    "/usr/sbin/rsct/install/bin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/ios/cli",
)
# ... but for these, which come last: GNU commands of the AIX Toolbox (uname without -L, df without inodes) answer to the names of AIX's.
# A regular expression for Perl too.
PATH_BEHIND = r"^/(?:opt/freeware|usr/linux|usr/local)(?:/|$)"
# Scope 0 and no CT_CONTACT: RSCT commands ask the local node and nothing else.
ENVIRONMENT = {"LC_ALL": "C", "LANG": "C", "CT_MANAGEMENT_SCOPE": "0"}
ENVIRONMENT_REMOVED = ("CT_CONTACT",)

# A process list of some 50,000 rows.
OUTPUT_LIMIT = 4 * 1024 * 1024
KILL_GRACE = 1.0
# How long to keep reading after a command ended while somebody else (a daemon that it started) holds its output open.
DRAIN_SECONDS = 0.2


class Result:
    """What became of a command. outcome: ok, failed (rc is not 0, it could not be started, or it was truncated), timeout, missing.

    truncated: it said more than was kept. What is missing cannot be told, so that is no answer, whatever rc is.
    """

    def __init__(self, argv, rc=None, stdout="", stderr="", seconds=0.0, outcome="ok", truncated=False):
        self.argv = list(argv)
        self.rc = rc
        self.stdout = stdout
        self.stderr = stderr
        self.seconds = seconds
        self.outcome = outcome
        self.truncated = truncated

    def __repr__(self):
        return "Result({0!r}, rc={1!r}, outcome={2!r})".format(self.argv, self.rc, self.outcome)


def search_path(inherited):
    """The directories in which commands are looked for."""
    own = [path for path in inherited.split(os.pathsep) if path]
    behind = [path for path in own if re.search(PATH_BEHIND, path)]
    return [path for path in own if path not in behind] + list(PATH_ADDITIONS) + behind


def environment(extra=None):
    """The environment of every command."""
    env = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT_REMOVED}
    env.update(ENVIRONMENT)
    env["PATH"] = os.pathsep.join(search_path(env.get("PATH", "")))
    env.update(extra or {})
    return env


def run(argv, deadline, stdin=None, env=None, cwd=None, limit=OUTPUT_LIMIT):
    """Run argv for at most deadline seconds, keep limit bytes of each output. Whatever the command does, a Result comes back."""
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
            cwd=cwd,
            start_new_session=True,
        )
    except OSError as error:
        outcome = "missing" if error.errno == errno.ENOENT else "failed"
        message = "{0}: {1}".format(argv[0], error.strerror)
        return Result(argv, stderr=message, seconds=time.monotonic() - started, outcome=outcome)
    stdout, stderr, in_time, truncated = _converse(process, stdin, started + deadline, limit)
    if in_time:
        outcome = "ok" if process.returncode == 0 and not truncated else "failed"
        rc = process.returncode
    else:
        outcome, rc = "timeout", None
    return Result(argv, rc, stdout, stderr, time.monotonic() - started, outcome, truncated)


class Runner:
    """Runs the commands of a module and keeps the trace of them. In check mode a changing command is recorded, not run."""

    def __init__(self, deadline=30, check_mode=False):
        self.deadline = deadline
        self.check_mode = check_mode
        self.trace = []

    def run(self, argv, deadline=None, changes=False, stdin=None, env=None, cwd=None):
        if changes and self.check_mode:
            result = Result(argv, outcome="would_run")
        else:
            result = run(argv, self.deadline if deadline is None else deadline, stdin=stdin, env=env, cwd=cwd)
        self.trace.append(
            {
                "argv": result.argv,
                "rc": result.rc,
                "seconds": round(result.seconds, 3),
                "outcome": result.outcome,
                "changed": changes,
            }
        )
        return result


def _converse(process, stdin, end, limit):
    """Feed and read the process until it ended or the time is up; (stdout, stderr, whether it ended in time, whether some was dropped)."""
    truncated = False
    output = {process.stdout: bytearray(), process.stderr: bytearray()}
    pending = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
    with selectors.DefaultSelector() as selector:
        for stream in output:
            selector.register(stream, selectors.EVENT_READ)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map() and time.monotonic() < end:
            # Asked before the look at the streams: what it wrote until its end is then there to be read.
            ended = process.poll() is not None
            ready = selector.select(min(DRAIN_SECONDS, max(0, end - time.monotonic())))
            for key, _events in ready:
                if key.fileobj is process.stdin:
                    pending = _feed(selector, process.stdin, pending)
                else:
                    truncated = _read(selector, key.fileobj, output[key.fileobj], limit) or truncated
            if not ready and ended:
                break
    in_time = _ended(process, end)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            _close(stream)
    return _text(output[process.stdout]), _text(output[process.stderr]), in_time, truncated


def _feed(selector, stream, pending):
    try:
        pending = pending[os.write(stream.fileno(), pending[:4096]):] if pending else b""
    except BlockingIOError:
        return pending
    except OSError:
        # The command does not read its input: its own business.
        pending = b""
    if not pending:
        selector.unregister(stream)
        _close(stream)
    return pending


def _read(selector, stream, collected, limit):
    """Collect what is there, limit bytes in all; True if some of it was dropped."""
    data = os.read(stream.fileno(), 65536)
    if not data:
        selector.unregister(stream)
    # Beyond the limit it is read and dropped, so that the command does not block.
    room = max(0, limit - len(collected))
    collected.extend(data[:room])
    return len(data) > room


def _ended(process, end):
    """Wait for the process; at the deadline kill it with its whole process group."""
    try:
        process.wait(max(0, end - time.monotonic()))
        return True
    except subprocess.TimeoutExpired:
        pass
    # The second signal also when the leader is gone: a child of it may have ignored the first.
    for number in (signal.SIGTERM, signal.SIGKILL):
        _signal_group(process, number)
        try:
            process.wait(KILL_GRACE)
        except subprocess.TimeoutExpired:
            # After SIGKILL: it hangs in the kernel, nothing more can be done about it.
            pass
    return False


def _signal_group(process, number):
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _close(stream):
    try:
        stream.close()
    except OSError:
        pass


def _text(data):
    return bytes(data).decode("utf-8", "replace")
