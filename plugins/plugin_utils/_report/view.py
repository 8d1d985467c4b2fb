# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the one reading of a report that every format shares.

A renderer never looks into the report itself: rows, groups, their order and what counts as a fault are decided here, once.
"""

from __future__ import annotations

import re

from .codes import EXPECTED, STATES, UNREAD, state_of
from .text import one_line

# The reason that stands where a cause has no rung at all: its next step is a request, which nothing forbids.
_NO_RUNG = "no_rung"
# Stands for the name of each LPAR in a text that holds for several.
_EACH = "<LPAR>"
# How a connection stands by the judgement, and how it is drawn; what is not here was not read.
_STANDS = {"active": "up", "no_caps": "half", "busy": "unsure", "inactive": "down", "off": "off"}
# Names of one gap that are told one by one.
_MOST_NAMES = 4


def partition_key(machine, lpar_id, name) -> str:
    """What names a partition across runs: machine and LPAR id, the inventory name only where these are not known."""
    if machine and lpar_id is not None:
        return f"{machine}/{lpar_id}"
    return f"host/{name}"


def build(report: dict) -> dict:
    """Rows, groups, gaps and totals of a report, in the order in which they are to be read."""
    systems = _system_names(report)
    rows = [_row(host, systems, True) for host in report.get("hosts") or []]
    rows += [_row(partition, systems, False) for partition in report.get("partitions_not_in_inventory") or []]
    rows.sort(key=_row_order)
    groups = _groups(rows, report.get("fleet_findings") or [])
    return {
        "generated_at": report.get("generated_at") or "",
        "complete": bool(report.get("complete")),
        "hmcs": [_hmc(hmc) for hmc in report.get("hmcs") or []],
        "gaps": _gaps(report, rows),
        "totals": _totals(report),
        "states": {state: sum(1 for row in rows if row["in_inventory"] and row["state"] == state) for state in STATES},
        "rows": rows,
        "groups": groups,
        "changes": report.get("changes") or {},
        "not_in_inventory": [row for row in rows if not row["in_inventory"]],
    }


def _system_names(report: dict) -> dict:
    names = {}
    for hmc in report.get("hmcs") or []:
        for system in hmc.get("systems") or []:
            # A disconnected system is named by an address on that HMC only: a real name from the other HMC wins.
            known = names.get(system.get("machine"))
            if known is None or system.get("outcome") == "ok":
                names[system.get("machine")] = one_line(system.get("name"))
    return names


def _row(source: dict, systems: dict, in_inventory: bool) -> dict:
    findings = source.get("findings") or []
    first = findings[0] if findings else {}
    code = source.get("verdict") or "UNDETERMINED"
    remedy = first.get("remedy") or {}
    host = source.get("host") or ""
    name = source.get("lpar_name") or source.get("name") or host
    machine = source.get("machine")
    lpar_id = source.get("lpar_id")
    history = source.get("history") or {}
    return {
        "key": partition_key(machine, lpar_id, host or name),
        "host": one_line(host),
        "lpar_name": one_line(name),
        "label": one_line(host or name),
        "machine": one_line(machine),
        "system": systems.get(machine) or one_line(source.get("system")),
        "lpar_id": lpar_id,
        "kind": one_line(source.get("kind") or source.get("environment")),
        "code": code,
        "state": state_of(code, first.get("severity")),
        "confidence": source.get("confidence") or first.get("confidence") or "",
        "summary": one_line(first.get("summary")),
        "next": one_line(remedy.get("text")),
        "rung": source.get("next_rung") or remedy.get("rung") or "",
        "role": remedy.get("role") or "",
        "owner": remedy.get("owner") or "",
        "blocked_by": _blocked(source.get("next_rung") or remedy.get("rung"), source.get("blocked_by") or first.get("blocked_by")),
        "refusals": [refusal for refusal in source.get("refusals") or [] if refusal.get("reason") != _NO_RUNG],
        "flags": [one_line(flag) for flag in source.get("flags") or []],
        "clustered": source.get("clustered"),
        "hmc_states": dict(sorted((source.get("hmc_states") or {}).items())),
        "findings": findings,
        "unread": [one_line(item) for item in source.get("unread") or []],
        "since": history.get("since"),
        "last_known": history.get("last_known"),
        "flapping": bool(history.get("flapping")) or "FLAPPING" in (source.get("flags") or []),
        "in_inventory": in_inventory,
        "maybe_host": one_line(source.get("maybe_host")),
        "group": None,
    }


def _blocked(rung, reasons) -> list:
    """What forbids the next step; where that is to wait or to ask somebody, there is nothing to forbid."""
    if rung in (None, "", "wait", "escalate"):
        return []
    return [one_line(reason) for reason in reasons or [] if reason != _NO_RUNG]


def connection(code: str, link: dict) -> str:
    """How the connection of a partition with this verdict stands at one HMC: up, half (no DLPAR), unsure, down, off (not expected) or nothing (not read)."""
    said = link.get("rmc_state") or "unread"
    state = link.get("state") or (said if said in ("active", "busy", "unread") else "inactive")
    caps = link.get("dlpar") or []
    if state == "active" and 0 in caps:
        return "half"
    # An HMC that could not say: it counts as capable where the judgement found it so, by the raw view.
    if state == "active" and code != "HEALTHY" and not (caps and all(caps)):
        return "unsure"
    if state in ("inactive", "busy") and state_of(code) == EXPECTED:
        return "off"
    return _STANDS.get(state, "nothing")


def _down_everywhere(row: dict) -> bool:
    states = [value.get("rmc_state") for value in row["hmc_states"].values()]
    return bool(states) and not any(state == "active" for state in states)


def _row_order(row: dict) -> tuple:
    vios = row["kind"] in ("vios", "vioserver")
    return (STATES.index(row["state"]), not _down_everywhere(row), not vios, row["code"], not row["in_inventory"], row["label"], row["key"])


def members(finding: dict) -> list:
    """Names and keys by which a fleet finding names its partitions."""
    names = []
    for member in finding.get("members") or finding.get("hosts") or []:
        if isinstance(member, dict):
            name = member.get("host") or member.get("lpar_name") or member.get("name")
            names.append(partition_key(member.get("machine"), member.get("lpar_id"), name))
            names.append(f"host/{member['host']}" if member.get("host") else "")
        else:
            names.append(f"host/{member}")
    return [name for name in names if name]


def _groups(rows: list, fleet_findings: list) -> list:
    by_name = {}
    for row in rows:
        by_name[row["key"]] = row
        if row["host"]:
            by_name[f"host/{row['host']}"] = row
    groups = []
    for finding in fleet_findings:
        group = _group(finding, True)
        for name in members(finding):
            row = by_name.get(name)
            if row is None or row in group["rows"]:
                continue
            group["rows"].append(row)
            # A member judged by a cause of its own belongs there, and stays named here.
            if row["group"] is None and row["code"] == group["code"]:
                row["group"] = group
        groups.append(group)
    alone = {}
    for row in rows:
        if row["group"] is None and row["in_inventory"]:
            alone.setdefault((row["code"], row["state"]), []).append(row)
    for (code, state), its_rows in alone.items():
        finding = its_rows[0]["findings"][0] if its_rows[0]["findings"] else {}
        group = {**_group(finding, False), "code": code, "state": state, "rows": its_rows}
        for row in its_rows:
            row["group"] = group
        groups.append(group)
    groups.sort(key=lambda group: (STATES.index(group["state"]), not group["fleet"], -len(group["rows"]), group["code"], group["summary"]))
    for group in groups:
        group["pieces"] = [_piece(group, group["rows"])] if group["fleet"] else _alike(group["rows"])
    numbers = {id(group): number for number, group in enumerate(groups)}
    for row in rows:
        row["group"] = numbers.get(id(row["group"]))
    return groups


def _alike(rows: list) -> list:
    """Rows that say the same thing, but for their own name, are told in one piece."""
    pieces = {}
    for row in rows:
        own_name = re.compile(rf"(?<![\w.-]){re.escape(row['label'])}(?![\w-])")
        said = (own_name.sub(_EACH, row["summary"]), own_name.sub(_EACH, row["next"]), row["rung"], tuple(row["blocked_by"]))
        pieces.setdefault(said, []).append(row)
    return [
        _piece(its_rows[0] if len(its_rows) == 1 else {"summary": said[0], "next": said[1], "rung": said[2], "blocked_by": list(said[3])}, its_rows)
        for said, its_rows in pieces.items()
    ]


def _piece(said: dict, rows: list) -> dict:
    return {"rows": rows, **{key: said[key] for key in ("summary", "next", "rung", "blocked_by")}}


def _group(finding: dict, fleet: bool) -> dict:
    remedy = finding.get("remedy") or {}
    code = finding.get("code") or "UNKNOWN"
    return {
        "code": code,
        "state": state_of(code, finding.get("severity")),
        "fleet": fleet,
        "confidence": finding.get("confidence") or "",
        "summary": one_line(finding.get("summary")),
        "next": one_line(remedy.get("text")),
        "rung": remedy.get("rung") or "",
        "role": remedy.get("role") or "",
        "blocked_by": _blocked(remedy.get("rung"), finding.get("blocked_by")),
        "evidence": finding.get("evidence") or [],
        "rows": [],
    }


def hmc_name(hmc: dict) -> str:
    return one_line(hmc.get("host") or hmc.get("name"))


def _hmc(hmc: dict) -> dict:
    return {
        "name": hmc_name(hmc),
        "outcome": hmc.get("outcome") or "ok",
        "message": one_line(hmc.get("message")),
        "version": one_line(hmc.get("version")),
        "model": one_line(hmc.get("model")),
        "serial": one_line(hmc.get("serial")),
        "addresses": [one_line(address) for address in hmc.get("addresses") or []],
        "systems": [
            {
                "name": one_line(system.get("name")),
                "machine": one_line(system.get("machine")),
                "state": one_line(system.get("state")),
                "outcome": system.get("outcome") or "ok",
                "message": one_line(system.get("message")),
            }
            for system in hmc.get("systems") or []
        ],
    }


def _gaps(report: dict, rows: list) -> list:
    """What could not be read: consoles first, then systems, then partitions."""
    gaps = []
    for hmc in map(_hmc, report.get("hmcs") or []):
        if hmc["outcome"] != "ok":
            gaps.append({"kind": "HMC", "name": hmc["name"], "why": hmc["message"] or hmc["outcome"]})
        for system in hmc["systems"]:
            if system["outcome"] != "ok":
                why = ": ".join(part for part in (system["state"], system["message"]) if part)
                gaps.append({"kind": "system", "name": f"{system['name'] or system['machine']} on {hmc['name']}", "why": why or system["outcome"]})
    return gaps + _lpar_gaps(rows)


def _lpar_gaps(rows: list) -> list:
    """One line a reason, not one a partition: a silent HMC leaves a gap at each of its partitions."""
    by_reason = {}
    for row in rows:
        if row["in_inventory"] and (row["state"] == UNREAD or row["unread"]):
            by_reason.setdefault("; ".join(row["unread"]) or row["summary"] or row["code"], []).append(row)
    gaps = []
    for why, its_rows in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[1][0]["label"])):
        labels = [row["label"] for row in its_rows]
        more = f" and {len(labels) - _MOST_NAMES} more" if len(labels) > _MOST_NAMES else ""
        said = {_own_message(row) for row in its_rows}
        # What tells one host from another is told of one only, what all of them say is told of all.
        if len(said) == 1:
            message = said.pop()
            why = f"{why}: {message}" if message and message not in why else why
        gaps.append({"kind": "LPAR", "name": ", ".join(labels[:_MOST_NAMES]) + more, "why": why})
    return gaps


def _own_message(row: dict) -> str:
    """What came instead of the evidence of a host."""
    lines = (line for finding in row["findings"] for line in finding.get("evidence") or [])
    return next((one_line(line.get("detail")) for line in lines if line.get("source") == row["label"]), "")


def _totals(report: dict) -> list:
    totals = report.get("totals") or {}
    return sorted(totals.items(), key=lambda item: (STATES.index(state_of(item[0])), -item[1], item[0]))
