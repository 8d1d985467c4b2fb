# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
import snapshot_runs
from snapshot_host import Host


@pytest.fixture(name="host")
def _host(tmp_path):
    return Host.make(tmp_path / "host")


@pytest.fixture(name="run")
def _run():
    return snapshot_runs.run


@pytest.fixture(name="broken")
def _broken(host, run):
    """A host with a snapshot, whose identity was reset afterwards."""
    run(host, "present")
    host.reset_identity()
    host.forget_commands()
    return host
