# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: which line of rmcdomainstatus belongs to which IBM.MCP record, and which record to which HMC."""

from __future__ import annotations

from .reading import address


class Known:
    """One IBM.MCP record with its line of rmcdomainstatus, and the HMC that it means."""

    __slots__ = ("record", "line", "hmc", "replaced")

    def __init__(self, record, line, hmc, replaced):
        self.record = record
        self.line = line
        self.hmc = hmc
        self.replaced = replaced

    @property
    def token(self):
        return self.line.state if self.line else None

    def alive(self) -> bool:
        """Packets arrive from what this record names."""
        return self.token not in ("O", None)

    def rank(self) -> tuple:
        """The record by which an HMC is connected comes first, whatever the order in which records and lines are listed."""
        return self.token != "I", self.replaced, not self.alive(), self.record.node_id


def read(records, lines, estate) -> tuple:
    """([[Known]], lines without a record). One list an HMC, the record of its connection first."""
    line_of, rest = _joined(records, lines)
    found = {}
    for record in records:
        known = Known(record, line_of.get(id(record)), *estate.hmc_of(record))
        # Records of an HMC that the survey does not know are of one HMC if they say so themselves.
        found.setdefault(id(known.hmc) if known.hmc else record.hmc_name.lower() or id(record), []).append(known)
    return [sorted(several, key=Known.rank) for several in found.values()], rest


def _joined(records, lines) -> tuple:
    """By node id. By address only a line of a node id that no record has: an address may have had several HMCs in its time."""
    line_of, rest = {}, []
    by_id = {}
    for record in records:
        if record.node_id:
            by_id.setdefault(record.node_id, record)
    strangers = []
    for line in lines:
        record = by_id.get(line.node_id) if line.node_id else None
        if record is None:
            strangers.append(line)
        elif id(record) in line_of:
            rest.append(line)
        else:
            line_of[id(record)] = line
    for line in strangers:
        record = next((record for record in records if id(record) not in line_of and _names(record, line)), None)
        if record is None:
            rest.append(line)
        else:
            line_of[id(record)] = line
    return line_of, rest


def _names(record, line) -> bool:
    return bool(line.name) and line.name in record.addresses + [address(record.key_token)]
