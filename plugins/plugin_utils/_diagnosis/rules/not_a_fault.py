# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection. No fault, not yet, on purpose, or not to be told."""

from __future__ import annotations

from .. import gaps, symptoms
from ..link import ACTIVE, OFF, UNASKED
from ..finding import CERTAIN, FAULT, LIKELY, NOTE, WARNING, Finding, hmcs, line, names


def healthy(case):
    if case.gaps and (case.in_inventory or [gap for gap in case.gaps if gap.kind != gaps.LPAR]):
        return None
    links = case.managing()
    if not links or any(link.state != ACTIVE or link.row.capable() is not True for link in links):
        return None
    lpar = case.lpar
    if lpar is None:
        return Finding("HEALTHY", "active with DLPAR on %s, as the HMC side sees it." % names(links), case.hmc_lines(links),
                       severity=NOTE, confidence=LIKELY, rungs=())
    in_band = lpar.in_band == "active"
    tokens = [link.token for link in links]
    if any(token not in (None, "I") for token in tokens) or not (in_band or "I" in tokens):
        return None
    if lpar.active("ctrmc") is not True or lpar.active("IBM.DRM") is not True or (lpar.on_file("IBM.MgmtDomainRM") and not lpar.active("IBM.MgmtDomainRM")):
        return None
    if (lpar.tcp is False and not in_band) or case.fleet.twins or symptoms.inconsistent_ids(case):
        return None
    # A record of an HMC that this run does not know is taken for a retired one, and a silent HMC without any record for one of other machines.
    unread = [line("HMC %s" % hmc.name, "did not answer; no LPAR of this machine that was read names it") for hmc in case.unnamed]
    unread += [gap.evidence for gap in case.side_gaps()]
    sure = CERTAIN if all(token == "I" for token in tokens) and not unread and not any(link.state == UNASKED for link in case.links) else LIKELY
    return Finding("HEALTHY", "active with DLPAR on %s, and the LPAR agrees." % names(links), case.both_sides(links) + unread,
                   severity=NOTE, confidence=sure, rungs=())


def out_of_scope(case):
    rows = case.rows()
    if any(row.environment == "os400" for row in rows):
        return Finding("OUT_OF_SCOPE", "IBM i: the HMC shows no RMC state for it, and that is fine.", case.hmc_lines(), severity=NOTE, rungs=())
    if rows and all(row.is_linux() and row.rmc_state != "active" for row in rows) and case.lpar is None:
        return Finding("OUT_OF_SCOPE", "Linux without an RMC connection: RSCT is not expected there.", case.hmc_lines(), severity=NOTE, rungs=())
    return None


def not_running(case):
    telling = [link for link in case.links if link.known() or link.state == OFF]
    if not telling or any(link.state != OFF for link in telling):
        return None
    states = sorted({link.row.state if link.row else "system %s" % link.system.state for link in telling})
    # It answered all the same: it was started or stopped between the two questions.
    sure = CERTAIN if case.lpar is None else LIKELY
    return Finding("NOT_RUNNING", "the partition does not run: %s." % ", ".join(states), case.hmc_lines(telling), severity=NOTE, confidence=sure, rungs=(),
                   text="Nothing to do for RMC. Activate the partition if it should run.")


