# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lssyscfg, the managed systems of an HMC and their partitions."""

from __future__ import annotations

from . import rows
from .messages import Meaning, meaning
from .shell import Answer

SYSTEM_ATTRIBUTES = ("name", "type_model", "serial_num", "state")
# Valid from V7R7.9 to V11; one unknown attribute fails the whole command.
PARTITION_ATTRIBUTES = ("name", "lpar_id", "lpar_env", "state", "rmc_state", "rmc_ipaddr", "os_version")
CAPABILITIES = ("dlpar_mem_capable", "dlpar_proc_capable", "dlpar_io_capable")
# Systems in these states answer for their partitions; in any other state (No Connection, Recovery ...) they cannot be read.
READABLE_STATES = {"operating", "standby", "power off"}


def systems_command() -> list[str]:
    """All managed systems, connected or not."""
    return ["lssyscfg", "-r", "sys", "-F", ",".join(SYSTEM_ATTRIBUTES)]


def partitions_command(system: str, capabilities: bool = True) -> list[str]:
    """All partitions of a system. By machine wherever it is known: names need not be unique."""
    attributes = PARTITION_ATTRIBUTES + (CAPABILITIES if capabilities else ())
    return ["lssyscfg", "-r", "lpar", "-m", system, "-F", ",".join(attributes)]


def systems(text: str) -> tuple[list[dict], list[str]]:
    """Rows of systems_command, and the lines that are none."""
    found, messages = rows.table(text, len(SYSTEM_ATTRIBUTES))
    # Without an id column the text of an error could pass for a row: a type_model has no blank.
    good = [row for row in found if " " not in row[1].strip() and " " not in row[2].strip()]
    messages += [",".join(row) for row in found if row not in good]
    return [_system(row) for row in good], messages


def _system(row: list[str]) -> dict:
    name, type_model, serial, state = row
    known = rows.value(type_model) and rows.value(serial)
    return {
        "name": name.strip(),
        "machine": f"{type_model.strip()}*{serial.strip()}" if known else None,
        "state": state.strip(),
    }


def is_readable(state: str) -> bool:
    """Whether a system in this state can tell of its partitions."""
    return state.strip().lower() in READABLE_STATES


def partitions(answer: Answer, capabilities: bool = True) -> tuple[list[dict], Meaning]:
    """Rows of partitions_command, and what the rest of the answer means."""
    width = len(PARTITION_ATTRIBUTES) + (len(CAPABILITIES) if capabilities else 0)
    found, messages = rows.table(answer.text, width, id_column=1)
    return [_partition(row) for row in found], meaning(answer.rc, messages)


def lacks_capabilities(verdict: Meaning) -> bool:
    """Whether the command may have failed because this level does not know the DLPAR capabilities.

    They are told in any language; the English message need not name them.
    """
    return verdict.kind == "unknown_attribute" or (verdict.failed and any(name in verdict.message for name in CAPABILITIES))


def _partition(row: list[str]) -> dict:
    name, lpar_id, environment, state, rmc_state, rmc_ipaddr, os_version = row[:7]
    mem, proc, io = (rows.number(cell) for cell in row[7:]) if len(row) > 7 else (None, None, None)
    return {
        "lpar_id": int(lpar_id),
        "name": name,
        "environment": rows.value(environment),
        "state": rows.value(state),
        "rmc_state": _rmc_state(rmc_state),
        "rmc_ipaddr": rows.value(rmc_ipaddr),
        "os_version": rows.value(os_version),
        "dlpar_mem": mem,
        "dlpar_proc": proc,
        "dlpar_io": io,
    }


def _rmc_state(text: str) -> str | None:
    """none and unknown are states of RMC, not spellings of nothing."""
    state = text.strip().lower()
    return None if state in ("", "null", "unavailable") else state
