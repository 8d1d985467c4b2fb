# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as a fault, in which order things are told, and which words stop a pipeline."""

from __future__ import annotations

import pathlib
import re

import pytest
import report_builder as build

from ansible_collections.aixops.rsct.plugins.plugin_utils._report import codes, view

GUIDE = pathlib.Path(__file__).resolve().parents[5] / "docs" / "failure-modes.md"


def test_a_code_that_nobody_knows_is_a_fault():
    assert codes.state_of("SOMETHING_NEW") == codes.FAULT


@pytest.mark.skipif(not GUIDE.exists(), reason="docs/failure-modes.md is not in this tree")
def test_every_code_of_the_guide_is_known_here():
    documented = set(re.findall(r"^#+ ([A-Z][A-Z0-9_]{3,})\s*$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented, "the guide has no section named after a code"
    assert not codes.unknown_words(sorted(documented))


def test_a_member_is_told_under_its_fleet_cause_and_not_again_on_its_own():
    hosts = [build.host("aix1", 1, "NETWORK_SEGMENT"), build.host("aix2", 2, "NETWORK_SEGMENT")]
    model = view.build(build.report(hosts, fleet=[build.finding("NETWORK_SEGMENT", members=["aix1", "aix2"])]))
    assert [(group["code"], len(group["rows"])) for group in model["groups"]] == [("NETWORK_SEGMENT", 2)]


def test_members_may_be_named_by_machine_and_id():
    hosts = [build.host("aix1", 1, "NETWORK_SEGMENT")]
    members = [{"host": None, "machine": build.machine_name(1), "lpar_id": 1, "lpar_name": "other"}]
    model = view.build(build.report(hosts, fleet=[build.finding("NETWORK_SEGMENT", members=members)]))
    assert [row["label"] for row in model["groups"][0]["rows"]] == ["aix1"]


def test_a_member_with_another_verdict_stays_with_its_own_cause_too():
    hosts = [build.host("aix1", 1, "NETWORK_SEGMENT"), build.host("aix2", 2, "RSCT_DOWN")]
    model = view.build(build.report(hosts, fleet=[build.finding("NETWORK_SEGMENT", members=["aix1", "aix2"])]))
    assert [group["code"] for group in model["groups"]] == ["NETWORK_SEGMENT", "RSCT_DOWN"]


def test_worst_first():
    order = ["RSCT_DOWN", "UNDETERMINED", "BOOTING", "NOT_RUNNING", "HEALTHY"]
    hosts = [build.host(f"aix{number}", number, code) for number, code in enumerate(reversed(order), 1)]
    model = view.build(build.report(hosts))
    assert [row["code"] for row in model["rows"]] == order
    assert [group["code"] for group in model["groups"]] == order


def test_the_order_of_hosts_never_matters():
    hosts = [build.host(f"aix{number}", number, code) for number, code in enumerate(["HEALTHY", "RSCT_DOWN", "DRM_DOWN", "RSCT_DOWN", "BOOTING"], 1)]
    assert view.build(build.report(hosts)) == view.build(build.report(hosts[::-1]))


def test_gaps_name_consoles_systems_and_partitions():
    lost = build.hmc("hmcalpha")
    lost["systems"][0].update(outcome="failed", state="No Connection", message="HSCL0237")
    model = view.build(
        build.report([build.host("aix1", 1, "UNDETERMINED")], [lost, build.hmc("hmcbeta", outcome="unreachable", message="timed out")])
    )
    assert [gap["kind"] for gap in model["gaps"]] == ["system", "HMC", "LPAR"]
    assert model["gaps"][0]["why"] == "No Connection: HSCL0237"


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        (["RSCT_DOWN"], [("RSCT_DOWN", 1)]),
        (["MTU_MISMATCH"], []),
        (["any-fault"], [("any-fault", 2)]),
        (["incomplete"], [("incomplete", 1)]),
        ([], []),
    ],
)
def test_words_of_a_gate(fail_on, expected):
    report = build.report(
        [build.host("aix1", 1, "RSCT_DOWN"), build.host("aix2", 2, "UNDETERMINED"), build.host("aix3", 3), build.host("aix4", 4, "NOT_RUNNING")]
    )
    assert codes.tripped(report, fail_on) == expected


def test_a_gate_does_not_pass_because_a_console_was_silent():
    report = build.report([build.host("aix1", 1)], [build.hmc("hmcbeta", outcome="unreachable")])
    assert codes.tripped(report, ["any-fault"]) == [("any-fault", 0)]


def test_a_gate_goes_by_verdicts_advisories_and_flags():
    both = build.host(
        "aix1",
        1,
        "RSCT_DOWN",
        findings=[build.finding("RSCT_DOWN"), build.finding("DRM_DOWN"), {**build.finding("BOOTING"), "code": "MCP_RESIDUE"}],
        flags=["CLUSTERED"],
    )
    report = build.report([both])
    assert codes.tripped(report, ["DRM_DOWN", "MCP_RESIDUE", "CLUSTERED", "RSCT_DOWN"]) == [("MCP_RESIDUE", 1), ("CLUSTERED", 1), ("RSCT_DOWN", 1)]


