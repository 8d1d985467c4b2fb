#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: hmc_rmc_wait
short_description: Wait until partitions have a working RMC connection to an HMC
version_added: 0.1.0
author:
  - aixops team (@aixops)
description:
  - Waits until every named partition is active with all three DLPAR capabilities on one HMC, several polls in a row.
  - Where the level of the HMC does not tell the capabilities, active alone counts, and a warning says so.
  - However many partitions wait, a poll is one command for each of their systems.
  - The terminal says which partition still waits for what, and how long still, whenever that changes, and in between after ever longer
    pauses of up to two minutes.
  - A partition that drops again while others are waited for is waited for again.
notes:
  - A partition with two HMCs is done when it is active on both. Run the module on each of them.
  - In check mode it says what it would wait for and does not wait.
  - An HMC that cannot be reached is asked again until the timeout.
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.READ_ONLY
  - aixops.rsct._attributes.ACTION
options:
  partitions:
    description: The partitions to wait for.
    type: list
    elements: dict
    required: true
    suboptions:
      machine:
        description: Type, model and serial number of the system, such as V(9105-22A*78F0A10).
        type: str
        required: true
      lpar_id:
        description: Id of the partition.
        type: int
        required: true
      name:
        description: Name to show while the HMC has not told it.
        type: str
  want:
    description: The state to wait for.
    type: str
    choices:
      - active
    default: active
  timeout:
    description:
      - Seconds to wait at most, also for an HMC that is slow, hangs or cannot be reached.
      - The last look, which begins then at the latest, is given 10 seconds.
    type: int
    default: 600
  interval:
    description:
      - Seconds between two polls.
      - Values below 15 load a real HMC more than is good for it; they are for tests.
    type: int
    default: 15
  stable:
    description: How many polls in a row a partition must be active.
    type: int
    default: 2
  deadline:
    description: Seconds that one command may take on the HMC, and less where less is left of O(timeout).
    type: int
    default: 60
seealso:
  - module: aixops.rsct.hmc_rmc_info
"""

EXAMPLES = r"""
- name: Wait until both partitions are active on this HMC
  aixops.rsct.hmc_rmc_wait:
    partitions:
      - machine: 9105-22A*78F0A10
        lpar_id: 3
        name: aixdb01
      - machine: 9105-22A*78F0A10
        lpar_id: 4
    timeout: 300
  delegate_to: hmcalpha
  run_once: true
"""

RETURN = r"""
partitions:
  description: The state of every partition at the last poll, after a timeout too.
  returned: always
  type: list
  elements: dict
  contains:
    machine:
      description: Machine of the system.
      type: str
      sample: 9105-22A*78F0A10
    lpar_id:
      description: Id of the partition.
      type: int
      sample: 3
    name:
      description: Name of the partition.
      type: str
      sample: aixdb01
    state:
      description: State of the partition.
      type: str
      sample: Running
    rmc_state:
      description: State of the RMC connection.
      type: str
      sample: active
    rmc_ipaddr:
      description: Address of the RMC connection.
      type: str
      sample: 192.0.2.21
    dlpar_mem:
      description: DLPAR capability for memory, 1 or 0. Null where the HMC does not tell it.
      type: int
      sample: 1
    dlpar_proc:
      description: The same for processors.
      type: int
      sample: 1
    dlpar_io:
      description: The same for adapters.
      type: int
      sample: 1
    outcome:
      description: V(active), V(waiting), V(undetermined) (the HMC or system could not be read), V(not_listed), or V(would_wait) in check mode.
      type: str
      sample: active
    message:
      description: What was seen, in words.
      type: str
      sample: active
    active_polls:
      description: Polls in a row, up to the last one, in which the partition was active.
      type: int
      sample: 2
    waited_seconds:
      description: Seconds until the last poll that did not count for it.
      type: float
      sample: 15.2
polls:
  description: Number of polls.
  returned: always
  type: int
  sample: 3
elapsed_seconds:
  description: Seconds waited.
  returned: always
  type: float
  sample: 30.4
msg:
  description: Which partitions are not active.
  returned: on timeout
  type: str
  sample: "hmcalpha: 1 of 2 partitions are not active after 600 s: aixdb02 (inactive)"
"""
