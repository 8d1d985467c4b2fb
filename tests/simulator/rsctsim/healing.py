# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back to the state in which the estate was built: every host is kept as it was then."""

from __future__ import annotations

import ipaddress
import pickle
from typing import List, Optional

from . import daemons, harm, identity, link
from .model import Estate, Hmc, Lpar

# Not the sessions that are open, and what belongs to the links of LPARs: they are healed with these.
HMC_STATE = ("up", "rmc_up", "firewall_open", "security_mode", "clock_offset", "users", "session_limit", "command_seconds", "diagrmc_seconds", "hanging",
             "slow", "systems", "frozen", "busy", "harm", "harm_told", "restarted_at")


def remember(estate: Estate) -> None:
    for lpar in estate.lpars.values():
        harm.settle_files(lpar)
    for host in list(estate.lpars.values()) + list(estate.hmcs.values()):
        estate.pristine[host.name] = pickle.dumps(host)
    for lpar in estate.lpars.values():
        estate.pristine["files " + lpar.name] = pickle.dumps(identity.files(lpar))
    estate.pristine["clusters"] = pickle.dumps(estate.clusters)
    for machine, system in estate.systems.items():
        estate.pristine["system " + machine] = pickle.dumps(system)


def heal(estate: Estate, host: Optional[str], now: float) -> List[str]:
    names = _named(estate, host)
    if host is None:
        _heal_systems(estate)
    else:
        estate.blocks = [block for block in estate.blocks if host not in (block.source, block.owner)]
        estate.faults.pop(host, None)
    for name in names:
        if name in estate.hmcs:
            _heal_hmc(estate, estate.hmcs[name])
        else:
            _heal_lpar(estate, estate.lpars[name], now)
    for name in names:
        estate.faults.pop(name, None)
    link.observe(estate, now)
    return names or [host]


def _named(estate: Estate, host: Optional[str]) -> List[str]:
    """The hosts meant by a name: one, those of a subnet, or all."""
    if host is None:
        return list(estate.hmcs) + list(estate.lpars)
    if host in estate.lpars or host in estate.hmcs:
        return [host]
    try:
        subnet = ipaddress.ip_network(host)
    except ValueError:
        raise ValueError("no host %r; there are %s" % (host, ", ".join(list(estate.lpars) + list(estate.hmcs)))) from None
    return [lpar.name for lpar in estate.lpars.values() if ipaddress.ip_address(lpar.address) in subnet]


def _heal_systems(estate: Estate) -> None:
    """What no single host has for itself."""
    estate.blocks.clear()
    estate.faults.clear()
    estate.reached_instead.clear()
    estate.clusters = pickle.loads(estate.pristine["clusters"])
    for machine in estate.systems:
        estate.systems[machine].__dict__.update(pickle.loads(estate.pristine["system " + machine]).__dict__)
    for hmc in estate.hmcs.values():
        hmc.__dict__.update(pickle.loads(estate.pristine[hmc.name]).__dict__, open_sessions=hmc.open_sessions)


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
    identity.restore_files(lpar, pickle.loads(estate.pristine["files " + lpar.name]))
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
        hmc.nodes[lpar.slot] = old.nodes[lpar.slot]
        for held in (hmc.cached_address, hmc.frozen, hmc.busy):
            held.pop(lpar.slot, None)
        hmc.retired_keys.pop(lpar.name, None)
        hmc.strangers.discard(lpar.name)
        hmc.keys[lpar.name] = old.keys.get(lpar.name, "")
        if "SECURITY_MODE" in estate.faults.get(lpar.name, []):
            hmc.security_mode = old.security_mode
    built = pickle.loads(estate.pristine["clusters"])
    estate.clusters.pop("dom_" + lpar.name, None)
    if lpar.cluster:
        estate.clusters[lpar.cluster] = built[lpar.cluster]
