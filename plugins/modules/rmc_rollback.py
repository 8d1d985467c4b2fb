#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of rmc_rollback; it runs as an action on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_rollback
version_added: 0.1.0
short_description: Put a rollback by hand under change control
description:
  - Used by the role P(aixops.rsct.rmc_rollback#role) around the restore of one host. It keeps the maintenance window and the freeze calendar,
    says which snapshot is put back and by which commands, and adds a line before and a line after the restore to the audit file on the controller.
  - It asks no host anything. What it tells comes out of the results of M(aixops.rsct.ct_snapshot) and M(aixops.rsct.rmc_acceptance) in the role.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.action
attributes:
  check_mode:
    support: full
    details:
      - Says what would be put back, in a closed maintenance window too, and writes no line.
  diff_mode:
    support: N/A
    details:
      - It changes nothing on any host.
  idempotent:
    support: none
    details:
      - Every restore adds two lines to the audit file on the controller.
options:
  step:
    description: V(begin) before the restore, V(end) after it.
    type: str
    choices: [begin, end]
    required: true
  directory:
    description: Directory on the controller for the audit file.
    type: path
    required: true
  ticket:
    description: The change record, for the audit lines.
    type: str
    default: ''
  approved_by:
    description: Who approved, for the audit lines.
    type: list
    elements: str
    default: []
  verified:
    description: Whether the acceptance test was run after the restore, so that its result counts.
    type: bool
    default: false
  window:
    description: Maintenance window, as in M(aixops.rsct.rmc_plan). Nothing is put back outside of it.
    type: dict
    default: {}
  freeze:
    description: Freeze calendar, as in M(aixops.rsct.rmc_plan).
    type: list
    elements: dict
    default: []
seealso:
  - module: aixops.rsct.ct_snapshot
  - module: aixops.rsct.rmc_outcome
"""

EXAMPLES = r"""
- name: Begin
  aixops.rsct.rmc_rollback:
    step: begin
    directory: rmc-report
    ticket: CHG0012345
"""

RETURN = r"""
commands:
  description: The commands that the restore runs, as it named them in check mode.
  returned: with O(step=begin)
  type: list
  elements: list
reason:
  description: V(outside_window) or V(frozen).
  returned: when nothing may be changed now
  type: str
outcome:
  description: V(rolled_back), V(unchanged), V(refused), V(restore_failed) or V(unreachable).
  returned: with O(step=end)
  type: str
line:
  description: The line of the audit file.
  returned: with O(step=end)
  type: dict
bad:
  description: Whether the restore failed, or the connection was verified and not accepted.
  returned: with O(step=end)
  type: bool
"""
