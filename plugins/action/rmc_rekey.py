# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_rekey: the module, with its progress on the terminal."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.module_utils._repair import rekey, steps
from ansible_collections.aixops.rsct.plugins.plugin_utils._progress import LOOKS, AccompaniedModule


class ActionModule(AccompaniedModule):
    MODULE = "rmc_rekey"
    WHAT = "method"

    def longest(self):
        options = {"ready_timeout": 40, "rmc_port": 657, **self._task.args}
        if options["method"] == "targeted":
            # A new key pair takes as many commands as the host has names; the others are one.
            return None if options.get("key_pair") else LOOKS + steps.START_DEADLINE
        options["ready_timeout"] = int(options["ready_timeout"])
        return LOOKS + rekey.KEYS_SECONDS + steps.longest(rekey.reset_steps({}, options))
