# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what the host's own IP filter does to the packets of RMC. The first rule that matches a packet decides."""

from __future__ import annotations

import ipaddress
from collections import namedtuple

from ...module_utils._evidence.lsfilt import OPERATIONS
from .reading import rows, text, texts

# Stands for the port that the kernel picks for an outgoing connection.
_EPHEMERAL = 49152
_UDP, _TCP, _TCP_ANSWER = ("udp", "17", "all"), ("tcp", "6", "all"), ("tcp", "6", "tcp/ack", "all")
_DIRECTIONS = {
    "both": {"inbound": True, "outbound": True},
    "inbound": {"inbound": True, "outbound": False},
    "outbound": {"inbound": False, "outbound": True},
}

Denial = namedtuple("Denial", "link rule sure")
_Packet = namedtuple("_Packet", "protocols direction source source_port destination destination_port interface")


def denials(case) -> list:
    """The rules that deny RMC to an HMC whose connection is down; sure where every rule before could be read."""
    lpar = case.lpar
    if lpar is None or not lpar.local_filter.get("active"):
        return []
    rules = rows(lpar.local_filter.get("rules"))
    return [denial for link in case.links if link.down() and link.token in ("O", None) for denial in _of_link(case, link, rules)]


def _of_link(case, link, rules) -> list:
    """Nothing where RMC passes between one pair of addresses: an HMC has more of them than it talks to partitions by."""
    found = {}
    for end in filter(_is_ipv4, link.addresses()):
        path = next((path for path in link.paths if path.address == end), None)
        for own in filter(_is_ipv4, [path.source] if path and path.source else case.lpar.addresses):
            packets = _packets(own, end, path.port if path else 657, _interface_of(case, own))
            denied = [verdict for verdict in (_first(rules, packet) for packet in packets) if verdict]
            if not denied:
                return []
            for rule, sure in denied:
                found[id(rule)] = (rule, sure or found.get(id(rule), (rule, False))[1])
    return [Denial(link, rule, sure) for rule, sure in found.values()]


def _interface_of(case, own) -> str:
    return next((text(interface.get("name")).lower() for interface in case.lpar.interfaces if own in texts(interface.get("addresses"))), "")


def _packets(own, end, port, interface) -> list:
    """Heartbeats, and a connection of either end with the answers to it."""
    found = []
    for protocols, ours, theirs in ((_UDP, port, port), (_TCP, port, _EPHEMERAL), (_TCP_ANSWER, _EPHEMERAL, port)):
        found.append(_Packet(protocols, "inbound", end, theirs, own, ours, interface))
    for protocols, ours, theirs in ((_UDP, port, port), (_TCP, _EPHEMERAL, port), (_TCP_ANSWER, port, _EPHEMERAL)):
        found.append(_Packet(protocols, "outbound", own, ours, end, theirs, interface))
    return found


def _first(rules, packet):
    """(the rule that denies the packet, whether no rule before it is unread), or None where it passes."""
    sure = True
    for rule in rules:
        matches = _matches(rule, packet)
        if matches:
            return (rule, sure) if _word(rule, "action") == "deny" else None
        sure = sure and matches is not None
    return None


def _matches(rule, packet):
    """True, False, or None where it cannot be told."""
    answers = (
        True if _word(rule, "action") in ("permit", "deny") else None,
        _word(rule, "protocol") in packet.protocols if _word(rule, "protocol") else None,
        _DIRECTIONS.get(_word(rule, "direction"), {}).get(packet.direction),
        # Routed packets are those of others.
        {"both": True, "local": True, "route": False, "routed": False}.get(_word(rule, "scope")),
        _covers(rule, "source", packet.source),
        _covers(rule, "destination", packet.destination),
        _is_port(rule, "source", packet.source_port),
        _is_port(rule, "destination", packet.destination_port),
        _is_interface(_word(rule, "interface"), packet.interface),
    )
    return False if False in answers else None if None in answers else True


def _word(rule, field) -> str:
    return text(rule.get(field)).lower()


def _covers(rule, side, host):
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network("%s/%s" % (_word(rule, side), _word(rule, side + "_mask")), strict=False)
    except ValueError:
        return None


def _is_port(rule, side, port):
    operation, bound = OPERATIONS.get(_word(rule, side + "_operation")), _word(rule, side + "_port")
    return operation(port, int(bound)) if operation and bound.isdecimal() and len(bound) <= 5 else None


def _is_interface(named, own):
    if named in ("", "all"):
        return True
    return named == own if own else None


def _is_ipv4(value) -> bool:
    """Only the rules of IPv4 were asked for."""
    return ":" not in value
