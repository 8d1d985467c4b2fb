# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: work in progress that forbids a repair, from the process list and the error log."""

from __future__ import annotations

import datetime
import re

from . import errpt, ps

# Base names of programs. Which ones tell of an activity is our own knowledge of AIX, not documented as such.
_PROGRAMS = {
    "dlpar": re.compile(r"^(drmgr|drslot.*)$"),
    "lku": re.compile(r"^(lvup.*|liveupdate.*)$"),
    "installp": re.compile(r"^(installp|geninstall|install_all.*|emgr|updateios)$"),
    "backup": re.compile(r"^(mksysb|savevg|backup|backupios|nimadm|alt_disk.*|alt_clone.*)$"),
}
# A migration that was started and never reported as completed is taken for failed after this time.
_MIGRATION_SECONDS = 24 * 3600


def parse(processes, errors, now):
    """{dlpar, lpm, lku, installp, backup}: True, False, or None = could not be read.

    processes: rows of ps.py, or None. errors: rows of errpt.py, or None. now: local time of the host, or None.
    """
    activity = {name: None for name in ("dlpar", "lpm", "lku", "installp", "backup")}
    if processes is not None:
        for name, pattern in _PROGRAMS.items():
            activity[name] = any(_matches(row, name, pattern) for row in processes)
    if errors is not None:
        last = last_migration(errors, now)
        age = last["age_seconds"] if last else None
        activity["lpm"] = bool(last) and last["event"] == "started" and (age is None or age < _MIGRATION_SECONDS)
    return activity


def last_migration(errors, now):
    """{event: started, completed or aborted, time, age_seconds} of the newest entry about a live partition migration, or None."""
    for row in errors:
        event = errpt.migration(row)
        if event:
            return {"event": event, "time": row["time"], "age_seconds": _age(row["time"], now)}
    return None


def _matches(row, name, pattern):
    if name == "dlpar" and re.search(r"\s-l(\s|$)", row["args"]):
        # drmgr -l only lists its scripts.
        return False
    if name == "lku" and re.search(r"\bgeninstall\b.*\s-k", row["args"]):
        return True
    return any(pattern.match(word) for word in ps.names(row))


def _age(time, now):
    try:
        return max(0, int((now - datetime.datetime.strptime(time, "%Y-%m-%dT%H:%M")).total_seconds()))
    except (TypeError, ValueError):
        return None
