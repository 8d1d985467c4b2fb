# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network, and whom it lets through."""

from __future__ import annotations

from typing import Any

from .. import daemons, identity, link, subsystems
from ..model import Block, Fileset, Interface, Lpar, Subsystem
from .base import LINK, Where, fault


def _block(where: Where, lpar: Lpar, **rule: Any) -> None:
    where.estate.blocks.append(Block(lpar.address, where.hmc.name if where.hmc else "", owner=lpar.name, **rule))


@fault(LINK)
def network_tcp_blocked(where: Where, result: str = "timeout") -> None:
    """A firewall between host and HMC drops the RMC port (option result=refused or unreachable)."""
    for lpar in where.lpars:
        _block(where, lpar, tcp=result)


@fault(LINK)
def network_udp_blocked(where: Where) -> None:
    """TCP passes, UDP does not: connects work, heartbeats do not."""
    for lpar in where.lpars:
        _block(where, lpar, tcp="open")


@fault(LINK)
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


@fault()
def mtu_mismatch(where: Where, mtu: int = 9000) -> None:
    """Jumbo frames on the host, none on the way: heartbeats pass, data does not."""
    for lpar in where.lpars:
        lpar.interfaces[0].mtu = mtu


@fault()
def multi_homed(where: Where, seconds: float = 0.0) -> None:
    """A second interface took over the route to the HMCs: the source address is not the registered one (option seconds: the route changes to and fro)."""
    for lpar in where.lpars:
        parts = lpar.address.split(".")
        address = "%s.%s.%d.%s" % (parts[0], parts[1], 200 + int(parts[2]) % 50, parts[3])
        lpar.interfaces[1:] = []
        lpar.interfaces.append(Interface("en1", lpar.interfaces[0].mac + "1", addresses=[address]))
        lpar.route_source, lpar.route_seconds = address, seconds
        entries = identity.trusted_hosts(lpar) or {}
        entries[address] = entries.get(lpar.hostname, "")
        identity.write_trusted_hosts(lpar, entries)


@fault()
def mgmt_if_lost(where: Where) -> None:
    """PowerVS: the management interface has lost its IPv6 link-local address, by which the record knows the host."""
    for lpar in where.lpars:
        lost = lpar.interfaces[0].link_local or "fe80::301a:c4ff:fe07:%x" % lpar.lpar_id
        lpar.powervs = True
        lpar.interfaces[0].link_local = ""
        records = identity.records(lpar)
        for record in records:
            record.mn_name, record.connectivity_names = lost, [lost]
        identity.store_records(lpar, records)


@fault()
def port_conflict(where: Where) -> None:
    """Somebody foreign sends to UDP 657: rmcd logs 2610-217 again and again."""
    for lpar in where.lpars:
        lpar.foreign_sender = where.estate.base + ".0.66"
        identity.log_foreign_messages(lpar)
        subsystems.log_error(lpar, where.now, "573790AA", "I", "O", "RMCdaemon", "The default log file has been changed.", "RMCD_INFO_2_ST")


@fault()
def in_band(where: Where) -> None:
    """The host uses in-band RMC only: mcproxy, no port 657, records without an address. No fault."""
    for lpar in where.lpars:
        if lpar.in_band:
            continue
        lpar.in_band, lpar.oslevel = True, "7300-04-00-2546"
        lpar.filesets.append(Fileset("rsct.core.mcproxy", lpar.rsct_level(), "RSCT Management Console Proxy"))
        lpar.subsystems["mcproxy"] = Subsystem("mcproxy", "rsct", daemons.new_pid(where.estate), where.now)
        identity.store_records(lpar, [link.new_record(where.estate, lpar, hmc) for hmc in where.estate.hmcs_of(lpar.machine)])


@fault()
def in_band_down(where: Where) -> None:
    """In-band host whose mcproxy is inoperative."""
    in_band(where)
    for lpar in where.lpars:
        subsystems.stop(lpar, "mcproxy", where.now)
