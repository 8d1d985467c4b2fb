# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lsdev -Cc CLASS."""

from __future__ import annotations


def parse(text):
    """{device: state}, the state being Available or Defined."""
    rows = (line.split() for line in text.splitlines())
    return {words[0]: words[1] for words in rows if len(words) >= 2 and words[1] in ("Available", "Defined", "Stopped")}
