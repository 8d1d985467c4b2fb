# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hmc_rmc_info: ask an HMC about the RMC connections of all its partitions. Documented in plugins/modules/hmc_rmc_info.py."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.action import HmcActionBase
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query import read_hmc


class ActionModule(HmcActionBase):
    """Read-only; an HMC that does not answer is a result."""

    ARGUMENT_SPEC = {
        "systems": {"type": "list", "elements": "str", "default": []},
        "raw": {"type": "str", "choices": ["auto", "true", "false"], "default": "auto"},
        "identity": {"type": "bool", "default": True},
        "memory": {"type": "bool", "default": False},
        "deadline": {"type": "int", "default": 60},
    }
    AT_LEAST = {"deadline": 1}

    def act(self, arguments: dict) -> dict:
        result = read_hmc(
            self.execute,
            systems=arguments["systems"],
            raw=arguments["raw"] != "false",
            identity=arguments["identity"],
            memory=arguments["memory"],
            deadline=arguments["deadline"],
        )
        if arguments["raw"] == "true" and result["hmc"]["raw_view"] == "failed":
            result["warnings"] = [f"{self.hmc_name}: {note}" for note in result["notes"] if "lspartition" in note]
        return {"changed": False, "failed": False, **result}
