#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation only: the work is done by the action plugin of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: hmc_rmc_info
short_description: Ask an HMC about the RMC connections of all its partitions
version_added: 0.1.0
author:
  - aixops team (@aixops)
description:
  - Reads from one HMC every managed system, every partition with its RMC state and DLPAR capabilities, and who the HMC is.
  - The whole HMC is asked in one login. It costs one C(lssyscfg) command for the systems and one for the partitions of each
    readable system, at most four of them at a time. Run it once per HMC, never once per partition.
  - It judges nothing. A system that could not be read has RV(systems[].outcome=failed) and no partitions here; that says
    neither that its partitions are healthy nor that they are down.
  - An HMC that cannot be reached is a result (RV(hmc.outcome=unreachable)), not a failed task.
notes:
  - The HMC is an ordinary host of the inventory. It has no Python, so use C(gather_facts=false) for it.
  - The role hmcviewer is enough, except for the raw view, which needs more on many levels.
  - A resource role limited to some systems cuts the lists without any error. A partition that is not listed may still exist.
  - All answers are in English, whatever the locale of the HMC user.
  - A command that does not answer within O(deadline) is ended on the HMC and holds up no other one.
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.READ_ONLY
  - aixops.rsct._attributes.ACTION
options:
  systems:
    description:
      - Names or machines (V(9105-22A*78F0A10)) of the managed systems to read.
      - All systems of the HMC when empty.
    type: list
    elements: str
    default: []
  raw:
    description:
      - Whether to read the raw RMC data of the HMC by C(lspartition -dlpar), to compare them with its cached states.
      - V(auto) reads them and only notes it where the HMC user may not.
      - V(true) warns where they cannot be read.
    type: str
    choices:
      - auto
      - "true"
      - "false"
    default: auto
  identity:
    description: Whether to read name, level, model, serial number, addresses and security mode of the HMC.
    type: bool
    default: true
  memory:
    description: Whether to read the memory sizes of the partitions. It costs one more command (C(lshwres)) for each system.
    type: bool
    default: false
  deadline:
    description: Seconds that one command may take on the HMC.
    type: int
    default: 60
seealso:
  - module: aixops.rsct.hmc_rmc_wait
  - module: aixops.rsct.hmc_system_refresh
  - module: aixops.rsct.rmc_facts
"""

EXAMPLES = r"""
- name: Ask the HMC once for all its partitions
  aixops.rsct.hmc_rmc_info:
  delegate_to: hmcalpha
  run_once: true
  register: hmcalpha_info

- name: List running partitions without a working connection
  ansible.builtin.debug:
    msg: "{{ hmcalpha_info.partitions | selectattr('state', 'eq', 'Running') | rejectattr('rmc_state', 'eq', 'active') | map(attribute='name') }}"

- name: Read the memory sizes of one system
  aixops.rsct.hmc_rmc_info:
    systems:
      - 9105-22A*78F0A10
    memory: true
    raw: "false"
    identity: false
  delegate_to: hmcalpha
"""

RETURN = r"""
hmc:
  description: The HMC itself, and how far it could be read.
  returned: always
  type: dict
  contains:
    outcome:
      description:
        - V(ok), the list of systems is complete as far as the HMC user may see it.
        - V(failed), the login works but the list of systems could not be read.
        - V(unreachable), there is no login.
      type: str
      sample: ok
    message:
      description: Why RV(hmc.outcome) is not V(ok), or a remark of the HMC.
      type: str
      sample: ""
    name:
      description: Host name of the HMC, null where it was not read.
      type: str
      sample: hmcalpha
    version:
      description: Level of the HMC.
      type: str
      sample: V10R3
    service_pack:
      description: Service pack of that level.
      type: str
      sample: "1063"
    model:
      description: Type and model. With the serial number, and without the dash, this is the HMCName of the partition's IBM.MCP record.
      type: str
      sample: 7063-CR2
    serial:
      description: Serial number.
      type: str
      sample: 13A4F10
    addresses:
      description: Addresses of the HMC, in canonical spelling.
      type: list
      elements: str
      sample: [192.0.2.11]
    security_mode:
      description: V(legacy) or V(nist_sp800_131a). Null where the HMC does not tell it, such as below V8R8.1.
      type: str
      sample: legacy
    clock_utc:
      description: The clock of the HMC, read just after RV(hmc.queried_at).
      type: str
      sample: "2026-03-02T03:04:05Z"
    queried_at:
      description: The clock of the controller when the query began, UTC.
      type: str
      sample: "2026-03-02T03:04:04Z"
    raw_view:
      description: Whether the raw RMC data were read (V(ok)), were refused or unreadable (V(failed)), or were not wanted (V(not_asked)).
      type: str
      sample: ok
