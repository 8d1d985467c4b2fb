# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rmc_rollback on three hosts with damaged data, and the archive of ctsnap on its way to the controller."""

from __future__ import annotations

import json
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


def test_check_mode_changes_nothing(estate):
    start = time.time()
    checked = estate.run("rmc_rollback", "--check", "-l", HOSTS, rmc_rollback_snapshot="latest")
    assert checked.rc == 0, checked.output[-3000:]
    assert estate.ran(start) == {}


def test_the_damage_is_undone(estate):
    damaged, start = {name: identity(estate, name) for name in DAMAGED}, time.time()
    run = estate.run("rmc_rollback", "-l", HOSTS, rmc_rollback_snapshot="before", rmc_rollback_verify=True, rmc_verify_timeout=10)
    assert run.rc == 0, run.output[-3000:]
    assert set(estate.ran(start)) == set(DAMAGED)
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
