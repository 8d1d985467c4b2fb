# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what connection plugins lack. They wait for ever, and send again what may have been carried out."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import threading

from ansible.errors import AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.common.text.converters import to_text

# Login, and the way of the output, on top of what the commands may take.
LOGIN_SECONDS = 30
# How ssh says that there was no login, so that nothing was sent. At the start of a line: a banner may say anything.
_NO_LOGIN = re.compile(
    r"^(?:Failed to connect to the host via ssh: |Data could not be sent to remote host .* over ssh: )?(?:ssh: connect to host "
    r"|ssh: Could not resolve hostname |\S+: Permission denied \(|Host key verification failed|kex_exchange_identification: "
    r"|banner exchange: |Connection timed out during banner exchange|Unable to negotiate with )",
    re.MULTILINE,
)


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


@contextlib.contextmanager
def without_resending(connection):
    """With retries (ANSIBLE_SSH_RETRIES) ansible.builtin.ssh sends a command again when the connection breaks, whatever it did meanwhile.

    Gives the number of retries that were wanted.
    """
    try:
        retries = connection.get_option("reconnection_retries")
    except KeyError:
        # No other connection plugin does.
        yield 0
        return
    connection.set_option("reconnection_retries", 0)
    try:
        yield int(retries)
    finally:
        connection.set_option("reconnection_retries", retries)


def may_be_sent(error: AnsibleError) -> bool:
    """Whether what was to be executed may have been, although the connection failed."""
    # A missing sshpass or an unknown host key with a password is a bare AnsibleError.
    if isinstance(error, AnsibleAuthenticationFailure) or not isinstance(error, AnsibleConnectionFailure):
        return False
    return not _NO_LOGIN.search(words(error))


def words(error: Exception) -> str:
    return to_text(getattr(error, "message", error))
