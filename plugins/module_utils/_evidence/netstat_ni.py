# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: netstat -ni."""

from __future__ import annotations

import re

_NAME = re.compile(r"^([a-z]+[0-9]+)\*?$")
_ADDRESS = re.compile(r"^(?:[0-9]{1,3}(?:[.][0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)(?:%[0-9]+)?$")


def parse(text):
    """[{name, mtu, addresses}]. There is a row for each address; an IPv6 address may take the column of the network too."""
    interfaces = {}
    for line in text.splitlines():
        words = line.split()
        match = _NAME.match(words[0]) if len(words) >= 2 and words[1].isdigit() else None
        if match:
            entry = interfaces.setdefault(match.group(1), {"name": match.group(1), "mtu": int(words[1][:9]), "addresses": []})
            found = [word.split("%")[0] for word in words[2:4] if _ADDRESS.match(word)]
            entry["addresses"].extend(address for address in found[-1:] if address not in entry["addresses"])
    return list(interfaces.values())
