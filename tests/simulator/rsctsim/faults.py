# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One function per code of the failure modes: it changes the state that the code is about, and nothing else.

A fault is applied to a host, to all hosts of a subnet, or to an HMC (its own fault, or the link of a host to it).
The first line of each function says what it does; ``codes`` of the command line prints it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional

from . import daemons, healing, identity, link, subsystems
from .model import Block, Cluster, Estate, Fileset, FrozenRow, Hmc, Interface, Lpar, McpRecord, NodeRow, Partition, Subsystem
from .scenarios import SCENARIOS

OLD_HMC = ("hmcold", "7042CR9*21B7C30", "1f86d3a07c45be92")
FAULTS: Dict[str, Callable[..., None]] = {}


@dataclass
class Where:
    """To what a fault is applied."""

    estate: Estate
    now: float
    lpars: List[Lpar]
    hmc: Optional[Hmc] = None
    subnet: str = ""

    def hmcs(self, lpar: Lpar) -> List[Hmc]:
        """The HMC that was named, or all of this partition."""
        return [self.hmc] if self.hmc else self.estate.hmcs_of(lpar.machine)

    def one_hmc(self) -> Hmc:
        if self.hmc:
            return self.hmc
        return self.estate.hmcs_of(self.lpars[0].machine)[0] if self.lpars else next(iter(self.estate.hmcs.values()))


def fault(function: Callable[..., None]) -> Callable[..., None]:
    FAULTS[function.__name__.upper()] = function
    return function


def inject(estate: Estate, code: str, host: Optional[str] = None, subnet: Optional[str] = None, hmc: Optional[str] = None, now: float = 0.0,
           **options: Any) -> List[str]:
    """Apply a fault; the names of what it was applied to."""
    code = code.upper()
    if code in SCENARIOS:
        return _scenario(estate, code, host, now)
    if code not in FAULTS:
        raise ValueError("no fault %r; see the command codes" % code)
    where = _where(estate, host, subnet, hmc, now)
    if not where.lpars and not where.hmc:
        raise ValueError("%s: name a host, a subnet or an HMC" % code)
    FAULTS[code](where, **options)
    names = [lpar.name for lpar in where.lpars] if not where.subnet else [where.subnet]
    names = names or [where.hmc.name]
    for name in names:
        codes = estate.faults.setdefault(name, [])
        if code not in codes and code != "HEALTHY":
            codes.append(code)
    link.observe(estate, now)
    return [lpar.name for lpar in where.lpars] or names


def _where(estate: Estate, host: Optional[str], subnet: Optional[str], hmc: Optional[str], now: float) -> Where:
    for name, known in ((host, estate.lpars), (hmc, estate.hmcs)):
        if name and name not in known:
            raise ValueError("no host %r; there are %s" % (name, ", ".join(known)))
    where = Where(estate, now, [estate.lpars[host]] if host else [], estate.hmcs[hmc] if hmc else None, subnet or "")
    if subnet:
        network_ = ipaddress.ip_network(subnet)
        where.lpars = [lpar for lpar in estate.lpars.values() if ipaddress.ip_address(lpar.address) in network_]
        if not where.lpars:
            raise ValueError("no LPAR has an address in %s" % subnet)
    return where


def _scenario(estate: Estate, code: str, host: Optional[str], now: float) -> List[str]:
    touched: List[str] = []
    for step in SCENARIOS[code].steps(estate, host):
        touched += inject(estate, now=now, **step)
    return list(dict.fromkeys(touched))


def heal(estate: Estate, host: Optional[str], now: float) -> List[str]:
    return healing.heal(estate, host, now)


# --- no fault, or no verdict -------------------------------------------------------------------------------------------

@fault
def healthy(where: Where) -> None:
    """Heal the host."""
    for lpar in where.lpars:
        healing.heal(where.estate, lpar.name, where.now)


def _partition(where: Where, lpar: Lpar) -> Partition:
    return where.estate.systems[lpar.machine].partition(lpar.lpar_id)


def _switch_off(lpar: Lpar, now: float) -> None:
    daemons.stop_all(lpar, now)
    lpar.up = False


@fault
def out_of_scope(where: Where) -> None:
    """The partition runs IBM i: rmc_state none, nobody to log in to."""
    for lpar in where.lpars:
        _switch_off(lpar, where.now)
        partition = _partition(where, lpar)
        partition.lpar_env, partition.os_version = "os400", "Unknown"
        for hmc in where.estate.hmcs_of(lpar.machine):
            hmc.nodes.pop(lpar.slot, None)


