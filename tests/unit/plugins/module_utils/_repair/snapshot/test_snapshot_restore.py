# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import os
import shutil
import signal
import stat

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import build, files, identity, journal, restore
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from snapshot_host import NODE_ID, OTHER_NODE_ID, fingerprint, sample
from snapshot_runs import FillingDisk, cut_off_at, fsync_of_aix, recover, refused

RESTORE_COMMANDS = ["rmcctrl -z", "stopsrc -s ctcas", "rmcctrl -A", "rmcctrl -p"]


# What comes back


def test_everything_kept_comes_back(host, run):
    before = fingerprint(host.var_ct), fingerprint(host.node_id_file)
    run(host, "present")
    host.reset_identity()
    result = run(host, "restored", reidentified=True)
    after = fingerprint(host.var_ct), fingerprint(host.node_id_file)
    skipped = {b"IW/lck/one", b"IW/run/mc/pid", b"IW/soc/mc/clsrv", b"IW/soc/mc/fifo", b"core", b"RMstart.log", b"IW/log/mc/default", b"IW/log/mc/trace.1"}
    carried = {b"IW/log/mc/default", b"IW/log/new", b"IW/log/new/default", b"core.2"}
    kept = {path: told for path, told in before[0].items() if path not in skipped}
    # Owner, mode, time to the nanosecond, content and links.
    assert {path: told for path, told in after[0].items() if path not in carried} == kept
    assert after[1] == before[1]
    assert (host.var_ct / "IW/log/mc/default").read_text() == "log that went on"
    assert (host.var_ct / "IW/log/new/default").stat().st_nlink == 1
    assert result["changed"] is True and [action["argv"][0] for action in result["actions"]] == ["rmcctrl", "stopsrc", "rmcctrl", "rmcctrl"]
    host.require_settled()
    assert host.state()["node_id"] == NODE_ID


def test_equal_host_is_left_alone(host, run):
    run(host, "present")
    host.forget_commands()
    before = host.look()
    result = run(host, "restored")
    assert result["changed"] is False and result["actions"] == [] and result["differences"] == []
    assert host.changing_commands() == [] and host.look() == before


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda root: (root / "cfg/ct_has.pkf").write_text("PUBLIC"), {("cfg/ct_has.pkf", "content")}),
        (lambda root: (root / "cfg/ct_has.qkf").chmod(0o644), {("cfg/ct_has.qkf", "mode")}),
        (lambda root: (root / "cfg/ct_has.pkf").unlink(), {("cfg/ct_has.pkf", "missing")}),
        (lambda root: (root / "cfg/more").write_text(""), {("cfg/more", "extra")}),
        (lambda root: (root / "more").mkdir(), {("more", "extra")}),
        (lambda root: ((root / "cfg/link").unlink(), (root / "cfg/link").symlink_to("x")), {("cfg/link", "target")}),
        (lambda root: ((root / "cfg/link").unlink(), (root / "cfg/link").mkdir()), {("cfg/link", "type")}),
        (lambda root: shutil.rmtree(root / "IW/soc"), {("IW/soc", "missing"), ("IW/soc/mc", "missing")}),
        (lambda root: (root / "IW/log/more").mkdir(), set()),
        (lambda root: (root / "IW/log/mc/default").write_text("more"), set()),
        (lambda root: os.utime(root / "cfg/ct_has.pkf"), set()),
    ],
)
def test_differences(host, run, change, what):
    run(host, "present")
    change(host.var_ct)
    result = run(host, "restored")
    assert {(item["path"], item["what"]) for item in result["differences"]} == what
    assert result["changed"] is bool(what)
    assert run(host, "restored")["changed"] is False


def test_changed_keys_are_warned_of(broken, run):
    assert "key pair" in run(broken, "restored", reidentified=True)["warnings"][0]


def test_snapshot_without_node_id_file_removes_it_again(host, run):
    host.node_id_file.unlink()
    run(host, "present")
    host.node_id_file.write_text(NODE_ID + "\n")
    run(host, "restored")
    assert not host.node_id_file.exists()


def test_tree_that_is_gone_comes_back(broken, run):
    """Where the census still answers; without, a new restore is refused as on any host that may be in a cluster."""
    shutil.rmtree(broken.var_ct)
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "cluster_unknown"
    broken.change_state(answers={"ct_clusterinfo -c": [0, "IW\n"]})
    run(broken, "restored", reidentified=True)
    broken.require_settled()
    assert broken.state()["node_id"] == NODE_ID


