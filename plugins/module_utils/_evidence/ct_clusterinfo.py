# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: ct_clusterinfo -c."""

from __future__ import annotations

STAND_ALONE = "IW"


def parse(text):
    """The name of the RSCT cluster that the node is in, "IW" for none; None if nothing is said."""
    words = text.split()
    return words[0] if words else None
