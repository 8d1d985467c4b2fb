# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: ifconfig -a."""

from __future__ import annotations

import re

_NAME = re.compile(r"^([a-z]+[0-9]+): flags=[^<]*<([^>]*)>")
_INET = re.compile(r"^\s+inet ([0-9.]+)(?: --> [0-9.]+)?(?: netmask 0x([0-9a-fA-F]{1,8}))?")
_INET6 = re.compile(r"^\s+inet6 ([0-9A-Fa-f:.]+)(?:%[0-9]+)?(?:/([0-9]{1,3}))?")


def parse(text):
    """[{name, up, addresses: [{address, prefix}]}]; prefix is the length of the network part, or None."""
    interfaces = []
    for line in text.splitlines():
        match = _NAME.match(line)
        if match:
            interfaces.append({"name": match.group(1), "up": "UP" in match.group(2).split(","), "addresses": []})
            continue
        address = _address(line) if interfaces else None
        if address:
            interfaces[-1]["addresses"].append(address)
    return interfaces


def _address(line):
    match = _INET.match(line)
    if match:
        mask = match.group(2)
        return {"address": match.group(1), "prefix": bin(int(mask, 16)).count("1") if mask else None}
    match = _INET6.match(line)
    if match:
        return {"address": match.group(1), "prefix": int(match.group(2)) if match.group(2) else None}
    return None
