# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one connection between an LPAR and an HMC, seen from both ends."""

from __future__ import annotations

# How a connection stands, from the HMC's side.
ACTIVE, NO_CAPS, BUSY, INACTIVE = "active", "no_caps", "busy", "inactive"
OFF = "off"                      # the partition does not run
NOT_CONNECTED = "not_connected"  # the HMC has lost the managed system
UNREAD = "unread"                # this HMC or this system did not answer
UNLISTED = "unlisted"            # the HMC answered for the system and did not name the partition
UNASKED = "unasked"              # the LPAR names an HMC that the survey does not know
UNMANAGED = "unmanaged"          # the LPAR names an HMC that answered and does not manage the machine


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

    def know(self, known):
        """What the LPAR says of it."""
        self.record, self.replaced = known.record, known.replaced
        if known.line:
            self.token, self.queue = known.line.state, known.line.queue

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


def another(known):
    """One more record of an HMC that has its connection: left over, or of another living HMC behind one of its addresses."""
    stranger = known.replaced and known.alive()
    link = Link(known.record.name(), UNASKED if stranger else UNMANAGED, None if stranger else known.hmc)
    link.know(known)
    link.residue = not stranger
    return link
