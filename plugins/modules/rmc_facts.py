#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_facts
version_added: 0.1.0
short_description: Gathers all that an LPAR can say of its RMC connection, in one round trip
author:
  - aixops team (@aixops)
description:
  - Asks AIX and RSCT everything that a diagnosis of the RMC connection needs. Its commands run side by side, each with
    a deadline of its own.
  - By default no Python is needed on the LPAR, only the Perl that every AIX has. A small program travels over the
    connection and nothing is written on the LPAR.
  - It gathers and does not judge. RMC being broken, absent or half installed, a hung command, a full file system or
    missing rights never make it fail. What could not be read is null, and is named in RV(ansible_facts.rmc.probes).
options:
  collector:
    description:
      - What runs on the LPAR.
      - Where there is no usable Perl, V(python) takes over by itself, with a warning.
    type: str
    choices:
      perl: A program of core Perl 5.8, sent over the connection.
      python: This module, which needs Python 3.9 on the LPAR.
    default: perl
  deadline:
    description:
      - Seconds after which a command is killed with its children and becomes a line in RV(ansible_facts.rmc.probes).
      - Commands known to be slow (C(lslpp), C(oslevel)) get twice as long.
      - A host that has not answered when all of them must have ended, some minutes later, is unreachable, even if its connection still stands.
    type: int
    default: 15
  connect_timeout:
    description: Seconds that each TCP connection to an HMC may take.
    type: int
    default: 5
  hmc_addresses:
    description: IP addresses of HMCs to which the path is tested, beside the ones that the LPAR itself knows.
    type: list
    elements: str
    default: []
  as_fact:
    description:
      - Whether the evidence becomes a fact of the host.
      - V(false) returns it as RV(evidence) instead. Ansible walks through every value of a fact several times, which takes
        longer than reading the answers; M(aixops.rsct.rmc_report) understands both.
    type: bool
    default: true
  variables:
    description:
      - Prefixes of variables for options that the task does not give. With V(rmc_diagnose), O(deadline) is taken from the
        variable C(rmc_diagnose_deadline) if there is one. The first prefix that has the variable wins.
      - It does the same as an expression in each option, and costs less. Ansible compiles every expression in the options of
        a task anew for every host.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.action
  - aixops.rsct._attributes.read_only
  - aixops.rsct._rsct
notes:
  - Some commands answer root only. Without C(become) or a root login their part of the evidence is null.
  - The reasons why a connection is down (trust, local filter, suspension) are asked for only where not all are up, because
    processes are dear on AIX.
  - Commands are looked for in the C(PATH) of the login, then where RSCT and AIX have them, and last in C(/opt/freeware), C(/usr/linux)
    and C(/usr/local), wherever these stand in C(PATH). GNU commands of the AIX Toolbox bear names of AIX commands and answer otherwise.
seealso:
  - module: aixops.rsct.hmc_rmc_info
"""

EXAMPLES = r"""
- name: Gather the RMC evidence of this LPAR
  aixops.rsct.rmc_facts:

- name: Also test the path to an HMC that the LPAR does not know yet
  aixops.rsct.rmc_facts:
    hmc_addresses:
      - 192.0.2.11

- name: Gather it from thousands of LPARs, the RMC port by variable rsct_rmc_port, and report
  aixops.rsct.rmc_facts:
    variables:
      - rsct
    as_fact: false
  register: rmc_answers

- name: Say to which HMCs the connection is up
  ansible.builtin.debug:
    msg: "{{ ansible_facts['rmc'].domains.control_points | default([], true) | selectattr('state', 'eq', 'I') | map(attribute='name') }}"
"""

RETURN = r"""
evidence:
  description: The evidence as JSON text, the same as RV(ansible_facts.rmc).
  returned: with O(as_fact=false)
  type: str
  sample: '{"schema":1,"collector":"perl"}'
