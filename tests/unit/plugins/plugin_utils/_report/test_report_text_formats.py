# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Terminal, ticket, CSV, JUnit: what is said, in which order, and that nothing of a host breaks out of it."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import report_builder as build
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aixops.rsct.plugins.plugin_utils._report import csv_rows, junit, terminal, ticket, view

HOSTILE = '<script>alert("x")</script>'


def _model(*args, **kwargs):
    return view.build(build.report(*args, **kwargs))


def _segment(names):
    return build.finding("NETWORK_SEGMENT", members=names)


def test_what_could_not_be_read_comes_before_everything_else():
    text = terminal.render(
        _model(
            [build.host("aix1", 1, "RSCT_DOWN"), build.host("aix2", 2, "UNDETERMINED")],
            [build.hmc("hmcalpha"), build.hmc("hmcbeta", outcome="unreachable", message="no route to host")],
        )
    )
    lines = text.splitlines()
    assert lines[3].startswith("NOT COMPLETE")
    assert "HMC    hmcbeta: no route to host" in lines[4]
    assert "LPAR   aix2" in lines[5]
    assert text.index("aix2") < text.index("RSCT_DOWN")
    assert "the picture" in text and "NOT COMPLETE" in lines[-3] + lines[-2]


def test_an_incomplete_report_without_a_reason_is_not_taken_for_complete():
    text = terminal.render(_model([build.host("aix1", 1)], complete=False))
    assert "NOT COMPLETE" in text.splitlines()[3]


def test_one_firewall_is_one_row_however_many_lpars_it_hits():
    hosts = [build.host(f"aix{number}", number, "NETWORK_SEGMENT") for number in range(1, 41)]
    text = terminal.render(_model(hosts, fleet=[_segment([entry["host"] for entry in hosts])]))
    # Once as the cause, once in the totals.
    assert text.count("NETWORK_SEGMENT") == 2
    assert "40 LPARs, likely" in text
    assert "and 24 more" in text


def test_worst_first_and_the_healthy_are_only_counted():
    text = terminal.render(_model([build.host("calm", 1), build.host("starting", 2, "BOOTING"), build.host("broken", 3, "RSCT_DOWN")]))
    assert text.index("broken") < text.index("starting")
    assert "calm" not in text
    assert "1 faulty" in text and "1 healthy" in text


def test_a_healthy_estate_says_so_and_no_more():
    text = terminal.render(_model([build.host("aix1", 1), build.host("aix2", 2)]))
    assert "Nothing is wrong with what could be read." in text
    assert "NOT COMPLETE" not in text


def test_what_forbids_the_next_step_stands_with_it():
    blocked = build.host("aixha01", 1, "RSCT_DOWN", blocked_by=["cluster_member"], clustered=True)
    text = terminal.render(_model([blocked]))
    assert "not now: cluster_member" in text
    assert "aixha01 (cluster)" in text


def test_a_partition_that_was_not_read_shows_its_last_known_state():
    history = {"since": None, "last_known": {"verdict": "RSCT_DOWN", "since": build.AT, "read_at": build.AT}, "flapping": False}
    text = terminal.render(_model([build.host("aix1", 1, "UNDETERMINED", history=history)]))
    assert "last known:" in text and "RSCT_DOWN" in text


