# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The physics of an RMC connection: what both ends say follows from the state of both ends, after a settling delay.

No timers. Whoever looks or changes something calls ``observe``; it notes where each link is heading and since when.
Tokens and views are evaluated from that history for the moment of the question.
"""

from __future__ import annotations

from typing import List, Optional, Tuple, Union

from . import harm, identity, network
from .model import CachedView, Estate, Hmc, LinkState, Loaded, Lpar, ManagedSystem, McpRecord, NodeRow, Partition, RawView, Slot, Target
from .subsystems import expire

HISTORY = 6
CLOCK_LIMIT = 300           # HBA2_CRED_TIMETOLIVE
FULL_PERCENT = 100
BAD_LEVELS = ("3.1.5.0", "3.2.0.0")   # IBM lists APARs against exactly these; here: the HMC gets no client session
OLD_LEVEL = (3, 2)          # older RSCT is shut out by an HMC in NIST mode
REGISTERING_STATES = ("operating", "standby")
DCAPS = {"aix": ("0x2c5f", "0x4000001b, 0x1b"), "vios": ("0x14f9f", "0x4000003a, 0x3a")}


# --- the LPAR's own condition ------------------------------------------------------------------------------------------

def ready(estate: Estate, lpar: Lpar, now: float) -> bool:
    """rmcd answers clients and has bound its ports: a moment after its start."""
    return lpar.loaded is not None and now >= lpar.loaded.started_at + 0.25 * estate.settle


def filesystem_full(lpar: Lpar, mount: str = "/var") -> bool:
    return any(fs.mount == mount and (fs.used_kb >= fs.size_kb or fs.inodes_used >= fs.inodes) for fs in lpar.filesystems)


def source_address(lpar: Lpar, now: float) -> str:
    """The route may lead out by another interface, all the time or by turns."""
    away = not lpar.route_seconds or int(now / lpar.route_seconds) % 2
    return lpar.route_source if lpar.route_source and away else lpar.address


def record_for(lpar: Lpar, hmc: Hmc) -> Optional[McpRecord]:
    """The IBM.MCP record that leads to this HMC: by its address, in-band by its name."""
    if lpar.loaded is None:
        return None
    for record in lpar.loaded.mcps:
        if hmc.address in record.ip_addresses or (lpar.in_band and record.hmc_name == hmc.hmc_name):
            return record
    return None


def new_record(estate: Estate, lpar: Lpar, hmc: Hmc) -> McpRecord:
    cluster = estate.clusters.get(lpar.cluster or "")
    name = lpar.hostname if lpar.in_band else lpar.address
    return McpRecord(
        mn_name=name, node_id=hmc.node_id, key_token=hmc.name, ip_addresses=[] if lpar.in_band else [hmc.address], connectivity_names=[name],
        hmc_name=hmc.hmc_name, hmc_ip_addr="" if lpar.in_band else hmc.address, hmc_add_ips=",".join(hmc.other_addresses), node_names=[lpar.hostname],
        active_peer_domain=cluster.name if cluster and cluster.online and cluster.kind != "ssp" else "", comm_mode=2 if lpar.in_band else 1)


# --- authentication ----------------------------------------------------------------------------------------------------

def authenticated(lpar: Lpar, hmc: Hmc) -> bool:
    if not lpar.names_ok or abs(lpar.clock_offset - hmc.clock_offset) > CLOCK_LIMIT:
        return False
    if hmc.security_mode != "legacy" and _level(lpar) < OLD_LEVEL:
        return False
    trusted = identity.trusted_hosts(lpar) or {}
    return identity.keys_pair(lpar) and hmc.keys.get(lpar.name) == identity.public_key(lpar) and trusted.get(hmc.name) == hmc.key


def exchange_keys(lpar: Lpar, hmc: Hmc) -> bool:
    """Node and MCP give each other their public keys. A key that the HMC saw replaced before is not taken back."""
    if not identity.keys_pair(lpar) or lpar.name in hmc.strangers:
        return False
    own = identity.public_key(lpar)
    retired = hmc.retired_keys.setdefault(lpar.name, set())
    if own in retired:
        return False
    old = hmc.keys.get(lpar.name)
    if old and old != own:
        retired.add(old)
    hmc.keys[lpar.name] = own
    entries = identity.trusted_hosts(lpar) or {}
    if entries.get(hmc.name) != hmc.key:
        entries[hmc.name] = hmc.key
        identity.write_trusted_hosts(lpar, entries)
    return True


def _level(lpar: Lpar) -> Tuple[int, ...]:
    return tuple(int(part) for part in lpar.rsct_level().split(".")[:2] if part.isdigit())


# --- where a link is heading -------------------------------------------------------------------------------------------

def duplicates(estate: Estate, lpar: Lpar) -> List[str]:
    """Names of all running nodes that carry this node's id, itself included."""
    own = lpar.loaded.node_id if lpar.loaded else None
    return sorted(other.name for other in estate.lpars.values() if own and other.up and other.loaded and other.loaded.node_id == own)


