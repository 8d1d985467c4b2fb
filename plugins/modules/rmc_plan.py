#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of rmc_plan; it runs as an action on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_plan
version_added: 0.1.0
short_description: Plan the repair of RMC connections, one rung for each partition
description:
  - Chooses out of a report of M(aixops.rsct.rmc_report) the lowest rung that fits every partition, or says why there is none, and seals
    this as a plan with an id.
  - The role C(rmc_fix) calls it twice. Between O(step=choose) and O(step=seal) the modules that would change something run in check mode,
    so that the plan names the exact commands.
  - It runs once for the play and asks no host anything.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.action
attributes:
  check_mode:
    support: full
    details:
      - Writes the plan in both. In check mode a closed maintenance window does not keep anything out of it.
  diff_mode:
    support: N/A
    details:
      - It changes nothing on any host.
  idempotent:
    support: full
    details:
      - The same evidence and the same commands give a plan of the same id. Files are written anew every time.
options:
  step:
    description:
      - V(choose) reads report and evidence and chooses. V(seal) takes the commands that the modules named, decides what is approved,
        puts the hosts into waves and writes the plan.
    type: str
    choices: [choose, seal]
    required: true
  directory:
    description: Directory on the controller for plan and audit file. The plan is for its owner only (mode 0600).
    type: path
    required: true
  report_path:
    description: The report, C(rmc-report.json).
    type: path
  evidence_path:
    description: The evidence behind the report, C(rmc-evidence.json).
    type: path
  hosts:
    description: Hosts to plan for. The default is all hosts of the play.
    type: list
    elements: str
  thresholds:
    description: Thresholds of the judgement, as in M(aixops.rsct.rmc_report).
    type: dict
    default: {}
  max_rung:
    description: The highest rung that may be taken.
    type: str
    choices: [wait, hmc_rebuild, refresh, start, recycle, targeted, hmc_autocorrect, reset_keep_id, reset_new_id, escalate]
    default: recycle
  rung:
    description: Take this rung where it is one that fits, instead of the lowest one. Empty for the lowest.
    type: str
    choices: ['', wait, hmc_rebuild, refresh, start, recycle, targeted, hmc_autocorrect, reset_keep_id, reset_new_id, escalate]
    default: ''
  only:
    description: Rungs to choose from. Empty for all.
    type: list
    elements: str
    choices: [wait, hmc_rebuild, refresh, start, recycle, targeted, hmc_autocorrect, reset_keep_id, reset_new_id, escalate]
    default: []
  retry_hours:
    description: For how many hours a rung that did not heal a host is not tried again for the same cause; the next one is taken instead.
    type: float
    default: 24.0
  approve:
    description: Approve every rung that does not need approval by id.
    type: bool
    default: false
  approved_by:
    description: Who approved. Written into plan and audit file.
    type: list
    elements: str
    default: []
  two_approvals_from:
    description: From this rung on two different people are needed in O(approved_by); upper case and blanks make no other one. Empty for never.
    type: str
    choices: ['', wait, hmc_rebuild, refresh, start, recycle, targeted, hmc_autocorrect, reset_keep_id, reset_new_id, escalate]
    default: ''
  plan_file:
    description: A plan that was approved. Whatever is not exactly as in it is refused.
    type: path
  plan_id:
    description: The id by which O(plan_file) was approved.
    type: str
    default: ''
  window:
    description: Maintenance window in UTC, with C(days) (mon to sun), C(from) and C(to). Empty for always.
    type: dict
    default: {}
  freeze:
    description: Times in which nothing is changed, each with C(from), C(to) (dates, or dates with a time, UTC) and C(reason).
    type: list
    elements: dict
    default: []
  serial:
    description: Sizes of the waves, as the keyword C(serial) takes them. Empty for one wave.
    type: list
    elements: str
    default: []
  per_hmc:
    description: How many partitions of one HMC may be changed at once; V(0) for any number.
    type: int
    default: 0
  per_system:
    description: How many partitions of one managed system may be changed at once; V(0) for any number.
    type: int
    default: 0
  one_wave:
    description: Plan one wave only, and defer whatever does not fit into it.
    type: bool
    default: false
  previews:
    description: Begin of the names under which the hosts registered the modules that ran in check mode.
    type: str
    default: __rmc_fix_preview
seealso:
  - module: aixops.rsct.rmc_report
  - module: aixops.rsct.rmc_outcome
"""

EXAMPLES = r"""
- name: Choose a rung for every partition
  aixops.rsct.rmc_plan:
    step: choose
    directory: rmc-report
    report_path: rmc-report/rmc-report.json
    evidence_path: rmc-report/rmc-evidence.json
  run_once: true
  register: choice
"""

RETURN = r"""
id:
  description: Id of the plan, out of its content.
  returned: with O(step=seal)
  type: str
  sample: 5c1f09a7e2d4
path:
  description: The plan.
  returned: with O(step=seal)
  type: str
totals:
  description: How many partitions have which decision.
  returned: with O(step=seal)
  type: dict
waves:
  description: Hosts that are changed together, wave by wave.
  returned: with O(step=seal)
  type: list
  elements: list
serial:
  description: Sizes of the waves.
  returned: with O(step=seal)
  type: list
  elements: int
order:
  description: All hosts of the waves.
  returned: with O(step=seal)
  type: list
  elements: str
directory:
  description: The directory of the plan, absolute.
  returned: with O(step=choose)
  type: str
snapshot:
  description: Name of the snapshot that every host takes before a change that needs one.
  returned: success
  type: str
escalate:
  description: Hosts that no rung helps, for which evidence is to be collected.
  returned: with O(step=seal)
  type: list
  elements: str
hosts:
  description: What the tasks of every host need; with O(step=seal) of those that are approved.
  returned: success
  type: dict
"""
