# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of the report: true of what is written, and of nothing else. The tables here say by themselves what the contract is."""

from __future__ import annotations

import copy
import json
import pathlib
import sys

import jsonschema
import pytest
import report_builder as build

from ansible_collections.aixops.rsct.plugins.plugin_utils import _report
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import ADVISORIES, CODES, FLAGS, diagnose, ladder
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import history, survey

# Every case of every rule, to see what the judgement can write.
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "_diagnosis"))
import test_diagnosis_rules as rules  # noqa: E402

SCHEMA = json.loads((pathlib.Path(_report.__file__).parent / "schema_v1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# One value of every type, and a word that is in no list.
SAMPLES = {"text": "HELATHY", "number": 3, "truth": True, "null": None, "list": [1, None], "object": {"no": 1}}
# Where in the report a thing stands, and which types its keys may have: "word" is one of a list, so that no other text is taken.
KEYS = {
    "report": ((), {
        "schema": "", "generated_at": "word", "complete": "truth", "hmcs": "", "totals": "", "fleet_findings": "", "hosts": "",
        "partitions_not_in_inventory": "",
    }),
    "host": (("hosts", 0), {
        "host": "text", "machine": "text null", "lpar_id": "number null", "lpar_name": "text null", "verdict": "word", "confidence": "word",
        "findings": "", "hmc_states": "", "clustered": "truth null", "next_rung": "word null", "blocked_by": "",
    }),
    "partition": (("partitions_not_in_inventory", 0), {
        "machine": "text", "lpar_id": "number", "lpar_name": "text null", "verdict": "word", "confidence": "word", "findings": "", "hmc_states": "",
        "next_rung": "word null", "blocked_by": "",
    }),
    "finding": (("hosts", 0, "findings", 0), {
        "code": "word", "severity": "word", "confidence": "word", "summary": "text", "evidence": "", "remedy": "", "blocked_by": "",
    }),
    "evidence": (("hosts", 0, "findings", 0, "evidence", 0), {"source": "text", "detail": "text"}),
    "remedy": (("hosts", 0, "findings", 0, "remedy"), {"rung": "word null", "role": "text null", "text": "text"}),
    "flow": (("hosts", 0, "findings", 0, "flows", 0), {
        "lpar": "text", "hmc": "text", "hmc_name": "text", "port": "number", "protocols": "", "directions": "word",
    }),
    "refusal": (("hosts", 0, "refusals", 0), {"reason": "text", "evidence": "", "next_step": "text"}),
    "connection": (("hosts", 0, "hmc_states", "hmcbeta"), {"rmc_state": "text null", "rmc_ipaddr": "text null", "dlpar": ""}),
    "fleet finding": (("fleet_findings", 0), {
        "code": "word", "severity": "word", "confidence": "word", "summary": "text", "evidence": "", "remedy": "", "blocked_by": "", "members": "",
    }),
    "member": (("fleet_findings", 0, "members", 0), {"host": "text null", "machine": "text null", "lpar_id": "number null", "lpar_name": "text null"}),
    "hmc": (("hmcs", 0), {"outcome": "word", "systems": ""}),
    "system": (("hmcs", 0, "systems", 0), {"name": "text null", "machine": "text null", "state": "text null", "outcome": "word"}),
    "changes": (("changes",), {"previous_at": "word null", "new": "", "changed": "", "fixed": "", "flapping": "", "unread": ""}),
    "change": (("changes", "new", 0), {"name": "text", "verdict": "word", "before": "word null"}),
    "history": (("hosts", 0, "history"), {"since": "null", "last_known": "null", "flapping": "truth"}),
    "since": (("hosts", 0, "history", "since"), {"at": "word", "first_sighting": "truth"}),
    "last known": (("hosts", -1, "history", "last_known"), {"verdict": "word", "since": "word", "read_at": "word"}),
}
# What is there and not promised to be.
OPTIONAL = {
    "host": (("hosts", 0), {
        "kind": "word", "state": "text null", "os_level": "text null", "rsct_level": "text null", "node_id": "word null", "collected_at": "word null",
        "refusals": "", "reachable": "truth", "unread": "", "flags": "",
    }),
    "finding": (("hosts", 0, "findings", 0), {"flows": ""}),
    "remedy": (("hosts", 0, "findings", 0, "remedy"), {"owner": "text"}),
    "connection": (("hosts", 0, "hmc_states", "hmcbeta"), {"state": "word", "token": "text null", "queue": "text null", "tcp": "word null"}),
    "hmc": (("hmcs", 0), {
        "host": "text", "name": "text null", "message": "text null", "version": "text null", "model": "text null", "serial": "text null",
        "clock_offset_seconds": "number null", "partitions": "number", "addresses": "",
    }),
    "system": (("hmcs", 0, "systems", 0), {"message": "text null"}),
}


@pytest.fixture(scope="module")
def report():
    """One report with everything in it: a cut off subnet, a host that could not be read, a partition nobody knows, and a past."""
    made = build.survey(9, per_machine=3)
    state = history.track(history.empty(), {**diagnose(made), "generated_at": "2026-11-19T03:12:44Z"}, 5)
    for number in range(1, 4):
        for hmc in made["hmcs"]:
            build.block(made, f"aix{number:05d}", hmc)
    build.lose(made, "aix00009")
    made["hosts"]["aix00009"]["expected"] = {"machine": build.machine_name(3), "lpar_id": 3}
    del made["hosts"]["aix00005"]
    judged = diagnose(made)
    history.track(state, judged, 5)
    return judged


def _at(report: dict, path: tuple):
    for step in path:
        report = report[step]
    return report


def _changed(report: dict, path: tuple, key: str, value) -> dict:
    changed = copy.deepcopy(report)
    _at(changed, path)[key] = value
    return changed


def test_the_schema_is_one_and_fits_the_report(report):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(report)


@pytest.mark.parametrize("thing", KEYS)
def test_no_key_of_the_contract_may_be_missing(report, thing):
    path, keys = KEYS[thing]
    for key in keys:
        assert key in _at(report, path), key
        changed = copy.deepcopy(report)
        del _at(changed, path)[key]
        assert not VALIDATOR.is_valid(changed), key


@pytest.mark.parametrize(("thing", "path", "keys"), [(thing, *table[thing]) for table in (KEYS, OPTIONAL) for thing in table])
def test_no_key_may_have_a_value_of_another_type(report, thing, path, keys):
    for key, allowed in keys.items():
        assert key in _at(report, path), key
        for kind, sample in SAMPLES.items():
            if kind not in allowed.split():
                assert not VALIDATOR.is_valid(_changed(report, path, key, sample)), (key, sample)
        if "null" in allowed.split():
            assert VALIDATOR.is_valid(_changed(report, path, key, None)), key


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ((), "schema", 2),
        ((), "totals", {"HELATHY": 1}),
        ((), "totals", {"HEALTHY": -1}),
        ((), "hosts", [None]),
        ((), "partitions_not_in_inventory", [None]),
        (("hosts", 0), "findings", []),
        (("hosts", 0), "verdict", "CLUSTERED"),
        (("hosts", 0), "flags", ["RSCT_DOWN"]),
        (("hosts", 0), "blocked_by", [5]),
        (("hosts", 0), "refusals", 5),
        (("hosts", 0), "node_id", "6e0f"),
        (("hosts", 0), "hmc_states", {"hmcbeta": None}),
        (("hosts", 0, "hmc_states", "hmcbeta"), "dlpar", [1]),
        (("hosts", 0, "hmc_states", "hmcbeta"), "dlpar", [1, 1, 1, 1]),
        (("hosts", 0, "hmc_states", "hmcbeta"), "dlpar", [1, 1, "1"]),
        (("hosts", 0, "findings", 0), "flows", 3),
        (("hosts", 0, "findings", 0), "flows", [3]),
        (("hosts", 0, "findings", 0, "flows", 0), "protocols", ["icmp"]),
        (("hosts", 0, "findings", 0, "flows", 0), "port", 70000),
        (("fleet_findings", 0), "members", [1, None]),
        (("fleet_findings", 0), "code", "CLUSTERED"),
    ],
)
def test_what_nobody_writes_is_refused(report, path, key, value):
    assert not VALIDATOR.is_valid(_changed(report, path, key, value))


def test_a_healthy_partition_may_be_without_a_finding(report):
    healthy = next(number for number, host in enumerate(report["hosts"]) if host["verdict"] == "HEALTHY")
    assert VALIDATOR.is_valid(_changed(report, ("hosts", healthy), "findings", []))


def test_keys_may_be_added(report):
    assert VALIDATOR.is_valid(_changed(report, ("hosts", 0), "new_in_a_later_version", 1))


def test_the_lists_of_the_schema_are_those_of_the_judgement():
    lists = SCHEMA["$defs"]
    assert lists["verdict"]["enum"] == list(CODES)
    assert lists["advisory"]["enum"] == list(ADVISORIES)
    assert lists["flag"]["enum"] == list(FLAGS)
    assert lists["rung"]["enum"] == [*ladder.RUNGS, None]


ESTATES = [build_estate for cases in rules.CASES.values() for build_estate, *dummy in cases]


@pytest.mark.parametrize("silent", [False, True], ids=["all answer", "one HMC is silent"])
def test_reports_of_every_rule_fit(silent):
    for build_estate in ESTATES:
        made = build_estate().survey()
        if silent:
            made["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
        judged = diagnose(made)
        errors = [f"{build_estate.__name__}: {error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(judged)]
        assert errors == []
