# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: odmget."""

from __future__ import annotations

import re

_CLASS = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*):\s*$")
_FIELD = re.compile(r"^\s+([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$")


def parse(text):
    """[{field: value}], one entry an object; values without their quotes, all as text."""
    objects = []
    for line in text.splitlines():
        if _CLASS.match(line):
            objects.append({})
            continue
        match = _FIELD.match(line)
        if match and objects:
            objects[-1][match.group(1)] = match.group(2).strip('"')
    return [fields for fields in objects if fields]
