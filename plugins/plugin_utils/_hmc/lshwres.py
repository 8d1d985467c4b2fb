# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lshwres, the memory of partitions as the HMC counts it."""

from __future__ import annotations

from . import rows
from .messages import Meaning, meaning
from .shell import Answer

_ATTRIBUTES = ("lpar_id", "curr_mem", "pend_mem", "run_mem")


def memory_command(system: str) -> list[str]:
    return ["lshwres", "-r", "mem", "-m", system, "--level", "lpar", "-F", ",".join(_ATTRIBUTES)]


def memory(answer: Answer) -> tuple[dict[int, dict], Meaning]:
    """lpar_id -> {curr, pend, run} in MB. The three are equal unless a DLPAR change did not reach the partition."""
    found, messages = rows.table(answer.text, len(_ATTRIBUTES), id_column=0)
    sizes = {int(row[0]): dict(zip(("curr", "pend", "run"), map(rows.number, row[1:]))) for row in found}
    return sizes, meaning(answer.rc, messages)
