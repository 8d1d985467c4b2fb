# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and changing single values of the state by a dotted path ("activity.lpm", "interfaces.0.mtu", "subsystems.IBM.DRM.pid")."""

from __future__ import annotations

import dataclasses
import json
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
    if isinstance(thing, (list, tuple)):
        if not words[0].isdigit() or int(words[0]) >= len(thing):
            raise ValueError("there is no number %s there; there are %d" % (words[0], len(thing)))
        return int(words[0]), 1
    if not dataclasses.is_dataclass(thing):
        raise ValueError("there is nothing in %r" % (thing,))
    if not hasattr(thing, words[0]):
        raise ValueError("nothing is called %r there; there are %s" % (words[0], ", ".join(f.name for f in dataclasses.fields(thing))))
    return words[0], 1


def _inside(thing: Any, key: Any) -> Any:
    if isinstance(thing, dict) and key not in thing:
        raise ValueError("nothing is called %r there; there are %s" % (key, ", ".join(map(str, thing)) or "none"))
    return thing[key] if isinstance(thing, (dict, list, tuple)) else getattr(thing, key)


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


def _fits(thing: Any, key: Any, old: Any, value: Any) -> None:
    """A value of another kind would only be noticed by whoever stumbles over it."""
    optional = dataclasses.is_dataclass(thing) and str(next((f.type for f in dataclasses.fields(thing) if f.name == key), "")).startswith("Optional")
    wanted: Any = None
    if isinstance(thing, tuple) or dataclasses.is_dataclass(old) or callable(getattr(type(thing), key if isinstance(key, str) else "", None)):
        raise ValueError("%s is not a single value: name one inside of it" % key)
    if isinstance(getattr(type(thing), str(key), None), property):
        raise ValueError("%s follows from other values" % key)
    if value is None and (optional or old is None):
        return
    if isinstance(old, bool):
        wanted = (bool,)
    elif isinstance(old, (int, float)):
        wanted = (int, float)
    elif isinstance(old, str):
        wanted = (str,)
    elif isinstance(old, (list, set, tuple)):
        wanted = (list, tuple)
        if any(dataclasses.is_dataclass(each) for each in old):
            raise ValueError("%s holds more than single values: name one inside of it" % key)
    elif isinstance(old, dict):
        wanted = (dict,)
    if wanted and (not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted)):
        raise ValueError("%s is %s; %s does not fit" % (key, json.dumps(plain(old)), json.dumps(value)))


def change(estate: Estate, host: str, path: str, value: Any, now: float) -> Any:
    thing, key = _walk(estate, host, path)
    new = isinstance(thing, dict) and key not in thing
    if new and any(dataclasses.is_dataclass(each) for each in thing.values()):
        raise ValueError("nothing is called %r there; there are %s" % (key, ", ".join(map(str, thing))))
    old = None if new else _inside(thing, key)
    _fits(thing, key, old, value)
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
