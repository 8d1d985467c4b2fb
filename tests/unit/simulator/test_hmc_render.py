# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Output forms, filters and options of the simulated HMC."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsctsim.hmc import attributes, filters, messages, options, render, roles


@pytest.mark.parametrize(
    ("spec", "names", "delimiter"),
    [
        ("name", ["name"], ","),
        ("name,state", ["name", "state"], ","),
        ("name state", ["name", "state"], " "),
        ("name:state:lpar_id", ["name", "state", "lpar_id"], ":"),
        ("type_model*serial_num", ["type_model", "serial_num"], "*"),
        ("first_time~refcode", ["first_time", "refcode"], "~"),
        ("name, state", ["name", " state"], ","),
    ],
)
def test_delimiter_is_what_stands_between_the_names(spec, names, delimiter):
    assert render.split_names(spec) == (names, delimiter)


def test_delimiter_decides_the_quoting():
    row = {"name": "training 07 old", "state": "Not Activated"}
    assert render.table([row], ["name", "state"], " ") == '"training 07 old" "Not Activated"\n'
    assert render.table([row], ["name", "state"], ",") == "training 07 old,Not Activated\n"


def test_header_stands_above_the_values_and_also_above_nothing():
    assert render.table([{"name": "a"}], ["name"], ",", header=True) == "name\na\n"
    assert render.table([], ["name", "state"], ":", header=True) == "name:state\n"


def test_pairs_with_a_comma_are_quoted_as_a_whole_and_inner_quotes_doubled():
    row = {"ipaddr": "192.0.2.11,0.0.0.0", "virtual_eth_adapters": '"2/1/1/3,4,5/0/1"', "boot_mode": "norm"}
    assert render.pairs(row) == '"ipaddr=192.0.2.11,0.0.0.0","virtual_eth_adapters=""2/1/1/3,4,5/0/1""",boot_mode=norm'


@given(st.lists(st.lists(st.text(alphabet='ab,:"* ', max_size=8), min_size=2, max_size=2)), st.sampled_from(",:~* "))
def test_any_row_can_be_read_back(cells, delimiter):
    rows = [{"name": one, "state": two} for one, two in cells]
    text = render.table(rows, ["name", "state"], delimiter)
    assert list(csv.reader(io.StringIO(text), delimiter=delimiter)) == cells


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lpar_names=a", {"lpar_names": ["a"]}),
        ("lpar_names=a,lpar_ids=3", {"lpar_names": ["a"], "lpar_ids": ["3"]}),
        ('"lpar_names=a,b"', {"lpar_names": ["a", "b"]}),
        ('"lpar_ids=1,2",status=open', {"lpar_ids": ["1", "2"], "status": ["open"]}),
        ('"lpar_names=""a,b"",c"', {"lpar_names": ["a,b", "c"]}),
    ],
)
def test_filter(text, expected):
    assert filters.parse(text) == expected


def test_filter_that_lost_its_inner_quotes_is_refused():
    with pytest.raises(filters.BadFilter) as caught:
        filters.parse("lpar_names=a,b")
    assert caught.value.part == "b"


KNOWN = {"-r": options.VALUE, "-m": options.VALUE, "-F": options.OPTIONAL, "--header": options.FLAG}


def test_options_in_any_order_and_F_with_or_without_names():
    given_one = options.parse(["-F", "--header", "-r", "lpar"], KNOWN)
    assert "-F" in given_one and given_one.get("-F") is None and given_one.need("-r") == "lpar"
    assert options.parse(["-m", "X", "-F", "a,b"], KNOWN).get("-F") == "a,b"


@pytest.mark.parametrize(
    ("arguments", "key", "parameters"),
    [(["-r"], "missing_parameter", "-r"), (["-m", "-F"], "missing_parameter", "-m"), (["-z"], "invalid_option", "-z"), (["lpar"], "invalid_option", "lpar")],
)
def test_wrong_options_name_the_culprit(arguments, key, parameters):
    with pytest.raises(options.UsageError) as caught:
        options.parse(arguments, KNOWN)
    assert (caught.value.key, caught.value.parameters) == (key, parameters)


def test_levels_differ_but_share_the_safe_set():
    safe = set("name,lpar_id,lpar_env,state,rmc_state,rmc_ipaddr,os_version,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable".split(","))
    lists = [set(attributes.lpar_attributes(level)) for level in ((8, 8, 7), (9, 1, 942), (10, 3, 1063), (11, 1, 1110))]
    assert all(safe <= known for known in lists)
    assert all(older < newer for older, newer in zip(lists, lists[1:]))
    assert "dlpar_mem_capable" not in attributes.lpar_attributes((7, 7, 7))


@pytest.mark.parametrize(
    ("env", "default", "expected"),
    [
        ({}, "", "en"),
        ({}, "pl_PL", "pl"),
        ({"LANG": "pl_PL"}, "", "pl"),
        ({"LANG": "pl_PL", "LC_ALL": "en_US"}, "pl_PL", "en"),
        ({"LC_ALL": "pl_PL", "LANG": "en_US"}, "", "pl"),
    ],
)
def test_language(env, default, expected):
    assert messages.language(env, default) == expected


def test_replaced_texts_win():
    said = messages.Messages("en", {"no_authority": "HSCL350B Nope."})
    assert said.text("no_authority") == "HSCL350B Nope."
    assert said.text("partition_not_found", name="x") == "HSCL8012 The partition named x was not found."


def test_the_viewer_lists_and_the_operator_rebuilds():
    assert roles.allowed("hmcviewer", "lssyscfg") and roles.allowed("hmcviewer", "lshmc")
    assert not roles.allowed("hmcviewer", "chsysstate") and not roles.allowed("hmcviewer", "lspartition")
    assert roles.allowed("hmcoperator", "chsysstate") and not roles.allowed("hmcoperator", "diagrmc")
    assert roles.allowed("hmcsuperadmin", "diagrmc")
