# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the directory of snapshots. Names, listing, retention."""

from __future__ import annotations

import contextlib
import os
import re

from .archive import PARTIAL, SUFFIX, Archive
from .errors import SnapshotError
from .files import Lock, decode, printable, private_directory, remove_file, sync_directory

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
LOCK = b".lock"


class Store:
    def __init__(self, path):
        """path: the directory, as bytes."""
        self.path = path

    @contextlib.contextmanager
    def held(self):
        """Hold this while adding or removing; what a killed run left half written goes first."""
        with Lock(os.path.join(self.path, LOCK), lambda: private_directory(self.path)):
            for name in os.listdir(self.path):
                if decode(name).endswith(SUFFIX + PARTIAL):
                    remove_file(os.path.join(self.path, name))
            yield

    def file_of(self, name):
        if not NAME.match(name or "") or name.endswith(PARTIAL):
            raise SnapshotError(
                "bad_name",
                "{0!r} cannot be the name of a snapshot.".format(name),
                [],
                "Up to 100 letters, digits, dots, dashes and underscores, the first of them a letter or a digit.",
            )
        return os.path.join(self.path, (name + SUFFIX).encode("ascii"))

    def has(self, name):
        return os.path.lexists(self.file_of(name))

    def listing(self, verify=False):
        """Every snapshot, oldest first; one that cannot be trusted has a problem and comes before all others."""
        try:
            names = [decode(name)[: -len(SUFFIX)] for name in os.listdir(self.path) if decode(name).endswith(SUFFIX)]
        except FileNotFoundError:
            names = []
        rows = [self.row(name, verify) for name in sorted(names) if NAME.match(name)]
        return sorted(rows, key=lambda row: (row.get("created_at", ""), row["name"]))

    def row(self, name, verify=False):
        path = self.file_of(name)
        row = {"name": name, "path": printable(decode(path))}
        try:
            with Archive(path) as archive:
                row.update(summary(archive.verify() if verify else archive.manifest), size=archive.size, problem=None, name=name)
        except SnapshotError as error:
            row["problem"] = error.code
        return row

    def surplus(self, keep, partition, added=None):
        """Names that retention removes: the oldest sound ones of this partition beyond keep. 0 keeps all."""
        # Another partition may keep its snapshots in the same (shared) directory, and a damaged one is evidence.
        own = [row["name"] for row in self.listing() if row["problem"] is None and _same(row["partition"], partition)]
        if added is not None:
            own = [name for name in own if name != added] + [added]
        return own[:-keep] if keep else []

    def remove(self, name):
        remove_file(self.file_of(name))
        sync_directory(self.path)


def summary(manifest):
    """What a result says about a snapshot: everything but the list of files."""
    keys = ("name", "created_at", "partition", "node_id", "rsct_level", "counts")
    return {key: manifest[key] for key in keys}


def _same(one, other):
    return all(one.get(key) == other.get(key) for key in ("machine", "lpar_id"))