@fault
def not_running(where: Where, state: str = "Not Activated") -> None:
    """The partition is not running (option state: Not Activated, Open Firmware, Shutting Down, Error ...)."""
    for lpar in where.lpars:
        _switch_off(lpar, where.now)
        _partition(where, lpar).state = state


@fault
def booting(where: Where, minutes: float = 4.0) -> None:
    """Up for 4 minutes (option minutes); no heartbeat before minute 10."""
    for lpar in where.lpars:
        daemons.stop_all(lpar, where.now)
        lpar.boot_time = where.now - 60 * minutes
        lpar.link_hold_until = lpar.boot_time + 600
        daemons.start(where.estate, lpar, "ctrmc", where.now - 1.0)


@fault
def suspended(where: Where, lku: bool = False) -> None:
    """RMC is suspended on purpose, left over from a live kernel update (option lku=true: which still runs)."""
    for lpar in where.lpars:
        lpar.activity.lku = lku
        if lpar.loaded:
            lpar.loaded.suspended = True


@fault
def co_managed(where: Where) -> None:
    """NovaLink manages the system: the only record is NovaLink's, over fe80::, and the HMC sees nothing."""
    for lpar in where.lpars:
        where.estate.systems[lpar.machine].novalink = True
        lpar.interfaces[0].link_local = "fe80::301a:c4ff:fe07:%x" % lpar.lpar_id
        if lpar.loaded:
            address = "fe80::9aab:%x" % lpar.lpar_id
            lpar.loaded.mcps = [McpRecord(lpar.interfaces[0].link_local, identity.new_node_id(), "novalink", [address], [lpar.interfaces[0].link_local],
                                          "NovaLink*%s" % lpar.machine.partition("*")[2], address, node_names=[lpar.hostname])]
            identity.write_registry(lpar)


@fault
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


@fault
def unknown(where: Where) -> None:
    """All evidence is there and good, and still the HMC has no connection."""
    for lpar in where.lpars:
        lpar.unexplained = True


@fault
def busy(where: Where, seconds: float = 30.0) -> None:
    """The HMC answers busy for a while (option seconds); no fault."""
    for lpar in where.lpars:
        for hmc in where.hmcs(lpar):
            hmc.busy[lpar.slot] = where.now + seconds


# --- HMC side and fleet ------------------------------------------------------------------------------------------------

@fault
def system_not_connected(where: Where, state: str = "No Connection") -> None:
    """The HMC has lost the managed system of the host (option state)."""
    machines = {lpar.machine for lpar in where.lpars} or set(where.one_hmc().systems)
    for machine in machines:
        for hmc in [where.hmc] if where.hmc else where.estate.hmcs_of(machine):
            hmc.systems[machine].state = state


@fault
def hmc_cache_mismatch(where: Where) -> None:
    """lssyscfg keeps saying inactive while lspartition has Active:<1>; only a rebuild corrects it."""
    for lpar in where.lpars:
        for hmc in where.hmcs(lpar):
            hmc.frozen[lpar.slot] = FrozenRow()


@fault
def hmc_wide(where: Where, how: str = "firewall") -> None:
    """The firewall of the HMC is closed, as after an upgrade (option how=tmp: its /tmp is full and its RMC stopped)."""
    if how == "tmp":
        where.one_hmc().rmc_up = False
    else:
        where.one_hmc().firewall_open = False


@fault
def hmc_path(where: Where) -> None:
    """The path to one HMC is blocked (the named one, or the first); the other works."""
    for lpar in where.lpars:
        where.estate.blocks.append(Block(lpar.address, where.one_hmc().name))


@fault
def network_segment(where: Where) -> None:
    """The whole subnet is cut off from the HMCs (or from the named one), TCP and UDP."""
    subnet = where.subnet or where.lpars[0].address.rpartition(".")[0] + ".0/24"
    where.estate.blocks.append(Block(subnet, where.hmc.name if where.hmc else ""))


