# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hmc_rmc_wait: wait until partitions are active on an HMC. Documented in plugins/modules/hmc_rmc_wait.py."""

from __future__ import annotations

from ansible.utils.display import Display
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.action import HmcActionBase
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query import Session
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.wait import awaited, names, poll_once, wait_for

display = Display()


class ActionModule(HmcActionBase):
    """Read-only, one poll an interval however many partitions wait."""

    ARGUMENT_SPEC = {
        "partitions": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "machine": {"type": "str", "required": True},
                "lpar_id": {"type": "int", "required": True},
                "name": {"type": "str"},
            },
        },
        "want": {"type": "str", "choices": ["active"], "default": "active"},
        "timeout": {"type": "int", "default": 600},
        "interval": {"type": "int", "default": 15},
        "stable": {"type": "int", "default": 2},
        "deadline": {"type": "int", "default": 60},
    }
    AT_LEAST = {"timeout": 0, "interval": 1, "stable": 1, "deadline": 1}

    def act(self, arguments: dict) -> dict:
        partitions = awaited(arguments["partitions"])
        if self._task.check_mode or not partitions:
            for partition in partitions:
                partition.outcome, partition.message = "would_wait", "not polled in check mode"
            return self._result(partitions, {"polls": 0, "elapsed_seconds": 0.0, "pending": []})
        session = Session(self.execute, arguments["deadline"])

        def poll(seconds: float) -> None:
            self.end = self.clock() + seconds
            poll_once(session, partitions, arguments["deadline"], seconds)

        waited = wait_for(
            poll,
            partitions,
            timeout=arguments["timeout"],
            interval=arguments["interval"],
            stable=arguments["stable"],
            clock=self.clock,
            sleep=self.pause,
            progress=lambda line: display.display(f"{self.hmc_name}: {line}"),
        )
        return self._result(partitions, waited)

    def _result(self, partitions: list, waited: dict) -> dict:
        pending = waited.pop("pending")
        result = {"changed": False, "failed": bool(pending), "partitions": [partition.result() for partition in partitions], **waited}
        unread = [partition for partition in partitions if partition.unread]
        if unread:
            result["warnings"] = [
                f"{self.hmc_name} does not tell the DLPAR capabilities of {len(unread)} of {len(partitions)} partitions, so that active alone counts there"
            ]
        if pending:
            result["msg"] = (
                f"{self.hmc_name}: {len(pending)} of {len(partitions)} partitions are not active"
                f" after {waited['elapsed_seconds']:.0f} s: {names(pending)}"
            )
        return result
