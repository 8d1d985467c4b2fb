# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action rmc_report without a play around it."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock

from ansible_collections.aixops.rsct.plugins.action import rmc_report


def run(arguments: dict, variables: dict | None = None, check_mode: bool = False) -> dict:
    task = SimpleNamespace(
        action="aixops.rsct.rmc_report",
        args=arguments,
        async_val=0,
        check_mode=check_mode,
        diff=False,
        environment=[],
        no_log=False,
        delegate_to=None,
    )
    action = rmc_report.ActionModule(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), None)
    return action.run(task_vars=variables or {})