def test_tree_behind_a_symbolic_link_is_restored_behind_it(host, run, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    os.rename(host.var_ct, tmp_path / "elsewhere/ct")
    host.var_ct.symlink_to(tmp_path / "elsewhere/ct")
    run(host, "present")
    (host.var_ct / "cfg/ct_has.pkf").write_text("changed")
    run(host, "restored")
    assert host.var_ct.is_symlink() and (host.var_ct / "cfg/ct_has.pkf").read_text() == "public"
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == ["ct"]


# Check mode


def test_check_mode_names_what_the_real_run_executes(broken, run):
    before = broken.look()
    would = run(broken, "restored", reidentified=True, check_mode=True)
    assert broken.changing_commands() == [] and broken.look() == before
    assert sorted(path.name for path in (broken.base / "var").iterdir()) == ["ct"]
    done = run(broken, "restored", reidentified=True)
    assert [action["argv"] for action in would["actions"]] == [action["argv"] for action in done["actions"]]
    assert broken.changing_commands() == [" ".join(action["argv"]) for action in done["actions"]] == RESTORE_COMMANDS
    for key in ("changed", "differences", "diff", "snapshot", "recovered"):
        assert would[key] == done[key]
    assert {action["outcome"] for action in would["actions"]} == {"would_run"}


def test_diff_never_shows_content(broken, run):
    result = run(broken, "restored", reidentified=True)
    assert "cfg/ct_has.qkf" in result["diff"]["before"] and "private" not in repr(result)


# Refusals: nothing ran, nothing was touched


def corrupt(host):
    with open(host.archive(), "r+b") as stream:
        stream.seek(900)
        stream.write(b"x")


REFUSALS = {
    "wrong_partition": ({}, {"uname -L": [0, "4 aixdb02\n"]}, None),
    "identity_unknown": ({}, {"lsattr -El sys0": [1, "failed"]}, None),
    "wrong_node_id": ({"reidentified": False}, {}, None),
    "wrong_host": ({"expected": {"machine": "9105-22A*0000000", "lpar_id": None}}, {}, None),
    "cluster_member": ({}, {"lsrpdomain": [0, sample("aix72_lsrpdomain_online")]}, None),
    "cluster_unknown": ({}, {"lspv": [1, "failed"]}, None),
    "activity_in_progress": ({}, {"ps -e -o user,pid,etime,args": [0, "root 1 12-03:04:05 /etc/init\nroot 9 01:00 /usr/sbin/mksysb -i x\n"]}, None),
    "recently_booted": ({}, {"ps -e -o user,pid,etime,args": [0, "root 1 03:05 /etc/init\n"]}, None),
    "not_root": ({}, {"id -u": [0, "204\n"]}, None),
    "damaged_snapshot": ({}, {}, corrupt),
    "wrong_modes": ({}, {}, lambda host: host.archive().chmod(0o640)),
    "no_snapshot": ({}, {}, lambda host: host.archive().unlink()),
    "journal_unusable": ({}, {}, lambda host: (host.workspace / "old").mkdir(parents=True) or host.workspace.chmod(0o700)),
    "unsafe_directory": ({}, {}, lambda host: host.workspace.mkdir() or host.workspace.chmod(0o777)),
}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_refusal(broken, run, code, check_mode):
    options, answers, prepare = REFUSALS[code]
    broken.change_state(answers=answers)
    if prepare:
        prepare(broken)
    before = broken.look()
    assert refused(lambda: run(broken, "restored", check_mode=check_mode, **dict({"reidentified": True}, **options))) == code
    assert broken.changing_commands() == []
    assert broken.look() == before


def test_mount_point_is_refused(broken, run, monkeypatch):
    monkeypatch.setattr(build, "is_mount_point", lambda path: True)
    before = broken.look()
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "mount_point"
    assert broken.changing_commands() == [] and broken.look() == before


def test_mount_points_are_seen():
    assert files.is_mount_point(b"/proc") and files.is_mount_point(b"/")
    assert not files.is_mount_point(os.fsencode(os.path.dirname(__file__)))


@pytest.mark.parametrize(("blocks", "inodes"), [(1, 10**6), (10**9, 3)])
def test_too_little_space_is_refused(broken, run, monkeypatch, blocks, inodes):
    class Full:
        f_bavail, f_frsize, f_files, f_favail = blocks, 4096, 10**6, inodes

    monkeypatch.setattr(os, "statvfs", lambda path: Full)
    before = broken.look()
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "filesystem_full"
    assert broken.changing_commands() == [] and broken.look() == before


def test_two_runs_at_once_are_refused(broken, run):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with journal.Workspace(os.fsencode(broken.var_ct)).held():
            os.write(writer, b"x")
            signal.pause()
    os.read(reader, 1)
    try:
        assert refused(lambda: run(broken, "restored", reidentified=True)) == "busy"
        assert broken.changing_commands() == []
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert run(broken, "restored", reidentified=True)["changed"] is True


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ((NODE_ID, NODE_ID), (NODE_ID, NODE_ID), True),
        ((None, NODE_ID), (NODE_ID, NODE_ID), True),
        ((None, None), (NODE_ID, NODE_ID), True),
        ((None, None), (None, None), True),
        ((OTHER_NODE_ID, NODE_ID), (NODE_ID, NODE_ID), False),
        ((NODE_ID, NODE_ID), (None, None), False),
    ],
)
def test_same_node_id(here, there, same):
    def bearer(ids):
        return {"partition": {"machine": "m", "lpar_id": 1}, "node_id": dict(zip(("etc", "var_ct"), ids))}

    identity.require_same(bearer(there), bearer(here), True)
    if same:
        identity.require_same(bearer(there), bearer(here), False)
    else:
        assert refused(lambda: identity.require_same(bearer(there), bearer(here), False)) == "wrong_node_id"


