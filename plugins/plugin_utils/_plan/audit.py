# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the audit file on the controller, one JSON line a change, and what it tells about earlier tries."""

from __future__ import annotations

import datetime
import json

from ...module_utils import _append

# Outcomes after which the next run may take the next rung.
_DID_NOT_HEAL = ("not_healed", "rolled_back", "restore_failed")


def append(path: str, entries: list) -> None:
    """One line an entry, for the owner only, on disk before anything else happens."""
    if entries:
        # Not asked to be private: a volume that AWX shares between jobs may give its group rights to every file.
        _append.append(path, [json.dumps(entry, sort_keys=True) for entry in entries])


def read(path: str) -> list:
    """The entries of an audit file; a line that was cut off by a full disk or a kill is left out."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def tried(entries: list, now: datetime.datetime, hours: float) -> dict:
    """host -> {(verdict, rung)} that was tried in the last hours and did not heal. Healing a host starts its count anew."""
    found = {}
    for entry in entries:
        host, outcome = entry.get("host"), entry.get("outcome")
        if outcome == "healed":
            found.pop(host, None)
        elif outcome in _DID_NOT_HEAL and _age_hours(entry.get("at"), now) < hours:
            found.setdefault(host, set()).add((entry.get("verdict"), entry.get("rung")))
    return found


def _age_hours(text, now: datetime.datetime) -> float:
    try:
        moment = datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return float("inf")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return (now - moment).total_seconds() / 3600
