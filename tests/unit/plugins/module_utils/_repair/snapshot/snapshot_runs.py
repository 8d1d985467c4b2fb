# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ct_snapshot on a host in a directory, in this process."""

from __future__ import annotations

import errno
import fcntl
import os

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._command import Result
from ansible_collections.aixops.rsct.plugins.module_utils._repair.guards import Refused
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import operations
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import Clock
from snapshot_host import answer


class HostRunner:
    """A Runner whose commands are answered by the host in the directory, without a process."""

    def __init__(self, host, check_mode=False):
        self.host = host
        self.check_mode = check_mode
        self.trace = []

    def run(self, argv, deadline=None, changes=False, **_unused):
        if changes and self.check_mode:
            result = Result(argv, outcome="would_run")
        else:
            rc, out, err = answer(self.host.base, argv)
            result = Result(argv, rc, out, err, 0.0, "ok" if rc == 0 else "failed")
        self.trace.append({"argv": result.argv, "rc": result.rc, "seconds": 0.0, "outcome": result.outcome, "changed": changes})
        return result


class Ticks:
    """Time that passes only by waiting."""

    def __init__(self):
        self.now = 0

    def sleep(self, seconds):
        self.now += seconds


def _clock():
    ticks = Ticks()
    return Clock(lambda: ticks.now, ticks.sleep)


def run(host, state, check_mode=False, notes=None, **options):
    """notes: a list that is filled with what a failure says beside its message."""
    runner = HostRunner(host, check_mode)
    return operations.STATES[state](host.options(state=state, **options), runner, _clock(), [] if notes is None else notes)


def recover(host):
    """What every next restore does first, and nothing else."""
    at_work = operations.Host(host.options(), HostRunner(host), _clock(), [])
    with at_work.alone():
        return at_work.recover()


def refused(work):
    """The code of the error by which work() ends."""
    with pytest.raises((SnapshotError, Refused)) as caught:
        work()
    error = caught.value
    return error.code if isinstance(error, SnapshotError) else error.refusals[0].reason


def cut_off_at(source, after=False):
    """An os.rename that ends the run when source is to be moved, or was."""
    real = os.rename

    def rename(old, new):
        if after or old != os.fsencode(source):
            real(old, new)
        if old == os.fsencode(source):
            raise KeyboardInterrupt

    return rename


class FillingDisk:
    """os.write on a file system that is full from the number-th write on; that one still gets half of its data down."""

    def __init__(self, number):
        self.left = number
        self.real = os.write

    def __call__(self, descriptor, data):
        self.left -= 1
        if self.left > 0:
            return self.real(descriptor, data)
        if self.left == 0:
            self.real(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")


def fsync_of_aix(descriptor, real=os.fsync):
    """AIX syncs only what is open for writing, and a directory never is (bug-gnulib 2025-07, tukaani-project/xz issue 188)."""
    if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
        raise OSError(errno.EBADF, "Bad file number")
    real(descriptor)
