#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_audit
version_added: 0.1.0
short_description: Add a line to the audit file of a host
description:
  - Adds one line of JSON to a file of the host that belongs to root alone, and has it on disk when it returns.
  - Nothing is ever removed from the file; rotating it is for the site.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
attributes:
  check_mode:
    support: full
    details:
      - Says that the line would be added.
  diff_mode:
    support: full
  idempotent:
    support: none
    details:
      - Every run adds a line, because every run tells of another change.
options:
  path:
    description:
      - The audit file. It is made with mode 0600 if it is missing; its directory must exist.
      - A file that is there must be a regular one with one name, belong to the user that the module runs as, and be open to nobody else.
        Otherwise the module fails and says how to put it right, because what others could write proves nothing.
    type: path
    default: /var/adm/rsct_audit.log
  entry:
    description: What to write. The time of the host is added as C(host_time).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Leave a trace of a change that was made by hand
  aixops.rsct.rmc_audit:
    entry:
      ticket: CHG0012345
      what: rmcctrl -p
"""

RETURN = r"""
line:
  description: The line as it was written.
  returned: success
  type: str
"""

import json
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.aixops.rsct.plugins.module_utils._append import append


def main():
    module = AnsibleModule(
        argument_spec={"path": {"type": "path", "default": "/var/adm/rsct_audit.log"}, "entry": {"type": "dict", "required": True}},
        supports_check_mode=True,
    )
    entry = dict(module.params["entry"], host_time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    line = json.dumps(entry, sort_keys=True)
    if not module.check_mode:
        try:
            append(module.params["path"], [line], private=True)
        except OSError as error:
            module.fail_json(msg="{0} cannot be written: {1}".format(module.params["path"], error))
    module.exit_json(changed=True, line=line, diff={"before": "", "after": line + "\n"})


if __name__ == "__main__":
    main()
