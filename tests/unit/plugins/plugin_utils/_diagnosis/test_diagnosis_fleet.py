# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cause for many: told once, with all members, and never where a few happen to be down together."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.reading import address

from builder import MACHINE, Estate, estate

OTHER_MACHINE = "9009-42A*78E0C30"


def judged(built, at="08:00", **more):
    """The report of a run at that time of the day."""
    return diagnose(dict(built.survey(), collected_at="2025-11-16T%s:00Z" % at), **more)


def told(built, code, at="08:00", **more):
    """The fleet findings of a code, each with its hosts."""
    report = judged(built, at, **more)
    return [(entry, [member["host"] for member in entry["members"]]) for entry in report["fleet_findings"] if entry["code"] == code]


def verdicts(built, **more):
    return {entry["host"]: entry["verdict"] for entry in diagnose(built.survey(), **more)["hosts"]}


def two_subnets(first=8, second=8):
    built = Estate()
    for number in range(1, first + 1):
        built.add("front%d" % number, number, "192.0.2.%d" % (20 + number))
    for number in range(1, second + 1):
        built.add("back%d" % number, 40 + number, "198.51.100.%d" % number)
    return built


def test_hmc_wide_names_all_members_and_the_flows_to_open():
    built = two_subnets()
    for host in built.hosts:
        built.down(host, hmc="hmcalpha", path="timeout")
    ((finding, members),) = told(built, "HMC_WIDE")
    assert len(members) == 16 and finding["hmcs"] == ["hmcalpha"]
    assert finding["severity"] == "warning" and finding["confidence"] == "certain"
    assert {flow["hmc"] for flow in finding["flows"]} == {"192.0.2.11"} and len(finding["flows"]) == 16
    assert finding["flows"][0]["protocols"] == ["tcp", "udp"] and finding["flows"][0]["port"] == 657
    assert set(verdicts(built).values()) == {"HMC_WIDE"}


def test_hmc_wide_on_the_only_hmc_is_a_fault_and_likely():
    built = estate(6, hmcs=("hmcalpha",))
    for host in built.hosts:
        built.down(host, path="timeout")
    ((finding, members),) = told(built, "HMC_WIDE")
    assert len(members) == 6 and finding["severity"] == "fault" and finding["confidence"] == "likely"


def test_half_of_the_partitions_and_at_least_three():
    built = estate(6)
    for host in ("lpar1", "lpar2", "lpar3"):
        built.down(host, hmc="hmcalpha", path="timeout")
    assert told(built, "HMC_WIDE")
    assert not told(built, "HMC_WIDE", thresholds={"hmc_wide_min_percent": 60})
    assert not told(built, "HMC_WIDE", thresholds={"hmc_wide_min_lpars": 4})
    built.add("lpar7", 7)
    assert not told(built, "HMC_WIDE")


def test_hosts_that_cannot_be_read_count_by_what_the_hmc_says():
    built = estate(6)
    for host in list(built.hosts):
        built.inactive(host)
        built.unreachable(host)
    assert [(finding["hmcs"], len(members)) for finding, members in told(built, "HMC_WIDE")] == [(["hmcalpha"], 6), (["hmcbeta"], 6)]
    assert set(verdicts(built).values()) == {"HMC_WIDE"}


def cut_first(built, count, hmc="hmcalpha"):
    for number in range(1, count + 1):
        built.down("lpar%d" % number, hmc=hmc, path="timeout")


def test_what_was_down_before_is_not_part_of_a_new_outage():
    built = estate(6)
    cut_first(built, 3)
    before = judged(built, "07:40", thresholds={"hmc_wide_min_percent": 90})
    assert set(verdicts(built, previous=before).values()) == {"HMC_PATH", "HEALTHY"}
    assert told(built, "HMC_WIDE", previous=before, thresholds={"hmc_wide_window_seconds": 3600})


