# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import os

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import look
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import operations
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import HMC_ALPHA, MACHINE, NODE_ID, changing

NOW = datetime.datetime(2026, 11, 14, 22, 20)


def before(fake, runner):
    return look.before(runner, fake.options(), now=lambda: NOW)


def test_it_only_looks(fake, runner):
    before(fake, runner)
    look.after(runner, fake.options())
    assert fake.log and not any(changing(argv) for argv in fake.log)


def test_evidence(fake, runner):
    found = before(fake, runner)
    assert found["uid"] == 0
    assert found["partition"] == {"lpar_id": 3, "machine": MACHINE, "hostname": os.uname()[1], "uptime_seconds": ((40 * 24 + 3) * 60 + 2) * 60 + 1}
    assert found["cluster"]["member"] is False
    assert found["activity"] == dict.fromkeys(("dlpar", "lpm", "lku", "installp", "backup"), False)
    assert found["node_id"] == {"live": NODE_ID, "etc": NODE_ID, "var_ct": NODE_ID}
    assert found["listeners"] == {"tcp_657": True, "udp_657": True}
    assert found["rmcd"]["seconds"] == (12 * 24 * 60 + 10) * 60
    assert [row["mount"] for row in found["filesystems"]] == ["/", "/var", "/tmp"]


def test_suspension_is_asked_only_when_something_is_not_up(fake, runner):
    fake.state["hmcs"] = [dict(HMC_ALPHA, state="I")]
    assert before(fake, runner)["suspended"] is False
    assert not any(argv[0] == "runact" for argv in fake.log)


@pytest.mark.parametrize("everything", [[None, "", "", "timeout"], [None, "", "", "missing"], [1, "", "0000-000 odd\n", "failed"], [0, "odd\n", "", "ok"]])
def test_a_host_that_answers_nothing_useful_is_told_as_unknown(everything, fake, runner):
    before(fake, runner)
    fake.state["answers"] = {" ".join(argv): everything for argv in fake.log}
    found = before(fake, runner)
    # Output that cannot be understood may also be taken for a cluster, never for none.
    assert found["cluster"]["member"] is not False
    assert found["activity"]["dlpar"] is None
    assert found["partition"]["uptime_seconds"] is None and found["partition"]["machine"] is None
    assert found["uid"] is None
    assert found["listeners"] == {"tcp_657": None, "udp_657": None}
    assert found["subsystems"] == [] and found["filesystems"] == []


def whole(fake, *argv):
    return fake.answer(list(argv))[1]


@pytest.mark.parametrize("cut", [[None, "timeout"], [-9, "failed"], [1, "failed"]])
def test_output_that_was_cut_off_is_no_answer(cut, fake, runner):
    """The first rows are there, and what follows could be the one that matters."""
    rc, outcome = cut
    fake.state["hmcs"] = [dict(HMC_ALPHA, state="I")]
    before(fake, runner)
    lines = {" ".join(argv): whole(fake, *argv).splitlines(True) for argv in fake.log}
    fake.state["answers"] = {line: [rc, "".join(text[:3]), "", outcome] for line, text in lines.items() if not line.startswith("df ")}
    found = before(fake, runner)
    assert set(found["activity"].values()) == {None}
    assert found["partition"]["uptime_seconds"] is None and found["partition"]["lpar_id"] is None and found["rmcd"]["seconds"] is None
    assert found["listeners"] == {"tcp_657": None, "udp_657": None}
    assert found["cluster"]["member"] is None
    assert found["subsystems"] == [] and found["domains"]["control_points"] == []


@pytest.mark.parametrize("name", ["ps", "netstat"])
def test_output_that_is_too_long_is_no_answer(name, fake, runner, monkeypatch):
    def run(argv, deadline, **more):
        result = fake.run(argv, deadline, **more)
        if argv[0] == name:
            result.outcome, result.truncated = "failed", True
        return result

    monkeypatch.setattr(_command, "run", run)
    found = before(fake, runner)
    assert {"ps": found["activity"]["installp"], "netstat": found["listeners"]["tcp_657"]}[name] is None


