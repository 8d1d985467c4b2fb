# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsers of HMC output: samples, odd shapes, and no input that crashes."""

from __future__ import annotations

import csv
import io

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc import lshmc, lshwres, lspartition, lssyscfg, rows
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.messages import meaning
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.shell import Answer
from hypothesis import example, given
from hypothesis import strategies as st

CELL = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\0"), max_size=20)


def answer(text: str, rc: int = 0) -> Answer:
    return Answer("command", rc, text, 0, "ok" if rc == 0 else "failed")


# rows

@pytest.mark.parametrize("text, expected", [
    ("", None), (" ", None), ("null", None), ("none", None), ("unavailable", None), ("Unknown", None), (" VIOS 3.1 ", "VIOS 3.1"), (None, None),
])
def test_spellings_of_nothing(text, expected):
    assert rows.value(text) == expected


@pytest.mark.parametrize("text, expected", [("7", 7), (" 7 ", 7), ("", None), ("-7", None), ("7.0", None), ("\u0667", None), ("null", None)])
def test_numbers(text, expected):
    assert rows.number(text) == expected


def test_blank_delimiter(sample):
    found, messages = rows.table(sample("hmc_v10_lssyscfg_blank_delimiter_quotes.txt"), 2, delimiter=" ")
    assert found == [["aixdb01", "Running"], ["aixtest09", "Not Activated"], ["training 07 old", "Running"]]
    assert messages == []


def test_header_line_is_no_row(sample):
    found, messages = rows.table(sample("hmc_v10_lssyscfg_lpar_header.txt"), 4, id_column=1)
    assert [row[0] for row in found] == ["aixdb01", "aixtest09"]
    assert messages == ["name,lpar_id,state,rmc_state"]


def test_nested_quotes(sample):
    found = rows.pairs(sample("hmc_v10_lssyscfg_prof_nested_quotes.txt"))
    assert found["virtual_eth_adapters"] == '"2/1/1/30,31,32/0/1"'
    assert found["virtual_scsi_adapters"] == "20/client/1/vios1/25/1,21/client/2/vios2/25/1"


@example([["", "", "\x1f"]], " ")
@example([["", "", "\t"]], " ")
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=5), st.sampled_from(",:~ "))
def test_what_rfc_4180_writes_is_read_back(cells, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(cells)
    found, messages = rows.table(text.getvalue(), 3, delimiter=delimiter)
    # A line of blanks and tabs alone is an empty line: possible only where the delimiter is itself a blank.
    assert found == [row for row in cells if delimiter != " " or any(cell.strip("\t") for cell in row)]
    assert messages == []


@given(st.text(), st.integers(1, 11))
def test_no_text_crashes(text, width):
    found, messages = rows.table(text, width, id_column=0)
    assert all(len(row) == width for row in found)
    for parse in (rows.pairs, lshmc.level, lshmc.vpd, lshmc.network):
        assert isinstance(parse(text), dict)
    lssyscfg.systems(text)
    lssyscfg.partitions(answer(text))
    lshwres.memory(answer(text))
    lspartition.by_partition(lspartition.parse(text))


@given(st.data())
def test_no_truncated_sample_crashes(sample_texts, data):
    text = data.draw(st.sampled_from(sample_texts))
    cut = text[: data.draw(st.integers(0, len(text)))]
    lspartition.parse(cut)
    lshmc.level(cut)
    lshmc.vpd(cut)
    lshmc.network(cut)
    lshmc.security_mode(cut)
    for row in lssyscfg.partitions(answer(cut))[0]:
        assert isinstance(row["lpar_id"], int)


@pytest.fixture(scope="module")
def sample_texts():
    import pathlib

    folder = pathlib.Path(__file__).resolve().parents[3] / "samples"
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("hmc_*.txt"))]


# lssyscfg

def test_systems_in_every_state(sample):
    found, messages = lssyscfg.systems(sample("hmc_v10_lssyscfg_sys_states.txt"))
    assert [(system["name"], lssyscfg.is_readable(system["state"])) for system in found] == [
        ("DC1-P10A", True), ("DC1-P10B", True), ("DC2-P9A", True), ("DC2-P9B", False), ("198.51.100.40", False), ("DC2-P9C", False),
    ]
    assert found[4]["machine"] == "9105-22A*78F0D40"
    assert messages == []


