# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the acceptance test. Both ends agree that the connection is up, and on the memory of the partition."""

from __future__ import annotations

import re

from .._diagnosis import diagnose

_ONLINE = re.compile(r"^Online Memory\s*:\s*(\d+)\s*MB", re.MULTILINE)
_SIZE = re.compile(r"^size\s+(\d+)\s", re.MULTILINE)
# What a partition shows by itself, whatever an HMC that does not answer would say.
_OWN_FAULTS = ("RSCT_DOWN", "REMOTE_DISABLED", "DRM_DOWN", "KEYS_DAMAGED", "NODE_ID_INCONSISTENT")


def targets(report: dict, hosts: list) -> dict:
    """HMC -> the partitions that it must show as active."""
    found = {}
    wanted = set(hosts)
    for judged in report["hosts"]:
        if judged["host"] not in wanted or not judged["machine"] or judged["lpar_id"] is None:
            continue
        for hmc, state in judged["hmc_states"].items():
            if state.get("rmc_state") is not None:
                partition = {"machine": judged["machine"], "lpar_id": judged["lpar_id"], "name": judged["lpar_name"] or judged["host"]}
                found.setdefault(hmc, []).append(partition)
    return found


def identities(report: dict, hosts: list) -> dict:
    """host -> the partition that it is."""
    wanted = set(hosts)
    return {
        judged["host"]: {"machine": judged["machine"], "lpar_id": judged["lpar_id"]}
        for judged in report["hosts"] if judged["host"] in wanted and judged["machine"] and judged["lpar_id"] is not None
    }


def identify(survey: dict, known: dict) -> None:
    """A host that can no longer say which partition it is: what its HMCs show counts nevertheless."""
    for name, identity in known.items():
        entry = survey["hosts"].get(name)
        if entry and not entry.get("expected"):
            entry["expected"] = identity


def judge(survey: dict, hosts: list, waits: dict, memory: dict | None) -> dict:
    """host -> {connected, accepted, seen_down, verdict, summary, checks}. waits: HMC -> result of hmc_rmc_wait. memory: host -> output, None: not asked."""
    report = diagnose(survey)
    judged = {entry["host"]: entry for entry in report["hosts"]}
    found = {}
    for name in hosts:
        entry = judged.get(name)
        if entry is None:
            found[name] = _result([_check("evidence", None, "no evidence")], False, "UNDETERMINED", "no evidence")
            continue
        first = entry["findings"][0] if entry["findings"] else {}
        checks = _connections(entry, waits)
        checks.append(_check("diagnosis", entry["verdict"] == "HEALTHY" or _only_untold(entry), entry["verdict"]))
        if memory is not None:
            checks.append(_memory(entry, memory.get(name) or "", survey))
        found[name] = _result(checks, _seen_down(entry), entry["verdict"], first.get("summary") or "")
    return found


def _check(what: str, passed: bool | None, detail: str) -> dict:
    return {"what": what, "passed": passed, "detail": detail}


def _result(checks: list, seen_down: bool, verdict: str, summary: str) -> dict:
    connected = all(check["passed"] for check in checks if check["what"] != "memory")
    accepted = all(check["passed"] for check in checks)
    return {"connected": connected, "accepted": accepted, "seen_down": seen_down, "verdict": verdict, "summary": summary, "checks": checks}


def _seen_down(entry: dict) -> bool:
    """Somebody who answered shows that it is down. A console that is down itself leaves its token lost too: that alone shows nothing."""
    if entry["verdict"] in _OWN_FAULTS:
        return True
    answered = [state for state in entry["hmc_states"].values() if state.get("rmc_state") is not None]
    return any(state["state"] in ("inactive", "no_caps") or (state["token"] or "I") != "I" for state in answered)


def _connections(entry: dict, waits: dict) -> list:
    checks = []
    for hmc, state in sorted(entry["hmc_states"].items()):
        if state.get("rmc_state") is None:
            continue
        caps = ",".join("?" if cap is None else str(cap) for cap in state["dlpar"])
        waited = _waited(waits.get(hmc) or {}, entry)
        # What an HMC cannot tell is no 0.
        passed = state["rmc_state"] == "active" and set(state["dlpar"]) <= {1, None} and waited in (None, "active", "would_wait")
        late = f", after the wait {waited}" if waited not in (None, "active") else ""
        checks.append(_check(f"HMC {hmc}", passed, f"{state['rmc_state']}, DLPAR {caps}{late}"))
        # In-band records have no line of their own; the diagnosis below speaks for them.
        if state.get("token") is not None:
            checks.append(_check(f"rmcdomainstatus for {hmc}", state["token"] == "I", state["token"]))
    return checks or [_check("HMC", None, "no HMC knows this partition")]


def _only_untold(entry: dict) -> bool:
    """Both ends are connected, and the judgement is open because an HMC does not tell the DLPAR capabilities. Nothing is to be put back."""
    states = entry["hmc_states"].values()
    connected = all(state.get("rmc_state") == "active" and state["token"] == "I" for state in states)
    return entry["verdict"] == "UNDETERMINED" and connected and any(None in state["dlpar"] for state in states)


def _waited(result: dict, entry: dict) -> str | None:
    for partition in result.get("partitions") or []:
        if (partition["machine"], partition["lpar_id"]) == (entry["machine"], entry["lpar_id"]):
            return partition["outcome"]
    return None


def _memory(entry: dict, output: str, survey: dict) -> dict:
    online, size = _number(_ONLINE, output), _number(_SIZE, output)
    of_hmcs = {}
    for name in entry["hmc_states"]:
        for row in ((survey["hmcs"].get(name) or {}).get("partitions")) or []:
            if (row.get("machine"), row.get("lpar_id")) == (entry["machine"], entry["lpar_id"]) and row.get("mem"):
                of_hmcs[name] = row["mem"]
    told = [f"lparstat {_mb(online)}", f"mem0 {_mb(size)}"] + [f"{name} {_mb(mem.get('curr'))}" for name, mem in sorted(of_hmcs.items())]
    values = {online, size, *(mem.get(key) for mem in of_hmcs.values() for key in ("curr", "run"))}
    if None in values or not of_hmcs:
        return _check("memory", None, "could not be compared: " + ", ".join(told))
    return _check("memory", len(values) == 1, ", ".join(told))


def _number(pattern, text: str) -> int | None:
    found = pattern.search(text)
    return int(found.group(1)) if found else None


def _mb(value) -> str:
    return "?" if value is None else f"{value} MB"
