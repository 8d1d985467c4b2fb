# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lsfilt -v4 -O. Layout not confirmed on a real system."""

from __future__ import annotations

_FIELDS = (
    "number",
    "action",
    "source",
    "source_mask",
    "destination",
    "destination_mask",
    "source_routing",
    "protocol",
    "source_operation",
    "source_port",
    "destination_operation",
    "destination_port",
    "scope",
    "direction",
)
_OPERATIONS = {
    "any": lambda port, bound: True,
    "eq": lambda port, bound: port == bound,
    "neq": lambda port, bound: port != bound,
    "lt": lambda port, bound: port < bound,
    "gt": lambda port, bound: port > bound,
    "le": lambda port, bound: port <= bound,
    "ge": lambda port, bound: port >= bound,
}


def parse(text):
    """[{number, action, source, ..., direction}], all as text, in the order of the filter."""
    rows = (line.strip().split("|") for line in text.splitlines())
    return [dict(zip(_FIELDS, fields)) for fields in rows if len(fields) >= len(_FIELDS) and fields[0].isdigit()]


def concerning(rules, port):
    """The rules that can decide on TCP or UDP packets of the port, from it or to it."""
    return [rule for rule in rules if rule["protocol"] in ("tcp", "udp", "all") and _concerns(rule, port)]


def _concerns(rule, port):
    sides = ("source", "destination")
    return any(_hits(rule, side, port) for side in sides) and not any(_names_another(rule, side, port) for side in sides)


def _hits(rule, side, port):
    operation, bound = _OPERATIONS.get(rule[side + "_operation"]), rule[side + "_port"]
    return operation is not None and operation(port, int(bound) if bound.isdigit() else 0)


def _names_another(rule, side, port):
    return rule[side + "_operation"] == "eq" and not _hits(rule, side, port)
