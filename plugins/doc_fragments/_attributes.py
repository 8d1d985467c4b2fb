# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what every module of it promises, three lines a module."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and say what it would do, without changing anything.
  diff_mode:
    description: Returns what it changed, or would change in check mode, when the task runs in diff mode.
  idempotent:
    description: When run twice in a row with the same options, the second run changes nothing.
"""

    # Modules that only look.
    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - It only looks, so it does the same with and without check mode.
  diff_mode:
    support: N/A
    details:
      - It changes nothing.
  idempotent:
    support: full
    details:
      - It changes nothing.
"""

    # Modules that run as actions on the controller, over the connection of the task.
    ACTION = r"""
options: {}
attributes:
  action:
    description: Runs as an action on the controller; what it asks travels over the connection of the task.
    support: full
  async:
    description: Supports the C(async) keyword.
    support: none
"""
