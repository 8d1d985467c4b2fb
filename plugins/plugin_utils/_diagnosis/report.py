# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: judged LPARs -> the report (schema 1). Its order depends on nothing but names."""

from __future__ import annotations

from . import gaps, guards, ladder, twins
from .precedence import FLAGS
from .reading import iso

SCHEMA = 1
# The survey explains why such a partition could not be asked: it does not make the picture incomplete.
_EXPLAINED = ("NOT_RUNNING", "OUT_OF_SCOPE")


def build(estate, cases, fleet_findings) -> dict:
    """The whole report, as _report/schema_v1.json describes it."""
    hosts = [_host(case) for case in sorted((case for case in cases if case.in_inventory), key=lambda case: case.name)]
    others = [_partition(case) for case in sorted((case for case in cases if not case.in_inventory), key=lambda case: case.key)]
    totals = {}
    for host in hosts:
        totals[host["verdict"]] = totals.get(host["verdict"], 0) + 1
    return {
        "schema": SCHEMA,
        "generated_at": iso(estate.collected_at) if estate.collected_at is not None else None,
        "complete": _complete(estate, cases),
        "hmcs": [_hmc(hmc) for hmc in estate.hmcs],
        "totals": dict(sorted(totals.items())),
        "fleet_findings": fleet_findings,
        "hosts": hosts,
        "partitions_not_in_inventory": others,
    }


def _complete(estate, cases) -> bool:
    if not estate.hmcs or estate.silent:
        return False
    if any(system.disconnected() or system.unread() for hmc in estate.hmcs for system in hmc.systems.values()):
        return False
    return not any(case.in_inventory and _incomplete(case) for case in cases)


def _incomplete(case) -> bool:
    verdict = case.findings[0].code
    if verdict == "UNDETERMINED" or (case.lpar is None and verdict not in _EXPLAINED):
        return True
    return any(gap.kind in (gaps.PART, gaps.SIDE, gaps.HMC) for gap in case.gaps + case.side_gaps())


def _hmc(hmc) -> dict:
    return {
        "host": hmc.name,
        "name": hmc.host_name or hmc.name,
        "outcome": hmc.outcome,
        "message": hmc.message,
        "version": hmc.version,
        "model": hmc.model,
        "serial": hmc.serial,
        "addresses": hmc.addresses,
        "clock_offset_seconds": hmc.clock_offset,
        "systems": [
            {"name": system.name, "machine": system.machine, "state": system.state, "outcome": system.outcome, "message": system.message}
            for system in sorted(hmc.systems.values(), key=lambda system: (system.machine, system.name))
        ],
        "partitions": len(hmc.rows),
    }


def _judged(case) -> dict:
    first = case.findings[0]
    rungs = ladder.fitting(first)
    return {
        "machine": case.machine or None,
        "lpar_id": case.lpar_id,
        "lpar_name": case.lpar_name() or None,
        "kind": case.kind(),
        "state": next((row.state for row in case.rows() if row.state), None),
        "verdict": first.code,
        "confidence": first.confidence,
        "findings": [finding_entry(finding) for finding in case.findings],
        # Backwards, so that of two of one name the HMC of the survey stays.
        "hmc_states": {link.name: _hmc_state(link) for link in reversed(case.managing())},
        "next_rung": rungs[0] if rungs else None,
        "blocked_by": first.blocked_by,
        "refusals": first.refusals,
        "flags": [finding.code for finding in case.findings if finding.code in FLAGS],
    }


def _host(case) -> dict:
    lpar = case.lpar
    return {
        "host": case.name,
        **_judged(case),
        "reachable": lpar is not None or not case.unreachable,
        "unread": [gap.text for gap in case.gaps + case.side_gaps() if gap.kind != gaps.LPAR or case.findings[0].code not in _EXPLAINED],
        "clustered": lpar.cluster_member if lpar else None,
        "os_level": (lpar.os_level if lpar else "") or next((row.os_version for row in case.rows() if row.os_version), None),
        "rsct_level": lpar.level("rsct.core.rmc") or None if lpar else None,
        # Kept as the identity is where it could not be read: a twin of it would be forgotten otherwise.
        "node_id": (lpar.node_id if lpar else "") or twins.last_known_id(case) or None,
        "collected_at": iso(lpar.collected_at if lpar and lpar.collected_at is not None else case.estate.collected_at)
        if (lpar and lpar.collected_at is not None) or case.estate.collected_at is not None else None,
    }


def _partition(case) -> dict:
    row = case.rows()[0]
    return {
        "machine": case.machine,
        "system": row.system,
        "lpar_id": case.lpar_id,
        "name": row.name,
        "environment": row.environment,
        "os_version": row.os_version,
        **_judged(case),
    }


def _hmc_state(link) -> dict:
    row = link.row
    return {
        "rmc_state": row.rmc_state if row else None,
        "rmc_ipaddr": row.address if row else None,
        "dlpar": list(row.caps) if row else [None, None, None],
        "state": link.state,
        "token": link.token,
        "queue": link.queue or None,
        "tcp": link.tcp() or None,
    }


def finding_entry(finding) -> dict:
    entry = {
        "code": finding.code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "summary": finding.summary,
        "evidence": finding.evidence,
        "remedy": ladder.remedy(finding),
        "blocked_by": finding.blocked_by,
    }
    if finding.flows:
        entry["flows"] = list(finding.flows)
    return entry


def refuse(case) -> None:
    """Let the guards speak on every finding that could lead to a change."""
    for finding in case.findings:
        finding.refusals = guards.refusals(case, finding)
        finding.blocked_by = [refusal["reason"] for refusal in finding.refusals]
