# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of an LPAR that could not be read: never healthy for certain, and always said."""

from __future__ import annotations

import pytest

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose

from builder import estate

HOST = "lpar1"


def without_node_id(rmc):
    rmc["node_id"] = {"live": None, "etc": None, "var_ct": None, "consistent": None}


def without_filesets(rmc):
    rmc["filesets"] = None


def without_file_systems(rmc):
    rmc["filesystems"] = None


def without_census(rmc):
    rmc["cluster"] = {"member": None, "online": None, "evidence": [{"source": "lspv", "detail": "could not be asked: timeout"}]}


def without_a_copy(rmc):
    rmc["node_id"].update(var_ct=None, consistent=None)


def without_key_files(rmc):
    rmc["security"]["keys"]["private"] = {"present": None, "mode": None, "owner": None}


SIDE = {
    without_filesets: "filesets",
    without_file_systems: "file systems",
    without_census: "cluster membership",
    without_a_copy: "a copy of the node id",
    without_key_files: "key files",
}


def report(*changes, built=None):
    built = built or estate()
    for change in changes:
        change(built.rmc(HOST))
    found = diagnose(built.survey())
    return found, next(entry for entry in found["hosts"] if entry["host"] == HOST)


def test_without_any_node_id_nobody_knows_of_twins():
    found, host = report(without_node_id)
    assert (host["verdict"], host["unread"], found["complete"]) == ("UNDETERMINED", ["could not read: node id"], False)


def test_that_there_is_no_node_id_is_an_answer():
    found, host = report(lambda rmc: rmc["node_id"].update(live=None, etc=None, var_ct=None, consistent=False))
    assert (host["verdict"], host["unread"], found["complete"]) == ("NODE_ID_INCONSISTENT", [], True)


@pytest.mark.parametrize("change", SIDE, ids=lambda change: change.__name__)
def test_healthy_is_likely_where_a_cause_may_hide(change):
    found, host = report(change)
    assert (host["verdict"], host["confidence"]) == ("HEALTHY", "likely")
    assert host["unread"] == ["could not read: " + SIDE[change]]
    assert found["complete"] is False
    assert any(entry["source"] == HOST for entry in host["findings"][0]["evidence"])


def test_what_was_seen_stays_certain_and_says_what_was_not():
    built = estate()
    built.rmcd_stopped(HOST)
    found, host = report(without_filesets, built=built)
    assert (host["verdict"], host["confidence"], host["unread"]) == ("RSCT_DOWN", "certain", ["could not read: filesets"])
    assert found["complete"] is False


def test_the_probe_that_failed_is_named():
    def slow(rmc):
        without_filesets(rmc)
        rmc["probes"].append({"name": "lslpp", "argv": [], "rc": None, "seconds": 30, "outcome": "timeout", "message": "no answer within 30 s; killed"})

    host = report(slow)[1]
    assert any("lslpp: timeout (no answer within 30 s; killed)" in entry["detail"] for entry in host["findings"][0]["evidence"])


def test_a_login_that_is_not_root_is_told_to_become_it():
    """rmcdomainstatus and ctsvhbac answer root only; without the tokens nobody is healthy."""

    def not_root(rmc):
        without_census(rmc)
        rmc["domains"] = {"peer": None, "control_points": None}
        rmc["probes"].append(
            {"name": "rmcdomainstatus", "argv": [], "rc": 1, "seconds": 0, "outcome": "failed", "message": "0403-006 Execute permission denied."}
        )

    found, host = report(not_root)
    assert (host["verdict"], found["complete"]) == ("UNDETERMINED", False)
    assert host["unread"] == ["could not read: management domain", "could not read: cluster membership"]
    assert "root (become)" in host["findings"][0]["remedy"]["text"]


def test_nothing_is_missing_of_a_healthy_host():
    found, host = report()
    assert (host["verdict"], host["confidence"], host["unread"], found["complete"]) == ("HEALTHY", "certain", [], True)
