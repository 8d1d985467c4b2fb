# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkout as a proper collection tree, and the built archive installed.

The tools of Ansible want .../ansible_collections/aixops/rsct, and a link does not serve ansible-test.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
BIN = pathlib.Path(sys.executable).parent


def environment(collections: pathlib.Path) -> dict[str, str]:
    """The environment for the tools: this virtual environment first, nothing read from or written to the user's home."""
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    return os.environ | {
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "tools" / "ansible.cfg"),
        "ANSIBLE_LINT_SKIP_SCHEMA_UPDATE": "1",
    }


def stage() -> pathlib.Path:
    """Copy what git tracks or would track to .cache/tree and return the collection directory there."""
    target = CACHE / "tree" / "ansible_collections" / "aixops" / "rsct"
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True,
    ).stdout.decode()
    wanted = {name for name in listing.split("\0") if name and (ROOT / name).is_file()}
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(target.rglob("*"), reverse=True):
        name = path.relative_to(target).as_posix()
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif name not in wanted and not name.startswith("tests/output/"):
            path.unlink()
    for name in wanted:
        source, copy = ROOT / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.stat().st_mtime_ns != source.stat().st_mtime_ns or copy.stat().st_size != source.stat().st_size:
            shutil.copy2(source, copy)
    return target


def build(destination: pathlib.Path) -> pathlib.Path:
    """Build the archive as Galaxy would get it."""
    destination.mkdir(parents=True, exist_ok=True)
    for old in destination.glob("aixops-rsct-*.tar.gz"):
        old.unlink()
    subprocess.run(
        [BIN / "ansible-galaxy", "collection", "build", "--force", "--output-path", str(destination), str(stage())],
        check=True, env=environment(destination), stdout=subprocess.DEVNULL,
    )
    (archive,) = destination.glob("aixops-rsct-*.tar.gz")
    return archive


def install() -> pathlib.Path:
    """Build and install the collection as a user would; return the collections path."""
    collections = CACHE / "installed"
    archive = build(CACHE / "build")
    shutil.rmtree(collections, ignore_errors=True)
    subprocess.run(
        [BIN / "ansible-galaxy", "collection", "install", "--force", "--offline", "--collections-path", str(collections), str(archive)],
        check=True, env=environment(collections), stdout=subprocess.DEVNULL,
    )
    return collections


if __name__ == "__main__":
    print(install() if sys.argv[1:] == ["install"] else stage())
