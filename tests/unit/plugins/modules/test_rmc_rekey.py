# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import NEW_NODE_ID, NODE_ID
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.module_process import Partition, commands


def test_a_clone_gets_an_id_of_its_own_once(tmp_path):
    partition = Partition(tmp_path)
    options = {"method": "reset_new_id", "replace_node_id": NODE_ID, "snapshot": partition.snapshot()}
    checked = partition.run("rmc_rekey", check_mode=True, **options)
    assert (commands(checked), partition.ran()) == (["recfgct", "rmcctrl -p"], [])
    done = partition.run("rmc_rekey", **options)
    assert partition.ran() == commands(done) == commands(checked)
    assert done["before"]["node_id"] == dict.fromkeys(("live", "etc", "var_ct"), NODE_ID)
    assert done["after"]["node_id"] == dict.fromkeys(("live", "etc", "var_ct"), NEW_NODE_ID)
    assert done["diff"]["after"] == done["after"]
    again = partition.run("rmc_rekey", **options)
    assert (again["changed"], partition.ran()) == (False, [])


def test_the_id_is_kept(tmp_path):
    partition = Partition(tmp_path)
    done = partition.run("rmc_rekey", method="reset_keep_id", snapshot=partition.snapshot())
    assert partition.ran() == ["recfgct -s", "rmcctrl -p"]
    assert done["after"]["node_id"] == done["before"]["node_id"]


def test_one_trusted_host(tmp_path):
    partition = Partition(tmp_path)
    options = {"trusted_host": {"name": "hmcalpha", "identifier": "cc03"}, "saved_copies": str(tmp_path / "saved")}
    done = partition.run("rmc_rekey", method="targeted", snapshot=partition.snapshot(), **options)
    assert partition.ran() == ["ctsthl -a -n hmcalpha -m rsa1024 -p cc03", "rmcctrl -p"]
    assert done["before"] == {"trusted_host-hmcalpha": {"generation_method": "rsa1024", "identifier": "bb02"}}
    assert partition.state["trusted"]["hmcalpha"] == "cc03"


@pytest.mark.parametrize("method", ["reset_keep_id", "reset_new_id"])
def test_refused_in_an_offline_peer_domain_with_every_override(method, tmp_path):
    partition = Partition(tmp_path)
    text = "Name       OpState RSCTActiveVersion MixedVersions TSPort GSPort \ndbpair_dom Offline 3.2.5.2           No            12347  12348  \n"
    partition.set(answers={"lsrpdomain": [0, text, "", "ok"]})
    override = {"host": os.uname()[1], "ticket": "CHG0042"}
    options = {"replace_node_id": NODE_ID} if method == "reset_new_id" else {}
    result = partition.run("rmc_rekey", method=method, force=True, cluster_override=override, **options)
    assert result["failed"] and result["refusal"]["reason"] == "cluster_member"
    assert "Nothing lifts this guard" in result["refusal"]["next_step"]
    assert (result["actions"], partition.ran()) == ([], [])


def test_options_that_make_no_sense(tmp_path):
    partition = Partition(tmp_path)
    result = partition.run("rmc_rekey", method="targeted")
    assert result["failed"] and "exactly one" in result["msg"] and partition.ran() == []
