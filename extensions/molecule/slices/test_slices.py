# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Four slices of one estate, merged by the playbook for it, beside one run over all of it: by --limit, and as AWX deals hosts out."""

from __future__ import annotations

import copy

import pytest
import yaml

from estate import Estate, here, verdicts

SLICES = 4


@pytest.fixture(scope="module")
def estate():
    """The estate "demo": eight causes, one of them (a duplicate node id) on two LPARs of different slices."""
    running = Estate(str(here().directory) + "-slices")
    running.up("demo")
    yield running
    running.down()


@pytest.fixture(scope="module")
def whole(estate):
    estate.settle()
    return diagnosed(estate, "whole", "-l", "aix_lpars")


def diagnosed(estate, label, *arguments, **more):
    inventory = more.pop("inventory", None)
    result = estate.playbook("rmc_diagnose", *arguments, inventory=inventory, rmc_diagnose_report_dir=str(estate.results / label), **more)
    assert result.returncode == 0, result.stdout[-2000:]
    return estate.report(label)


def merged(estate, directory, label, **more):
    result = estate.playbook("rmc_merge", rmc_merge_dir=str(estate.results / directory), rmc_merge_slices=SLICES,
                             rmc_diagnose_report_dir=str(estate.results / label), **more)
    return result, estate.report(label)


def told(report):
    """The report without times: the two were not collected at the same moment."""
    hosts = [
        {key: host[key] for key in ("host", "machine", "lpar_id", "lpar_name", "verdict", "confidence", "clustered", "next_rung", "blocked_by", "flags",
                                    "hmc_states", "reachable", "unread")}
        | {"findings": [(finding["code"], finding["severity"], finding["confidence"], finding["remedy"]) for finding in host["findings"]]}
        for host in report["hosts"]
    ]
    for host in hosts:
        if host["verdict"] == "NODE_ID_DUPLICATE":
            # A clone and its original take turns on the HMC: which one is up depends on the second.
            host["hmc_states"] = sorted(host["hmc_states"])
    fleet = [{key: value for key, value in finding.items() if key != "evidence"} for finding in report["fleet_findings"]]
    return {
        "complete": report["complete"], "totals": report["totals"], "hosts": hosts, "fleet": fleet,
        "hmcs": [hmc["name"] for hmc in report["hmcs"]],
        "outside": [(row["machine"], row["lpar_id"], row["name"], row["verdict"]) for row in report["partitions_not_in_inventory"]],
    }


def dealt(inventory, number):
    """The inventory of one slice of AWX: every fourth host of the sorted list of all hosts, consoles among them."""
    sliced = copy.deepcopy(inventory)
    groups = sliced["all"]["children"]
    mine = set(sorted(name for group in groups.values() for name in group["hosts"])[number::SLICES])
    for group in groups.values():
        group["hosts"] = {name: variables for name, variables in group["hosts"].items() if name in mine}
    return sliced


def test_slices_by_limit_tell_the_same(estate, whole):
    for number in range(SLICES):
        limit = ":".join(sorted(verdicts(whole))[number::SLICES])
        report = diagnosed(estate, f"limit/{number}", "-l", limit)
        assert len(report["hosts"]) == 3
    result, report = merged(estate, "limit", "limit-merged")
    assert result.returncode == 0, result.stdout[-2000:]
    assert told(report) == told(whole)
    assert verdicts(report)["aixnim01"] == "NODE_ID_DUPLICATE"


def test_slices_as_awx_deals_them_tell_the_same(estate, whole, tmp_path):
    inventory = yaml.safe_load(estate.inventory.read_text(encoding="utf-8"))
    consoles = []
    for number in range(SLICES):
        path = tmp_path / f"slice{number}.yml"
        path.write_text(yaml.safe_dump(dealt(inventory, number)), encoding="utf-8")
        consoles += [hmc["name"] for hmc in diagnosed(estate, f"awx/{number}", inventory=[path])["hmcs"]]
    assert sorted(consoles) == ["hmcalpha", "hmcbeta"]
    result, report = merged(estate, "awx", "awx/merged")
    assert result.returncode == 0, result.stdout[-2000:]
    assert told(report) == told(whole)
    # Once more, with the merged evidence in the same directory: it is no slice.
    result, dummy = merged(estate, "awx", "awx/merged")
    assert result.returncode == 0, result.stdout[-2000:]


def test_a_slice_that_is_missing_is_said(estate):
    result, report = merged(estate, "nothing", "nothing-merged")
    assert result.returncode == 2
    assert f"evidence of 0 slices, {SLICES} are expected" in " ".join(result.stdout.split())
    assert report is None
