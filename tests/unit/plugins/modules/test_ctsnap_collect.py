# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.module_process import Partition, commands


def test_collect(tmp_path):
    partition = Partition(tmp_path)
    dest = str(tmp_path / "ctsnap")
    checked = partition.run("ctsnap_collect", check_mode=True, dest=dest, runrpttr=True)
    assert (checked["changed"], checked["archive"], partition.ran(), os.path.exists(dest)) == (True, None, [], False)
    done = partition.run("ctsnap_collect", dest=dest, runrpttr=True)
    assert partition.ran() == commands(done) == commands(checked) == ["ctsnap -x runrpttr -d " + dest]
    assert os.path.getsize(done["archive"]) == done["size"] and len(done["sha256"]) == 64


def test_refused_when_there_is_no_room(tmp_path):
    partition = Partition(tmp_path, used=95)
    result = partition.run("ctsnap_collect", dest=str(tmp_path / "ctsnap"))
    assert result["failed"] and result["refusal"]["reason"] == "filesystem_full"
    assert partition.ran() == []


def test_failed(tmp_path):
    partition = Partition(tmp_path, answers={"ctsnap -d {0}".format(tmp_path / "ctsnap"): [3, "", "no\n", "failed"]})
    result = partition.run("ctsnap_collect", dest=str(tmp_path / "ctsnap"))
    assert result["failed"] and "rc 3: no" in result["msg"] and result["changed"] is False
