# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lsaccfg: task roles and resource roles."""

from __future__ import annotations

from . import lists, options, roles
from .call import Call

_KNOWN = {"-t": options.VALUE, "-F": options.OPTIONAL, "--header": options.FLAG}


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    kind = given.need("-t")
    if kind == "taskrole":
        rows = [
            {"name": role, "parent": "Predefined", "resources": "cec:" + "+".join(roles.tasks_of(role))} for role in roles.ALL
        ]
    elif kind == "resourcerole":
        rows = [
            {"name": one.name, "resources": ",".join(one.systems)} for one in call.hmc.users.values() if one.systems is not None
        ]
    else:
        raise call.refuse("missing_parameter", parameters="-t")
    return lists.answer(call, given, rows, ("name", "parent", "resources"))
