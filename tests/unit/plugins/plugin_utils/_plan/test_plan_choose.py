# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest


def reasons(entry):
    return [why["reason"] for why in entry["refused"]]


def remote_disabled(estate, host):
    estate.inactive(host)
    estate.rmc(host)["listeners"]["tcp_657"] = False
    estate.rmc(host)["rmcd"].update(args="/opt/rsct/bin/rmcd -a IBM.LPCommands", remote_flag=False)


def damaged(estate, host):
    estate.down(host, "i")
    estate.rmc(host)["security"]["keys"]["public"]["present"] = False


def mismatch(estate, host, hmc=None):
    estate.inactive(host, hmc, raw=True)


def test_healthy_partitions_need_nothing(estate, planned):
    assert {entry["decision"] for entry in planned(estate).values()} == {"nothing"}


def test_only_the_hosts_that_were_asked_for(estate, planned):
    assert list(planned(estate, ["lpar3"])) == ["lpar3"]


def test_a_step_names_the_partition_that_it_is_meant_for(estate, planned):
    estate.rmcd_stopped("lpar2")
    entry = planned(estate)["lpar2"]
    assert (entry["decision"], entry["rung"], entry["approval"], entry["snapshot"]) == ("candidate", "start", "yes", False)
    expected = {"machine": "9105-22A*78F0A10", "lpar_id": 2}
    assert entry["steps"] == [{"where": "lpar", "host": "lpar2", "module": "rmc_recycle", "options": {"method": "start", "expected": expected}}]


def test_a_rebuild_goes_to_the_hmcs_that_disagree_and_runs_once_for_all(estate, planned):
    mismatch(estate, "lpar2", "hmcbeta")
    mismatch(estate, "lpar3", "hmcbeta")
    entries = planned(estate)
    assert [(step["host"], step["options"]) for step in entries["lpar2"]["steps"]] == [("hmcbeta", {"operation": "rebuild", "system": "9105-22A*78F0A10"})]
    assert entries["lpar3"]["steps"] == []
    assert entries["lpar3"]["shares"] == "lpar2"


def test_a_rung_above_the_limit_is_refused(estate, planned):
    estate.down("lpar2")
    estate.rmc("lpar2")["node_id"].update(var_ct="0" * 15 + "1", consistent=False)
    entry = planned(estate)["lpar2"]
    assert (entry["decision"], entry["rung"], reasons(entry)) == ("refused", None, ["above_max_rung"])
    entry = planned(estate, max_rung="reset_keep_id")["lpar2"]
    assert (entry["decision"], entry["rung"], entry["approval"], entry["snapshot"]) == ("candidate", "reset_keep_id", "by_id", True)


def test_climbing_after_a_rung_that_did_not_heal(estate, planned):
    damaged(estate, "lpar2")
    assert planned(estate, max_rung="reset_keep_id")["lpar2"]["rung"] == "recycle"
    tried = {"lpar2": {("KEYS_DAMAGED", "recycle")}}
    entry = planned(estate, max_rung="reset_keep_id", tried=tried)["lpar2"]
    assert (entry["rung"], entry["steps"][0]["options"]["key_pair"]) == ("targeted", True)
    assert entry["passed_over"][0]["rung"] == "recycle"


def test_climbing_stops_at_the_limit(estate, planned):
    damaged(estate, "lpar2")
    entry = planned(estate, tried={"lpar2": {("KEYS_DAMAGED", "recycle")}})["lpar2"]
    assert reasons(entry) == ["above_max_rung", "above_max_rung", "rungs_exhausted"]


def test_a_try_for_another_cause_does_not_count(estate, planned):
    damaged(estate, "lpar2")
    assert planned(estate, tried={"lpar2": {("RSCT_DOWN", "recycle")}})["lpar2"]["rung"] == "recycle"


def test_the_guards_of_the_rung_that_is_taken_count(estate, planned):
    """The first rung of the cause may pass where a later, disruptive one may not."""
    estate.rmcd_stopped("lpar2")
    estate.rmc("lpar2")["cluster"] = {"member": True, "online": True, "evidence": [{"source": "lssrc", "detail": "clstrmgrES active"}]}
    entry = planned(estate)["lpar2"]
    assert (entry["decision"], reasons(entry)) == ("refused", ["cluster_member"])


@pytest.mark.parametrize("member", [True, None])
def test_a_refresh_in_a_cluster_needs_an_override_for_this_host(estate, planned, member):
    remote_disabled(estate, "lpar2")
    estate.rmc("lpar2")["cluster"] = {"member": member, "evidence": []}
    assert reasons(planned(estate)["lpar2"]) == ["cluster_approval_needed"]
    assert reasons(planned(estate, given={"lpar2": {"cluster_override": {"host": "lpar2"}}})["lpar2"]) == ["cluster_approval_needed"]
    override = {"host": "lpar2", "ticket": "CHG1"}
    entry = planned(estate, given={"lpar2": {"cluster_override": override}})["lpar2"]
    assert (entry["decision"], entry["steps"][0]["options"]["cluster_override"]) == ("candidate", override)


def test_the_override_goes_to_nothing_but_a_refresh(estate, planned):
    estate.rmcd_stopped("lpar2")
    entry = planned(estate, given={"lpar2": {"cluster_override": {"host": "lpar2", "ticket": "CHG1"}}})["lpar2"]
    assert "cluster_override" not in entry["steps"][0]["options"]