def test_an_outage_is_recognised_while_it_grows():
    built, reports, members = estate(10, hmcs=("hmcalpha",)), [], []
    for at, count in (("08:00", 2), ("08:05", 6), ("08:10", 10), ("08:17", 10), ("08:40", 10)):
        cut_first(built, count)
        reports.append(judged(built, at, previous=list(reports)))
        members.append([len(entry["members"]) for entry in reports[-1]["fleet_findings"] if entry["code"] == "HMC_WIDE"])
    assert members == [[], [6], [10], [10], [10]]
    assert reports[-1]["totals"] == {"HMC_WIDE": 10}


def test_what_was_up_in_between_went_down_anew():
    built, reports = estate(6), []
    healthy = estate(6)
    cut_first(built, 3)
    reports.append(judged(built, "07:30", thresholds={"hmc_wide_min_percent": 90}))
    reports.append(judged(healthy, "07:55"))
    assert told(built, "HMC_WIDE", previous=reports)


def test_a_run_without_answer_does_not_hide_what_was_down_before():
    built = estate(6)
    cut_first(built, 3)
    reports = [judged(built, "07:30", thresholds={"hmc_wide_min_percent": 90})]
    silent = estate(6)
    silent.silent("hmcalpha")
    reports.append(judged(silent, "07:40", previous=reports))
    assert not told(built, "HMC_WIDE", previous=reports)


def test_an_outage_that_goes_on_stays_one():
    built = estate(6)
    for host in ("lpar1", "lpar2", "lpar3"):
        built.down(host, hmc="hmcalpha", path="timeout")
    assert told(built, "HMC_WIDE", previous=diagnose(built.survey()))


def test_one_subnet_is_one_finding_for_both_hmcs():
    built = two_subnets()
    for number in range(1, 9):
        built.down("front%d" % number, path="timeout")
    ((finding, members),) = told(built, "NETWORK_SEGMENT")
    assert finding["subnet"] == "192.0.2.0/24" and finding["hmcs"] == ["hmcalpha", "hmcbeta"] and len(members) == 8
    assert not told(built, "HMC_WIDE")


def test_two_cut_subnets_beside_a_good_one_are_two_findings():
    built = two_subnets(4, 4)
    for number in range(1, 5):
        built.add("lab%d" % number, 60 + number, "203.0.113.%d" % number)
    for number in range(1, 5):
        built.down("front%d" % number, path="timeout")
        built.down("back%d" % number, path="timeout")
    assert [finding["subnet"] for finding, dummy in told(built, "NETWORK_SEGMENT")] == ["192.0.2.0/24", "198.51.100.0/24"]


def subnets(*losses):
    """One subnet each: (how many of it are cut, how many it has)."""
    built = Estate()
    for subnet, (cut, count) in enumerate(losses):
        for number in range(1, count + 1):
            host = "net%d-%02d" % (subnet, number)
            built.add(host, 100 * subnet + number, "10.0.%d.%d" % (subnet, number))
            if number <= cut:
                built.down(host, path="timeout")
    return built


def common_causes(built):
    """Code and number of members of every outage that hmcalpha has a part in."""
    return sorted((entry["code"], len(entry["members"])) for entry in diagnose(built.survey())["fleet_findings"] if "hmcalpha" in entry.get("hmcs", ()))


