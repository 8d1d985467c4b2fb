# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pathlib
import time

import pytest


@pytest.fixture(name="alive")
def fixture_alive():
    """Whether a process runs: neither gone nor a zombie that nobody has reaped yet."""

    def alive(pid):
        try:
            stat = pathlib.Path("/proc/{0}/stat".format(pid)).read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return stat.rsplit(")", 1)[1].split()[0] != "Z"

    return alive


@pytest.fixture(name="dies")
def fixture_dies(alive):
    """Whether a process ends that was killed: the kernel takes its time, and only the parent can wait for it."""

    def dies(pid, seconds=30):
        end = time.monotonic() + seconds
        while alive(pid) and time.monotonic() < end:
            time.sleep(0.01)
        return not alive(pid)

    return dies
