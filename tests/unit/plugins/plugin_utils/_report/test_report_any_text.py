# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a name is made of, every file can be written and read again. A byte that is no UTF-8 arrives as a lone surrogate."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree

import report_builder as build
import yaml
from ansible.parsing.dataloader import DataLoader
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import firewall, formats, html, inventory, text, view

# All characters, surrogates among them.
any_text = st.text(st.characters(), max_size=40)
BYTE, BEYOND = "db\udcff01", "db\U0001f600"


def _estate(name: str) -> dict:
    """A survey in which that stands wherever a host or an HMC says something."""
    made = build.survey(4)
    for hmc in made["hmcs"]:
        build.block(made, "aix00001", hmc)
    build.lose(made, "aix00002", name)
    made["hosts"]["aix00003"]["rmc"]["partition"].update(lpar_name=name, hostname=name, os_level=name)
    made["hosts"]["aix00003"]["rmc"]["subsystems"][0].update(status=name)
    # The last partition is not in the inventory.
    made["hosts"].pop("aix00004")
    for result in made["hmcs"].values():
        result["systems"][0]["name"] = name
        for row in result["partitions"][2:]:
            row.update(name=name, system=name, os_version=name)
    made["hosts"][name] = made["hosts"].pop("aix00001")
    return made


def _strict(document: str):
    """JSON as the strictest reader takes it."""
    document.encode("utf-8")
    data = json.loads(document)
    json.dumps(data, ensure_ascii=False).encode("utf-8")
    return data


@given(any_text)
@example(BYTE)
@example(BEYOND)
@example("007")
@settings(max_examples=40, deadline=None)
def test_every_file_can_be_written_and_read_again(name):
    made = _estate(name)
    report = diagnose(made)
    files = formats.render(view.build(report), report, made, list(formats.CHOICES))
    for content in files.values():
        content.encode("utf-8")
    _strict(formats.json_lines(made))
    _strict(files["rmc-report.json"])
    page = re.search(r'<script type="application/json" id="data">(.*?)</script>', files["rmc-report.html"], re.DOTALL)
    assert _strict(page.group(1))["rows"]
    assert len(list(csv.reader(io.StringIO(files["rmc-report.csv"])))) == 6
    assert ElementTree.fromstring(files["rmc-report.xml"].encode("utf-8")).get("tests")
    for plain in ("rmc-report.txt", "rmc-firewall-request.txt"):
        assert files[plain].isascii()
    hosts = DataLoader().load(files["rmc-inventory.yml"])["aix_lpars"]["hosts"]
    assert text.one_line(name) in [host["rsct_lpar_name"] for host in hosts.values()]


@given(any_text)
@example(BYTE)
@settings(max_examples=100, deadline=None)
def test_one_line_is_one_line_of_characters(name):
    line = text.one_line(name)
    assert line.encode("utf-8").decode("utf-8") == line
    assert len(line.splitlines()) <= 1


def test_what_is_no_character_is_seen_to_be_none():
    assert text.one_line(BYTE) == "db?01"
    assert json.loads(formats.json_lines({"name": BYTE})) == {"name": "db?01"}
    assert json.loads(html.script_json({"name": BYTE})) == {"name": "db?01"}
    assert json.loads(formats.json_lines({"name": BEYOND, "path": "\\udcff"})) == {"name": BEYOND, "path": "\\udcff"}


def test_a_character_beyond_the_first_65536_is_one_character_to_every_reader_of_the_inventory():
    row = build.host("", 3, "HMC_PATH", lpar_name=BEYOND, host=None)
    written = inventory.render(view.build(build.report([], outside=[row])))
    for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        (host,) = yaml.load(written, loader)["aix_lpars"]["hosts"].values()
        assert host["rsct_lpar_name"] == BEYOND


def test_a_name_of_any_bytes_is_in_the_request_too():
    made = _estate(BYTE)
    assert "db?01" in firewall.render(diagnose(made))
