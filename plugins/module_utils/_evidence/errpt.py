# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the summary form of errpt."""

from __future__ import annotations

import re

_ROW = re.compile(r"^([0-9A-F]{8})\s+([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})\s+(\S)\s+(\S)\s+(\S+)\s*(.*?)\s*$")
# RMCD_INFO_2_ST, the log of rmcd was rotated: of no meaning.
_IGNORED = ("573790AA",)
# A live partition migration, as AIX up to about 7200-05-03 and later levels log it; in any language.
_MIGRATION = {
    "08917DC6": "started", "A5E6DB96": "completed", "5E075ADF": "aborted",
    "F2646817": "started", "159D686C": "completed",
}
_MIGRATION_TEXT = re.compile(r"Migration (Started|Completed|Aborted)\b", re.IGNORECASE)


def parse(text):
    """[{id, time, type, class, resource, description}], newest first; time as YYYY-MM-DDThh:mm in the zone of the host."""
    rows = []
    for line in text.splitlines():
        match = _ROW.match(line)
        if match and match.group(1) not in _IGNORED:
            identifier, month, day, hour, minute, year, kind, cls, resource, description = match.groups()
            rows.append(
                {
                    "id": identifier,
                    "time": "20{0}-{1}-{2}T{3}:{4}".format(year, month, day, hour, minute),
                    "type": kind,
                    "class": cls,
                    "resource": resource,
                    "description": description,
                }
            )
    return rows


def migration(row):
    """started, completed or aborted, where a row of parse() is about a live partition migration, else None."""
    if row["id"] in _MIGRATION:
        return _MIGRATION[row["id"]]
    match = _MIGRATION_TEXT.search(row["description"]) if row["resource"] == "pmig" else None
    return match.group(1).lower() if match else None
