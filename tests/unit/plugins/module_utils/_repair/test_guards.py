# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards

POWERHA = [{"source": "lssrc -a", "detail": "clstrmgrES active (PowerHA)"}]
METHODS = ("refresh", "start", "recycle", "targeted", "reset_keep_id", "reset_new_id")


def evidence(**more):
    base = {
        "uid": 0,
        "partition": {"lpar_id": 3, "machine": "9105-22A*78F0A10", "hostname": "aixdb01", "uptime_seconds": 900},
        "cluster": {"member": False, "evidence": []},
        "subsystems": [{"name": "ctrmc", "status": "active"}, {"name": "IBM.DRM", "status": "active"}],
        "activity": dict.fromkeys(("dlpar", "lpm", "lku", "installp", "backup"), False),
        "migration": None,
        "suspended": False,
        "filesystems": [{"mount": "/var", "free_mb": 900, "used_percent": 99, "inodes_used_percent": 99}],
        "domains": {"control_points": [{"name": "192.0.2.11", "state": "O"}]},
    }
    return dict(base, **more)


def partition(**more):
    return {"partition": dict(evidence()["partition"], **more)}


def reason(found, method="refresh", **options):
    try:
        guards.check(found, method, **options)
    except guards.Refused as refused:
        result = refused.result()
        assert result["changed"] is False
        assert result["refusal"] == result["refusals"][0]
        assert result["refusal"]["next_step"] and all(line["source"] and line["detail"] for line in result["refusal"]["evidence"])
        return result["refusal"]["reason"]
    return None


@pytest.mark.parametrize("method", METHODS)
def test_nothing_forbids_it(method):
    assert reason(evidence(), method, expected={"machine": "9105-22A*78F0A10", "lpar_id": 3}) is None


@pytest.mark.parametrize(
    ("wanted", "more"),
    [
        ("not_root", {"uid": 204}),
        ("not_root", {"uid": None}),
        ("cluster_member", {"cluster": {"member": True, "evidence": POWERHA}}),
        ("cluster_unknown", {"cluster": {"member": None, "evidence": [{"source": "lspv", "detail": "could not be asked: timeout"}]}}),
        ("cluster_unknown", {"cluster": None}),
        ("restore_in_progress", {"interrupted_restore": "snapshot before, phase swap"}),
        ("activity_in_progress", {"activity": dict(evidence()["activity"], dlpar=True)}),
        ("activity_in_progress", {"activity": dict(evidence()["activity"], lpm=True)}),
        ("activity_in_progress", {"activity": dict(evidence()["activity"], lku=True)}),
        ("activity_in_progress", {"activity": dict(evidence()["activity"], installp=True)}),
        ("activity_in_progress", {"activity": dict(evidence()["activity"], backup=True)}),
        ("unknown_state", {"activity": dict(evidence()["activity"], lpm=None)}),
        ("unknown_state", {"activity": None}),
        ("recently_booted", partition(uptime_seconds=899)),
        ("unknown_state", partition(uptime_seconds=None)),
        ("recently_migrated", {"migration": {"event": "completed", "time": "2026-11-14T22:15", "age_seconds": 899}}),
        ("suspended", {"suspended": True}),
        ("filesystem_full", {"filesystems": [{"mount": "/var", "free_mb": 0, "used_percent": 100, "inodes_used_percent": 4}]}),
        ("filesystem_full", {"filesystems": [{"mount": "/var", "free_mb": 900, "used_percent": 50, "inodes_used_percent": 100}]}),
        ("unknown_state", {"filesystems": []}),
        ("unknown_state", {"subsystems": []}),
        ("unknown_state", {"subsystems": [{"name": "ctrmc", "status": "stopping"}]}),
    ],
)
@pytest.mark.parametrize("method", METHODS)
def test_refused(wanted, more, method):
    assert reason(evidence(**more), method) == wanted


@pytest.mark.parametrize(
    "more",
    [
        {"migration": {"event": "completed", "time": "2026-11-14T22:15", "age_seconds": 900}},
        {"migration": {"event": "started", "time": "2026-11-14T22:15", "age_seconds": 900000}},
        {"suspended": None},
        {"subsystems": [{"name": "ctcas", "status": "inoperative"}]},
        {"filesystems": [{"mount": "/var", "free_mb": 5, "used_percent": None, "inodes_used_percent": None}]},
    ],
)
def test_not_refused(more):
    assert reason(evidence(**more)) is None


@pytest.mark.parametrize(
    ("expected", "more", "wanted"),
    [
        ({"machine": "9105-22A*78F0A11"}, {}, "wrong_host"),
        ({"lpar_id": 4}, {}, "wrong_host"),
        ({"machine": "9105-22A*78F0A10"}, partition(machine=None), "unknown_state"),
        ({"lpar_id": 3}, partition(lpar_id=None), "unknown_state"),
        ({"machine": None, "lpar_id": None}, partition(machine=None), None),
    ],
)
def test_identity_interlock(expected, more, wanted):
    assert reason(evidence(**more), expected=expected) == wanted


@pytest.mark.parametrize("member", [True, None])
def test_override_covers_the_refresh_of_this_host_and_nothing_else(member):
    found = evidence(cluster={"member": member, "evidence": POWERHA})
    override = {"host": "aixdb01", "ticket": "CHG0042"}
    assert reason(found, "refresh", cluster_override=override) is None
    for method in METHODS[1:]:
        assert reason(found, method, cluster_override=override) in ("cluster_member", "cluster_unknown")
    for wrong in ({"host": "aixdb02", "ticket": "CHG0042"}, {"host": "aixdb01", "ticket": ""}, {"host": "", "ticket": "x"}, {}):
        assert reason(found, "refresh", cluster_override=wrong) in ("cluster_member", "cluster_unknown")
    assert reason(dict(found, **partition(hostname=None)), "refresh", cluster_override={"host": None, "ticket": "x"})


def test_override_lifts_no_other_guard():
    found = evidence(cluster={"member": True, "evidence": POWERHA}, suspended=True)
    assert reason(found, cluster_override={"host": "aixdb01", "ticket": "CHG0042"}) == "suspended"


def test_every_reason_is_told_the_most_decisive_first():
    found = evidence(cluster={"member": True, "evidence": POWERHA}, suspended=True, uid=1)
    with pytest.raises(guards.Refused) as refused:
        guards.check(found, "recycle")
    assert [entry["reason"] for entry in refused.value.result()["refusals"]] == ["not_root", "cluster_member", "suspended"]


@pytest.mark.parametrize(
    ("states", "drm", "refused"),
    [("IO", "active", True), ("II", "active", False), ("OO", "active", False), ("", "active", False), ("IO", "inoperative", False)],
)
def test_up_on_one_hmc_only(states, drm, refused):
    rows = [{"name": "192.0.2.{0}".format(number), "state": state} for number, state in enumerate(states)]
    found = evidence(domains={"control_points": rows}, subsystems=[{"name": "IBM.DRM", "status": drm}])
    assert bool(guards.active_on_hmc(found)) is refused
    if refused:
        with pytest.raises(guards.Refused):
            guards.check_change(found, None)
        guards.check_change(found, None, disruptive=False)


def test_no_verified_snapshot():
    with pytest.raises(guards.Refused) as refused:
        guards.check_change(evidence(), "no snapshot was named")
    assert refused.value.result()["refusal"]["reason"] == "no_snapshot"
    guards.check_change(evidence(), None)
