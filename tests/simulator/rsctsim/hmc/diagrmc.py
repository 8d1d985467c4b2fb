# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""diagrmc: looks for what keeps partitions away, and corrects what the console itself can correct.

The line about a working connection is the only one known from a real console, and so is the time it takes.
"""

from __future__ import annotations

from typing import Iterator, Optional

from .. import link
from ..model import Lpar, Slot
from . import options
from .call import Call

_KNOWN = {
    "-m": options.VALUE,
    "--ip": options.VALUE,
    "-p": options.VALUE,
    "--id": options.VALUE,
    "--mcip": options.VALUE,
    "--autocorrect": options.FLAG,
    "-v": options.FLAG,
    "--help": options.FLAG,
}
_STEPS = ("diagrmc_network", "diagrmc_firewall", "diagrmc_subsystem")
_CORRECTED = {
    "recycled address": "diagrmc_address_removed",
    "stale address": "diagrmc_address_changed",
    "trust": "diagrmc_keys_exchanged",
}


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    if "--help" in given:
        return call.said.text("usage", command="diagrmc") + "\n"
    lines = [call.said.text(step) for step in _STEPS] if "-v" in given else []
    lines += _console(call)
    if "--mcip" in given:
        lines.append(_other_console(call, given.need("--mcip")))
        call.delay += call.hmc.diagrmc_seconds
    elif "-m" in given:
        slot = _slot(call, given)
        lines += _partition(call, slot, given.need("--ip"), "--autocorrect" in given)
    else:
        for slot, row in list(call.hmc.nodes.items()):
            if call.estate.lpar_at(slot) is not None:
                lines += _partition(call, slot, row.address, "--autocorrect" in given)
    return "".join(line + "\n" for line in lines)


def _slot(call: Call, given: options.Options) -> Slot:
    system = call.system(given.need("-m"))
    name, lpar_id = given.get("-p"), given.get("--id")
    if name is None and lpar_id is None:
        raise call.refuse("missing_parameter", parameters="-p,--id")
    for one in system.system.partitions:
        if one.name == name or str(one.lpar_id) == lpar_id:
            return (system.machine, one.lpar_id)
    if name is not None:
        raise call.refuse("partition_not_found", name=name)
    raise call.refuse("partition_id_not_found", lpar_id=lpar_id)


def _console(call: Call) -> Iterator[str]:
    if not call.hmc.firewall_open:
        yield call.said.text("diagrmc_console_port")
    if not call.hmc.rmc_up:
        yield call.said.text("diagrmc_console_full")


def _other_console(call: Call, address: str) -> str:
    other = next((one for one in call.estate.hmcs.values() if one.address == address), None)
    key = "diagrmc_console_unknown"
    if other is not None:
        key = "has_connection" if other.up and other.rmc_up and other.firewall_open else "diagrmc_no_connection"
    return call.said.text(key, address=address)


def _partition(call: Call, slot: Slot, address: str, autocorrect: bool) -> Iterator[str]:
    call.delay += call.hmc.diagrmc_seconds
    view = link.raw_view(call.estate, call.hmc, slot, call.now)
    if view is not None and view.active and view.address == address:
        yield call.said.text("has_connection", address=address)
        return
    lpar = call.estate.lpar_at(slot)
    name = lpar.name if lpar is not None else str(slot[1])
    yield from _faults(call, slot, lpar, name, address)
    if autocorrect:
        for done in link.autocorrect(call.estate, call.hmc, slot, address, call.now):
            yield call.said.text(_CORRECTED[done], name=name, address=address)
    yield call.said.text("diagrmc_no_connection", address=address)


def _faults(call: Call, slot: Slot, lpar: Optional[Lpar], name: str, address: str) -> Iterator[str]:
    nodes = call.hmc.nodes
    for other, row in nodes.items():
        if other != slot and row.stale and row.address == address:
            yield call.said.text("diagrmc_address_in_use", address=address, name=f"{other[1]}*{other[0]}")
    row = nodes.get(slot)
    if row is not None and row.address != address:
        yield call.said.text("diagrmc_address_differs", address=row.address, name=name)
    if lpar is None or lpar.loaded is None:
        return
    if len(link.duplicates(call.estate, lpar)) > 1:
        yield call.said.text("diagrmc_duplicate_id", name=name)
    if link.reachable(call.estate, call.hmc, lpar) and not link.authenticated(lpar, call.hmc):
        yield call.said.text("diagrmc_keys", name=name)
