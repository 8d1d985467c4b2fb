# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: wait until partitions are active with all DLPAR capabilities on one HMC, one poll for all of them.

Where the HMC cannot tell the capabilities, active alone counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .._progress import Pace
from .query import Session, Unreachable, partitions_of
from .shell import PARALLEL, ROUNDING

CAPABILITIES = ("dlpar_mem", "dlpar_proc", "dlpar_io")
# More names than a terminal line holds are counted.
NAMES_SHOWN = 6
# The last look begins at the timeout at the latest. What it may take is all that a wait can last longer.
LAST_LOOK = 10.0

Key = "tuple[str, int]"


@dataclass
class Awaited:
    """One partition that is waited for. outcome: active, waiting, undetermined (could not be read), not_listed."""

    machine: str
    lpar_id: int
    name: str | None = None
    row: dict = field(default_factory=dict)
    outcome: str = "undetermined"
    message: str = "not polled yet"
    active_polls: int = 0
    waited_seconds: float = 0.0

    @property
    def unread(self) -> bool:
        """Active, as far as this HMC could tell."""
        return self.outcome == "active" and None in [self.row[name] for name in CAPABILITIES]

    @property
    def label(self) -> str:
        return self.name or f"{self.machine} id {self.lpar_id}"

    def result(self) -> dict:
        """For the module's result."""
        row = {key: self.row.get(key) for key in ("state", "rmc_state", "rmc_ipaddr", *CAPABILITIES)}
        return {
            "machine": self.machine,
            "lpar_id": self.lpar_id,
            "name": self.name,
            **row,
            "outcome": self.outcome,
            "message": self.message,
            "active_polls": self.active_polls,
            "waited_seconds": round(self.waited_seconds, 1),
        }


def awaited(partitions: list[dict]) -> list[Awaited]:
    """The option partitions, each partition once."""
    unique: dict[Key, str | None] = {}
    for entry in partitions:
        key = (entry["machine"], entry["lpar_id"])
        unique[key] = unique.get(key) or entry.get("name")
    return [Awaited(machine, lpar_id, name) for (machine, lpar_id), name in unique.items()]


def poll_once(session: Session, partitions: list[Awaited], deadline: int, seconds: float) -> None:
    """One look at all of them within seconds: one batch, one command a machine, which may take deadline seconds at most."""
    machines = sorted({partition.machine for partition in partitions})
    # Where one command hangs, the answers of the others are to be back in time.
    rounds = -(-len(machines) // PARALLEL)
    session.deadline = max(1, min(deadline, int(seconds / rounds) - ROUNDING))
    seen: dict[Key, dict] = {}
    unread: dict[str, str] = {}
    try:
        found, dummy = partitions_of(session, machines)
    except Unreachable as error:
        unread = {machine: f"HMC unreachable: {error}" for machine in machines}
    else:
        for machine, (rows, verdict) in zip(machines, found):
            if verdict.failed:
                unread[machine] = verdict.message
            seen.update({(machine, row["lpar_id"]): row for row in rows})
    for partition in partitions:
        _note(partition, seen.get((partition.machine, partition.lpar_id)), unread.get(partition.machine))


def _note(partition: Awaited, row: dict | None, unread: str | None) -> None:
    partition.row = row or {}
    if unread is not None:
        partition.outcome, partition.message = "undetermined", unread
    elif row is None:
        partition.outcome, partition.message = "not_listed", "not listed by this HMC"
    else:
        partition.name = row["name"]
        partition.outcome, partition.message = _judge(row)
    partition.active_polls = partition.active_polls + 1 if partition.outcome == "active" else 0


def _judge(row: dict) -> tuple[str, str]:
    if "running" not in (row["state"] or "").lower():
        return "waiting", f"partition is {row['state']}"
    if row["rmc_state"] != "active":
        return "waiting", row["rmc_state"] or "no RMC state"
    capabilities = [row[name] for name in CAPABILITIES]
    if any(one not in (1, None) for one in capabilities):
        return "waiting", "active, DLPAR " + ",".join("?" if one is None else str(one) for one in capabilities)
    # What this HMC cannot tell is not waited for: it would never come.
    return "active", "active" if None not in capabilities else "active, its DLPAR capabilities could not be read"


def wait_for(
    poll: Callable[[float], None],
    partitions: list[Awaited],
    *,
    timeout: float,
    interval: float,
    stable: int,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    progress: Callable[[str], None],
) -> dict:
    """Poll until every partition was active in `stable` polls in a row, all at the same time, or until the timeout.

    poll gets the seconds that it may take. A partition that drops again while others are waited for is waited for again.
    Partial results in every case. A line of progress where something changed, and now and then where nothing did.
    """
    started = clock()
    polls = 0
    pace, told = Pace(), None
    while True:
        poll(max(started + timeout - clock(), LAST_LOOK))
        polls += 1
        elapsed = clock() - started
        pending = [partition for partition in partitions if partition.active_polls < stable]
        for partition in pending:
            partition.waited_seconds = elapsed
        left = timeout - elapsed
        ended = not pending or left <= 0
        if ended or names(pending) != told or elapsed >= pace.due:
            progress(progress_line(partitions, pending, elapsed, left))
            told = names(pending)
            pace.spoke(elapsed)
        if ended:
            return {"polls": polls, "elapsed_seconds": round(elapsed, 1), "pending": pending}
        sleep(min(interval, left))


def progress_line(partitions: list[Awaited], pending: list[Awaited], elapsed: float, left: float) -> str:
    """Who waits for what, and how long still."""
    done = f"{len(partitions) - len(pending)} of {len(partitions)} active after {elapsed:.0f} s"
    if not pending:
        return done
    if left <= 0:
        return f"{done}, time is up for {names(pending)}"
    return f"{done}, at most {left:.0f} s more for {names(pending)}"


def names(pending: list[Awaited]) -> str:
    """The partitions that are waited for, each with what it shows."""
    shown = [f"{partition.label} ({_shown(partition)})" for partition in pending[:NAMES_SHOWN]]
    more = len(pending) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _shown(partition: Awaited) -> str:
    return "active, once more" if partition.outcome == "active" else partition.message
