# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: oslevel -s."""

from __future__ import annotations

import re

_LEVEL = re.compile(r"^\s*([0-9]{4}-[0-9]{2}(?:-[0-9]{2}-[0-9]{4})?)\s*$", re.MULTILINE)


def parse(text):
    """7200-05-06-2320, or None."""
    match = _LEVEL.search(text)
    return match.group(1) if match else None
