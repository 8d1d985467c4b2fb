# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import waves
from hypothesis import given
from hypothesis import strategies as st


def entry(host, number=3, **more):
    return {"host": host, "number": number, "rung": "start", "kind": "aix", "machine": "m1", "hmcs": ["h1", "h2"], **more}


def test_sizes_are_those_of_serial():
    assert waves.sizes([1, "10%", "25%"], 30) == [1, 3, 7, 7, 7, 5]
    assert waves.sizes(["1", "50%"], 3) == [1, 1, 1]
    assert waves.sizes([], 5) == [5]
    assert waves.sizes([0], 5) == [5]
    assert waves.sizes([1], 0) == []


def test_gentle_rungs_first_and_who_waits_last():
    found = waves.order([entry("a", 4), entry("b", 2), entry("c", 0, rung="wait"), entry("d", 1)], [1])
    assert found == [["d"], ["b"], ["a"], ["c"]]


def test_never_two_vios_of_a_system():
    found = waves.order([entry("v1", kind="vios"), entry("v2", kind="vios"), entry("w1", kind="vios", machine="m2")], [])
    assert found == [["v1", "w1"], ["v2"]]


def test_clones_of_one_original_one_at_a_time():
    def clone(host, node_id):
        return entry(host, 8, steps=[{"options": {"method": "reset_new_id", "replace_node_id": node_id}}])

    found = waves.order([clone("c1", "aa"), clone("c2", "aa"), clone("d1", "bb"), entry("e", steps=[{"options": {"method": "start"}}])], [])
    assert found == [["e", "c1", "d1"], ["c2"]]


def test_caps():
    many = [entry("a%d" % number) for number in range(5)] + [entry("b", machine="m2"), entry("c", hmcs=["h9"], machine="m9")]
    assert [len(wave) for wave in waves.order(many, [], per_hmc=2)] == [3, 2, 2]
    assert [len(wave) for wave in waves.order(many, [], per_system=4)] == [6, 1]


def test_who_shares_a_command_never_goes_before_the_one_that_runs_it():
    leader, follower = entry("z", 1), entry("a", 1, shares="z")
    assert waves.order([follower, leader], [1]) == [["z"], ["a"]]
    assert waves.order([follower, leader], []) == [["z", "a"]]


def test_nobody_waits_for_a_leader_that_is_not_to_be_changed():
    assert waves.order([entry("a", 1, shares="refused"), entry("b", 1, shares="a"), entry("c", 1)], [1]) == [["c"], ["a"], ["b"]]


def test_followers_of_each_other_do_not_wait_for_ever():
    assert waves.order([entry("a", 1, shares="b"), entry("b", 1, shares="a"), entry("c", 1)], []) == [["c"], ["a"], ["b"]]


_HOSTS = st.integers(0, 12).map("h{0:02d}".format)
_ENTRIES = st.lists(
    st.builds(
        entry, _HOSTS, number=st.integers(1, 8), kind=st.sampled_from(["aix", "vios"]),
        machine=st.sampled_from(["m1", "m2"]), hmcs=st.sampled_from([["h1"], ["h1", "h2"], []]),
        # Of a host that is there, of one that is not, of itself, in a circle.
        shares=st.none() | _HOSTS, rung=st.sampled_from(["start", "wait"]),
        steps=st.sampled_from([[], [{"options": {"replace_node_id": "aa"}}], [{"options": {"replace_node_id": "bb"}}]]),
    ),
    unique_by=lambda each: each["host"],
)


@given(_ENTRIES, st.lists(st.sampled_from(["1", "10%", "25%", "5"]), max_size=3), st.integers(0, 3), st.integers(0, 3))
def test_everybody_has_one_turn_whatever_the_caps(entries, serial, per_hmc, per_system):
    found = waves.order(entries, serial, per_hmc, per_system)
    assert sorted(name for wave in found for name in wave) == sorted(each["host"] for each in entries)
    assert all(found)
    by_name = {each["host"]: each for each in entries}
    for wave in found:
        vios = [by_name[name]["machine"] for name in wave if by_name[name]["kind"] == "vios"]
        assert len(vios) == len(set(vios))
        if per_hmc:
            assert all(sum(1 for name in wave if hmc in by_name[name]["hmcs"]) <= per_hmc for hmc in ("h1", "h2"))
        if per_system:
            assert all(sum(1 for name in wave if by_name[name]["machine"] == machine) <= per_system for machine in ("m1", "m2"))
        clones = [step["options"]["replace_node_id"] for name in wave for step in by_name[name]["steps"]]
        assert len(clones) == len(set(clones))


@given(_ENTRIES, st.lists(st.sampled_from(["1", "10%", "25%", "5"]), max_size=3), st.integers(0, 3), st.integers(0, 3))
def test_a_leader_that_is_there_goes_first(entries, serial, per_hmc, per_system):
    """Leaders come before their followers by name here, so that there is no circle."""
    for each in entries:
        if (each["shares"] or "") >= each["host"]:
            each["shares"] = None
    found = [name for wave in waves.order(entries, serial, per_hmc, per_system) for name in wave]
    for each in entries:
        if each["shares"] in found:
            assert found.index(each["shares"]) < found.index(each["host"])
