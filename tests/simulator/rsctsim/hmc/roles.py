# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may run what: task roles by command."""

from __future__ import annotations

from typing import Optional

from ..model import HmcUser

VIEWER = "hmcviewer"
OPERATOR = "hmcoperator"
SERVICEREP = "hmcservicerep"
PE = "hmcpe"
SUPERADMIN = "hmcsuperadmin"

ALL = (VIEWER, OPERATOR, SERVICEREP, PE, SUPERADMIN)

# task -> roles that have it, from the role table of V8R8.2.0.
TASKS = {
    "ListCECProperty": ALL,
    "ListLPARProperty": ALL,
    "ListHMCConfiguration": ALL,
    "ListConnections": ALL,
    "ListServiceableEvents": ALL,
    "RebuildCEC": (OPERATOR, SERVICEREP, PE, SUPERADMIN),
    "DlparOperation": (OPERATOR, SERVICEREP, PE, SUPERADMIN),
    "VirtualIOServerCommand": (OPERATOR, SERVICEREP, PE, SUPERADMIN),
    "AddConnection": (OPERATOR, PE, SUPERADMIN),
    "RemoveCECConnection": (OPERATOR, PE, SUPERADMIN),
    "ManageHMCUser": (SUPERADMIN,),
    "ListHMCUser": (SUPERADMIN,),
    # Not in the table: the technote wants "admin" for lspartition, and the super administrator for diagrmc [doc T1020611].
    "RawRmcView": (OPERATOR, PE, SUPERADMIN),
    "DiagnoseRmc": (SUPERADMIN,),
    # Nor are these [unverified].
    "ShutDownConsole": (SUPERADMIN,),
    "ChangeHMCConfiguration": (SUPERADMIN,),
    "EngineerShell": (PE,),
    "DeleteLPAR": (SUPERADMIN,),
}

COMMAND_TASKS = {
    "lssyscfg": "ListLPARProperty",
    "lshwres": "ListLPARProperty",
    "lsrefcode": "ListLPARProperty",
    "lshmc": "ListHMCConfiguration",
    "lssysconn": "ListConnections",
    "lssvcevents": "ListServiceableEvents",
    "lspartition": "RawRmcView",
    "chsysstate": "RebuildCEC",
    "diagrmc": "DiagnoseRmc",
    "hmcshutdown": "ShutDownConsole",
    "rmsysconn": "RemoveCECConnection",
    "chhmc": "ChangeHMCConfiguration",
    "chhwres": "DlparOperation",
    "pesh": "EngineerShell",
    "rmsyscfg": "DeleteLPAR",
    "lsaccfg": "ListHMCUser",
}


def allowed(role: str, command: str) -> bool:
    """Commands without a task are free for everybody who may log in."""
    task = COMMAND_TASKS.get(command)
    return task is None or role in TASKS[task]


def tasks_of(role: str) -> list[str]:
    return [task for task, roles in TASKS.items() if role in roles]


def sees(user: HmcUser, machine: str, lpar_id: Optional[int] = None) -> bool:
    """Whether the resource role covers a system, or one of its partitions.

    A resource role names whole systems ("9105-22A*78F0A10") or single partitions ("3*9105-22A*78F0A10"). What it leaves out
    is left out of every list, without a message.
    """
    if user.systems is None or machine in user.systems:
        return True
    if lpar_id is None:
        return any(entry.endswith("*" + machine) for entry in user.systems)
    return f"{lpar_id}*{machine}" in user.systems
