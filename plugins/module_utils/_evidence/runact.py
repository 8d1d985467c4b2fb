# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the answer of IBM.MCP's action GetNodeState. Its layout is not known."""

from __future__ import annotations

import re

_STATE = re.compile(r"^\s*\w*State\w*\s*[=:]\s*\"?(\w+)", re.IGNORECASE | re.MULTILINE)


def parse(text):
    """Whether communication is suspended: True, False, or None if nothing that is understood is said."""
    states = [state.lower() for state in _STATE.findall(text)]
    if any(state == "1" or state.startswith("suspend") for state in states):
        return True
    return False if states else None
