# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: calls the module ctsnap_collect on the host and says meanwhile what is being waited for."""

from __future__ import annotations

import threading
import time

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

display = Display()
DEADLINE = 1800
INTERVAL = 30


class Ticker:
    """Shows a line every interval seconds until the block is left. The waiting itself stays in the main thread."""

    def __init__(self, host, deadline, interval, show):
        self.host = host
        self.deadline = deadline
        self.interval = interval
        self.show = show
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self):
        self.started = time.monotonic()
        if self.interval > 0:
            self.thread.start()
        return self

    def __exit__(self, *_unused):
        self.done.set()
        if self.thread.ident:
            self.thread.join()

    def _tick(self):
        while not self.done.wait(self.interval):
            self.show(progress(self.host, time.monotonic() - self.started, self.deadline))


def progress(host, elapsed, deadline):
    left = max(0, deadline - elapsed)
    return "{0}: ctsnap has been running for {1}, it is stopped in {2} at the latest".format(host, _clock(elapsed), _clock(left))


def _clock(seconds):
    return "{0}:{1:02d} min".format(*divmod(int(seconds), 60))


class ActionModule(ActionBase):
    _supports_async = False
    _supports_check_mode = True

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        if result.get("skipped"):
            return result
        deadline = _number(self._task.args.get("deadline"), DEADLINE)
        # In check mode nothing is waited for.
        interval = 0 if self._task.check_mode else _number(self._task.args.get("progress_interval"), INTERVAL)
        with Ticker((task_vars or {}).get("inventory_hostname", "host"), deadline, interval, display.display):
            result.update(self._execute_module(module_name="aixops.rsct.ctsnap_collect", task_vars=task_vars))
        return result


def _number(value, default):
    """The module checks the option; here a wrong one only costs the progress."""
    try:
        return default if value is None else int(value)
    except (TypeError, ValueError):
        return default
