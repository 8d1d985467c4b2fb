# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else (a person, an event rule, a boot) starts RSCT in the midst of a restore: it never stays at work on a tree that goes."""

from __future__ import annotations

import os

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair import recycle
from ansible_collections.aixops.rsct.plugins.module_utils._repair.guards import Refused
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import build
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import Clock
from snapshot_runs import HostRunner

STOP, START = ["rmcctrl -z", "stopsrc -s ctcas"], ["rmcctrl -A", "rmcctrl -p"]


@pytest.fixture(name="changed")
def _changed(host, run):
    """A host with a snapshot and one file that differs from it. The node id is the same, so that it cannot tell the trees apart."""
    run(host, "present")
    (host.var_ct / "cfg/ct_has.pkf").write_text("another")
    host.forget_commands()
    return host


def start_before_the_swap(host, monkeypatch):
    real = build.carry

    def carry(*arguments):
        real(*arguments)
        host.start_rsct()

    monkeypatch.setattr(build, "carry", carry)


def start_while_moving(host, monkeypatch, time=1):
    """RSCT is started right before the tree in place is moved away for the given time."""
    real, left = os.rename, [time]

    def rename(old, new):
        if old == os.fsencode(host.var_ct):
            left[0] -= 1
            if left[0] == 0:
                host.start_rsct()
        real(old, new)

    monkeypatch.setattr(os, "rename", rename)


def test_before_the_trees_change_places(changed, run, monkeypatch):
    start_before_the_swap(changed, monkeypatch)
    result = run(changed, "restored")
    assert result["changed"] is True and "Somebody else started RSCT" in result["warnings"][-1]
    assert changed.changing_commands() == STOP + STOP + START
    assert (changed.var_ct / "cfg/ct_has.pkf").read_text() == "public"
    changed.require_settled()


def test_while_the_trees_change_places(changed, run, monkeypatch):
    """The start says that ctrmc is active already (0513-029), and that is the only sign."""
    start_while_moving(changed, monkeypatch)
    result = run(changed, "restored")
    assert result["changed"] is True and "Somebody else started RSCT" in result["warnings"][-1]
    assert changed.changing_commands() == STOP + ["rmcctrl -A"] + STOP + START
    changed.require_settled()


def test_a_repair_does_not_start_it(changed, run, monkeypatch):
    """An event rule sees RSCT down and asks for a start: refused by the module, so that nothing has to be stopped again."""
    real, reasons = build.carry, []
    options = dict(
        changed.options(), method="start", subsystem="auto", remote_clients="enabled", cluster_override=None, snapshot=None, force=False,
        settle_seconds=300, ready_timeout=20,
    )

    def carry(*arguments):
        real(*arguments)
        with pytest.raises(Refused) as caught:
            recycle.repair(HostRunner(changed), options, Clock(), lambda name: name)
        reasons.extend(refusal.reason for refusal in caught.value.refusals)

    monkeypatch.setattr(build, "carry", carry)
    assert run(changed, "restored")["warnings"][1:] == []
    assert "restore_in_progress" in reasons
    assert changed.changing_commands() == STOP + START


def test_what_cannot_be_stopped_again_leaves_the_old_tree(changed, run, monkeypatch):
    before = changed.look()
    start_before_the_swap(changed, monkeypatch)
    changed.change_state(stops_left=1)
    with pytest.raises(SnapshotError) as caught:
        run(changed, "restored")
    assert caught.value.code == "restore_undone" and "active: ctrmc" in caught.value.evidence[0]["detail"]
    assert changed.look() == before
    changed.require_settled()


def test_on_the_way_back(host, run, monkeypatch):
    (host.var_ct / "cfg/poison").write_text("")
    run(host, "present")
    host.reset_identity()
    before, notes = host.look(), []
    start_while_moving(host, monkeypatch, time=2)
    with pytest.raises(SnapshotError) as caught:
        run(host, "restored", reidentified=True, notes=notes)
    assert caught.value.code == "restore_undone" and "Somebody else started RSCT" in notes[-1]
    assert host.look() == before
    host.require_settled()


def test_a_start_of_ones_own_is_no_foreign_one(host, run):
    """Daemons that did not stop are started again where they are: active already is what they should be."""
    run(host, "present")
    (host.var_ct / "cfg/ct_has.pkf").write_text("another")
    host.change_state(stops_left=0)
    host.forget_commands()
    notes = []
    with pytest.raises(SnapshotError) as caught:
        run(host, "restored", notes=notes)
    assert caught.value.code == "daemons_do_not_stop" and notes == []
    assert host.changing_commands() == STOP + START
    host.require_settled()
