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

    # Modules on the partition that may take minutes.
    PROGRESS = r"""
options: {}
attributes:
  action:
    description: Whether there is an action of the same name on the controller.
    details:
      - It runs the module, and nothing else on the host. When that takes longer than 10 seconds, it says on the terminal, after ever
        longer pauses of up to two minutes, which host waits for what and, where that is known, how long at most.
      - With C(async) nothing is said.
      - The module is sent once. Where the connection is lost while it runs, the host is unreachable, and the retries of the ssh connection
        plugin (C(ANSIBLE_SSH_RETRIES)) do not run it again; a login that fails is retried as ever.
      - A connection that died without a word is given up when the module must have ended long ago, where that is known.
    support: full
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
