# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lspv."""

from __future__ import annotations


def parse(text):
    """[{disk, volume_group}]; volume_group is None for a disk in none."""
    rows = []
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3:
            rows.append({"disk": words[0], "volume_group": None if words[2] == "None" else words[2]})
    return rows
