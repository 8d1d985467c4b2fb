# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lspartition -dlpar, the HMC's raw RMC data. An internal command of the HMC that may change."""

from __future__ import annotations

import re

from . import rows

_HEAD = re.compile(r"<#\d+>\s*(?:Partition|LPAR):<\s*(\d+)\*([^,<>\s]+)\s*,([^,<>]*),([^,<>]*)>")
_ACTIVE = re.compile(r"Active:<\s*(-?\d+)\s*>")
_DCAPS = re.compile(r"DCaps:<\s*(0x[0-9a-fA-F]+)\s*>")
# 3 was seen and means "not known".
_CONNECTED = {"1": True, "0": False}


def command() -> list[str]:
    return ["lspartition", "-dlpar"]


def parse(text: str) -> list[dict]:
    """One entry a row. Rows outlive deleted partitions and old addresses; a partition that never connected has none."""
    heads = list(_HEAD.finditer(text))
    found = []
    for head, following in zip(heads, [*heads[1:], None]):
        details = text[head.end() : following.start() if following else len(text)]
        active, dcaps = _ACTIVE.search(details), _DCAPS.search(details)
        found.append(
            {
                "machine": head.group(2),
                "lpar_id": int(head.group(1)),
                "hostname": rows.value(head.group(3)),
                "ipaddr": rows.value(head.group(4)),
                "active": _CONNECTED.get(active.group(1)) if active else None,
                "dcaps": dcaps.group(1).lower() if dcaps else None,
            }
        )
    return found


def by_partition(entries: list[dict]) -> dict[tuple[str, int], dict]:
    """One raw connection a partition: the connected row where old addresses left others."""
    found: dict[tuple[str, int], dict] = {}
    for entry in entries:
        key = (entry["machine"], entry["lpar_id"])
        if key not in found or (entry["active"] and not found[key]["active"]):
            found[key] = {"active": entry["active"], "dcaps": entry["dcaps"]}
    return found