@pytest.mark.parametrize(("losses", "causes"), [
    # One stray in a subnet that works takes nothing away from the one that is cut, and is no part of it.
    ([(8, 8), (1, 20)], [("NETWORK_SEGMENT", 8)]),
    ([(8, 8), (1, 7)], [("NETWORK_SEGMENT", 8)]),
    ([(8, 8), (1, 3)], [("NETWORK_SEGMENT", 8)]),
    ([(8, 8), (2, 10)], [("NETWORK_SEGMENT", 8)]),
    ([(8, 8), (0, 1)], [("NETWORK_SEGMENT", 8)]),
    ([(8, 8), (8, 8), (0, 3)], [("NETWORK_SEGMENT", 8), ("NETWORK_SEGMENT", 8)]),
    # Where a subnet works the HMC is not lost.
    ([(3, 4), (0, 2)], []),
    ([(6, 8), (1, 3)], []),
    # Many of every subnet.
    ([(8, 8), (2, 4)], [("HMC_WIDE", 10)]),
    ([(8, 8), (3, 10)], [("HMC_WIDE", 11)]),
    ([(3, 6)], [("HMC_WIDE", 3)]),
    ([(1, 1), (1, 1), (1, 1)], [("HMC_WIDE", 3)]),
    # Survivors.
    ([(9, 10), (10, 10)], [("HMC_WIDE", 19)]),
    ([(10, 10), (10, 10), (0, 1)], [("HMC_WIDE", 20)]),
    ([(2, 2), (2, 2), (2, 2), (0, 2)], [("HMC_WIDE", 6)]),
    ([(8, 8), (1, 1), (0, 2)], [("NETWORK_SEGMENT", 8)]),
])
def test_one_subnet_or_the_whole_hmc(losses, causes):
    built = subnets(*losses)
    assert common_causes(built) == causes
    own = {host for host, verdict in verdicts(built).items() if verdict == "NETWORK_TCP_BLOCKED"}
    assert len(own) == sum(cut for cut, dummy in losses) - sum(count for dummy, count in causes)


@pytest.mark.parametrize(("losses", "where"), [
    ([(10, 10), (10, 10), (0, 1)], "in 2 of 3 subnets"),
    ([(10, 10), (9, 10)], "in every subnet"),
    ([(3, 6)], "all in one subnet"),
])
def test_an_outage_says_how_far_it_reaches(losses, where):
    report = diagnose(subnets(*losses).survey())
    lost = [host for host in report["hosts"] if host["verdict"] == "HMC_WIDE"]
    found = [entry["summary"] for entry in report["fleet_findings"]] + [host["findings"][0]["summary"] for host in lost]
    assert len(found) > len(lost) > 0 and all(where in summary for summary in found)


def test_strays_of_long_ago_do_not_hide_a_cut_subnet():
    built = subnets((0, 8), (4, 10))
    before = judged(built, "07:30")
    for host in built.hosts:
        if host.startswith("net0"):
            built.down(host, path="timeout")
    assert {finding["code"] for finding in judged(built, previous=before)["fleet_findings"]} == {"NETWORK_SEGMENT"}


def test_an_hmc_that_still_prints_active_does_not_vouch_for_a_subnet():
    built = subnets((8, 8), (0, 4))
    for host in built.hosts:
        built.token(host, "O")
    assert common_causes(built) == [("HMC_WIDE", 8)]


def test_netmasks_of_the_hosts_make_the_subnets():
    built = Estate()
    for number in range(1, 13):
        rmc = built.add("lpar%d" % number, number, "192.0.2.%d" % (20 + number * 10))
        rmc["network"]["interfaces"][0]["networks"] = ["192.0.2.%d/26" % (20 + number * 10)]
    for number in range(1, 5):
        built.down("lpar%d" % number, path="timeout")
    ((finding, members),) = told(built, "NETWORK_SEGMENT")
    assert finding["subnet"] == "192.0.2.0/26" and len(members) == 4


def test_a_local_cause_is_no_part_of_a_segment():
    built = two_subnets()
    for number in range(1, 9):
        built.rmcd_stopped("front%d" % number)
    assert not told(built, "NETWORK_SEGMENT")
    assert verdicts(built)["front1"] == "RSCT_DOWN"


def test_a_silent_hmc_is_told_with_the_lpars_behind_it():
    built = estate(4)
    built.silent("hmcbeta")
    ((finding, members),) = told(built, "UNDETERMINED")
    assert finding["hmcs"] == ["hmcbeta"] and members == ["lpar1", "lpar2", "lpar3", "lpar4"]