def reachable(estate: Estate, hmc: Hmc, lpar: Lpar) -> bool:
    """Heartbeats pass in both directions."""
    if not (hmc.up and hmc.rmc_up):
        return False
    if lpar.in_band:
        return lpar.active("mcproxy")
    if network.interface_lost(lpar) or (lpar.loaded and lpar.loaded.without_interface):
        return False
    return network.udp_passes(estate, lpar, hmc)


def address_conflict(hmc: Hmc, lpar: Lpar) -> bool:
    """The HMC looks for this partition in the wrong place, or finds a dead one's row under its address."""
    own = hmc.nodes.get(lpar.slot)
    if own and own.pinned and own.address != lpar.address:
        return True
    return any(row.stale and row.address == lpar.address and slot != lpar.slot for slot, row in hmc.nodes.items())


def target(estate: Estate, hmc: Hmc, lpar: Lpar, now: float) -> Target:
    known = lpar.slot in hmc.nodes
    loaded = lpar.loaded
    if loaded is None or not lpar.up or lpar.wrecked:
        return Target("O" if known else "")
    record = record_for(lpar, hmc)
    if record is None:
        return Target("O" if known else "", generation=max(loaded.started_at, hmc.restarted_at))
    token = _token(estate, hmc, lpar, loaded, record, now)
    if token == "I" and _cannot_be_new(estate, hmc, lpar, now):
        token = "O"
    usable = (loaded.remote or lpar.in_band) and loaded.client_policy != "D" and loaded.daemon_policy != "D" \
        and not lpar.foreign_sender and not lpar.unexplained and lpar.rsct_level() not in BAD_LEVELS
    return Target(token, usable, lpar.active("IBM.DRM"), max(loaded.started_at, hmc.restarted_at))


def _cannot_be_new(estate: Estate, hmc: Hmc, lpar: Lpar, now: float) -> bool:
    """A system without connection to its HMC keeps the RMC connections that it has, and gets no new ones."""
    lost_at = hmc.systems[lpar.machine].lost_at
    if lost_at is None or lpar.loaded is None:
        return False
    state = estate.links.get((hmc.name, lpar.name), LinkState())
    return max(lpar.loaded.started_at, hmc.restarted_at) > lost_at or _evaluate(estate, state, now)[0] != "I"


def _token(estate: Estate, hmc: Hmc, lpar: Lpar, loaded: Loaded, record: McpRecord, now: float) -> str:
    if loaded.suspends(record):
        return "S"
    if now < lpar.link_hold_until or record.node_id != hmc.node_id or not reachable(estate, hmc, lpar) or address_conflict(hmc, lpar):
        return "O"
    if not loaded.consistent or not loaded.node_id or not lpar.active(lpar.domain_manager):
        return "O"
    if lpar.flap_seconds and int(now / lpar.flap_seconds) % 2:
        return "O"
    source = source_address(lpar, now)
    if source != lpar.address and source not in record.connectivity_names:
        return "O"
    if len(duplicates(estate, lpar)) > 1:
        return "Z"
    if _mtu_differs(lpar):
        loaded.refused[hmc.name] = "X"
    if hmc.name in loaded.refused:
        return "X"
    return "I" if authenticated(lpar, hmc) else "i"


