# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lshwres: memory and processors of partitions."""

from __future__ import annotations

from ..model import Partition
from . import lists, options, states
from .call import Call

_KNOWN = {**lists.FORM, "-r": options.VALUE, "-m": options.VALUE, "--level": options.VALUE, "--rsubtype": options.VALUE}
_HUGE_PAGES = (
    "curr_min_num_huge_pages", "curr_num_huge_pages", "curr_max_num_huge_pages", "pend_min_num_huge_pages", "pend_num_huge_pages",
    "pend_max_num_huge_pages", "run_num_huge_pages",
)  # fmt: skip


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    resource = given.need("-r")
    if resource not in ("mem", "proc") or given.need("--level") != "lpar":
        raise call.refuse("missing_parameter", parameters="-r")
    system = call.system(given.need("-m"))
    states.need_partitions(call, system)
    make = memory_row if resource == "mem" else processor_row
    rows = [make(call, one) for one in lists.partitions(call, given, system)]
    # Column sets differ between the rows: what -F may name is what any of them has.
    known = tuple(dict.fromkeys(name for row in rows for name in row))
    return lists.answer(call, given, rows, known)


def memory_row(call: Call, partition: Partition) -> dict[str, str]:
    least, current, most, running = _memory(call, partition)
    row = {
        "lpar_name": partition.name,
        "lpar_id": str(partition.lpar_id),
    }
    for when in ("curr", "pend"):
        row.update({f"{when}_min_mem": str(least), f"{when}_mem": str(current), f"{when}_max_mem": str(most)})
    row.update({"run_min_mem": str(least), "run_mem": str(running)})
    if partition.lpar_env != "vioserver":
        row.update(dict.fromkeys(_HUGE_PAGES, "0"))
    row.update({"mem_mode": "ded", "curr_hpt_ratio": "1:128"})
    return row


def _memory(call: Call, partition: Partition) -> tuple[int, int, int, int]:
    if partition.state == "Not Activated":
        return (0, 0, 0, 0)
    lpar = call.estate.lpars.get(partition.lpar or "")
    if lpar is None:
        least, current, most = partition.memory_mb
        return (least, current, most, current)
    least, current, most = lpar.memory_mb
    running = current if lpar.run_memory_mb is None else lpar.run_memory_mb
    return (least, current, most, running)


def processor_row(call: Call, partition: Partition) -> dict[str, str]:
    """VIOS run on dedicated processors here, all others on shared ones: two column sets in one answer."""
    shared = partition.lpar_env != "vioserver"
    mode = "shared" if shared else "ded"
    sharing = "uncap" if shared else "share_idle_procs"
    off = partition.state == "Not Activated"
    row = {"lpar_name": partition.name, "lpar_id": str(partition.lpar_id)}
    for when in ("curr", "pend"):
        if shared:
            row[f"{when}_shared_proc_pool_id"] = "0"
        row[f"{when}_proc_mode"] = mode
        if shared:
            row.update({f"{when}_min_proc_units": "0.1", f"{when}_proc_units": "0.0" if off else "0.4", f"{when}_max_proc_units": "6.0"})
        row.update({f"{when}_min_procs": "1", f"{when}_procs": "0" if off else "4", f"{when}_max_procs": "12"})
        row[f"{when}_sharing_mode"] = sharing
        if shared:
            row[f"{when}_uncap_weight"] = "128"
    if shared:
        row["run_proc_units"] = "0.0" if off else "0.4"
    row["run_procs"] = "0" if off else "4"
    if shared:
        row["run_uncap_weight"] = "128"
    return row
