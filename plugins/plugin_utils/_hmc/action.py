# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what the actions on an HMC share, a line of hmcbash over the connection of the task."""

from __future__ import annotations

import math
import random
import time

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from .._client import LOGIN_SECONDS, Hangs, may_be_sent, within, without_resending, words
from .query import ConnectionLost, DeadlinePassed, Unreachable

# The HMC refuses logins beyond its session limit, and limits of sshd, in this way; a moment later there is room.
_REFUSED_FOR_NOW = ("kex_exchange_identification", "Connection reset by", "Connection closed by remote host")
_RETRY_AFTER = (1.0, 5.0)


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
        with without_resending(self._connection):
            return self._execute_once(text, deadline)

    def _execute_once(self, text: str, deadline: float) -> tuple[int, str, str]:
        seconds = min(deadline + LOGIN_SECONDS, self._left())
        if seconds <= 0:
            raise DeadlinePassed("no time was left to ask the HMC")
        try:
            with within(seconds):
                # No /bin/sh -c around it, no become, no pty: settings for AIX hosts must not reach the HMC.
                answer = self._low_level_execute_command(text, sudoable=False, executable=False)
        except AnsibleError as error:
            raise (ConnectionLost if may_be_sent(error) else Unreachable)(_one_line(error)) from error
        except Hangs:
            raise DeadlinePassed(f"the HMC did not answer within {seconds:.0f} s") from None
        return answer["rc"], answer["stdout"], answer["stderr"]


def _one_line(error: Exception) -> str:
    return " ".join(words(error).split())
