#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of rmc_acceptance; it runs as an action on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_acceptance
version_added: 0.1.0
short_description: Judge whether both ends agree that partitions are connected
description:
  - Takes what M(aixops.rsct.rmc_facts), M(aixops.rsct.hmc_rmc_info) and M(aixops.rsct.hmc_rmc_wait) left behind for the hosts of the batch.
  - A partition is connected when every HMC that manages it shows it as active with DLPAR capabilities 1,1,1, C(rmcdomainstatus) has
    the token C(I) for each of them, and the diagnosis finds it healthy. It is accepted when the sizes of its memory agree too,
    C(lparstat -i) and C(lsattr -El mem0) on the partition with C(lshwres -r mem) on the HMC.
  - Capabilities that the level of an HMC does not tell are not held against a partition that both ends call connected.
  - The runbooks that circulate compare the memory with C(lsdr -c mem). There is no such option.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.action
attributes:
  check_mode:
    support: full
    details:
      - It only looks, so it does the same with and without check mode.
  diff_mode:
    support: N/A
    details:
      - It changes nothing on any host.
  idempotent:
    support: full
    details:
      - It changes nothing.
options:
  step:
    description: V(targets) says which HMCs must show which partitions. V(judge) judges.
    type: str
    choices: [targets, judge]
    required: true
  hosts:
    description: Inventory hosts of the partitions.
    type: list
    elements: str
    required: true
  hmcs:
    description: Inventory hosts that are HMCs. The default is the group C(hmcs).
    type: list
    elements: str
  facts:
    description: Name under which the hosts registered M(aixops.rsct.rmc_facts).
    type: str
    required: true
  hmc_results:
    description: Name under which hosts of the batch registered M(aixops.rsct.hmc_rmc_info) in a loop over HMCs.
    type: str
    required: true
  waits:
    description: Name under which hosts of the batch registered M(aixops.rsct.hmc_rmc_wait) in a loop over HMCs. Empty if nobody waited.
    type: str
    default: ''
  memory:
    description: Name under which the hosts registered the output of C(lparstat -i) and C(lsattr -El mem0). Empty to leave the memory out.
    type: str
    default: ''
  identities:
    description:
      - Host and which partition it is, C(machine) and C(lpar_id). For hosts that were lost meanwhile, and where the inventory does not say it.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Judge
  aixops.rsct.rmc_acceptance:
    step: judge
    hosts: "{{ ansible_play_batch }}"
    facts: partitions
    hmc_results: consoles
  run_once: true
  register: acceptance
"""

RETURN = r"""
targets:
  description: HMC and the partitions that it must show, as M(aixops.rsct.hmc_rmc_wait) takes them.
  returned: with O(step=targets)
  type: dict
identities:
  description: Which partition each host is, for O(identities).
  returned: with O(step=targets)
  type: dict
hosts:
  description:
    - Per host RV(ignore:connected), RV(ignore:accepted), RV(ignore:verdict), RV(ignore:summary) and RV(ignore:checks).
    - RV(ignore:seen_down) says whether an HMC that answered, or the partition itself, shows that it is not connected.
  returned: with O(step=judge)
  type: dict
accepted:
  description: Whether all hosts are accepted.
  returned: with O(step=judge)
  type: bool
text:
  description: The table that was printed.
  returned: with O(step=judge)
  type: str
"""
