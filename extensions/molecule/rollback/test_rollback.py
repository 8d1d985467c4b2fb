# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rmc_rollback on three hosts with damaged data, and the archive of ctsnap on its way to the controller."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from rehearsal import PATHS, own

# Damaged keys, a list of trusted hosts gone wrong, a working node id that is gone.
DAMAGED = {"east01": ("KEYS_DAMAGED", {"how": "pair"}), "east02": ("AUTH_PENDING", {}), "east03": ("NODE_ID_INCONSISTENT", {"how": "missing"})}
HOSTS = ",".join(DAMAGED)


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start()
    command = ["ansible-playbook", str(Path(__file__).with_name("snapshot.yml")), "-i", str(estate.inventory), "-l", HOSTS + ",west01", "-e", json.dumps(PATHS)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for name, (code, options) in DAMAGED.items():
        estate.break_(code, host=name, **options)
    estate.settle()
    yield estate
    estate.down()


def identity(estate, name):
    root = estate.directory / "hosts" / name / "root"
    files = [root / "etc/ct_node_id", *sorted((root / "var/ct/cfg").iterdir())]
    return {str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode) for path in files if path.is_file()}


def test_without_a_name_it_only_lists(estate):
    start = time.time()
    run = estate.run("rmc_rollback", "-l", HOSTS)
    assert run.rc == 0, run.output[-3000:]
    assert run.output.count("before.") == len(DAMAGED) and "Nothing was put back" in run.output
    assert estate.ran(start) == {}


def lines(estate, name, since):
    """What was written down of a host: on the controller, and on the host."""
    files = (estate.results / "run/rmc-audit.jsonl", estate.directory / "hosts" / name / "root/var/adm/rsct_audit.log")
    found = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else [] for path in files]
    return [[line for line in each if line["host"] == name and line["at"] >= since] for each in found]


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def planned(estate):
    """host -> the commands that check mode names."""
    start, at = time.time(), now()
    checked = estate.run("rmc_rollback", "--check", "-l", HOSTS, rmc_rollback_snapshot="latest")
    assert checked.rc == 0, checked.output[-3000:]
    assert estate.ran(start) == {}
    assert [lines(estate, name, at) for name in DAMAGED] == [[[], []]] * len(DAMAGED)
    named = re.findall(r"(east0\d): the snapshot before of \S+ would be put back. \d+ differences?. Commands: (.*)\.$", checked.output, re.MULTILINE)
    return {name: commands.split("; ") for name, commands in named}


def test_check_mode_names_what_would_run(planned):
    assert set(planned) == set(DAMAGED) and all(planned.values())


def test_outside_of_the_window_nothing_is_put_back(estate):
    """The variables are those of rmc_fix."""
    start, at = time.time(), now()
    frozen = [{"from": "2020-01-01", "to": "2999-12-31", "reason": "year end"}]
    run = estate.run("rmc_rollback", "-l", "east01", rmc_rollback_snapshot="before", rmc_fix_freeze=frozen)
    assert run.rc != 0 and "year end" in run.output and "Nothing was put back (frozen)" in run.output
    tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%a").lower()
    run = estate.run("rmc_rollback", "-l", "east01", rmc_rollback_snapshot="before", rmc_fix_window={"days": [tomorrow], "from": "12:00", "to": "12:01"})
    assert run.rc != 0 and "Nothing was put back (outside_window)" in run.output
    assert estate.ran(start) == {} and lines(estate, "east01", at) == [[], []]
    checked = estate.run("rmc_rollback", "--check", "-l", "east01", rmc_rollback_snapshot="before", rmc_fix_freeze=frozen)
    assert checked.rc == 0 and "would be put back" in checked.output and "Not now: frozen" in checked.output


