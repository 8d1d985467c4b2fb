# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what the actions on an HMC share, a line of hmcbash over the connection of the task."""

from __future__ import annotations

import contextlib
import math
import random
import re
import time

from ansible.errors import AnsibleActionFail, AnsibleAuthenticationFailure, AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.action import ActionBase

from .._client import LOGIN_SECONDS, Hangs, within
from .query import ConnectionLost, DeadlinePassed, Unreachable

# The HMC refuses logins beyond its session limit, and limits of sshd, in this way; a moment later there is room.
_REFUSED_FOR_NOW = ("kex_exchange_identification", "Connection reset by", "Connection closed by remote host")
_RETRY_AFTER = (1.0, 5.0)
# How ssh says that there was no login, so that nothing was sent. At the start of a line: a banner may say anything.
_NO_LOGIN = re.compile(
    r"^(?:Failed to connect to the host via ssh: )?(?:ssh: connect to host |ssh: Could not resolve hostname |\S+: Permission denied \("
    r"|Host key verification failed|kex_exchange_identification: |banner exchange: |Connection timed out during banner exchange|Unable to negotiate with )",
    re.MULTILINE,
)


class HmcActionBase(ActionBase):
    """An action whose host is an HMC: no Python, no /bin/sh, no temporary directory there."""

    # Set by every action: its options, and the least value of those that are numbers.
    ARGUMENT_SPEC: dict = {}
    REQUIRED_IF: list = []
    AT_LEAST: dict[str, int] = {}

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    pause = staticmethod(time.sleep)
    clock = staticmethod(time.monotonic)
    # When whatever is executed is ended, by the clock; None: as late as its own deadline allows.
    end: float | None = None

    @property
    def hmc_name(self) -> str:
        """The inventory host that the task talks to."""
        return str(self._task.delegate_to or self._host_name or "the HMC")

    @property
    def hmc_user(self) -> str:
        return str(self._get_remote_user() or "the HMC user")

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        self._host_name = (task_vars or {}).get("inventory_hostname")
        dummy, arguments = self.validate_argument_spec(self.ARGUMENT_SPEC, required_if=self.REQUIRED_IF)
        for name, least in self.AT_LEAST.items():
            if arguments[name] < least:
                raise AnsibleActionFail(f"{name} is {arguments[name]}, it must be {least} or more")
        result.update(self.act(arguments))
        return result

    def act(self, arguments: dict) -> dict:
        """The work of the action: its result from its options."""
        raise NotImplementedError

    def execute(self, text: str, deadline: float) -> tuple[int, str, str]:
        """Run text in the HMC's shell: query.Execute. It only looks, so that it may be run again when the connection fails."""
        try:
            return self._execute_once(text, deadline)
        except Unreachable as error:
            # Many controllers that retry in step would be refused in step.
            pause = random.uniform(*_RETRY_AFTER)
            if not any(sign in str(error) for sign in _REFUSED_FOR_NOW) or pause >= self._left():
                raise
        self.pause(pause)
        return self._execute_once(text, deadline)

    def _left(self) -> float:
        return math.inf if self.end is None else self.end - self.clock()

    def execute_unrepeated(self, text: str, deadline: float) -> tuple[int, str, str]:
        """The same for text that changes something: it is sent once, whatever becomes of the connection."""
        with self._without_resending():
            return self._execute_once(text, deadline)

    @contextlib.contextmanager
    def _without_resending(self):
        """With retries (ANSIBLE_SSH_RETRIES) ansible.builtin.ssh sends a command again when the connection breaks, whatever it did meanwhile."""
        try:
            retries = self._connection.get_option("reconnection_retries")
        except KeyError:
            # No other connection plugin does.
            yield
            return
        self._connection.set_option("reconnection_retries", 0)
        try:
            yield
        finally:
            self._connection.set_option("reconnection_retries", retries)

    def _execute_once(self, text: str, deadline: float) -> tuple[int, str, str]:
        seconds = min(deadline + LOGIN_SECONDS, self._left())
        if seconds <= 0:
            raise DeadlinePassed("no time was left to ask the HMC")
        try:
            with within(seconds):
                # No /bin/sh -c around it, no become, no pty: settings for AIX hosts must not reach the HMC.
                answer = self._low_level_execute_command(text, sudoable=False, executable=False)
        except AnsibleError as error:
            raise (ConnectionLost if _may_be_sent(error) else Unreachable)(_one_line(error)) from error
        except Hangs:
            raise DeadlinePassed(f"the HMC did not answer within {seconds:.0f} s") from None
        return answer["rc"], answer["stdout"], answer["stderr"]


def _may_be_sent(error: AnsibleError) -> bool:
    # A missing sshpass or an unknown host key with a password is a bare AnsibleError.
    if isinstance(error, AnsibleAuthenticationFailure) or not isinstance(error, AnsibleConnectionFailure):
        return False
    return not _NO_LOGIN.search(_text(error))


def _one_line(error: Exception) -> str:
    return " ".join(_text(error).split())


def _text(error: Exception) -> str:
    return to_text(getattr(error, "message", error))
