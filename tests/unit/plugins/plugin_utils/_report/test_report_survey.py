# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what tasks left behind to a survey; slices of one estate put together."""

from __future__ import annotations

import copy
import datetime
import itertools
import json

import pytest
import report_builder as build

from ansible_collections.aixops.rsct.plugins.plugin_utils._report import merge, survey

NOW = datetime.datetime(2026, 11, 20, 3, 20, tzinfo=datetime.timezone.utc)


def _entry(variables: dict, in_play: bool = True) -> dict:
    return survey.host_entry(variables, "answers", in_play, NOW, 3600)


def test_the_registered_result_is_the_evidence():
    rmc = build.evidence("aix1", 1)
    assert _entry({"answers": {"ansible_facts": {"rmc": rmc}}}) == {"rmc": rmc, "unreachable": False, "message": "", "expected": None}


def test_the_registered_result_may_be_text():
    rmc = build.evidence("aix1", 1)
    assert _entry({"answers": {"evidence": json.dumps(rmc)}})["rmc"] == rmc


def test_facts_serve_where_nothing_was_registered():
    rmc = build.evidence("aix1", 1)
    assert _entry({"ansible_facts": {"rmc": rmc}})["rmc"] == rmc


def test_facts_of_another_day_are_no_evidence():
    old = build.evidence("aix1", 1, collected_at="2026-11-19T03:12:44Z")
    entry = _entry({"ansible_facts": {"rmc": old}})
    assert entry["rmc"] is None
    assert "not this run" in entry["message"]


@pytest.mark.parametrize("collected_at", [None, "yesterday", ""])
def test_facts_without_a_date_are_no_evidence(collected_at):
    assert _entry({"ansible_facts": {"rmc": build.evidence("aix1", 1, collected_at=collected_at)}})["rmc"] is None


def test_an_unreachable_host_is_not_read_from_its_cached_facts():
    entry = _entry({"answers": {"unreachable": True, "msg": "timed out"}, "ansible_facts": {"rmc": build.evidence("aix1", 1)}})
    assert (entry["rmc"], entry["unreachable"], entry["message"]) == (None, True, "timed out")


def test_a_failed_module_is_not_read_from_cached_facts_either():
    entry = _entry({"answers": {"failed": True, "msg": "no shell"}, "ansible_facts": {"rmc": build.evidence("aix1", 1)}})
    assert (entry["rmc"], entry["unreachable"], entry["message"]) == (None, False, "no shell")


def test_a_host_that_dropped_out_of_the_play_was_unreachable():
    assert _entry({}, in_play=False)["unreachable"] is True
    assert _entry({}, in_play=True)["unreachable"] is False


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"rsct_machine": "9105-22A*78F0A10", "rsct_lpar_id": 3}, {"machine": "9105-22A*78F0A10", "lpar_id": 3}),
        ({"rsct_machine": "9105-22A*78F0A10", "rsct_lpar_id": "3"}, {"machine": "9105-22A*78F0A10", "lpar_id": 3}),
        ({"rsct_machine": "9105-22A*78F0A10"}, None),
        ({"rsct_machine": "9105-22A*78F0A10", "rsct_lpar_id": "{{ id }}"}, None),
        ({"rsct_machine": "{{ machine }}", "rsct_lpar_id": 3}, None),
        ({}, None),
    ],
)
def test_identity_variables(variables, expected):
    assert _entry(variables)["expected"] == expected


def test_every_console_has_an_entry_however_its_result_came():
    answer = {"hmc": {"outcome": "ok", "name": "hmcalpha"}, "systems": [], "partitions": []}
    results = [
        {"results": [{"item": "hmc1", **answer}, {"item": "hmc2", "unreachable": True, "msg": "refused"}]},
        {"skipped": True},
        {"results": []},
        {"_hmc": "hmc3", **answer},
        answer,
        None,
    ]
    entries = survey.hmc_entries(results, ["hmc1", "hmc4"])
    outcomes = {name: entry["hmc"]["outcome"] for name, entry in entries.items()}
    assert outcomes == {"hmc1": "ok", "hmc2": "unreachable", "hmc3": "ok", "hmc4": "unreachable", "hmcalpha": "ok"}
    assert entries["hmc2"]["hmc"]["message"] == "refused"
    assert "not asked" in entries["hmc4"]["hmc"]["message"]


