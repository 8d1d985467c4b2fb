# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lssrc -a, lssrc -ls mcproxy."""

from __future__ import annotations

import re

# Column widths differ between levels and the group may be empty: read from the outside in.
_STATUS = re.compile(r"\s(active|inoperative|stopping|warned to stop|not responding)\s*$")
_HOSTNAME = re.compile(r"^\s*Hostname\s*:\s*(\S+)\s*$", re.IGNORECASE)


def parse(text):
    """[{name, group, pid, status}], one row a subsystem; of two rows (chssys while running) the active one counts."""
    rows = {}
    for line in text.splitlines():
        row = _row(line)
        if row and (row["name"] not in rows or row["status"] == "active"):
            rows[row["name"]] = row
    return list(rows.values())


def active(rows, name):
    """True or False for a subsystem of parse()'s rows; a subsystem that is not on file is not active."""
    return any(row["name"] == name and row["status"] == "active" for row in rows)


def hostnames(text):
    """The HMCs that lssrc -ls mcproxy names. The rest of that output is not known."""
    found = (_HOSTNAME.match(line) for line in text.splitlines())
    return [match.group(1) for match in found if match]


def _row(line):
    match = _STATUS.search(line)
    words = line[: match.start()].split() if match else []
    if not words:
        return None
    pid = int(words.pop()) if len(words) > 1 and re.match(r"^[0-9]{1,18}$", words[-1]) else None
    return {"name": words[0], "group": " ".join(words[1:]), "pid": pid, "status": match.group(1)}
