# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hmc_system_refresh: rebuild and diagrmc on an HMC. Documented in plugins/modules/hmc_system_refresh.py."""

from __future__ import annotations

import ipaddress
import re

from ansible.errors import AnsibleActionFail
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc import refresh
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.action import HmcActionBase
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query import Unreachable
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.shell import command_line
from ansible_collections.aixops.rsct.plugins.plugin_utils._progress import Ticker

_MACHINE = re.compile(r"[0-9A-Za-z]{4}-[0-9A-Za-z]{3}\*[0-9A-Za-z]{7}")


class ActionModule(HmcActionBase):
    """One command, on one system or one partition."""

    ARGUMENT_SPEC = {
        "operation": {"type": "str", "choices": sorted(refresh.OPERATIONS), "required": True},
        "system": {"type": "str", "required": True},
        "partition": {
            "type": "dict",
            "options": {"lpar_id": {"type": "int", "required": True}, "ip": {"type": "str", "required": True}},
        },
        "deadline": {"type": "int", "default": 600},
    }
    REQUIRED_IF = [("operation", "diagrmc", ("partition",)), ("operation", "diagrmc_autocorrect", ("partition",))]
    AT_LEAST = {"deadline": 1}

    def act(self, arguments: dict) -> dict:
        operation, partition = arguments["operation"], arguments["partition"]
        _check_identity(arguments["system"], partition)
        argv = refresh.command(operation, arguments["system"], partition)
        if self._task.check_mode:
            action = {"command": command_line(argv), "rc": None, "seconds": 0.0, "outcome": "would_run"}
            return {
                "changed": refresh.OPERATIONS[operation].changes,
                "failed": False,
                "msg": f"{self.hmc_name}: not run in check mode",
                "actions": [action],
                "text": "",
                "connected": None,
            }
        execute = self.execute_unrepeated if refresh.OPERATIONS[operation].changes else self.execute
        started = self.clock()
        try:
            with Ticker(self.hmc_name, f"{operation} of {arguments['system']}", arguments["deadline"]):
                answer = refresh.run(execute, operation, argv, arguments["deadline"])
        except Unreachable as error:
            return {"changed": False, "failed": True, "msg": f"{self.hmc_name}: HMC unreachable: {error}", "actions": []}
        action = {**answer.record(), "seconds": round(self.clock() - started, 1)}
        return {
            **refresh.conclusion(operation, answer, arguments["deadline"], self.hmc_name, self.hmc_user),
            "actions": [action],
            "text": answer.text,
            "connected": refresh.has_connection(answer.text, partition["ip"]) if partition else None,
        }


def _check_identity(system: str, partition: dict | None) -> None:
    """A name may belong to two systems; a change goes to a machine and to nothing else."""
    if not _MACHINE.fullmatch(system):
        raise AnsibleActionFail(f"system is a machine like 9105-22A*78F0A10 (type-model*serial), not {system!r}")
    if partition:
        try:
            ipaddress.ip_address(partition["ip"])
        except ValueError:
            raise AnsibleActionFail(f"partition.ip is no address: {partition['ip']!r}") from None
