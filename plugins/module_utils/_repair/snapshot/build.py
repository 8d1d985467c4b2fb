# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the new tree, built beside the old one and on disk before the two change places."""

from __future__ import annotations

import os

from .errors import SnapshotError
from .files import (
    create_private,
    decode,
    encode,
    is_mount_point,
    printable,
    require_space,
    sync_open_directory,
    write_all,
    write_private,
)
from .tree import CARRIED, directory_entry, scan

BLOCK = 4096


def require_possible(var_ct, entries):
    """Refuse what rename cannot do, and what does not fit beside the tree at var_ct, before anything is touched."""
    mounts = []
    if os.path.isdir(var_ct):
        mounts = scan(var_ct).mounts
        if is_mount_point(var_ct):
            mounts.insert(0, ".")
    if mounts:
        raise SnapshotError(
            "mount_point",
            "{0} is or holds a mount point, so it cannot change places with another tree in one step.".format(printable(decode(var_ct))),
            [{"source": "stat", "detail": "mounted: " + ", ".join(printable(path) for path in mounts)}],
            "Unmount it and restore onto the directory below, or restore the files by hand as docs/snapshots.md says.",
        )
    blocks = sum(-(-entry["size"] // BLOCK) + 1 for entry in entries)
    require_space(os.path.dirname(var_ct), blocks * BLOCK, files=len(entries) + 10, reserve=BLOCK * 256)


def extract(archive, root, node_id_file):
    """The tree of the archive at root, its node id file at node_id_file; neither exists before."""
    directories = []
    single = archive.manifest["node_id_file"]
    for entry, content in archive.members():
        if entry is single:
            write_private(node_id_file, b"".join(content))
            continue
        path = os.path.join(root, encode(entry["path"])) if entry["path"] != "." else root
        if entry["type"] == "dir":
            os.mkdir(path, 0o700)
            directories.append((path, entry))
        elif entry["type"] == "hardlink":
            os.link(os.path.join(root, encode(entry["target"])), path)
        elif entry["type"] == "symlink":
            os.symlink(encode(entry["target"]), path)
            _dress(path, entry)
        else:
            write_file(path, content, entry)
    _finish_directories(directories)


def carry(old, root, entries):
    """Logs, traces and cores of the old tree stay visible in the one at root, made of entries: the same files under a second name."""
    known = {entry["path"]: entry for entry in entries}
    changed = {}
    for item in scan(old).skipped:
        if item["why"] not in CARRIED or item["type"] != "file" or item["path"] in known:
            continue
        above = _carry_directories(old, root, item["path"].split("/")[:-1], known, changed)
        if above["type"] == "dir":
            name = encode(item["path"])
            os.link(os.path.join(old, name), os.path.join(root, name))
            changed[above["path"]] = above
    _finish_directories([(os.path.join(root, encode(path)), entry) for path, entry in changed.items()])


def _carry_directories(old, root, parts, known, changed):
    """Make the directories at parts like those of the old tree, where the snapshot has nothing. The entry of the last."""
    entry = known["."]
    for depth in range(1, len(parts) + 1):
        path = "/".join(parts[:depth])
        if entry["type"] == "dir" and path not in known:
            made = directory_entry(path, os.path.join(old, encode(path)))
            os.mkdir(os.path.join(root, encode(path)), 0o700)
            known[path] = changed[path] = made
            changed[entry["path"]] = entry
        entry = known.get(path, entry)
    return entry


def write_file(path, pieces, entry):
    descriptor = create_private(path)
    try:
        for data in pieces:
            write_all(descriptor, data)
        _dress(descriptor, entry)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _dress(target, entry):
    """Owner, mode and time, in this order: a change of owner takes set-id bits away. target: a path or an open file."""
    link = entry["type"] == "symlink"
    no_follow = {"follow_symlinks": False} if link else {}
    status = os.stat(target, **no_follow)
    if (status.st_uid, status.st_gid) != (entry["uid"], entry["gid"]):
        os.chown(target, entry["uid"], entry["gid"], **no_follow)
    if not link:
        os.chmod(target, entry["mode"])
    if not link or os.utime in os.supports_follow_symlinks:
        os.utime(target, ns=(entry["mtime_ns"], entry["mtime_ns"]), **no_follow)


def _finish_directories(directories):
    """Deepest first. Owner, mode and time only now, when nothing is made in them any more."""
    for path, entry in reversed(directories):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            _dress(descriptor, entry)
            sync_open_directory(descriptor)
        finally:
            os.close(descriptor)
