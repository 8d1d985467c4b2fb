# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long snapshot and restore take: python tests/benchmark/snapshot.py [--files 10000] [--megabytes 200] [--directory DIR]

Only the work on files is measured: no command of RSCT runs, so the times of stop and start come on top. The directory decides
about the figures, because a restore syncs every file: name one on the file system that is meant.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def collection():
    """Make the collection importable from any checkout."""
    base = pathlib.Path(tempfile.mkdtemp(prefix="aixops-rsct-benchmark-"))
    (base / "ansible_collections/aixops").mkdir(parents=True)
    (base / "ansible_collections/aixops/rsct").symlink_to(ROOT)
    sys.path.insert(0, str(base))
    return base


def make_tree(root, files, megabytes):
    size = megabytes * 1024 * 1024 // files
    for number in range(files):
        directory = root / "cfg" / str(number // 100)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "file{0}".format(number)).write_bytes(os.urandom(size))


class NoDaemons:
    """Stands for RSCT: always stopped and started at once."""

    class runner:
        check_mode = False

        @staticmethod
        def run(argv, **_unused):
            from ansible_collections.aixops.rsct.plugins.module_utils._command import Result

            return Result(argv, outcome="missing")

    def stop(self):
        pass

    def start(self, exchanged=False):
        pass

    def active(self):
        return []


def measure(base, megabytes):
    from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import archive, manifest, restore

    root, node_id_file, final = (os.fsencode(base / name) for name in ("var/ct", "ct_node_id", "x.ctsnapshot.tar"))
    identity = {"partition": {}, "node_id": {"etc": None, "var_ct": None}, "rsct_level": None, "definitions": {}}
    work = restore.Restore(root, node_id_file, NoDaemons(), [])

    def create():
        archive.create(final, root, node_id_file, lambda scanned, entry: manifest.build("x", "now", identity, scanned, entry))

    def put_back():
        with archive.Archive(final) as opened, work.workspace.held():
            work.run(opened, {})

    steps = (("write the archive", create), ("verify it", lambda: archive.verify(final)), ("restore", put_back))
    for name, step in steps:
        started = time.monotonic()
        step()
        seconds = time.monotonic() - started
        print("{0:<18} {1:7.2f} s {2:8.1f} MB/s".format(name, seconds, megabytes / seconds))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10000)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--directory", default=tempfile.gettempdir())
    options = parser.parse_args()
    links = collection()
    base = pathlib.Path(tempfile.mkdtemp(prefix="aixops-rsct-snapshot-", dir=options.directory))
    try:
        make_tree(base / "var/ct", options.files, options.megabytes)
        print("{0} MB in {1} files in {2}".format(options.megabytes, options.files, options.directory))
        measure(base, options.megabytes)
    finally:
        shutil.rmtree(base)
        shutil.rmtree(links)


if __name__ == "__main__":
    main()
