# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""To what a fault is applied, the table of all faults, and what several of them need."""

from __future__ import annotations

from dataclasses import dataclass
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

    def hmcs(self, lpar: Lpar) -> List[Hmc]:
        """The HMC that was named, or all of this partition."""
        return [self.hmc] if self.hmc else self.estate.hmcs_of(lpar.machine)

    def one_hmc(self) -> Hmc:
        if self.hmc:
            return self.hmc
        return self.estate.hmcs_of(self.lpars[0].machine)[0] if self.lpars else next(iter(self.estate.hmcs.values()))


def fault(function: Callable[..., None]) -> Callable[..., None]:
    FAULTS[function.__name__.upper()] = function
    return function


def set_records(lpar: Lpar, records: List[McpRecord]) -> None:
    lpar.discover_at = None
    if lpar.loaded:
        lpar.loaded.mcps = records
        identity.write_registry(lpar)


def old_record(where: Where, lpar: Lpar, address: str) -> McpRecord:
    name, hmc_name, node_id = OLD_HMC
    return McpRecord(lpar.address, node_id, name, [address], [lpar.address], hmc_name, address, node_names=[lpar.hostname])


def set_level(lpar: Lpar, level: str) -> None:
    for fs in lpar.filesets:
        if fs.name.startswith("rsct."):
            fs.level, fs.fix = level, False