ansible_facts:
  description: The evidence, below the one key RV(ansible_facts.rmc).
  returned: with O(as_fact=true)
  type: dict
  contains:
    rmc:
      description: All that was found out. A key is null where it could not be read.
      returned: always
      type: dict
      contains:
        schema:
          description: Version of this shape.
          type: int
          returned: always
          sample: 1
        collected_at:
          description: UTC time of the controller when the answer arrived.
          type: str
          returned: always
          sample: "2026-11-15T09:07:12Z"
        elapsed_seconds:
          description: Seconds that the collector took on the LPAR.
          type: float
          returned: always
          sample: 0.8
        collector:
          description: What ran on the LPAR, V(perl) or V(python).
          type: str
          returned: always
          sample: perl
        uid:
          description: User id that asked. Other than 0, some commands do not answer.
          type: int
          returned: always
          sample: 0
        partition:
          description: Identity of the LPAR. RV(ansible_facts.rmc.partition.machine) and RV(ansible_facts.rmc.partition.lpar_id) join it to its row on the HMC.
          type: dict
          returned: always
          sample:
            lpar_id: 3
            lpar_name: aixdb01
            machine: "9105-22A*78F0A10"
            hostname: aixdb01
            os_level: 7200-05-06-2320
            kind: aix
            uptime_seconds: 864000
          contains:
            machine:
              description: Type, model and serial of the managed system.
              type: str
              returned: always
            lpar_id:
              description: Partition id.
              type: int
              returned: always
        node_id:
          description: The three copies of the RSCT node id, and whether all are there and equal.
          type: dict
          returned: always
          sample:
            live: 5d1c7a90e3f2b864
            etc: 5d1c7a90e3f2b864
            var_ct: 5d1c7a90e3f2b864
            consistent: true
        filesets:
          description: Installed filesets of RSCT, of cluster products and of the VIOS, each with name, level and state.
          type: list
          elements: dict
          returned: always
          sample: [{"name": "rsct.core.rmc", "level": "3.2.6.2", "state": "C"}]
        subsystems:
          description: Subsystems of the SRC, one row each.
          type: list
          elements: dict
          returned: always
          sample: [{"name": "ctrmc", "group": "rsct", "pid": 7340312, "status": "active"}]
        rmcd:
          description: The running RMC daemon, its age in seconds, its arguments and whether C(-r) is among them.
          type: dict
          returned: always
          sample: {"pid": 7340312, "seconds": 864000, "args": "/usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r", "remote_flag": true}
        src_arguments:
          description: Arguments that the SRC gives to the RMC daemon at its next start.
          type: str
          returned: always
          sample: -a IBM.LPCommands -r
        rmcd_log:
          description: The last lines of the log of the RMC daemon about messages that it did not recognise (2610-217).
          type: list
          elements: str
          returned: always
          sample: []
        listeners:
          description: Whether the RMC port is bound. The names keep the number 657 whatever O(rmc_port) is.
          type: dict
          returned: always
          sample: {"tcp_657": true, "udp_657": true}
        domains:
          description:
            - Lines of C(rmcdomainstatus) about the peer domain (C(peer)) and the HMCs (C(control_points)).
            - Each has state, queue, node_id, number and name. An empty list means that it is in no such domain.
          type: dict
          returned: always
          sample:
            peer: []
            control_points: [{"state": "I", "queue": "A", "node_id": "7b3e91c05fa2d846", "number": 1, "name": "192.0.2.11"}]
        control_points:
          description: Records of IBM.MCP (on old levels of IBM.ManagementServer), the HMCs as the LPAR knows them.
          type: list
          elements: dict
          returned: always
          sample:
            - mn_name: 192.0.2.21
              node_id: 7b3e91c05fa2d846
              key_token: hmcalpha
              ip_addresses: [192.0.2.11]
              connectivity_names: [192.0.2.21]
              hmc_name: 7063CR2*13A4F10
              hmc_ip_addr: 192.0.2.11
              hmc_additional_ips: []
              active_peer_domain: ""
              node_names: [aixdb01]
              active_comm_mode:
        suspended:
          description: Whether RMC communication is suspended on purpose, as around a live kernel update.
          type: bool
          returned: always
          sample: false
        in_band:
          description: In-band RMC. The status of C(mcproxy) is V(active), V(inoperative) or V(absent).
          type: dict
          returned: always
          sample: {"status": "absent", "hmcs": []}
        cluster:
          description:
            - Whether the LPAR is a member of a cluster (PowerHA, CAA, peer domain, shared storage pool, TSA), and what says so.
            - Null for C(member) means that it could not be excluded, which counts as a member wherever something would change.
            - C(online) tells whether the cluster is up on this node.
          type: dict
          returned: always
          sample: {"member": true, "online": true, "evidence": [{"source": "lsrpdomain", "detail": "peer domain dbpair_dom Online"}]}
        network:
          description: Interfaces, the path to each HMC tried by TCP, and the local IP filter.
          type: dict
          returned: always
          contains:
            interfaces:
              description: Name, MTU, state and addresses; C(networks) are the addresses with the length of their network.
              type: list
              elements: dict
              returned: always
              sample: [{"name": "en0", "mtu": 1500, "up": true, "addresses": ["192.0.2.21"], "networks": ["192.0.2.21/24"]}]
            paths:
              description: The result is V(open), V(refused), V(timeout) or V(unreachable). The source address is the one that routing chooses.
              type: list
              elements: dict
              returned: always
              sample:
                - address: 192.0.2.11
                  port: 657
                  result: open
                  seconds: 0.002
                  source_address: 192.0.2.21
                  interface: en0
            local_filter:
              description: >-
                Whether IP filtering is active on the LPAR, and its IPv4 rules that can decide on the RMC port, in their order: the first one that
                matches decides. Of a rule that cannot be read there are the number and the text.
              type: dict
              returned: always
              sample: {"active": false, "rules": null}
        security:
          description: Key files with mode and owner, identities that C(ctsvhbac) draws attention to, all that it says, and the clock of the LPAR.
          type: dict
          returned: always
          sample:
            keys:
              private: {"present": true, "mode": "0600", "owner": "root"}
              public: {"present": true, "mode": "0444", "owner": "root"}
              trusted_host_list: {"present": true, "mode": "0444", "owner": "root"}
            attention: []
            ctsvhbac:
            clock_utc: "2026-11-15T09:07:12Z"
        filesystems:
          description: Space and inodes of the file systems that hold C(/), C(/var), C(/tmp) and the tree of RSCT.
          type: list
          elements: dict
          returned: always
          sample: [{"mount": "/var", "free_mb": 3305, "used_percent": 19, "inodes_used_percent": 3}]
        errors:
          description: Lines of the error log that concern RMC, newest first, with the time of the LPAR's own zone.
          type: list
          elements: dict
          returned: always
          sample:
            - id: A6DF45AA
              time: "2025-11-12T03:12"
              type: I
              class: O
              resource: RMCdaemon
              description: The daemon is started.
        activity:
          description: Work in progress that forbids a repair (dlpar, lpm, lku, installp, backup).
          type: dict
          returned: always
          sample: {"dlpar": false, "lpm": false, "lku": false, "installp": false, "backup": false}
        migration:
          description: The last live partition migration that the error log knows of, V(started), V(completed) or V(aborted), and its age.
          type: dict
          returned: always
          sample: {"event": "completed", "time": "2025-11-14T22:15", "age_seconds": 39120}
        probes:
          description: Every question that was asked, with its outcome V(ok), V(failed), V(timeout) or V(missing).
          type: list
          elements: dict
          returned: always
          sample:
            - name: lsrsrc
              argv: [lsrsrc, IBM.MCP]
              rc:
              seconds: 15.0
              outcome: timeout
              message: no answer within 15 s; killed
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.aixops.rsct.plugins.module_utils._evidence.gather import collect
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.options import ARGUMENT_SPEC


def main():
    """The collector in Python. The action of the same name reads its raw records."""
    module = AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    module.exit_json(changed=False, records=collect(module.params))


if __name__ == "__main__":
    main()
