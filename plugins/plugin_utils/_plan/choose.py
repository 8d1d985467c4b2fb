# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: a judged partition -> the one rung to take, its steps, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from .._diagnosis import ladder
from . import digest, steps
from .refusal import refusal

# Nothing is wrong that a repair is for.
NO_REPAIR = ("HEALTHY", "NOT_RUNNING", "OUT_OF_SCOPE", "CO_MANAGED")
# Rungs whose successor makes no sense without them: code -> rung. They need not heal by themselves.
PREPARES = {"MCP_STALE": "targeted"}
# Reasons that pass by themselves: they do not forbid to wait for that.
_PASSING = ("recently_booted", "activity_in_progress", "suspended", "incomplete_evidence")
_HALTING = ("HMC_WIDE", "NETWORK_SEGMENT", "SYSTEM_NOT_CONNECTED")


@dataclass
class Wish:
    """What whoever runs the repair asks for."""

    max_rung: str = "recycle"
    rung: str | None = None
    # Rungs to choose from; empty: all.
    only: list = field(default_factory=list)
    # host -> {(code, rung)} that did not heal it before.
    tried: dict = field(default_factory=dict)
    # host -> cluster_override, trusted_host, mcp_record, key_pair, replace_node_id
    given: dict = field(default_factory=dict)


def choose(report: dict, survey: dict, guarded: dict, wish: Wish, hosts: list | None = None) -> list:
    """One entry for each host of the report. guarded: host -> rung -> refusals, by the guards that see both sides."""
    wanted = None if hosts is None else set(hosts)
    halted = _halted(report)
    entries = []
    for judged in report["hosts"]:
        if wanted is None or judged["host"] in wanted:
            evidence = ((survey["hosts"].get(judged["host"]) or {}).get("rmc")) or {}
            entries.append(_entry(judged, evidence, survey, guarded.get(judged["host"]) or {}, halted, wish))
    _share(entries)
    return _one_vios_of_each(entries)


def _halted(report: dict) -> dict:
    """Host -> why it is left alone as one of many with a common cause."""
    found = {}
    for finding in report.get("fleet_findings") or []:
        if finding["code"] in _HALTING:
            for member in finding.get("members") or []:
                if member.get("host"):
                    found.setdefault(member["host"], finding)
    return found


def _entry(judged: dict, evidence: dict, survey: dict, guarded: dict, halted: dict, wish: Wish) -> dict:
    first = judged["findings"][0] if judged["findings"] else {}
    entry = {
        "host": judged["host"],
        "machine": judged["machine"],
        "lpar_id": judged["lpar_id"],
        "lpar_name": judged["lpar_name"],
        "kind": judged.get("kind"),
        "verdict": judged["verdict"],
        "confidence": judged.get("confidence"),
        "summary": first.get("summary") or "",
        "hmcs": sorted(name for name, state in judged["hmc_states"].items() if state.get("rmc_state") is not None),
        "evidence_digest": digest.evidence_digest(judged, evidence),
        "rung": None,
        "steps": [],
        "refused": [],
        "passed_over": [],
    }
    if judged["verdict"] in NO_REPAIR:
        return dict(entry, decision="nothing")
    rungs = list((first.get("remedy") or {}).get("rungs") or [])
    if wish.rung:
        if wish.rung not in rungs:
            detail = f"{judged['verdict']} has {', '.join(rungs) or 'no rung'}"
            return _refused(entry, [refusal("rung_does_not_fit", f"rung {wish.rung}", detail)])
        rungs = [wish.rung]
    if wish.only and rungs and not set(rungs) & set(wish.only):
        return _refused(entry, [refusal("rung_does_not_fit", f"rungs {', '.join(wish.only)}", f"{judged['verdict']} has {', '.join(rungs)}")])
    rungs = [rung for rung in rungs if not wish.only or rung in wish.only]
    if not rungs:
        return _refused(entry, judged.get("refusals") or [])
    return _taken(entry, judged, rungs, evidence, survey, guarded, halted, wish)


