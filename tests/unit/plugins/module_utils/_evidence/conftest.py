# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "samples"


def _read(name):
    """The output in a sample file; the lines about it (command, rc, format) come first and go."""
    lines = (SAMPLES / (name + ".txt")).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(lines[3 if lines[2:3] and lines[2].startswith("# format:") else 2:])


@pytest.fixture
def sample():
    return _read
