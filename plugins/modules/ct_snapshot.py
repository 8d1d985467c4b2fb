#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ct_snapshot
version_added: 0.1.0
short_description: Save and put back the RSCT data of a partition
description:
  - Saves C(/var/ct) (registry, configuration, keys) and C(/etc/ct_node_id) in one archive, and puts them back as they were.
  - An archive holds private keys. It, and the directory that is made for it, belong to root alone from the first byte on.
  - Owner, group, mode, time of last change, symbolic and hard links are kept. Sockets, FIFOs, devices, core files, and the files
    below the C(log), C(run) and C(lck) directories of RSCT are not; their directories are.
  - A snapshot is bound to the machine serial and the partition id of the host and to its node id. It is sealed, and verified whole
    before anything of it is believed.
  - A restore builds the new tree beside the old one, stops RSCT, lets the trees change places by rename, starts RSCT, and removes
    the old tree only when RSCT answers with the identity and the keys of the snapshot. Otherwise it puts the old tree back.
  - A restore that was killed, by a power loss for one, is finished or undone by the next run with O(state=restored), which asks the
    guards anew before it stops RSCT for that. O(state=present) does so only where RSCT need not be stopped and is refused otherwise;
    O(state=listed) says whether there is one.
  - How all of this works, and what to do without this module, is told in C(docs/snapshots.md).
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
      - Verifies, asks the guards and checks the free space, then returns in RV(actions) exactly the commands that would run.
  diff_mode:
    support: full
    details:
      - Names files and in what they differ, never their content, because keys are among them.
  idempotent:
    support: partial
    details:
      - O(state=present) with a O(name), O(state=absent) and O(state=listed) are. Without a name every run takes a new snapshot.
      - O(state=restored) changes nothing when the tree equals the snapshot already. RSCT may rewrite its registry as soon as it runs,
        and then the next run restores again.
options:
  state:
    description:
      - V(present) takes a snapshot, or verifies the one of that O(name). Never stops RSCT.
      - V(restored) makes the host equal to the snapshot. Refused in a cluster, or where a cluster cannot be excluded, and there is
        no way around that.
      - V(absent) removes a snapshot.
      - V(listed) changes nothing and returns what there is.
    type: str
    choices: [present, restored, absent, listed]
    default: present
  name:
    description:
      - Name of the snapshot, up to 100 letters, digits, dots, dashes and underscores.
      - For O(state=present) the default is the time in UTC, such as V(20260131T235959Z).
    type: str
  path:
    description:
      - Directory of the snapshots. Made for root alone if it is missing, refused if somebody else can write into it.
    type: path
    default: /var/adm/rsct_snapshots
  keep:
    description:
      - How many snapshots of this partition stay after O(state=present); the oldest ones beyond are removed. V(0) keeps all.
      - A damaged snapshot neither counts nor is removed.
    type: int
    default: 5
  reserve_mb:
    description: How many MiB must stay free on the file system of O(path) after the snapshot.
    type: int
    default: 32
  reidentified:
    description:
      - Restore a snapshot of this partition although the node id is another one now. For going back behind a C(recfgct).
      - A snapshot of another partition is refused all the same.
    type: bool
    default: false
  expected:
    description: Who this host must be for O(state=restored), as the HMC knows it. Refused if it is somebody else.
    type: dict
    suboptions:
      machine:
        description: Type, model and serial, such as V(9105-22A*78F0A10).
        type: str
      lpar_id:
        description: The partition id.
        type: int
  verify:
    description: Read every snapshot whole for O(state=listed), instead of its manifest only.
    type: bool
    default: false
  deadline:
    description: How many seconds RSCT may take to stop, and again to answer after the start.
    type: int
    default: 300
seealso:
  - module: aixops.rsct.rmc_recycle
  - module: aixops.rsct.rmc_rekey
"""

EXAMPLES = r"""
- name: Take a snapshot before a change, once however often the play runs
  aixops.rsct.ct_snapshot:
    name: before-CHG0012345
  register: before

- name: See what a restore would do
  aixops.rsct.ct_snapshot:
    state: restored
    name: before-CHG0012345
  check_mode: true
  diff: true

- name: Go back, behind a new node id as well
  aixops.rsct.ct_snapshot:
    state: restored
    name: before-CHG0012345
    reidentified: true

- name: List the snapshots of the host, each of them read whole
  aixops.rsct.ct_snapshot:
    state: listed
    verify: true
  register: snapshots
"""

RETURN = r"""
actions:
  description: The commands that changed something, or would in check mode, in their order.
  returned: always
  type: list
  elements: dict
  contains:
    argv:
      description: The command and its arguments.
      type: list
      elements: str
    rc:
      description: Its exit code, none if it did not run or was stopped at its deadline.
      type: int
    seconds:
      description: How long it took.
      type: float
    outcome:
      description: One of V(ok), V(failed), V(timeout), V(missing), V(would_run).
      type: str
