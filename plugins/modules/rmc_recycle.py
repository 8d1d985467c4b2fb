#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_recycle
version_added: 0.1.0
short_description: Refresh, start or recycle RMC on a partition
description:
  - Brings RMC of an AIX or VIOS partition back by one of three steps, the gentlest first, and waits for the state that each
    command should lead to.
  - Looks at the host itself before it changes anything, and refuses with a reason and the evidence where a change is forbidden.
    RV(actions) is empty then. Check mode refuses in the same way.
  - Refuses on a member of a cluster (PowerHA, CAA, a peer domain online or offline, a shared storage pool, TSA), and where a cluster
    cannot be excluded. There is no force for that. O(cluster_override) lets a refresh through and nothing else.
  - Refuses when another host was meant, while a dynamic LPAR operation, a migration, a Live Kernel Update, an installation or a
    backup is in progress, within 15 minutes after a start or a migration, while RMC is suspended on purpose, and when a file
    system is full.
  - Never leaves C(ctrmc) stopped by its own doing. If something fails after it was stopped, it is started again, and RV(recovery)
    says so. One that is still stopping is waited for, a minute before each of four tries. Remote clients are then enabled as they would
    have been. Hangup, interrupt and termination are held until the commands are through.
  - Does not know what the HMC says. Whether the connection is back is for M(aixops.rsct.hmc_rmc_wait) and the role C(rmc_verify).
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
      - Does nothing when nothing is wrong that the method is for, unless O(force=true).
      - RMC needs minutes to connect after a change. Until C(rmcd) is O(settle_seconds) old, a connection that is not yet up is not
        taken for a fault, so that a second run does not recycle again. A fault that the method does not cure is treated again after that.
options:
  method:
    description:
      - V(refresh) runs C(rmcctrl -p), then C(rmcrefreshMD -s ctrmc), or C(refresh -s ctrmc) where the former does not exist. Where
        C(rmcd) had itself suspended a connection (states X and Z of C(rmcdomainstatus)), C(refresh -s ctrmc) runs as well.
      - V(start) starts what is missing, of C(ctrmc), C(IBM.MgmtDomainRM), C(IBM.DRM) and C(mcproxy). That a subsystem is already active
        (0513-029) is success. Other resource managers start on demand and are left alone.
      - V(recycle) runs C(rmcctrl -z), C(rmcctrl -A) and C(rmcctrl -p). The first is left out when C(ctrmc) is down already. It needs
        a verified O(snapshot).
    type: str
    choices: [refresh, start, recycle]
    required: true
  subsystem:
    description: What O(method=start) starts. V(auto) is just what is missing.
    type: str
    choices: [auto, ctrmc, IBM.MgmtDomainRM, IBM.DRM, mcproxy]
    default: auto
  remote_clients:
    description:
      - Whether C(rmcd) shall listen for remote clients afterwards, as it must for the HMC.
      - V(preserve) leaves that as it was found; it runs C(rmcctrl -p) only if C(rmcd) listened before.
    type: str
    choices: [enabled, preserve]
    default: enabled
  ready_timeout:
    description: How many seconds C(rmcd) has to answer C(lsrsrc) after it was started. It is asked every two seconds.
    type: int
    default: 20
  settle_seconds:
    description: For how many seconds after its start C(rmcd) may be without a connection before that counts as wrong.
    type: int
    default: 300
  force:
    description:
      - Act even if nothing is wrong that the method is for. Lifts no guard.
      - Where the connection to one HMC is up and to another one is not, even a forced recycle is refused.
    type: bool
    default: false
  snapshot:
    description:
      - Path of an archive of M(aixops.rsct.ct_snapshot), needed by O(method=recycle) as soon as there is something to do.
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
    description:
      - Lets O(method=refresh) run on a member of a cluster, or where a cluster cannot be excluded. Set it for one host, never for a group.
      - It lifts nothing for V(start) and V(recycle), which can end cluster services and panic the node.
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
  - Starting and stopping RSCT needs root.
seealso:
  - module: aixops.rsct.rmc_facts
  - module: aixops.rsct.rmc_rekey
  - module: aixops.rsct.ct_snapshot
  - module: aixops.rsct.hmc_rmc_wait
"""

EXAMPLES = r"""
- name: Start what is missing
  aixops.rsct.rmc_recycle:
    method: start

- name: Refresh RMC, on the partition that the HMC means
  aixops.rsct.rmc_recycle:
    method: refresh
    expected:
      machine: 9105-22A*78F0A10
      lpar_id: 3

- name: Save the RSCT data
  aixops.rsct.ct_snapshot:
  register: saved

- name: Recycle RMC
  aixops.rsct.rmc_recycle:
    method: recycle
    snapshot: "{{ saved.snapshot.path }}"
"""

RETURN = r"""
problems:
  description: What was wrong, as seen from the partition, that the method is for.
  returned: unless refused
  type: list
  elements: str
  sample: [no HMC is up (192.0.2.11 O)]
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
      sample: [rmcctrl, -z]
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
    - The state before, as RV(ignore:subsystems), RV(ignore:remote_clients) and RV(ignore:udp) (whether C(rmcd) listens, null where not known)
      and RV(ignore:control_points).
  returned: unless refused
  type: dict
  sample:
    subsystems: {ctrmc: active, IBM.DRM: active, IBM.MgmtDomainRM: active}
    remote_clients: true
    udp: true
    control_points: [192.0.2.11 O]
after:
  description: The same afterwards, in check mode as far as it can be foretold. HMCs take minutes to connect.
  returned: unless refused
  type: dict
recovery:
  description: What became of C(ctrmc) when a command failed after it had been stopped. Null when it was not stopped.
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
          V(not_on_file), V(rsct_missing), V(unsafe_directory).
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
from ansible_collections.aixops.rsct.plugins.module_utils._repair import options, recycle


def main():
    module = AnsibleModule(
        argument_spec=dict(
            options.RSCT,
            method=dict(type="str", choices=["refresh", "start", "recycle"], required=True),
            subsystem=dict(type="str", choices=["auto", "ctrmc", "IBM.MgmtDomainRM", "IBM.DRM", "mcproxy"], default="auto"),
            remote_clients=dict(type="str", choices=["enabled", "preserve"], default="enabled"),
            ready_timeout=dict(type="int", default=20),
            **options.GUARDS
        ),
        supports_check_mode=True,
    )
    options.run(module, recycle.repair)


if __name__ == "__main__":
    main()
