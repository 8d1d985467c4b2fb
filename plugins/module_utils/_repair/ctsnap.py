# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: run ctsnap and judge it by the archive that it leaves, since its exit codes are not documented."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import stat
import zlib

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import df
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, look
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import (
    RepairFailed,
    Step,
    commands_missing,
    describe_failure,
    listed,
    uninterrupted,
)

# Which suffix ctsnap uses depends on its level.
MAGIC = {".tar.Z": b"\x1f\x9d", ".tar.gz": b"\x1f\x8b"}
CHUNK = 1024 * 1024


def gather(runner, options, _clock, which):
    """The whole of ctsnap_collect. Raises guards.Refused and RepairFailed."""
    # Without a slash at its end, which would lead through a link.
    dest = os.path.abspath(options["dest"])
    step = Step(["ctsnap"] + (["-x", "runrpttr"] if options["runrpttr"] else []) + ["-d", dest], deadline=options["deadline"])
    guards.raise_any(
        [
            guards.not_root({"uid": look.user_id(runner)}),
            unsafe_directory(dest),
            too_little_space(dest, _free_mb(runner, dest), options["min_free_mb"]),
        ]
    )
    commands_missing([step], which)
    if runner.check_mode:
        runner.run(step.argv, changes=True)
        return {"changed": True, "archive": None, "msg": "Would run: " + listed([step])}
    # Held: an interrupted module would leave ctsnap running and an unfinished archive behind.
    with uninterrupted():
        return dict(_collect(runner, step, dest), changed=True, msg="Ran: " + listed([step]))


def unsafe_directory(path):
    """The default lies in /tmp: never write as root into a link, or a directory, that somebody else put there."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022:
        return None
    kind = "directory" if stat.S_ISDIR(status.st_mode) else "something else than a directory"
    return guards.refuse(
        "unsafe_directory",
        "{0} could be written by others".format(path),
        "stat",
        "{0}: {1}, mode {2:04o}, owner {3}".format(path, kind, stat.S_IMODE(status.st_mode), status.st_uid),
        "Name a directory that belongs to root and that only root can write, or one that does not exist yet.",
    )


def too_little_space(path, free_mb, needed_mb):
    """free_mb: what df says of the file system of path, None when it did not tell."""
    if free_mb is not None and free_mb >= needed_mb:
        return None
    return guards.refuse(
        "filesystem_full",
        "there is too little free space for ctsnap",
        "df -Pk",
        "{0}: {1} MB free, {2} MB needed".format(path, "not known how many" if free_mb is None else free_mb, needed_mb),
        "Free space, or name a directory on another file system in dest.",
    )


def _free_mb(runner, path):
    """Free megabytes where path lies or will lie; None if df does not tell."""
    existing = path
    while not os.path.isdir(existing) and existing != os.path.dirname(existing):
        existing = os.path.dirname(existing)
    result = runner.run(["df", "-Pk", existing])
    rows = df.parse(result.stdout) if result.outcome == "ok" else []
    return rows[0]["free_mb"] if rows else None


def _collect(runner, step, path):
    """Run ctsnap; the archive and the log that it left. On failure what is unfinished is removed, the log stays."""
    made = _make(path)
    # Once more: since the first look somebody may have put something else there.
    guards.raise_any([unsafe_directory(path)])
    before = _listing(path)
    result = runner.run(step.argv, deadline=step.deadline, changes=True)
    new = {name: mark for name, mark in _listing(path).items() if before.get(name) != mark}
    archives = sorted(name for name in new if name.startswith("ctsnap.") and name.endswith(tuple(MAGIC)))
    logs = sorted(name for name in new if name.startswith("ctsnap.") and name.endswith(".log"))
    log = os.path.join(path, logs[-1]) if logs else None
    problem = describe_failure(result) if result.outcome in ("timeout", "missing") else None
    found = None
    if problem is None and not archives:
        problem = describe_failure(result) if result.outcome != "ok" else "ctsnap left no archive in {0}".format(path)
    if problem is None:
        found = os.path.join(path, archives[-1])
        problem = damage(found)
    if problem:
        _clean_up(path, [name for name in new if name.startswith("ctsnap") and name not in before and name not in logs], made)
        raise RepairFailed("{0}.".format(problem), changed=log is not None, log=log)
    return {"archive": found, "size": os.path.getsize(found), "sha256": _sha256(found), "log": log, "rc": result.rc}


def damage(path):
    """What is wrong with the archive, None if nothing is. A .tar.Z can only be judged by its first bytes."""
    suffix = next(suffix for suffix in MAGIC if path.endswith(suffix))
    with open(path, "rb") as stream:
        if stream.read(2) != MAGIC[suffix]:
            return "{0} is empty or not a {1} archive".format(path, suffix)
    if suffix == ".tar.gz":
        try:
            with gzip.open(path) as stream:
                while stream.read(CHUNK):
                    pass
        except (OSError, EOFError, zlib.error) as error:
            return "{0} is damaged: {1}".format(path, error)
    return None


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for data in iter(lambda: stream.read(CHUNK), b""):
            digest.update(data)
    return digest.hexdigest()


def _make(path):
    """Make the directory, never through a link; False if something has that name already."""
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        return False
    return True


def _listing(path):
    """Name -> what tells one version of it from the next."""
    marks = {}
    for name in os.listdir(path):
        status = os.lstat(os.path.join(path, name))
        marks[name] = (status.st_ino, status.st_size, status.st_mtime)
    return marks


def _clean_up(path, names, made):
    for name in names:
        full = os.path.join(path, name)
        if os.path.isdir(full) and not os.path.islink(full):
            # Where ctsnap gathers, before it packs.
            shutil.rmtree(full)
        else:
            os.unlink(full)
    if made and not os.listdir(path):
        os.rmdir(path)
