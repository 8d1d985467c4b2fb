# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: variables as people give them. Surveys of AWX and -e key=value know nothing but strings. Raises ValueError."""

from __future__ import annotations

import json

from ansible.module_utils.parsing.convert_bool import boolean


def listed(value, default=()) -> list:
    """A list, a text with commas, or a JSON text as a list. Nothing, or an empty text, is the default; an empty list is an empty list."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return list(default)
    if isinstance(value, str):
        value = _json(value) if value.strip().startswith(("[", "{")) else value.split(",")
    if isinstance(value, int) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"a list is expected, or a text with commas, not {value!r}")
    items = [item.strip() if isinstance(item, str) else item for item in value]
    return [item for item in items if item not in ("", None)]


def mapping(value) -> dict:
    """A dictionary, or a JSON text of one."""
    found = _json(value) if isinstance(value, str) and value.strip() else value or {}
    if not isinstance(found, dict):
        raise ValueError(f"a dictionary is expected, or a JSON text of one, not {value!r}")
    return found


def switch(value) -> bool:
    """yes, no and the other words of Ansible; nothing is no."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return False
    try:
        return boolean(value)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _json(text: str):
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no JSON: {error}") from error
