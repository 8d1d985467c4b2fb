# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's own IP filter: of its rules the first that matches a packet decides."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import lsfilt
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose

from builder import estate

HOST = "lpar1"
SAMPLE = pathlib.Path(__file__).parents[3] / "samples" / "aix72_lsfilt_permit_657_then_deny_all.txt"
DENY_ALL = "10|deny|0.0.0.0|0.0.0.0|0.0.0.0|0.0.0.0|yes|all|any|0|any|0|both|both|no|all packets|0|all|0|||"


def rule(action="permit", source="0.0.0.0|0.0.0.0", destination="0.0.0.0|0.0.0.0", protocol="all", ports="any|0|any|0", scope="both|both", interface="all"):
    return f"3|{action}|{source}|{destination}|yes|{protocol}|{ports}|{scope}|no|all packets|0|{interface}|0|||"


def with_filter(built, host, lines):
    rules = lsfilt.concerning(lsfilt.parse("\n".join(lines)), 657)
    built.rmc(host)["network"]["local_filter"] = {"active": True, "rules": rules}


def judged(*lines, path=None):
    built = estate()
    built.down(HOST, path=path)
    with_filter(built, HOST, lines)
    host = next(entry for entry in diagnose(built.survey())["hosts"] if entry["host"] == HOST)
    return next((finding["confidence"] for finding in host["findings"] if finding["code"] == "LOCAL_FILTER"), None), host


@pytest.mark.parametrize(
    ("before", "confidence"),
    [
        ((), "certain"),
        ((rule(),), None),
        ((rule(ports="eq|657|eq|657", protocol="udp"), rule(protocol="tcp")), None),
        # One of the flows is not let through.
        ((rule(protocol="tcp"),), "certain"),
        ((rule(protocol="17"),), "certain"),
        ((rule(scope="both|inbound"),), "certain"),
        ((rule(scope="both|outbound"),), "certain"),
        ((rule(scope="routed|both"),), "certain"),
        ((rule(scope="local|both"),), None),
        ((rule(ports="any|0|eq|657"),), "certain"),
        ((rule(ports="any|0|eq|657"), rule(ports="eq|657|any|0")), None),
        ((rule(ports="any|0|eq|657"), rule(ports="eq|657|any|0", protocol="tcp/ack")), None),
        ((rule(ports="lt|1024|lt|1024"),), "certain"),
        # Somebody else is let through.
        ((rule(source="203.0.113.9|255.255.255.255"),), "certain"),
        ((rule(source="192.0.2.0|255.255.255.0", destination="192.0.2.0|255.255.255.0"),), None),
        ((rule(interface="en0"),), None),
        ((rule(interface="en7"),), "certain"),
        # What it says cannot be known.
        ((rule(action="shun_host"),), "likely"),
        ((rule(ports="between|600|any|0"),), "likely"),
        ((rule(source="192.0.2.0|255.0.255.0"),), "likely"),
        (("3|permit|192.0.2.0",), "likely"),
        (("3|*** Dynamic filter placement rule for IKE tunnels ***|no",), "certain"),
    ],
)
def test_the_first_rule_that_matches_decides(before, confidence):
    assert judged(*before, DENY_ALL)[0] == confidence


def test_a_permit_after_the_deny_comes_too_late():
    found, host = judged(DENY_ALL, rule(), path="timeout")
    assert (found, host["verdict"]) == ("certain", "LOCAL_FILTER")
    assert [entry["source"] for entry in host["findings"][0]["evidence"]].count("lsfilt on lpar1") == 1


def test_an_unread_rule_after_the_deny_does_not_matter():
    assert judged(DENY_ALL, "11|if|0.0.0.0")[0] == "certain"


def test_ports_that_are_let_through_before_all_else_is_denied_leave_it_to_the_network():
    found, host = judged(*SAMPLE.read_text().splitlines(), path="timeout")
    assert (found, host["verdict"], host["confidence"]) == (None, "NETWORK_TCP_BLOCKED", "certain")


def test_such_a_filter_does_not_keep_rmcd_from_being_started():
    built = estate()
    built.rmcd_stopped(HOST)
    with_filter(built, HOST, SAMPLE.read_text().splitlines())
    host = next(entry for entry in diagnose(built.survey())["hosts"] if entry["host"] == HOST)
    assert (host["verdict"], host["next_rung"], host["blocked_by"]) == ("RSCT_DOWN", "start", [])


def test_such_filters_do_not_hide_that_an_hmc_lost_its_partitions():
    built = estate()
    for number, host in enumerate(built.hosts, 21):
        built.down(host, hmc="hmcalpha", path="timeout")
        with_filter(built, host, [line.replace("192.0.2.21|", f"192.0.2.{number}|") for line in SAMPLE.read_text().splitlines()])
    assert {entry["verdict"] for entry in diagnose(built.survey())["hosts"]} == {"HMC_WIDE"}


def test_an_hmc_has_more_addresses_than_it_talks_to_partitions_by():
    built = estate()
    built.down(HOST, path="timeout")
    for entry in built.rmc(HOST)["control_points"]:
        entry["hmc_additional_ips"] = ["10.0.0.1"]
    with_filter(built, HOST, SAMPLE.read_text().splitlines())
    host = next(entry for entry in diagnose(built.survey())["hosts"] if entry["host"] == HOST)
    assert host["verdict"] == "NETWORK_TCP_BLOCKED" and "LOCAL_FILTER" not in [finding["code"] for finding in host["findings"]]
