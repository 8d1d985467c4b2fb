# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The --filter argument of the HMC list commands."""

from __future__ import annotations

import csv


class BadFilter(Exception):
    """The filter cannot be read; part is what is wrong with it."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def _cells(text: str) -> list[str]:
    return next(csv.reader([text], doublequote=True), [])


def parse(text: str) -> dict[str, list[str]]:
    """Filter names and their values.

    Several values of one filter need quotes around name and values. Where the shell has eaten them the second value has
    no "=" and the whole filter is refused, as IBM's printed form is.
    """
    found: dict[str, list[str]] = {}
    for part in _cells(text):
        name, equals, values = part.partition("=")
        if not equals or not name:
            raise BadFilter(part)
        found.setdefault(name, []).extend(_cells(values))
    return found