def test_a_silent_hmc_of_other_machines_leaves_an_lpar_healthy():
    built = Estate(hmcs=("hmcalpha",))
    built.add_hmc("hmcbeta", 12, (OTHER_MACHINE,))
    built.add("lpar1", 1)
    built.add("lpar2", 2)
    built.add("far1", 1, "198.51.100.1", machine=OTHER_MACHINE)
    built.silent("hmcbeta")
    assert verdicts(built) == {"lpar1": "HEALTHY", "lpar2": "HEALTHY", "far1": "UNDETERMINED"}


def certainty(built, **more):
    return {(entry["verdict"], entry["confidence"]) for entry in diagnose(built.survey(), **more)["hosts"]}


def never_registered(built, hmc):
    """The LPARs have no record of this HMC."""
    for host in built.hosts:
        rmc = built.rmc(host)
        rmc["control_points"] = [entry for entry in rmc["control_points"] if entry["node_id"] != built.ids[hmc]["node_id"]]
        rmc["domains"]["control_points"] = [entry for entry in rmc["domains"]["control_points"] if entry["node_id"] != built.ids[hmc]["node_id"]]


def test_nobody_is_healthy_for_certain_while_an_hmc_that_may_manage_it_is_silent():
    built = estate(2)
    never_registered(built, "hmcbeta")
    answered = diagnose(built.survey())
    built.silent("hmcbeta")
    report = diagnose(built.survey())
    assert {(entry["verdict"], entry["confidence"]) for entry in report["hosts"]} == {("HEALTHY", "likely")} and report["complete"] is False
    assert any("no LPAR of this machine that was read names it" in told["detail"] for told in report["hosts"][0]["findings"][0]["evidence"])
    # Unless something tells: the report of a run in which it answered, or a pair that answered for the machine.
    assert certainty(built, previous=answered) == {("UNDETERMINED", "certain")}
    built = estate(2)
    built.add_hmc("hmcgamma", 13, (OTHER_MACHINE,))
    built.hmcs["hmcbeta"]["systems"].pop(), built.hmcs["hmcbeta"]["partitions"].clear()
    never_registered(built, "hmcbeta")
    answered = diagnose(built.survey())
    built.silent("hmcgamma")
    assert certainty(built) == {("HEALTHY", "likely")}
    assert certainty(built, previous=answered) == {("HEALTHY", "certain")}
    built = estate(2)
    built.add_hmc("hmcgamma", 13, (OTHER_MACHINE,))
    built.silent("hmcgamma")
    assert certainty(built) == {("HEALTHY", "certain")}


@pytest.mark.parametrize("token", ["I", "O", "i"])
@pytest.mark.parametrize("known_as", ["hmcbeta", "console2", ""])
@pytest.mark.parametrize("records", [True, False])
def test_nobody_is_healthy_who_names_a_silent_hmc(token, known_as, records):
    """Under its own name or another one, by a record or by a line of rmcdomainstatus alone."""
    built = estate(3)
    built.silent("hmcbeta")
    for host in built.hosts:
        built.token(host, token, "hmcbeta")
        built.rmc(host)["control_points"][1]["key_token"] = known_as
        if not records:
            built.rmc(host)["control_points"].pop()
    assert set(verdicts(built).values()) == {"AUTH_PENDING" if token == "i" else "UNDETERMINED"}


def test_an_earlier_report_knows_that_the_silent_hmc_manages_it():
    built = Estate()
    rmc = built.add("lpar1", 1)
    before = diagnose(built.survey())
    # The LPAR never registered with the second HMC, which is silent now: nothing but the earlier report tells.
    rmc["control_points"].pop()
    rmc["domains"]["control_points"].pop()
    built.silent("hmcbeta")
    assert verdicts(built, previous=before) == {"lpar1": "UNDETERMINED"}


