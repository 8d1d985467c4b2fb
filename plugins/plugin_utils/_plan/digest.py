# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what of the evidence must not drift between approval and repair, and the id of a plan."""

from __future__ import annotations

import hashlib
import json


def of(value) -> str:
    """SHA-256 of a value; the order of keys does not matter."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode("utf-8")).hexdigest()


def evidence_digest(entry: dict, evidence: dict | None) -> str:
    """Of what decides: who it is, what is wrong, how it runs. Times, process ids and counters may change."""
    evidence = evidence or {}
    # Two hosts with one node id take turns in being connected: what shows of that is another one every time.
    restless = entry["verdict"] == "NODE_ID_DUPLICATE"
    states = sorted(entry["hmc_states"]) if restless else {
        name: {key: state.get(key) for key in ("rmc_state", "rmc_ipaddr", "dlpar", "state", "token")} for name, state in entry["hmc_states"].items()
    }
    return of(
        {
            "partition": [entry["machine"], entry["lpar_id"]],
            "verdict": entry["verdict"],
            "findings": [] if restless else sorted({finding["code"] for finding in entry["findings"]}),
            "hmc_states": states,
            "flags": sorted(entry.get("flags") or []),
            "clustered": entry.get("clustered"),
            "levels": [entry.get("os_level"), entry.get("rsct_level")],
            "node_id": evidence.get("node_id"),
            "subsystems": sorted([row.get("name"), row.get("status")] for row in evidence.get("subsystems") or [] if _of_rsct(row)),
            "listeners": evidence.get("listeners"),
            "control_points": sorted([record.get("hmc_name") or "", record.get("node_id") or ""] for record in evidence.get("control_points") or []),
            "keys": (evidence.get("security") or {}).get("keys"),
        }
    )


def _of_rsct(row: dict) -> bool:
    # Managers that start on demand come and go by themselves.
    return row.get("name") in ("ctrmc", "IBM.DRM", "IBM.MgmtDomainRM", "mcproxy")


def plan_id(hosts: list) -> str:
    """Of everything that would be done, to whom, and on which evidence: 12 hexadecimal digits."""
    keys = ("host", "machine", "lpar_id", "verdict", "rung", "steps", "commands", "evidence_digest")
    return of([{key: host.get(key) for key in keys} for host in hosts])[:12]
