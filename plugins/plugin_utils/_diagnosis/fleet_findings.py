# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the facts about many LPARs as findings of the report, one for each common cause."""

from __future__ import annotations

from .case import NOT_CONNECTED
from .finding import CERTAIN, FAULT, LIKELY, POSSIBLE, WARNING, Finding, line
from .report import finding_entry
from .rules.hmc_side import wide_confidence
from .rules.network import flows
from .rules.trust import id_line
from . import symptoms


def build(fleet) -> list:
    """All fleet findings, the widest cause first."""
    found = []
    for tell in (_silent_hmcs, _lost_systems, _wide, _segments, _system_outages, _pair_disagreement, _recycled, _twins, _levels, _co_managed, _hmc_clocks):
        found.extend(tell(fleet))
    return found


def _entry(finding, cases, **more) -> dict:
    members = {(case.name if case.in_inventory else "", case.key or ("", case.name)): case for case in cases}
    ordered = [members[key] for key in sorted(members, key=str)]
    return {**finding_entry(finding), "members": [_member(case) for case in ordered], **more}


def _member(case) -> dict:
    return {
        "host": case.name if case.in_inventory else None, "machine": case.machine or None, "lpar_id": case.lpar_id, "lpar_name": case.lpar_name() or None,
    }


def _count(cases) -> str:
    return "1 LPAR" if len(cases) == 1 else "%d LPARs" % len(cases)


def _silent_hmcs(fleet):
    for hmc in fleet.estate.silent:
        cases = [case for case in fleet.cases if any(link.hmc is hmc for link in case.links) or any(other is hmc for other in fleet.may_manage(case))]
        tokens = [link.token for case in cases for link in case.links if link.hmc is hmc and link.token]
        evidence = [line("HMC %s" % hmc.name, hmc.message or hmc.outcome)]
        if tokens:
            evidence.append(line("rmcdomainstatus on its LPARs", "%d of %d see it up" % (tokens.count("I"), len(tokens))))
        yield _entry(
            Finding("UNDETERMINED", "HMC %s did not answer: what it sees of %s is not known." % (hmc.name, _count(cases) if cases else "its partitions"),
                    evidence, "Log in to %s by hand (network, user, expired password, too many sessions), then diagnose again." % hmc.name, severity=WARNING,
                    owner="hmc", rungs=("wait",)), cases, hmcs=[hmc.name])


def _lost_systems(fleet):
    groups = {}
    for case in fleet.cases:
        for link in case.links:
            if link.state == NOT_CONNECTED:
                groups.setdefault((link.name, link.system.machine), []).append((case, link))
    for hmc in fleet.estate.hmcs:
        for system in sorted(hmc.systems.values(), key=lambda system: system.machine):
            if not system.disconnected():
                continue
            members = groups.get((hmc.name, system.machine), [])
            cases = [case for case, dummy in members]
            alive = all(symptoms.works_elsewhere(case, [link]) for case, link in members) and members
            yield _entry(
                Finding("SYSTEM_NOT_CONNECTED", "HMC %s has lost the managed system %s: %s behind it cannot be judged from there." % (
                    hmc.name, system.name or system.machine, _count(cases)),
                    [line("lssyscfg -r sys on HMC %s" % hmc.name, "%s is %s%s" % (
                        system.name or system.machine, system.state, ": " + system.message if system.message else ""))],
                    "HMC owner: lssysconn -r all, then the network between HMC and service processor. Nothing on the LPARs.",
                    severity=WARNING if alive else FAULT, owner="hmc", rungs=()), cases, hmcs=[hmc.name], machine=system.machine)


