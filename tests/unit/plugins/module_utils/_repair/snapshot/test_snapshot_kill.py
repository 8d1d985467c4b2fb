# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at every single step, then the next run."""

from __future__ import annotations

import itertools
import shutil

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair.guards import Refused
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import archive
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from snapshot_host import NODE_ID, OTHER_NODE_ID, fingerprint
from snapshot_kill import killed_at
from snapshot_runs import recover

COUNTS = {}


def require_whole(host, old, new):
    """After a kill: the tree is the old or the new one; in the moment between two renames both lie whole beside each other."""
    tree = fingerprint(host.var_ct)
    if tree is None:
        assert fingerprint(host.workspace / "old") == old[0]
        assert fingerprint(host.workspace / "new") == new[0]
        return "between"
    assert tree in (old[0], new[0])
    assert fingerprint(host.node_id_file) in (old[1], new[1])
    return "old" if tree == old[0] else "new"


@pytest.fixture(name="ends")
def _ends(broken, run, tmp_path):
    """What the tree and the node id file are before, and after a restore that nobody disturbs."""
    restored = broken.copy_to(tmp_path / "undisturbed")
    run(restored, "restored", reidentified=True)
    assert restored.state()["node_id"] == NODE_ID
    return broken.look(), restored.look()


def every_kill(source, tmp_path, work, before=None):
    """A host for every kill point of work(host), in the condition in which the kill left it.

    before: (number, work) of a first kill. A journal knows trees by inode, so a host that was killed is not copied but killed anew.
    """
    for number in itertools.count(1):
        host = source.copy_to(tmp_path / "killed{0}-{1}".format(before and before[0], number))
        if before:
            killed_at(before[0], lambda: before[1](host))
        if not killed_at(number, lambda: work(host)):
            return
        yield number, host
        shutil.rmtree(host.base)


def test_restore_killed_at_every_step(broken, ends, run, tmp_path):
    old, new = ends
    seen, phases = set(), set()
    for number, host in every_kill(broken, tmp_path, lambda host: run(host, "restored", reidentified=True)):
        seen.add(require_whole(host, old, new))
        host.forget_commands()
        phases.add((run(host, "listed")["interrupted_restore"] or {"phase": None})["phase"])
        result = run(host, "restored", reidentified=True)
        assert host.look() == new, number
        host.require_settled()
        assert run(host, "restored")["changed"] is False
        assert result["snapshot"]["name"] == "before"
        COUNTS["restore"] = number
    assert seen == {"old", "between", "new"}
    assert phases == {None, "prepare", "stop", "swap", "cleanup"}
    assert COUNTS["restore"] > 200


def test_snapshot_after_a_killed_restore(broken, ends, run, tmp_path):
    """It finishes or undoes what needs no stop of RSCT, and tells of the rest without touching anything."""
    old, new = ends
    outcomes = set()
    for number, host in every_kill(broken, tmp_path, lambda host: run(host, "restored", reidentified=True)):
        before = host.look()
        host.forget_commands()
        try:
            recovered = run(host, "present", name="after")["recovered"]
        except Refused as error:
            assert error.refusals[0].reason == "restore_in_progress"
            assert host.look() == before and host.changing_commands() == []
            outcomes.add(recover(host)["outcome"] + " by a restore")
            assert host.look() == new, number
        else:
            assert "rmcctrl -z" not in host.changing_commands()
            assert host.look() in (old, new), number
            assert archive.verify(str(host.archive("after")))["node_id"]["etc"] in (NODE_ID, OTHER_NODE_ID)
            if recovered:
                assert host.look() == (new if recovered["outcome"] == "finished" else old)
                outcomes.add(recovered["outcome"])
        host.require_settled()
    assert outcomes == {"finished", "undone", "finished by a restore"}


def test_recovery_killed_at_every_step(broken, ends, run, tmp_path):
    """Killed again while it puts right what the first kill left, at every step of that too."""
    points, conditions = 0, set()

    def restore(host):
        run(host, "restored", reidentified=True)

    for number, host in every_kill(broken, tmp_path, restore):
        left = run(host, "listed")["interrupted_restore"]
        # Once for every condition that a recovery can tell apart.
        condition = (left and left["phase"], require_whole(host, *ends), host.node_id_file.read_text()[:16], host.state()["ctrmc"])
        if condition in conditions:
            continue
        conditions.add(condition)
        for _second, again in every_kill(broken, tmp_path, recover, before=(number, restore)):
            require_whole(again, *ends)
            recover(again)
            assert again.look() in ends
            again.require_settled()
            points += 1
    assert len(conditions) >= 8
    COUNTS["recovery"] = points
    assert points > 100


def test_way_back_killed_at_every_step(host, run, tmp_path):
    """RSCT does not come up with the restored tree: whatever happens on the way, the old one is back in the end."""
    (host.var_ct / "cfg/poison").write_text("")
    run(host, "present")
    host.reset_identity()
    old = host.look()

    def restore(target):
        with pytest.raises(SnapshotError) as caught:
            run(target, "restored", reidentified=True)
        assert caught.value.code == "restore_undone"

    for number, killed in every_kill(host, tmp_path, restore):
        try:
            recover(killed)
        except SnapshotError as error:
            assert error.code == "restore_undone"
        assert killed.look() == old, number
        killed.require_settled()
        COUNTS["undo"] = number
    assert COUNTS["undo"] > 200


def test_snapshot_killed_at_every_step(host, run, tmp_path):
    before = host.look()
    for number, killed in every_kill(host, tmp_path, lambda host: run(host, "present")):
        if killed.archive().exists():
            archive.verify(str(killed.archive()))
        assert run(killed, "present")["snapshot"]["name"] == "before"
        archive.verify(str(killed.archive()))
        assert sorted(path.name for path in killed.snapshots.iterdir()) == [".lock", "before.ctsnapshot.tar"]
        assert killed.look() == before
        COUNTS["snapshot"] = number
    assert COUNTS["snapshot"] > 20
