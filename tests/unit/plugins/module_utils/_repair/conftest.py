# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the repair: a partition with state, a clock that only moves when somebody sleeps, a runner over both."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import look
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import Clock
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import COMMANDS, FakeHost


@pytest.fixture
def fake(tmp_path, monkeypatch):
    host = FakeHost(tmp_path).build()
    monkeypatch.setattr(_command, "run", host.run)
    return host


@pytest.fixture
def clock():
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    return Clock(now=lambda: now[0], sleep=sleep)


@pytest.fixture
def runner():
    return _command.Runner()


@pytest.fixture
def which():
    return lambda name: "/usr/bin/" + name if name in COMMANDS else None


@pytest.fixture
def saved(monkeypatch):
    """A snapshot that was verified; what that takes is tested in test_look.py."""
    monkeypatch.setattr(look, "snapshot_problem", lambda path, evidence, var_ct, check_mode=False: None if path else "no snapshot was named")
    return "/var/adm/rsct_snapshots/one.tar"