@fault
def recycled_ip(where: Where) -> None:
    """A dead partition's row on the HMC still holds the address of this one."""
    for lpar in where.lpars:
        system = where.estate.systems[lpar.machine]
        lpar_id = max(partition.lpar_id for partition in system.partitions) + 20
        system.partitions.append(Partition(lpar.name + "_old", lpar_id, "aixlinux", "Not Activated", "Unknown"))
        for hmc in where.hmcs(lpar):
            hmc.nodes[(lpar.machine, lpar_id)] = NodeRow(lpar.address, os=("AIX", "7.1", ""), stale=True, index=len(hmc.nodes))


@fault
def stale_address(where: Where) -> None:
    """The partition has a new address; the HMC keeps the old one."""
    for lpar in where.lpars:
        prefix, _dot, last = lpar.address.rpartition(".")
        for hmc in where.hmcs(lpar):
            hmc.nodes[lpar.slot].address = "%s.%d" % (prefix, (int(last) + 100) % 250 + 1)
            hmc.nodes[lpar.slot].pinned = True


@fault
def wrong_host(where: Where, other: str = "") -> None:
    """The address of the host reaches another one (option other=NAME)."""
    for lpar in where.lpars:
        names = [name for name in where.estate.lpars if name != lpar.name]
        where.estate.reached_instead[lpar.name] = other or names[0]


# --- network -----------------------------------------------------------------------------------------------------------

def _block(where: Where, lpar: Lpar, **rule: Any) -> None:
    where.estate.blocks.append(Block(lpar.address, where.hmc.name if where.hmc else "", **rule))


@fault
def network_tcp_blocked(where: Where, result: str = "timeout") -> None:
    """A firewall between host and HMC drops the RMC port (option result=refused or unreachable)."""
    for lpar in where.lpars:
        _block(where, lpar, tcp=result)


@fault
def network_udp_blocked(where: Where) -> None:
    """TCP passes, UDP does not: connects work, heartbeats do not."""
    for lpar in where.lpars:
        _block(where, lpar, tcp="open")


@fault
def local_filter(where: Where) -> None:
    """IP filter rules of the host itself deny the RMC port."""
    for lpar in where.lpars:
        lpar.ipsec_available = True
        tail = "|local|inbound|no|all packets|0|all|0|||"
        lpar.filter_rules = ["1|permit|0.0.0.0|0.0.0.0|0.0.0.0|0.0.0.0|no|udp|eq|4001|eq|4001|both|both|no|all packets|0|all|0|||Default Rule"]
        for hmc in where.hmcs(lpar):
            for protocol in ("udp", "tcp"):
                lpar.filter_rules.append("%d|deny|%s|255.255.255.255|%s|255.255.255.255|yes|%s|any|0|eq|%d%s" % (
                    len(lpar.filter_rules) + 1, hmc.address, lpar.address, protocol, where.estate.rmc_port, tail))
        lpar.filter_rules.append("0|permit|0.0.0.0|0.0.0.0|0.0.0.0|0.0.0.0|yes|all|any|0|any|0|both|both|no|all packets|0|all|0|||Default Rule")


@fault
def mtu_mismatch(where: Where, mtu: int = 9000) -> None:
    """Jumbo frames on the host, none on the way: heartbeats pass, data does not."""
    for lpar in where.lpars:
        lpar.interfaces[0].mtu = mtu


@fault
def multi_homed(where: Where) -> None:
    """A second interface took over the route to the HMCs: the source address is not the registered one."""
    for lpar in where.lpars:
        parts = lpar.address.split(".")
        address = "%s.%s.%d.%s" % (parts[0], parts[1], 200 + int(parts[2]) % 50, parts[3])
        lpar.interfaces.append(Interface("en1", lpar.interfaces[0].mac + "1", addresses=[address]))
        lpar.route_source = address
        identity.trust_own_names(lpar)


@fault
def mgmt_if_lost(where: Where) -> None:
    """PowerVS: the management interface has lost its IPv6 link-local address, by which the record knows the host."""
    for lpar in where.lpars:
        lost = lpar.interfaces[0].link_local or "fe80::301a:c4ff:fe07:%x" % lpar.lpar_id
        lpar.powervs = True
        lpar.interfaces[0].link_local = ""
        for record in lpar.loaded.mcps if lpar.loaded else []:
            record.mn_name, record.connectivity_names = lost, [lost]
        identity.write_registry(lpar)