def test_the_damage_is_undone(estate, planned):
    damaged, start, at = {name: identity(estate, name) for name in DAMAGED}, time.time(), now()
    run = estate.run("rmc_rollback", "-l", HOSTS, rmc_rollback_snapshot="before", rmc_rollback_verify=True, rmc_verify_timeout=10,
                     rmc_rollback_ticket="CHG0012345", rmc_fix_approved_by="ann, bob")
    assert run.rc == 0, run.output[-3000:]
    assert estate.ran(start) == planned
    for name in DAMAGED:
        on_controller, on_host = lines(estate, name, at)
        assert [line["phase"] for line in on_controller] == ["begin", "end"] and len(on_host) == 1
        assert all((line["ticket"], line["approved_by"], line["rung"]) == ("CHG0012345", ["ann", "bob"], "rollback") for line in on_controller + on_host)
        assert all(Path(line["snapshot"]).name.startswith("before.") for line in on_controller + on_host)
        assert (on_host[0]["outcome"], on_host[0]["accepted"]) == ("rolled_back", True)
        assert "put back from the snapshot before of" in on_host[0]["why"] and "both ends agree" in on_host[0]["why"]
        assert [" ".join(command["argv"]) for command in on_host[0]["commands"]] == planned[name]
    status = estate.control.status()["lpars"]
    for name in DAMAGED:
        assert identity(estate, name) != damaged[name]
        assert status[name]["healthy"]
    assert estate.harm() == []


def test_what_is_well_stays_as_it_is(estate):
    before, start = identity(estate, "west01"), time.time()
    run = estate.run("rmc_rollback", "-l", "west01", rmc_rollback_snapshot="before")
    assert run.rc == 0, run.output[-3000:]
    assert identity(estate, "west01") == before
    assert estate.ran(start) == {}


def test_another_node_id_must_be_said_to_be_meant(estate):
    estate.break_("NODE_ID_INCONSISTENT", host="west01")
    before, start = identity(estate, "west01"), time.time()
    run = estate.run("rmc_rollback", "-l", "west01", rmc_rollback_snapshot="before")
    assert run.rc != 0 and "wrong_node_id" in run.output
    assert estate.ran(start) == {} and identity(estate, "west01") == before
    run = estate.run("rmc_rollback", "-l", "west01", rmc_rollback_snapshot="before", rmc_rollback_reidentified=True, rmc_rollback_verify=True)
    assert run.rc == 0, run.output[-3000:]
    assert estate.control.status()["lpars"]["west01"]["healthy"]


def test_the_snapshot_of_another_host_is_refused(estate):
    archive = next((estate.directory / "hosts/east01/root/var/adm/rsct_snapshots").glob("before*"))
    foreign = estate.directory / "hosts/west01/root/var/adm/rsct_snapshots" / archive.name.replace("before", "foreign")
    foreign.write_bytes(archive.read_bytes())
    foreign.chmod(0o600)
    before, start = identity(estate, "west01"), time.time()
    run = estate.run("rmc_rollback", "-l", "west01", rmc_rollback_snapshot="foreign")
    assert run.rc != 0
    assert estate.ran(start) == {} and identity(estate, "west01") == before


def test_a_cluster_node_is_refused(estate):
    estate.break_("CLUSTERED", host="west01")
    start = time.time()
    run = estate.run("rmc_rollback", "-l", "west01", rmc_rollback_snapshot="before")
    assert run.rc != 0 and "cluster" in run.output
    assert estate.ran(start) == {} and estate.harm() == []


def test_evidence_for_a_case_is_fetched_and_removed(estate):
    """Where no rung helps: ctsnap, its archive on the controller and no longer on the host, its log kept."""
    estate.break_("UNKNOWN", host="west02")
    estate.settle()
    start = time.time()
    run = estate.remediate("-l", "west02,west03", label="case", rmc_fix_approve=True, rmc_fix_ctsnap=True)
    assert run.rc == 0, run.output[-3000:]
    assert run.verdicts == {"west02": "UNKNOWN", "west03": "HEALTHY"}
    fetched = list((estate.results / "case/ctsnap/west02").iterdir())
    assert len(fetched) == 1 and fetched[0].name.startswith("ctsnap.west02.")
    if fetched[0].suffix == ".gz":
        assert tarfile.open(fetched[0]).getnames()
    left = [path.name for path in (estate.directory / "hosts/west02/root/var/adm/ctsnap").iterdir()]
    assert left and all(name.endswith(".log") for name in left)
    asked = [entry["argv"] for entry in estate.commands(start) if entry["argv"][0].endswith("ctsnap")]
    assert len(asked) == 1 and "runrpttr" in asked[0]
    assert estate.ran(start) == {}
