# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to the state in which the estate was built: every host is kept as it was then."""

from __future__ import annotations

import pickle
from typing import List, Optional

from . import daemons, harm, identity, link
from .model import Estate, Hmc, Lpar, NodeRow

HMC_STATE = ("up", "rmc_up", "firewall_open", "security_mode", "clock_offset", "users", "session_limit", "command_seconds", "diagrmc_seconds", "hanging",
             "slow", "systems", "frozen", "busy", "harm", "harm_told", "restarted_at")


def remember(estate: Estate) -> None:
    for lpar in estate.lpars.values():
        harm.settle_files(lpar)
    for host in list(estate.lpars.values()) + list(estate.hmcs.values()):
        estate.pristine[host.name] = pickle.dumps(host)
    estate.pristine["clusters"] = pickle.dumps(estate.clusters)
    for machine, system in estate.systems.items():
        estate.pristine["system " + machine] = pickle.dumps(system)


def heal(estate: Estate, host: Optional[str], now: float) -> List[str]:
    if host is None:
        estate.blocks.clear()
        estate.faults.clear()
        names = list(estate.hmcs) + list(estate.lpars)
    elif host in estate.lpars or host in estate.hmcs:
        names = [host]
    elif host in estate.faults:     # a subnet
        estate.blocks = [block for block in estate.blocks if block.source != host]
        names = []
    else:
        raise ValueError("no host %r" % host)
    for name in names:
        if name in estate.hmcs:
            _heal_hmc(estate, estate.hmcs[name])
        else:
            _heal_lpar(estate, estate.lpars[name], now)
    for name in names or [host]:
        estate.faults.pop(name, None)
    link.observe(estate, now)
    return names or [host]


def _heal_hmc(estate: Estate, hmc: Hmc) -> None:
    old = pickle.loads(estate.pristine[hmc.name])
    for name in HMC_STATE:
        setattr(hmc, name, getattr(old, name))
    hmc.nodes = {slot: row for slot, row in hmc.nodes.items() if not row.stale or slot in old.nodes}
    for row in hmc.nodes.values():
        row.pinned = False
    estate.blocks = [block for block in estate.blocks if block.hmc != hmc.name]


def _heal_lpar(estate: Estate, lpar: Lpar, now: float) -> None:
    lpar.__dict__.update(pickle.loads(estate.pristine[lpar.name]).__dict__)
    node_id = lpar.loaded.node_id
    for subsystem in lpar.subsystems.values():
        if subsystem.group in ("rsct", "rsct_rm"):
            subsystem.pid = 0
    _heal_surroundings(estate, lpar)
    identity.wipe_tree(lpar)
    identity.build_tree(lpar, node_id)
    identity.make_domain_tree(estate, lpar)
    identity.write_node_id(identity.etc_node_id(lpar), node_id)
    identity.write_registry(lpar)
    harm.settle_files(lpar)
    lpar.loaded = None
    # Running since the boot, as it was built: a young rmcd is a symptom of its own.
    daemons.start(estate, lpar, "ctrmc", min(lpar.boot_time + 60.0, now))
    daemons.start_mcproxy(estate, lpar, min(lpar.boot_time + 60.0, now))


def _heal_surroundings(estate: Estate, lpar: Lpar) -> None:
    """What the network, the system, the HMCs and the cluster hold about this partition."""
    estate.blocks = [block for block in estate.blocks if block.source != lpar.address]
    estate.reached_instead.pop(lpar.name, None)
    system, old_system = estate.systems[lpar.machine], pickle.loads(estate.pristine["system " + lpar.machine])
    system.novalink = old_system.novalink
    gone = [each for each in system.partitions if each.name == lpar.name + "_old"]
    system.partitions = [old_system.partition(lpar.lpar_id) if each.lpar_id == lpar.lpar_id else each for each in system.partitions if each not in gone]
    for hmc in estate.hmcs_of(lpar.machine):
        old = pickle.loads(estate.pristine[hmc.name])
        hmc.systems[lpar.machine] = old.systems[lpar.machine]
        for each in gone:
            hmc.nodes.pop((lpar.machine, each.lpar_id), None)
        index = hmc.nodes[lpar.slot].index if lpar.slot in hmc.nodes else len(hmc.nodes)
        hmc.nodes[lpar.slot] = NodeRow(lpar.address, index=index)
        for held in (hmc.cached_address, hmc.frozen, hmc.busy):
            held.pop(lpar.slot, None)
        hmc.retired_keys.pop(lpar.name, None)
        hmc.strangers.discard(lpar.name)
    if lpar.cluster:
        estate.clusters[lpar.cluster] = pickle.loads(estate.pristine["clusters"])[lpar.cluster]