def test_a_console_that_answered_one_host_is_not_lost_by_another():
    answer = {"item": "hmc1", "hmc": {"outcome": "ok"}, "systems": [], "partitions": []}
    for results in ([answer, {"item": "hmc1", "failed": True}], [{"item": "hmc1", "failed": True}, answer]):
        assert survey.hmc_entries([{"results": results}], [])["hmc1"]["hmc"]["outcome"] == "ok"


def test_a_loop_variable_of_another_name_is_understood():
    result = {"results": [{"ansible_loop_var": "console", "console": "hmc7", "hmc": {"outcome": "ok"}}]}
    assert list(survey.hmc_entries([result], [])) == ["hmc7"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"hosts": [], "hmcs": {}}', '{"schema": 2, "hosts": {}, "hmcs": {}}', '{"schema": 1, "hosts": {}}']
)
def test_what_is_no_survey_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "some.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(survey.NoSurvey, match="some.json"):
        survey.read(str(path))


@pytest.mark.parametrize("collected_at", [None, "", "yesterday", []])
def test_a_survey_of_no_time_is_refused(collected_at):
    with pytest.raises(survey.NoSurvey, match="collected_at"):
        survey.check({**build.survey(1), "collected_at": collected_at}, "some.json")
    made = build.survey(1)
    del made["collected_at"]
    with pytest.raises(survey.NoSurvey, match="collected_at"):
        survey.check(made, "some.json")


@pytest.mark.parametrize("collected_at", ["2026-11-20T04:12:44+01:00", "2026-11-20T03:12:44", 1795144364])
def test_a_time_has_one_spelling(collected_at):
    assert survey.check({**build.survey(1), "collected_at": collected_at}, "some.json")["collected_at"] == build.AT


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(survey.NoSurvey, match="cannot be read"):
        survey.read(str(tmp_path / "missing.json"))


def test_partitions_with_the_name_of_a_host_are_marked():
    lost = build.host("aixdb07", None, "UNDETERMINED")
    lost["machine"] = None
    report = build.report(
        [lost, build.host("aixdb08", 8)],
        outside=[build.host("", number, lpar_name=name) for number, name in enumerate(("AIXDB01", "aixdb07", "aixdb08", "other"))],
    )
    survey.mark_same_names(report, ["aixdb01.example.com"])
    assert [partition.get("maybe_host") for partition in report["partitions_not_in_inventory"]] == ["aixdb01.example.com", "aixdb07", None, None]


# --- slices ---


def _slices(whole: dict, count: int) -> list:
    """What each of several jobs of one inventory sees: its own hosts, and every console."""
    slices = []
    for number in range(count):
        part = {"schema": 1, "collected_at": f"2026-11-20T03:1{number}:00Z", "hmcs": copy.deepcopy(whole["hmcs"])}
        part["hosts"] = dict(itertools.islice(whole["hosts"].items(), number, None, count))
        slices.append(part)
    return slices


def test_four_slices_make_the_survey_of_one_run():
    whole = build.survey(40)
    merged = merge.merge(_slices(whole, 4), 1800)
    assert merged["hosts"] == whole["hosts"]
    assert merged["hmcs"] == whole["hmcs"]