@fault
def port_conflict(where: Where) -> None:
    """Somebody foreign sends to UDP 657: rmcd logs 2610-217 again and again."""
    for lpar in where.lpars:
        lpar.foreign_sender = where.estate.base + ".0.66"
        with open(identity.var_ct(lpar) / "IW/log/mc/default", "a", encoding="utf-8") as handle:
            for number in range(5):
                handle.write("rmcd: 2610-217 %d unrecognized messages were received in the last %d.18 minutes.\n" % (193 + number, 10 + number))
        subsystems.log_error(lpar, where.now, "573790AA", "I", "O", "RMCdaemon", "The default log file has been changed.", "RMCD_INFO_2_ST")


@fault
def in_band(where: Where) -> None:
    """The host uses in-band RMC only: mcproxy, no port 657, records without an address. No fault."""
    for lpar in where.lpars:
        if lpar.in_band:
            continue
        lpar.in_band, lpar.oslevel = True, "7300-04-00-2546"
        lpar.filesets.append(Fileset("rsct.core.mcproxy", lpar.rsct_level(), "RSCT Management Console Proxy"))
        lpar.subsystems["mcproxy"] = Subsystem("mcproxy", "rsct", daemons.new_pid(where.estate), where.now)
        if lpar.loaded:
            lpar.loaded.mcps = [link.new_record(where.estate, lpar, hmc) for hmc in where.estate.hmcs_of(lpar.machine)]
            identity.write_registry(lpar)


@fault
def in_band_down(where: Where) -> None:
    """In-band host whose mcproxy is inoperative."""
    in_band(where)
    for lpar in where.lpars:
        subsystems.stop(lpar, "mcproxy", where.now)


# --- RSCT --------------------------------------------------------------------------------------------------------------

@fault
def rsct_missing(where: Where) -> None:
    """The RSCT filesets are not installed: no commands, no subsystems, never seen by the HMC."""
    for lpar in where.lpars:
        daemons.stop_all(lpar, where.now)
        lpar.filesets = [fs for fs in lpar.filesets if not fs.name.startswith("rsct.") and fs.name != "devices.chrp.base.ServiceRM"]
        lpar.subsystems = {name: each for name, each in lpar.subsystems.items() if each.group not in ("rsct", "rsct_rm")}
        for hmc in where.estate.hmcs_of(lpar.machine):
            hmc.nodes.pop(lpar.slot, None)


def _set_level(lpar: Lpar, level: str) -> None:
    for fs in lpar.filesets:
        if fs.name.startswith("rsct."):
            fs.level, fs.fix = level, False


@fault
def rsct_bad_level(where: Where, level: str = "3.2.0.0") -> None:
    """An RSCT level of the bad list (option level): token I, and the HMC still does not get on with it."""
    for lpar in where.lpars:
        _set_level(lpar, level)


@fault
def rsct_down(where: Where, how: str = "stopped", dying: float = 0.0) -> None:
    """rmcd and all managers are stopped.

    Options: how=undefined: not even defined; how=mgmtdomain: only IBM.MgmtDomainRM; dying=SECONDS: ends again after each start.
    """
    for lpar in where.lpars:
        if how == "mgmtdomain":
            subsystems.stop(lpar, "IBM.MgmtDomainRM", where.now)
            continue
        daemons.stop_all(lpar, where.now)
        if dying:
            lpar.subsystems["ctrmc"].dies_after, lpar.subsystems["ctrmc"].cure = dying, "nothing"
        if how == "undefined":
            lpar.subsystems.pop("ctrmc")
            lpar.inittab_ctrmc = False


@fault
def remote_disabled(where: Where) -> None:
    """Remote clients were disabled (rmcctrl -P and -Q): TCP 657 is not listening."""
    for lpar in where.lpars:
        lpar.remote_next = False
        if lpar.loaded:
            lpar.loaded.remote = False


@fault
def message_policy(where: Where, policy: str = "D") -> None:
    """The message policy towards clients was changed (rmcctrl -m, option policy)."""
    for lpar in where.lpars:
        lpar.client_policy_next = policy
        if lpar.loaded:
            lpar.loaded.client_policy = policy


@fault
def drm_down(where: Where, dying: float = 0.0, cure: str = "recycle") -> None:
    """IBM.DRM is inoperative (option dying=SECONDS: ends again after each start, until cure=recycle or reset)."""
    for lpar in where.lpars:
        subsystems.stop(lpar, "IBM.DRM", where.now)
        if dying:
            lpar.subsystems["IBM.DRM"].dies_after, lpar.subsystems["IBM.DRM"].cure = dying, cure


