# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judgement as a filter: evidence in, report out."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose


def rmc_diagnose(survey, thresholds=None, previous=None):
    """Judge a survey, see rmc_diagnose.yml."""
    if not isinstance(survey, dict):
        raise AnsibleFilterError("aixops.rsct.rmc_diagnose needs a survey, a dictionary with hosts and hmcs, and got %s" % type(survey).__name__)
    try:
        return diagnose(survey, thresholds=thresholds, previous=previous)
    except ValueError as error:
        raise AnsibleFilterError("aixops.rsct.rmc_diagnose: %s" % error) from error


class FilterModule:
    """Filters of aixops.rsct."""

    def filters(self):
        return {"rmc_diagnose": rmc_diagnose}
