# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for every estate, whatever is wrong with it."""

from __future__ import annotations

import copy
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import CODES, THRESHOLDS, diagnose, rules
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import Estate as DiagnosisEstate
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import Fleet, Thresholds, _cases

from builder import Estate, estate

FAULTS = {
    "none": lambda built, host: None,
    "rmcd stopped": lambda built, host: built.rmcd_stopped(host),
    "tcp blocked": lambda built, host: built.down(host, path="timeout"),
    "udp blocked": lambda built, host: built.down(host),
    "one hmc": lambda built, host: built.down(host, hmc="hmcalpha", path="timeout"),
    "other hmc": lambda built, host: built.down(host, hmc="hmcbeta"),
    "pending": lambda built, host: built.down(host, "i"),
    "mtu": lambda built, host: built.down(host, "X"),
    "cache": lambda built, host: built.inactive(host, raw=True),
    "inactive": lambda built, host: built.inactive(host),
    "no records": lambda built, host: built.no_records(host),
    "retired": lambda built, host: built.retired_record(host),
    "unreachable": lambda built, host: built.unreachable(host),
    "booting": lambda built, host: (built.down(host), built.rmc(host)["partition"].update(uptime_seconds=60)),
    "full": lambda built, host: built.rmc(host)["filesystems"][1].update(used_percent=100),
    "drm": lambda built, host: (built.inactive(host, raw=True), [row.update(rmc_state="active") for row in built.rows(host)]),
    "clock": lambda built, host: built.rmc(host)["security"].update(clock_utc="2025-11-16T09:00:00Z"),
    "cluster": lambda built, host: built.rmc(host).update(cluster={"member": True, "online": True, "evidence": []}),
    "busy": lambda built, host: built.rows(host)[0].update(rmc_state="busy"),
}
fault_lists = st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=7)
# Which verdicts are no worse than which: nothing to repair, not to be told, to be repaired.
GRADES = {"HEALTHY": 0, "OUT_OF_SCOPE": 0, "NOT_RUNNING": 0, "CO_MANAGED": 0, "BOOTING": 1, "SUSPENDED": 1, "UNDETERMINED": 2}
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def broken(faults):
    built = estate(len(faults))
    for number, fault in enumerate(faults, 1):
        FAULTS[fault](built, "lpar%d" % number)
    return built


# Losses that an outage is made of, in up to three subnets.
LOSSES = ("none", "tcp blocked", "one hmc", "inactive", "rmcd stopped", "booting")
placed_faults = st.lists(st.tuples(st.sampled_from(LOSSES), st.integers(0, 2)), min_size=3, max_size=16)


def spread(faults):
    built = Estate()
    for number, (fault, subnet) in enumerate(faults, 1):
        built.add("lpar%d" % number, number, "10.0.%d.%d" % (subnet, number))
        FAULTS[fault](built, "lpar%d" % number)
    return built


def verdicts(survey, **more):
    return {entry["host"]: entry["verdict"] for entry in diagnose(survey, **more)["hosts"]}


@quick
@given(fault_lists)
def test_report_is_whole_and_serialisable(faults):
    survey = broken(faults).survey()
    before = copy.deepcopy(survey)
    report = diagnose(survey)
    assert survey == before
    assert json.loads(json.dumps(report)) == report
    assert sum(report["totals"].values()) == len(report["hosts"]) == len(faults)
    for entry in report["hosts"]:
        assert entry["verdict"] == entry["findings"][0]["code"] and entry["verdict"] in CODES
        assert entry["blocked_by"] == [refusal["reason"] for refusal in entry["refusals"]]
        assert entry["verdict"] != "HEALTHY" or entry["next_rung"] is None
    assert report["complete"] is not any(verdict == "UNDETERMINED" for verdict in report["totals"])


@quick
@given(fault_lists, st.randoms(use_true_random=False))
def test_order_never_matters(faults, random):
    survey = broken(faults).survey()

    def shuffled(value):
        items = list(value.items())
        random.shuffle(items)
        return dict(items)

    other = copy.deepcopy(survey)
    other["hosts"], other["hmcs"] = shuffled(other["hosts"]), shuffled(other["hmcs"])
    for result in other["hmcs"].values():
        random.shuffle(result["partitions"])
    for host in other["hosts"].values():
        if host["rmc"]:
            random.shuffle(host["rmc"]["subsystems"])
            random.shuffle(host["rmc"]["filesets"])
    assert diagnose(other) == diagnose(survey)


@quick
@given(fault_lists)
def test_a_healthy_lpar_more_never_worsens_a_verdict(faults):
    built = broken(faults)
    before = verdicts(built.survey())
    built.add("newcomer", 60, "198.51.100.60")
    after = verdicts(built.survey())
    assert after.pop("newcomer") == "HEALTHY"
    for host, verdict in after.items():
        assert GRADES.get(verdict, 3) <= GRADES.get(before[host], 3), (host, before[host], verdict)


@quick
@given(placed_faults, st.integers(0, 3))
def test_a_healthy_lpar_more_in_any_subnet_never_worsens_a_verdict(faults, subnet):
    built = spread(faults)
    before = verdicts(built.survey())
    built.add("newcomer", 60, "10.0.%d.60" % subnet)
    after = verdicts(built.survey())
    assert after.pop("newcomer") == "HEALTHY"
    for host, verdict in after.items():
        assert GRADES.get(verdict, 3) <= GRADES.get(before[host], 3), (host, before[host], verdict)


