# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what rmcd complains of in its log. How it dates the lines is not known: a line without a date that can be read counts."""

from __future__ import annotations

import re

from .finding import line
from .reading import moment, text

_FOREIGN = "2610-217"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(r"\b(?P<year>[0-9]{4})[-/](?P<month>[0-9]{2})[-/](?P<day>[0-9]{2})\b"),
    re.compile(r"\b(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<year>(?:20)?[0-9]{2})\b"),
    re.compile(r"\b(?P<month>[A-Z][a-z]{2}) +(?P<day>[0-9]{1,2}),? (?:[0-9:.]+ )?(?:[A-Z]{2,5} )?(?P<year>[0-9]{4})\b"),
)


def foreign_messages(case) -> list:
    """Lines of evidence, oldest first, about messages on UDP 657 that were not for rmcd."""
    lpar = case.lpar
    if lpar is None:
        return []
    logged = [(moment(entry.get("time")), line("errpt on %s" % case.name, entry.get("description")))
              for entry in reversed(lpar.errors) if _FOREIGN in text(entry.get("description"))]
    logged += [(_date(entry), line("rmcd log on %s" % case.name, entry)) for entry in lpar.rmcd_log if _FOREIGN in entry]
    now = lpar.collected_at or case.estate.collected_at
    # A date without a time of day, in the zone of the host: a day to either side.
    return [told for then, told in logged if then is None or now is None or abs(now - then) <= case.thresholds.foreign_seconds + 86400]


def _date(entry):
    for pattern in _DATES:
        match = pattern.search(entry)
        if match:
            month = match.group("month")
            number = _MONTHS.index(month.lower()) + 1 if month.lower() in _MONTHS else int(month) if month.isdigit() else 0
            return moment("20%s-%02d-%02d" % (match.group("year")[-2:], number, int(match.group("day"))))
    return None
