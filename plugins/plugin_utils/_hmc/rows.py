# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the two output forms of HMC commands, and their many spellings of nothing."""

from __future__ import annotations

import csv
import io

# "none" is a spelling of nothing everywhere but in rmc_state, where it is a state.
NOTHING = {"", "null", "none", "unavailable", "unknown"}


def value(text: str | None) -> str | None:
    """The text, stripped, or None where the HMC has nothing to tell."""
    stripped = (text or "").strip()
    return None if stripped.lower() in NOTHING else stripped


def number(text: str | None) -> int | None:
    """A whole number, or None."""
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() else None


def cells(line: str, delimiter: str = ",") -> list[str]:
    """One line by RFC 4180; [] when it cannot be read that way."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def table(text: str, width: int, id_column: int | None = None, delimiter: str = ",") -> tuple[list[list[str]], list[str]]:
    """Split output of -F into data rows and other lines (messages).

    A data row has exactly the cells asked for and, where id_column is given, a whole number there. Errors come on stdout
    between or instead of rows, and not every one has a code, so that the shape of a row is what tells.
    """
    rows, messages = [], []
    for line in text.split("\n"):
        # Blanks alone are an empty line; a cell of another invisible character is a cell.
        if not line.strip(" \t\r"):
            continue
        row = cells(line, delimiter)
        if len(row) == width and (id_column is None or number(row[id_column]) is not None):
            rows.append(row)
        else:
            messages.append(line.strip())
    return rows, messages


def pairs(text: str) -> dict[str, str]:
    """Output without -F: attr=value cells, quoted as a whole where the value has commas or line feeds."""
    found: dict[str, str] = {}
    try:
        for row in csv.reader(io.StringIO(text, newline="")):
            for cell in row:
                name, separator, content = cell.partition("=")
                if separator:
                    found.setdefault(name.strip(), content)
    except csv.Error:
        pass
    return found
