# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the part of the argument specification that rmc_recycle and rmc_rekey share, and how they end."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.module_utils._command import Runner
from ansible_collections.aixops.rsct.plugins.module_utils._repair.guards import Refused
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import Clock, RepairFailed, actions, which

RSCT = {
    "rmc_port": {"type": "int", "default": 657},
    "var_ct": {"type": "path", "default": "/var/ct"},
    "ct_node_id_file": {"type": "path", "default": "/etc/ct_node_id"},
}
GUARDS = {
    "expected": {"type": "dict", "options": {"machine": {"type": "str"}, "lpar_id": {"type": "int"}}},
    "cluster_override": {
        "type": "dict",
        "options": {"host": {"type": "str", "required": True}, "ticket": {"type": "str", "required": True}},
    },
    "snapshot": {"type": "path"},
    "force": {"type": "bool", "default": False},
    "settle_seconds": {"type": "int", "default": 300},
}


def run(module, repair):
    """Call repair(runner, options, clock, which) and end the module with what came of it."""
    runner = Runner(check_mode=module.check_mode)
    try:
        result = repair(runner, module.params, Clock(), which)
    except Refused as refused:
        module.fail_json(msg=str(refused), actions=actions(runner), **refused.result())
    except RepairFailed as failure:
        module.fail_json(msg=str(failure), actions=actions(runner), **_with_diff(module, failure.result))
    module.exit_json(actions=actions(runner), **_with_diff(module, result))


def _with_diff(module, result):
    if module._diff and "before" in result and "after" in result:
        result["diff"] = {"before": result["before"], "after": result["after"]}
    return result