systems:
  description: The managed systems of the HMC, connected or not.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name on this HMC. A system that never connected bears the address of its service processor. Names need not be unique.
      type: str
      sample: DC1-P10A
    machine:
      description: Type, model and serial number. Null where the HMC does not know them.
      type: str
      sample: 9105-22A*78F0A10
    state:
      description: State of the system as this HMC sees it.
      type: str
      sample: Operating
    outcome:
      description: V(ok) when its partitions were read, else V(failed).
      type: str
      sample: ok
    message:
      description: Why the system could not be read.
      type: str
      sample: ""
partitions:
  description: The partitions of all systems that could be read.
  returned: always
  type: list
  elements: dict
  contains:
    machine:
      description: Machine of the system. With RV(partitions[].lpar_id) it identifies the partition.
      type: str
      sample: 9105-22A*78F0A10
    system:
      description: Name of the system on this HMC.
      type: str
      sample: DC1-P10A
    lpar_id:
      description: Id of the partition, unique within its system.
      type: int
      sample: 3
    name:
      description: Name of the partition.
      type: str
      sample: aixdb01
    environment:
      description: V(aixlinux), V(vioserver) or V(os400).
      type: str
      sample: aixlinux
    state:
      description: State of the partition.
      type: str
      sample: Running
    rmc_state:
      description: State of the RMC connection as the HMC has cached it, such as V(active), V(inactive), V(none), V(busy).
      type: str
      sample: active
    rmc_ipaddr:
      description: Address of the RMC connection. It may be stale.
      type: str
      sample: 192.0.2.21
    os_version:
      description: Operating system, as free text.
      type: str
      sample: AIX 7.2 7200-05-06-2320
    dlpar_mem:
      description: Whether memory can be changed dynamically (1) or not (0). Null where this level of the HMC does not tell.
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
    raw_connection:
      description:
        - The raw RMC data of the partition, with C(active) (bool, null when the HMC says "not known") and C(dcaps) (hexadecimal).
        - Null when they were not read (see RV(hmc.raw_view)) or when the partition never connected.
      type: dict
      sample: {active: true, dcaps: "0x2c5f"}
    mem:
      description: Memory in MB, with C(curr), C(pend) and C(run). Null where it could not be read.
      returned: when O(memory=true)
      type: dict
      sample: {curr: 32768, pend: 32768, run: 32768}
raw_partitions:
  description: Every row of the raw view, rows of deleted partitions and old addresses included.
  returned: always
  type: list
  elements: dict
  sample:
    - {machine: 9105-22A*78F0A10, lpar_id: 3, hostname: null, ipaddr: 192.0.2.21, active: true, dcaps: "0x2c5f"}
commands:
  description:
    - Every command that was run on the HMC, with its return code, whole seconds and outcome.
    - The outcome is V(ok), V(failed), V(timeout) or V(no_answer).
  returned: always
  type: list
  elements: dict
  sample:
    - command: LC_ALL=en_US LANG=en_US lssyscfg -r sys -F name,type_model,serial_num,state
      rc: 0
      seconds: 0
      outcome: ok
notes:
  description: What could not be read besides, in words.
  returned: always
  type: list
  elements: str
  sample: []
"""
