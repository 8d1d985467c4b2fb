# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several IBM.MCP records for one HMC: the connection is the one that lives, in whatever order records and lines are listed."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose

from builder import estate

HOST = "lpar1"
OLD_ID = "1f86d3a07c45be92"
VARIANTS = {
    "HMC installed anew, new node id": {},
    "HMC replaced under its address": {"hmc_name": "7042CR9*21B7C30", "key_token": "hmcold"},
}
orders = pytest.mark.parametrize(("records_turned", "lines_turned"), list(itertools.product((False, True), repeat=2)))
variants = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS)


def with_old_record(built, changes, records_turned, lines_turned, token="O"):
    """Beside the record of hmcalpha the one of its former life, under the same address."""
    rmc = built.rmc(HOST)
    records, lines = rmc["control_points"], rmc["domains"]["control_points"]
    records.insert(1, dict(records[0], node_id=OLD_ID, **changes))
    lines.insert(1, dict(lines[0], node_id=OLD_ID, state=token))
    if records_turned:
        records.reverse()
    if lines_turned:
        lines.reverse()
    return built


def told(built):
    return next(entry for entry in diagnose(built.survey())["hosts"] if entry["host"] == HOST)


@orders
@variants
def test_a_dead_record_beside_a_live_one_is_residue(changes, records_turned, lines_turned):
    host = told(with_old_record(estate(), changes, records_turned, lines_turned))
    assert [finding["code"] for finding in host["findings"]] == ["HEALTHY", "MCP_RESIDUE"]
    assert (host["confidence"], host["next_rung"], host["unread"]) == ("certain", None, [])
    assert {name: state["token"] for name, state in host["hmc_states"].items()} == {"hmcalpha": "I", "hmcbeta": "I"}
    residue = host["findings"][1]
    assert OLD_ID in residue["evidence"][0]["detail"]
    assert residue["evidence"][1]["detail"].startswith("O A ")
    # To remove by a name that the good record has too would remove both.
    assert ("by NodeID" in residue["remedy"]["text"]) is (not changes)


@orders
@variants
def test_the_network_is_judged_by_the_record_of_today(changes, records_turned, lines_turned):
    built = estate()
    built.down(HOST, path="timeout")
    host = told(with_old_record(built, changes, records_turned, lines_turned))
    assert host["verdict"] == "NETWORK_TCP_BLOCKED"
    assert "MCP_STALE" not in [finding["code"] for finding in host["findings"]]


@orders
def test_the_only_record_that_lives_is_the_old_one(records_turned, lines_turned):
    built = estate()
    built.token(HOST, "O", "hmcalpha")
    host = told(with_old_record(built, VARIANTS["HMC installed anew, new node id"], records_turned, lines_turned, token="I"))
    assert host["hmc_states"]["hmcalpha"]["token"] == "I"


@orders
def test_another_living_hmc_behind_the_same_address_is_no_residue(records_turned, lines_turned):
    host = told(with_old_record(estate(), VARIANTS["HMC replaced under its address"], records_turned, lines_turned, token="I"))
    assert host["verdict"] == "UNDETERMINED" and "MCP_RESIDUE" not in [finding["code"] for finding in host["findings"]]
    assert "HMC hmcold was not asked" in host["unread"]


@pytest.mark.parametrize("turned", [False, True])
def test_an_hmc_outside_of_the_survey_that_was_installed_anew_is_named_once(turned):
    built = estate()
    del built.hmcs["hmcalpha"]
    host = told(with_old_record(built, {}, turned, False))
    assert host["unread"] == ["HMC hmcalpha was not asked"]


def test_a_line_of_an_unknown_node_id_is_joined_by_its_address():
    built = estate()
    built.rmc(HOST)["domains"]["control_points"][0]["node_id"] = OLD_ID
    assert told(built)["verdict"] == "HEALTHY"
