# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One function per code of the failure modes: it changes the state that the code is about, and nothing else.

A fault is applied to a host, to all hosts of a subnet, or to an HMC (its own fault, or the link of a host to it).
The first line of each function says what it does; ``codes`` of the command line prints it. One module per section of the catalogue.
"""

from __future__ import annotations

import inspect
import ipaddress
from typing import Any, Dict, List, Optional

from .. import harm, healing, link
from ..model import Estate
from ..scenarios import SCENARIOS
from . import base, flags, fleet, network, no_verdict, rsct, trust
from .base import Where

FAMILIES = (no_verdict, fleet, network, rsct, trust, flags)     # imported, they register their faults
FAULTS = {code: each for family in FAMILIES for code, each in base.FAULTS.items() if each.__module__ == family.__name__}


def inject(estate: Estate, code: str, host: Optional[str] = None, subnet: Optional[str] = None, hmc: Optional[str] = None, now: float = 0.0,
           **options: Any) -> List[str]:
    """Apply a fault; the names of what it was applied to."""
    code = code.upper()
    if code in SCENARIOS:
        if subnet or hmc or options:
            raise ValueError("%s is a scenario: it takes a host at most" % code)
        return _scenario(estate, code, host, now)
    if code not in FAULTS:
        raise ValueError("no fault %r; see the command codes" % code)
    where = _where(estate, host, subnet, hmc, now)
    _fit(where, code)
    _check_options(code, options)
    link.observe(estate, now)   # what somebody did before is not the fault's doing
    FAULTS[code](where, **options)
    for lpar in where.lpars:
        harm.settle_files(lpar)
    names = where.recorded or [lpar.name for lpar in where.lpars] or [where.hmc.name]
    for name in names:
        codes = estate.faults.setdefault(name, [])
        if code not in codes and code != "HEALTHY":
            codes.append(code)
    link.observe(estate, now)
    return [lpar.name for lpar in where.lpars] or names


def _fit(where: Where, code: str) -> None:
    """Refuse what the code cannot be applied to, before anything is changed."""
    means = base.HMC_MEANS[code]
    if where.hmc and means == base.NOTHING:
        raise ValueError("%s is a fault of LPARs, on all their HMCs alike: name a host or a subnet, and no HMC" % code)
    if where.hmc:
        others = [lpar.name for lpar in where.lpars if lpar.machine not in where.hmc.systems]
        where.lpars = [lpar for lpar in where.lpars if lpar.machine in where.hmc.systems]
        if others and not where.lpars:
            raise ValueError("%s does not manage %s" % (where.hmc.name, ", ".join(others)))
        if means == base.LINK and not where.lpars:
            where.lpars = [lpar for lpar in where.estate.lpars.values() if lpar.machine in where.hmc.systems]
    if not where.lpars and not where.hmc:
        raise ValueError("%s: name %s" % (code, "a host or a subnet" if means == base.NOTHING else "a host, a subnet or an HMC"))


def _check_options(code: str, options: Dict[str, Any]) -> None:
    known = list(inspect.signature(FAULTS[code]).parameters)[1:]
    wrong = [name for name in options if name not in known]
    if wrong:
        raise ValueError("%s has no option %s; it has %s" % (code, ", ".join(wrong), ", ".join(known) or "none"))


def _where(estate: Estate, host: Optional[str], subnet: Optional[str], hmc: Optional[str], now: float) -> Where:
    for name, known in ((host, estate.lpars), (hmc, estate.hmcs)):
        if name and name not in known:
            raise ValueError("no host %r; there are %s" % (name, ", ".join(known)))
    if host and subnet:
        raise ValueError("name a host or a subnet, not both")
    where = Where(estate, now, [estate.lpars[host]] if host else [], estate.hmcs[hmc] if hmc else None, subnet or "")
    if subnet:
        network_ = ipaddress.ip_network(subnet)
        where.lpars = [lpar for lpar in estate.lpars.values() if ipaddress.ip_address(lpar.address) in network_]
        if not where.lpars:
            raise ValueError("no LPAR has an address in %s" % subnet)
    return where


def _scenario(estate: Estate, code: str, host: Optional[str], now: float) -> List[str]:
    touched: List[str] = []
    _where(estate, host, None, None, now)
    for step in SCENARIOS[code].steps(estate, host):
        touched += inject(estate, now=now, **step)
    return list(dict.fromkeys(touched))


def heal(estate: Estate, host: Optional[str], now: float) -> List[str]:
    return healing.heal(estate, host, now)
