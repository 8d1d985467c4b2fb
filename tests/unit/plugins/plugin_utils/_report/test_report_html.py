# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as text: what is embedded cannot break out of it. What it does in a browser is tested in tests/browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import report_builder as build
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aixops.rsct.plugins.plugin_utils._report import html, story, view

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.scripts, self.styles, self._open = [], [], [], None
        self.csp = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.csp = attributes["content"]
        if tag in ("script", "style"):
            self._open = (tag, attributes)
            (self.scripts if tag == "script" else self.styles).append([attributes, ""])

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._open = None

    def handle_data(self, data):
        if self._open:
            (self.scripts if self._open[0] == "script" else self.styles)[-1][1] += data


def _render(report: dict, survey: dict | None = None) -> str:
    return html.render(view.build(report), report, survey)


def test_nothing_of_a_host_becomes_markup():
    survey = build.survey(1)
    survey["hosts"] = {HOSTILE: survey["hosts"]["aix00001"]}
    survey["hosts"][HOSTILE]["rmc"]["partition"]["os_level"] = HOSTILE
    broken = build.host(HOSTILE, 1, "RSCT_DOWN", lpar_name=HOSTILE, findings=[build.finding("RSCT_DOWN", summary=HOSTILE)])
    plain, hostile = _Page(_render(build.report([build.host("aix00001", 1, "RSCT_DOWN")]))), _Page(_render(build.report([broken]), survey))
    assert hostile.tags == plain.tags
    data = json.loads(hostile.scripts[0][1])
    assert data["rows"][0]["label"] == HOSTILE
    assert ["system", f"aix, {HOSTILE}, up 57 days", ""] in [data["lines"][number] for number in data["rows"][0]["lpar_side"]]


@given(st.text(st.characters(), max_size=100))
@settings(max_examples=50, deadline=None)
def test_embedded_data_comes_back_as_it_was(name):
    text = html.script_json({"name": name})
    assert json.loads(text) == {"name": name.encode("utf-8", "replace").decode("utf-8")}
    assert not re.search(r"[<>&\u2028\u2029]", text)


def test_the_page_needs_no_network_and_runs_no_script_but_its_own():
    page = _Page(_render(build.report([build.host("aix1", 1)])))
    assert page.csp.startswith("default-src 'none'")
    for kind, found in (("script", page.scripts[1][1]), ("style", page.styles[0][1])):
        digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in page.csp
    assert "link" not in page.tags
    assert not re.search(r"https?://", page.scripts[1][1] + page.styles[0][1])


def test_a_browser_without_scripts_gets_the_table():
    text = _render(build.report([build.host("aix1", 1, "RSCT_DOWN")]))
    assert "RSCT_DOWN" in text[text.index("<noscript>") : text.index("</noscript>")]


def test_both_ends_of_a_connection_are_told():
    survey = build.survey(2)
    build.break_rsct(survey, "aix00001")
    data = json.loads(_Page(_render(build.report([build.host("aix00001", 1, "RSCT_DOWN")]), survey)).scripts[0][1])
    lpar, hmcs = ([data["lines"][number] for number in data["rows"][0][side]] for side in ("lpar_side", "hmc_side"))
    assert ["ctrmc", "inoperative", "bad"] in lpar
    assert ["hmcalpha", "inactive 198.18.1.2", "bad"] in hmcs
    assert ["raw view", "Active:<0>, DCaps:<0x0>", ""] in hmcs


def test_an_end_that_was_not_read_says_why():
    assert story.lpar_side({"rmc": None, "unreachable": True, "message": "timed out"}) == [["evidence", "timed out", "bad"]]
    silent = {"hmc": {"outcome": "unreachable", "message": "no route"}, "systems": [], "partitions": []}
    assert story.hmc_side("hmcbeta", silent, "m", 1) == [["hmcbeta", "no route", "bad"]]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=2),
        max_leaves=6,
    )
)
@settings(max_examples=100, deadline=None)
def test_evidence_with_holes_is_still_told(hole):
    for key in build.evidence("aix1", 1):
        lines = story.lpar_side({"rmc": {**build.evidence("aix1", 1), key: hole}})
        assert all(len(line) == 3 and all(isinstance(part, str) for part in line) for line in lines)
