# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide on failure modes names every code, every guard, every rung and every threshold, and nothing else."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import ADVISORIES, CODES, THRESHOLDS, guards, ladder

GUIDE = (pathlib.Path(__file__).resolve().parents[5] / "docs" / "failure-modes.md").read_text(encoding="utf-8")


def test_one_section_a_code():
    headings = re.findall(r"^### ([A-Z_]+)$", GUIDE, re.MULTILINE)
    assert sorted(headings) == sorted(CODES + ADVISORIES)


def test_the_order_is_that_of_the_rules():
    listed = re.search(r"### The order\n\n(.*?)\n\n", GUIDE, re.DOTALL).group(1)
    assert tuple(re.findall(r"[A-Z_]+", listed)) == CODES


def test_every_threshold_with_its_default():
    table = GUIDE[GUIDE.index("## Thresholds"):]
    assert dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", table, re.MULTILINE)) == {name: str(value) for name, value in THRESHOLDS.items()}


def test_every_rung_and_every_guard():
    named = re.findall(r"^\| `(\w+)` \|", GUIDE[:GUIDE.index("## No fault")], re.MULTILINE)
    assert named == list(ladder.RUNGS) + list(guards.REASONS)
