# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the probes that need no process. Each answers as a command would."""

from __future__ import annotations

import os
import pwd
import stat

from .._command import Result


def children(path, having):
    """The directories in path that have such an entry, one a line."""
    return _answer(lambda: "".join(name + "\n" for name in sorted(os.listdir(path)) if os.path.lexists(os.path.join(path, name, having))))


def attributes(path):
    """Mode and owner: "0600 root"."""
    return _answer(lambda: _attributes(os.stat(path)))


def content(path, limit, tail=False):
    """The first bytes of a file, or the last ones."""
    return _answer(lambda: _content(path, limit, tail))


def _answer(question):
    try:
        return Result([], rc=0, stdout=question())
    except FileNotFoundError as error:
        return Result([], stderr=error.strerror, outcome="missing")
    except OSError as error:
        return Result([], stderr=error.strerror or str(error), outcome="failed")


def _attributes(status):
    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        owner = str(status.st_uid)
    return "{0:04o} {1}".format(stat.S_IMODE(status.st_mode), owner)


def _content(path, limit, tail):
    with open(path, "rb") as stream:
        if tail:
            size = os.fstat(stream.fileno()).st_size
            stream.seek(max(0, size - limit))
        return stream.read(limit).decode("utf-8", "replace")
