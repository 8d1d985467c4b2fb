# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output forms of the HMC list commands."""

from __future__ import annotations

import re
from typing import Iterable, Mapping, Optional, Sequence

Row = Mapping[str, str]

_NAME = re.compile(r"[A-Za-z0-9_]+")


def split_names(spec: str) -> tuple[list[str], str]:
    """Attribute names of -F and their delimiter: whatever stands between the first two names."""
    first = _NAME.match(spec)
    if first is None or first.end() == len(spec):
        return [spec], ","
    delimiter = spec[first.end()]
    return spec.split(delimiter), delimiter


def cell(value: str, delimiter: str = ",") -> str:
    """One value, quoted as RFC 4180 asks for when the delimiter, a quote or a line feed is in it."""
    if delimiter in value or '"' in value or "\n" in value:
        return '"' + value.replace('"', '""') + '"'
    return value


def pairs(row: Row) -> str:
    """The form without -F: attr=value, a pair quoted as a whole."""
    return ",".join(cell(f"{name}={value}") for name, value in row.items())


def table(rows: Iterable[Row], names: Optional[Sequence[str]], delimiter: str = ",", header: bool = False) -> str:
    """All rows in the form asked for; names is None for the form without -F."""
    if names is None:
        lines = [pairs(row) for row in rows]
    else:
        lines = [delimiter.join(names)] if header else []
        lines += [delimiter.join(cell(row.get(name, "null"), delimiter) for name in names) for row in rows]
    return "".join(line + "\n" for line in lines)
