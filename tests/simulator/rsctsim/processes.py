# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding and ending our own processes, and nobody else's."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Set

PROC = Path("/proc")


@dataclass
class Identity:
    """A process by pid and start time: a pid alone may be somebody else's by now."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> Identity:
        return cls(pid, start_time(pid) or "")

    def alive(self) -> bool:
        return start_time(self.pid) == self.started and bool(self.started)


def _stat(pid: int) -> Optional[List[str]]:
    """/proc/PID/stat from the third field on; None for a process that is gone or a zombie."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields


def start_time(pid: int) -> Optional[str]:
    fields = _stat(pid)
    return fields[19] if fields else None


def sessions() -> Dict[int, List[int]]:
    """Session id -> its processes."""
    found: Dict[int, List[int]] = {}
    for entry in PROC.iterdir():
        fields = _stat(int(entry.name)) if entry.name.isdigit() else None
        if fields:
            found.setdefault(int(fields[3]), []).append(int(entry.name))
    return found


def kill_sessions(wanted: Set[int]) -> None:
    """Also what has cleared its environment."""
    found = sessions() if wanted else {}
    for pid in [pid for session in wanted for pid in found.get(session, [])]:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


MARKER = "SIM_ESTATE"       # variable in the environment of every process that an estate starts
MARKER_FILE = "marker"


def marked(marker: str) -> Iterator[int]:
    """Processes with this word in their environment."""
    wanted = marker.encode()
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)
            except OSError:
                continue


def kill_marked(marker: str) -> None:
    for pid in marked(marker):
        if pid != os.getpid():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue


def kill_left_behind(directory: Path) -> None:
    """End what the sessions of an estate left running when its server was killed."""
    try:
        marker = (directory / MARKER_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return
    if marker:
        kill_marked("%s=%s" % (MARKER, marker))