def booting(case):
    reason = symptoms.booting(case)
    if not reason or not case.suffering():
        return None
    minutes = int(case.thresholds.boot_grace_seconds // 60)
    return Finding("BOOTING", "%s; RMC takes up to 10 min to come up." % reason, [line("uptime of %s" % case.name, reason)] + case.both_sides(),
                   severity=NOTE, owner="", text="Wait, and diagnose again when %d min have passed since. Change nothing before." % minutes)


def suspended(case):
    reason = symptoms.suspended(case)
    if not reason or (not case.suffering() and not case.lpar.activity.get("lku")):
        return None
    evidence = [line("runact IBM.MCP GetNodeState on %s" % case.name, reason)] + case.both_sides()
    if case.lpar.activity.get("lku"):
        return Finding("SUSPENDED", "RMC is suspended on purpose: %s." % reason, evidence, severity=WARNING, rungs=("wait",), owner="",
                       text="Wait for the end of the live kernel update, then diagnose again. No recycle while it runs.")
    return Finding(
        "SUSPENDED", "RMC was suspended on purpose (live kernel update) and not resumed.", evidence, severity=WARNING, rungs=(),
        confidence=CERTAIN if case.lpar.suspended else LIKELY,
        text="With approval, as root on %s: runact with the action SetSuspendState of IBM.MCP lifts it. refresh -s ctrmc does not." % case.name)


def co_managed(case):
    internal = [link for link in case.links if link.internal() and link.token == "I"]
    down = [link for link in case.down_links() if link.token is None]
    if not internal or not down:
        return None
    return Finding("CO_MANAGED", "NovaLink manages it over its internal network, which does not serve %s." % hmcs(down),
                   case.both_sides(), severity=NOTE, confidence=LIKELY, rungs=(),
                   text="Expected. Only if the HMC is to be connected too: give the LPAR an IP path to it (TCP and UDP 657, both ways).")


def undetermined(case):
    if not case.gaps:
        return _unclear_capabilities(case)
    if not case.in_inventory and all(gap.kind == gaps.LPAR for gap in case.gaps) and healthy(case):
        return None
    kinds = {gap.kind for gap in case.gaps}
    known = [link for link in case.links if link.known()]
    told = "; ".join(dict.fromkeys(gap.text for gap in case.gaps))
    summary = "not known: %s." % told
    if known:
        summary += " HMC says: %s." % ", ".join("%s on %s" % (link.row.rmc_state or "no state", link.name) for link in known)
    elif case.lpar and case.links and all(link.token == "I" for link in case.managing()):
        summary += " The LPAR itself sees its connections up."
    evidence = [gap.evidence for gap in case.gaps] + case.both_sides(known) + _same_name(case)
    return Finding("UNDETERMINED", summary, evidence, severity=WARNING, owner="", text=_collect_again(case, kinds),
                   rungs=("wait",) if kinds == {gaps.AGAIN} else None)


def _unclear_capabilities(case):
    unclear = [link for link in case.managing() if link.state == ACTIVE and link.row.capable() is None]
    if not unclear:
        return None
    return Finding("UNDETERMINED", "active on %s, but the HMC did not tell the DLPAR capabilities." % names(unclear), case.hmc_lines(unclear),
                   severity=WARNING, owner="", text="Ask again with raw: true (lspartition -dlpar); the HMC user needs more than hmcviewer for it.")


def _collect_again(case, kinds) -> str:
    if kinds == {gaps.AGAIN}:
        return "Ask again in a minute: busy is normal while the HMC works on it."
    steps = []
    if gaps.LPAR in kinds and case.in_inventory:
        steps.append("log in to %s by hand and repair the login or the host" % case.name)
    if gaps.LPAR in kinds and not case.in_inventory:
        steps.append("add the partition to the inventory so that it can be asked")
    if gaps.PART in kinds:
        steps.append("run as root (become), with a longer deadline if probes timed out")
    if gaps.HMC in kinds:
        steps.append("make the HMC answer, or add it to the group hmcs")
    if gaps.ROW in kinds:
        steps.append("check machine and id, and the resource role of the HMC user")
    return "Collect again: %s. Read this as neither healthy nor down." % "; ".join(steps or ["the evidence is not whole"])


def _same_name(case) -> list:
    """A host without identity: a partition of that name is worth a look, and proves nothing."""
    if case.key is not None or not case.in_inventory:
        return []
    keys = case.estate.keys_by_name.get(case.name.lower().split(".", 1)[0], set())
    return [line("hint by name only", "HMC %s has %s" % (row.hmc.name, row.describe())) for key in sorted(keys) for row in case.estate.rows[key]]


def unknown(case):
    """Evidence whole, not healthy, and (asked last) no rule fits."""
    if case.gaps or not case.in_inventory or healthy(case):
        return None
    return Finding("UNKNOWN", "not healthy, evidence complete, and no known cause fits.", case.both_sides() + case.path_lines(), owner="support",
                   confidence=CERTAIN, severity=FAULT,
                   text="Change nothing. Read again after 5 min; if it stays: ctsnap -x runrpttr and snap -gtkc on the LPAR, pedbg -c -q 4 on the HMC, "
                        "open a case.")
