#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_rekey
version_added: 0.1.0
short_description: Get keys and identity of a partition back into step with its HMC
description:
  - Changes one trusted host, one IBM.MCP record or the key pair, or resets the RSCT configuration with C(recfgct), keeping the
    node id or making a new one. Then remote clients are enabled again, and what was promised is verified.
  - Verified are, after a new key pair and after a reset, that the key files are there with content, with root as owner and with the right
    modes, and that C(ctsvhbac) finds the keys in pair and has no C(Attention) for any of this host's names. After a new pair also that
    the trusted host list has no other key for them. After a reset also the node id.
  - The runbooks that circulate name C(ctcasd -a) for making keys anew. There is no such option. In its place, from gentle to hard,
    inspect with C(ctsvhbac), C(ctskeygen -d) and C(ctsthl -l); put one trusted host right; recycle RMC, so that keys are exchanged again
    (M(aixops.rsct.rmc_recycle)); make a new key pair with C(ctskeygen -n); and last C(recfgct).
  - Never deletes key files, never edits the ODM, never copies an identity between hosts.
  - Refuses as M(aixops.rsct.rmc_recycle) does. In a cluster, online or offline, and where a cluster cannot be excluded, nothing lifts
    the refusal.
  - After C(recfgct) IBM.MCP records, keys, trusted hosts, ACLs and other local settings below C(/var/ct) are those of a fresh installation.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.PROGRESS
  - aixops.rsct._rsct
attributes:
  check_mode:
    support: full
    details:
      - Looks, asks the guards, and returns in RV(actions) exactly the commands that would run, in their order, without running them.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - O(trusted_host) and O(mcp_record) are, and so is O(method=reset_new_id) with O(replace_node_id).
      - O(method=reset_keep_id) does nothing when nothing is wrong. A fault that it does not cure is treated again after O(settle_seconds).
      - O(key_pair=true) makes a new pair every time until an HMC is up again.
