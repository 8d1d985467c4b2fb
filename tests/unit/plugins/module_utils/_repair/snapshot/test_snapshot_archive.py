# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import io
import json
import os
import stat
import tarfile

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import archive, files, manifest, store, tree
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snapshot_host import ODD_NAMES, fingerprint
from snapshot_runs import FillingDisk


def code_of(work):
    with pytest.raises(SnapshotError) as caught:
        work()
    return caught.value.code


def rewrite(path, data):
    path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


@pytest.fixture(name="taken")
def _taken(host, run):
    run(host, "present")
    return host.archive()


# What is kept


def test_manifest_tells_everything_that_is_kept(taken, host):
    found = archive.verify(str(taken))
    by_path = {entry["path"]: entry for entry in found["entries"]}
    original = fingerprint(host.var_ct)
    for path, entry in by_path.items():
        mode, uid, gid, mtime, content, _group = original[os.path.normpath(os.fsencode(path))]
        assert (stat.S_IMODE(mode), uid, gid, mtime) == (entry["mode"], entry["uid"], entry["gid"], entry["mtime_ns"])
        assert content == entry.get("sha256", os.fsencode(entry.get("target", ""))) or entry["type"] in ("dir", "hardlink")
    assert {name.decode("utf-8", "surrogateescape") for name in ODD_NAMES} < set(by_path)
    links = [entry for entry in found["entries"] if entry["type"] == "hardlink"]
    assert [(link["path"], link["target"]) for link in links] == [("cfg/ct_has.thl", "IW/registry/second name")] or [
        (link["path"], link["target"]) for link in links
    ] == [("IW/registry/second name", "cfg/ct_has.thl")]


def test_what_daemons_make_anew_is_skipped_and_listed(taken):
    found = archive.verify(str(taken))
    assert {(item["path"], item["why"]) for item in found["skipped"]} == {
        ("core", "core"),
        ("RMstart.log", "log"),
        ("IW/lck/one", "lock"),
        ("IW/log/mc/default", "log"),
        ("IW/log/mc/trace.1", "log"),
        ("IW/run/mc/pid", "run"),
        ("IW/soc/mc/clsrv", "socket"),
        ("IW/soc/mc/fifo", "fifo"),
    }
    kept = {entry["path"] for entry in found["entries"]}
    assert {"IW/lck", "IW/log/mc", "IW/run/mc", "IW/soc/mc", "IW/registry/local_tree/core"} <= kept


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("cfg/trace", ""),
        ("cfg/core", ""),
        ("IW/registry/log/x", ""),
        ("log/x", "log"),
        ("IW/log/deep/below/x", "log"),
        ("IW/other/trace.3", "trace"),
        ("IW/core.20260101", "core"),
        ("IW/corel", ""),
        ("IBM.DRM.stderr", "log"),
        ("IW/IBM.DRM.stderr", ""),
    ],
)
def test_reason_to_skip_a_regular_file(path, why):
    assert tree.reason_to_skip(tuple(path.split("/")), stat.S_IFREG) == why


def test_other_tools_can_read_the_archive(taken):
    with tarfile.open(taken) as tar:
        names = tar.getnames()
        assert names[:2] == ["ct_node_id", "ct"] and names[-2:] == ["MANIFEST.json", "SEAL"]
        assert json.load(tar.extractfile("MANIFEST.json"))["schema"] == 1


# Secrecy


def test_nobody_else_can_read_it_from_the_first_byte_on(host, run, monkeypatch):
    real_write, modes = os.write, []

    def write(descriptor, data):
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return real_write(descriptor, data)

    before = os.umask(0)
    try:
        monkeypatch.setattr(os, "write", write)
        run(host, "present")
    finally:
        os.umask(before)
    assert len(modes) > 10 and set(modes) == {0o600}
    assert stat.S_IMODE(host.snapshots.stat().st_mode) == 0o700
    assert stat.S_IMODE(host.archive().stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o777])
def test_wrong_modes_of_the_archive_are_refused(taken, mode):
    taken.chmod(mode)
    assert code_of(lambda: archive.verify(str(taken))) == "wrong_modes"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_archive_of_another_owner_is_refused(taken):
    os.chown(taken, 4711, 4711)
    assert code_of(lambda: archive.verify(str(taken))) == "wrong_modes"


def test_link_in_place_of_the_archive_is_refused(taken):
    os.rename(taken, str(taken) + ".moved")
    taken.symlink_to(str(taken) + ".moved")
    assert code_of(lambda: archive.verify(str(taken))) == "damaged_snapshot"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_directory_that_others_can_write_is_refused(host, run, mode):
    host.snapshots.mkdir()
    host.snapshots.chmod(mode)
    assert code_of(lambda: run(host, "present")) == "unsafe_directory"
    assert list(host.snapshots.iterdir()) == []