def test_a_named_rung_must_be_one_that_fits(estate, planned):
    estate.rmcd_stopped("lpar2")
    assert planned(estate, rung="refresh")["lpar2"]["rung"] == "refresh"
    assert reasons(planned(estate, rung="reset_new_id", max_rung="reset_new_id")["lpar2"]) == ["rung_does_not_fit"]
    assert reasons(planned(estate, only=["targeted"], max_rung="reset_new_id")["lpar2"]) == ["rung_does_not_fit"]


def test_a_common_cause_stops_every_member(estate, planned):
    for number in range(1, 9):
        estate.down("lpar%d" % number, path="timeout")
    entries = planned(estate)
    assert {entry["decision"] for entry in entries.values()} == {"refused"}
    assert all("fleet_cause" in reasons(entry) for entry in entries.values())


def test_waiting_is_for_what_forbids_the_rest(estate, planned):
    estate.down("lpar2")
    estate.rmc("lpar2")["partition"]["uptime_seconds"] = 240
    entry = planned(estate)["lpar2"]
    assert (entry["verdict"], entry["decision"], entry["rung"], entry["approval"], entry["steps"]) == ("BOOTING", "candidate", "wait", "no", [])


def test_nobody_waits_for_a_host_that_said_nothing(estate, planned):
    estate.unreachable("lpar2")
    assert planned(estate)["lpar2"]["decision"] == "refused"


def test_an_unknown_cause_ends_in_evidence(estate, planned):
    estate.inactive("lpar2")
    entry = planned(estate)["lpar2"]
    assert (entry["verdict"], entry["rung"], reasons(entry)) == ("UNKNOWN", "escalate", ["unknown_cause"])


def test_a_replaced_hmc_is_put_right_by_what_a_neighbour_knows(estate, planned):
    for line in estate.rmc("lpar2")["control_points"]:
        line.update(hmc_name="7042CR9*21B7C30", key_token="hmcold", node_id="1f86d3a07c45be92")
    for line in estate.rmc("lpar2")["domains"]["control_points"]:
        line["node_id"] = "1f86d3a07c45be92"
    estate.down("lpar2")
    assert reasons(planned(estate)["lpar2"]) == ["above_max_rung"]
    entry = planned(estate, max_rung="targeted")["lpar2"]
    record = entry["steps"][0]["options"]["mcp_record"]
    assert (record["hmc_name"], record["hmc_ip_addr"]) == ("7042CR9*21B7C30", "192.0.2.11")
    assert record["attributes"] == {"HMCName": "7063CR2*13A4F11", "KeyToken": "hmcalpha", "NodeID": int(estate.ids["hmcalpha"]["node_id"], 16)}
    assert entry["prepares"] is True


def test_a_trusted_host_must_be_named(estate, planned):
    estate.down("lpar2", "i")
    estate.rmc("lpar2")["security"]["attention"] = ["192.0.2.22"]
    entry = planned(estate, max_rung="targeted")["lpar2"]
    assert (entry["rung"], entry["passed_over"][0]["reason"]) == ("recycle", "parameters_needed")
    given = {"lpar2": {"trusted_host": {"name": "192.0.2.22", "state": "absent"}}}
    assert planned(estate, max_rung="targeted", given=given)["lpar2"]["steps"][0]["options"]["trusted_host"]["name"] == "192.0.2.22"


def test_the_digest_is_of_what_decides(estate, planned):
    estate.rmcd_stopped("lpar2")
    before = planned(estate)["lpar2"]["evidence_digest"]
    estate.rmc("lpar2").update(collected_at="2025-11-16T08:00:30Z", elapsed_seconds=2.5)
    estate.rmc("lpar2")["partition"]["uptime_seconds"] += 30
    assert planned(estate)["lpar2"]["evidence_digest"] == before
    estate.rmc("lpar2")["node_id"]["etc"] = "1" * 16
    assert planned(estate)["lpar2"]["evidence_digest"] != before


# Nobody to say whether it helped.


@pytest.mark.parametrize("build", [remote_disabled, lambda estate, host: estate.rmcd_stopped(host)], ids=["refresh", "start"])
@pytest.mark.parametrize("hmcs", ["silent", "none", "others"])
def test_without_an_hmc_that_shows_it_nothing_is_changed(estate, planned, build, hmcs):
    build(estate, "lpar2")
    assert planned(estate)["lpar2"]["decision"] == "candidate"
    if hmcs == "silent":
        estate.silent("hmcalpha")
        estate.silent("hmcbeta")
    elif hmcs == "none":
        estate.hmcs.clear()
    else:
        for result in estate.hmcs.values():
            result["partitions"] = [row for row in result["partitions"] if row["lpar_id"] != 2]
    entry = planned(estate)["lpar2"]
    assert (entry["decision"], reasons(entry)) == ("refused", ["incomplete_evidence"])
    assert all(why["evidence"] and why["next_step"] for why in entry["refused"])


def test_one_hmc_that_answers_is_enough_for_a_gentle_rung(estate, planned):
    estate.rmcd_stopped("lpar2")
    estate.silent("hmcbeta")
    assert planned(estate)["lpar2"]["decision"] == "candidate"


def test_of_two_vios_of_one_machine_one_is_planned(estate, planned):
    """IBM.DRM is down on both, so that each is active on the HMCs and neither keeps the other from its turn."""
    for host in ("lpar1", "lpar2"):
        estate.rmc(host)["partition"]["kind"] = "vios"
        for row in estate.rows(host):
            row.update(environment="vioserver", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
        estate.subsystem(host, "IBM.DRM", "inoperative")
    entries = planned(estate)
    assert entries["lpar1"]["decision"] == "candidate"
    assert (entries["lpar2"]["decision"], reasons(entries["lpar2"])) == ("refused", ["vios_partner"])
