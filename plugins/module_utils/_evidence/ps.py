# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: ps -e -o user,pid,etime,args."""

from __future__ import annotations

import re

_ROW = re.compile(r"^\s*(\S+)\s+([0-9]{1,18})\s+((?:[0-9]{1,6}-)?[0-9:]{1,12}|-)\s+(\S.*?)\s*$")


def parse(text):
    """[{user, pid, seconds, args}]; seconds since its start, None if not told."""
    found = (_ROW.match(line) for line in text.splitlines())
    return [
        {"user": match.group(1), "pid": int(match.group(2)), "seconds": _seconds(match.group(3)), "args": match.group(4)}
        for match in found
        if match
    ]


def names(row):
    """The base names by which a process may be known: of its command, and of the script that an interpreter runs."""
    return [word.rsplit("/", 1)[-1] for word in row["args"].split()[:2]]


def _seconds(elapsed):
    """[[dd-]hh:]mm:ss"""
    days, _dash, clock = elapsed.rpartition("-")
    parts = [int(part) if part else 0 for part in clock.split(":")] if clock else []
    if not 2 <= len(parts) <= 3:
        return None
    return (int(days) if days else 0) * 86400 + sum(part * 60 ** power for power, part in enumerate(reversed(parts)))
