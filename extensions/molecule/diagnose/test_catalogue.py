# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report that converge wrote of the estate with every fault, and how it came about."""

from __future__ import annotations

import json

import pytest

from estate import codes, here

ESTATE = here()
FIRST = ESTATE.results / "first"
# When the first run ended: later runs are not counted.
ENDED = (FIRST / "rmc-report.json").stat().st_mtime
PLACED = json.loads((ESTATE.results / "placed.json").read_text(encoding="utf-8"))
REPORT = json.loads((FIRST / "rmc-report.json").read_text(encoding="utf-8"))
HOSTS = {host["host"]: host for host in REPORT["hosts"]}
# Not to be compared: evidence that is another one a moment later, and that of a host without Python.
RESTLESS = ("NODE_ID_DUPLICATE", "BOOTING", "WRONG_HOST")
COMPARED = [row for row in PLACED["placed"] if row["fault"] not in RESTLESS and row["hosts"][0].startswith("p1")]


def label(row):
    return "-".join([row["fault"], *[str(value) for value in row["options"].values()]])


@pytest.mark.parametrize("row", PLACED["placed"], ids=label)
def test_the_fault_is_told(row):
    for name in row["hosts"]:
        host = HOSTS[name]
        assert host["verdict"] == row["verdict"], (name, host["findings"][0]["summary"], codes(host))
        if row["rung"]:
            assert host["next_rung"] == row["rung"]
        assert set(row["flags"] or []) <= set(codes(host))
        assert all(finding["evidence"] for finding in host["findings"])


@pytest.mark.parametrize("name", PLACED["healthy"])
def test_the_neighbour_is_healthy(name):
    assert HOSTS[name]["verdict"] == "HEALTHY"
    assert codes(HOSTS[name]) == ["HEALTHY"]


def test_nothing_is_proposed_where_nothing_may_be_done():
    forbidden = [host["host"] for host in REPORT["hosts"] if host["clustered"] and host["next_rung"] in ("start", "recycle", "targeted", "reset_keep_id")
                 and "cluster_member" not in host["blocked_by"]]
    assert forbidden == []
    fleet = [host for host in REPORT["hosts"] if host["verdict"] in ("HMC_WIDE", "NETWORK_SEGMENT", "SYSTEM_NOT_CONNECTED", "WRONG_HOST", "UNKNOWN")]
    assert fleet and all(host["blocked_by"] for host in fleet)


def test_one_cause_of_many_is_told_once():
    told = {finding["code"]: finding for finding in REPORT["fleet_findings"]}
    assert {"HMC_WIDE", "NETWORK_SEGMENT", "NODE_ID_DUPLICATE", "RECYCLED_IP"} <= set(told)


def test_what_could_not_be_read_makes_the_report_incomplete():
    assert REPORT["complete"] is False
    assert (FIRST / "rmc-report.txt").read_text(encoding="utf-8").find("NOT COMPLETE") >= 0


def test_not_one_command_changed_anything():
    assert len(ESTATE.commands()) > 2000
    assert ESTATE.changing() == []


def test_one_round_trip_for_each_lpar_and_one_login_for_each_hmc():
    asked, logins = ESTATE.events("exec", until=ENDED), ESTATE.events("login", until=ENDED)
    reached = [name for name, host in HOSTS.items() if host["reachable"]]
    assert len(reached) > 100
    # The address of a WRONG_HOST leads to its neighbour, which is asked in its place.
    assert sum(asked.get(name, 0) for name in HOSTS) == len(reached)
    assert len([name for name in HOSTS if asked.get(name, 0) > 1]) == 1
    hmcs = [hmc["host"] for hmc in REPORT["hmcs"]]
    assert {name: logins.get(name) for name in hmcs} == dict.fromkeys(hmcs, 1)


def test_an_hmc_is_asked_few_commands():
    """The list of systems and one list of partitions for each, in two batches over one login."""
    for hmc in REPORT["hmcs"]:
        asked = [entry["argv"] for entry in ESTATE.commands(until=ENDED) if entry["host"] == hmc["host"]]
        lists = [argv for argv in asked if argv[0] == "lssyscfg"]
        assert len(lists) == 1 + sum(system["outcome"] == "ok" for system in hmc["systems"]), lists
        assert ESTATE.events("exec", until=ENDED)[hmc["host"]] == 2


@pytest.fixture(scope="module")
def by_python():
    """The evidence of the same hosts by the other collector."""
    hosts = ",".join(row["hosts"][0] for row in COMPARED)
    result, dummy = ESTATE.diagnose("python", "-l", hosts, rmc_diagnose_collector="python", rmc_diagnose_deadline=6)
    assert result.returncode == 0, result.stdout[-2000:]
    return json.loads((ESTATE.results / "python" / "rmc-evidence.json").read_text(encoding="utf-8"))["hosts"]


@pytest.fixture(scope="module")
def by_perl():
    return json.loads((FIRST / "rmc-evidence.json").read_text(encoding="utf-8"))["hosts"]


@pytest.mark.parametrize("row", COMPARED, ids=label)
def test_both_collectors_give_the_same_evidence(row, by_perl, by_python):
    for name in row["hosts"]:
        assert lasting(by_perl[name]["rmc"]) == lasting(by_python[name]["rmc"])


def lasting(rmc):
    """Evidence without what differs from one moment to the next, and without the marks of the collector."""
    if rmc is None:
        return None
    rmc = json.loads(json.dumps(rmc))
    for key in ("collected_at", "elapsed_seconds", "collector"):
        rmc.pop(key, None)
    rmc["partition"].pop("uptime_seconds", None)
    rmc["security"].pop("clock_utc", None)
    (rmc.get("rmcd") or {}).pop("seconds", None)
    for row in rmc["network"]["paths"] + rmc["probes"]:
        row.pop("seconds", None)
    return rmc


def test_a_saved_evidence_file_gives_the_same_report():
    result, report = ESTATE.diagnose("offline", "-l", "p1m1l03", rmc_diagnose_evidence_files=[str(FIRST / "rmc-evidence.json")])
    assert result.returncode == 0, result.stdout[-2000:]
    assert report == REPORT


@pytest.mark.parametrize(("fail_on", "code"), [("MTU_MISMATCH", 2), ("FLAPPING", 0), ("incomplete", 2)])
def test_the_gate_has_an_exit_code(fail_on, code):
    result, report = ESTATE.diagnose(
        "gate", "-l", "p1m1l03", rmc_diagnose_evidence_files=[str(FIRST / "rmc-evidence.json")], rmc_diagnose_fail_on=[fail_on])
    assert result.returncode == code, result.stdout[-2000:]
    assert report["totals"] == REPORT["totals"]
    assert (fail_on in result.stdout.rpartition("TASK")[2]) == bool(code)
