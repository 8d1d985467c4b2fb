# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import window

NIGHT = {"days": ["sat", "Sunday"], "from": "22:00", "to": "04:00"}


def at(text):
    return datetime.datetime.fromisoformat(text + "+00:00")


# 2026-01-03 is a Saturday.
@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-01-03T21:59", False), ("2026-01-03T22:00", True), ("2026-01-04T03:59", True), ("2026-01-04T04:00", False),
        ("2026-01-05T03:59", True), ("2026-01-05T22:30", False), ("2026-01-03T03:00", False),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens(moment, open_):
    assert (window.closed(at(moment), NIGHT, []) is None) is open_


@pytest.mark.parametrize(("moment", "open_"), [("2026-01-06T08:00", True), ("2026-01-06T17:00", False), ("2026-01-06T07:59", False)])
def test_a_window_within_a_day(moment, open_):
    assert (window.closed(at(moment), {"from": "08:00", "to": "17:00"}, []) is None) is open_


def test_no_window_is_always_open():
    assert window.closed(at("2026-01-06T12:00"), {}, []) is None
    assert window.closed(at("2026-01-06T12:00"), None, None) is None


def test_days_alone_are_whole_days():
    assert window.closed(at("2026-01-03T23:59"), {"days": "sat, sun"}, []) is None
    assert window.closed(at("2026-01-05T00:00"), {"days": "sat, sun"}, [])[0] == "outside_window"


def test_a_freeze_of_dates_holds_to_the_end_of_its_last_day():
    freeze = [{"from": "2026-12-20", "to": "2026-12-24", "reason": "year end"}]
    assert window.closed(at("2026-12-24T23:59"), {}, freeze) == ("frozen", "frozen from 2026-12-20 to 2026-12-24: year end")
    assert window.closed(at("2026-12-25T00:00"), {}, freeze) is None


def test_a_freeze_may_name_times():
    freeze = [{"from": "2026-12-20T18:00", "to": "2026-12-20T19:00Z"}]
    assert window.closed(at("2026-12-20T18:30"), {}, freeze)[0] == "frozen"
    assert window.closed(at("2026-12-20T19:00"), {}, freeze) is None


@pytest.mark.parametrize(
    ("given", "freeze"),
    [({"from": "8pm"}, []), ({"from": "25:00"}, []), ({"days": ["caturday"]}, []), ({}, [{"from": "soon", "to": "2026-01-01"}]), ({}, [{"to": "2026-01-01"}])],
)
def test_what_cannot_be_read_is_no_open_window(given, freeze):
    with pytest.raises(ValueError):
        window.closed(at("2026-01-06T12:00"), given, freeze)
