# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: partitions with one node id, and what tells the clones from the original."""

from __future__ import annotations

from .case import OFF
from .reading import short_name


class Twins:
    """Several partitions with one node id."""

    __slots__ = ("node_id", "cases", "unread", "clones", "_signs")

    def __init__(self, node_id, cases):
        self.node_id = node_id
        self.cases = cases
        # Known by an earlier report only.
        self.unread = [case for case in cases if not _told_id(case)]
        # Who could not be read may be the original: then nobody is called a clone.
        self._signs = {} if self.unread else _signs(cases)
        self.clones = [case for case in cases if id(case) in self._signs]

    def signs(self, case) -> list:
        """Why this one is a clone; empty where it is none, or cannot be told."""
        return self._signs.get(id(case), [])

    def seen(self) -> bool:
        """At least two were read in this run."""
        return len(self.cases) - len(self.unread) > 1


def find(cases) -> list:
    """All node ids that several partitions have, sorted. Who is silent about its own keeps the one that an earlier report knows."""
    by_id = {}
    for case in cases:
        if _told_id(case):
            by_id.setdefault(case.lpar.node_id, {}).setdefault(case.key or case.name, case)
    for case in cases:
        # Switched off it disturbs nobody.
        if case.in_inventory and not _told_id(case) and not _off(case):
            known = last_known_id(case)
            if known in by_id:
                by_id[known].setdefault(case.key or case.name, case)
    return [Twins(node_id, sorted(found.values(), key=_order)) for node_id, found in sorted(by_id.items()) if len(found) > 1]


def last_known_id(case) -> str:
    """The node id that the newest report with one knows of this partition, or an empty string."""
    return next((entry["node_id"] for entry in _with_id(case) if case.key and (entry.get("machine"), entry.get("lpar_id")) == case.key), "")


def _with_id(case) -> list:
    """Earlier entries of a host that tell a node id, but for those where the login had reached another partition."""
    return [entry for entry in case.history if isinstance(entry.get("node_id"), str) and entry.get("verdict") != "WRONG_HOST"]


def _told_id(case) -> bool:
    return case.lpar is not None and case.lpar.node_id != ""


def _off(case) -> bool:
    """An HMC says that the partition does not run, and none says that it does."""
    return any(link.state == OFF for link in case.links) and not any(link.known() for link in case.links)


def _order(case):
    return (case.machine, case.lpar_id if case.lpar_id is not None else -1, case.name)


def _signs(cases) -> dict:
    """id of the case -> why it is a clone, for all but one; empty where it cannot be told. A single one without signs is the original."""
    found = {id(case): _signs_of_a_copy(case, [other for other in cases if other is not case]) for case in cases}
    found = {key: signs for key, signs in found.items() if signs}
    return found if len(found) == len(cases) - 1 else {}


def _signs_of_a_copy(case, others) -> list:
    """Told by whose name or address the registry of the node carries, and by earlier reports."""
    lpar, found = case.lpar, []
    own_names = {short_name(lpar.hostname), short_name(lpar.lpar_name)} - {""}
    for other in others:
        names = {short_name(other.lpar.hostname), short_name(other.lpar.lpar_name)} - {""} - own_names
        theirs = other.lpar.addresses - lpar.addresses
        for record in lpar.records or ():
            if names & set(record.node_names):
                found.append("its IBM.MCP record of %s names %s as this node" % (record.name(), ", ".join(sorted(names & set(record.node_names)))))
            if theirs & ({record.mn_name} | set(record.own_addresses)):
                found.append("its IBM.MCP record of %s carries an address of %s" % (record.name(), other.name))
        # A host that no earlier report knows may be the original that joined the inventory after its copy: that is no sign.
        if _first_known_id(other) == lpar.node_id and _first_known_id(case) not in (None, lpar.node_id):
            found.append("an earlier report knew this node id on %s and another one here" % other.name)
    return sorted(set(found))


def _first_known_id(case):
    return next((entry["node_id"] for entry in reversed(_with_id(case))), None)