def test_directory_inside_of_the_tree_is_refused(host, run):
    assert code_of(lambda: run(host, "present", path=str(host.var_ct / "cfg/snapshots"))) == "unsafe_directory"


# Damage


def test_every_flipped_byte_is_found(taken):
    data = taken.read_bytes()
    # The whole seal, the manifest and a part of the rest; offsets of all remainders.
    places = sorted(set(range(0, len(data), 13)) | set(range(len(data) - archive.SEAL_SIZE, len(data), 3)))
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << (place % 8)
        rewrite(taken, changed)
        assert code_of(lambda: archive.verify(str(taken))) == "damaged_snapshot", place
    assert len(places) > 1000


def test_every_truncation_and_every_addition_is_found(taken):
    data = taken.read_bytes()
    for size in list(range(0, len(data), 509)) + [len(data) - 1]:
        rewrite(taken, data[:size])
        assert code_of(lambda: archive.verify(str(taken))) == "damaged_snapshot", size
    for added in (b"\0", b"\0" * 512, b"x" * 2048):
        rewrite(taken, data + added)
        assert code_of(lambda: archive.verify(str(taken))) == "damaged_snapshot"


def sealed(path, described, members):
    """An archive with a faultless seal over whatever is put into it."""
    body = io.BytesIO()
    tar = tarfile.TarFile(fileobj=body, mode="w", format=tarfile.GNU_FORMAT)
    for info, data in members:
        tar.addfile(info, io.BytesIO(data))
    text = manifest.to_bytes(described)
    info = tarfile.TarInfo("MANIFEST.json")
    info.size = len(text)
    tar.addfile(info, io.BytesIO(text))
    start = body.tell() - len(text) - (-len(text) % 512)
    sha256 = archive.hashlib.sha256
    rewrite(path, body.getvalue() + archive._seal(sha256(body.getvalue()).hexdigest(), start, len(text), sha256(text).hexdigest()))


def entry(path, kind="file", **more):
    result = {"path": path, "type": kind, "mode": 0o755, "uid": 0, "gid": 0, "mtime_ns": 0, "size": 0}
    if kind == "file":
        result["sha256"] = archive.hashlib.sha256(b"").hexdigest()
    return dict(result, **more)


def member(name, kind=tarfile.REGTYPE, **more):
    info = tarfile.TarInfo(name)
    info.type, info.mode = kind, 0o755
    for key, value in more.items():
        setattr(info, key, value)
    return info, b""


def described(entries, taken):
    found = archive.verify(str(taken))
    found.update(entries=entries, node_id_file=None, skipped=[], counts=manifest.counts(entries, []))
    return found


ROOT = entry(".", "dir")
EVIL = {
    "traversal": ([ROOT, entry("../evil")], [member("ct/../evil")]),
    "absolute": ([ROOT, entry("/evil")], [member("ct//evil")]),
    "dot": ([ROOT, entry("a", "dir"), entry("a/./b")], [member("ct/a", tarfile.DIRTYPE), member("ct/a/./b")]),
    "below a link": (
        [ROOT, entry("way", "symlink", target="/etc"), entry("way/evil")],
        [member("ct/way", tarfile.SYMTYPE, linkname="/etc"), member("ct/way/evil")],
    ),
    "below a file": ([ROOT, entry("a"), entry("a/b")], [member("ct/a"), member("ct/a/b")]),
    "no parent": ([ROOT, entry("a/b")], [member("ct/a/b")]),
    "hard link out of the tree": ([ROOT, entry("way", "hardlink", target="../etc/passwd")], [member("ct/way", tarfile.LNKTYPE, linkname="ct/../etc/passwd")]),
    "hard link to a symbolic link": (
        [ROOT, entry("a", "symlink", target="/etc/passwd"), entry("b", "hardlink", target="a")],
        [member("ct/a", tarfile.SYMTYPE, linkname="/etc/passwd"), member("ct/b", tarfile.LNKTYPE, linkname="ct/a")],
    ),
    "device": ([ROOT, entry("null", "device")], [member("ct/null", tarfile.CHRTYPE, devmajor=1, devminor=3)]),
    "device said to be a file": ([ROOT, entry("null")], [member("ct/null", tarfile.CHRTYPE, devmajor=1, devminor=3)]),
    "fifo said to be a file": ([ROOT, entry("fifo")], [member("ct/fifo", tarfile.FIFOTYPE)]),
    "twice": ([ROOT, entry("a"), entry("a")], [member("ct/a"), member("ct/a")]),
    "member too many": ([ROOT], [member("ct/a")]),
    "member missing": ([ROOT, entry("a")], []),
    "other mode": ([ROOT, entry("a", mode=0o600)], [member("ct/a")]),
    "other owner": ([ROOT, entry("a", uid=1)], [member("ct/a")]),
    "other content": ([ROOT, entry("a", sha256="0" * 64)], [member("ct/a")]),
    "other target": ([ROOT, entry("a", "symlink", target="b")], [member("ct/a", tarfile.SYMTYPE, linkname="c")]),
    "impossible mode": ([ROOT, entry("a", mode=0o170755)], [member("ct/a")]),
    "no tree": ([entry("a")], [member("ct/a")]),
}