options:
  method:
    description:
      - V(targeted) changes just one of O(trusted_host), O(mcp_record) and O(key_pair).
      - V(reset_keep_id) runs C(recfgct -s), which takes the node id from O(ct_node_id_file).
      - V(reset_new_id) runs C(recfgct), which makes a new node id. Only for a proven clone, never for the original.
    type: str
    choices: [targeted, reset_keep_id, reset_new_id]
    required: true
  trusted_host:
    description: One entry of the trusted host list.
    type: dict
    suboptions:
      name:
        description: Name or address of the host, as in C(ctsthl -l).
        type: str
        required: true
      state:
        description: Whether it shall be in the list.
        type: str
        choices: [present, absent]
        default: present
      generation_method:
        description: How its key was made, as C(ctskeygen -d) shows it on that host.
        type: str
        default: rsa1024
      identifier:
        description: Its public key as hexadecimal digits. Needed for V(present).
        type: str
  mcp_record:
    description: One record of the class IBM.MCP.
    type: dict
    suboptions:
      hmc_name:
        description: HMCName of the record, such as V(7063CR2*13A4F10). Exactly one record must fit.
        type: str
        required: true
      hmc_ip_addr:
        description: HMCIPAddr of the record, where two records have the same HMCName.
        type: str
      node_id:
        description:
          - Node id of the HMC in the record as 16 hexadecimal digits, where two records have the same HMCName and address, as after an HMC
            was installed anew. C(rmcdomainstatus) shows it so; C(lsrsrc) shows the same number as decimal C(NodeID).
        type: str
      state:
        description: V(absent) removes the record of a retired HMC; refused unless another HMC is up, or if it is the one that is up.
        type: str
        choices: [present, absent]
        default: present
      attributes:
        description: The attributes to set, by their names in IBM.MCP. Needed for V(present).
        type: dict
  key_pair:
    description:
      - Make a new key pair (C(ctskeygen -n), with C(-f) if there are key files), enter it for the local names in place of the old one
        (C(ctsthl -d) for each that is in the list, then C(ctsthl -s), which adds what is missing), and restart C(ctcas) if it runs. The HMC
        still holds the old public key; keys are exchanged with the next recycle.
      - Nothing is done while an HMC is up and the key files are in order, unless O(force=true), because that would end the connection.
    type: bool
    default: false
  replace_node_id:
    description:
      - The node id that O(method=reset_new_id) shall give up, 16 hexadecimal digits. Nothing is done if the host has another one already.
      - Needed unless the host has no node id, or copies of it that differ.
    type: str
  saved_copies:
    description: Where a targeted change saves what it changes. Made for root alone if it does not exist.
    type: path
    default: /var/adm/rsct_snapshots/targeted
  ready_timeout:
    description: How many seconds C(rmcd) has to answer C(lsrsrc) after a reset. It is asked every two seconds.
    type: int
    default: 40
  settle_seconds:
    description: For how many seconds after its start C(rmcd) may be without a connection before that counts as wrong.
    type: int
    default: 300
  force:
    description: Reset, or make a new key pair, even if nothing is wrong. Lifts no guard.
    type: bool
    default: false
  snapshot:
    description:
      - Path of an archive of M(aixops.rsct.ct_snapshot), needed as soon as there is something to do.
      - It is verified whole; it must be of this partition and node id, and the keys must not have changed since.
      - In check mode one that is not there yet is taken for one that the real run takes before.
    type: path
  expected:
    description: Which partition this must be, as the HMC names it. The module refuses on any other host.
    type: dict
    suboptions:
      machine:
        description: Type, model and serial of the managed system, such as V(9105-22A*78F0A10).
        type: str
      lpar_id:
        description: Partition id.
        type: int
  cluster_override:
    description: Taken for the sake of one set of defaults with M(aixops.rsct.rmc_recycle). It lifts nothing here, and the refusal says so.
    type: dict
    suboptions:
      host:
        description: Host name that this host gives itself.
        type: str
        required: true
      ticket:
        description: The change record that approves it.
        type: str
        required: true
notes:
  - While something is changed it holds the lock of M(aixops.rsct.ct_snapshot). It refuses (V(restore_in_progress)) where a restore is at work
    or was cut off, also in check mode, and (V(busy)) where another run holds the lock.
  - Changing keys and identity needs root.
  - After a reset the HMC needs up to 15 minutes, and M(aixops.rsct.hmc_system_refresh) may be needed for it to register the partition again.
seealso:
  - module: aixops.rsct.rmc_recycle
  - module: aixops.rsct.ct_snapshot
  - module: aixops.rsct.hmc_system_refresh
"""

EXAMPLES = r"""
- name: Save the RSCT data
  aixops.rsct.ct_snapshot:
  register: saved

- name: Put the record of an HMC right that was replaced under the same address
  aixops.rsct.rmc_rekey:
    method: targeted
    mcp_record:
      hmc_name: 7042CR6*10B2C3D
      attributes:
        HMCName: 7063CR2*13A4F10
        KeyToken: hmcalpha
    snapshot: "{{ saved.snapshot.path }}"

- name: Rebuild the RSCT configuration and keep the node id
  aixops.rsct.rmc_rekey:
    method: reset_keep_id
    snapshot: "{{ saved.snapshot.path }}"

- name: Give a clone a node id of its own
  aixops.rsct.rmc_rekey:
    method: reset_new_id
    replace_node_id: 5d1c7a90e3f2b864
    expected:
      machine: 9105-22A*78F0A10
      lpar_id: 7
    snapshot: "{{ saved.snapshot.path }}"
"""

RETURN = r"""
problems:
  description: What was wrong that a reset is for; empty for a targeted change.
  returned: unless refused
  type: list
  elements: str
  sample: ["the copies of the node id differ (live 5d1c7a90e3f2b864, etc 5d1c7a90e3f2b864, var_ct 0a1b2c3d4e5f6071)"]
