# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of an HMC command: who asks what of which console, and the ways it may fail."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Sequence

from ..model import Estate, Hmc, HmcSystem, HmcUser, ManagedSystem
from .messages import Messages
from .roles import sees


class Refused(Exception):
    """The command ends with a message. It goes to stdout, as all errors of the console do."""

    def __init__(self, text: str, rc: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.rc = rc


class Hangs(Exception):
    """The command never answers."""


@dataclass(frozen=True)
class Connected:
    """A managed system as one console has it."""

    system: ManagedSystem
    link: HmcSystem

    @property
    def machine(self) -> str:
        return self.system.machine

    @property
    def type_model(self) -> str:
        return self.machine.partition("*")[0]

    @property
    def serial(self) -> str:
        return self.machine.partition("*")[2]

    @property
    def name(self) -> str:
        return self.link.shown_name or self.system.name


@dataclass
class Call:
    """Everything a command needs to answer; delay grows while it works."""

    estate: Estate
    hmc: Hmc
    user: HmcUser
    arguments: Sequence[str]
    said: Messages
    now: float
    delay: float = 0.0

    @property
    def level(self) -> tuple[int, ...]:
        """V10R3.1060.0 -> (10, 3, 1060, 0)."""
        return tuple(int(digits) for digits in re.findall(r"\d+", self.hmc.version))

    @property
    def clock(self) -> time.struct_time:
        return time.gmtime(self.now + self.hmc.clock_offset)

    def refuse(self, key: str, **values: object) -> Refused:
        return Refused(self.said.text(key, **values))

    def systems(self) -> list[Connected]:
        """The managed systems this user may see, in the console's order."""
        found = []
        for machine, link in self.hmc.systems.items():
            if machine in self.estate.systems and sees(self.user, machine):
                found.append(Connected(self.estate.systems[machine], link))
        return found

    def system(self, wanted: str) -> Connected:
        """The system of -m: a name, or type-model*serial where two systems share a name.

        A slow or hanging service processor shows itself here: the command talks to that system.
        """
        found = [one for one in self.systems() if wanted in (one.machine, one.name)]
        if not found:
            raise self.refuse("system_not_found", name=wanted)
        if len(found) > 1:
            raise self.refuse("ambiguous_system", name=wanted)
        self.delay += found[0].link.delay
        if found[0].link.hang:
            raise Hangs
        return found[0]
