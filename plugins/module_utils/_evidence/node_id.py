# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lsnodeid, and the files that hold the node id."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"^(?:0[xX])?([0-9A-Fa-f]{9,16})$")


def parse(text):
    """16 lower-case hex digits, or None. The id is the first line that says anything; comments may follow."""
    for line in text.splitlines():
        if line.strip():
            match = _IDENTIFIER.match(line.strip())
            return match.group(1).lower().zfill(16) if match else None
    return None


def normal(identifier):
    """A node id as 16 lower-case hex digits, from hex with or without 0x."""
    digits = identifier.lower()
    return (digits[2:] if digits.startswith("0x") else digits).zfill(16)


def from_number(value):
    """A node id as 16 lower-case hex digits, from the decimal form of IBM.MCP; None if it is none."""
    if isinstance(value, int) and 0 <= value < 1 << 64:
        return "{0:016x}".format(value)
    return None