def test_systems_of_the_same_name_are_two(sample):
    found, dummy = lssyscfg.systems(sample("hmc_v10_lssyscfg_sys_same_name_twice.txt"))
    assert [system["machine"] for system in found] == ["9105-22A*78F0A10", "9009-42A*78E0C30"]


def test_system_that_the_hmc_does_not_know_yet():
    found, dummy = lssyscfg.systems("198.51.100.40,unavailable,unavailable,No Connection\n")
    assert found == [{"name": "198.51.100.40", "machine": None, "state": "No Connection"}]


def test_error_of_four_cells_is_no_system():
    text = "HSCL9999 First, the console is busy, then it is tired, so there.\n"
    assert lssyscfg.systems(text) == ([], [text.strip()])


def test_partitions(sample):
    found, verdict = lssyscfg.partitions(answer(sample("hmc_v10_lssyscfg_lpar_mixed.txt")))
    assert verdict.kind == "ok"
    by_id = {row["lpar_id"]: row for row in found}
    assert sorted(by_id) == [1, 2, 3, 4, 5, 6, 7, 11, 12]
    assert by_id[1]["os_version"] == "VIOS 3.1.4.10"
    assert (by_id[5]["rmc_state"], by_id[5]["dlpar_mem"], by_id[5]["dlpar_proc"], by_id[5]["dlpar_io"]) == ("active", 0, 0, 0)
    assert by_id[6]["name"] == "training 07 old"
    assert by_id[11] == {
        "lpar_id": 11, "name": "aixtest09", "environment": "aixlinux", "state": "Not Activated", "rmc_state": "inactive", "rmc_ipaddr": None,
        "os_version": None, "dlpar_mem": 0, "dlpar_proc": 0, "dlpar_io": 0,
    }
    assert by_id[12]["rmc_state"] == "none"


def test_name_with_a_comma():
    found, verdict = lssyscfg.partitions(answer('"a ""b"", c",3,aixlinux,Running,active,2001:db8::21,AIX 7.2,1,1,1\n'))
    assert (found[0]["name"], found[0]["rmc_ipaddr"], verdict.kind) == ('a "b", c', "2001:db8::21", "ok")


def test_level_without_capabilities():
    found, dummy = lssyscfg.partitions(answer("aixdb01,3,aixlinux,Running,active,192.0.2.21,AIX 7.1\n"), capabilities=False)
    assert (found[0]["rmc_state"], found[0]["dlpar_mem"]) == ("active", None)


@pytest.mark.parametrize("text", [
    "An invalid attribute was entered.  The invalid attribute is dlpar_mem_capable.  Please correct your entry and retry the command.\n",
    "Wprowadzono niepoprawny atrybut.  Niepoprawnym atrybutem jest dlpar_mem_capable.\n",
])
def test_unknown_capability_is_told_in_any_language(text):
    dummy, verdict = lssyscfg.partitions(answer(text, rc=1))
    assert lssyscfg.lacks_capabilities(verdict)


def test_an_unknown_attribute_may_be_a_capability(sample):
    dummy, verdict = lssyscfg.partitions(answer(sample("hmc_v10_lssyscfg_invalid_attribute.txt"), rc=1))
    assert verdict.kind == "unknown_attribute"
    assert lssyscfg.lacks_capabilities(verdict)


# messages

@pytest.mark.parametrize("name, rc, kind", [
    ("hmc_v9_lssyscfg_frame_no_results.txt", 0, "no_results"),
    ("hmc_v10_lssyscfg_missing_parameter.txt", 1, "missing_parameter"),
    ("hmc_v10_lssyscfg_partition_not_found.txt", 1, "partition_not_found"),
    ("hmc_v10_lssyscfg_lpar_no_connection.txt", 1, "not_connected"),
    ("hmc_v10_chsysstate_no_authority.txt", 1, "no_authority"),
    ("hmc_v10_chhwres_no_rmc_connection.txt", 1, "no_rmc_connection"),
    ("hmc_v10_migrlpar_cannot_communicate.txt", 1, "no_rmc_connection"),
    ("hmc_v8_shell_command_not_found.txt", 127, "unknown_command"),
    ("hmc_v10_shell_redirect_refused.txt", 1, "refused_by_shell"),
    ("hmc_v7_lssyscfg_invalid_attribute_localised.txt", 1, "error"),
])
def test_messages(sample, name, rc, kind):
    assert meaning(rc, sample(name).split("\n")).kind == kind


