# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of a host left behind."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import outcome, play

REBUILD = {"host": "a", "rung": "hmc_rebuild", "steps": [{}], "restorable": False, "verdict": "HMC_CACHE_MISMATCH"}


class Hostvars(dict):
    raw_get = dict.get


def results(**registered):
    return play.results({"hostvars": Hostvars(a=registered)}, "a", "__rmc_fix_ran")


def test_skipped_is_nothing():
    assert results(__rmc_fix_ran_recycle={"skipped": True}, __rmc_fix_ran_hmc={"results": [], "skipped": True}) == []


def test_every_item_of_a_loop_says_where_it_ran():
    items = [{"item": {"host": "hmcalpha"}, "changed": True, "actions": []}, {"item": {"host": "hmcbeta"}, "skipped": True}]
    assert [where for where, dummy in results(__rmc_fix_ran_hmc={"results": items, "changed": True})] == ["hmcalpha"]


@pytest.mark.parametrize("broken", [{"failed": True, "msg": "Unexpected failure during module execution"}, {"unreachable": True, "msg": "gone"}])
def test_a_loop_that_broke_off_is_verified(broken):
    done = outcome.applied(REBUILD, results(__rmc_fix_ran_hmc=broken))
    assert outcome.to_verify(REBUILD, done) and not done["refused"]