@quick
@given(placed_faults, st.randoms(use_true_random=False))
def test_order_never_matters_for_an_outage(faults, random):
    survey = spread(faults).survey()
    other = copy.deepcopy(survey)
    names = list(other["hosts"])
    random.shuffle(names)
    other["hosts"] = {name: other["hosts"][name] for name in names}
    for result in other["hmcs"].values():
        random.shuffle(result["partitions"])
    assert diagnose(other) == diagnose(survey)


@quick
@given(placed_faults)
def test_no_hmc_is_lost_where_a_subnet_works(faults):
    """HMC_WIDE and NETWORK_SEGMENT are never told of one HMC together, and nobody healthy is a member of either."""
    report = diagnose(spread(faults).survey())
    told = {(entry["code"], hmc) for entry in report["fleet_findings"] if entry["code"] in ("HMC_WIDE", "NETWORK_SEGMENT") for hmc in entry["hmcs"]}
    assert not any(("NETWORK_SEGMENT", hmc) in told for code, hmc in told if code == "HMC_WIDE")
    members = {member["host"] for entry in report["fleet_findings"] for member in entry["members"]}
    assert not members & {host["host"] for host in report["hosts"] if host["verdict"] == "HEALTHY"}


@quick
@given(fault_lists, st.sampled_from(["hmcalpha", "hmcbeta"]), st.booleans())
def test_a_missing_hmc_never_turns_into_healthy(faults, hmc, silent):
    """An HMC that no LPAR at all is connected to cannot be told from a retired one: one LPAR is."""
    built = broken([*faults, "none"])
    before = verdicts(built.survey())
    if silent:
        built.silent(hmc)
    else:
        del built.hmcs[hmc]
    report = diagnose(built.survey())
    for entry in report["hosts"]:
        assert entry["verdict"] != "HEALTHY" or before[entry["host"]] == "HEALTHY", (entry["host"], before[entry["host"]])
    assert not silent or report["complete"] is False


@quick
@given(fault_lists, st.sampled_from(["hmcalpha", "hmcbeta"]))
def test_a_silent_hmc_makes_nobody_healthy_that_it_manages(faults, hmc):
    built = broken(faults)
    built.silent(hmc)
    assert "HEALTHY" not in verdicts(built.survey()).values()


@quick
@given(fault_lists, st.sampled_from(["hmcalpha", "hmcbeta"]))
def test_nobody_is_healthy_for_certain_while_the_other_hmc_is_silent(faults, hmc):
    """Not even where no LPAR has a record of it."""
    built = broken(faults)
    for host in built.hosts.values():
        if host["rmc"]:
            for told in (host["rmc"], host["rmc"]["domains"]):
                told["control_points"] = [entry for entry in told["control_points"] or () if entry["node_id"] != built.ids[hmc]["node_id"]]
    built.silent(hmc)
    assert not any(entry["verdict"] == "HEALTHY" and entry["confidence"] == "certain" for entry in diagnose(built.survey())["hosts"])


@quick
@given(fault_lists)
def test_no_hmc_at_all_is_never_healthy(faults):
    survey = broken(faults).survey()
    survey["hmcs"] = {}
    report = diagnose(survey)
    assert "HEALTHY" not in report["totals"] and report["complete"] is False


def places(value, path=()):
    """Every place in a nested structure."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        found += places(below, path + (key,))
    return found


def damaged(value, path, junk, drop):
    """Put junk at a place, or take it away; earlier damage may have removed the place."""
    target = value
    try:
        for key in path[:-1]:
            target = target[key]
        if drop:
            del target[path[-1]]
        else:
            target[path[-1]] = junk
    except (KeyError, IndexError, TypeError):
        pass


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_evidence_crashes_the_judgement(data):
    survey = broken(data.draw(st.lists(st.sampled_from(sorted(FAULTS)), min_size=2, max_size=3))).survey()
    where = places(survey)
    junk = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just([]), st.just({}), st.just([None, 3, "x", {}]), st.just({"a": [1]}),
    )
    for dummy in range(data.draw(st.integers(1, 6))):
        damaged(survey, data.draw(st.sampled_from(where)), data.draw(junk), data.draw(st.booleans()))
    report = diagnose(survey)
    json.dumps(report)
    assert all(entry["findings"] for entry in report["hosts"])


@quick
@given(fault_lists)
def test_rules_that_are_not_asked_of_connected_lpars_would_have_nothing_to_say(faults):
    survey = DiagnosisEstate(broken(faults).survey(), Thresholds())
    cases = _cases(survey, [])
    Fleet(survey, cases)
    for case in cases:
        if case.quiet():
            assert [code for code in rules.ONLY_IN_TROUBLE if rules.REGISTRY[code](case)] == []


def test_defaults_are_in_force_and_unknown_thresholds_are_refused():
    assert Thresholds().clock_skew_seconds == THRESHOLDS["clock_skew_seconds"] == 300
    assert Thresholds({"clock_skew_seconds": "60"}).clock_skew_seconds == 60
    for wrong in ({"clock_skew": 60}, {"clock_skew_seconds": "soon"}, {"clock_skew_seconds": -1}):
        try:
            Thresholds(wrong)
        except ValueError as error:
            assert "clock_skew" in str(error)
        else:
            raise AssertionError("%s was accepted" % wrong)
