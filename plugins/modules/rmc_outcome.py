#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of rmc_outcome; it runs as an action on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_outcome
version_added: 0.1.0
short_description: Tell what became of a wave of repairs, and whether the run may go on
description:
  - Used by the role C(rmc_fix) around the change of one wave of hosts. It keeps the evidence before and after the change, the audit file on
    the controller (one line of JSON before and one after each change) and the stories of the run.
  - The run is to be stopped when a host of the wave did not recover, or when an HMC has lost a partition that nobody touched.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.action
attributes:
  check_mode:
    support: full
    details:
      - The role does not get here in check mode. It does the same with and without.
  diff_mode:
    support: N/A
    details:
      - It changes nothing on any host.
  idempotent:
    support: none
    details:
      - Every call adds lines to the audit file on the controller.
options:
  step:
    description:
      - V(begin) is called before the change, V(applied) after it, V(verified) after the acceptance test, V(close) when everything that had to
        be put back was put back.
    type: str
    choices: [begin, applied, verified, close]
    required: true
  plan:
    description: The plan of M(aixops.rsct.rmc_plan). Its directory takes all files.
    type: path
    required: true
  hosts:
    description: The hosts of the wave.
    type: list
    elements: str
    required: true
  hmcs:
    description: Inventory hosts that are HMCs.
    type: list
    elements: str
  timeout:
    description: How many seconds to wait for the HMCs. V(0) takes the time of the rung.
    type: int
    default: 0
  window:
    description: Maintenance window, as in M(aixops.rsct.rmc_plan). No wave begins outside of it.
    type: dict
    default: {}
  freeze:
    description: Freeze calendar, as in M(aixops.rsct.rmc_plan).
    type: list
    elements: dict
    default: []
seealso:
  - module: aixops.rsct.rmc_plan
"""

EXAMPLES = r"""
- name: Tell the stories of this wave
  aixops.rsct.rmc_outcome:
    step: close
    plan: "{{ plan.path }}"
    hosts: "{{ ansible_play_batch }}"
  run_once: true
  register: outcome
"""

RETURN = r"""
verify:
  description: The hosts to verify.
  returned: with O(step=applied)
  type: list
  elements: str
targets:
  description: HMC and the partitions that it must show.
  returned: with O(step=applied)
  type: dict
identities:
  description: Which partition each of these hosts is.
  returned: with O(step=applied)
  type: dict
timeout:
  description: How long to wait for them, in seconds.
  returned: with O(step=applied)
  type: int
restore:
  description: The hosts whose RSCT data are to be put back.
  returned: with O(step=verified)
  type: list
  elements: str
outcomes:
  description:
    - Per host V(healed), V(rolled_back), V(restore_failed), V(not_healed), V(not_verified), V(unreachable), V(continues), V(still_waiting),
      V(refused) or V(unchanged).
  returned: with O(step=close)
  type: dict
stories:
  description: Per host the outcome, why, the commands and the checks.
  returned: with O(step=close)
  type: dict
audit:
  description: Per host whose partition was changed, the line for its own audit file.
  returned: with O(step=close)
  type: dict
dropped:
  description: Partitions that were lost meanwhile although nobody touched them.
  returned: with O(step=close)
  type: list
  elements: dict
stopping:
  description: Hosts for whose sake the run has to stop.
  returned: with O(step=close)
  type: list
  elements: str
breaker:
  description: Why the run has to stop; empty if it may go on.
  returned: with O(step=close)
  type: str
path:
  description: The stories of the run so far.
  returned: with O(step=close)
  type: str
"""
