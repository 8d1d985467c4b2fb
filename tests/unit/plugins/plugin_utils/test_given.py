# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists, dictionaries and switches, given as what they are or as the text of a survey."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.aixops.rsct.plugins.filter.listed import FilterModule
from ansible_collections.aixops.rsct.plugins.plugin_utils import _given

listed = FilterModule().filters()["listed"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("hmc01", ["hmc01"]),
        ("hmc01,hmc02", ["hmc01", "hmc02"]),
        (" hmc01 , hmc02, ", ["hmc01", "hmc02"]),
        ('["hmc01", "hmc02"]', ["hmc01", "hmc02"]),
        ('[{"from": "2026-12-20", "to": "2027-01-06"}]', [{"from": "2026-12-20", "to": "2027-01-06"}]),
        (["hmc01 ", "hmc02"], ["hmc01", "hmc02"]),
        ("1,10%", ["1", "10%"]),
        ([1, "10%"], [1, "10%"]),
        (5, [5]),
        ([], []),
        ("[]", []),
        (None, ["default"]),
        ("  ", ["default"]),
    ],
)
def test_a_list(given, expected):
    assert listed(given, ["default"]) == expected


@pytest.mark.parametrize("given", [{"hmc01": {}}, True, 1.5, '{"hmc01": 1}', '["hmc01"', "[hmc01]"])
def test_what_is_no_list_is_refused(given):
    with pytest.raises(AnsibleFilterError, match="listed"):
        listed(given)


def test_a_dictionary():
    assert _given.mapping('{"host": "aixdb01", "ticket": "CHG1"}') == _given.mapping({"host": "aixdb01", "ticket": "CHG1"})
    assert _given.mapping(None) == _given.mapping("") == {}
    for bad in ("aixdb01", '["aixdb01"]', ["aixdb01"]):
        with pytest.raises(ValueError):
            _given.mapping(bad)


def test_a_switch():
    assert [_given.switch(value) for value in (True, "yes", "True", 1)] == [True] * 4
    assert [_given.switch(value) for value in (False, "no", "False", "off", "0", "", None)] == [False] * 7
    with pytest.raises(ValueError):
        _given.switch("perhaps")
