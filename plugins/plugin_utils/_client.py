# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: a bound on the controller for what waits for a connection. Connection plugins wait for ever."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading

# Login, and the way of the output, on top of what the commands may take.
LOGIN_SECONDS = 30


class Hangs(Exception):
    """The time is up, and the client of the connection was ended."""


class _Expired(BaseException):
    """Not an Exception: connection plugins retry on those."""


@contextlib.contextmanager
def within(seconds: float):
    """Raise Hangs after seconds. A deadline of the task itself (timeout) goes first."""
    ours = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, None)
    if not ours:
        yield
        return

    def expire(signum, frame):
        raise _Expired()

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _Expired as expired:
        _kill_clients(expired)
        raise Hangs() from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _kill_clients(expired: BaseException) -> None:
    """End the ssh client that was waited for. The connection plugin gives no handle on it; its frame does."""
    traceback = expired.__traceback__
    while traceback:
        for value in list(traceback.tb_frame.f_locals.values()):
            if isinstance(value, subprocess.Popen) and value.poll() is None:
                value.kill()
                value.wait()
        traceback = traceback.tb_next