def _mtu_differs(lpar: Lpar) -> bool:
    return not lpar.in_band and bool(lpar.interfaces) and lpar.interfaces[0].mtu > lpar.path_mtu


# --- observing ---------------------------------------------------------------------------------------------------------

def observe(estate: Estate, now: float, lpar: Optional[Lpar] = None) -> None:
    """Note the present heading of the links of one LPAR (or of all), and let what is due happen.

    What became due since somebody looked last happened then, not now: the state must not depend on who looks.
    """
    for each in [lpar] if lpar else list(estate.lpars.values()):
        hmcs = estate.hmcs_of(each.machine)
        looked = max((estate.links[(hmc.name, each.name)].looked for hmc in hmcs if (hmc.name, each.name) in estate.links), default=now)
        due = {moment for moment in (each.discover_at, each.exchange_at, each.link_hold_until) if moment and looked < moment < now}
        for moment in sorted(due) + [now]:
            expire(each, moment)
            harm.look(estate, each)
            _look_around(estate, each, moment)
            discover(estate, each, moment)
            exchange(estate, each, moment)
            for hmc in hmcs:
                _note(estate, hmc, each, moment)
        network.write_state(estate, each, source_address(each, now))


def _look_around(estate: Estate, lpar: Lpar, now: float) -> None:
    """What is remembered beyond its cause."""
    if lpar.loaded and network.interface_lost(lpar):
        lpar.loaded.without_interface = True
    for hmc in estate.hmcs_of(lpar.machine):
        connection = hmc.systems[lpar.machine]
        if connection.state.lower() in REGISTERING_STATES:
            connection.lost_at = None
        elif connection.lost_at is None:
            connection.lost_at = now


def _note(estate: Estate, hmc: Hmc, lpar: Lpar, now: float) -> None:
    state = estate.links.setdefault((hmc.name, lpar.name), LinkState())
    state.looked = now
    heading = target(estate, hmc, lpar, now)
    if not state.history or state.history[-1][1] != heading:
        state.history.append((now, heading))
        if len(state.history) > HISTORY:
            del state.history[0]
    if lpar.loaded and heading.token in ("I", "Z") and _evaluate(estate, state, now)[0] == heading.token:
        _register(hmc, lpar, now)


def discover(estate: Estate, lpar: Lpar, now: float) -> None:
    """IBM.MgmtDomainRM reads the HMCs' identities from the firmware and adds a record for an address it does not have."""
    if lpar.discover_at is None or now < lpar.discover_at or lpar.loaded is None:
        return
    if not lpar.active(lpar.domain_manager) or estate.systems[lpar.machine].novalink:
        return
    lpar.discover_at = None
    for hmc in estate.hmcs_of(lpar.machine):
        if hmc.up and hmc.systems[lpar.machine].state.lower() in REGISTERING_STATES and record_for(lpar, hmc) is None:
            lpar.loaded.mcps.append(new_record(estate, lpar, hmc))
    identity.write_registry(lpar)


def exchange(estate: Estate, lpar: Lpar, now: float) -> None:
    if lpar.exchange_at is None or now < lpar.exchange_at or lpar.loaded is None or lpar.discover_at is not None:
        return
    lpar.exchange_at = None
    if not identity.tree_usable(lpar):
        return
    for hmc in estate.hmcs_of(lpar.machine):
        record = record_for(lpar, hmc)
        if record and record.node_id == hmc.node_id and reachable(estate, hmc, lpar):
            exchange_keys(lpar, hmc)


