# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: read evidence that may be null, missing or of another type anywhere, without ever failing."""

from __future__ import annotations

import math
import socket
from datetime import datetime, timezone
from functools import lru_cache

_YEAR_10000 = 253402300800


def mapping(value) -> dict:
    return value if isinstance(value, dict) else {}


def rows(value) -> list:
    """The mappings of a list; whatever else stands there is dropped."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value) -> str:
    if value.__class__ is str:
        return value.strip()
    if isinstance(value, str):
        return str(value).strip()
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value)


def texts(value) -> list:
    """The non-empty strings of a list; a lone string counts as a list of one."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    if not isinstance(value, list):
        return []
    return [entry for entry in map(text, value) if entry]


def number(value):
    """A number, or None. Numbers of AWX surveys and of some outputs arrive as strings."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        try:
            parsed = float(value)
        except ValueError:
            return None
        return number(int(parsed) if abs(parsed) < 1e15 and parsed == int(parsed) else parsed)
    return None


def whole(value):
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def truth(value):
    """True, False or None (not known)."""
    if isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text(value).lower())


def moment(value):
    """Seconds since the epoch of an ISO 8601 time or of a number, or None."""
    if isinstance(value, str):
        return _parsed(value)
    found = number(value)
    return float(found) if found is not None and 0 <= found < _YEAR_10000 else None


@lru_cache(maxsize=1024)
def _parsed(value):
    try:
        parsed = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=timezone.utc)
        seconds = parsed.timestamp()
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < _YEAR_10000 else None


def iso(seconds) -> str:
    return datetime.fromtimestamp(seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def machine_name(value) -> str:
    """"9105-22A*78F0A10" in the one spelling used for joining."""
    return text(value).upper()


def node_id(value) -> str:
    """16 lower-case hex digits, or an empty string."""
    found = text(value).lower()
    if found.startswith("0x"):
        found = found[2:]
    return found if len(found) == 16 and not found.strip("0123456789abcdef") else ""


def address(value) -> str:
    """An address in one spelling: lower case, the shortest form of IPv6, no zone, no null address."""
    found = text(value).lower()
    if "%" in found:
        found = found.split("%", 1)[0]
    if ":" in found:
        found = _shortest(found)
    return "" if found in ("0.0.0.0", "::", "none", "null") else found


@lru_cache(maxsize=65536)
def _shortest(value) -> str:
    """2001:db8:0:0:0:0:0:1 and 2001:db8::1 are one address. What is no address stays as it is."""
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, value))
    except (OSError, ValueError):
        return value


def short_name(value) -> str:
    """A host name without its domain; an address stays whole."""
    found = text(value).lower()
    return found if found.replace(".", "").isdigit() or ":" in found else found.split(".", 1)[0]