@fault
def filesystem_full(where: Where, mount: str = "/var", inodes: bool = False) -> None:
    """/var is full (options mount, inodes=true): rmcd has ended and cannot start."""
    for lpar in where.lpars:
        for fs in lpar.filesystems:
            if fs.mount == mount:
                if inodes:
                    fs.inodes_used = fs.inodes
                else:
                    fs.used_kb = fs.size_kb
        if mount == "/var":
            daemons.stop_all(lpar, where.now)
        subsystems.log_error(lpar, where.now, "F7FA22C9", "I", "O", "SYSJ2", "UNABLE TO ALLOCATE SPACE IN FILE SYSTEM", "J2_FS_FULL")


# --- identity and trust ------------------------------------------------------------------------------------------------

def _set_records(lpar: Lpar, records: List[McpRecord]) -> None:
    lpar.discover_at = None
    if lpar.loaded:
        lpar.loaded.mcps = records
        identity.write_registry(lpar)


def _old_record(where: Where, lpar: Lpar, address: str) -> McpRecord:
    name, hmc_name, node_id = OLD_HMC
    return McpRecord(lpar.address, node_id, name, [address], [lpar.address], hmc_name, address, node_names=[lpar.hostname])


@fault
def mcp_missing(where: Where) -> None:
    """No IBM.MCP record: the node is in no management domain, UDP 657 is not bound."""
    for lpar in where.lpars:
        _set_records(lpar, [])


@fault
def mcp_stale(where: Where, same_ip: bool = False) -> None:
    """The only IBM.MCP record is that of a retired HMC (option same_ip=true: replaced under the same address)."""
    for lpar in where.lpars:
        addresses = [hmc.address for hmc in where.estate.hmcs_of(lpar.machine)] if same_ip else [where.estate.base + ".0.10"]
        _set_records(lpar, [_old_record(where, lpar, address) for address in addresses])


@fault
def auth_pending(where: Where, how: str = "list") -> None:
    """Trust is out of step: wrong entries in the trusted host list (option how=hmc_key: the HMC holds an old key; how=names: names resolve differently)."""
    for lpar in where.lpars:
        if how == "names":
            lpar.names_ok = False
        elif how == "hmc_key":
            for hmc in where.hmcs(lpar):
                hmc.keys[lpar.name] = identity.public_of("before")
        else:
            entries = identity.trusted_hosts(lpar) or {}
            for name in [hmc.name for hmc in where.hmcs(lpar)] + [lpar.address]:
                entries[name] = identity.public_of("wrong")
            identity.write_trusted_hosts(lpar, entries)


@fault
def keys_damaged(where: Where, how: str = "public") -> None:
    """The public key file is gone (option how=private: the private one; how=pair: they do not belong together; how=new: a new pair nobody knows)."""
    for lpar in where.lpars:
        if how in ("public", "private"):
            identity.cfg(lpar, "ct_has.pkf" if how == "public" else "ct_has.qkf").unlink(missing_ok=True)
        elif how == "pair":
            public = identity.cfg(lpar, "ct_has.pkf")
            public.chmod(0o644)
            public.write_text("%s %s\n" % (identity.KEY_METHOD, identity.public_of("another")), encoding="utf-8")
            public.chmod(0o444)
        else:
            identity.write_keys(lpar)
            identity.trust_own_names(lpar)


@fault
def clock_skew(where: Where, seconds: float = 900.0) -> None:
    """The clock is 15 minutes ahead (option seconds)."""
    for lpar in where.lpars:
        lpar.clock_offset = seconds


@fault
def security_mode(where: Where) -> None:
    """The HMCs are in NIST mode and the host's RSCT is too old for it."""
    for lpar in where.lpars:
        _set_level(lpar, "3.1.4.9")
        for hmc in where.hmcs(lpar):
            hmc.security_mode = "nist_sp800_131a"
    if where.hmc and not where.lpars:
        where.hmc.security_mode = "nist_sp800_131a"


