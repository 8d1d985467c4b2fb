# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: which subnet an address belongs to, by the netmasks that hosts told, else by a default size."""

from __future__ import annotations

import ipaddress

from .reading import address, texts, whole


class Subnets:
    """Learns the netmasks of the hosts that could be read; the neighbours that could not be read fall into the same subnets."""

    def __init__(self, thresholds):
        self._default = {4: int(thresholds.segment_prefix_ipv4), 6: int(thresholds.segment_prefix_ipv6)}
        self._known = set()
        self._sizes = set()
        self._found = {}

    def learn(self, lpar) -> None:
        for interface in lpar.interfaces or ():
            for entry in texts(interface.get("networks")):
                found, prefix = _with_prefix(entry)
                if found is None or prefix is None or not 8 <= prefix <= found.max_prefixlen - 1:
                    continue
                self._sizes.add((found.version, prefix))
                self._known.add((found.version, prefix, int(found) >> (found.max_prefixlen - prefix)))

    def of(self, value) -> str:
        """The subnet as "192.0.2.0/24", or an empty string."""
        if value not in self._found:
            self._found[value] = self._subnet(value)
        return self._found[value]

    def _subnet(self, value) -> str:
        found = _parsed(value)
        if found is None or found.is_link_local:
            return ""
        for version, prefix in sorted(self._sizes, reverse=True):
            if version == found.version and (version, prefix, int(found) >> (found.max_prefixlen - prefix)) in self._known:
                return _network(found, prefix)
        return _network(found, min(self._default[found.version], found.max_prefixlen))


def _network(found, prefix) -> str:
    bits = found.max_prefixlen - prefix
    return "%s/%d" % (type(found)((int(found) >> bits) << bits), prefix)


def _parsed(value):
    try:
        return ipaddress.ip_address(address(value))
    except ValueError:
        return None


def _with_prefix(entry):
    """(address, prefix length or None) of "192.0.2.21/24"."""
    host, dummy, prefix = entry.partition("/")
    return _parsed(host), whole(prefix)
