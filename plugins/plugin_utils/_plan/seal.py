# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: entries and the commands that their modules named in check mode -> the plan, with its id, approvals and waves."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._diagnosis import ladder
from . import digest, waves
from .refusal import refusal

SCHEMA = 1
_NOT_YET = "The module sees nothing to do, or not yet: RMC is given some minutes after its start. Diagnose again."
APPLY, REFUSED, WAITS, NOTHING, DEFERRED = "apply", "refused", "waits_for_approval", "nothing", "deferred"


@dataclass
class Terms:
    """Under which terms a plan may be carried out."""

    approve: bool = False
    approved: dict | None = None
    approved_by: list = field(default_factory=list)
    two_from: str | None = None
    closed: tuple | None = None
    serial: list = field(default_factory=list)
    per_hmc: int = 0
    per_system: int = 0
    one_wave: bool = False


def seal(entries: list, previews: dict, terms: Terms, head: dict) -> dict:
    """The plan. previews: host -> the results of its modules in check mode. head: what the file says of itself."""
    hosts = [_previewed(dict(entry), previews.get(entry["host"]) or []) for entry in entries]
    proposed = [host for host in hosts if host["decision"] == "candidate"]
    plan = {"schema": SCHEMA, "id": digest.plan_id(proposed), **head, "hosts": hosts}
    for host in proposed:
        host["proposed"] = True
        _decide(host, terms)
    if terms.approved:
        for host in hosts:
            if host["decision"] == REFUSED and not host.get("proposed") and _proposed_before(host, terms.approved):
                host["refused"] = [_drift(host, terms.approved), *host["refused"]]
    _follow(hosts)
    ready = [host for host in hosts if host["decision"] == APPLY]
    plan["waves"] = waves.order(ready, terms.serial, terms.per_hmc, terms.per_system)
    if terms.one_wave:
        _defer(hosts, plan["waves"])
        plan["waves"] = plan["waves"][:1]
    return plan


def commands(results: list) -> list:
    """The changing commands that modules named or ran, each with the host that it runs on."""
    found = []
    for where, result in results:
        for action in result.get("actions") or []:
            command = {"argv": action["argv"]} if "argv" in action else {"command": action["command"]}
            found.append({"host": where, **command})
    return found


def _previewed(entry: dict, results: list) -> dict:
    entry["commands"] = commands(results)
    if entry["decision"] != "candidate":
        return entry
    for where, result in results:
        if result.get("failed") or result.get("unreachable"):
            entry["refused"] = result.get("refusals") or [refusal("preview_failed", where, str(result.get("msg") or "no message").strip())]
            entry["decision"] = REFUSED
            return entry
    if entry["steps"] and not entry["commands"]:
        told = "; ".join(str(result.get("msg") or "") for dummy, result in results) or "the module was not run"
        entry["refused"] = [refusal("preview_failed", entry["host"], told, _NOT_YET)]
        entry["decision"] = REFUSED
    return entry


def _decide(host: dict, terms: Terms) -> None:
    host["decision"] = APPLY
    found = _drift(host, terms.approved) if terms.approved else _missing_approval(host, terms)
    rung = ladder.RUNGS[host["rung"]]
    if not found and terms.two_from and rung.number >= ladder.RUNGS[terms.two_from].number and len(people(terms.approved_by)) < 2:
        found = refusal("second_approval_needed", "approval", f"approved by {', '.join(terms.approved_by) or 'nobody'}")
    if not found and terms.closed:
        found = refusal(terms.closed[0], "maintenance window", terms.closed[1])
    if found:
        host["refused"] = [found]
        host["decision"] = WAITS if found["reason"] in ("not_approved", "approval_by_id_needed", "second_approval_needed") else REFUSED


def _follow(hosts: list) -> None:
    """Whoever is served by the command of another host waits with it where that command does not run."""
    by_name = {host["host"]: host for host in hosts}
    for host in hosts:
        leader = by_name.get(host.get("shares"))
        if leader and host["decision"] == APPLY and leader["decision"] != APPLY:
            why = ", ".join(each["reason"] for each in leader["refused"])
            host["decision"] = leader["decision"]
            host["refused"] = [refusal("served_by_another", leader["host"], f"the command that serves this partition too does not run: {why}")]


def people(names: list) -> set:
    """Who these are: one person stays one in another spelling."""
    return {" ".join(str(name).split()).casefold() for name in names} - {""}


def _missing_approval(host: dict, terms: Terms) -> dict | None:
    if host["approval"] == ladder.NO or (host["approval"] == ladder.YES and terms.approve):
        return None
    rung = f"rung {host['rung']}"
    if host["approval"] == ladder.BY_ID:
        return refusal("approval_by_id_needed", rung, "it runs only out of a plan that was approved by its id")
    return refusal("not_approved", rung, "nobody approved it")


def _drift(host: dict, approved: dict) -> dict | None:
    """Why this host is not what was approved."""
    before = _proposed_before(host, approved)
    if before is None:
        return refusal("not_in_approved_plan", f"plan {approved['id']}", f"{host['host']} is not in it")
    if before["evidence_digest"] != host["evidence_digest"]:
        detail = f"{before['verdict']} then, {host['verdict']} now; digest {before['evidence_digest'][:12]} then, {host['evidence_digest'][:12]} now"
        return refusal("evidence_drifted", f"plan {approved['id']}", detail)
    if any(before.get(key) != host.get(key) for key in ("rung", "steps", "commands")):
        return refusal("commands_differ", f"plan {approved['id']}", f"{before['rung']} then, {host['rung']} now")
    return None


def _proposed_before(host: dict, approved: dict) -> dict | None:
    return next((each for each in approved["hosts"] if each["host"] == host["host"] and each.get("proposed")), None)


def _defer(hosts: list, planned: list) -> None:
    later = {name for wave in planned[1:] for name in wave}
    for host in hosts:
        if host["host"] in later:
            host["decision"] = DEFERRED
            host["refused"] = [refusal("deferred", "batch", "too many at once for one HMC or system, both VIOS of a pair, or it waits for another host")]


def check_approved(plan, plan_id: str) -> str | None:
    """What is wrong with the plan that was approved by this id; None: nothing."""
    if not isinstance(plan, dict) or plan.get("schema") != SCHEMA or not isinstance(plan.get("hosts"), list):
        return "it is no plan of this collection"
    actual = digest.plan_id([host for host in plan["hosts"] if host.get("proposed")])
    if actual != plan.get("id"):
        return f"its content has the id {actual}, not {plan.get('id')}: it was changed after it was written"
    if plan_id != actual:
        return f"it has the id {actual}; {plan_id or 'no id'} was approved"
    return None