def test_the_order_of_slices_never_matters():
    slices = _slices(build.survey(12), 3)
    slices[1]["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
    texts = {json.dumps(merge.merge(list(order), 1800), sort_keys=True) for order in itertools.permutations(slices)}
    assert len(texts) == 1


def test_a_slice_that_did_not_reach_a_console_takes_nothing_away():
    whole = build.survey(12)
    slices = _slices(whole, 3)
    slices[2]["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
    assert merge.merge(slices, 1800)["hmcs"]["hmcbeta"] == whole["hmcs"]["hmcbeta"]


def test_a_console_that_no_slice_reached_stays_not_read():
    slices = _slices(build.survey(12), 3)
    for part in slices:
        part["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
    assert merge.merge(slices, 1800)["hmcs"]["hmcbeta"]["hmc"]["outcome"] == "unreachable"


def test_a_system_that_one_slice_could_not_read_is_taken_from_another():
    whole = build.survey(40)
    slices = _slices(whole, 2)
    late = slices[1]["hmcs"]["hmcalpha"]
    late["hmc"]["queried_at"] = "2026-11-20T04:00:00Z"
    late["systems"][0].update(outcome="failed", message="timeout")
    late["partitions"] = [row for row in late["partitions"] if row["machine"] != late["systems"][0]["machine"]]
    merged = merge.merge(slices, 1800)["hmcs"]["hmcalpha"]
    assert [system["outcome"] for system in merged["systems"]] == ["ok", "ok"]
    assert len(merged["partitions"]) == 40


def test_evidence_wins_over_none_and_the_newer_over_the_older():
    old, new, lost = build.survey(1), build.survey(1), build.survey(1)
    new["hosts"]["aix00001"]["rmc"]["collected_at"] = "2026-11-20T05:00:00Z"
    lost["collected_at"] = "2026-11-20T06:00:00Z"
    build.lose(lost, "aix00001")
    for order in itertools.permutations([old, new, lost]):
        assert merge.merge(list(order), 86400)["hosts"]["aix00001"]["rmc"]["collected_at"] == "2026-11-20T05:00:00Z"


def test_a_host_of_any_slice_was_asked():
    slices = _slices(build.survey(4), 2)
    slices[0]["not_asked"] = ["aix00002", "aix00099"]
    assert merge.merge(slices, 1800)["not_asked"] == ["aix00099"]


def _one_stale(count: int = 4) -> list:
    """Slices as AWX deals them out, of which the first failed: what lies in its directory is of the run before."""
    whole = build.survey(12)
    slices = _slices(whole, count)
    for number, part in enumerate(slices):
        part["hmcs"] = dict(itertools.islice(whole["hmcs"].items(), number, None, count))
    slices[0]["collected_at"] = "2026-11-20T02:12:00Z"
    return slices


def test_a_slice_of_the_run_before_is_not_the_present():
    slices = _one_stale()
    for order in (slices, slices[::-1]):
        merged = merge.merge(list(order), 1800)
        old = {name: entry for name, entry in merged["hosts"].items() if not entry["rmc"]}
        assert sorted(old) == sorted(slices[0]["hosts"])
        for entry in old.values():
            assert entry["message"] == "the evidence is of 2026-11-20T02:12:00Z, the newest slice is of 2026-11-20T03:13:00Z"
            assert entry["unreachable"] is False
        assert merged["hmcs"]["hmcalpha"]["hmc"]["outcome"] == "failed"
        assert "2026-11-20T02:12:00Z" in merged["hmcs"]["hmcalpha"]["hmc"]["message"]
        assert merged["hmcs"]["hmcbeta"] == build.survey(12)["hmcs"]["hmcbeta"]
        assert merged["collected_at"] == "2026-11-20T03:13:00Z"


def test_how_far_apart_slices_may_be_is_up_to_the_caller():
    slices = _one_stale()
    assert merge.merge(slices, 3660)["hosts"] == build.survey(12)["hosts"]
    assert not merge.merge(slices, 3659)["hosts"]["aix00001"]["rmc"]


def test_a_stale_answer_takes_nothing_away_from_a_fresh_one():
    whole = build.survey(12)
    stale = {**copy.deepcopy(whole), "collected_at": "2026-11-19T03:12:44Z"}
    assert merge.merge([stale, whole], 1800) == {**merge.merge([whole], 1800)}


def test_one_file_alone_is_never_stale():
    old = build.survey(4)
    old["collected_at"] = "2026-11-20T09:00:00Z"
    assert merge.merge([old], 60)["hosts"] == old["hosts"]
