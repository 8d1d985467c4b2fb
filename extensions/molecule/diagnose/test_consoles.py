# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that need an estate for themselves: all is well, HMCs that do not answer, no HMC at all, check mode, several runs."""

from __future__ import annotations

import time

import pytest
import yaml

from estate import Estate, codes, here, verdicts

LPARS = "aix_lpars"


@pytest.fixture(scope="module")
def running():
    estate = Estate(str(here().directory) + "-clean")
    estate.up("clean")
    yield estate
    estate.down()


@pytest.fixture
def estate(running):
    """All is well again, and both ends know it."""
    running.control.heal()
    running.settle()
    return running


def diagnosed(estate, label, *arguments, **variables):
    result, report = estate.diagnose(label, "-l", LPARS, *arguments, **variables)
    assert result.returncode == 0, result.stdout[-2000:]
    return report


def test_all_is_well(estate):
    """S01. Also: one round trip to each LPAR, one login to each HMC; most of these hosts have no Python."""
    start = time.time()
    report = diagnosed(estate, "well")
    assert set(verdicts(report).values()) == {"HEALTHY"}
    assert report["complete"] is True
    assert set(estate.events("login", start).values()) == {1}
    asked = estate.events("exec", start)
    assert {name: asked[name] for name in verdicts(report)} == dict.fromkeys(verdicts(report), 1)
    assert estate.changing(start) == []
    assert sum(not lpar["python"] for lpar in estate.control.status()["lpars"].values()) >= 6


def test_partitions_that_are_not_ours_are_listed_and_left_alone(estate):
    """S02: IBM i and not activated, which no inventory names; a VIOS that is busy is asked again and is well."""
    estate.break_("BUSY", host="vios1", seconds=900)
    report = diagnosed(estate, "busy")
    busy = next(host for host in report["hosts"] if host["host"] == "vios1")
    assert (busy["verdict"], busy["next_rung"]) == ("UNDETERMINED", "wait")
    assert {row["name"]: row["verdict"] for row in report["partitions_not_in_inventory"]} == {"ibmi01": "OUT_OF_SCOPE", "aixtest09": "NOT_RUNNING"}
    estate.break_("BUSY", host="vios1", seconds=0)
    dummy, again = estate.diagnose("again", "-l", "vios1")
    assert verdicts(again)["vios1"] == "HEALTHY"


def test_check_mode_gives_the_same_report(estate):
    for code, host in (("RSCT_DOWN", "aixdb01"), ("DRM_DOWN", "aixapp01"), ("NETWORK_UDP_BLOCKED", "aixweb01")):
        estate.break_(code, host=host)
    estate.settle()
    start = time.time()
    real, checked = diagnosed(estate, "real"), diagnosed(estate, "checked", "--check")
    assert verdicts(real) == verdicts(checked)
    assert [codes(host) for host in real["hosts"]] == [codes(host) for host in checked["hosts"]]
    assert real["fleet_findings"] == checked["fleet_findings"]
    assert verdicts(real)["aixdb01"] == "RSCT_DOWN"
    assert estate.changing(start) == []


def test_without_any_hmc_in_the_inventory(estate, tmp_path):
    """What the LPAR says of itself is told; what only the HMC knows is said to be unknown."""
    estate.break_("RSCT_DOWN", host="aixdb01")
    inventory = yaml.safe_load(estate.inventory.read_text(encoding="utf-8"))
    del inventory["all"]["children"]["hmcs"]
    alone = tmp_path / "inventory.yml"
    alone.write_text(yaml.safe_dump(inventory), encoding="utf-8")
    result = estate.playbook("rmc_diagnose", inventory=[alone], rmc_diagnose_report_dir=str(estate.results / "alone"))
    assert result.returncode == 0, result.stdout[-2000:]
    report = estate.report("alone")
    assert report["complete"] is False
    found = verdicts(report)
    assert found.pop("aixdb01") == "RSCT_DOWN"
    assert set(found.values()) == {"UNDETERMINED"}


def test_an_hmc_that_does_not_answer_makes_nothing_healthy(estate):
    estate.break_("PARTIAL_HMC", hmc="hmcbeta")
    estate.break_("RSCT_DOWN", host="aixdb01")
    estate.settle()
    report = diagnosed(estate, "partial")
    assert report["complete"] is False
    assert [hmc["host"] for hmc in report["hmcs"] if hmc["outcome"] != "ok"] == ["hmcbeta"]
    assert "HEALTHY" not in verdicts(report).values()
    assert verdicts(report)["aixdb01"] == "RSCT_DOWN"
    assert all("PARTIAL_HMC" in codes(host) for host in report["hosts"])


def test_no_hmc_answers(estate):
    for name in ("hmcalpha", "hmcbeta"):
        estate.break_("UNDETERMINED", hmc=name)
    estate.settle()
    report = diagnosed(estate, "silent")
    assert set(verdicts(report).values()) == {"UNDETERMINED"}


def test_systems_that_hang_on_an_hmc_are_undetermined_there(estate):
    estate.break_("UNDETERMINED", hmc="hmcalpha", what="system")
    report = diagnosed(estate, "hanging", rmc_diagnose_hmc_deadline=2)
    assert report["complete"] is False
    assert "HEALTHY" not in verdicts(report).values()


def test_flapping_is_told_from_earlier_reports(estate):
    """The state of the path is set for each run: down, up, down, up."""
    reports = []
    for number in range(4):
        if number % 2:
            estate.control.heal("aixweb01")
        else:
            estate.break_("NETWORK_UDP_BLOCKED", host="aixweb01")
        estate.settle()
        result, report = estate.diagnose("flapping", "-l", "aixweb01", rmc_diagnose_history=5)
        assert result.returncode == 0, result.stdout[-2000:]
        reports.append(report)
    found = [codes(host) for report in reports for host in report["hosts"]]
    assert "FLAPPING" not in found[0]
    assert "FLAPPING" in found[-1]
