# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lslpp -Lcq."""

from __future__ import annotations

# package:fileset:level: : :state:type:description:...
_FIELDS = 7
_NOT_INSTALLED = "0504-132"


def parse(text):
    """[{name, level, state}]. "Not installed" messages between the rows are no rows."""
    rows = []
    for line in text.splitlines():
        fields = [field.strip() for field in line.split(":")]
        if len(fields) >= _FIELDS and fields[1] and fields[2][:1].isdigit():
            rows.append({"name": fields[1], "level": fields[2], "state": fields[5]})
    return rows


def installed(result):
    """parse() of an answer, or None if there is none. Return code 1 is normal: some of what was asked for is not installed.

    An lslpp that ended otherwise may have been about to name the fileset that matters.
    """
    if result is None or result.truncated:
        return None
    absent = result.outcome == "failed" and (result.rc or 0) > 0 and _NOT_INSTALLED in result.stdout + result.stderr
    return parse(result.stdout) if absent or result.outcome == "ok" else None
