# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: maintenance window and freeze calendar, all in UTC."""

from __future__ import annotations

import datetime
import re

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z|24:00\Z")


def closed(now: datetime.datetime, window: dict | None, freeze: list | None) -> tuple | None:
    """(reason, detail) where nothing may be changed now, else None. Raises ValueError for a window that cannot be read."""
    for entry in freeze or []:
        first, last = _moment(entry, "from", False), _moment(entry, "to", True)
        if first <= now < last:
            return "frozen", f"frozen from {entry['from']} to {entry['to']}: {entry.get('reason') or 'no reason given'}"
    if not window:
        return None
    start, end = _minutes(window.get("from", "00:00")), _minutes(window.get("to", "24:00"))
    days = [str(day).strip().lower()[:3] for day in _listed(window.get("days") or DAYS)]
    unknown = [day for day in days if day not in DAYS]
    if unknown:
        raise ValueError(f"unknown days in the window: {', '.join(unknown)}; known are {', '.join(DAYS)}")
    minute = now.hour * 60 + now.minute
    today, yesterday = DAYS[now.weekday()], DAYS[now.weekday() - 1]
    # A window over midnight belongs to the day on which it opens.
    inside = today in days and start <= minute < end if start < end else (today in days and minute >= start) or (yesterday in days and minute < end)
    if inside:
        return None
    return "outside_window", f"it is {now:%a %H:%M} UTC, the window is {', '.join(days)} {window.get('from', '00:00')} to {window.get('to', '24:00')} UTC"


def _listed(value) -> list:
    return value.replace(",", " ").split() if isinstance(value, str) else list(value)


def _minutes(text) -> int:
    if not _TIME.match(str(text)):
        raise ValueError(f"{text!r} is no time of day like 22:00")
    hours, minutes = str(text).split(":")
    return int(hours) * 60 + int(minutes)


def _moment(entry, key: str, end: bool) -> datetime.datetime:
    """A date, which is meant whole, or a date with a time."""
    text = str((entry or {}).get(key) or "")
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise ValueError(f"freeze: {key} is {text!r}, expected a date like 2026-12-20 or a date and time") from None
    if end and len(text) <= len("2026-12-20"):
        moment += datetime.timedelta(days=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
