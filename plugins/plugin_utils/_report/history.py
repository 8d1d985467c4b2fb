# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what is known of every partition since when, over many runs.

C(track) is pure: the state after the last run and the report of this one give the state after this one. Two rules carry it:
a partition that could not be read keeps its last known state, and one that this run did not look at keeps it too.
"""

from __future__ import annotations

import datetime

from . import codes, view
from .text import one_line

SCHEMA = 1

# FLAPPING of the catalogue: three transitions within an hour.
FLAPPING_TRANSITIONS = 3
FLAPPING_MINUTES = 60

# A partition that no run looked at for so long is forgotten, with it the file cannot grow for ever.
_FORGET_DAYS = 400
_MOST_CHANGES = 200
# Of a connection to an HMC: what the judgement compares with.
_REMEMBERED = ("rmc_state", "token")


def empty() -> dict:
    return {"schema": SCHEMA, "runs": [], "partitions": {}}


def track(state: dict, report: dict, keep: int, transitions: int = FLAPPING_TRANSITIONS, minutes: int = FLAPPING_MINUTES) -> dict:
    """Put C(history) into every host of the report and C(changes) into the report; return the new state."""
    at = report.get("generated_at") or ""
    known = {key: dict(entry) for key, entry in (state.get("partitions") or {}).items()}
    previous = (state.get("runs") or [])[-1] if state.get("runs") else None
    changes = {"previous_at": previous["at"] if previous else None, "new": [], "changed": [], "fixed": [], "flapping": [], "unread": []}
    # Of two entries of one name the identified one counts.
    by_name = {entry.get("name"): key for key, entry in sorted(known.items(), key=lambda item: not item[0].startswith("host/"))}
    present = set(map(_key, report.get("hosts") or []))
    for host in report.get("hosts") or []:
        entry = _entry(known, by_name, present, host)
        _observe(entry, host, at, previous is not None, changes)
        entry["name"], entry["last_looked"] = one_line(host.get("host") or host.get("lpar_name")), at
        entry["memory"] = _remember(entry.get("memory") or {}, host, at)
        host["history"] = _history_of(entry, host, at, transitions, minutes)
        if host["history"]["flapping"]:
            changes["flapping"].append(_item(entry, host.get("verdict"), None))
    for partition in report.get("partitions_not_in_inventory") or []:
        # A host that this run did not ask: what the HMCs say of it is news all the same.
        entry = known.get(view.partition_key(partition.get("machine"), partition.get("lpar_id"), ""))
        if entry and entry.get("memory"):
            entry["memory"] = _remember_outside(entry["memory"], partition, at)
    report["changes"] = changes
    horizon = minutes_before(at, _FORGET_DAYS * 24 * 60)
    runs = [*(state.get("runs") or []), {"at": at, "complete": bool(report.get("complete")), "hosts": len(report.get("hosts") or [])}]
    return {
        "schema": SCHEMA,
        "runs": runs[-max(1, keep) :],
        "partitions": {key: entry for key, entry in sorted(known.items()) if entry["last_looked"] >= horizon},
    }


def until(state: dict, at: str) -> dict:
    """The state without what runs of that time or later added to it, as far as it can be told."""
    partitions = {}
    for key, entry in state["partitions"].items():
        changes = [change for change in entry["changes"] if change[0] < at]
        if changes or entry["last_looked"] < at:
            seen = changes[-1][0] if changes else None
            read, looked = entry["last_read"], entry["last_looked"]
            partitions[key] = {
                **entry, "changes": changes, "last_read": seen if read and read >= at else read, "last_looked": seen if looked >= at else looked,
            }
            if (entry.get("memory") or {}).get("at", "") > at:
                partitions[key]["memory"] = None
    return {**state, "runs": [run for run in state["runs"] if run["at"] < at], "partitions": partitions}


def _key(host: dict) -> str:
    return view.partition_key(host.get("machine"), host.get("lpar_id"), one_line(host.get("host") or host.get("lpar_name")))


def _entry(known: dict, by_name: dict, present: set, host: dict) -> dict:
    """The entry of a partition. One that could not be identified is found by the name it had when it could, and so is one that moved since."""
    name, key = one_line(host.get("host") or host.get("lpar_name")), _key(host)
    before = by_name.get(name, key)
    if key.startswith("host/"):
        key = before
    elif before != key and before not in present:
        known[key] = known.pop(before)
    return known.setdefault(key, {"name": name, "changes": [], "last_read": None, "last_looked": ""})


def _observe(entry: dict, host: dict, at: str, compare: bool, changes: dict) -> None:
    code = host.get("verdict") or "UNDETERMINED"
    last = entry["changes"][-1][1] if entry["changes"] else None
    if codes.state_of(code) == codes.UNREAD:
        changes["unread"].append(_item(entry, code, last))
        return
    entry["last_read"] = at
    if code == last:
        return
    entry["changes"] = [*entry["changes"], [at, code]][-_MOST_CHANGES:]
    if not compare:
        return
    was_bad, is_bad = _bad(last), _bad(code)
    if is_bad and was_bad:
        changes["changed"].append(_item(entry, code, last))
    elif is_bad:
        changes["new"].append(_item(entry, code, last))
    elif was_bad:
        # Switched off is not repaired.
        changes["fixed" if codes.state_of(code) == codes.HEALTHY else "changed"].append(_item(entry, code, last))


def _remember(before: dict, host: dict, at: str) -> dict:
    """What a later judgement wants to know of this one: the report of it may be gone then, and the last one may be of a few hosts only."""
    identified = host if host.get("machine") and host.get("lpar_id") is not None else before
    return {
        "at": at,
        "host": host.get("host"),
        "machine": identified.get("machine"),
        "lpar_id": identified.get("lpar_id"),
        "node_id": host.get("node_id") or before.get("node_id"),
        "verdict": host.get("verdict"),
        "hmc_states": {hmc: {key: state.get(key) for key in _REMEMBERED} for hmc, state in (host.get("hmc_states") or {}).items()},
        "collected_at": host.get("collected_at") or at,
    }


def _remember_outside(before: dict, partition: dict, at: str) -> dict:
    """The same from the HMC side alone. It takes no HMC away: this run may have asked some of them only."""
    states = dict(before["hmc_states"])
    for hmc, state in (partition.get("hmc_states") or {}).items():
        states[hmc] = {**states.get(hmc, {}), "rmc_state": state.get("rmc_state")}
    return {**before, "at": at, "verdict": partition.get("verdict"), "hmc_states": states}


def _bad(code) -> bool:
    return code is not None and codes.state_of(code) in (codes.FAULT, codes.WARNING)


def _item(entry: dict, code, before) -> dict:
    return {"name": entry["name"], "verdict": code, "before": before}


def _history_of(entry: dict, host: dict, at: str, transitions: int, minutes: int) -> dict:
    since = entry["changes"][-1] if entry["changes"] else None
    begin = minutes_before(at, minutes)
    crossings = 0
    for (dummy, before), (when, after) in zip(entry["changes"], entry["changes"][1:]):
        if when >= begin and _bad(before) != _bad(after):
            crossings += 1
    unread = codes.state_of(host.get("verdict") or "UNDETERMINED") == codes.UNREAD
    return {
        # The first sighting is a lower bound: it may have been so before anybody looked.
        "since": None if unread or not since else {"at": since[0], "first_sighting": len(entry["changes"]) == 1},
        "last_known": {"verdict": since[1], "since": since[0], "read_at": entry["last_read"]} if unread and since else None,
        "flapping": crossings >= transitions,
    }


def minutes_before(at: str, minutes: int) -> str:
    """The time stamp so many minutes earlier, in the same form, so that stamps compare as text."""
    try:
        moment = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
    except ValueError:
        return ""
    earlier = (moment - datetime.timedelta(minutes=minutes)).isoformat()
    return earlier.replace("+00:00", "Z") if at.endswith("Z") else earlier
