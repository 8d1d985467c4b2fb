# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failure mode has one rule, one section in the user docs, one fault in the simulator and one expectation in the acceptance tests."""

from __future__ import annotations

import pathlib
import re
import sys

import pytest
import yaml

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import ADVISORIES, CODES
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.rules import REGISTRY
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import codes

COLLECTION = pathlib.Path(__file__).resolve().parents[2]
if str(COLLECTION / "tests" / "simulator") not in sys.path:
    sys.path.insert(0, str(COLLECTION / "tests" / "simulator"))

from rsctsim.faults import FAULTS  # noqa: E402  (the path above makes the package known)

ALL = set(CODES + ADVISORIES)
# Something that the simulator can do to an LPAR and that is no failure mode.
NO_FAILURE_MODES = {"BUSY"}


def documented():
    text = (COLLECTION / "docs" / "failure-modes.md").read_text(encoding="utf-8")
    return re.findall(r"^### ([A-Z_]+)$", text, re.MULTILINE)


def expected():
    rows = yaml.safe_load((COLLECTION / "extensions" / "molecule" / "diagnose" / "expected.yml").read_text(encoding="utf-8"))
    told = {row.get("verdict", row["fault"]) for row in rows["lpars"] + rows["consoles"]}
    return told | {code for row in rows["lpars"] for code in row.get("flags", [])} | set(rows["elsewhere"])


@pytest.mark.parametrize("found", [
    pytest.param(lambda: set(REGISTRY), id="rules"),
    pytest.param(lambda: set(documented()), id="docs"),
    pytest.param(lambda: set(FAULTS) - NO_FAILURE_MODES, id="simulator"),
    pytest.param(expected, id="acceptance"),
    pytest.param(lambda: set(codes.CODES) | set(codes.ADVISORIES), id="report"),
])
def test_the_same_failure_modes_everywhere(found):
    assert found() == ALL


def test_one_section_each():
    assert len(documented()) == len(set(documented()))


@pytest.mark.parametrize("code", sorted(ALL))
def test_the_rule_bears_the_name_of_its_code(code):
    assert REGISTRY[code].__name__ == code.lower()


def test_what_is_proven_elsewhere_is_proven():
    scenario = COLLECTION / "extensions" / "molecule" / "diagnose"
    rows = yaml.safe_load((scenario / "expected.yml").read_text(encoding="utf-8"))
    tests = (scenario / "test_consoles.py").read_text(encoding="utf-8")
    assert [code for code in rows["elsewhere"] if f'"{code}" in codes(' not in tests and f'"{code}" in found' not in tests] == []
