# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: df -k and df -Pk."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"^([0-9]{1,18})%?$")


def parse(text):
    """[{mount, free_mb, used_percent, inodes_used_percent}], by the column names; None for "-" and for what is not shown."""
    columns, rows = [], {}
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["Filesystem"]:
            # "Mounted on" is the one name of two words.
            columns = words[:-1]
        elif columns and len(words) == len(columns):
            cells = dict(zip(columns, words))
            free = _number(cells.get("Free", cells.get("Available", "")))
            rows[words[-1]] = {
                "mount": words[-1],
                "free_mb": None if free is None else free // 1024,
                "used_percent": _number(cells.get("%Used", cells.get("Capacity", ""))),
                "inodes_used_percent": _number(cells.get("%Iused", "")),
            }
    return list(rows.values())


def _number(text):
    match = _NUMBER.match(text)
    return int(match.group(1)) if match else None