@given(name=st.text(st.characters(), max_size=60), message=st.text(st.characters(), max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_of_a_host_breaks_the_table(name, message):
    broken = build.host(name, 1, "RSCT_DOWN", findings=[build.finding("RSCT_DOWN", summary=message)])
    unread = build.host("aix2", 2, "UNDETERMINED", findings=[build.finding("UNDETERMINED", summary=message)])
    model = _model([broken, unread])
    for text in (terminal.render(model), ticket.render(model)):
        assert re.fullmatch(r"[\n\x20-\x7e]*", text)
        assert max(map(len, text.splitlines())) <= terminal.WIDTH


def test_the_ticket_begins_with_a_subject_and_stays_short():
    hosts = [build.host(f"aix{number}", number, "RSCT_DOWN") for number in range(1, 500)]
    text = ticket.render(_model(hosts))
    assert text.splitlines()[0] == "RMC: 499 of 499 LPARs with a fault, 1 cause"
    assert len(text.splitlines()) < 20


def test_the_ticket_says_that_the_picture_is_not_complete_in_its_subject():
    text = ticket.render(_model([build.host("aix1", 1, "UNDETERMINED")]))
    assert text.splitlines()[0].endswith("picture not complete")


def test_csv_has_one_row_a_partition_and_the_same_columns_in_each():
    outside = build.host("", 9, "HMC_PATH", lpar_name="unknown9", host=None)
    table = list(csv.reader(io.StringIO(csv_rows.render(_model([build.host("aix1", 1), build.host("aix2", 2, "RSCT_DOWN")], outside=[outside])))))
    assert table[0] == list(csv_rows.COLUMNS)
    assert [len(row) for row in table] == [len(csv_rows.COLUMNS)] * 4
    by_name = {row[1]: dict(zip(table[0], row)) for row in table[1:]}
    assert by_name["aix2"]["verdict"] == "RSCT_DOWN"
    assert by_name["aix2"]["hmc_states"] == "hmcalpha=inactive hmcbeta=inactive"
    assert by_name["unknown9"]["in_inventory"] == "no"


def test_csv_says_what_an_hmc_cannot_tell_of_dlpar():
    host = build.host("aix1", 1)
    host["hmc_states"]["hmcalpha"]["dlpar"] = [None, 1, None]
    header, row = csv.reader(io.StringIO(csv_rows.render(_model([host]))))
    assert row[header.index("dlpar")].split()[0] == "hmcalpha=?,1,?"


def test_no_cell_of_the_csv_is_a_formula():
    for evil in ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", " =1+1", "\r=1"):
        broken = build.host(evil, 1, "RSCT_DOWN", lpar_name=evil, findings=[build.finding("RSCT_DOWN", summary=evil)])
        for row in csv.reader(io.StringIO(csv_rows.render(_model([broken])))):
            assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]


@given(st.text(st.characters(), max_size=80))
@settings(max_examples=60, deadline=None)
def test_csv_survives_any_name(name):
    table = list(csv.reader(io.StringIO(csv_rows.render(_model([build.host(name, 1)])))))
    assert [len(row) for row in table] == [len(csv_rows.COLUMNS)] * 2


def test_junit_tells_faults_errors_and_what_is_not_expected_apart():
    hosts = [build.host("good", 1), build.host("bad", 2, "RSCT_DOWN"), build.host("lost", 3, "UNDETERMINED"), build.host("off", 4, "NOT_RUNNING")]
    root = ElementTree.fromstring(
        junit.render(_model(hosts, [build.hmc("hmcalpha"), build.hmc("hmcbeta", outcome="failed", message="account locked")]))
    )
    outcome = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert outcome["good"] == []
    assert outcome["bad"] == ["failure"]
    assert outcome["lost"] == ["error"]
    assert outcome["off"] == ["skipped"]
    assert outcome["hmcbeta"] == ["error"]
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("1", "2", "1")


@given(st.text(st.characters(), max_size=80))
@settings(max_examples=60, deadline=None)
def test_junit_is_xml_whatever_a_host_is_called(name):
    broken = build.host(name, 1, "RSCT_DOWN", findings=[build.finding("RSCT_DOWN", summary=name, evidence=[{"source": name, "detail": name}])])
    root = ElementTree.fromstring(junit.render(_model([broken])))
    assert root.get("failures") == "1"


def test_markup_in_a_name_stays_text():
    root = ElementTree.fromstring(junit.render(_model([build.host(HOSTILE, 1, "RSCT_DOWN")])))
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == [HOSTILE]
    assert not list(root.iter("script"))
