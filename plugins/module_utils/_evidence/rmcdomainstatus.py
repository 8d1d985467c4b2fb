# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: rmcdomainstatus -s ctrmc."""

from __future__ import annotations

import re

from . import node_id

_ROW = re.compile(r"^\s*(\S)\s+(\S)\s+((?:0[xX])?[0-9A-Fa-f]{1,16})\s+(\S+)(?:\s+(\S+))?")


def parse(text):
    """{peer: [row], control_points: [row], peer_section: bool}; row = {state, queue, node_id, number, name}.

    No output at all means: in no domain. Indentation and gaps differ between levels; sections are told by their header.
    """
    domains = {"peer": [], "control_points": [], "peer_section": False}
    rows = None
    for line in text.splitlines():
        match = _ROW.match(line)
        if match and rows is not None:
            rows.append(_row(*match.groups()))
        elif "Peer Domain Status" in line:
            rows = domains["peer"]
            domains["peer_section"] = True
        elif "Management Control Points" in line:
            rows = domains["control_points"]
        elif "Managed Nodes" in line:
            # The other side of the connection, seen on an HMC.
            rows = None
    return domains


def _row(state, queue, identifier, number, name):
    return {
        "state": state,
        "queue": queue,
        "node_id": node_id.normal(identifier),
        "number": int(number) if re.match(r"^[0-9]{1,9}$", number) else None,
        "name": name or "",
    }
