# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that hangs must not hold up the others: every task that goes to a partition is given up at some time."""

from __future__ import annotations

import pathlib

import pytest
import yaml

ROLES = pathlib.Path(__file__).parents[3] / "roles"
# These actions give a connection up by themselves; a timeout of the task would switch that off. In check mode only rmc_facts does.
BOUND = {"aixops.rsct.rmc_facts", "aixops.rsct.rmc_recycle", "aixops.rsct.rmc_rekey", "aixops.rsct.ct_snapshot", "aixops.rsct.ctsnap_collect"}
ON_THE_PARTITION = {
    *BOUND, "aixops.rsct.rmc_audit", "ansible.builtin.raw", "ansible.builtin.fetch", "ansible.builtin.file",
}


def _tasks(entries):
    for entry in entries:
        yield from _tasks(entry["block"]) if "block" in entry else [entry]


def _gives_up_by_itself(task):
    snapshot = task.get("aixops.rsct.ct_snapshot")
    if snapshot and snapshot.get("state") != "restored":
        # It takes as long as the files take.
        return False
    return bool(BOUND & set(task)) and not task.get("check_mode")


ALL = [
    (path.relative_to(ROLES).as_posix(), task)
    for path in sorted(ROLES.glob("*/*/*.yml")) if path.parent.name in ("tasks", "handlers")
    for task in _tasks(yaml.safe_load(path.read_text(encoding="utf-8")))
]
ON_LPAR = [(path, task) for path, task in ALL if ON_THE_PARTITION & set(task)]
TIMED = [(path, task) for path, task in ON_LPAR if not _gives_up_by_itself(task)]
ON_HMC = [(path, task) for path, task in ALL if any(name.startswith("aixops.rsct.hmc_") for name in task)]


def _name(value):
    return value.split("/")[0] if isinstance(value, str) else value["name"]


@pytest.mark.parametrize(("path", "task"), ON_LPAR, ids=_name)
def test_a_task_on_a_partition_is_given_up_by_its_action_or_by_a_timeout(path, task):
    assert ("timeout" in task) != _gives_up_by_itself(task)


@pytest.mark.parametrize(("path", "task"), [each for each in TIMED if not each[0].startswith("rmc_rollback/")], ids=_name)
def test_who_is_given_up_stays_in_the_wave(path, task):
    """failed_when is not asked about a timeout."""
    assert task["ignore_errors"] is True and task["ignore_unreachable"] is True


@pytest.mark.parametrize(("path", "task"), ON_HMC, ids=_name)
def test_a_task_on_an_hmc_has_none(path, task):
    """Its own deadlines, one for each command, give way to one of the task."""
    assert "timeout" not in task


def test_there_are_such_tasks():
    assert len(ON_LPAR) > 15 and len(TIMED) > 8 and len(ON_HMC) > 5
