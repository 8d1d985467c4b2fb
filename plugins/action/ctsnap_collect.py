# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ctsnap_collect: the module, with its progress on the terminal."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.plugin_utils._progress import AccompaniedModule


class ActionModule(AccompaniedModule):
    MODULE = "ctsnap_collect"

    def longest(self):
        return int(self._task.args.get("deadline") or 1800)