@pytest.mark.parametrize("kind", sorted(EVIL))
def test_evil_archive_with_a_faultless_seal_is_refused(taken, host, run, kind):
    entries, members = EVIL[kind]
    try:
        told = described(entries, taken)
    except KeyError:
        told = dict(archive.verify(str(taken)), entries=entries, node_id_file=None)
    sealed(taken, told, [member("ct", tarfile.DIRTYPE)] + members)
    host.reset_identity()
    before = host.look()
    host.forget_commands()
    assert code_of(lambda: run(host, "restored", reidentified=True)) == "damaged_snapshot"
    assert host.look() == before
    assert host.commands() == []


def test_the_evil_ones_are_refused_for_their_evil(taken):
    """The same construction without any evil passes."""
    entries = [ROOT, entry("a"), entry("b", "hardlink", target="a"), entry("c", "symlink", target="/etc")]
    members = [member("ct", tarfile.DIRTYPE), member("ct/a"), member("ct/b", tarfile.LNKTYPE, linkname="ct/a")]
    sealed(taken, described(entries, taken), members + [member("ct/c", tarfile.SYMTYPE, linkname="/etc")])
    assert archive.verify(str(taken))["entries"] == entries


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_manifest_of_any_shape_is_read_or_called_damaged(value):
    assert code_of(lambda: manifest.from_bytes(json.dumps(value).encode())) == "damaged_snapshot"