def test_a_cause_of_the_fleet_trips_a_gate_too():
    report = build.report([build.host("aix1", 1)], fleet=[build.finding("NETWORK_SEGMENT", members=[])])
    assert codes.tripped(report, ["NETWORK_SEGMENT"]) == [("NETWORK_SEGMENT", 0)]


def test_unknown_words_are_named():
    assert codes.unknown_words(["RSCT_DOWN", "any-fault", "rsct_down", "FOO"]) == ["rsct_down", "FOO"]


def test_a_silent_console_is_one_gap_and_not_one_at_every_partition():
    hosts = [build.host(f"aix{number}", number, "UNDETERMINED", unread=["HMC hmcbeta did not answer"]) for number in range(1, 101)]
    model = view.build(build.report(hosts, [build.hmc("hmcalpha"), build.hmc("hmcbeta", outcome="unreachable", message="timed out")]))
    assert len(model["gaps"]) == 2
    assert model["gaps"][1]["name"].endswith("and 96 more")


def test_one_lost_host_shows_what_its_connection_said():
    found = build.finding("UNDETERMINED", evidence=[{"source": "aix1", "detail": "Permission denied (publickey)"}])
    model = view.build(build.report([build.host("aix1", 1, "UNDETERMINED", findings=[found], unread=["not read"])]))
    assert model["gaps"] == [{"kind": "LPAR", "name": "aix1", "why": "not read: Permission denied (publickey)"}]


def test_a_request_is_forbidden_by_nothing():
    asked = build.host("aix1", 1, "MTU_MISMATCH", blocked_by=["no_rung"])
    assert view.build(build.report([asked]))["rows"][0]["blocked_by"] == []


def test_the_same_advice_for_many_is_told_once_whatever_their_names():
    def advised(number):
        found = build.finding(
            "RSCT_DOWN", remedy={"rung": "start", "role": "rmc_fix", "text": f"On aix{number} as root: rmcctrl -s. Not on aix{number}b."}
        )
        return build.host(f"aix{number}", number, "RSCT_DOWN", findings=[found])

    group = view.build(build.report([advised(1), advised(2)]))["groups"][0]
    assert [piece["next"] for piece in group["pieces"]] == [
        "On aix1 as root: rmcctrl -s. Not on aix1b.",
        "On aix2 as root: rmcctrl -s. Not on aix2b.",
    ]
    same = [
        build.host(f"aix{number}", number, "RSCT_DOWN", findings=[build.finding("RSCT_DOWN", summary=f"rmcd of aix{number} is down.")])
        for number in (1, 2)
    ]
    group = view.build(build.report(same))["groups"][0]
    assert [(piece["summary"], len(piece["rows"])) for piece in group["pieces"]] == [("rmcd of <LPAR> is down.", 2)]


@pytest.mark.parametrize(
    ("code", "link", "kind"),
    [
        ("HEALTHY", {"state": "active", "rmc_state": "active", "dlpar": [1, 1, 1]}, "up"),
        # Judged by the raw view.
        ("HEALTHY", {"state": "active", "rmc_state": "active", "dlpar": [None, None, None]}, "up"),
        ("UNDETERMINED", {"state": "active", "rmc_state": "active", "dlpar": [None, None, None]}, "unsure"),
        ("HMC_PATH", {"state": "active", "rmc_state": "active", "dlpar": [1, None, 1]}, "unsure"),
        ("DRM_DOWN", {"state": "no_caps", "rmc_state": "active", "dlpar": [1, 0, None]}, "half"),
        ("DRM_DOWN", {"state": "no_caps", "rmc_state": "active", "dlpar": [None, None, None]}, "half"),
        ("UNDETERMINED", {"state": "busy", "rmc_state": "busy", "dlpar": [1, 1, 1]}, "unsure"),
        ("RSCT_DOWN", {"state": "inactive", "rmc_state": "inactive", "dlpar": [0, 0, 0]}, "down"),
        ("OUT_OF_SCOPE", {"state": "inactive", "rmc_state": "none", "dlpar": [0, 0, 0]}, "off"),
        ("NOT_RUNNING", {"state": "off", "rmc_state": "", "dlpar": [0, 0, 0]}, "off"),
        ("SYSTEM_NOT_CONNECTED", {"state": "not_connected", "rmc_state": "inactive", "dlpar": [0, 0, 0]}, "nothing"),
        ("UNDETERMINED", {"state": "unread", "rmc_state": None, "dlpar": [None, None, None]}, "nothing"),
        # A report without the judged state.
        ("HEALTHY", {"rmc_state": "active", "dlpar": [1, 1, 1]}, "up"),
        ("DRM_DOWN", {"rmc_state": "active", "dlpar": [0, 0, 0]}, "half"),
        ("UNDETERMINED", {"rmc_state": "busy", "dlpar": [1, 1, 1]}, "unsure"),
        ("RSCT_DOWN", {"rmc_state": "none", "dlpar": [0, 0, 0]}, "down"),
        ("UNDETERMINED", {"rmc_state": None}, "nothing"),
    ],
)
def test_how_a_connection_stands(code, link, kind):
    assert view.connection(code, link) == kind
