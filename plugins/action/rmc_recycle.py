# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_recycle: the module, with its progress on the terminal."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.module_utils._repair import recycle, steps
from ansible_collections.aixops.rsct.plugins.plugin_utils._progress import LOOKS, AccompaniedModule


class ActionModule(AccompaniedModule):
    MODULE = "rmc_recycle"
    WHAT = "method"

    def longest(self):
        """As long as the plan of a host on which everything is to be done."""
        options = {"subsystem": "auto", "remote_clients": "enabled", "ready_timeout": 20, "rmc_port": 657, "force": False, **self._task.args}
        options["ready_timeout"] = int(options["ready_timeout"])
        status = "inoperative" if options["method"] == "start" else "active"
        evidence = {"subsystems": [{"name": name, "status": status} for name in recycle.STARTABLE if status != "active" or name != "mcproxy"]}
        return LOOKS + steps.longest(recycle.plan(evidence, options, which=bool))
