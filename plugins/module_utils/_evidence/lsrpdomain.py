# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lsrpdomain."""

from __future__ import annotations

import re

_ROW = re.compile(r"^\s*(\S+)\s+((?:[Pp]ending )?[Oo](?:nline|ffline)|\S+)\s+[0-9.]+\s")


def parse(text):
    """[{name, state}]; state is Online, Offline, Pending online or Pending offline."""
    found = (_ROW.match(line + " ") for line in text.splitlines())
    return [{"name": match.group(1), "state": match.group(2)} for match in found if match]
