# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: when, during a long wait, the terminal is told what is being waited for."""

from __future__ import annotations

# Nobody misses a word in the first seconds; after that the pauses grow with the wait.
FIRST = 10.0
LONGEST = 120.0


class Pace:
    """At 10 s, 20 s, 40 s and so on, but at least every two minutes."""

    def __init__(self) -> None:
        self.due = FIRST

    def spoke(self, elapsed: float) -> None:
        self.due = elapsed + min(max(elapsed, FIRST), LONGEST)
