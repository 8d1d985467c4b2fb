# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""break and heal: on an LPAR, a subnet, an HMC, or refused with a reason; in any combination and order; and undone as a whole."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rsctsim import identity
from rsctsim.settings import plain
from world import World, faults

HOST, OTHER, HMC = "lpar0002", "lpar0003", "hmc1a"
NOT_STATE = {"pid", "started_at", "errors", "lost_at", "since", "looked", "links", "next_pid", "pristine", "discover_at", "exchange_at", "directory", "root",
             "harm_told", "refused"}


def bare(value):
    """Plain data without pids, times and history."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if key not in NOT_STATE}
    if isinstance(value, list):
        return [bare(each) for each in value]
    return value


def state(world):
    found = {key: bare(plain(value)) for key, value in vars(world.estate).items() if key not in NOT_STATE}
    for name, lpar in world.estate.lpars.items():
        found["running", name] = sorted(each.name for each in lpar.subsystems.values() if each.active)
        found["files", name] = {str(path.relative_to(lpar.root)): path.read_bytes() for path in
                                [identity.etc_node_id(lpar), *identity.cfg(lpar).iterdir(), identity.registry(lpar)] if path.is_file()}
        found["sets", name] = {key: sorted(value) for key, value in vars(lpar).items() if isinstance(value, set)}
        for key in [key for key, value in vars(lpar).items() if isinstance(value, set)]:
            found["lpars"][name].pop(key)
    return found


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("breaking"), hosts=3)
    faults.heal(world.estate, None, world.now)
    world.settle()
    world.before = state(world)
    return world


def heal(world, name=None):
    faults.heal(world.estate, name, world.now)
    world.settle()


@pytest.fixture
def world(calm):
    heal(calm)
    return calm


def subnet(world):
    return world[HOST].address.rpartition(".")[0] + ".0/24"


def places(world):
    return {"host": {"host": HOST}, "subnet": {"subnet": subnet(world)}, "hmc": {"hmc": HMC}, "link": {"host": HOST, "hmc": HMC},
            "part": {"subnet": subnet(world), "hmc": HMC}}


def inject(world, code, where):
    try:
        return faults.inject(world.estate, code, now=world.now, **where)
    except ValueError as problem:
        return str(problem)


@pytest.mark.parametrize("code", faults.FAULTS)
def test_a_fault_takes_its_place_or_says_why_not(world, code):
    for kind, where in places(world).items():
        heal(world)
        said = inject(world, code, where)
        if isinstance(said, str):
            assert code in said and kind not in ("host",)
            assert state(world) == world.before
        elif code != "HEALTHY":
            assert any(code in codes for codes in world.estate.faults.values())
            world.settle()
            assert state(world) != world.before
    heal(world)
    assert state(world) == world.before


@pytest.mark.parametrize("code", faults.FAULTS)
def test_healing_what_the_fault_stands_under_undoes_it(world, code):
    for where in places(world).values():
        if isinstance(inject(world, code, where), str):
            continue
        world.settle()
        for name in list(world.estate.faults):
            heal(world, name)
        assert world.estate.faults == {}
        assert all(world.well(name) for name in world.estate.lpars), where
        assert world.estate.blocks == [] and world.estate.reached_instead == {} and world.estate.clusters == {}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(sorted(set(faults.FAULTS) - {"HEALTHY"})), st.sampled_from(["host", "subnet", "hmc", "link"])),
                min_size=1, max_size=6))
def test_everything_is_undone_after_any_combination(calm, broken):
    for code, kind in broken:
        inject(calm, code, places(calm)[kind])
        calm.pass_time(calm.estate.settle)
    heal(calm)
    assert state(calm) == calm.before


INDEPENDENT = [
    ("RSCT_DOWN", {}), ("RSCT_DOWN", {"how": "undefined"}), ("REMOTE_DISABLED", {}), ("MESSAGE_POLICY", {}), ("DRM_DOWN", {"dying": 5000.0}),
    ("FILESYSTEM_FULL", {}), ("MCP_MISSING", {}), ("AUTH_PENDING", {}), ("KEYS_DAMAGED", {}), ("CLOCK_SKEW", {}), ("NODE_ID_INCONSISTENT", {"how": "missing"}),
    ("MULTI_HOMED", {}), ("MTU_MISMATCH", {}), ("LOCAL_FILTER", {}), ("NETWORK_UDP_BLOCKED", {}), ("STALE_ADDRESS", {}), ("HMC_CACHE_MISMATCH", {}),
    ("CLUSTERED", {}), ("PORT_CONFLICT", {}), ("UNKNOWN", {}), ("FLAPPING", {}), ("WRONG_HOST", {"other": OTHER}), ("RECYCLED_IP", {}),
    ("SYSTEM_NOT_CONNECTED", {}), ("HMC_PATH", {}), ("CONFIGRM_NOISE", {}),
]
# Both change one thing, and the later one has the last word.
SAME_THING = [{"RSCT_DOWN"}]


def broken_by(world, *pair):
    faults.heal(world.estate, None, world.now)
    world.pass_time(2 * world.estate.settle)
    for code, options in pair:
        faults.inject(world.estate, code, host=HOST, now=world.now, **options)
    world.pass_time(2 * world.estate.settle)
    found = state(world)
    found["faults"] = {name: sorted(codes) for name, codes in found["faults"].items()}
    found["blocks"].sort(key=str)
    return found


@pytest.mark.parametrize("first", range(len(INDEPENDENT)), ids=["-".join([code, *map(str, more.values())]) for code, more in INDEPENDENT])
def test_the_order_of_independent_faults_does_not_matter(world, first):
    for second in range(first):
        one, two = INDEPENDENT[first], INDEPENDENT[second]
        if {one[0], two[0]} not in SAME_THING:
            assert broken_by(world, one, two) == broken_by(world, two, one), (one, two)


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(["RSCT_MISSING", "RSCT_DOWN", "DRM_DOWN", "STALE_ADDRESS", "NODE_ID_DUPLICATE"], 2)))
def test_no_fault_trips_over_another(world, first, second):
    for code in (first, second):
        options = {"dying": 0.3} if code in ("DRM_DOWN", "RSCT_DOWN") else {}
        faults.inject(world.estate, code, host=HOST, now=world.now, **options)
    world.settle()


@pytest.mark.parametrize(("request_", "reason"), [
    ({"code": "RSCT_DOWN"}, "name a host"), ({"code": "HMC_WIDE", "host": "nobody"}, "no host 'nobody'"), ({"code": "RSCT_DOWN", "hmc": HMC}, "fault of LPARs"),
    ({"code": "RSCT_DOWN", "host": HOST, "subnet": "127.20.1.0/24"}, "not both"), ({"code": "RSCT_DOWN", "host": HOST, "nosuch": 1}, "no option nosuch; it has how"),
    ({"code": "RSCT_DOWN", "subnet": "192.0.2.0/24"}, "no LPAR"), ({"code": "RSCT_DOWN", "subnet": "rubbish"}, "rubbish"),
    ({"code": "S04", "hmc": HMC}, "a host at most"), ({"code": "S04", "host": "nobody"}, "no host"), ({"code": "NETWORK_SEGMENT", "hmc": HMC}, "name the subnet"),
    ({"code": "NODE_ID_DUPLICATE", "host": HOST, "original": "nobody"}, "no other host"), ({"code": "WRONG_HOST", "host": HOST, "other": HOST}, "no other host"),
    ({"code": "NOSUCH", "host": HOST}, "no fault")])
def test_what_cannot_be_broken_is_refused_and_nothing_is_changed(world, request_, reason):
    with pytest.raises(ValueError, match=reason):
        faults.inject(world.estate, now=world.now, **request_)
    assert state(world) == world.before


def test_an_hmc_that_does_not_manage_the_host(tmp_path):
    world = World(tmp_path, "catalogue")
    with pytest.raises(ValueError, match="hmc2a does not manage p1m1l03"):
        faults.inject(world.estate, "HMC_PATH", host="p1m1l03", hmc="hmc2a")
