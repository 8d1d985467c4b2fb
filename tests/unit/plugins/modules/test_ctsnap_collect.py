# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import threading

import pytest
from ansible_collections.aixops.rsct.plugins.action.ctsnap_collect import Ticker, progress
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


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (30.4, "aixdb01: ctsnap has been running for 0:30 min, it is stopped in 29:29 min at the latest"),
        (1805, "aixdb01: ctsnap has been running for 30:05 min, it is stopped in 0:00 min at the latest"),
    ],
)
def test_progress(elapsed, text):
    assert progress("aixdb01", elapsed, 1800) == text


def test_the_ticker_shows_lines_while_the_block_runs_and_then_ends():
    shown = threading.Event()
    lines = []

    def show(line):
        lines.append(line)
        shown.set()

    with Ticker("aixdb01", 1800, 0.001, show) as ticker:
        assert shown.wait(30)
    assert not ticker.thread.is_alive()
    assert lines[0].startswith("aixdb01: ctsnap has been running for 0:0")


def test_no_ticker_without_an_interval():
    with Ticker("aixdb01", 1800, 0, pytest.fail) as ticker:
        assert not ticker.thread.is_alive()


def test_the_ticker_ends_when_the_block_fails():
    with pytest.raises(ValueError), Ticker("aixdb01", 1800, 60, pytest.fail) as ticker:
        raise ValueError
    assert not ticker.thread.is_alive()
