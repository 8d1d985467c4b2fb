# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what the terminal is told, and when, while a task waits for long."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ._client import Hangs, may_be_sent, within, without_resending, words

display = Display()

# Nobody misses a word in the first seconds; after that the pauses grow with the wait.
FIRST = 10.0
LONGEST = 120.0
# What the looks of a module before and after its commands may add.
LOOKS = 60
# What it may add that RSCT is brought up again after a failure. After that the connection hangs, not the host.
SPARE = 1000


class Pace:
    """At 10 s, 20 s, 40 s and so on, but at least every two minutes."""

    def __init__(self) -> None:
        self.due = FIRST

    def spoke(self, elapsed: float) -> None:
        self.due = elapsed + min(max(elapsed, FIRST), LONGEST)


class Ticker:
    """Tells at this pace, until the block is left, that host waits for what. The waiting itself stays in the main thread."""

    def __init__(self, host: str, what: str, longest: float | None, show: Callable[[str], None] | None = None) -> None:
        self.host = host
        self.what = what
        self.longest = longest
        self.show = show or display.display
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Ticker:
        self.started = time.monotonic()
        self.thread.start()
        return self

    def __exit__(self, *_unused) -> None:
        self.done.set()
        self.thread.join()

    def _tick(self) -> None:
        pace = Pace()
        while not self.done.wait(max(0.0, self.started + pace.due - time.monotonic())):
            elapsed = time.monotonic() - self.started
            self.show(line(self.host, self.what, elapsed, self.longest))
            pace.spoke(elapsed)


def line(host: str, what: str, elapsed: float, longest: float | None) -> str:
    """Which host waits for what, and how long still."""
    told = f"{host}: waiting for {what}, {_clock(elapsed)} so far"
    if longest is None:
        return told
    return f"{told}, {_clock(longest - elapsed)} more at most" if elapsed < longest else f"{told}, longer than it should take"


def _clock(seconds: float) -> str:
    return "{0}:{1:02d} min".format(*divmod(int(seconds), 60))


class AccompaniedModule(NormalAction):
    """Runs the module of its own name as if there were no action, and tells meanwhile what is being waited for."""

    # The module, and its option that says what it does.
    MODULE = ""
    WHAT: str | None = None
    DEFAULT = ""

    # What longest() told.
    most: float | None = None

    pause = staticmethod(time.sleep)

    def longest(self) -> float | None:
        """After how many seconds the module is through, where its options tell."""
        return None

    def _low_level_execute_command(self, cmd, sudoable=True, **more):
        """Of all that is executed, the module alone is sudoable, and it is not to run again where it may have changed something."""
        if self._task.check_mode or not sudoable:
            return super()._low_level_execute_command(cmd, sudoable=sudoable, **more)
        with without_resending(self._connection) as retries:
            attempt = 0
            while True:
                try:
                    with self._bound():
                        return super()._low_level_execute_command(cmd, sudoable=sudoable, **more)
                except Hangs:
                    raise self._lost("the connection hangs") from None
                except AnsibleConnectionFailure as error:
                    if may_be_sent(error):
                        raise self._lost(words(error)) from error
                    if attempt == retries:
                        raise
                    # As the connection plugin would.
                    self.pause(min(2**attempt - 1, 30))
                    attempt += 1

    def _bound(self):
        """The whole of it twice, as after a failure everything may be put back, and what that needs to be sure."""
        return contextlib.nullcontext() if self.most is None else within(2 * self.most + SPARE)

    def _lost(self, why: str) -> AnsibleConnectionFailure:
        return AnsibleConnectionFailure(f"{self.MODULE} was sent, perhaps carried out, and its answer was lost: {why}")

    def run(self, tmp=None, task_vars=None):
        host = str((task_vars or {}).get("inventory_hostname") or "host")
        try:
            self.most = self.longest()
        except Exception:
            # The module checks its options and refuses; here a wrong one costs the end of the line and nothing else.
            self.most = None
        what = f"{self.MODULE} {self._task.args.get(self.WHAT) or self.DEFAULT}".rstrip()
        with Ticker(host, what, self.most):
            return super().run(tmp, task_vars)
