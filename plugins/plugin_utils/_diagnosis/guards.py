# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what forbids a rung on an LPAR, each reason with its evidence.

The modules that change a host check what they can see there once more by themselves; these guards see both sides and the fleet.
"""

from __future__ import annotations

from . import gaps, ladder, symptoms
from .finding import line

_NETWORK = (
    "NETWORK_SEGMENT", "NETWORK_TCP_BLOCKED", "NETWORK_UDP_BLOCKED", "LOCAL_FILTER", "MTU_MISMATCH", "MULTI_HOMED", "MGMT_IF_LOST",
)
# Nothing is to be repaired, so nothing is to be forbidden.
_NO_REPAIR = ("HEALTHY", "NOT_RUNNING", "OUT_OF_SCOPE", "CO_MANAGED")


def _cluster_member(case, finding, rung):
    member = case.lpar.cluster_member if case.lpar else None
    # For rungs on the HMC and for waiting a cluster is no obstacle.
    if rung is None or rung.in_cluster not in (ladder.NEVER, ladder.REPORT) or member is False or case.lpar is None:
        return None
    if member is None:
        return "cluster_unknown", case.lpar.cluster_evidence or [line("cluster census on %s" % case.name, "could not be made")]
    return "cluster_member", case.lpar.cluster_evidence


def _wrong_host(case, finding, rung):
    found = next((other for other in case.findings if other.code == "WRONG_HOST"), None)
    return ("wrong_host", found.evidence) if found else None


def _fleet_cause(case, finding, rung):
    if rung and rung.side != "lpar":
        return None
    fleet = case.fleet
    if fleet.wide or fleet.segments:
        outage = (fleet.wide + fleet.segments)[0]
        where = "HMC %s%s" % (outage.hmc, ", subnet " + outage.subnet if outage.subnet else "")
        return "fleet_cause", [line("fleet", "%d of %d partitions of %s are inactive together" % (len(outage.members), outage.running, where))]
    if fleet.system_outage:
        return "fleet_cause", [line("fleet", "all partitions of %s are inactive on HMC %s: look at the service processor link first" % (
            fleet.system_outage[0], ", ".join(fleet.system_outage[1])))]
    found = next((other for other in case.findings if other.code == "SYSTEM_NOT_CONNECTED"), None)
    return ("fleet_cause", found.evidence) if found else None


def _network_cause(case, finding, rung):
    """A network that does not work is to be mended first: nothing is tried on RSCT meanwhile."""
    if rung and rung.side != "lpar":
        return None
    # Somebody who sends to the port of rmcd keeps nobody else's packets from it.
    found = finding if finding.code == "PORT_CONFLICT" else next((other for other in case.findings if other.code in _NETWORK and other.decides), None)
    if found and (finding is found or not _other_way(case, found.links)):
        return "network_cause", found.evidence
    tested = [link for link in case.managing() if link.tcp()]
    if case.lpar and tested and all(link.tcp() in ("timeout", "unreachable") for link in tested) and not case.in_band():
        return "network_cause", case.path_lines(tested)
    return None


def _other_way(case, links) -> bool:
    return any(link not in links and (link.tcp() == "open" or link.token == "I") for link in case.managing())


def _active_elsewhere(case, finding, rung):
    if rung is None or not rung.disruptive:
        return None
    # Two hosts with one node id take turns in being active; and to correct the one wrong record leaves the other connection alone.
    if finding.code == "NODE_ID_DUPLICATE" or (finding.code == "MCP_STALE" and rung.name == "targeted"):
        return None
    working = symptoms.works_elsewhere(case, finding.links)
    return ("active_elsewhere", case.hmc_lines(working)) if working else None


def _activity_in_progress(case, finding, rung):
    busy = case.lpar.busy_with() if case.lpar else []
    if any(row.state.lower().startswith("migrating") for row in case.rows()):
        busy = sorted(set(busy) | {"lpm"})
    return ("activity_in_progress", [line("ps, errpt on %s" % case.name, "in progress: %s" % ", ".join(busy))]) if busy else None


def _recently_booted(case, finding, rung):
    reason = symptoms.booting(case)
    return ("recently_booted", [line("uptime of %s" % case.name, reason)]) if reason else None


def _suspended(case, finding, rung):
    reason = symptoms.suspended(case)
    return ("suspended", [line("runact IBM.MCP GetNodeState on %s" % case.name, reason)]) if reason else None


def _vios_partner(case, finding, rung):
    """One VIOS of a pair at a time, and only while the other one is connected."""
    if rung is None or rung.side != "lpar" or case.kind() != "vios":
        return None
    down = {}
    up = set()
    for system in case.estate.systems.get(case.machine, ()):
        for row in system.hmc.rows.values():
            if row.machine == case.machine and row.key != case.key and row.environment == "vioserver":
                if row.running() and row.rmc_state == "active":
                    up.add(row.key)
                else:
                    down[row.key] = row
    if up or not down:
        return None
    return "vios_partner", [line("lssyscfg on HMC %s" % row.hmc.name, row.describe()) for row in down.values()]


def _unknown_cause(case, finding, rung):
    return ("unknown_cause", finding.evidence) if finding.code == "UNKNOWN" else None


def _incomplete_evidence(case, finding, rung):
    if rung and rung.side == "hmc":
        return None
    missing = [gap.evidence for gap in case.gaps if gap.kind in (gaps.LPAR, gaps.PART) or finding.code == "UNDETERMINED"]
    if rung and rung.disruptive:
        # An HMC that did not answer may be the one on which the LPAR is active.
        missing = [gap.evidence for gap in case.gaps]
    if case.lpar and rung and rung.side == "lpar":
        if case.lpar.uptime is None:
            missing.append(line("ps on %s" % case.name, "uptime not known"))
        unknown = sorted(kind for kind in ("dlpar", "lpm", "lku", "installp") if case.lpar.activity.get(kind) is None)
        if unknown:
            missing.append(line("ps, errpt on %s" % case.name, "not known whether in progress: %s" % ", ".join(unknown)))
    return ("incomplete_evidence", missing) if missing else None


def _no_rung(case, finding, rung):
    owner = " It is for the owner: %s." % finding.owner if finding.owner else ""
    return ("no_rung", [line("ladder", "no rung fits %s.%s" % (finding.code, owner))]) if rung is None else None


_GUARDS = (
    _wrong_host, _cluster_member, _fleet_cause, _network_cause, _active_elsewhere, _activity_in_progress, _recently_booted, _suspended, _vios_partner,
    _unknown_cause, _incomplete_evidence, _no_rung,
)

NEXT_STEP = {
    "cluster_member": "The cluster's owner decides; there is no way around this guard for recycle, targeted repairs and resets.",
    "cluster_unknown": "Make the failing cluster check answer. Until then the host counts as a member.",
    "wrong_host": "Correct the address of the host.",
    "fleet_cause": "Remove the common cause first.",
    "network_cause": "Have the network repaired first.",
    "active_elsewhere": "The LPAR works through another HMC: nothing disruptive for this one's sake.",
    "activity_in_progress": "Wait for its end, then diagnose again.",
    "recently_booted": "Wait until the host is up for 15 min, then diagnose again.",
    "suspended": "Lift the suspension first; while a live kernel update runs, wait.",
    "vios_partner": "Repair the partner VIOS first; one VIOS of a pair at a time.",
    "unknown_cause": "Collect evidence and open a case.",
    "incomplete_evidence": "Collect the missing evidence, then diagnose again.",
    "no_rung": "Send the request to the owner.",
}
REASONS = tuple(NEXT_STEP)


def refusals(case, finding) -> list:
    """What forbids the next rung of this finding: [{reason, evidence, next_step}]."""
    if finding.code in _NO_REPAIR or not finding.decides:
        return []
    rungs = ladder.fitting(finding)
    return refusals_of_rung(case, finding, ladder.RUNGS[rungs[0]] if rungs else None)


def refusals_of_rung(case, finding, rung) -> list:
    """What forbids this rung; None stands for a finding without any."""
    found = []
    for guard in _GUARDS:
        told = guard(case, finding, rung)
        if told:
            reason, evidence = told
            found.append({"reason": reason, "evidence": evidence, "next_step": NEXT_STEP[reason]})
    return found