# Put back


def test_daemons_that_do_not_stop_leave_the_old_tree(broken, run):
    before = broken.look()
    broken.change_state(stops_left=0)
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "daemons_do_not_stop"
    assert broken.changing_commands() == RESTORE_COMMANDS
    assert broken.look() == before
    broken.require_settled()


def test_daemons_that_do_not_answer_bring_the_old_tree_back(host, run):
    (host.var_ct / "cfg/poison").write_text("")
    run(host, "present")
    host.reset_identity()
    before = host.look()
    assert refused(lambda: run(host, "restored", reidentified=True)) == "restore_undone"
    assert host.look() == before
    host.require_settled()
    assert host.changing_commands() == RESTORE_COMMANDS + RESTORE_COMMANDS


def test_a_start_that_fails_after_a_restore_that_was_given_up_is_told(broken, run):
    """Before the trees changed places: the failure says that RSCT does not answer either, and everything was tried."""
    before, notes = broken.look(), []
    broken.change_state(stops_left=0, deaf=True, remote=False)
    assert refused(lambda: run(broken, "restored", reidentified=True, notes=notes)) == "daemons_do_not_stop"
    assert len(notes) == 1 and "does not answer yet (lsrsrc: no answer" in notes[0]
    assert broken.look() == before and not broken.workspace.exists()
    assert broken.changing_commands() == RESTORE_COMMANDS and broken.state()["remote"] is True


def test_neither_tree_answers(broken, run):
    broken.change_state(deaf=True)
    before = broken.look()
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "undone_but_no_answer"
    assert broken.look() == before and broken.state()["ctrmc"] == "active"
    assert not broken.workspace.exists()


def test_daemons_that_cannot_be_stopped_on_the_way_back(broken, run):
    """The trees do not change places under running daemons: the next run goes on with the way back."""
    before = broken.look()
    broken.change_state(deaf=True, stops_left=1)
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "undo_pending"
    assert run(broken, "listed")["interrupted_restore"] == {"snapshot": "before", "phase": "undo"}
    broken.change_state(deaf=False, stops_left=None)
    assert refused(lambda: run(broken, "present", name="after")) == "restore_in_progress"
    assert recover(broken) == {"snapshot": "before", "phase": "undo", "outcome": "undone"}
    assert broken.look() == before
    broken.require_settled()


def test_wrong_identity_after_the_start_brings_the_old_tree_back(broken, run, monkeypatch):
    monkeypatch.setattr(restore.node_ids, "parse", lambda text: "f" * 16)
    before = broken.look()
    assert refused(lambda: run(broken, "restored", reidentified=True)) == "restore_undone"
    assert broken.look() == before
    broken.require_settled()


def test_restore_on_a_file_system_that_runs_full_changes_nothing(broken, run, monkeypatch, tmp_path):
    """The n-th write fails, and every later one, for every n."""
    for number in range(1, 400):
        host = broken.copy_to(tmp_path / "full{0}".format(number))
        before, disk = host.look(), FillingDisk(number)
        monkeypatch.setattr(os, "write", disk)
        try:
            run(host, "restored", reidentified=True)
            outcome = "restored"
        except (OSError, SnapshotError) as error:
            outcome = getattr(error, "code", "failed")
        finally:
            monkeypatch.setattr(os, "write", disk.real)
        if outcome == "restored":
            run(host, "restored", reidentified=True)
            host.require_settled()
            assert host.state()["node_id"] == NODE_ID
            if disk.left > 0:
                break
        else:
            assert outcome in ("failed", "restore_undone")
            assert host.look() == before
            host.require_settled()
    assert 15 < number < 399