def test_a_lost_system_is_one_finding_a_console():
    built = estate(4)
    result = built.hmcs["hmcalpha"]
    result["systems"][0].update(state="No Connection", outcome="failed", message="HSCL0237")
    result["partitions"] = []
    ((finding, members),) = told(built, "SYSTEM_NOT_CONNECTED")
    assert finding["machine"] == MACHINE and len(members) == 4 and finding["severity"] == "warning"
    assert set(verdicts(built).values()) == {"SYSTEM_NOT_CONNECTED"}


def test_a_whole_machine_without_records_points_to_its_service_processor():
    built = Estate(machines=(MACHINE, OTHER_MACHINE))
    for number in range(1, 5):
        built.add("near%d" % number, number)
        built.add("far%d" % number, number, "198.51.100.%d" % number, machine=OTHER_MACHINE)
    for number in range(1, 5):
        built.no_records("far%d" % number)
    ((finding, members),) = told(built, "SYSTEM_NOT_CONNECTED")
    assert finding["confidence"] == "possible" and members == ["far1", "far2", "far3", "far4"]
    host = next(entry for entry in diagnose(built.survey())["hosts"] if entry["host"] == "far1")
    assert host["verdict"] == "MCP_MISSING" and "fleet_cause" in host["blocked_by"]


def test_pair_disagreement_is_told_once():
    built = estate(8)
    for host in ("lpar1", "lpar2"):
        built.down(host, hmc="hmcbeta", path="timeout")
    ((finding, members),) = told(built, "HMC_PATH")
    assert finding["hmcs"] == ["hmcbeta"] and members == ["lpar1", "lpar2"]


def test_duplicate_node_ids_on_different_machines_and_hmcs():
    built = Estate(hmcs=("hmcalpha",))
    built.add_hmc("hmcbeta", 12, (OTHER_MACHINE,))
    built.add("original", 1)
    clone = built.add("clone", 1, "198.51.100.1", machine=OTHER_MACHINE)
    clone["node_id"] = dict(built.rmc("original")["node_id"])
    ((finding, members),) = told(built, "NODE_ID_DUPLICATE")
    assert members == ["clone", "original"] and finding["clone"] is None
    assert all(entry["next_rung"] is None for entry in diagnose(built.survey())["hosts"])
    clone["control_points"][0]["mn_name"] = "192.0.2.21"
    ((finding, dummy),) = told(built, "NODE_ID_DUPLICATE")
    assert finding["clone"] == "clone"
    rungs = {entry["host"]: entry["next_rung"] for entry in diagnose(built.survey())["hosts"]}
    assert rungs == {"clone": "reset_new_id", "original": None}


def test_the_host_that_had_another_id_before_is_the_clone():
    built = estate(3)
    before = diagnose(built.survey())
    built.rmc("lpar2")["node_id"] = dict(built.rmc("lpar1")["node_id"])
    ((finding, dummy),) = told(built, "NODE_ID_DUPLICATE", previous=before)
    assert finding["clone"] == "lpar2"


def test_a_newcomer_may_be_the_original_that_joined_the_inventory_late():
    built = estate(3)
    before = diagnose(built.survey())
    built.add("newcomer", 9)["node_id"] = dict(built.rmc("lpar1")["node_id"])
    ((finding, dummy),) = told(built, "NODE_ID_DUPLICATE", previous=before)
    assert finding["clone"] is None
    assert all(entry["next_rung"] is None for entry in diagnose(built.survey(), previous=before)["hosts"])


def copies(*names):
    """An original, lpar1, and copies of its image, whose registry still names the original."""
    built = estate(3)
    for number, name in enumerate(names, 11):
        copy = built.add(name, number)
        copy["node_id"] = dict(built.rmc("lpar1")["node_id"])
        for entry in copy["control_points"]:
            entry.update(node_names=["lpar1"])
    return built