snapshot:
  description: The snapshot that was taken, found or restored.
  returned: success, with O(state=present) and O(state=restored)
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    path:
      description: Its archive.
      type: str
    created_at:
      description: When it was taken, in UTC.
      type: str
    partition:
      description: RV(ignore:machine), RV(ignore:lpar_id), RV(ignore:lpar_name) and RV(ignore:hostname) of the host.
      type: dict
    node_id:
      description: The node ids of RV(ignore:etc) and RV(ignore:var_ct), that is of both files.
      type: dict
    rsct_level:
      description: Level of rsct.core.rmc.
      type: str
    counts:
      description: How many files, directories, links and bytes are in it, and how many things were skipped for what reason.
      type: dict
snapshots:
  description:
    - One entry a snapshot, the oldest first, as RV(snapshot) with the size of the archive and a problem.
    - The problem is none for a sound snapshot. For one that cannot be trusted, name, path and problem are all there is.
  returned: success, with O(state=listed)
  type: list
  elements: dict
removed:
  description: Names of the snapshots that were removed.
  returned: success, with O(state=present) and O(state=absent)
  type: list
  elements: str
differences:
  description: Where the host differed from the snapshot, as RV(ignore:path) and RV(ignore:what).
  returned: success, with O(state=restored)
  type: list
  elements: dict
recovered:
  description:
    - What became of a restore that had been killed, as RV(ignore:snapshot), RV(ignore:phase), RV(ignore:outcome) (finished, undone).
    - None if there was none.
  returned: success, with O(state=present) and O(state=restored)
  type: dict
interrupted_restore:
  description: A restore that was killed, as RV(ignore:snapshot) and RV(ignore:phase). None if there is none.
  returned: success, with O(state=listed)
  type: dict
refusal:
  description: Why nothing was done, or why it was undone.
  returned: failure
  type: dict
  contains:
    reason:
      description:
        - A stable code, such as V(cluster_member), V(cluster_unknown), V(wrong_host), V(wrong_partition), V(wrong_node_id), V(identity_unknown),
          V(no_snapshot), V(damaged_snapshot), V(wrong_modes), V(unsafe_directory), V(filesystem_full), V(mount_point), V(busy),
          V(restore_in_progress), V(restore_undone), V(undo_pending), V(undone_but_no_answer).
      type: str
    evidence:
      description: What shows it, as RV(ignore:source) and RV(ignore:detail).
      type: list
      elements: dict
    next_step:
      description: What to do about it.
      type: str
"""

import errno

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.aixops.rsct.plugins.module_utils._command import Runner
from ansible_collections.aixops.rsct.plugins.module_utils._repair.guards import Refused
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.operations import STATES
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import Clock, actions, uninterrupted

OPTIONS = {
    "state": {"type": "str", "choices": ["present", "restored", "absent", "listed"], "default": "present"},
    "name": {"type": "str"},
    "path": {"type": "path", "default": "/var/adm/rsct_snapshots"},
    "keep": {"type": "int", "default": 5},
    "reserve_mb": {"type": "int", "default": 32},
    "reidentified": {"type": "bool", "default": False},
    "expected": {"type": "dict", "options": {"machine": {"type": "str"}, "lpar_id": {"type": "int"}}},
    "verify": {"type": "bool", "default": False},
    "deadline": {"type": "int", "default": 300},
    "rmc_port": {"type": "int", "default": 657},
    "var_ct": {"type": "path", "default": "/var/ct"},
    "ct_node_id_file": {"type": "path", "default": "/etc/ct_node_id"},
}


def fail(module, runner, texts, more):
    module.fail_json(msg=" ".join(texts), actions=actions(runner), **more)


def main():
    module = AnsibleModule(
        argument_spec=OPTIONS,
        required_if=[("state", "restored", ["name"]), ("state", "absent", ["name"])],
        supports_check_mode=True,
    )
    for option in ("keep", "reserve_mb", "deadline"):
        if module.params[option] < 0:
            module.fail_json(msg="{0} cannot be negative.".format(option))
    runner = Runner(check_mode=module.check_mode)
    notes = []
    try:
        with uninterrupted():
            result = STATES[module.params["state"]](module.params, runner, Clock(), notes)
    except Refused as error:
        fail(module, runner, [str(error)] + notes, error.result())
    except SnapshotError as error:
        fail(module, runner, [error.text] + notes, {"refusal": error.as_refusal()})
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        refusal = {"reason": "filesystem_full" if full else "io_error", "evidence": [{"source": "system", "detail": str(error)}], "next_step": ""}
        fail(module, runner, ["The files could not be read or written: {0}".format(error)] + notes, {"refusal": refusal})
    for text in result.pop("warnings"):
        module.warn(text)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
