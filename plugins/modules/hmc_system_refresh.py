#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: hmc_system_refresh
short_description: Let an HMC look again at a system, or at the RMC connection of one partition
version_added: 0.1.0
author:
  - aixops team (@aixops)
description:
  - V(rebuild) makes the HMC read a managed system anew (C(chsysstate -o rebuild)). It is the remedy where the cached state of
    the HMC disagrees with its raw RMC data.
  - V(diagrmc) lets the HMC check the RMC connection of one partition. V(diagrmc_autocorrect) lets it correct what it finds.
  - Exactly one command is run, for one system or one partition.
  - When it takes longer than 10 seconds, the terminal says after ever longer pauses that it is waited for, and how long still.
notes:
  - What C(diagrmc --autocorrect) changes on the HMC is not documented by its vendor. Use it one partition at a time
    (C(throttle=1)), after the gentler steps.
  - C(diagrmc) takes minutes, and its texts and return codes are not documented. Only RV(connected=true) is certain.
  - A command that changes something is not stopped when O(deadline) passes, because half a correction is worse than a late one.
  - It is sent once. Where the connection is lost, the task fails and says that nobody knows what became of the command; neither the module
    nor the retries of the ssh connection plugin (C(ANSIBLE_SSH_RETRIES)) send it again. V(diagrmc), which only looks, may be.
  - O(operation=rebuild) needs an HMC role with the task RebuildCEC (hmcoperator, not hmcviewer); C(diagrmc) needs hmcsuperadmin
    on most levels.
  - The effect of a rebuild takes minutes to show. Wait for it with M(aixops.rsct.hmc_rmc_wait).
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.ACTION
attributes:
  check_mode:
    support: full
    details:
      - Nothing is run. RV(actions) has the exact command that would be.
  diff_mode:
    support: none
    details:
      - What the HMC would change is known to the HMC only.
  idempotent:
    support: none
    details:
      - Every run runs the command again. The HMC does not tell whether there is something to rebuild or to correct.
options:
  operation:
    description: What to do.
    type: str
    required: true
    choices:
      - diagrmc
      - diagrmc_autocorrect
      - rebuild
  system:
    description: The managed system, as a machine such as V(9105-22A*78F0A10). Names are refused, as two systems may share one.
    type: str
    required: true
  partition:
    description: The partition. Required for O(operation=diagrmc) and O(operation=diagrmc_autocorrect).
    type: dict
    suboptions:
      lpar_id:
        description: Id of the partition.
        type: int
        required: true
      ip:
        description: Address of the partition.
        type: str
        required: true
  deadline:
    description: Seconds to wait for the command.
    type: int
    default: 600
seealso:
  - module: aixops.rsct.hmc_rmc_info
  - module: aixops.rsct.hmc_rmc_wait
"""

EXAMPLES = r"""
- name: Let the HMC read the system anew
  aixops.rsct.hmc_system_refresh:
    operation: rebuild
    system: 9105-22A*78F0A10
  delegate_to: hmcalpha
  run_once: true

- name: Let the HMC check one partition
  aixops.rsct.hmc_system_refresh:
    operation: diagrmc
    system: 9105-22A*78F0A10
    partition:
      lpar_id: 4
      ip: 192.0.2.22
  delegate_to: hmcalpha
  throttle: 1
"""

RETURN = r"""
actions:
  description:
    - The command with its return code, seconds and outcome.
    - The outcome is V(ok), V(failed), V(timeout), V(no_answer) (it was sent and its answer was lost), or V(would_run) in check mode.
  returned: always
  type: list
  elements: dict
  sample:
    - command: LC_ALL=en_US LANG=en_US chsysstate -r sys -m '9105-22A*78F0A10' -o rebuild
      rc: 0
      seconds: 1.2
      outcome: ok
text:
  description: What the command said; what the connection said where the answer was lost.
  returned: when the HMC was reached
  type: str
  sample: 192.0.2.22 has RMC connection.
connected:
  description: V(true) when C(diagrmc) said that the partition has an RMC connection. Null proves nothing.
  returned: when the HMC was reached
  type: bool
  sample: true
msg:
  description: The outcome in words.
  returned: always
  type: str
  sample: "hmcalpha: rebuild done"
"""
