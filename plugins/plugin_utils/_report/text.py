# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: make text that came from a host safe to look at."""

from __future__ import annotations

import re

# Everything below blank, DEL and the C1 range: a terminal would obey some of them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# What XML 1.0 cannot carry, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSAFE_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def one_line(value) -> str:
    """The value as one line without control characters."""
    if value is None:
        return ""
    return " ".join(_CONTROL.sub(" ", str(value)).split())


def ascii_line(value) -> str:
    """The value as one line of plain ASCII, for terminals, tickets and mail."""
    return one_line(value).encode("ascii", "replace").decode("ascii")


def xml_text(value) -> str:
    """The value without the characters that no XML document can carry."""
    return _NOT_XML.sub("?", "" if value is None else str(value))


def safe_name(value) -> str:
    """A name fit for an inventory: no pattern, no port, no blank."""
    return _UNSAFE_NAME.sub("_", str(value or "")).strip("_.-")


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def address_key(address: str) -> tuple:
    """Sort key that puts 192.0.2.9 before 192.0.2.10, and never fails."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"[.:]", str(address)))
