# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A restore that is at work, or was cut off, and a repair of the same host: the second one is refused, and nothing of it runs."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, recycle, rekey
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.journal import PHASES, Workspace

REKEY = {"trusted_host": None, "mcp_record": None, "key_pair": False, "replace_node_id": None}
REPAIRS = {
    "refresh": (recycle, {"subsystem": "auto", "remote_clients": "enabled"}),
    "start": (recycle, {"subsystem": "auto", "remote_clients": "enabled"}),
    "recycle": (recycle, {"subsystem": "auto", "remote_clients": "enabled"}),
    "targeted": (rekey, dict(REKEY, key_pair=True)),
    "reset_keep_id": (rekey, REKEY),
    "reset_new_id": (rekey, dict(REKEY, replace_node_id="5d1c7a90e3f2b864")),
}


@pytest.fixture(name="repair", params=sorted(REPAIRS))
def _repair(request, fake, clock, which, saved):
    """A repair that has something to do, as a function of check_mode."""
    module, more = REPAIRS[request.param]
    if request.param == "start":
        fake.state["subsystems"]["ctrmc"][1] = "inoperative"
    options = fake.options(method=request.param, snapshot=saved, saved_copies=os.path.join(fake.root, "saved"), **more)
    return lambda check_mode=False: module.repair(_command.Runner(check_mode=check_mode), options, clock, which)


@pytest.fixture(name="workspace")
def _workspace(fake):
    return Workspace(os.path.realpath(os.fsencode(fake.var_ct)))


@contextlib.contextmanager
def held_elsewhere(workspace):
    """Another process holds the lock, as a restore does from its first look to its end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with workspace.held():
            os.write(writer, b"x")
            signal.pause()
    os.read(reader, 1)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def leave_journal(workspace, phase):
    path = pathlib.Path(os.fsdecode(workspace.path))
    path.mkdir(mode=0o700)
    journal = {"schema": 1, "phase": phase, "snapshot": "before", "var_ct": os.fsdecode(workspace.var_ct)}
    (path / "journal.json").write_text(json.dumps(journal))


def refusal(work):
    with pytest.raises(guards.Refused) as caught:
        work()
    return caught.value.result()["refusal"]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("phase", PHASES)
def test_refused_while_a_restore_is_not_ended(fake, repair, workspace, phase, check_mode):
    leave_journal(workspace, phase)
    found = refusal(lambda: repair(check_mode))
    assert found["reason"] == "restore_in_progress" and "ct_snapshot" in found["next_step"]
    assert found["evidence"] == [{"source": "journal", "detail": "snapshot before, phase {0}".format(phase)}]
    assert fake.changed() == []


@pytest.mark.parametrize("name", ["journal.json", "old"])
def test_refused_where_it_cannot_be_told_how_far_a_restore_came(fake, repair, workspace, name):
    path = pathlib.Path(os.fsdecode(workspace.path))
    path.mkdir(mode=0o700)
    (path / name).write_text("{")
    assert refusal(repair)["reason"] == "restore_in_progress"
    assert fake.changed() == []


def test_refused_while_another_run_is_at_work(fake, repair, workspace):
    with held_elsewhere(workspace):
        found = refusal(repair)
    assert found["reason"] == "busy" and found["next_step"]
    assert fake.changed() == []
    # The kernel has let go of the lock of the process that died.
    assert repair()["changed"] is True and fake.changed()


def test_refused_where_a_restore_began_after_the_look(fake, repair, workspace, monkeypatch):
    """Between the guards and the first command a restore was begun and killed: seen once the lock is held."""
    real = Workspace.held

    @contextlib.contextmanager
    def held(self):
        with real(self):
            (pathlib.Path(os.fsdecode(self.path)) / "old").mkdir()
            yield

    monkeypatch.setattr(Workspace, "held", held)
    assert refusal(repair)["reason"] == "restore_in_progress"
    assert fake.changed() == []


def test_refused_where_the_lock_cannot_be_taken(fake, repair, monkeypatch):
    def held(_self):
        raise OSError("No space left on device")

    monkeypatch.setattr(Workspace, "held", held)
    found = refusal(repair)
    assert found["reason"] == "unknown_state" and found["evidence"] == [{"source": "lock", "detail": "No space left on device"}]
    assert fake.changed() == []


def test_the_lock_is_held_while_something_changes_and_gone_afterwards(fake, repair, workspace, monkeypatch):
    held = []
    real = _command.run

    def run(argv, deadline, **more):
        before = len(fake.changed())
        result = real(argv, deadline, **more)
        if len(fake.changed()) > before:
            held.append(not taken_by_a_child(workspace))
        return result

    monkeypatch.setattr(_command, "run", run)
    assert repair()["changed"] is True
    assert len(held) == len(fake.changed()) > 0 and all(held)
    assert not os.path.exists(workspace.path)


def taken_by_a_child(workspace):
    """Whether another process gets the lock now."""
    child = os.fork()
    if child == 0:
        try:
            with workspace.held():
                os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def test_a_check_leaves_no_trace(fake, repair, workspace):
    assert repair(True)["changed"] is True
    assert fake.changed() == [] and not os.path.exists(workspace.path)


def test_a_room_that_is_taken_over_is_left_alone(workspace, monkeypatch):
    """Another run may make its lock just when this one leaves."""
    real = os.rmdir

    def rmdir(path):
        with open(workspace.inside(b"lock"), "wb"):
            real(path)

    monkeypatch.setattr(os, "rmdir", rmdir)
    with workspace.held():
        pass
    assert os.path.exists(workspace.inside(b"lock"))
