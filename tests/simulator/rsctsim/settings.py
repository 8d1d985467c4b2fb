# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and changing single values of the state by a dotted path ("activity.lpm", "interfaces.0.mtu", "subsystems.IBM.DRM.pid")."""

from __future__ import annotations

import dataclasses
from typing import Any, Tuple

from . import link
from .model import Estate


def host_named(estate: Estate, name: str) -> Any:
    for group in (estate.lpars, estate.hmcs):
        if name in group:
            return group[name]
    if name == "estate":
        return estate
    raise ValueError("no host %r; there are %s" % (name, ", ".join(list(estate.lpars) + list(estate.hmcs))))


def _start(estate: Estate, host: str, path: str) -> Tuple[Any, str]:
    thing = host_named(estate, host)
    if path.startswith("partition.") and host in estate.lpars:
        return estate.systems[thing.machine].partition(thing.lpar_id), path[len("partition."):]
    return thing, path


def _step(thing: Any, words: list) -> Tuple[Any, int]:
    """The key or attribute that the next words name (keys may hold dots), and how many words it takes."""
    if isinstance(thing, dict):
        for count in range(len(words), 0, -1):
            if ".".join(words[:count]) in thing:
                return ".".join(words[:count]), count
        return ".".join(words), len(words)
    if isinstance(thing, list):
        return int(words[0]), 1
    if not hasattr(thing, words[0]):
        raise ValueError("nothing is called %r there; there are %s" % (words[0], ", ".join(f.name for f in dataclasses.fields(thing))))
    return words[0], 1


def _inside(thing: Any, key: Any) -> Any:
    return thing[key] if isinstance(thing, (dict, list)) else getattr(thing, key)


def _walk(estate: Estate, host: str, path: str) -> Tuple[Any, Any]:
    thing, path = _start(estate, host, path)
    words = path.split(".")
    while True:
        key, count = _step(thing, words)
        words = words[count:]
        if not words:
            return thing, key
        thing = _inside(thing, key)


def plain(value: Any) -> Any:
    """For JSON."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def value_at(estate: Estate, host: str, path: str) -> Any:
    thing, key = _walk(estate, host, path)
    return plain(_inside(thing, key))


def change(estate: Estate, host: str, path: str, value: Any, now: float) -> Any:
    thing, key = _walk(estate, host, path)
    new = isinstance(thing, dict) and key not in thing
    old = None if new else _inside(thing, key)
    if isinstance(old, set):
        value = set(value)
    elif isinstance(old, tuple):
        value = tuple(value)
    if isinstance(thing, (dict, list)):
        thing[key] = value
    else:
        setattr(thing, key, value)
    link.observe(estate, now)
    return plain(old)