@fault
def node_id_duplicate(where: Where, original: str = "", registry: bool = True) -> None:
    """The host is a clone: it carries node id and registry of another one (options original=NAME, registry=false: records of its own)."""
    for lpar in where.lpars:
        source = where.estate.lpars[original] if original else _neighbour(where, lpar)
        node_id = identity.read_node_id(identity.etc_node_id(source))
        for path in (identity.etc_node_id(lpar), identity.cfg(lpar, "ct_node_id")):
            identity.write_node_id(path, node_id)
        if lpar.loaded:
            lpar.loaded.node_id = node_id
            for record in lpar.loaded.mcps if registry else []:
                record.node_names = [source.hostname]
            identity.write_registry(lpar)


def _neighbour(where: Where, lpar: Lpar) -> Lpar:
    others = [each for each in where.estate.lpars.values() if each.machine == lpar.machine and each is not lpar and each.loaded]
    if not others:
        raise ValueError("%s has no neighbour to be a clone of; use original=NAME" % lpar.name)
    return others[-1]


@fault
def node_id_inconsistent(where: Where, how: str = "differs") -> None:
    """The copies of the node id differ (option how=missing: the working copy is gone; how=etc: the one in /etc is)."""
    for lpar in where.lpars:
        if how == "etc":
            identity.etc_node_id(lpar).unlink(missing_ok=True)
        elif how == "missing":
            identity.cfg(lpar, "ct_node_id").unlink(missing_ok=True)
        else:
            identity.write_node_id(identity.cfg(lpar, "ct_node_id"), identity.new_node_id())
        if lpar.loaded:
            lpar.loaded.consistent = False
            lpar.loaded.node_id = identity.read_node_id(identity.cfg(lpar, "ct_node_id"))


# --- advisories and flags ----------------------------------------------------------------------------------------------

@fault
def mcp_residue(where: Where) -> None:
    """A retired HMC's record lies beside the good ones. No fault."""
    for lpar in where.lpars:
        if lpar.loaded:
            _set_records(lpar, [_old_record(where, lpar, where.estate.base + ".0.10")] + lpar.loaded.mcps)


@fault
def configrm_noise(where: Where) -> None:
    """rsct.basic.rte is not installed: IBM.ConfigRM fails again and again. No fault."""
    for lpar in where.lpars:
        lpar.filesets = [fs for fs in lpar.filesets if fs.name != "rsct.basic.rte"]
        subsystems.stop(lpar, "IBM.ConfigRM", where.now)
        for number in range(4):
            subsystems.log_error(lpar, where.now - 60 * (4 - number), "DE84C4DB", "I", "O", "ConfigRM", "IBM.ConfigRM daemon has started. ")
            subsystems.log_error(lpar, where.now - 60 * (4 - number), "BC3BE5A3", "P", "S", "SRC", "SOFTWARE PROGRAM ERROR")


@fault
def clustered(where: Where, kind: str = "powerha", online: bool = True) -> None:
    """The host is a cluster node (option kind: powerha, tsa, peer, caa, ssp)."""
    for lpar in where.lpars:
        name = "dom_" + lpar.name
        where.estate.clusters[name] = Cluster(name, kind, [lpar.name, lpar.name + "b"], online=online, caa=kind in ("powerha", "caa", "ssp"))
        lpar.cluster = name
        identity.make_domain_tree(where.estate, lpar)
        if kind == "powerha":
            lpar.filesets.append(Fileset("cluster.es.server.rte", "7.2.6.0", "Base Server Runtime"))
            lpar.subsystems["clstrmgrES"] = Subsystem("clstrmgrES", "cluster", daemons.new_pid(where.estate), where.now)
        if kind == "tsa":
            lpar.filesets.append(Fileset("sam.core.rte", "4.1.0.7", "SA MP Core"))
        if kind not in ("caa", "ssp"):
            if online:
                daemons.start(where.estate, lpar, "cthags", where.now)
            for record in lpar.loaded.mcps if lpar.loaded else []:
                record.active_peer_domain = name if online else ""
            identity.write_registry(lpar)


@fault
def clustered_offline(where: Where) -> None:
    """The host belongs to a peer domain that is offline: recfgct's own guard does not see it."""
    clustered(where, kind="peer", online=False)


@fault
def partial_hmc(where: Where) -> None:
    """One HMC does not answer at all."""
    where.one_hmc().up = False


@fault
def flapping(where: Where, seconds: float = 60.0) -> None:
    """The link comes and goes (option seconds)."""
    for lpar in where.lpars:
        lpar.flap_seconds = seconds
