# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: write the files of a report, aside first, so that a reader never sees half of one."""

from __future__ import annotations

import os

PRIVATE = 0o600
SHARED = 0o644


def write(directory: str, name: str, text: str, mode: int = SHARED) -> str:
    path = os.path.join(directory, name)
    aside = os.path.join(directory, f".{name}.{os.getpid()}")
    try:
        os.unlink(aside)
    except FileNotFoundError:
        pass
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise
    return path


def remove(directory: str, name: str) -> None:
    """Remove a file of an earlier run that this run has nothing to put in the place of."""
    try:
        os.unlink(os.path.join(directory, name))
    except FileNotFoundError:
        pass
