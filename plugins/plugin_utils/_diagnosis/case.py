# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one LPAR with all that both ends say of it, joined by machine serial and LPAR id.

Names and RMC addresses never join anything: they are what goes stale.
"""

from __future__ import annotations

from .evidence import Evidence, Record
from .finding import line
from .reading import address, machine_name, mapping, text, truth, whole

# How a connection stands, from the HMC's side.
ACTIVE, NO_CAPS, BUSY, INACTIVE = "active", "no_caps", "busy", "inactive"
OFF = "off"                      # the partition does not run
NOT_CONNECTED = "not_connected"  # the HMC has lost the managed system
UNREAD = "unread"                # this HMC or this system did not answer
UNLISTED = "unlisted"            # the HMC answered for the system and did not name the partition
UNASKED = "unasked"              # the LPAR names an HMC that the survey does not know
UNMANAGED = "unmanaged"          # the LPAR names an HMC that answered and does not manage the machine

# Said of the LPAR by itself: communication works, or was suspended by intent.
UP_TOKENS = ("I", "S")


class Link:
    """One connection between the LPAR and one HMC, seen from both ends."""

    __slots__ = ("hmc", "name", "state", "row", "system", "record", "replaced", "token", "queue", "lpar", "residue", "_paths")

    def __init__(self, name, state, hmc=None, row=None, system=None):
        self.name = name
        self.state = state
        self.hmc = hmc
        self.row = row
        self.system = system
        self.record = None
        self.replaced = False
        self.token = None
        self.queue = ""
        self.lpar = None
        self._paths = None
        # A record of an HMC that is gone, while others answer: no fault by itself.
        self.residue = False

    @property
    def paths(self) -> list:
        """The TCP tests of the LPAR towards this HMC."""
        if self._paths is None:
            ends = set(self.record.addresses if self.record else self.hmc.addresses if self.hmc else ())
            self._paths = [path for path in self.lpar.paths if path.address in ends] if self.lpar else []
        return self._paths

    def managing(self) -> bool:
        """This HMC manages the machine, as far as anybody can tell."""
        return self.state != UNMANAGED and not self.residue and not self.internal()

    def internal(self) -> bool:
        """NovaLink: the record leads to link-local addresses only, where no HMC is."""
        return self.record is not None and self.record.internal

    def known(self) -> bool:
        """The HMC said how the connection stands."""
        return self.state in (ACTIVE, NO_CAPS, BUSY, INACTIVE)

    def works(self) -> bool:
        """Nothing says that it is down, and somebody says that it is up."""
        if self.state in (ACTIVE, NO_CAPS, BUSY):
            return self.token in (None, "I")
        return not self.known() and self.state != OFF and self.token == "I"

    def down(self) -> bool:
        """Somebody who can tell says that it is down."""
        if self.state == OFF or not self.managing():
            return False
        return self.state == INACTIVE or self.token in ("O", "i", "X", "Z")

    def tcp(self) -> str:
        """The best answer of the TCP tests towards this HMC, empty where none was made."""
        results = {path.result for path in self.paths}
        return next((result for result in ("open", "refused", "timeout", "unreachable") if result in results), "")

    def addresses(self) -> list:
        """Where the LPAR reaches this HMC."""
        own = self.record.addresses if self.record else []
        return own or [path.address for path in self.paths] or (self.hmc.addresses if self.hmc else [])


class Case:
    """What the rules get to see. It never changes while they look at it."""

    __slots__ = (
        "name", "in_inventory", "estate", "thresholds", "lpar", "message", "unreachable", "expected", "machine", "lpar_id", "links", "fleet", "silent",
        "unnamed", "previous", "history", "gaps", "findings", "joined_by", "_managing", "_down", "_suffering",
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
        lpar = self.lpar
        by_hmc = {id(link.hmc): link for link in self.links}
        unused = list(lpar.domains or ())
        for record in lpar.records or ():
            hmc, replaced = self.estate.hmc_of(record)
            link = by_hmc.get(id(hmc)) if hmc else None
            if link is None or link.record is not None:
                link = Link(hmc.name if hmc and not replaced else record.name(), self._foreign_state(hmc), hmc)
                self.links.append(link)
                if hmc:
                    by_hmc.setdefault(id(hmc), link)
            link.record, link.replaced = record, replaced
            self._token_of(link, unused)
        for domain in unused:
            self._link_domain(domain, by_hmc)
        for link in self.links:
            link.lpar = lpar

    def _foreign_state(self, hmc):
        if hmc is None:
            return UNASKED
        if not hmc.answered():
            return UNREAD
        if not self.machine:
            return UNASKED
        return UNMANAGED

    @staticmethod
    def _token_of(link, unused):
        record = link.record
        for position, domain in enumerate(unused):
            if (domain.node_id and domain.node_id == record.node_id) or (domain.name and domain.name in record.addresses + [address(record.key_token)]):
                link.token, link.queue = domain.state, domain.queue
                del unused[position]
                return

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