def _register(hmc: Hmc, lpar: Lpar, now: float) -> None:
    row = hmc.nodes.get(lpar.slot)
    if row is None:
        row = hmc.nodes[lpar.slot] = NodeRow(lpar.address, index=max([r.index for r in hmc.nodes.values()], default=-1) + 1)
    if not row.pinned:
        row.address = source_address(lpar, now)
        hmc.cached_address.pop(lpar.slot, None)
    row.stale = False
    row.node_id = lpar.loaded.node_id or ""
    row.os = ("AIX", "%s.%s" % (lpar.oslevel[0], lpar.oslevel[1]), lpar.oslevel)


# --- evaluating the history --------------------------------------------------------------------------------------------

def _evaluate(estate: Estate, state: LinkState, moment: float) -> Tuple[str, Target]:
    """Token and heading at a moment: a link comes up by way of O and i, and goes down when heartbeats are missed."""
    token, current, since, generation = "", Target(""), 0.0, None
    for index, (start, heading) in enumerate(state.history):
        if start > moment and index > 0:
            break
        if index > 0:
            token = _progress(estate, token, current, start - since)
            if heading.generation != generation and heading.token:
                token = "O"     # another rmcd: it begins anew
        else:
            token = heading.token
        current, since, generation = heading, start, heading.generation
    return _progress(estate, token, current, moment - since), current


def _progress(estate: Estate, before: str, heading: Target, elapsed: float) -> str:
    if heading.token == before or elapsed >= estate.settle:
        return heading.token
    if elapsed < estate.settle / 2:
        return before or "O"
    return "i" if heading.token == "I" else heading.token


def _flapping(estate: Estate, lpar: Lpar, now: float) -> bool:
    """Is it this one's turn among the nodes with one id?"""
    names = duplicates(estate, lpar)
    return not names or names[int(now / max(estate.settle, 0.5)) % len(names)] == lpar.name


# --- what the LPAR says ------------------------------------------------------------------------------------------------

def tokens(estate: Estate, lpar: Lpar, now: float) -> List[Tuple[McpRecord, str, str]]:
    """One row per IBM.MCP record: (record, token 1, token 2)."""
    rows = []
    for record in lpar.loaded.mcps if lpar.loaded else []:
        hmc = next((h for h in estate.hmcs_of(lpar.machine) if record_for(lpar, h) is record), None)
        if hmc is None:
            token = "I" if record.ip_addresses and record.ip_addresses[0].startswith("fe80:") else "O"
        else:
            token = _evaluate(estate, estate.links.setdefault((hmc.name, lpar.name), LinkState()), now)[0] or "O"
        if token == "Z":
            token = "I" if _flapping(estate, lpar, now) else "O"
        queue = "R" if token == "X" or (token == "S") else "A"
        rows.append((record, "O" if token == "S" else token, queue))
    return rows


# --- what the HMC says -------------------------------------------------------------------------------------------------

def _slot(where: Union[Lpar, Slot]) -> Slot:
    return where.slot if isinstance(where, Lpar) else where


def raw_view(estate: Estate, hmc: Hmc, where: Union[Lpar, Slot], now: float) -> Optional[RawView]:
    """The HMC's RMC row of a partition; None when it never connected."""
    slot = _slot(where)
    lpar = estate.lpar_at(slot)
    if lpar:
        observe(estate, now, lpar)
    row = hmc.nodes.get(slot)
    if row is None:
        return None
    active, drm, token = _hmc_side(estate, hmc, lpar, now) if lpar and not row.stale else (False, False, "O")
    dcaps, cmdcaps = DCAPS[lpar.kind if lpar else "aix"]
    return RawView(
        active=int(active), address=row.address, hostname=row.hostname, os=row.os, dcaps=dcaps if active and drm else "0x0",
        cmdcaps=cmdcaps if active else "0x0, 0x0", pinned_mem=2048 + 13 * slot[1] if active else 0, node_id=row.node_id, token=token, index=row.index)


def _hmc_side(estate: Estate, hmc: Hmc, lpar: Lpar, moment: float) -> Tuple[bool, bool, str]:
    """(active, IBM.DRM answers, the HMC's token)."""
    token, heading = _evaluate(estate, estate.links.setdefault((hmc.name, lpar.name), LinkState()), moment)
    if token == "Z":
        return _flapping(estate, lpar, moment), heading.drm, "Z"
    return token == "I" and heading.usable, heading.drm, "O" if token in ("S", "") else token