actions:
  description: The commands that changed something, or would in check mode, in their order. Empty when the module refused.
  returned: always
  type: list
  elements: dict
  contains:
    argv:
      description: The command and its arguments.
      type: list
      elements: str
      sample: [recfgct, -s]
    rc:
      description: Exit code; null when it did not run or did not end.
      type: int
    seconds:
      description: How long it took.
      type: float
    outcome:
      description: V(ok), V(failed), V(timeout), V(missing), or V(would_run) in check mode.
      type: str
before:
  description:
    - For a reset the state before, with RV(ignore:node_id) (its three copies), RV(ignore:keys) (modes of the key files, null where
      missing), RV(ignore:subsystems), RV(ignore:remote_clients), RV(ignore:udp) and RV(ignore:control_points).
    - For a targeted change the entry, record or keys before, under the name of the target.
  returned: unless refused
  type: dict
after:
  description: The same afterwards, in check mode as far as it can be foretold.
  returned: unless refused
  type: dict
saved_copy:
  description: The file in which a targeted change saved what was there before.
  returned: when a targeted change ran
  type: str
  sample: /var/adm/rsct_snapshots/targeted/20260131T235959Z-trusted_host-hmcalpha.txt
recovery:
  description: What became of C(ctrmc) when a reset failed on the way. Null when it was not stopped.
  returned: failure of a command
  type: dict
  contains:
    needed:
      description: Whether it was found down.
      type: bool
    ctrmc:
      description: Its state at the end.
      type: str
    message:
      description: The same in words.
      type: str
refusal:
  description: Why nothing was changed, the most decisive reason.
  returned: when refused
  type: dict
  contains:
    reason:
      description:
        - One of V(not_root), V(wrong_host), V(cluster_member), V(cluster_unknown), V(restore_in_progress), V(busy), V(unknown_state),
          V(activity_in_progress), V(recently_booted), V(recently_migrated), V(suspended), V(filesystem_full), V(active_on_hmc),
          V(no_snapshot), V(ctrmc_down),
          V(rsct_missing), V(node_id_unclear), V(node_id_not_named), V(record_unclear), V(record_in_use), V(unsafe_directory).
      type: str
    evidence:
      description: What shows it, as RV(ignore:source) and RV(ignore:detail).
      type: list
      elements: dict
    next_step:
      description: What to do instead.
      type: str
refusals:
  description: All reasons that were found, each like RV(refusal).
  returned: when refused
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.aixops.rsct.plugins.module_utils._repair import options, rekey, targeted


def main():
    module = AnsibleModule(
        argument_spec=dict(
            options.RSCT,
            method=dict(type="str", choices=["targeted", "reset_keep_id", "reset_new_id"], required=True),
            trusted_host=dict(
                type="dict",
                options=dict(
                    name=dict(type="str", required=True),
                    state=dict(type="str", choices=["present", "absent"], default="present"),
                    generation_method=dict(type="str", default="rsa1024"),
                    identifier=dict(type="str"),
                ),
            ),
            mcp_record=dict(
                type="dict",
                options=dict(
                    hmc_name=dict(type="str", required=True),
                    hmc_ip_addr=dict(type="str"),
                    node_id=dict(type="str"),
                    state=dict(type="str", choices=["present", "absent"], default="present"),
                    attributes=dict(type="dict"),
                ),
            ),
            key_pair=dict(type="bool", default=False, no_log=False),
            replace_node_id=dict(type="str"),
            saved_copies=dict(type="path", default="/var/adm/rsct_snapshots/targeted"),
            ready_timeout=dict(type="int", default=40),
            **options.GUARDS
        ),
        supports_check_mode=True,
    )
    problem = targeted.invalid(module.params)
    if problem:
        module.fail_json(msg=problem)
    options.run(module, rekey.repair)


if __name__ == "__main__":
    main()
