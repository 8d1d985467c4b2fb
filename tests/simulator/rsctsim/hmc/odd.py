# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything odd that a console may have to show, added to an estate: for tests of those who read it."""

from __future__ import annotations

from ..model import Estate, Hmc, HmcSystem, HmcUser, ManagedSystem, NodeRow, Partition

STATES = (
    "Standby", "Power Off", "Service Processor Failover", "Power Off In Progress", "Initializing", "No Connection",
    "Pending Authentication", "Pending Authentication - Password Updates Required", "Failed Authentication", "Error",
    "Error - Terminated", "Error - Dump In Progress", "Recovery", "Incomplete", "Version Mismatch",
)  # fmt: skip
SAME_NAME = "PROD-A"
BLANK_NAME, COMMA_NAME, QUOTE_NAME = "training 07 old", "batch, night", 'the "new" one'
DEAD_ID = 31


def add_oddities(estate: Estate, hmc: Hmc) -> None:
    """Add to one console: systems in every state, one known by its address only, two of one name, odd partitions."""
    for number, state in enumerate(STATES):
        _add(estate, hmc, f"STATE-{number:02}", f"9009-42A*78E1{number:03}", f"{estate.base}.0.{60 + number}", HmcSystem(state))
    address = f"{estate.base}.0.80"
    _add(estate, hmc, "never", "9105-22A*78F0D40", address, HmcSystem("No Connection", shown_name=address))
    _add(estate, hmc, SAME_NAME, "9105-22A*78F0D10", f"{estate.base}.0.81", HmcSystem())
    twin = _add(estate, hmc, SAME_NAME, "9009-42A*78E0C30", f"{estate.base}.0.82", HmcSystem())
    twin.partitions += [Partition(BLANK_NAME, 6), Partition(COMMA_NAME, 7), Partition(QUOTE_NAME, 8), Partition("ibmi02", 13, "os400", "Not Activated")]
    _add_dead_partition(hmc, twin, f"{estate.base}.9.27")
    _add(estate, hmc, "slow", "9105-22A*78F0D50", f"{estate.base}.0.83", HmcSystem(delay=3.0))
    _add(estate, hmc, "hanging", "9105-22A*78F0D60", f"{estate.base}.0.84", HmcSystem(hang=True))
    some = [f"3*{machine}" for machine in hmc.systems][:1]
    hmc.users["hmcsome"] = HmcUser("hmcsome", "hmcviewer", [twin.machine, *some])
    hmc.users["hmcpl"] = HmcUser("hmcpl", "hmcviewer", language="pl_PL")


def _add(estate: Estate, hmc: Hmc, name: str, machine: str, service_processor: str, link: HmcSystem) -> ManagedSystem:
    system = estate.systems[machine] = ManagedSystem(name, machine, service_processor)
    system.partitions.append(Partition("vios" + machine[-2:], 1, "vioserver", "Running", "VIOS 3.1.4.10 "))
    hmc.systems[machine] = link
    return system


def _add_dead_partition(hmc: Hmc, system: ManagedSystem, address: str) -> None:
    """A partition that is switched off, one that was deleted, and a gap in the index: both keep their rows."""
    system.partitions.append(Partition("aixold31", DEAD_ID, "aixlinux", "Not Activated"))
    first = 5 + max((row.index for row in hmc.nodes.values()), default=0)
    for number, lpar_id in enumerate((DEAD_ID, DEAD_ID + 1)):
        hmc.nodes[(system.machine, lpar_id)] = NodeRow(f"{address}{number}", os=("", "", ""), stale=True, index=first + number)
