# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HMC side, and what many LPARs have at once."""

from __future__ import annotations

from ..model import Block, FrozenRow, NodeRow, Partition
from .base import EITHER, LINK, OWN, Where, fault


@fault(EITHER)
def system_not_connected(where: Where, state: str = "No Connection") -> None:
    """The HMC has lost the managed system of the host (option state)."""
    machines = {lpar.machine for lpar in where.lpars} or set(where.one_hmc().systems)
    for machine in machines:
        for hmc in [where.hmc] if where.hmc else where.estate.hmcs_of(machine):
            hmc.systems[machine].state = state


@fault(LINK)
def hmc_cache_mismatch(where: Where) -> None:
    """lssyscfg keeps saying inactive while lspartition has Active:<1>; only a rebuild corrects it."""
    for lpar in where.lpars:
        for hmc in where.hmcs(lpar):
            hmc.frozen[lpar.slot] = FrozenRow()


@fault(OWN)
def hmc_wide(where: Where, how: str = "firewall") -> None:
    """The firewall of the HMC is closed, as after an upgrade (option how=tmp: its /tmp is full and its RMC stopped)."""
    where.recorded = [where.one_hmc().name]
    if how == "tmp":
        where.one_hmc().rmc_up = False
    else:
        where.one_hmc().firewall_open = False


@fault(LINK)
def hmc_path(where: Where) -> None:
    """The path to one HMC is blocked (the named one, or the first); the other works."""
    for lpar in where.lpars:
        hmc = where.hmc or where.estate.hmcs_of(lpar.machine)[0]
        where.estate.blocks.append(Block(lpar.address, hmc.name, owner=lpar.name))


@fault(LINK)
def network_segment(where: Where) -> None:
    """The whole subnet is cut off from the HMCs (or from the named one), TCP and UDP."""
    if not where.subnet and len(where.lpars) != 1:
        raise ValueError("NETWORK_SEGMENT: name the subnet, or a host in it")
    subnet = where.subnet or where.lpars[0].address.rpartition(".")[0] + ".0/24"
    where.recorded = [where.name]
    where.estate.blocks.append(Block(subnet, where.hmc.name if where.hmc else "", owner=where.name))


@fault(LINK)
def recycled_ip(where: Where) -> None:
    """A dead partition's row on the HMC still holds the address of this one."""
    for lpar in where.lpars:
        system = where.estate.systems[lpar.machine]
        dead = next((partition for partition in system.partitions if partition.name == lpar.name + "_old"), None)
        lpar_id = dead.lpar_id if dead else max(partition.lpar_id for partition in system.partitions) + 20
        if not dead:
            system.partitions.append(Partition(lpar.name + "_old", lpar_id, "aixlinux", "Not Activated", "Unknown"))
        for hmc in where.hmcs(lpar):
            hmc.nodes[(lpar.machine, lpar_id)] = NodeRow(lpar.address, os=("AIX", "7.1", ""), stale=True, index=len(hmc.nodes))


@fault(LINK)
def stale_address(where: Where) -> None:
    """The partition has a new address; the HMC keeps the old one."""
    for lpar in where.lpars:
        prefix, _dot, last = lpar.address.rpartition(".")
        for hmc in [hmc for hmc in where.hmcs(lpar) if lpar.slot in hmc.nodes]:
            hmc.nodes[lpar.slot].address = "%s.%d" % (prefix, (int(last) + 100) % 250 + 1)
            hmc.nodes[lpar.slot].pinned = True


@fault()
def wrong_host(where: Where, other: str = "") -> None:
    """The address of the host reaches another one (option other=NAME)."""
    for lpar in where.lpars:
        names = [name for name in where.estate.lpars if name != lpar.name]
        if other and other not in names:
            raise ValueError("WRONG_HOST: no other host %r" % other)
        where.estate.reached_instead[lpar.name] = other or names[0]
