# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The truth about an estate, for people and tests: what nobody inside it can see at a glance."""

from __future__ import annotations

from typing import Any, Dict, List

from . import identity, link
from .model import Estate, Lpar


def report(estate: Estate, now: float) -> Dict[str, Any]:
    link.observe(estate, now)
    return {
        "name": estate.name, "directory": str(estate.directory), "ssh_port": estate.ssh_port, "rmc_port": estate.rmc_port, "settle": estate.settle,
        "lpars": {lpar.name: _lpar(estate, lpar, now) for lpar in estate.lpars.values()},
        "hmcs": {hmc.name: {"address": hmc.address, "up": hmc.up, "faults": estate.faults.get(hmc.name, []), "sessions": hmc.open_sessions, "harm": hmc.harm,
                            "systems": {machine: system.state for machine, system in hmc.systems.items()}} for hmc in estate.hmcs.values()},
        "subnets": {name: codes for name, codes in estate.faults.items() if "/" in name}}


def _lpar(estate: Estate, lpar: Lpar, now: float) -> Dict[str, Any]:
    hmcs = {}
    tokens = {record.hmc_name: token for record, token, _queue in link.tokens(estate, lpar, now)}
    for hmc in estate.hmcs_of(lpar.machine):
        cached, raw = link.cached_view(estate, hmc, lpar, now), link.raw_view(estate, hmc, lpar, now)
        hmcs[hmc.name] = {"rmc_state": cached.rmc_state, "dlpar": list(cached.dlpar), "raw_active": raw.active if raw else None,
                          "token": tokens.get(hmc.hmc_name)}
    return {"address": lpar.address, "machine": lpar.machine, "lpar_id": lpar.lpar_id, "kind": lpar.kind, "python": lpar.python, "up": lpar.up,
            "wrecked": lpar.wrecked, "harm": list(lpar.harm), "cluster": lpar.cluster, "faults": estate.faults.get(lpar.name, []), "rmcd": lpar.loaded is not None,
            "node_id": identity.read_node_id(identity.etc_node_id(lpar)), "hmcs": hmcs, "healthy": healthy(hmcs)}


def healthy(hmcs: Dict[str, Dict[str, Any]]) -> bool:
    return bool(hmcs) and all(view["rmc_state"] == "active" and view["dlpar"] == [1, 1, 1] for view in hmcs.values())


def _state(view: Dict[str, Any]) -> str:
    return view["rmc_state"] + (" 0,0,0" if view["rmc_state"] == "active" and not all(view["dlpar"]) else "")


def _note(host: Dict[str, Any]) -> str:
    return "; ".join(([", ".join(host["faults"])] if host["faults"] else []) + (["HARM: " + ", ".join(host["harm"])] if host["harm"] else []))


def lines(status: Dict[str, Any]) -> List[str]:
    """The table of `status`."""
    rows = [("LPAR", "ADDRESS", "HMC: STATE, TOKEN", "FAULTS")]
    for name, lpar in status["lpars"].items():
        views = "; ".join("%s: %s %s" % (hmc, _state(view), view["token"] or "-") for hmc, view in lpar["hmcs"].items())
        rows.append((name, lpar["address"], views, _note(lpar)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    text = ["%s%s" % ("  ".join(row[column].ljust(widths[column]) for column in range(3)), "  " + row[3] if row[3] else "") for row in rows]
    for name, hmc in status["hmcs"].items():
        text.append(("HMC %s %s%s  %s" % (name, hmc["address"], "" if hmc["up"] else " DOWN", _note(hmc))).rstrip())
    text += ["subnet %s  %s" % (name, ", ".join(codes)) for name, codes in status["subnets"].items()]
    return text