def rungs(report):
    return {entry["host"]: entry["next_rung"] for entry in report["hosts"] if entry["verdict"] == "NODE_ID_DUPLICATE"}


def test_of_several_copies_each_is_a_clone_and_never_the_original():
    built = copies("copy1", "copy2")
    ((finding, members),) = told(built, "NODE_ID_DUPLICATE")
    assert finding["clones"] == ["copy1", "copy2"] and finding["clone"] is None and members == ["copy1", "copy2", "lpar1"]
    assert "clones are copy1, copy2" in finding["summary"] and "one at a time" in finding["remedy"]["text"]
    report = diagnose(built.survey())
    assert rungs(report) == {"copy1": "reset_new_id", "copy2": "reset_new_id", "lpar1": None}
    original = next(entry for entry in report["hosts"] if entry["host"] == "lpar1")["findings"][0]
    assert "this one is the original" in original["summary"] and "Touch nothing here" in original["remedy"]["text"]


def test_two_without_signs_may_both_be_the_original():
    built = copies("copy1", "copy2")
    for entry in built.rmc("copy2")["control_points"]:
        entry.update(node_names=["copy2"])
    ((finding, dummy),) = told(built, "NODE_ID_DUPLICATE")
    assert finding["clones"] == [] and set(rungs(diagnose(built.survey())).values()) == {None}


def test_three_that_all_look_like_copies_have_no_original_here():
    built = copies("copy1", "copy2")
    for entry in built.rmc("lpar1")["control_points"]:
        entry.update(node_names=["copy1"])
    assert set(rungs(diagnose(built.survey())).values()) == {None}


def test_a_twin_that_cannot_be_read_is_still_a_twin():
    built = copies("copy1")
    reports = [judged(built, "07:00")]
    assert rungs(reports[0]) == {"lpar1": None, "copy1": "reset_new_id"}
    built.unreachable("copy1")
    for at in ("07:30", "08:00"):
        # Only the newest report is handed on: what is known must not wear out.
        reports.append(judged(built, at, previous=reports[-1]))
        hosts = {entry["host"]: entry for entry in reports[-1]["hosts"]}
        assert (hosts["lpar1"]["verdict"], hosts["lpar1"]["confidence"], hosts["lpar1"]["next_rung"]) == ("NODE_ID_DUPLICATE", "likely", None)
        assert hosts["copy1"]["verdict"] == "UNDETERMINED"
        (finding,) = [entry for entry in reports[-1]["fleet_findings"] if entry["code"] == "NODE_ID_DUPLICATE"]
        assert finding["confidence"] == "likely" and finding["clones"] == [] and "copy1 could not be read" in finding["summary"]


def test_the_unread_original_does_not_make_its_clones_free_to_change():
    built = copies("copy1", "copy2")
    before = judged(built, "07:30")
    built.unreachable("lpar1")
    report = judged(built, previous=before)
    assert rungs(report) == {"copy1": None, "copy2": None}
    assert {entry["confidence"] for entry in report["hosts"] if entry["verdict"] == "NODE_ID_DUPLICATE"} == {"certain"}


def test_a_twin_with_a_new_id_or_switched_off_is_no_twin_any_more():
    built = copies("copy1")
    reports = [judged(built, "07:00")]
    built.rmc("copy1")["node_id"] = dict.fromkeys(("live", "etc", "var_ct"), "00000000000000aa")
    reports.append(judged(built, "07:30", previous=list(reports)))
    assert reports[-1]["totals"] == {"HEALTHY": 4}
    built.unreachable("copy1")
    assert "NODE_ID_DUPLICATE" not in judged(built, previous=reports)["totals"]
    built = copies("copy1")
    for row in built.rows("copy1"):
        row.update(state="Not Activated", rmc_state="inactive")
    built.unreachable("copy1")
    assert judged(built, previous=reports[:1])["totals"] == {"HEALTHY": 3, "NOT_RUNNING": 1}


