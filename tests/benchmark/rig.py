# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rig of the benchmark: a simulated estate, and what a command costs the controller and the targets."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIMULATOR = ROOT / "tests" / "simulator"
sys.path.insert(0, str(SIMULATOR))

from rsctsim.control import Control  # noqa: E402  (the path above makes the package known)

_PR_SET_CHILD_SUBREAPER = 36
_TICKS = os.sysconf("SC_CLK_TCK")


def adopt_orphans() -> None:
    """Become the parent of what goes to the background below, so that ssh masters and the simulator can be accounted for."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclasses.dataclass
class Cost:
    """Of one command: seconds of wall time and of CPU on either side, and the memory of its largest process."""

    rc: int | None
    wall: float
    controller: float
    targets: float
    peak_mb: float
    counts: dict

    @property
    def capped(self) -> bool:
        return self.rc is None


class Estate:
    """A simulated fleet, from up() to down()."""

    def __init__(self, directory: pathlib.Path, hosts: int, python_share: float, base: str) -> None:
        self.directory, self.hosts, self.python_share, self.base = directory, hosts, python_share, base
        self.control = Control(directory, timeout=120.0)
        self.inventory = directory / "inventory.yml"
        self.pid = 0

    def up(self) -> None:
        subprocess.run(
            [sys.executable, str(SIMULATOR), "up", "--dir", str(self.directory), "--hosts", str(self.hosts), "--python-share", str(self.python_share),
             "--base", self.base, "--parent", str(os.getpid())],
            check=True, stdout=subprocess.DEVNULL,
        )
        self.pid = self.control.status()["pid"]

    def down(self) -> None:
        subprocess.run([sys.executable, str(SIMULATOR), "down", "--dir", str(self.directory)], check=False, stdout=subprocess.DEVNULL)

    def cpu(self) -> float:
        """Seconds of CPU that the simulated hosts have used, their ended processes included."""
        return _cpu(self.pid, with_children=True)

    def counts(self, since: float) -> dict:
        """{"lpar": {"login", "exec", "command"}, "hmc": ...}: how many of them one host had at most since a time."""
        seen: dict[tuple[str, str], int] = {}
        for entry in self.control.log(since):
            key = (entry["host"], entry.get("event", "command"))
            seen[key] = seen.get(key, 0) + 1
        return {
            kind: {
                what: max((count for (host, event), count in seen.items() if event == what and host.startswith("hmc") == (kind == "hmc")), default=0)
                for what in ("login", "exec", "command")
            }
            for kind in ("lpar", "hmc")
        }


def measure(argv: list[str], estate: Estate, env: dict[str, str], cwd: pathlib.Path, output: pathlib.Path, cap: float | None = None) -> Cost:
    """Run a command to its end, or to the cap."""
    started, masters, targets = time.time(), _masters_cpu(), estate.cpu()
    begin = time.monotonic()
    with open(output, "wb") as stream:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=env, cwd=cwd, start_new_session=True)
    rc, usage = _wait(process, cap)
    wall = time.monotonic() - begin
    controller = usage.ru_utime + usage.ru_stime + _masters_cpu() - masters
    return Cost(rc, wall, controller, estate.cpu() - targets, usage.ru_maxrss / 1024, estate.counts(started))


def _wait(process: subprocess.Popen, cap: float | None):
    """(exit code or None for the one that reached the cap, resource usage of the process and what it waited for)."""
    end = None if cap is None else time.monotonic() + cap
    stopped = False
    others = set(_children()) - {process.pid}
    try:
        while True:
            pid, status, usage = os.wait4(process.pid, 0 if end is None or stopped else os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                return (None if stopped else process.returncode), usage
            if time.monotonic() > end:
                stopped = True
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.02)
    except BaseException:
        stopped = True
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        if stopped:
            _end_all_but(others)


def _end_all_but(others: set[int]) -> None:
    """End what a killed command left behind: workers of Ansible are in sessions of their own, and become children of this process."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        left = [pid for pid in _children() if pid not in others]
        if not left:
            return
        for pid in left:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def close_connections() -> None:
    """End the ssh masters, so that the next command finds none."""
    for pid in _masters():
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + 10
    while _masters() and time.monotonic() < end:
        reap()
        time.sleep(0.05)


def reap() -> None:
    """Forget adopted processes that ended. Only between commands: their usage is nobody's."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _masters() -> list[int]:
    """Ssh clients in the background: direct children of this process, which starts none itself."""
    return [pid for pid in _children() if _name(pid) == "ssh"]


def _children() -> list[int]:
    return [int(pid) for pid in pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()]


def _masters_cpu() -> float:
    return sum(_cpu(pid, with_children=False) for pid in _masters())


def _stat(pid: int) -> tuple[str, list[str]]:
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "", []
    head, dummy, tail = text.rpartition(")")
    return head.partition("(")[2], tail.split()


def _name(pid: int) -> str:
    return _stat(pid)[0]


def _cpu(pid: int, with_children: bool) -> float:
    fields = _stat(pid)[1]
    # Fields 14 to 17 of proc(5): utime, stime, and the two of the children that were waited for.
    return sum(int(field) for field in fields[11 : 15 if with_children else 13]) / _TICKS
