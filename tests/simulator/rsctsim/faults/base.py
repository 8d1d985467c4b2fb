# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""To what a fault is applied, the table of all faults, and what several of them need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional

from .. import identity
from ..model import Estate, Hmc, Lpar, McpRecord

OLD_HMC = ("hmcold", "7042CR9*21B7C30", "1f86d3a07c45be92")
FAULTS: Dict[str, Callable[..., None]] = {}


@dataclass
class Where:
    """To what a fault is applied."""

    estate: Estate
    now: float
    lpars: List[Lpar]
    hmc: Optional[Hmc] = None
    subnet: str = ""
    recorded: List[str] = field(default_factory=list)   # under whose name status shows it; default: the LPARs, or the HMC

    @property
    def name(self) -> str:
        """What was named."""
        return self.subnet or (self.lpars[0].name if self.lpars else self.hmc.name if self.hmc else "")

    def hmcs(self, lpar: Lpar) -> List[Hmc]:
        """The HMC that was named, or all of this partition."""
        return [self.hmc] if self.hmc else self.estate.hmcs_of(lpar.machine)

    def one_hmc(self) -> Hmc:
        if self.hmc:
            return self.hmc
        return self.estate.hmcs_of(self.lpars[0].machine)[0] if self.lpars else next(iter(self.estate.hmcs.values()))


# What the name of an HMC means to a fault of the LPARs: nothing; the link to that HMC (alone: of all its LPARs);
# the fault is the HMC's own; or it is either the LPAR's or the HMC's.
NOTHING, LINK, OWN, EITHER = "nothing", "link", "own", "either"
HMC_MEANS: Dict[str, str] = {}


def fault(hmc: str = NOTHING) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def register(function: Callable[..., None]) -> Callable[..., None]:
        code = function.__name__.upper()
        FAULTS[code], HMC_MEANS[code] = function, hmc
        return function
    return register


def set_records(lpar: Lpar, records: List[McpRecord]) -> None:
    lpar.discover_at = None
    identity.store_records(lpar, records)


def old_record(where: Where, lpar: Lpar, address: str) -> McpRecord:
    name, hmc_name, node_id = OLD_HMC
    return McpRecord(lpar.address, node_id, name, [address], [lpar.address], hmc_name, address, node_names=[lpar.hostname])


def set_level(lpar: Lpar, level: str) -> None:
    for fs in lpar.filesets:
        if fs.name.startswith("rsct."):
            fs.level, fs.fix = level, False
