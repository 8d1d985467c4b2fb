# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as the judgement really makes them: they fit the schema, every format takes them, and slices give the report of one run."""

from __future__ import annotations

import copy
import itertools
import json
import pathlib

import jsonschema
import pytest
import report_builder as build

from ansible_collections.aixops.rsct.plugins.plugin_utils import _report
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import codes, firewall, formats, history, merge, survey, view

SCHEMA = json.loads((pathlib.Path(_report.__file__).parent / "schema_v1.json").read_text(encoding="utf-8"))


def _estate() -> dict:
    """Sixty LPARs on three machines: one subnet cut off from one HMC, one rmcd down, one host lost, one partition nobody knows."""
    made = build.survey(60)
    for number in range(1, 9):
        build.block(made, f"aix{number:05d}", "hmcbeta")
    build.break_rsct(made, "aix00030")
    build.lose(made, "aix00040")
    del made["hosts"]["aix00060"]
    return made


def _silent() -> dict:
    made = _estate()
    made["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
    return made


def _lost_system() -> dict:
    made = _estate()
    made["hmcs"]["hmcbeta"]["systems"][1].update(state="No Connection", outcome="failed", message="HSCL0237")
    made["hmcs"]["hmcbeta"]["partitions"] = [row for row in made["hmcs"]["hmcbeta"]["partitions"] if row["machine"] != build.machine_name(2)]
    return made


ESTATES = {
    "mixed": _estate,
    "silent HMC": _silent,
    "lost system": _lost_system,
    "healthy": lambda: build.survey(12),
    "no HMC": lambda: {**build.survey(3), "hmcs": {}},
    "empty": lambda: {"schema": 1, "collected_at": build.AT, "hosts": {}, "hmcs": {}},
}


@pytest.mark.parametrize("name", ESTATES)
def test_reports_fit_the_schema_with_and_without_history(name):
    report = diagnose(ESTATES[name]())
    jsonschema.validate(report, SCHEMA)
    history.track(history.track(history.empty(), copy.deepcopy(report), 5), report, 5)
    jsonschema.validate(report, SCHEMA)


@pytest.mark.parametrize("name", ESTATES)
def test_every_format_takes_every_report(name):
    made = ESTATES[name]()
    report = diagnose(made)
    files = formats.render(view.build(report), report, made, list(formats.CHOICES))
    assert json.loads(files[formats.REPORT]) == report
    assert json.loads(formats.json_lines(made)) == made
    assert len(files) == 7


def test_one_cut_off_subnet_is_one_row_and_one_request():
    report = diagnose(_estate())
    model = view.build(report)
    segment = [group for group in model["groups"] if group["code"] in ("NETWORK_SEGMENT", "HMC_PATH", "NETWORK_TCP_BLOCKED") and group["fleet"]]
    assert [len(group["rows"]) for group in segment] == [8]
    assert not [group for group in model["groups"] if group["code"] == segment[0]["code"] and not group["fleet"]]


def test_saved_evidence_gives_the_same_report():
    made = _estate()
    text = formats.json_lines(made)
    assert diagnose(json.loads(text)) == diagnose(made)


@pytest.mark.parametrize("name", ["mixed", "silent HMC", "lost system", "healthy"])
def test_four_slices_of_one_estate_give_the_report_of_one_run(name):
    whole = ESTATES[name]()
    slices = []
    for number in range(4):
        hosts = dict(itertools.islice(whole["hosts"].items(), number, None, 4))
        slices.append(json.loads(formats.json_lines({**whole, "hosts": hosts})))
    assert diagnose(merge.merge(slices, 1800)) == diagnose(whole)
    # One slice alone knows less, and must not be taken for the estate.
    assert len(diagnose(slices[0])["partitions_not_in_inventory"]) > len(diagnose(whole)["partitions_not_in_inventory"])


def test_slices_of_an_inventory_that_share_out_the_consoles_too():
    """AWX slices all hosts of an inventory, the HMCs among them: then one slice only knows each console."""
    whole = _estate()
    names = list(whole["hosts"])
    slices = []
    for number in range(4):
        hmcs = dict(itertools.islice(whole["hmcs"].items(), number, None, 4))
        slices.append({**whole, "hosts": {name: whole["hosts"][name] for name in names[number::4]}, "hmcs": hmcs})
    assert diagnose(merge.merge(slices, 1800)) == diagnose(whole)
    assert diagnose(slices[3])["complete"] is False


def test_a_stale_slice_makes_the_picture_incomplete_and_nothing_healthy():
    whole = build.survey(12)
    slices = []
    for number in range(4):
        hosts = dict(itertools.islice(whole["hosts"].items(), number, None, 4))
        slices.append({**whole, "hosts": hosts, "collected_at": "2026-11-20T02:12:44Z" if number == 2 else build.AT})
    report = diagnose(merge.merge(slices, 1800))
    assert report["complete"] is False
    assert {host["host"] for host in report["hosts"] if host["verdict"] == "UNDETERMINED"} == set(slices[2]["hosts"])
    assert "the evidence is of 2026-11-20T02:12:44Z" in formats.render(view.build(report), report, whole, ["text"])["rmc-report.txt"].replace("\n  ", " ")


def test_all_codes_of_the_judgement_have_a_place():
    for code in codes.CODES:
        assert codes.state_of(code) in codes.STATES


def test_the_request_of_a_real_report_names_both_ends():
    text = firewall.render(diagnose(_estate()))
    assert "198.18.1.2" in text and "192.0.2.12" in text and "192.0.2.11" not in text
