# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The broken estates of the diagnosis, judged and planned."""

from __future__ import annotations

import pathlib
import sys

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose, refusals_by_rung
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import choose as choosing

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "_diagnosis"))
import builder  # noqa: E402


@pytest.fixture
def estate():
    return builder.estate(8)


@pytest.fixture
def planned():
    """estate -> host -> entry of the plan."""

    def plan(estate, hosts=None, **wish):
        survey = estate.survey()
        report = diagnose(survey)
        names = [entry["host"] for entry in report["hosts"]]
        entries = choosing.choose(report, survey, refusals_by_rung(survey, names), choosing.Wish(**wish), hosts)
        return {entry["host"]: entry for entry in entries}

    return plan
