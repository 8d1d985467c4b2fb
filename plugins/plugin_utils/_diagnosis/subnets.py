# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: which subnet an address belongs to, by the netmasks that hosts told, else by a default size."""

from __future__ import annotations

import socket

from .reading import text, texts, whole

_FAMILIES = ((socket.AF_INET, 32), (socket.AF_INET6, 128))
_LINK_LOCAL = 0xFE80 >> 6


class Subnets:
    """Learns the netmasks of the hosts that could be read; the neighbours that could not be read fall into the same subnets."""

    def __init__(self, thresholds):
        self._default = {socket.AF_INET: int(thresholds.segment_prefix_ipv4), socket.AF_INET6: int(thresholds.segment_prefix_ipv6)}
        self._known = set()
        self._sizes = set()
        self._found = {}

    def learn(self, lpar) -> None:
        for interface in lpar.interfaces:
            if text(interface.get("name")).startswith("lo"):
                continue
            for entry in texts(interface.get("networks")):
                host, dummy, size = entry.partition("/")
                prefix = whole(size)
                # Most networks have the default size, and need not be learnt.
                if prefix is None or prefix == self._default[socket.AF_INET6 if ":" in host else socket.AF_INET]:
                    continue
                family, bits, number = _parsed(host)
                if family is not None and 8 <= prefix < bits:
                    self._sizes.add((int(family), prefix))
                    self._known.add((int(family), prefix, number >> (bits - prefix)))

    def of(self, value) -> str:
        """The subnet as "192.0.2.0/24", or an empty string."""
        if value not in self._found:
            self._found[value] = self._subnet(value)
        return self._found[value]

    def _subnet(self, value) -> str:
        family, bits, number = _parsed(value)
        if family is None or (bits == 128 and number >> 118 == _LINK_LOCAL):
            return ""
        for known, prefix in sorted(self._sizes, reverse=True):
            if known == family and (known, prefix, number >> (bits - prefix)) in self._known:
                return _network(family, bits, number, prefix)
        return _network(family, bits, number, min(self._default[family], bits))


def _network(family, bits, number, prefix) -> str:
    base = (number >> (bits - prefix)) << (bits - prefix)
    return "%s/%d" % (socket.inet_ntop(family, base.to_bytes(bits // 8, "big")), prefix)


def _parsed(value):
    """(family, bits, number), or three times None. An estate has tens of thousands of addresses: ipaddress is ten times slower."""
    for family, bits in _FAMILIES:
        try:
            return family, bits, int.from_bytes(socket.inet_pton(family, value), "big")
        except (OSError, ValueError):
            continue
    return None, None, None
