# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: add lines to a file, each whole and on a line of its own, and on disk before this returns."""

from __future__ import annotations

import os
import stat


def append(path, lines, private=False):
    """private: the file must be this user's alone, and no link leads to it. Raises OSError, also for a file that is refused."""
    # Without O_NONBLOCK a FIFO of that name would hold this up for ever.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | (os.O_NOFOLLOW if private else 0), 0o600)
    try:
        status = os.fstat(handle)
        problem = None if stat.S_ISREG(status.st_mode) else "it is no regular file"
        if private and not problem:
            problem = _not_private(path, status)
        if problem:
            raise OSError(problem)
        _write(handle, b"".join(line.encode("utf-8") + b"\n" for line in lines), status.st_size)
        os.fsync(handle)
    finally:
        os.close(handle)


def _not_private(path, status):
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid != os.geteuid():
        return "it belongs to another user"
    if status.st_nlink != 1:
        return "it has {0} names (hard links); remove the others".format(status.st_nlink)
    if mode & 0o077:
        return "it has mode {0:04o}, so others may have read or changed it; look at what it says, then chmod 0600 {1}".format(mode, path)
    return None


def _write(handle, data, size):
    if size and os.pread(handle, 1, size - 1) != b"\n":
        # A line that a full disk or a kill cut off must not spoil the next one.
        data = b"\n" + data
    while data:
        data = data[os.write(handle, data):]