@given(st.data())
def test_manifest_with_one_wrong_value_is_read_or_called_damaged(data):
    good = {
        "kind": manifest.KIND,
        "schema": 1,
        "name": "x",
        "created_at": "now",
        "partition": {},
        "node_id": {},
        "entries": [dict(ROOT), entry("a"), entry("b", "symlink", target="a")],
        "skipped": [{"path": "x", "type": "socket", "why": "socket"}],
        "node_id_file": entry("."),
    }
    good["counts"] = manifest.counts(good["entries"], good["skipped"])
    manifest.check(good)
    wrong = data.draw(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.integers()))
    place = data.draw(st.sampled_from([good, good["entries"][0], good["entries"][1], good["entries"][2], good["skipped"][0], good["node_id_file"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = wrong
    try:
        manifest.check(good)
    except SnapshotError as error:
        assert error.code == "damaged_snapshot"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200).filter(lambda name: not set(name) & {0, 47} and name not in (b".", b"..")), unique=True, max_size=8))
def test_any_name_survives(tmp_path, names):
    root = os.fsencode(tmp_path) + b"/any"
    files.remove_tree(root)
    files.remove_file(root + b".tar")
    os.makedirs(root + b"/cfg")
    for name in names:
        with open(root + b"/cfg/" + name, "wb") as stream:
            stream.write(name)
    identity = {"partition": {}, "node_id": {}, "rsct_level": None, "definitions": {}}
    told = archive.create(root + b".tar", root, b"/nonexistent", lambda scanned, entry: manifest.build("x", "now", identity, scanned, entry))
    assert archive.verify(root + b".tar") == told
    assert {files.encode(item["path"]) for item in told["entries"]} == {b".", b"cfg"} | {b"cfg/" + name for name in names}
    assert tree.differences(root, told["entries"]) == []
    assert all(files.printable(item["path"]).isprintable() for item in told["entries"])


# A tree that does not hold still


def disturb(monkeypatch, host, times):
    real, left = archive.open_file, [times]

    def open_file(path):
        if path.endswith(b"ct_has.pkf") and left[0]:
            left[0] -= 1
            (host.var_ct / "IW/registry/empty").write_text("x" * left[0])
        return real(path)

    monkeypatch.setattr(archive, "open_file", open_file)


def test_tree_that_changes_while_it_is_read_is_read_again(host, run, monkeypatch):
    disturb(monkeypatch, host, 2)
    run(host, "present")
    kept = {item["path"]: item for item in archive.verify(str(host.archive()))["entries"]}
    assert kept["IW/registry/empty"]["size"] == (host.var_ct / "IW/registry/empty").stat().st_size


def test_tree_that_keeps_changing_gives_no_snapshot(host, run, monkeypatch):
    disturb(monkeypatch, host, 100)
    assert code_of(lambda: run(host, "present")) == "tree_keeps_changing"
    assert [path.name for path in host.snapshots.iterdir()] == [".lock"]


def test_log_that_grows_does_not_disturb(host, run, monkeypatch):
    real = archive.open_file

    def open_file(path):
        with open(host.var_ct / "IW/log/mc/default", "a", encoding="utf-8") as log:
            log.write("more")
        return real(path)

    monkeypatch.setattr(archive, "open_file", open_file)
    assert run(host, "present")["changed"] is True


# Full file systems


def test_snapshot_on_a_file_system_that_runs_full_leaves_nothing(host, run, monkeypatch):
    before = fingerprint(host.var_ct)
    for number in range(1, 200):
        disk = FillingDisk(number)
        monkeypatch.setattr(os, "write", disk)
        try:
            run(host, "present")
            break
        except OSError as error:
            assert error.errno == errno.ENOSPC
        finally:
            monkeypatch.setattr(os, "write", disk.real)
        assert [path.name for path in host.snapshots.iterdir()] == [".lock"]
        assert fingerprint(host.var_ct) == before
    assert number > 20
    archive.verify(str(host.archive()))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_full_device_is_reported(host):
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(OSError, match="No space left"):
            archive._write(descriptor, os.fsencode(host.var_ct), os.fsencode(host.node_id_file), None)
    finally:
        os.close(descriptor)


def test_too_little_space_is_refused_before_the_first_byte(host, run):
    assert code_of(lambda: run(host, "present", reserve_mb=10**9)) == "filesystem_full"
    assert [path.name for path in host.snapshots.iterdir()] == [".lock"]


def test_space_that_is_asked_for_suffices(taken, host):
    assert archive.needed_space(tree.scan(os.fsencode(host.var_ct))) >= taken.stat().st_size


# Names, listing, retention


def test_present_is_idempotent_and_verifies(taken, host, run):
    before = taken.read_bytes()
    assert run(host, "present")["changed"] is False
    assert taken.read_bytes() == before
    changed = bytearray(before)
    changed[700] ^= 1
    rewrite(taken, changed)
    assert code_of(lambda: run(host, "present")) == "damaged_snapshot"
    assert taken.read_bytes() == changed


@pytest.mark.parametrize("name", ["", "../evil", "a/b", ".hidden", "a b", "x" * 101, "a\n", "ä"])
def test_bad_name_is_refused(host, name):
    assert code_of(lambda: store.Store(os.fsencode(host.snapshots)).file_of(name)) == "bad_name"


def test_retention_keeps_the_newest_sound_ones_of_this_partition(host, run, monkeypatch):
    for number in range(4):
        monkeypatch.setattr("time.strftime", lambda form, when, number=number: "2026-01-0{0}T00:00:00Z".format(number + 1))
        run(host, "present", name="own{0}".format(number), keep=0)
    damaged = bytearray(host.archive("own0").read_bytes())
    damaged[-1530] ^= 1
    rewrite(host.archive("own0"), damaged)
    host.change_state(answers={"uname -L": [0, "9 other\n"]})
    run(host, "present", name="foreign", keep=1)
    host.change_state(answers={})
    assert run(host, "present", name="newest", keep=2, check_mode=True)["removed"] == ["own1", "own2"]
    assert host.archive("own1").exists() and not host.archive("newest").exists()
    assert run(host, "present", name="newest", keep=2)["removed"] == ["own1", "own2"]
    listed = run(host, "listed")["snapshots"]
    assert {(row["name"], row["problem"]) for row in listed} == {("own0", "damaged_snapshot"), ("own3", None), ("newest", None), ("foreign", None)}
    assert run(host, "present", name="newest", keep=2)["changed"] is False


def test_listing_verifies_if_asked(taken, host, run):
    changed = bytearray(taken.read_bytes())
    changed[700] ^= 1
    rewrite(taken, changed)
    assert [row["problem"] for row in run(host, "listed")["snapshots"]] == [None]
    assert [row["problem"] for row in run(host, "listed", verify=True)["snapshots"]] == ["damaged_snapshot"]


def test_absent_removes_once(taken, host, run):
    assert run(host, "absent", check_mode=True)["changed"] is True
    assert taken.exists()
    assert run(host, "absent")["changed"] is True
    assert not taken.exists()
    assert run(host, "absent")["changed"] is False


def test_check_mode_of_present_writes_nothing(host, run):
    before = fingerprint(host.base / "var")
    result = run(host, "present", check_mode=True)
    assert result["changed"] is True and result["snapshot"]["counts"]["file"] > 5
    assert not host.snapshots.exists()
    assert fingerprint(host.base / "var") == before


def test_partition_without_identity_gets_no_snapshot(host, run):
    host.change_state(answers={"uname -L": [1, "failed"]})
    assert code_of(lambda: run(host, "present")) == "identity_unknown"
