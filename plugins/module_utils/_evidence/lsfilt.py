# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lsfilt -v4 -a -O, the active rules. The first one that matches a packet decides on it."""

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
    "logging",
    "fragments",
    "tunnel",
    "interface",
)
_NEEDED = _FIELDS.index("direction") + 1
# The place where rules of IKE tunnels would go: "*** Dynamic filter placement rule for IKE tunnels ***". It decides on nothing.
_PLACEMENT = "***"
_OTHER_PROTOCOLS = ("icmp", "icmpv6", "ospf", "ipip", "esp", "ah")
OPERATIONS = {
    "any": lambda port, bound: True,
    "eq": lambda port, bound: port == bound,
    "neq": lambda port, bound: port != bound,
    "lt": lambda port, bound: port < bound,
    "gt": lambda port, bound: port > bound,
    "le": lambda port, bound: port <= bound,
    "ge": lambda port, bound: port >= bound,
}


def parse(text):
    """[{number, action, source, ..., interface}], all as text, in the order of the filter; {number, text} for a rule that cannot be read."""
    lines = (line.strip() for line in text.splitlines())
    rules = [(line, line.split("|")) for line in lines if line.split("|")[0].isdecimal()]
    return [
        dict(zip(_FIELDS, fields)) if len(fields) >= _NEEDED else {"number": fields[0], "text": line}
        for line, fields in rules
        if not fields[1:2] or not fields[1].startswith(_PLACEMENT)
    ]


def concerning(rules, port):
    """The rules that can decide on TCP or UDP packets of the port, from it or to it, and those of which that cannot be told."""
    return [rule for rule in rules if "text" in rule or (rule["protocol"] not in _OTHER_PROTOCOLS and _concerns(rule, port))]


def _concerns(rule, port):
    sides = ("source", "destination")
    return any(_hits(rule, side, port) for side in sides) and not any(_names_another(rule, side, port) for side in sides)


def _hits(rule, side, port):
    operation, bound = OPERATIONS.get(rule[side + "_operation"]), rule[side + "_port"]
    return operation is None or operation(port, int(bound) if bound.isdecimal() else 0)


def _names_another(rule, side, port):
    return rule[side + "_operation"] == "eq" and not _hits(rule, side, port)
