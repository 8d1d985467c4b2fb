# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The acceptance set of the failure modes, S01 to S19, as far as judgement goes: the code, what is allowed, what never happens."""

from __future__ import annotations

import pytest

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose

from builder import MACHINE, estate

import test_diagnosis_rules as rules

HOST = "lpar1"
RECFGCT = ("reset_keep_id", "reset_new_id")
DISRUPTIVE = ("recycle", "targeted") + RECFGCT
ON_LPAR = ("refresh", "start") + DISRUPTIVE


def host_of(built):
    return next(entry for entry in diagnose(built.survey())["hosts"] if entry["host"] == HOST)


def peer_domain_offline():
    return rules.in_cluster(False)


def vlan_blocked():
    built = rules.two_subnets()
    for number in range(11, 15):
        built.add("more%d" % number, number + 20, "192.0.2.%d" % (100 + number))
    for host in built.hosts:
        if not built.rmc(host)["network"]["interfaces"][0]["addresses"][0].startswith("198"):
            built.down(host, path="timeout")
    return built


def wrong_address():
    built = estate()
    built.hosts[HOST]["expected"] = {"machine": MACHINE, "lpar_id": 8}
    return built


# id, builder, verdict, flags that stand beside it, rungs that are allowed, free to go
SCENARIOS = [
    ("S01", estate, "HEALTHY", [], (), False),
    ("S02", rules.ibm_i, "OUT_OF_SCOPE", [], (), False),
    ("S02", rules.not_activated, "NOT_RUNNING", [], (), False),
    ("S03", rules.up_four_minutes, "BOOTING", [], ("wait",), False),
    ("S04", vlan_blocked, "NETWORK_SEGMENT", [], (), False),
    ("S05", rules.heartbeat_missing, "NETWORK_UDP_BLOCKED", [], (), False),
    ("S06", rules.hmc_lost_all, "HMC_WIDE", [], (), False),
    ("S07", rules.two_stores_disagree, "HMC_CACHE_MISMATCH", [], ("hmc_rebuild",), True),
    ("S08", rules.rmcd_stopped, "RSCT_DOWN", [], ("start",), True),
    ("S09", rules.drm_inoperative, "DRM_DOWN", [], ("start", "recycle"), True),
    ("S10", rules.powerha_node, "RSCT_DOWN", ["CLUSTERED"], ("refresh", "start"), False),
    ("S11", peer_domain_offline, "RSCT_DOWN", ["CLUSTERED_OFFLINE"], ("refresh", "start"), False),
    ("S12", rules.the_clone_names_the_original, "NODE_ID_DUPLICATE", [], ("reset_new_id",), True),
    ("S13", rules.replaced_under_the_same_address, "MCP_STALE", [], ("refresh", "recycle", "targeted"), True),
    ("S14", rules.retired_hmc_beside_a_live_one, "HEALTHY", ["MCP_RESIDUE"], (), False),
    ("S15", rules.handshake_stays, "AUTH_PENDING", [], ("targeted", "recycle"), True),
    ("S16", rules.jumbo_frames, "MTU_MISMATCH", [], (), False),
    ("S17", wrong_address, "WRONG_HOST", [], (), False),
    ("S17", rules.dead_partition_keeps_the_address, "RECYCLED_IP", [], (), False),
    ("S18", rules.in_band_works_without_port, "HEALTHY", ["IN_BAND"], (), False),
    ("S18", rules.mcproxy_stopped, "IN_BAND_DOWN", [], ("start",), True),
    ("S19", rules.suspended_after_live_update, "SUSPENDED", [], (), False),
    ("S19", rules.live_update_running, "SUSPENDED", [], ("wait",), False),
]


@pytest.mark.parametrize(("name", "build", "verdict", "beside", "allowed", "free"), SCENARIOS, ids=["%s-%s" % (row[0], row[1].__name__) for row in SCENARIOS])
def test_scenario(name, build, verdict, beside, allowed, free):
    host = host_of(build())
    assert host["verdict"] == verdict
    assert [code for code in beside if code not in [finding["code"] for finding in host["findings"]]] == []
    if allowed:
        assert host["next_rung"] in allowed
    else:
        assert host["next_rung"] is None
    assert (host["next_rung"] is not None and host["blocked_by"] == []) is free


def test_s02_busy_is_healthy_when_asked_again():
    assert host_of(rules.busy_is_asked_again())["verdict"] == "UNDETERMINED"
    assert host_of(estate())["verdict"] == "HEALTHY"


def test_s04_eight_members_and_no_rung_for_any_of_them():
    report = diagnose(vlan_blocked().survey())
    members = [entry for entry in report["hosts"] if entry["verdict"] == "NETWORK_SEGMENT"]
    assert len(members) == 8 and {entry["next_rung"] for entry in members} == {None}
    assert [entry["code"] for entry in report["fleet_findings"]] == ["NETWORK_SEGMENT"]


def test_s08_and_s13_never_begin_with_recfgct():
    for build in (rules.rmcd_stopped, rules.replaced_under_the_same_address, rules.only_the_old_hmc, rules.handshake_stays):
        for finding in host_of(build())["findings"]:
            assert finding["remedy"]["rung"] not in RECFGCT


def test_s10_a_cluster_member_is_free_for_no_rung_on_the_lpar_but_refresh():
    for build in (rules.powerha_node, peer_domain_offline):
        for finding in host_of(build())["findings"]:
            if finding["remedy"]["rung"] in ON_LPAR and finding["remedy"]["rung"] != "refresh":
                assert "cluster_member" in finding["blocked_by"]


def test_s12_the_original_is_never_touched():
    report = diagnose(rules.the_clone_names_the_original().survey())
    original = next(entry for entry in report["hosts"] if entry["host"] == "lpar2")
    assert original["verdict"] == "NODE_ID_DUPLICATE" and original["next_rung"] is None


def test_s18_in_band_is_no_missing_record_and_no_network_finding():
    codes = [finding["code"] for finding in host_of(rules.mcproxy_stopped())["findings"]]
    assert not [code for code in codes if code == "MCP_MISSING" or code.startswith("NETWORK")]