def _taken(entry, judged, rungs, evidence, survey, guarded, halted, wish):
    given = wish.given.get(entry["host"]) or {}
    limit = ladder.RUNGS[wish.max_rung].number
    for name in rungs:
        rung = ladder.RUNGS[name]
        prepares = PREPARES.get(entry["verdict"]) == name and len(rungs) > 1
        why = None
        if (entry["verdict"], name) in wish.tried.get(entry["host"], ()):
            why = refusal("rungs_exhausted", f"rung {name}", f"it was tried for {entry['verdict']} and did not heal")
        elif rung.side != "none" and rung.number > limit:
            why = refusal("above_max_rung", f"rung {name}", f"C{rung.number} is above {wish.max_rung} (C{limit})")
        if why is None:
            try:
                built = steps.build(name, {**entry, "hmc_states": judged["hmc_states"]}, evidence, survey, given)
            except steps.ParametersNeeded as error:
                why = refusal("parameters_needed", f"rung {name}", str(error))
        if why is None:
            entry.update(_rung(rung), steps=built, prepares=prepares)
            refused = _guards(entry, judged, rung, guarded, halted, given) or _nobody_to_ask(entry, rung, survey)
            return _refused(entry, refused) if refused else dict(entry, decision="candidate")
        entry["passed_over"].append({"rung": name, **why})
        if prepares and why["reason"] != "rungs_exhausted":
            break
    # The first reason of the catalogue's order says the most, but a limit that can be raised is worth more than a rung that failed.
    reasons = sorted(entry["passed_over"], key=lambda why: why["reason"] == "rungs_exhausted")
    return _refused(entry, [{key: why[key] for key in ("reason", "evidence", "next_step")} for why in reasons])


def _rung(rung) -> dict:
    return {
        "rung": rung.name,
        "number": rung.number,
        "side": rung.side,
        "approval": rung.approval,
        "snapshot": rung.snapshot,
        "settle_seconds": rung.settle_seconds,
        "restorable": rung.name in steps.CHANGES_CT,
        "reidentifies": rung.name == "reset_new_id",
    }


def _guards(entry, judged, rung, guarded, halted, given) -> list:
    # Nobody waits for a host that gave no evidence at all.
    passing = _PASSING if rung.name == "wait" and judged.get("reachable") is not False else ()
    found = [each for each in guarded.get(rung.name) or [] if each["reason"] not in passing]
    if rung.name == "escalate" and not found:
        found.append(refusal("escalate", "ladder", f"no rung is left for {entry['verdict']}"))
    known = {each["reason"] for each in found}
    finding = halted.get(entry["host"])
    if rung.side == "lpar" and finding and "fleet_cause" not in known:
        found.append(refusal("fleet_cause", f"fleet, {finding['code']}", finding["summary"]))
    # A refresh is the one thing that a cluster's owner can allow, for one host at a time.
    if rung.side == "lpar" and rung.in_cluster == ladder.APPROVED and judged.get("clustered") is not False:
        override = given.get("cluster_override") or {}
        if not (override.get("host") and override.get("ticket")):
            detail = "member of a cluster" if judged.get("clustered") else "not known whether it is a member of a cluster"
            found.append(refusal("cluster_approval_needed", "cluster census", detail))
    return found


def _nobody_to_ask(entry, rung, survey) -> list:
    """Whether a change helped is for an HMC to say, and one may show by now that there is nothing to repair."""
    if rung.side == "none" or entry["hmcs"]:
        return []
    silent = sorted(name for name, result in (survey.get("hmcs") or {}).items() if ((result.get("hmc") or {}).get("outcome") or "ok") != "ok")
    detail = f"no answer from {', '.join(silent)}" if silent else "none that was asked lists this partition" if survey.get("hmcs") else "none was asked"
    return [refusal("incomplete_evidence", "HMCs", detail)]


def _refused(entry: dict, refused: list) -> dict:
    return dict(entry, decision="refused", refused=refused or [
        {"reason": "no_rung", "evidence": [{"source": "ladder", "detail": f"no rung fits {entry['verdict']}"}], "next_step": "Send the request to the owner."}
    ])


def _share(entries: list) -> None:
    """A rebuild of a system on an HMC serves all of its partitions: the first one runs it, the others follow it."""
    leaders = {}
    for entry in sorted(entries, key=lambda each: (each["kind"] == "vios", each["host"])):
        if entry["decision"] != "candidate" or entry["rung"] != "hmc_rebuild":
            continue
        own = []
        for step in entry["steps"]:
            leader = leaders.setdefault((step["host"], step["options"]["system"]), entry["host"])
            if leader == entry["host"]:
                own.append(step)
            else:
                entry["shares"] = leader
        entry["steps"] = own


def _one_vios_of_each(entries: list) -> list:
    """Of the VIOS of one machine one a run: the others carry the disks and networks meanwhile, and must be seen to be well before their turn."""
    taken, found = {}, {}
    for entry in sorted(entries, key=lambda each: (each.get("number", 0), each["host"])):
        if entry["decision"] == "candidate" and entry["kind"] == "vios" and entry["side"] == "lpar":
            first = taken.setdefault(entry["machine"], entry["host"])
            if first != entry["host"]:
                found[entry["host"]] = _refused(entry, [refusal("vios_partner", "plan", f"{first} of the same machine is repaired in this run")])
    return [found.get(entry["host"], entry) for entry in entries]