def _wide(fleet):
    for outage in fleet.outages:
        cases = [case for case, dummy in outage.members]
        evidence = [line("lssyscfg on HMC %s" % outage.hmc, "%d of %d running AIX and VIOS partitions inactive, %s" % (
            len(cases), outage.running, outage.reach()))]
        if outage.elsewhere:
            evidence.append(line("lssyscfg on the other HMC", "%d of them are active there" % outage.elsewhere))
        yield _entry(
            Finding("HMC_WIDE", "HMC %s lost %d of its %d running partitions, %s: the cause is %s, not on the LPARs." % (
                outage.hmc, len(cases), outage.running, outage.reach(), "there" if outage.hit > 1 else "there or on the way to it"), evidence,
                "HMC owner: lshmc -V, lshmc -n, firewall of the LAN adapter (RMC, 657 TCP and UDP; an upgrade may have closed it), a full /tmp, diagrmc "
                "without --autocorrect. Nothing on the LPARs.", severity=_shared_severity(outage), confidence=wide_confidence([outage]), owner="hmc",
                rungs=(), flows=_flows(outage.members)), cases, hmcs=[outage.hmc])


def _shared_severity(outage):
    return WARNING if outage.elsewhere == len(outage.members) else FAULT


def _flows(members) -> list:
    return [flow for case, link in members for flow in flows(case, [link])]


def _segments(fleet):
    """One finding a subnet, also where it lost both HMCs."""
    by_subnet = {}
    for outage in fleet.segments:
        by_subnet.setdefault(outage.subnet, []).append(outage)
    for subnet, outages in sorted(by_subnet.items()):
        hmcs = [outage.hmc for outage in outages]
        members = [member for outage in outages for member in outage.members]
        cases = list({id(case): case for case, dummy in members}.values())
        yield _entry(
            Finding("NETWORK_SEGMENT", "subnet %s: %s without a heartbeat to HMC %s, while other subnets work." % (subnet, _count(cases), ", ".join(hmcs)),
                    [line("lssyscfg on HMC %s" % outage.hmc, "%d of %d partitions of %s inactive" % (len(outage.members), outage.running, subnet))
                     for outage in outages],
                    "Network owner, one request: open TCP and UDP 657, both directions, between %s and HMC %s." % (subnet, ", ".join(hmcs)),
                    severity=WARNING if all(outage.elsewhere == len(outage.members) for outage in outages) else FAULT,
                    confidence=CERTAIN if any(case.lpar for case in cases) else LIKELY, owner="network", rungs=(), flows=_flows(members)),
            cases, hmcs=hmcs, subnet=subnet)


def _system_outages(fleet):
    for machine, hmcs, cases in fleet.systems:
        yield _entry(
            Finding("SYSTEM_NOT_CONNECTED", "all %d running partitions of %s are inactive on HMC %s, other machines work there." % (
                len(cases), machine, ", ".join(hmcs)), [line("lssyscfg", "%s: Operating, every running partition inactive" % machine)],
                "HMC owner: check the link to the service processor first (lssysconn -r all). Nothing on the LPARs before.", confidence=POSSIBLE, owner="hmc",
                rungs=()), cases, hmcs=hmcs, machine=machine)


def _pair_disagreement(fleet):
    groups = {}
    for case in fleet.cases:
        if case.findings and case.findings[0].code == "HMC_PATH":
            for link in case.findings[0].links:
                groups.setdefault(link.name, []).append(case)
    for hmc, cases in sorted(groups.items()):
        if len(cases) < 2:
            continue
        yield _entry(
            Finding("HMC_PATH", "%s inactive on HMC %s and working on the other HMC of the pair." % (_count(cases), hmc),
                    [line("lssyscfg on HMC %s" % hmc, "inactive: %s" % ", ".join(sorted(case.name for case in cases)))],
                    "HMC or network owner: the paths to HMC %s. Nothing disruptive on the LPARs." % hmc, severity=WARNING, confidence=LIKELY, owner="network",
                    rungs=()), cases, hmcs=[hmc])


