# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what can go wrong with a snapshot, as one exception with a stable code."""

from __future__ import annotations


class SnapshotError(Exception):
    """Nothing was changed, or what was changed has been put back; the text says so where it is otherwise.

    code is stable (users and tests branch on it), text is for people, evidence is a list of {source, detail}.
    """

    def __init__(self, code, text, evidence=None, next_step=""):
        super().__init__(text)
        self.code = code
        self.text = text
        self.evidence = list(evidence or [])
        self.next_step = next_step

    def as_refusal(self):
        return {"reason": self.code, "evidence": self.evidence, "next_step": self.next_step}
