# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter is the judgement, for playbooks and for saved evidence."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.aixops.rsct.plugins.filter.rmc_diagnose import FilterModule
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose

SURVEY = {
    "schema": 1,
    "collected_at": "2025-11-16T08:00:00Z",
    "hosts": {"aixdb01": {"rmc": None, "unreachable": True, "message": "timed out", "expected": {"machine": "9105-22A*78F0A10", "lpar_id": 3}}},
    "hmcs": {
        "hmcalpha": {
            "hmc": {"outcome": "ok", "name": "hmcalpha"},
            "systems": [{"name": "DC1", "machine": "9105-22A*78F0A10", "state": "Operating", "outcome": "ok", "message": ""}],
            "partitions": [{"machine": "9105-22A*78F0A10", "lpar_id": 3, "name": "aixdb01", "environment": "aixlinux", "state": "Not Activated"}],
        },
    },
}


@pytest.fixture
def rmc_diagnose():
    return FilterModule().filters()["rmc_diagnose"]


def test_same_as_the_function_and_as_a_saved_file(rmc_diagnose):
    report = rmc_diagnose(SURVEY)
    assert report["hosts"][0]["verdict"] == "NOT_RUNNING"
    assert report == diagnose(json.loads(json.dumps(SURVEY)))


def test_thresholds_arrive_as_strings_from_surveys(rmc_diagnose):
    assert rmc_diagnose(SURVEY, thresholds={"hmc_wide_min_lpars": "5"}) == rmc_diagnose(SURVEY)


@pytest.mark.parametrize(("survey", "thresholds", "message"), [
    ("text", None, "needs a survey"),
    (None, None, "NoneType"),
    (SURVEY, {"hmc_wide": 5}, "unknown threshold: hmc_wide"),
    (SURVEY, {"hmc_wide_min_lpars": "many"}, "must be a number"),
])
def test_wrong_input_is_refused(rmc_diagnose, survey, thresholds, message):
    with pytest.raises(AnsibleFilterError, match=message):
        rmc_diagnose(survey, thresholds=thresholds)
