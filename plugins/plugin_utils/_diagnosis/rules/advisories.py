# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection. Advisories and flags: worth knowing, never the verdict."""

from __future__ import annotations

from .. import gaps
from ..finding import CERTAIN, LIKELY, NOTE, WARNING, Finding, hmcs, line
from ..reading import moment


def _flag(code, summary, evidence, confidence=CERTAIN, severity=NOTE, text=""):
    return Finding(code, summary, evidence, text, severity=severity, confidence=confidence, rungs=(), decides=False, owner="")


def mcp_residue(case):
    links = [link for link in case.links if link.residue and link.record]
    if not links or not any(link.token == "I" for link in case.links):
        return None
    told = [
        line("lsrsrc IBM.MCP on %s" % case.name, "HMCName %s, NodeID 0x%s, address %s" % (
            link.record.hmc_name or "empty", link.record.node_id or "?", ", ".join(link.record.addresses) or "none"))
        for link in links
    ]
    good = {link.record.hmc_name for link in case.links if link.record and not link.residue}
    # An HMC that was installed anew: its name selects the good record too.
    by = "by NodeID, for a good record has the same HMCName" if any(link.record.hmc_name in good for link in links) else "by HMCName"
    return _flag("MCP_RESIDUE", "IBM.MCP still has a record of the retired %s beside a good one." % hmcs(links), told + case.token_lines(links),
                 LIKELY, text="No fault. If that HMC is not retired, add it to the group hmcs. Removal only with approval: one record, %s "
                              "(rmrsrc), saved first." % by)


def configrm_noise(case):
    lpar = case.lpar
    if lpar is None or lpar.filesets is None or not lpar.on_file("IBM.ConfigRM") or lpar.active("IBM.ConfigRM"):
        return None
    if any(name.startswith("rsct.basic") for name in lpar.filesets):
        return None
    return _flag("CONFIGRM_NOISE", "IBM.ConfigRM cannot run without rsct.basic.rte and fills errpt (IJ32439); harmless here.",
                 [line("lssrc -a on %s" % case.name, "IBM.ConfigRM inoperative"), line("lslpp on %s" % case.name, "rsct.basic.rte not installed")])


def clustered(case):
    lpar = case.lpar
    if lpar is None or lpar.cluster_member is not True or _offline(lpar):
        return None
    return _flag("CLUSTERED", "member of a cluster: no start, recycle, targeted repair or reset here; refresh only with explicit approval.",
                 lpar.cluster_evidence)


def clustered_offline(case):
    lpar = case.lpar
    if lpar is None or lpar.cluster_member is not True or not _offline(lpar):
        return None
    return _flag("CLUSTERED_OFFLINE", "member of a cluster that is offline here: recfgct's own guard does not protect it. Nothing disruptive.",
                 lpar.cluster_evidence, severity=WARNING)


def _offline(lpar) -> bool:
    if lpar.cluster_online is not None:
        return not lpar.cluster_online
    told = " ".join(entry["detail"].lower() for entry in lpar.cluster_evidence)
    return "offline" in told and "online" not in told


def in_band(case):
    lpar = case.lpar
    if lpar is None or lpar.in_band != "active":
        return None
    hmcs = ", ".join(str(name) for name in (lpar.raw.get("in_band") or {}).get("hmcs") or ())
    return _flag("IN_BAND", "RMC runs in-band through the hypervisor: port 657 and HMC addresses say nothing here.",
                 [line("lssrc -ls mcproxy on %s" % case.name, "active%s" % (", Hostname %s" % hmcs if hmcs else ""))])


def partial_hmc(case):
    missing = [gap for gap in case.gaps if gap.kind == gaps.HMC]
    if not missing:
        return None
    return _flag("PARTIAL_HMC", "not all managing HMCs answered: %s." % "; ".join(gap.text for gap in missing), [gap.evidence for gap in missing],
                 severity=WARNING)


def flapping(case):
    unstable = [link for link in case.links if link.token == "Z"]
    changes = _changes(case)
    if not unstable and changes < case.thresholds.flapping_transitions_per_hour:
        return None
    evidence = case.token_lines(unstable)
    if changes:
        evidence.append(line("earlier reports", "%d changes of state within an hour" % changes))
    return _flag("FLAPPING", "the connection goes up and down; often two hosts carry one node id.", evidence, LIKELY, WARNING)


def _changes(case) -> int:
    """Changes of this LPAR's states at the HMCs over the reports of the last hour, this run included."""
    if len(case.history) < 2:
        return 0
    now = case.estate.collected_at
    states = [{link.name: link.row.rmc_state for link in case.links if link.row}]
    for entry in case.history:
        then = moment(entry.get("collected_at"))
        if now is None or then is None or not 0 <= now - then <= 3600 or not isinstance(entry.get("hmc_states"), dict):
            continue
        states.append({name: value.get("rmc_state") for name, value in entry["hmc_states"].items() if isinstance(value, dict)})
    found = 0
    for newer, older in zip(states, states[1:]):
        if any(name in older and older[name] and newer[name] and older[name] != newer[name] for name in newer):
            found += 1
    return found