def test_an_id_that_was_read_on_another_partition_makes_no_twin():
    built = estate(3)
    # The login to lpar3 reached lpar2, and now it reaches nobody.
    built.hosts["lpar3"] = dict(built.hosts["lpar2"], expected={"machine": MACHINE, "lpar_id": 3})
    before = judged(built, "07:30")
    assert before["totals"] == {"HEALTHY": 2, "WRONG_HOST": 1}
    built.hosts["lpar3"].update(rmc=None, unreachable=True)
    assert judged(built, previous=before)["totals"] == {"HEALTHY": 2, "UNDETERMINED": 1}
    built.hosts["lpar3"] = dict(estate(3).hosts["lpar3"])
    assert judged(built, previous=before)["totals"] == {"HEALTHY": 3}
    built.rmc("lpar3")["node_id"] = dict(built.rmc("lpar2")["node_id"])
    ((finding, dummy),) = told(built, "NODE_ID_DUPLICATE", previous=before)
    assert finding["clone"] is None


def test_a_host_that_does_not_tell_its_id_keeps_the_known_one():
    built = copies("copy1")
    before = judged(built, "07:30")
    built.rmc("copy1")["node_id"] = {"live": None, "etc": None, "var_ct": None, "consistent": None}
    report = judged(built, previous=before)
    assert rungs(report) == {"lpar1": None, "copy1": None}
    assert {entry["confidence"] for entry in report["hosts"] if entry["verdict"] == "NODE_ID_DUPLICATE"} == {"likely"}


def test_recycled_address_is_told_with_the_dead_partition():
    built = estate(3)
    built.down("lpar1")
    for hmc in built.hmcs:
        built.add_row(hmc, "dead", 31, "192.0.2.21", state="Not Activated", rmc_state="inactive")
    ((finding, members),) = told(built, "RECYCLED_IP")
    assert members == ["lpar1"] and finding["hmcs"] == ["hmcalpha", "hmcbeta"] and "dead (id 31" in finding["summary"]


def test_a_row_that_only_lspartition_has_holds_an_address_too():
    built = estate(3)
    built.down("lpar1")
    built.hmcs["hmcalpha"]["raw_partitions"] = [
        {"machine": MACHINE, "lpar_id": 77, "hostname": "gone", "ipaddr": "192.0.2.21", "active": False, "dcaps": "0x0"}]
    assert told(built, "RECYCLED_IP") and verdicts(built)["lpar1"] == "RECYCLED_IP"


def test_one_rsct_level_only():
    built = estate(10)
    for number in range(1, 5):
        host = "lpar%d" % number
        built.inactive(host)
        for row in built.rmc(host)["filesets"]:
            row["level"] = "3.3.0.0"
    ((finding, members),) = told(built, "RSCT_BAD_LEVEL")
    assert finding["level"] == "3.3.0.0" and len(members) == 4
    for row in built.rmc("lpar4")["filesets"]:
        row["level"] = "3.2.6.2"
    assert not told(built, "RSCT_BAD_LEVEL", thresholds={"level_min_lpars": 4})


def test_novalink_machines_are_told_once():
    built = estate(3)
    for host in ("lpar1", "lpar2"):
        built.inactive(host)
        rmc = built.rmc(host)
        rmc["control_points"] = [dict(rmc["control_points"][0], ip_addresses=["fe80::1"], hmc_ip_addr="fe80::1", hmc_name="", node_id="00000000000000aa")]
        rmc["domains"]["control_points"] = [{"state": "I", "queue": "A", "node_id": "00000000000000aa", "number": "0001", "name": "fe80::1"}]
    ((finding, members),) = told(built, "CO_MANAGED")
    assert members == ["lpar1", "lpar2"] and finding["severity"] == "note"


