# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No fault, or no verdict."""

from __future__ import annotations

from .. import daemons, healing, identity
from ..model import Lpar, McpRecord, Partition
from .base import EITHER, LINK, Where, fault


@fault(EITHER)
def healthy(where: Where) -> None:
    """Heal the host or the HMC."""
    for name in [lpar.name for lpar in where.lpars] or [where.hmc.name]:
        healing.heal(where.estate, name, where.now)


def _partition(where: Where, lpar: Lpar) -> Partition:
    return where.estate.systems[lpar.machine].partition(lpar.lpar_id)


def _switch_off(lpar: Lpar, now: float) -> None:
    daemons.stop_all(lpar, now, cures=False)
    lpar.up = False


@fault()
def out_of_scope(where: Where) -> None:
    """The partition runs IBM i: rmc_state none, nobody to log in to."""
    for lpar in where.lpars:
        _switch_off(lpar, where.now)
        partition = _partition(where, lpar)
        partition.lpar_env, partition.os_version = "os400", "Unknown"
        for hmc in where.estate.hmcs_of(lpar.machine):
            hmc.nodes.pop(lpar.slot, None)


@fault()
def not_running(where: Where, state: str = "Not Activated") -> None:
    """The partition is not running (option state: Not Activated, Open Firmware, Shutting Down, Error ...)."""
    for lpar in where.lpars:
        _switch_off(lpar, where.now)
        _partition(where, lpar).state = state


@fault()
def booting(where: Where, minutes: float = 4.0) -> None:
    """Up for 4 minutes (option minutes); no heartbeat before minute 10."""
    for lpar in where.lpars:
        daemons.stop_all(lpar, where.now)
        lpar.boot_time = where.now - 60 * minutes
        lpar.link_hold_until = lpar.boot_time + 600
        daemons.start(where.estate, lpar, "ctrmc", where.now - 1.0)


@fault()
def suspended(where: Where, lku: bool = False) -> None:
    """RMC is suspended on purpose, left over from a live kernel update (option lku=true: which still runs)."""
    for lpar in where.lpars:
        lpar.activity.lku = lku
        if lpar.loaded:
            lpar.loaded.suspended = True


@fault()
def co_managed(where: Where) -> None:
    """NovaLink manages the system: the only record is NovaLink's, over fe80::, and the HMC sees nothing."""
    for lpar in where.lpars:
        where.estate.systems[lpar.machine].novalink = True
        lpar.interfaces[0].link_local = "fe80::301a:c4ff:fe07:%x" % lpar.lpar_id
        address = "fe80::9aab:%x" % lpar.lpar_id
        identity.store_records(lpar, [McpRecord(lpar.interfaces[0].link_local, identity.new_node_id(), "novalink", [address], [lpar.interfaces[0].link_local],
                                                "NovaLink*%s" % lpar.machine.partition("*")[2], address, node_names=[lpar.hostname])])


@fault(EITHER)
def undetermined(where: Where, what: str = "hang") -> None:
    """Evidence is missing: on a host lsrsrc and rmcdomainstatus hang (option what=login: no login), an HMC does not answer (what=system: its systems hang)."""
    if where.hmc and not where.lpars:
        if what == "system":
            for system in where.hmc.systems.values():
                system.hang = True
        else:
            where.hmc.up = False
    for lpar in where.lpars:
        if what == "login":
            lpar.user_names = []
        else:
            lpar.hanging |= {"lsrsrc", "lsrsrc-api", "rmcdomainstatus"}


@fault()
def unknown(where: Where) -> None:
    """All evidence is there and good, and still the HMC has no connection."""
    for lpar in where.lpars:
        lpar.unexplained = True


@fault(LINK)
def busy(where: Where, seconds: float = 30.0) -> None:
    """The HMC answers busy for a while (option seconds); no fault."""
    for lpar in where.lpars:
        for hmc in where.hmcs(lpar):
            hmc.busy[lpar.slot] = where.now + seconds
