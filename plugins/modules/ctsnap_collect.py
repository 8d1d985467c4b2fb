#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ctsnap_collect
version_added: 0.1.0
short_description: Collect the diagnostic data of RSCT with ctsnap
description:
  - Runs C(ctsnap) on an AIX or VIOS partition and returns where its archive lies, how big it is and its SHA-256.
  - It only reads RSCT and may run in a cluster. It takes minutes and writes tens to hundreds of megabytes; free space is checked before.
  - The exit code of C(ctsnap) is not documented, so the run is judged by the archive, C(ctsnap.*.tar.Z) or C(ctsnap.*.tar.gz). A gzip
    archive is read whole; of the other kind the first bytes are looked at.
  - If it fails, the unfinished archive and what was gathered for it are removed and the log is kept.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.PROGRESS
attributes:
  check_mode:
    support: full
    details:
      - Checks the directory and the free space, and returns in RV(actions) the command that would run.
  diff_mode:
    support: none
    details:
      - It adds files and changes none.
  idempotent:
    support: none
    details:
      - Every run collects anew; the data are those of this moment.
  platform:
    description: Operating systems that the module works on.
    platforms: aix
    support: full
options:
  dest:
    description:
      - The directory for archive and log. Made for root alone if it does not exist.
      - Refused if others than root could write into it, or if it is a link. This is looked at again right before C(ctsnap) runs.
    type: path
    default: /tmp/ctsnap
  runrpttr:
    description: Also format the trace files (C(-x runrpttr)), as IBM support asks for. It takes longer and needs more space.
    type: bool
    default: false
  min_free_mb:
    description: How many megabytes must be free on the file system of O(dest).
    type: int
    default: 512
  deadline:
    description: After how many seconds C(ctsnap) is stopped, with all of its children.
    type: int
    default: 1800
notes:
  - C(ctsnap) needs root.
  - The archive stays on the host. It may hold names and addresses of the site, so fetch it and then remove it, as the example does.
seealso:
  - module: aixops.rsct.rmc_facts
"""

EXAMPLES = r"""
- name: Collect
  aixops.rsct.ctsnap_collect:
    runrpttr: true
  register: collected

- name: Fetch the archive
  ansible.builtin.fetch:
    src: "{{ collected.archive }}"
    dest: ctsnap/

- name: Remove it from the host
  ansible.builtin.file:
    path: "{{ collected.archive }}"
    state: absent
"""

RETURN = r"""
archive:
  description: Path of the archive. Null in check mode.
  returned: success
  type: str
  sample: /tmp/ctsnap/ctsnap.aixdb01.11161039.tar.Z
size:
  description: Its size in bytes.
  returned: success, not in check mode
  type: int
  sample: 47683921
sha256:
  description: Its SHA-256.
  returned: success, not in check mode
  type: str
log:
  description: Path of the log of C(ctsnap). Null if it left none.
  returned: when ctsnap ran
  type: str
  sample: /tmp/ctsnap/ctsnap.aixdb01.11161039.log
rc:
  description: Exit code of C(ctsnap).
  returned: success, not in check mode
  type: int
actions:
  description: The command that ran, or would in check mode, as in M(aixops.rsct.rmc_recycle). Empty when the module refused.
  returned: always
  type: list
  elements: dict
refusal:
  description: Why C(ctsnap) was not run.
  returned: when refused
  type: dict
  contains:
    reason:
      description: One of V(not_root), V(unsafe_directory), V(filesystem_full), V(rsct_missing).
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
from ansible_collections.aixops.rsct.plugins.module_utils._repair import ctsnap, options


def main():
    module = AnsibleModule(
        argument_spec=dict(
            dest=dict(type="path", default="/tmp/ctsnap"),
            runrpttr=dict(type="bool", default=False),
            min_free_mb=dict(type="int", default=512),
            deadline=dict(type="int", default=1800),
        ),
        supports_check_mode=True,
    )
    options.run(module, ctsnap.gather)


if __name__ == "__main__":
    main()
