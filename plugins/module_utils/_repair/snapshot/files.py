# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: files written so that neither a crash nor another user can spoil or read them."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat

from .errors import SnapshotError

MEBIBYTE = 1024 * 1024


def encode(name):
    """Names travel as text with surrogates for odd bytes, whatever the locale of the host is."""
    return name.encode("utf-8", "surrogateescape")


def decode(name):
    return name.decode("utf-8", "surrogateescape")


def printable(name):
    """A name as it may stand in a result: odd bytes and line ends become escapes that any terminal and any JSON reader bears."""
    text = encode(name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def sync_directory(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync_open_directory(descriptor)
    finally:
        os.close(descriptor)


def sync_open_directory(descriptor):
    try:
        os.fsync(descriptor)
    except OSError as error:
        # AIX syncs only what is open for writing (EBADF), which a directory never is, and some file systems no directory.
        # There it is as durable as the log of the file system makes it.
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise


def write_all(descriptor, data):
    view = memoryview(data)
    while len(view):
        view = view[os.write(descriptor, view):]


def create_private(path):
    """A new file that nobody but its owner can read, from its first byte; never an existing one."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)


def write_private(path, data):
    """Whole and durable or not at all: written aside, synced, renamed."""
    aside = path + b".new"
    remove_file(aside)
    descriptor = create_private(aside)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(aside, path)
    sync_directory(os.path.dirname(path))


def remove_file(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def remove_tree(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        remove_file(path)


def private_directory(path):
    """Make the directory if it is missing; refuse one that somebody else could write into."""
    try:
        os.makedirs(path, 0o700)
        os.chmod(path, 0o700)
    except FileExistsError:
        pass
    status = os.stat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise SnapshotError("unsafe_directory", "{0} is not a directory.".format(printable(decode(path))))
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise SnapshotError(
            "unsafe_directory",
            "{0} could be written by others: snapshots hold private keys and are restored as root.".format(printable(decode(path))),
            [{"source": "stat", "detail": "mode {0:04o}, owner {1}".format(stat.S_IMODE(status.st_mode), status.st_uid)}],
            "Use a directory that belongs to root and that only root can write.",
        )


def require_space(path, needed, files=0, reserve=0):
    """Refuse before the first byte if the file system of path cannot hold it and keep the reserve."""
    status = os.statvfs(path)
    free = status.f_bavail * status.f_frsize
    short_of_files = files and status.f_files and status.f_favail < files
    if free >= needed + reserve and not short_of_files:
        return
    raise SnapshotError(
        "filesystem_full",
        "Not enough free space on the file system of {0}.".format(printable(decode(path))),
        [
            {
                "source": "statvfs",
                "detail": "{0} MiB and {1} files needed, {2} MiB to be left free; free: {3} MiB and {4} files".format(
                    -(-needed // MEBIBYTE), files, reserve // MEBIBYTE, free // MEBIBYTE, status.f_favail
                ),
            }
        ],
        "Free space there, or name another directory in the option path.",
    )


def is_mount_point(path):
    here = os.lstat(path)
    above = os.lstat(os.path.join(path, b".."))
    return here.st_dev != above.st_dev or here.st_ino == above.st_ino


class Lock:
    """One run at a time. The kernel lets go of it when the process dies, however it dies."""

    def __init__(self, path, make_directory):
        """make_directory: called before every attempt, because the run before may remove the directory with the lock."""
        self.path = path
        self.make_directory = make_directory
        self.descriptor = None

    def __enter__(self):
        if any(self._take() for _attempt in range(3)):
            return self
        raise SnapshotError(
            "busy",
            "Another run of ct_snapshot, rmc_recycle or rmc_rekey is at work on this host.",
            [{"source": "lock", "detail": printable(decode(self.path))}],
            "Wait for it to end.",
        )

    def _take(self):
        self.make_directory()
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            return False
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(descriptor).st_ino == os.stat(self.path).st_ino:
                self.descriptor = descriptor
                return True
        except (BlockingIOError, PermissionError, FileNotFoundError):
            # Held by another run, or removed by one between the two calls.
            pass
        os.close(descriptor)
        return False

    def __exit__(self, *_unused):
        os.close(self.descriptor)
