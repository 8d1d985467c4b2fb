# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one survey out of what the tasks of a play left behind, C({"hosts": ..., "hmcs": ...}).

Whatever is missing is said to be missing. Evidence of an earlier day, from a fact cache, is no evidence.
"""

from __future__ import annotations

import datetime
import json

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.reading import iso, moment

SCHEMA = 1


class NoSurvey(ValueError):
    """A file or a value is not a survey; the text says why."""


def assemble(hosts: dict, hmcs: dict, collected_at: str, not_asked: list) -> dict:
    survey = {"schema": SCHEMA, "collected_at": collected_at, "hosts": hosts, "hmcs": hmcs}
    if not_asked:
        survey["not_asked"] = sorted(not_asked)
    return survey


def host_entry(variables: dict, registered_name: str, in_play: bool, now: datetime.datetime, max_age: int) -> dict:
    """What is known of one LPAR: the registered result of its rmc_facts task, or its fact where nothing is registered."""
    result = variables.get(registered_name)
    result = result if isinstance(result, dict) else {}
    entry = {"rmc": None, "unreachable": False, "message": "", "expected": _expected(variables)}
    if result.get("unreachable"):
        entry.update(unreachable=True, message=str(result.get("msg") or "unreachable"))
        return entry
    evidence = _registered(result)
    fresh = bool(evidence)
    if not evidence and not result.get("failed"):
        evidence = (variables.get("ansible_facts") or {}).get("rmc")
    if not evidence:
        missing = "no evidence was collected" if in_play else "unreachable, or failed before any evidence was collected"
        entry.update(unreachable=not in_play and not result, message=str(result.get("msg") or missing))
        return entry
    age = _age(evidence.get("collected_at"), now)
    if not fresh and (age is None or age > max_age):
        entry["message"] = f"the evidence is of {evidence.get('collected_at')}, which is not this run"
        return entry
    entry["rmc"] = evidence
    return entry


def _registered(result: dict):
    """The evidence in a registered result: with as_fact=false as text, which is far cheaper to carry for Ansible."""
    if isinstance(result.get("evidence"), str):
        return json.loads(result["evidence"])
    return (result.get("ansible_facts") or {}).get("rmc")


def _expected(variables: dict):
    """Where the inventory says that the host is; both variables or none."""
    machine, lpar_id = variables.get("rsct_machine"), variables.get("rsct_lpar_id")
    try:
        # An expression that nobody evaluated here names no machine.
        if machine and "{{" not in str(machine):
            return {"machine": str(machine), "lpar_id": int(lpar_id)}
    except (TypeError, ValueError):
        pass
    return None


def _age(collected_at, now: datetime.datetime):
    try:
        moment = datetime.datetime.fromisoformat(str(collected_at).replace("Z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return (now - moment).total_seconds()


def hmc_entries(results: list, names: list) -> dict:
    """One entry for each HMC, out of results with or without loop; an HMC that nobody asked is there as not read."""
    found = {}
    for result in results:
        for item in _items(result):
            name = _name_of(item)
            if name and (name not in found or _outcome(found[name]) != "ok"):
                found[name] = _hmc_entry(item)
    for name in names:
        if name not in found:
            found[name] = not_read("unreachable", "it was not asked in this run")
    return dict(sorted(found.items()))


def not_read(outcome: str, message: str) -> dict:
    return {"hmc": {"outcome": outcome, "message": message}, "systems": [], "partitions": []}


def _items(result) -> list:
    if not isinstance(result, dict) or result.get("skipped"):
        return []
    if isinstance(result.get("results"), list):
        return [item for item in result["results"] if isinstance(item, dict) and not item.get("skipped")]
    return [result]


def _name_of(item: dict) -> str:
    """The inventory name of the HMC: said so, or the item of the loop, or the console's own name."""
    loop_item = item.get(item.get("ansible_loop_var") or "item")
    delegated = (item.get("_ansible_delegated_vars") or {}).get("ansible_delegated_host")
    for name in (item.get("_hmc"), loop_item, delegated, (item.get("hmc") or {}).get("name")):
        if isinstance(name, str) and name:
            return name
    return ""


def _hmc_entry(item: dict) -> dict:
    if isinstance(item.get("hmc"), dict):
        return {key: item[key] for key in ("hmc", "systems", "partitions", "raw_partitions", "commands", "notes") if key in item}
    outcome = "unreachable" if item.get("unreachable") else "failed"
    return not_read(outcome, str(item.get("msg") or "the query gave no result"))


def _outcome(entry: dict) -> str:
    return entry["hmc"].get("outcome") or "ok"


def read(path: str) -> dict:
    """A survey out of a saved evidence file."""
    try:
        with open(path, encoding="utf-8") as stream:
            return check(json.load(stream), path)
    except OSError as error:
        raise NoSurvey(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        if isinstance(error, NoSurvey):
            raise
        raise NoSurvey(f"{path} is not JSON: {error}") from error


def check(survey, source: str) -> dict:
    """The survey itself, if it is one."""
    if not isinstance(survey, dict) or not isinstance(survey.get("hosts"), dict) or not isinstance(survey.get("hmcs"), dict):
        raise NoSurvey(f"{source} is no survey: hosts and hmcs are missing. Is it a report? The evidence is in rmc-evidence.json.")
    if survey.get("schema") != SCHEMA:
        raise NoSurvey(f"{source} has schema {survey.get('schema')!r}; this version reads schema {SCHEMA}")
    at = moment(survey.get("collected_at"))
    if at is None:
        raise NoSurvey(f"{source} has no collected_at: a report of no time has no place among others")
    # In the one spelling in which times compare as text.
    return {**survey, "collected_at": iso(at)}


def mark_same_names(report: dict, not_asked: list) -> None:
    """Hint at partitions that the inventory may have after all: under a host that was not asked, or could not say who it is."""
    unknown = [host["host"] for host in report.get("hosts") or [] if not host.get("machine") or host.get("lpar_id") is None]
    names = {_short(name): name for name in [*not_asked, *unknown]}
    for partition in report.get("partitions_not_in_inventory") or []:
        name = names.get(_short(partition.get("lpar_name") or partition.get("name") or ""))
        if name:
            partition["maybe_host"] = name


def _short(name) -> str:
    return str(name).split(".", 1)[0].lower()
