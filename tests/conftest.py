# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make ansible_collections.aixops.rsct importable, wherever this checkout lies.

The tests run from a proper tree (.../ansible_collections/aixops/rsct). In any other checkout a link to it is made in a
temporary directory, outside of the checkout.
"""

from __future__ import annotations

import atexit
import os
import pathlib
import shutil
import sys
import tempfile

import pytest
from ansible.plugins.loader import init_plugin_loader

ROOT = pathlib.Path(__file__).resolve().parents[1]


def _collections_path() -> pathlib.Path:
    if ROOT.parts[-3:] == ("ansible_collections", "aixops", "rsct"):
        return ROOT.parents[2]
    base = pathlib.Path(tempfile.mkdtemp(prefix="aixops-rsct-tests-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    (base / "ansible_collections" / "aixops").mkdir(parents=True)
    (base / "ansible_collections" / "aixops" / "rsct").symlink_to(ROOT)
    return base


COLLECTIONS_PATH = _collections_path()
sys.path.insert(0, str(COLLECTIONS_PATH))
# Child processes (modules run as real processes, ansible-playbook) find the same tree.
os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(COLLECTIONS_PATH)
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(COLLECTIONS_PATH), *filter(None, [os.environ.get("PYTHONPATH")])]
)
# Before anything of the collection is imported: what came by another loader is not found again by Ansible's.
init_plugin_loader([str(COLLECTIONS_PATH)])


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Keep pytest-ansible from making a tree of links in the checkout."""
    config.option.ansible_unit_inject_only = True