@pytest.mark.parametrize("rc, lines, kind, failed", [
    (0, [], "ok", False),
    (0, ["Some remark."], "remark", False),
    (1, [], "error", True),
    (1, ["Nobody knows this text."], "error", True),
    (0, ["HSCL1234 An error in spite of rc 0."], "error", True),
    (0, ["HSCL127D: HSCL1288 nested"], "error", True),
    (0, ["VIOSE01042 something"], "error", True),
    (None, [], "error", True),
])
def test_known_error_or_return_code(rc, lines, kind, failed):
    verdict = meaning(rc, lines)
    assert (verdict.kind, verdict.failed) == (kind, failed)
    assert verdict.message or not failed


# lspartition

def test_raw_view(sample):
    entries = lspartition.parse(sample("hmc_v8_lspartition_dlpar_healthy.txt"))
    assert [(entry["lpar_id"], entry["ipaddr"], entry["active"], entry["dcaps"]) for entry in entries] == [
        (3, "192.0.2.21", True, "0x2c5f"), (4, "192.0.2.22", True, "0x2c5f"), (5, "192.0.2.23", True, "0xc4f"), (1, "192.0.2.31", True, "0x14f9f"),
    ]
    assert entries[1]["hostname"] == "aixdb02.example.com"


def test_raw_view_of_an_old_level(sample):
    assert lspartition.parse(sample("hmc_v7_lspartition_dlpar_dcaps_zero_old_word.txt")) == [
        {"machine": "9117-MMB*10A7F2P", "lpar_id": 9, "hostname": None, "ipaddr": "198.51.100.59", "active": True, "dcaps": "0x0"},
    ]


def test_raw_view_keeps_not_connected_and_not_known_apart():
    row = "<#{0}> Partition:<{0}*9105-22A*78F0A10, , 192.0.2.2{0}>\n       Active:<{1}>, OS:< , , >, DCaps:<0x2f>\n"
    entries = lspartition.parse(row.format(1, 0) + row.format(2, 3) + row.format(4, 1))
    assert [entry["active"] for entry in entries] == [False, None, True]


def test_connected_row_wins_over_an_old_address():
    row = "<#{0}> Partition:<3*9105-22A*78F0A10, , 192.0.2.2{0}>\n       Active:<{1}>, OS:<AIX>, DCaps:<0x{0}>\n"
    found = lspartition.by_partition(lspartition.parse(row.format(1, 0) + row.format(2, 1) + row.format(3, 0)))
    assert found == {("9105-22A*78F0A10", 3): {"active": True, "dcaps": "0x2"}}


# lshmc, lshwres

@pytest.mark.parametrize("name, expected", [
    ("hmc_v10_lshmc_cap_v.txt", {"version": "V10R3", "service_pack": "1063"}),
    ("hmc_v8_lshmc_cap_v.txt", {"version": "V8R8.7.0", "service_pack": "2"}),
])
def test_level(sample, name, expected):
    assert lshmc.level(sample(name)) == expected
    without_base = sample(name).partition('","')[0]
    assert lshmc.level(without_base) == expected


def test_vpd(sample):
    assert lshmc.vpd(sample("hmc_v10_lshmc_v_physical.txt")) == {"model": "7063-CR2", "serial": "13A4F10", "addresses": ["192.0.2.11"]}
    assert lshmc.vpd(sample("hmc_v8_lshmc_v_virtual.txt")) == {"model": "V4c1-9d7", "serial": "b3e2a58", "addresses": ["192.0.2.12"]}


def test_network(sample):
    assert lshmc.network(sample("hmc_v8_lshmc_n.txt")) == {
        "name": "hmcbeta", "addresses": ["192.0.2.12", "2001:db8:0:1::12", "fe80::a00:27ff:fe3c:51d"],
    }


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("ssh=enable,security=legacy\n", "legacy"),
        ("ssh=enable,security=\n", None),
        ("ssh=enable,remotewebui=enable\n", None),
        ("HSCL350B The user does not have the appropriate authority.\n", None),
        ("", None),
    ],
)
def test_security_mode(sample, text, mode):
    assert lshmc.security_mode(text) == mode
    assert lshmc.security_mode(sample("hmc_v8_lshmc_r.txt")) == "nist_sp800_131a"


def test_memory():
    sizes, verdict = lshwres.memory(answer("3,32768,32768,32768\n4,24576,24576,16384\n1,8192,8192,null\n"))
    assert sizes[4] == {"curr": 24576, "pend": 24576, "run": 16384}
    assert sizes[1]["run"] is None
    assert verdict.kind == "ok"
