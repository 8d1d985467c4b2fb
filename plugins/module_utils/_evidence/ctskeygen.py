# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: ctskeygen -d, the public key of this host."""

from __future__ import annotations

import re


def parse(text):
    """The key as hexadecimal digits, as ctsthl has it; empty if there is none."""
    lines = [line.strip() for line in text.splitlines()]
    return "".join(line for line in lines if re.match(r"[0-9a-fA-F]+\Z", line)).lower()
