# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one LPAR with all that both ends say of it, joined by machine serial and LPAR id.

Names and RMC addresses never join anything: they are what goes stale.
"""

from __future__ import annotations

from . import gaps, records
from .evidence import Evidence, Record
from .finding import line
from .link import ACTIVE, BUSY, INACTIVE, NO_CAPS, NOT_CONNECTED, OFF, UNASKED, UNLISTED, UNMANAGED, UNREAD, Link, another
from .reading import machine_name, mapping, text, truth, whole


class Case:
    """What the rules get to see. It never changes while they look at it."""

    __slots__ = (
        "name", "in_inventory", "estate", "thresholds", "lpar", "message", "unreachable", "expected", "machine", "lpar_id", "links", "fleet", "silent",
        "unnamed", "previous", "history", "gaps", "findings", "joined_by", "_managing", "_down", "_suffering", "_side_gaps",
    )

    def __init__(self, estate, name, host=None, key=None, previous=None):
        self.name = name
        self.in_inventory = host is not None
        self.estate = estate
        self.thresholds = estate.thresholds
        host = mapping(host)
        raw = host.get("rmc")
        self.lpar = Evidence(raw) if isinstance(raw, dict) and raw else None
        self.unreachable = truth(host.get("unreachable")) is True
        self.message = text(host.get("message"))
        self.expected = self._key(mapping(host.get("expected")))
        # Entries of this LPAR in earlier reports, newest first.
        self.history = previous or []
        self.previous = self.history[0] if self.history else None
        self.fleet = None
        self.gaps = []
        self.findings = []
        self.machine, self.lpar_id, self.joined_by = self._identity(key)
        self.links = []
        self.silent = []
        self.unnamed = []
        self._side_gaps = None
        self._link_rows()
        if self.lpar:
            self._link_records()
        self._link_silent()

    @staticmethod
    def _key(raw):
        machine, lpar_id = machine_name(raw.get("machine")), whole(raw.get("lpar_id"))
        return (machine, lpar_id) if machine and lpar_id is not None else None

    def _identity(self, key):
        """Who this is: by its own word first, by the inventory or an earlier report where it could not be asked."""
        if self.lpar and self.lpar.machine and self.lpar.lpar_id is not None:
            return self.lpar.machine, self.lpar.lpar_id, "evidence"
        for found, source in ((key, "HMC"), (self.expected, "inventory"), (self._key(self.previous or {}), "previous report")):
            if found:
                return found[0], found[1], source
        return (self.lpar.machine if self.lpar else ""), (self.lpar.lpar_id if self.lpar else None), ""

    @property
    def key(self):
        return (self.machine, self.lpar_id) if self.machine and self.lpar_id is not None else None

    # --- connections ---

    def _link_rows(self):
        if self.key is None:
            return
        for system in self.estate.systems.get(self.machine, ()):
            row = system.hmc.rows.get(self.key)
            self.links.append(Link(system.hmc.name, _state(system, row), system.hmc, row, system))
        listed = {id(link.hmc) for link in self.links}
        for row in self.estate.rows.get(self.key, ()):
            if id(row.hmc) not in listed:
                self.links.append(Link(row.hmc.name, _row_state(row), row.hmc, row))

    def _link_records(self):
        by_hmc = {id(link.hmc): link for link in self.links}
        found, unused = records.read(self.lpar.records or (), self.lpar.domains or (), self.estate)
        for first, *others in found:
            link = by_hmc.get(id(first.hmc)) if first.hmc else None
            if link is None:
                link = Link(first.hmc.name if first.hmc and not first.replaced else first.record.name(), self._foreign_state(first.hmc), first.hmc)
                self.links.append(link)
                if first.hmc:
                    by_hmc[id(first.hmc)] = link
            link.know(first)
            self.links.extend(map(another, others))
        for domain in unused:
            self._link_domain(domain, by_hmc)
        for link in self.links:
            link.lpar = self.lpar

    def _foreign_state(self, hmc):
        if hmc is None:
            return UNASKED
        if not hmc.answered():
            return UNREAD
        if not self.machine:
            return UNASKED
        return UNMANAGED

    def _link_domain(self, domain, by_hmc):
        """A line of rmcdomainstatus without a record: lsrsrc may have hung."""
        record = Record({"node_id": domain.node_id, "ip_addresses": [domain.name]})
        hmc, dummy = self.estate.hmc_of(record)
        link = by_hmc.get(id(hmc)) if hmc else None
        if link is None:
            link = Link(domain.name or domain.node_id or "an HMC without a name", self._foreign_state(hmc), hmc)
            self.links.append(link)
        if link.token is None:
            link.token, link.queue = domain.state, domain.queue

    def _link_silent(self):
        """HMCs that did not answer and may manage this machine."""
        linked = {link.name for link in self.links}
        before = mapping((self.previous or {}).get("hmc_states"))
        for hmc in self.estate.silent:
            if hmc.name in linked:
                continue
            if hmc.name in before:
                self.links.append(Link(hmc.name, UNREAD, hmc))
            else:
                self.silent.append(hmc)

    # --- questions that many rules ask ---

    def settle(self):
        """Called once, when it is known which records are residue: from now on nothing changes any more."""
        self._managing = [link for link in self.links if link.managing()]
        self._down = [link for link in self.links if link.down()]
        self._suffering = not self._managing or bool(self._down) or any(link.state == NO_CAPS for link in self._managing)

    def side_gaps(self) -> list:
        """Parts that could not be read and that no verdict waits for."""
        if self._side_gaps is None:
            self._side_gaps = gaps.side(self)
        return self._side_gaps

    def managing(self) -> list:
        return self._managing

    def down_links(self) -> list:
        return self._down

    def suffering(self) -> bool:
        """Some connection is down, or there is none at all."""
        return self._suffering

    def quiet(self) -> bool:
        """Every HMC says active, and the LPAR does not say otherwise."""
        return not self._suffering and all(link.state == ACTIVE for link in self.links)

    def rows(self) -> list:
        return [link.row for link in self.links if link.row]

    def kind(self) -> str:
        if self.lpar and self.lpar.kind:
            return self.lpar.kind
        if any(row.environment == "vioserver" for row in self.rows()):
            return "vios"
        return "ibmi" if any(row.environment == "os400" for row in self.rows()) else "linux" if any(row.is_linux() for row in self.rows()) else "aix"

    def lpar_name(self) -> str:
        return next((row.name for row in self.rows() if row.name), self.lpar.lpar_name if self.lpar else "")

    def in_band_only(self) -> bool:
        """The IP path is not expected: mcproxy is there, and no record names an address of an HMC."""
        lpar = self.lpar
        return bool(lpar) and lpar.in_band in ("active", "inoperative") and not any(record.addresses for record in lpar.records or ())

    def in_band(self) -> bool:
        """RMC runs in-band, or is to and nobody listens on port 657 in its place: neither that port nor an address tells why it is down."""
        lpar = self.lpar
        if lpar is None or lpar.in_band not in ("active", "inoperative"):
            return False
        return lpar.in_band == "active" or self.in_band_only() or (lpar.tcp is False and bool(lpar.active("ctrmc")))

    def rmcd_young(self, seconds) -> bool:
        age = self.lpar.rmcd_seconds() if self.lpar else None
        return age is not None and age < seconds

    # --- evidence lines ---

    def hmc_lines(self, links=None) -> list:
        found = []
        for link in self.links if links is None else links:
            if link.row:
                found.append(line("lssyscfg on HMC %s" % link.name, link.row.describe()))
            elif link.state == UNREAD:
                why = link.hmc.message if link.hmc and not link.hmc.answered() else link.system.message if link.system else ""
                found.append(line("HMC %s" % link.name, "did not answer" + (": " + why if why else "")))
            elif link.system:
                found.append(line("lssyscfg on HMC %s" % link.name, "system %s is %s%s" % (
                    link.system.name or link.system.machine, link.system.state or "?", ": " + link.system.message if link.system.message else "")))
        return found

    def token_lines(self, links=None) -> list:
        if self.lpar is None:
            return []
        if self.lpar.domains is not None and not self.lpar.domains and links is None:
            return [line("rmcdomainstatus on %s" % self.name, "no output: in no management domain")]
        return [
            line("rmcdomainstatus on %s" % self.name, "%s %s %s%s" % (link.token, link.queue or "-", link.name, _at(link)))
            for link in (self.links if links is None else links) if link.token
        ]

    def path_lines(self, links=None) -> list:
        found = []
        for link in self.links if links is None else links:
            for path in link.paths:
                source = " from %s" % path.source if path.source else ""
                found.append(line("TCP connect on %s" % self.name, "%s port %d (%s)%s: %s" % (path.address, path.port, link.name, source, path.result)))
        return found

    def both_sides(self, links=None) -> list:
        return self.token_lines(links) + self.hmc_lines(links)


def _at(link) -> str:
    addresses = link.record.addresses if link.record else []
    return " at %s" % ", ".join(addresses) if addresses else ""


def _state(system, row):
    if system.disconnected():
        return NOT_CONNECTED
    if not system.hmc.answered() or system.unread():
        return UNREAD
    if system.powered_down() and (row is None or not row.running()):
        return OFF
    return UNLISTED if row is None else _row_state(row)


def _row_state(row):
    if not row.hmc.answered():
        return UNREAD
    if not row.running():
        return OFF if row.state else UNREAD
    if row.rmc_state == "busy":
        return BUSY
    if row.rmc_state != "active":
        return INACTIVE
    return NO_CAPS if row.capable() is False else ACTIVE
