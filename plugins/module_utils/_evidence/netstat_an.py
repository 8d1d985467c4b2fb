# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: netstat -an."""

from __future__ import annotations

import re

# AIX joins address and port by a dot; UDP has no state. tcp, tcp4, tcp6, udp, udp4, udp6.
_ROW = re.compile(r"^\s*(tcp|udp)[46]?\s+\d+\s+\d+\s+(\S+)[.](\d+|\*)\s+(\S+)(?:\s+(\S+))?\s*$")


def parse(text):
    """[{protocol, address, port, peer, state}]; state is "" where none is said."""
    found = (_ROW.match(line) for line in text.splitlines())
    return [
        {"protocol": match.group(1), "address": match.group(2), "port": match.group(3), "peer": match.group(4), "state": match.group(5) or ""}
        for match in found
        if match
    ]


def listening(rows, protocol, port):
    """Whether the port is bound: a TCP socket in LISTEN, a UDP socket at all."""
    return any(
        row["protocol"] == protocol and row["port"] == str(port) and (protocol == "udp" or row["state"] == "LISTEN")
        for row in rows
    )


def complete(text):
    """Whether this is the answer of netstat at all: the line of column names is there."""
    return any(line.split()[:1] == ["Proto"] for line in text.splitlines())
