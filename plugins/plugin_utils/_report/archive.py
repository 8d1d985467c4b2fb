# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the directory in which earlier reports are kept, with the state that C(history) carries from run to run."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os

from . import files, history

STATE_FILE = "history.json"
LOCK_FILE = ".lock"
# What is set aside is no kept report any more.
_ASIDE = "ahead-"
# Clocks of two controllers may differ by so much without any of them being wrong.
_CLOCKS_APART_MINUTES = 10

# Earlier reports that a judgement looks at. More than that in an hour is no survey any more but a load.
_LOOK_BACK = 6


@contextlib.contextmanager
def locked(directory: str, waiting):
    """One run at a time from reading the state to writing it. ``waiting`` is called if another one is at it."""
    os.makedirs(directory, exist_ok=True)
    handle = os.open(os.path.join(directory, LOCK_FILE), os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:
            # A file system without locks is no reason to write no report.
            pass
        yield
    finally:
        os.close(handle)


def set_aside_future(directory: str, now: str) -> str:
    """Where the clock was ahead in an earlier run, every later one would count as older than it. Returns the time of that run, or an empty text."""
    state, limit = _load(directory), history.minutes_before(now, -_CLOCKS_APART_MINUTES)
    last = state["runs"][-1]["at"] if state["runs"] else ""
    if last <= limit:
        return ""
    files.write(directory, f"{_ASIDE}history-{_stamp(last)}.json", json.dumps(state))
    for name in kept(directory):
        if name > file_name(limit):
            os.replace(os.path.join(directory, name), os.path.join(directory, _ASIDE + name))
    files.write(directory, STATE_FILE, json.dumps(history.until(state, limit)))
    return last


def update(directory: str, report: dict, keep: int, transitions: int) -> dict:
    """Track a report in the state of a directory. Evidence that is older than the last run changes nothing in it."""
    state, at = _load(directory), report.get("generated_at") or ""
    last = state["runs"][-1]["at"] if state["runs"] else ""
    if at > last:
        return history.track(state, report, keep, transitions)
    # The same evidence judged again, or evidence of earlier: compare with what was known then.
    again = history.track(history.until(state, at), report, keep, transitions)
    return again if at == last else state


def _load(directory: str) -> dict:
    """The state. A damaged file is made again out of the kept reports, so that nothing becomes new by accident."""
    try:
        with open(os.path.join(directory, STATE_FILE), encoding="utf-8") as stream:
            state = json.load(stream)
        if state["schema"] == history.SCHEMA and isinstance(state["partitions"], dict) and isinstance(state["runs"], list):
            return state
    except (OSError, ValueError, TypeError, KeyError):
        pass
    return _rebuild(directory)


def _rebuild(directory: str, before: str = "") -> dict:
    state = history.empty()
    for name in kept(directory):
        report = _read(directory, name)
        if report and (not before or report["generated_at"] < before):
            state = history.track(state, report, keep=1000)
    return state


def _read(directory: str, name: str):
    """A kept report, or None where it is damaged."""
    try:
        with open(os.path.join(directory, name), encoding="utf-8") as stream:
            report = json.load(stream)
        return report if isinstance(report["generated_at"], str) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def earlier(directory: str, before: str) -> list:
    """What the judgement looks at, newest first: the kept reports of the last hour, one at least, and of each host that is in none of them its last entry."""
    reports = []
    for name in reversed(kept(directory)):
        report = _read(directory, name)
        if report and report["generated_at"] < before:
            reports.append(report)
            if report["generated_at"] < history.minutes_before(before, history.FLAPPING_MINUTES) or len(reports) == _LOOK_BACK:
                break
    told = {host.get("host") for report in reports for host in report.get("hosts") or []}
    memories = [entry["memory"] for entry in _known_before(directory, before)["partitions"].values() if entry.get("memory")]
    forgotten = [memory for memory in memories if memory["host"] not in told]
    # Without a time it stands behind all others; its entries carry their own.
    return [*reports, {"generated_at": None, "hosts": forgotten}] if forgotten else reports


def _known_before(directory: str, before: str) -> dict:
    """The state as it was at that time: evidence of earlier is not judged by what came after it."""
    state = _load(directory)
    return state if not state["runs"] or state["runs"][-1]["at"] < before else _rebuild(directory, before)


def kept(directory: str) -> list:
    """File names of the kept reports, oldest first."""
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    return sorted(name for name in names if name.startswith("rmc-report-") and name.endswith(".json"))


def file_name(generated_at: str) -> str:
    return "rmc-report-" + _stamp(generated_at) + ".json"


def _stamp(at: str) -> str:
    return "".join(char for char in at.split("+")[0] if char.isalnum())


def surplus(names: list, keep: int) -> list:
    """Which of the kept reports are to go."""
    return sorted(names)[: max(0, len(names) - keep)]
