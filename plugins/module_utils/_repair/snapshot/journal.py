# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the room beside /var/ct where a restore works, and the journal that says how far it came.

Everything in it lies on the file system of /var/ct, so that trees change places by rename. The order is the safety: the
journal is on disk before the first tree is, and goes after the last one.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat

from .errors import SnapshotError
from .files import Lock, decode, encode, printable, remove_file, remove_tree, sync_directory, write_private

# What the next run does when it finds the journal of a killed one:
PREPARE = "prepare"  # throws the new tree away
STOP = "stop"  # the same, and starts the daemons
SWAP = "swap"  # finishes: new tree, start, verify
UNDO = "undo"  # finishes the way back: old tree, start
CLEANUP = "cleanup"  # the tree in place is the right one; removes the rest
PHASES = (PREPARE, STOP, SWAP, UNDO, CLEANUP)

JOURNAL = b"journal.json"
# Where write_private writes it first.
JOURNAL_ASIDE = JOURNAL + b".new"
LOCK = b"lock"


class Workspace:
    """A directory for root alone, beside the tree: /var/.ct.snapshot for /var/ct."""

    def __init__(self, var_ct):
        """var_ct: the real path of the tree, as bytes."""
        self.var_ct = var_ct
        self.parent = os.path.dirname(var_ct)
        self.path = os.path.join(self.parent, b"." + os.path.basename(var_ct) + b".snapshot")

    def inside(self, name):
        return os.path.join(self.path, name)

    @contextlib.contextmanager
    def held(self):
        """Hold this while reading or writing anything here. The room goes when nothing is left to do in it."""
        with Lock(self.inside(LOCK), self._make):
            try:
                yield
            finally:
                if not self.leftovers():
                    remove_file(self.inside(LOCK))
                    # Another run may have come in between: then it is its own room now.
                    with contextlib.suppress(OSError):
                        os.rmdir(self.path)

    def _make(self):
        try:
            os.mkdir(self.path, 0o700)
        except FileExistsError:
            pass
        self.require_safe()

    def require_safe(self):
        status = os.lstat(self.path)
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise SnapshotError(
                "unsafe_directory",
                "{0} exists and is not a directory for root alone.".format(printable(decode(self.path))),
                [],
                "Find out who made it, and remove it.",
            )

    def journal(self):
        """The journal of a restore that did not end, or None."""
        try:
            with open(self.inside(JOURNAL), "rb") as stream:
                journal = json.loads(stream.read().decode("ascii"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise self.unusable("it cannot be read ({0})".format(error)) from error
        if not isinstance(journal, dict) or journal.get("schema") != 1 or journal.get("phase") not in PHASES:
            raise self.unusable("it is of another version")
        if encode(str(journal.get("var_ct"))) != self.var_ct:
            raise self.unusable("it is about another tree")
        return journal

    def interrupted(self):
        """One line about a restore that is at work or was cut off, or None. Only looks, and bears whatever it finds."""
        try:
            if not any(name != JOURNAL_ASIDE for name in self.leftovers()):
                return None
            journal = self.journal()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, SnapshotError) as error:
            return str(error)
        if journal is None:
            return "trees of a restore without their journal"
        return "snapshot {0}, phase {1}".format(journal.get("snapshot"), journal["phase"])

    def write(self, journal, **changes):
        """Make the changes the truth: on disk before anything relies on them."""
        changed = dict(journal, **changes)
        write_private(self.inside(JOURNAL), json.dumps(changed, sort_keys=True).encode("ascii"))
        journal.update(changed)

    def leftovers(self):
        return sorted(name for name in os.listdir(self.path) if name != LOCK)

    def clear(self):
        """Remove everything, the journal last."""
        for name in self.leftovers():
            if name not in (JOURNAL, JOURNAL_ASIDE):
                remove_tree(self.inside(name))
        sync_directory(self.path)
        remove_file(self.inside(JOURNAL_ASIDE))
        remove_file(self.inside(JOURNAL))
        sync_directory(self.path)

    def require_no_orphans(self):
        """Trees without a journal are not ours to judge: no kill leaves that behind."""
        if any(name != JOURNAL_ASIDE for name in self.leftovers()):
            raise self.unusable("it is gone, but trees of a restore are still there")

    def unusable(self, detail):
        return SnapshotError(
            "journal_unusable",
            "The journal of an interrupted restore in {0} is not usable: {1}.".format(printable(decode(self.path)), detail),
            [{"source": "journal", "detail": ", ".join(printable(decode(name)) for name in self.leftovers())}],
            "Look at the trees in that directory and at {0}, keep the right one, then remove the directory.".format(
                printable(decode(self.var_ct))
            ),
        )