def test_the_clock_of_an_hmc_is_told_as_its_own():
    built = estate(3)
    built.hmcs["hmcalpha"]["hmc"]["clock_utc"] = "2025-11-16T08:20:00Z"
    ((finding, members),) = told(built, "CLOCK_SKEW")
    assert finding["hmcs"] == ["hmcalpha"] and finding["severity"] == "warning" and len(members) == 3


def test_partitions_that_only_the_hmcs_know():
    built = estate(2)
    for hmc in built.hmcs:
        built.add_row(hmc, "stranger", 40, "192.0.2.140")
        built.add_row(hmc, "lost", 41, "192.0.2.141", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0, raw_connection=None)
        built.add_row(hmc, "ibmi01", 42, environment="os400", rmc_state="none")
        built.add_row(hmc, "off", 43, state="Not Activated", rmc_state="inactive")
        built.add_row(hmc, "lin", 44, os_version="Linux/Red Hat", rmc_state="inactive", raw_connection=None)
        built.add_row(hmc, "half", 45, "192.0.2.145", dlpar_mem=0)
    report = diagnose(built.survey())
    assert {entry["name"]: entry["verdict"] for entry in report["partitions_not_in_inventory"]} == {
        "stranger": "HEALTHY", "lost": "UNDETERMINED", "ibmi01": "OUT_OF_SCOPE", "off": "NOT_RUNNING", "lin": "OUT_OF_SCOPE", "half": "DRM_DOWN"}
    assert report["complete"] is True and report["totals"] == {"HEALTHY": 2}
    assert {entry["state"] for entry in report["partitions_not_in_inventory"]} == {"Running", "Not Activated"}


def test_a_host_in_the_inventory_that_is_reached_elsewhere_is_not_listed_as_unknown():
    built = estate(3)
    built.hosts["lpar1"] = dict(built.hosts["lpar2"], expected={"machine": MACHINE, "lpar_id": 1})
    assert diagnose(built.survey())["partitions_not_in_inventory"] == []


def test_systems_of_one_name_and_ids_of_one_number_stay_apart():
    built = Estate(machines=(MACHINE, OTHER_MACHINE))
    for result in built.hmcs.values():
        for system in result["systems"]:
            system["name"] = "prod"
    built.add("near", 5)
    built.add("far", 5, "198.51.100.5", machine=OTHER_MACHINE)
    built.rmcd_stopped("far")
    assert verdicts(built) == {"near": "HEALTHY", "far": "RSCT_DOWN"}


def test_joined_by_identity_and_never_by_name():
    built = estate(2)
    for result in built.hmcs.values():
        for row in result["partitions"]:
            row["name"] = "renamed%d" % row["lpar_id"]
    assert verdicts(built) == {"lpar1": "HEALTHY", "lpar2": "HEALTHY"}


def test_one_address_in_two_spellings_is_one_address():
    built = Estate()
    rmc = built.add("lpar1", 1, "2001:db8::21")
    built.ids["hmcalpha"]["address"] = "2001:db8::11"
    rmc["control_points"][0].update(ip_addresses=["2001:DB8:0:0:0:0:0:11"], hmc_ip_addr="2001:DB8:0:0:0:0:0:11", hmc_name="")
    rmc["network"]["paths"][0]["address"] = "2001:db8:0::11"
    built.hmcs["hmcalpha"]["hmc"]["addresses"] = ["2001:0db8::0011"]
    for row in built.rows("lpar1"):
        row["rmc_ipaddr"] = "2001:DB8:0:0:0:0:0:21"
    built.down("lpar1", path="timeout")
    assert verdicts(built) == {"lpar1": "NETWORK_TCP_BLOCKED"}


def test_what_is_no_address_stays_as_it_is():
    told = ["2001:DB8:0::1", "fe80::0:1%en0", "0:0:0:0:0:0:0:0", "::1:\0", "Zürich:7", "192.0.2.1"]
    assert [address(value) for value in told] == ["2001:db8::1", "fe80::1", "", "::1:\0", "zürich:7", "192.0.2.1"]
