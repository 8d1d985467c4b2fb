# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what could not be read. A gap is never healthy and never down."""

from __future__ import annotations

from ...module_utils._evidence.probes import CLUSTER
from .link import BUSY, UNASKED, UNLISTED, UNREAD
from .finding import line

LPAR, PART, HMC, ROW, AGAIN = "lpar", "part", "hmc", "row", "again"
# No verdict rests on it alone, but a cause may hide behind it.
SIDE = "side"


class Gap:
    """One thing that is not known, and the line that says so."""

    __slots__ = ("kind", "text", "evidence")

    def __init__(self, kind, text, source, detail):
        self.kind = kind
        self.text = text
        self.evidence = line(source, detail)


def find(case, silent) -> list:
    """All gaps of an LPAR; ``silent`` are HMCs without an answer that may manage its machine."""
    return _lpar_gaps(case) + _hmc_gaps(case, silent)


def _lpar_gaps(case) -> list:
    lpar = case.lpar
    if not case.in_inventory:
        return [Gap(LPAR, "not in the inventory, so the partition itself was not asked", "inventory", "no host for this partition")]
    if lpar is None:
        reason = "unreachable" if case.unreachable else "no evidence"
        return [Gap(LPAR, "the LPAR could not be read (%s)" % reason, case.name, case.message or reason)]
    found = []
    # While rmcd is down nothing answers for it: that is evidence, and no gap.
    missing = [name for name, absent in (
        ("partition id", case.key is None),
        ("subsystems", lpar.subsystems is None),
        ("management domain", lpar.domains is None and lpar.active("ctrmc") is not False),
        # The class belongs to IBM.MgmtDomainRM: without it there is none.
        ("IBM.MCP", lpar.records is None and lpar.active("ctrmc") is not False and lpar.active("IBM.MgmtDomainRM") is not False),
        ("listeners", lpar.tcp is None or lpar.udp is None),
        # That there is none is an answer.
        ("node id", not lpar.node_id and lpar.raw_consistent is not False),
    ) if absent]
    for name in missing:
        found.append(_part(PART, case, name))
    return found


def side(case) -> list:
    """Parts of an LPAR that could not be read and that no verdict waits for: whoever is healthy, is so likely and not for certain."""
    lpar = case.lpar
    if lpar is None:
        return []
    return [_part(SIDE, case, name) for name, absent in (
        ("filesets", lpar.filesets is None),
        ("file systems", not lpar.filesystems),
        ("cluster membership", lpar.cluster_member is None),
        ("a copy of the node id", lpar.node_id and lpar.raw_consistent is None),
        ("key files", any(lpar.key_present(name) is None for name in ("private", "public"))),
    ) if absent]


def _part(kind, case, name):
    return Gap(kind, "could not read: " + name, case.name, _probe_trouble(case.lpar, name))


def _hmc_gaps(case, silent) -> list:
    if not case.estate.hmcs:
        return [Gap(HMC, "no HMC was asked", "survey", "no HMC in this run: what the HMC side sees is not known")]
    found = []
    for link in case.links:
        if link.state == UNREAD:
            why = link.hmc.message if link.hmc and not link.hmc.answered() else link.system.message if link.system else ""
            found.append(Gap(HMC, "HMC %s did not answer for this partition" % link.name, "HMC %s" % link.name, why or "no answer"))
        elif link.state == UNASKED and link.managing():
            found.append(Gap(HMC, "HMC %s was not asked" % link.name, "IBM.MCP on %s" % case.name, "names HMC %s (%s)%s, which this run did not ask" % (
                link.name, link.record.hmc_name if link.record and link.record.hmc_name else "no serial", _at(link))))
        elif link.state == UNLISTED:
            found.append(Gap(ROW, "HMC %s does not list this partition" % link.name, "lssyscfg on HMC %s" % link.name,
                             "no row with id %s on %s (deleted, or hidden by the user's resource role)" % (case.lpar_id, case.machine)))
        elif link.state == BUSY:
            found.append(Gap(AGAIN, "HMC %s is busy with it" % link.name, "lssyscfg on HMC %s" % link.name, link.row.describe()))
    for hmc in silent:
        found.append(Gap(HMC, "HMC %s did not answer and may manage this machine" % hmc.name, "HMC %s" % hmc.name, hmc.message or hmc.outcome))
    if not case.links and not silent:
        found.append(Gap(ROW, "no HMC of this run lists this partition", "survey", "machine %s, id %s" % (case.machine or "?", case.lpar_id)))
    elif not any(link.row or link.state in (UNREAD, UNASKED, UNLISTED) or link.system for link in case.links) and not found:
        found.append(Gap(ROW, "no HMC of this run lists this partition", "survey", "machine %s, id %s" % (case.machine or "?", case.lpar_id)))
    return found


_PROBES = {
    "partition id": ("uname", "lsattr_sys0"), "subsystems": ("lssrc",), "management domain": ("rmcdomainstatus",), "IBM.MCP": ("lsrsrc",),
    "listeners": ("netstat_an",), "node id": ("lsnodeid", "node_id_etc", "node_id_var_ct"), "filesets": ("lslpp",), "file systems": ("df",),
    "cluster membership": CLUSTER, "a copy of the node id": ("lsnodeid", "node_id_etc", "node_id_var_ct"), "key files": ("private_key", "public_key"),
}


def _probe_trouble(lpar, what) -> str:
    """What the failed probes said."""
    told = []
    for name in _PROBES.get(what, ()):
        row = lpar.probe(name)
        if row and row.get("outcome") != "ok":
            told.append("%s: %s%s" % (name, row.get("outcome"), " (%s)" % row.get("message") if row.get("message") else ""))
    return "; ".join(told) or "%s not in the evidence" % what


def _at(link) -> str:
    return " at " + ", ".join(link.record.addresses) if link.record and link.record.addresses else ""
