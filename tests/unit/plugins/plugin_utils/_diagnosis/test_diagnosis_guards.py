# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What forbids a rung: every reason once where it holds, and once where it does not."""

from __future__ import annotations

import pytest

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose, guards, ladder

from builder import estate

HOST = "lpar1"


def told(built, **more):
    return next(entry for entry in diagnose(built.survey(), **more)["hosts"] if entry["host"] == HOST)


def stopped(**changes):
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST).update(changes)
    return built


def pending(hmc=None):
    """Cured by a disruptive rung."""
    built = estate()
    built.down(HOST, "i", hmc)
    return built


def vios(partner_active):
    built = estate()
    for number in (1, 2):
        for row in built.rows("lpar%d" % number):
            row["environment"] = "vioserver"
        built.rmc("lpar%d" % number)["partition"]["kind"] = "vios"
    built.rmcd_stopped(HOST)
    if not partner_active:
        built.rmcd_stopped("lpar2")
    return built


def booting():
    built = stopped()
    built.rmc(HOST)["partition"]["uptime_seconds"] = 300
    return built


def unknown_uptime():
    built = stopped()
    built.rmc(HOST)["partition"]["uptime_seconds"] = None
    return built


def segment():
    built = estate(4)
    for number in range(11, 15):
        built.add("other%d" % number, number, "198.51.100.%d" % number)
    for host in ("lpar1", "lpar2", "lpar3", "lpar4"):
        built.down(host, path="timeout")
    return built


def unexplained():
    built = estate()
    built.inactive(HOST)
    return built


def reached_another():
    built = stopped()
    built.hosts[HOST]["expected"] = {"machine": "9009-42A*78E0C30", "lpar_id": 1}
    return built


def one_silent():
    built = pending()
    built.silent("hmcbeta")
    return built


def moving():
    built = stopped()
    for row in built.rows(HOST):
        row["state"] = "Migrating - Running"
    return built


ACTIVITY = {"dlpar": False, "lpm": False, "lku": False, "installp": False, "backup": False}
MEMBER = {"member": True, "online": True, "evidence": [{"source": "lsrpdomain", "detail": "peer domain dom Online"}]}
REFUSED = [
    ("cluster_member", stopped(cluster=MEMBER)),
    ("cluster_member", stopped(cluster=dict(MEMBER, online=False))),
    ("cluster_unknown", stopped(cluster={"member": None, "evidence": [{"source": "lspv", "detail": "could not be asked: timeout"}]})),
    ("cluster_unknown", stopped(cluster=None)),
    ("wrong_host", reached_another()),
    ("fleet_cause", segment()),
    ("network_cause", segment()),
    ("active_elsewhere", pending("hmcalpha")),
    ("activity_in_progress", stopped(activity=dict(ACTIVITY, installp=True))),
    ("activity_in_progress", stopped(activity=dict(ACTIVITY, dlpar=True))),
    ("activity_in_progress", stopped(activity=dict(ACTIVITY, backup=True))),
    ("activity_in_progress", moving()),
    ("recently_booted", booting()),
    ("suspended", stopped(activity=dict(ACTIVITY, lku=True))),
    ("vios_partner", vios(partner_active=False)),
    ("unknown_cause", unexplained()),
    ("incomplete_evidence", stopped(activity=None)),
    ("incomplete_evidence", unknown_uptime()),
    ("incomplete_evidence", one_silent()),
    ("no_rung", segment()),
]


@pytest.mark.parametrize(("reason", "built"), REFUSED, ids=["%s-%d" % (entry[0], number) for number, entry in enumerate(REFUSED)])
def test_refused_with_evidence(reason, built):
    host = told(built)
    assert reason in host["blocked_by"]
    refusal = next(entry for entry in host["refusals"] if entry["reason"] == reason)
    assert refusal["evidence"] and all(entry["source"] and entry["detail"] for entry in refusal["evidence"]) and refusal["next_step"]


def test_every_reason_is_tested():
    assert {reason for reason, dummy in REFUSED} == set(guards.REASONS)


@pytest.mark.parametrize("build", [stopped, pending, lambda: vios(partner_active=True)], ids=["start", "recycle", "vios with its partner"])
def test_nothing_forbids_a_plain_repair(build):
    host = told(build())
    assert host["next_rung"] and host["blocked_by"] == []


def test_a_cluster_allows_what_happens_on_the_hmc():
    built = estate()
    built.inactive(HOST, raw=True)
    built.rmc(HOST)["cluster"] = MEMBER
    host = told(built)
    assert (host["next_rung"], host["blocked_by"]) == ("hmc_rebuild", [])


def test_a_cluster_allows_refresh_and_nothing_above():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["listeners"]["tcp_657"] = False
    built.rmc(HOST)["cluster"] = MEMBER
    host = told(built)
    assert (host["next_rung"], host["blocked_by"]) == ("refresh", [])
    assert host["findings"][0]["remedy"]["approval"] == "yes"


def test_both_vios_of_a_pair_are_never_free_together():
    hosts = {entry["host"]: entry for entry in diagnose(vios(partner_active=False).survey())["hosts"]}
    assert "vios_partner" in hosts["lpar1"]["blocked_by"] and "vios_partner" in hosts["lpar2"]["blocked_by"]


def test_what_is_healthy_is_not_forbidden_anything():
    host = told(estate())
    assert (host["next_rung"], host["blocked_by"], host["refusals"]) == (None, [], [])


def test_the_ladder_of_failure_modes():
    assert [rung.number for rung in ladder.RUNGS.values()] == list(range(10))
    assert [name for name, rung in ladder.RUNGS.items() if rung.snapshot] == ["recycle", "targeted", "reset_keep_id", "reset_new_id"]
    assert [name for name, rung in ladder.RUNGS.items() if rung.in_cluster == ladder.NEVER] == ["recycle", "targeted", "reset_keep_id", "reset_new_id"]
    assert [name for name, rung in ladder.RUNGS.items() if rung.approval == ladder.BY_ID] == ["targeted", "reset_keep_id", "reset_new_id"]
    assert all(name in ladder.RUNGS for rungs in ladder.FITS.values() for name in rungs)
