# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The acceptance set S01 to S20 as combinations of faults. ``host`` chooses the victim; without it a fitting one is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Tuple

from .model import Estate

Step = Dict[str, Any]
Part = Tuple[str, Dict[str, Any]]


@dataclass
class Scenario:
    text: str
    parts: Callable[[Estate, str], List[Step]]

    def steps(self, estate: Estate, host: Optional[str]) -> List[Step]:
        return self.parts(estate, host or victim(estate))


def victim(estate: Estate) -> str:
    """The first plain AIX partition: no VIOS, no cluster node, not in-band."""
    plain = [lpar.name for lpar in estate.lpars.values() if lpar.kind == "aix" and not lpar.cluster and not lpar.in_band]
    return (plain or list(estate.lpars))[0]


def _on_host(*codes: Part) -> Callable[[Estate, str], List[Step]]:
    return lambda estate, host: [dict(options, code=code, host=host) for code, options in codes]


def _subnet(estate: Estate, host: str) -> str:
    return estate.lpars[host].address.rpartition(".")[0] + ".0/24"


def _not_for_us(estate: Estate, host: str) -> List[Step]:
    """IBM i, not activated, and a VIOS that is busy for a moment are states of the HMC's list."""
    names = [lpar.name for lpar in estate.lpars.values() if lpar.kind == "aix" and not lpar.cluster][-2:]
    return [{"code": "OUT_OF_SCOPE", "host": names[0]}, {"code": "NOT_RUNNING", "host": names[-1]}, {"code": "BUSY", "host": _vios(estate, host)}]


def _vios(estate: Estate, host: str) -> str:
    return next((lpar.name for lpar in estate.lpars.values() if lpar.kind == "vios"), host)


def _hmc_wide(estate: Estate, host: str) -> List[Step]:
    return [{"code": "HMC_WIDE", "hmc": estate.hmcs_of(estate.lpars[host].machine)[0].name}]


def _batch(estate: Estate, host: str) -> List[Step]:
    """Three hosts alike; on the second IBM.DRM does not stay up whatever is done."""
    names = [lpar.name for lpar in estate.lpars.values() if lpar.kind == "aix" and not lpar.cluster and not lpar.in_band][:3]
    return [dict({"code": "DRM_DOWN", "host": name}, **({"dying": 0.3, "cure": "nothing"} if number == 1 else {})) for number, name in enumerate(names)]


SCENARIOS: Dict[str, Scenario] = {
    "S01": Scenario("all fine", lambda estate, host: []),
    "S02": Scenario("IBM i, not activated, VIOS busy", _not_for_us),
    "S03": Scenario("host up 4 minutes", _on_host(("BOOTING", {}))),
    "S04": Scenario("one VLAN blocked", lambda estate, host: [{"code": "NETWORK_SEGMENT", "subnet": _subnet(estate, host)}]),
    "S05": Scenario("UDP only blocked", _on_host(("NETWORK_UDP_BLOCKED", {}))),
    "S06": Scenario("HMC firewall closed after upgrade", _hmc_wide),
    "S07": Scenario("cache mismatch", _on_host(("HMC_CACHE_MISMATCH", {}))),
    "S08": Scenario("rmcd stopped", _on_host(("RSCT_DOWN", {}))),
    "S09": Scenario("IBM.DRM dead, DCaps 0", _on_host(("DRM_DOWN", {}))),
    "S10": Scenario("PowerHA node inactive", _on_host(("CLUSTERED", {}), ("REMOTE_DISABLED", {}))),
    "S11": Scenario("offline peer domain", _on_host(("CLUSTERED_OFFLINE", {}), ("RSCT_DOWN", {}))),
    "S12": Scenario("clone", _on_host(("NODE_ID_DUPLICATE", {}))),
    "S13": Scenario("HMC replaced, same address", _on_host(("MCP_STALE", {"same_ip": True}))),
    "S14": Scenario("dead record beside a live one", _on_host(("MCP_RESIDUE", {}))),
    "S15": Scenario("token i stays", _on_host(("AUTH_PENDING", {}))),
    "S16": Scenario("jumbo against standard frames", _on_host(("MTU_MISMATCH", {}))),
    "S17": Scenario("address reaches another host", _on_host(("WRONG_HOST", {}))),
    "S18": Scenario("in-band only", _on_host(("IN_BAND", {}))),
    "S19": Scenario("after live kernel update", _on_host(("SUSPENDED", {}))),
    "S20": Scenario("second host of a batch fails", _batch),
}