def _recycled(fleet):
    groups = {}
    for case in fleet.cases:
        if not any(finding.code == "RECYCLED_IP" for finding in case.findings):
            continue
        for link in case.links:
            for row in symptoms.sharers(case, link):
                hmcs, others, cases = groups.setdefault(row.address, (set(), set(), []))
                hmcs.add(link.name)
                others.add("%s (id %s, %s)" % (row.name or "?", row.lpar_id, row.state))
                cases.append(case)
    for address, (hmcs, others, cases) in sorted(groups.items()):
        where, whose = ", ".join(sorted(hmcs)), ", ".join(sorted(others))
        yield _entry(
            Finding("RECYCLED_IP", "address %s is kept for more than one partition (HMC %s): %s." % (address, where, whose),
                    [line("HMC %s" % where, "%s belongs to %s too" % (address, other)) for other in sorted(others)],
                    "HMC owner: remove the dead partition or its address, then a rebuild.", owner="hmc", rungs=()), cases, hmcs=sorted(hmcs))


def _twins(fleet):
    for twins in fleet.twins:
        clones = [case.name for case in twins.clones]
        if twins.unread:
            which = "%s could not be read, which one is the clone cannot be told" % ", ".join(case.name for case in twins.unread)
        elif clones:
            which = ("the clone is %s" if len(clones) == 1 else "the clones are %s") % ", ".join(clones)
        else:
            which = "which one is the clone cannot be told"
        text = "New node id on the clone only (recfgct, approved by id). Never on both, never on the original."
        if len(twins.cases) > 2:
            text = "New node id on the clones only (recfgct, approved by id), one at a time. Never on the original."
        yield _entry(
            Finding("NODE_ID_DUPLICATE", "node id %s on %s: %s." % (twins.node_id, ", ".join(case.name for case in twins.cases), which),
                    [id_line(twins, case) for case in twins.cases]
                    + [line("IBM.MCP on %s" % case.name, sign) for case in twins.clones for sign in twins.signs(case)],
                    text, confidence=CERTAIN if twins.seen() else LIKELY, rungs=()),
            twins.cases, clone=clones[0] if len(clones) == 1 else None, clones=clones, node_id=twins.node_id)


def _levels(fleet):
    for level, cases, of_level, rest in fleet.levels:
        yield _entry(
            Finding("RSCT_BAD_LEVEL", "%d of %d hosts with rsct.core.rmc %s are down, of %d hosts with other levels nearly none." % (
                len(cases), of_level, level, rest), [line("lslpp", "rsct.core.rmc %s on %s" % (level, ", ".join(sorted(case.name for case in cases))))],
                "AIX owner: update wave for this level; ask IBM for its APARs.", confidence=POSSIBLE, rungs=()), cases, level=level)


def _co_managed(fleet):
    groups = {}
    for case in fleet.cases:
        if any(finding.code == "CO_MANAGED" for finding in case.findings):
            groups.setdefault(case.machine, []).append(case)
    for machine, cases in sorted(groups.items()):
        yield _entry(
            Finding("CO_MANAGED", "%s is managed by NovaLink too: %s served by its internal network." % (machine, _count(cases)),
                    [line("IBM.MCP", "up over fe80:: on %s" % ", ".join(sorted(case.name for case in cases)))],
                    "Expected: NovaLink's network does not serve the HMC.", severity="note", confidence=LIKELY, rungs=()), cases, machine=machine)


def _hmc_clocks(fleet):
    limit = fleet.thresholds.clock_skew_seconds
    for hmc in fleet.estate.answering:
        if hmc.clock_offset is None or abs(hmc.clock_offset) <= limit:
            continue
        skewed = [case for case in fleet.cases if any(finding.code == "CLOCK_SKEW" for finding in case.findings)]
        cases = [case for case in skewed if any(link.hmc is hmc for link in case.links)]
        yield _entry(
            Finding("CLOCK_SKEW", "the clock of HMC %s is %d s off the controller's." % (hmc.name, abs(hmc.clock_offset)),
                    [line("date on HMC %s" % hmc.name, "%+d s" % hmc.clock_offset)], "HMC owner: time service of HMC %s." % hmc.name,
                    severity=FAULT if any(case.findings[0].code == "CLOCK_SKEW" for case in cases) else WARNING, owner="hmc", rungs=()),
            cases, hmcs=[hmc.name])
