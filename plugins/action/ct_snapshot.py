# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ct_snapshot: the module, with its progress on the terminal."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.module_utils._repair import steps
from ansible_collections.aixops.rsct.plugins.plugin_utils._progress import LOOKS, AccompaniedModule


class ActionModule(AccompaniedModule):
    MODULE = "ct_snapshot"
    WHAT = "state"
    DEFAULT = "present"

    def longest(self):
        if self._task.args.get("state") != "restored":
            # As long as the files take.
            return None
        return LOOKS + steps.STOP_DEADLINE + 2 * int(self._task.args.get("deadline") or 300)