# AIX


def test_directories_cannot_be_synced_on_aix(host, run, monkeypatch):
    """Snapshot, restore, and the end of a restore that was cut off; each syncs directories, which AIX refuses with EBADF."""
    monkeypatch.setattr(os, "fsync", fsync_of_aix)
    run(host, "present")
    host.reset_identity()
    assert run(host, "restored", reidentified=True)["changed"] is True
    host.require_settled()
    host.reset_identity()
    with monkeypatch.context() as cut:
        cut.setattr(os, "rename", cut_off_at(host.var_ct))
        with pytest.raises(KeyboardInterrupt):
            run(host, "restored", reidentified=True)
    assert run(host, "restored")["recovered"] == {"snapshot": "before", "phase": "swap", "outcome": "finished"}
    host.require_settled()
    assert host.state()["node_id"] == NODE_ID


def test_a_file_that_cannot_be_synced_is_not_taken_for_written(broken, run, monkeypatch):
    """Only of directories it is borne: a file that the disk did not take must stop the restore."""
    real, before = os.fsync, broken.look()

    def fsync(descriptor):
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EBADF, "Bad file number")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError):
        run(broken, "restored", reidentified=True)
    assert broken.look() == before and broken.changing_commands() == []


# Power loss: what was not synced before the swap would be lost


def test_everything_is_on_disk_before_the_trees_change_places(broken, run, monkeypatch):
    calls = []
    for name in ("open", "fsync", "rename", "mkdir", "link", "symlink", "close"):
        monkeypatch.setattr(os, name, recorder(calls, name, getattr(os, name)))
    run(broken, "restored", reidentified=True)
    swap = next(place for place, (name, path) in enumerate(calls) if name == "rename" and path == os.fsencode(broken.var_ct))
    # Without those of the host itself, which keeps its state in a file.
    done = [call for call in calls[:swap] if call[1].startswith(os.fsencode(broken.base / "var"))]
    new = os.fsencode(broken.workspace / "new")
    made = {os.path.normpath(path): place for place, (name, path) in enumerate(done) if name in ("create", "mkdir", "link", "symlink") and path.startswith(new)}
    synced = {os.path.normpath(path): place for place, (name, path) in enumerate(done) if name == "fsync"}
    assert len(made) > 25
    for path, place in made.items():
        kind = done[place][0]
        if kind in ("create", "mkdir"):
            assert synced[path] > place, path
        if path != new:
            assert synced[os.path.dirname(path)] > place, path
    journal_renames = [place for place, (name, path) in enumerate(done) if name == "rename" and path.endswith(b"journal.json.new")]
    # The last word before the swap is the journal, and it is on disk.
    assert [call for call in done[journal_renames[-1]:] if call[0] in ("rename", "fsync")][-1] == ("fsync", os.fsencode(broken.workspace))
    assert max(synced[path] for path in made if path in synced) < journal_renames[-1]


def recorder(calls, name, real):
    """Notes calls with the path that they are about: the new name of a rename or link is not told, its directory's sync is."""
    names = recorder.names

    def wrapped(*arguments, **named):
        result = real(*arguments, **named)
        if name == "open":
            names[result] = os.fsencode(arguments[0])
            calls.append(("create" if arguments[1] & os.O_CREAT else "open", names[result]))
        elif name in ("fsync", "close"):
            calls.append((name, names.get(arguments[0], b"")))
        else:
            calls.append((name, os.fsencode(arguments[1] if name in ("link", "symlink") else arguments[0])))
        return result

    return wrapped


recorder.names = {}


# Size


def test_fifty_thousand_files(host, run):
    directory = host.var_ct / "IW/registry/many"
    for number in range(500):
        (directory / str(number)).mkdir(parents=True)
        for name in range(100):
            (directory / str(number) / "file{0}".format(name)).write_text(str(number * name))
    before = fingerprint(directory)
    assert len(before) > 50000
    result = run(host, "present")
    assert result["snapshot"]["counts"]["file"] > 50000
    shutil.rmtree(directory)
    assert run(host, "restored")["changed"] is True
    assert fingerprint(directory) == before
    host.require_settled()