@pytest.mark.parametrize(("rc", "outcome", "mounts"), [(None, "timeout", []), (-9, "failed", []), (1, "failed", ["/"]), (0, "ok", ["/"])])
def test_df_tells_what_it_could_read_unless_it_was_stopped(rc, outcome, mounts, fake, runner):
    before(fake, runner)
    line = next(" ".join(argv) for argv in fake.log if argv[0] == "df")
    fake.state["answers"][line] = [rc, "".join(whole(fake, "df", "-k").splitlines(True)[:2]), "df: /var/ct: No such file or directory\n", outcome]
    assert [row["mount"] for row in before(fake, runner)["filesystems"]] == mounts


@pytest.mark.parametrize("completed, started", [("159D686C", "F2646817"), ("A5E6DB96", "08917DC6")])
def test_a_migration_that_just_ended(fake, runner, completed, started):
    fake.state["errors"] = [
        completed + "   1114221526 I S pmig           Client Partition Migration Completed",
        started + "   1114221426 I S pmig           Client Partition Migration Started",
    ]
    found = before(fake, runner)
    assert found["migration"]["event"] == "completed" and found["migration"]["age_seconds"] == 300
    assert found["activity"]["lpm"] is False


# The snapshot that recycle and rekey ask for, against real archives.


@pytest.fixture
def snapshot(fake, runner, clock):
    options = {
        "name": "one",
        "path": os.path.join(fake.root, "snapshots"),
        "keep": 5,
        "reserve_mb": 0,
        "reidentified": False,
        "deadline": 30,
        "var_ct": fake.var_ct,
        "ct_node_id_file": fake.node_id_file,
    }
    return operations.present(options, runner, clock, [])["snapshot"]["path"]


def problem(fake, runner, path):
    return look.snapshot_problem(path, before(fake, runner), fake.var_ct)


def test_a_good_snapshot(fake, runner, snapshot):
    assert problem(fake, runner, snapshot) is None


@pytest.mark.parametrize("path", [None, ""])
def test_none_named(fake, runner, path):
    assert problem(fake, runner, path) == "no snapshot was named"


def test_not_there(fake, runner):
    assert problem(fake, runner, os.path.join(fake.root, "none.tar")).startswith("no_snapshot: ")


def test_not_there_yet_in_check_mode(fake, runner):
    path = os.path.join(fake.root, "none.tar")
    assert look.snapshot_problem(path, before(fake, runner), fake.var_ct, check_mode=True) is None


def test_damaged_in_check_mode(fake, runner, snapshot):
    os.truncate(snapshot, 700)
    assert look.snapshot_problem(snapshot, before(fake, runner), fake.var_ct, check_mode=True).startswith("damaged_snapshot: ")


def test_damaged(fake, runner, snapshot):
    with open(snapshot, "r+b") as stream:
        stream.seek(700)
        byte = stream.read(1)
        stream.seek(700)
        stream.write(bytes([byte[0] ^ 1]))
    assert problem(fake, runner, snapshot).startswith("damaged_snapshot: ")


def test_readable_by_others(fake, runner, snapshot):
    os.chmod(snapshot, 0o644)
    assert problem(fake, runner, snapshot).startswith("wrong_modes: ")


def test_of_another_partition(fake, runner, snapshot):
    fake.state["answers"] = {"uname -L": [0, "4 aixdb02\n", "", "ok"]}
    assert problem(fake, runner, snapshot).startswith("wrong_partition: ")


def test_of_another_node_id(fake, runner, snapshot):
    fake.write_node_id("0a1b2c3d4e5f6071")
    assert problem(fake, runner, snapshot).startswith("wrong_node_id: ")


def test_a_live_node_id_that_is_in_neither_file_says_nothing_against_a_snapshot(fake, runner, snapshot):
    """A snapshot holds the files. The copies differ, and a reset needs a snapshot to put that right."""
    fake.state["answers"] = {"lsnodeid": [0, "0a1b2c3d4e5f6071\n", "", "ok"]}
    found = before(fake, runner)
    assert found["node_id"]["live"] == "0a1b2c3d4e5f6071"
    assert look.snapshot_problem(snapshot, found, fake.var_ct) is None


def test_from_before_a_rekey(fake, runner, snapshot):
    fake.state["key"] += 1
    fake.write_keys()
    assert problem(fake, runner, snapshot).startswith("cfg/ct_has.qkf changed since")


def test_from_before_a_key_was_lost(fake, runner, snapshot):
    os.unlink(os.path.join(fake.var_ct, "cfg", "ct_has.pkf"))
    assert problem(fake, runner, snapshot).startswith("cfg/ct_has.pkf changed since")
