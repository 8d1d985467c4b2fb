# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what lies under /var/ct, which part of it a snapshot keeps, and how two trees differ."""

from __future__ import annotations

import hashlib
import os
import stat

from .files import decode, encode

# Directories of the stand-alone node (IW) or of a domain, or directly under /var/ct, whose files daemons make anew.
AREAS = {"log": "log", "run": "run", "lck": "lock", "lock": "lock"}
# Nothing but sockets, FIFOs and devices is ever skipped under these: they are what a snapshot is for.
ALWAYS_KEPT = ("cfg", "registry")
START_LOGS = (".stderr", ".stdout", ".log")
# Regular files that are skipped for these reasons stay on the host through a restore: they are evidence.
CARRIED = ("log", "trace", "core")
CHUNK = 1024 * 1024


class Scan:
    """One look at a tree. entries: what is kept, parents first. skipped: {path, type, why}. stamps: to see a change."""

    def __init__(self):
        self.entries = []
        self.skipped = []
        self.stamps = {}
        self.mounts = []

    @property
    def size(self):
        return sum(entry["size"] for entry in self.entries if entry["type"] == "file")


def scan(root):
    """Walk root (bytes) without following links. Raises OSError where it cannot be read: half a look is none."""
    found = Scan()
    first_names = {}
    status = os.lstat(root)
    found.entries.append(_entry(".", "dir", status))
    # (path, parts) of directories still to be read; sorted so that equal trees give equal lists.
    pending = [(root, ())]
    while pending:
        directory, parts = pending.pop()
        below = []
        with os.scandir(directory) as children:
            for child in sorted(children, key=lambda item: item.name):
                name = decode(child.name)
                child_parts = parts + (name,)
                # A file that vanishes between the listing and this call was a temporary one.
                try:
                    child_status = child.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                _note(found, first_names, child.path, child_parts, child_status)
                if stat.S_ISDIR(child_status.st_mode):
                    below.append((child.path, child_parts))
                    if child_status.st_dev != status.st_dev:
                        found.mounts.append("/".join(child_parts))
        pending.extend(reversed(below))
    return found


def _note(found, first_names, full_path, parts, status):
    path = "/".join(parts)
    why = reason_to_skip(parts, status.st_mode)
    if why:
        found.skipped.append({"path": path, "type": _type(status.st_mode), "why": why})
        return
    kind = _type(status.st_mode)
    entry = _entry(path, kind, status)
    if kind == "symlink":
        entry["target"] = decode(os.readlink(full_path))
    elif kind == "file" and status.st_nlink > 1:
        first = first_names.setdefault(status.st_ino, path)
        if first != path:
            entry = _entry(path, "hardlink", status)
            entry["target"] = first
    found.entries.append(entry)
    found.stamps[path] = _stamp(kind, status)


def reason_to_skip(parts, mode):
    """Why the thing at these path components is not kept, or an empty string."""
    kind = _type(mode)
    if kind in ("socket", "fifo", "device"):
        return kind
    if kind == "dir" or any(part in ALWAYS_KEPT for part in parts[:2]):
        return ""
    for part in parts[:-1][:2]:
        if part in AREAS:
            return AREAS[part]
    name = parts[-1]
    if name == "core" or name.startswith("core."):
        return "core"
    if name == "trace" or name.startswith("trace."):
        return "trace"
    if len(parts) == 1 and name.endswith(START_LOGS):
        return "log"
    return ""


def is_volatile(parts):
    """Whether a directory belongs to daemons at run time, so that its coming and going is no difference."""
    return not any(part in ALWAYS_KEPT for part in parts[:2]) and any(part in AREAS for part in parts[:2])


def _type(mode):
    for kind, test in (
        ("file", stat.S_ISREG),
        ("dir", stat.S_ISDIR),
        ("symlink", stat.S_ISLNK),
        ("socket", stat.S_ISSOCK),
        ("fifo", stat.S_ISFIFO),
    ):
        if test(mode):
            return kind
    return "device"


def _entry(path, kind, status):
    return {
        "path": path,
        "type": kind,
        "mode": stat.S_IMODE(status.st_mode),
        "uid": status.st_uid,
        "gid": status.st_gid,
        "mtime_ns": status.st_mtime_ns,
        "size": status.st_size if kind == "file" else 0,
    }


def _stamp(kind, status):
    owner = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    if kind == "dir":
        return owner
    return owner + (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def changed_between(before, after):
    """Paths of kept things that came, went or changed between two scans."""
    return sorted(
        path for path in set(before.stamps) | set(after.stamps) if before.stamps.get(path) != after.stamps.get(path)
    )


def file_entry(path):
    """The entry of one single file (the persistent node id), or None if it is not there."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return _entry(".", "file", status)


def directory_entry(name, path):
    """The entry of the directory at path under the name that it has in the tree."""
    return _entry(name, "dir", os.lstat(path))


def open_file(path):
    """Open for reading what was a regular file a moment ago, and nothing else that may have taken its name."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.fdopen(os.open(path, flags), "rb", 0)


def digest(path):
    sha256 = hashlib.sha256()
    with open_file(path) as stream:
        for data in iter(lambda: stream.read(CHUNK), b""):
            sha256.update(data)
    return sha256.hexdigest()


def file_is(path, entry):
    """Whether the file at path has the content, mode and owner of the entry; None stands for no file."""
    found = file_entry(path)
    if entry is None or found is None:
        return entry is found
    same = all(found[key] == entry[key] for key in ("mode", "uid", "gid", "size"))
    return same and digest(path) == entry["sha256"]


def differences(root, expected):
    """How the tree at root differs from the entries of a manifest: [{path, what}], empty if it equals them.

    Times do not count (daemons rewrite files with the same content), nor do directories that daemons make at run time.
    """
    try:
        found = {entry["path"]: entry for entry in scan(root).entries}
    except FileNotFoundError:
        return [{"path": ".", "what": "missing"}]
    result = []
    wanted = {entry["path"]: entry for entry in expected}
    for path in sorted(set(found) | set(wanted)):
        what = _difference(root, path, wanted.get(path), found.get(path))
        if what:
            result.append({"path": path, "what": what})
    return result


def _difference(root, path, wanted, found):
    if wanted is None:
        return "" if found["type"] == "dir" and is_volatile(path.split("/")) else "extra"
    if found is None:
        return "missing"
    if found["type"] != wanted["type"]:
        return "type"
    if found.get("target") != wanted.get("target"):
        return "target"
    if (found["uid"], found["gid"]) != (wanted["uid"], wanted["gid"]):
        return "owner"
    if found["mode"] != wanted["mode"] and found["type"] != "symlink":
        return "mode"
    if found["type"] == "file":
        same = found["size"] == wanted["size"] and digest(os.path.join(root, encode(path))) == wanted["sha256"]
        return "" if same else "content"
    return ""
