# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: RSCT levels with known trouble (IBM technote T1020611 and the APARs named below)."""

from __future__ import annotations

# Filesets without which RMC to an HMC cannot work.
NEEDED = ("rsct.core.rmc", "rsct.core.sec", "rsct.core.utils", "rsct.core.sr", "rsct.core.hostrm", "devices.chrp.base.ServiceRM")
# Below it an HMC in NIST SP800-131A mode shuts the LPAR out [inferred: 3.2 is the first level of that time].
STRICT_MODE_LEVEL = (3, 2, 0, 0)

_MINIMUM = (3, 1, 0, 0)
_LISTED = ((3, 1, 5, 0), (3, 2, 0, 0))
_HIPER = ((3, 1, 5, 0), (3, 2, 0, 9))


def parse(level) -> tuple:
    """(3, 2, 6, 1) of "3.2.6.1"; empty where it is no level."""
    parts = level.split(".")
    return tuple(map(int, parts)) if len(parts) == 4 and all(part.isdigit() for part in parts) else ()


def trouble(level) -> list:
    """What is known against a level of rsct.core.rmc."""
    found = parse(level)
    if not found:
        return []
    told = []
    if found < _MINIMUM:
        told.append("below IBM's minimum for DLPAR (3.1.0.0)")
    if found in _LISTED:
        told.append("IBM lists APARs against exactly this level")
    if _HIPER[0] <= found <= _HIPER[1]:
        told.append("HIPER IV81777: a bad HMC message makes rmcd dump core, and panics cluster nodes")
    return told
