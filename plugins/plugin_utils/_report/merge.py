# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: put the surveys of several slices of one estate together.

Merging happens before the judgement, never after it: a cause of the fleet is visible only to the one who sees the fleet.
"""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.reading import moment

from .survey import not_read


def merge(surveys: list, max_spread: int) -> dict:
    """One survey out of many; the order in which they are given never matters. What is older than the newest by more than so many seconds is not read."""
    surveys = _of_one_run(surveys, max_spread)
    ordered = sorted(surveys, key=lambda survey: (survey.get("collected_at") or "", sorted(survey.get("hosts") or {})))
    merged = {"schema": 1, "collected_at": max((survey.get("collected_at") or "" for survey in ordered), default=""), "hosts": {}, "hmcs": {}}
    not_asked = set()
    for survey in ordered:
        for name, host in (survey.get("hosts") or {}).items():
            merged["hosts"][name] = _better_host(merged["hosts"].get(name), host)
        for name, result in (survey.get("hmcs") or {}).items():
            merged["hmcs"][name] = _better_hmc(merged["hmcs"].get(name), result)
        not_asked.update(survey.get("not_asked") or [])
    merged["hosts"] = dict(sorted(merged["hosts"].items()))
    merged["hmcs"] = dict(sorted(merged["hmcs"].items()))
    # What one slice did not look at, another may have.
    if not_asked - set(merged["hosts"]):
        merged["not_asked"] = sorted(not_asked - set(merged["hosts"]))
    return merged


def _of_one_run(surveys: list, max_spread: int) -> list:
    """A slice that failed leaves what it saw in the run before: that is no evidence of now."""
    newest = max((survey["collected_at"] for survey in surveys), key=moment, default=None)
    return [survey if moment(newest) - moment(survey["collected_at"]) <= max_spread else _stale(survey, newest) for survey in surveys]


def _stale(survey: dict, newest: str) -> dict:
    why = f"the evidence is of {survey['collected_at']}, the newest slice is of {newest}"
    return {
        **survey,
        "hosts": {name: {**host, "rmc": None, "unreachable": False, "message": why} for name, host in survey["hosts"].items()},
        "hmcs": {name: not_read("failed", why) for name in survey["hmcs"]},
    }


def _better_host(old, new: dict) -> dict:
    """The newer evidence wins, but no evidence never wins over evidence."""
    if old is None:
        return new
    old_evidence, new_evidence = old.get("rmc"), new.get("rmc")
    if not new_evidence:
        return old if old_evidence else new
    if old_evidence and (old_evidence.get("collected_at") or "") > (new_evidence.get("collected_at") or ""):
        return old
    return new


def _outcome(result: dict) -> str:
    return (result.get("hmc") or {}).get("outcome") or "ok"


def _asked_at(result: dict) -> str:
    return (result.get("hmc") or {}).get("queried_at") or ""


def _better_hmc(old, new: dict) -> dict:
    """System by system the newest answer of one console; a slice that did not reach it takes nothing away."""
    if old is None:
        return new
    if _outcome(old) != "ok" or _outcome(new) != "ok":
        if (_outcome(old) == "ok") != (_outcome(new) == "ok"):
            return old if _outcome(old) == "ok" else new
        return old if _asked_at(old) > _asked_at(new) else new
    older, newer = (old, new) if _asked_at(old) <= _asked_at(new) else (new, old)
    chosen = {}
    for result in (older, newer):
        for system in result.get("systems") or []:
            before = chosen.get(system.get("machine"))
            if before is None or system.get("outcome") == "ok" or before[0].get("outcome") != "ok":
                chosen[system.get("machine")] = (system, result)
    partitions = []
    for machine, (dummy, source) in sorted(chosen.items(), key=lambda item: str(item[0])):
        partitions += [row for row in source.get("partitions") or [] if row.get("machine") == machine]
    systems = [system for machine, (system, dummy) in sorted(chosen.items(), key=lambda item: str(item[0]))]
    return {**newer, "systems": systems, "partitions": partitions}
