# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How subsystems end, and the error log that tells of it."""

from __future__ import annotations

from .model import ErrorEntry, Lpar


def log_error(lpar: Lpar, now: float, identifier: str, kind: str, cls: str, resource: str, description: str, label: str = "") -> None:
    lpar.errors.insert(0, ErrorEntry(now, identifier, kind, cls, resource, description, label))


def stop(lpar: Lpar, name: str, now: float) -> None:
    subsystem = lpar.subsystems.get(name)
    if subsystem is None:
        return
    subsystem.pid = 0
    if name == "ctrmc":
        if lpar.loaded:
            log_error(lpar, now, "0", "I", "O", "RMCdaemon", "The daemon is stopped.", "RMCD_INFO_1_ST")
        lpar.loaded = None
        lpar.discover_at = lpar.exchange_at = None


def expire(lpar: Lpar, now: float) -> None:
    """Let daemons end that do not stay up."""
    for subsystem in list(lpar.subsystems.values()):
        if subsystem.active and subsystem.dies_after is not None and now >= subsystem.started_at + subsystem.dies_after:
            stop(lpar, subsystem.name, now)
            log_error(lpar, now, "BC3BE5A3", "P", "S", "SRC", "SOFTWARE PROGRAM ERROR")
