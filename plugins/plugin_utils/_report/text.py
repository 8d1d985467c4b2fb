# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: make text that came from a host safe to look at."""

from __future__ import annotations

import json
import re

# Everything below blank, DEL and the C1 range: a terminal would obey some of them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Half a pair is no character. A byte that is no UTF-8 becomes one on its way through Ansible, and no file can be written with it.
_SURROGATE = re.compile("[\ud800-\udfff]")
# What XML 1.0 cannot carry, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSAFE_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def one_line(value) -> str:
    """The value as one line of characters, without control characters."""
    if value is None:
        return ""
    line = str(value)
    if not line.isascii():
        line = _SURROGATE.sub("?", line)
    return " ".join(_CONTROL.sub(" ", line).split())


def ascii_line(value) -> str:
    """The value as one line of plain ASCII, for terminals, tickets and mail."""
    return one_line(value).encode("ascii", "replace").decode("ascii")


def json_text(value, separators: tuple = (", ", ": ")) -> str:
    """The value as JSON in plain ASCII, without halves of a pair: not every reader takes them."""
    written = json.dumps(value, separators=separators)
    if "\\ud" not in written:
        return written
    return json.dumps(json.loads(_SURROGATE.sub("?", json.dumps(value, ensure_ascii=False))), separators=separators)


def yaml_text(value) -> str:
    """The value in the double quotes of YAML. A character beyond the first 65536 is one escape there, and two in JSON."""
    return "".join(char if char.isascii() else f"\\U{ord(char):08X}" for char in json.dumps(str(value), ensure_ascii=False))


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