def cached_view(estate: Estate, hmc: Hmc, where: Union[Lpar, Slot], now: float) -> CachedView:
    """What lssyscfg prints: the raw data of some time ago, or a row that only a rebuild corrects."""
    slot = _slot(where)
    lpar = estate.lpar_at(slot)
    system = estate.systems[slot[0]]
    partition = system.partition(slot[1]) or Partition("", slot[1])
    if lpar is None or partition.state != "Running" or partition.lpar_env == "os400":
        return _without_rmc(hmc, slot, partition)
    observe(estate, now, lpar)
    active, drm, _token_of_hmc = _hmc_side(estate, hmc, lpar, now - estate.settle)
    state, caps = ("active", (1, 1, 1) if drm else (0, 0, 0)) if active else ("inactive", (0, 0, 0))
    if slot not in hmc.nodes:
        state = "none"
    if slot in hmc.frozen:
        state, caps = hmc.frozen[slot].rmc_state, hmc.frozen[slot].dlpar
    if hmc.busy.get(slot, 0) > now:
        state = "busy"
    return CachedView(state, shown_address(hmc, slot), caps, caps[0], os_version(lpar) if slot in hmc.nodes else "Unknown")


def shown_address(hmc: Hmc, slot: Slot) -> str:
    row = hmc.nodes.get(slot)
    return hmc.cached_address.get(slot, row.address if row else "")


def _without_rmc(hmc: Hmc, slot: Slot, partition: Partition) -> CachedView:
    if partition.lpar_env == "os400":
        capable = 1 if partition.state == "Running" else 0
        return CachedView("none", "", (capable,) * 3, capable, partition.os_version)
    none = partition.state == "Error" or (partition.state == "Running" and slot not in hmc.nodes)
    return CachedView("none" if none else "inactive", "" if none else shown_address(hmc, slot), (0, 0, 0), 0, partition.os_version)


def os_version(lpar: Lpar) -> str:
    if lpar.kind == "vios":
        return "VIOS %s " % lpar.ios_level      # the trailing blank is real
    return "AIX %s.%s %s" % (lpar.oslevel[0], lpar.oslevel[1], lpar.oslevel)


# --- what HMC commands change ------------------------------------------------------------------------------------------

def rebuild(estate: Estate, hmc: Hmc, system: ManagedSystem, now: float) -> None:
    """chsysstate -o rebuild: the cache is read anew. Addresses and rows of RMC itself stay, except those of partitions that were deleted."""
    for slot, row in list(hmc.nodes.items()):
        if slot[0] == system.machine and row.stale and system.partition(slot[1]) is None:
            del hmc.nodes[slot]
    for slot in [slot for slot in hmc.frozen if slot[0] == system.machine]:
        del hmc.frozen[slot]
    observe(estate, now)


def autocorrect(estate: Estate, hmc: Hmc, slot: Slot, address: str, now: float) -> List[str]:
    """diagrmc --autocorrect for one partition: recycled and stale addresses, trust. Returns what was corrected."""
    done = []
    for other, row in list(hmc.nodes.items()):
        if row.stale and row.address == address and other != slot:
            del hmc.nodes[other]
            done.append("recycled address")
    lpar, row = estate.lpar_at(slot), hmc.nodes.get(slot)
    if lpar is None or lpar.loaded is None:
        return done
    if row and row.pinned and lpar.address == address:
        row.pinned, row.address = False, address
        hmc.cached_address.pop(slot, None)
        done.append("stale address")
    record = record_for(lpar, hmc)
    hmc.strangers.discard(lpar.name)
    if record and record.node_id == hmc.node_id and reachable(estate, hmc, lpar) and not authenticated(lpar, hmc) and exchange_keys(lpar, hmc):
        done.append("trust")
    observe(estate, now)
    return done
