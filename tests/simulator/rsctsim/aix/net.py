# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network as the host shows it: netstat, ifconfig, ping, lsfilt, viosecure."""

from __future__ import annotations

from typing import List

from .. import link, network
from ..model import Interface, Reply
from .call import Call, always, command

INET = "Active Internet connections (including servers)\nProto Recv-Q Send-Q  Local Address          Foreign Address        (state)\n"
FLAGS = "1e084863,480<UP,BROADCAST,NOTRAILERS,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,CHECKSUM_OFFLOAD(ACTIVE),CHAIN>"
LO_FLAGS = "e08084b,c0<UP,BROADCAST,LOOPBACK,RUNNING,SIMPLEX,MULTICAST,GROUPRT,64BIT,LARGESEND,CHAIN>"


@command("netstat")
def netstat(call: Call) -> Reply:
    flags, _rest = call.options("aAnirsvmf:p:I:")
    if "-i" in flags:
        return Reply(_interfaces(call))
    if "-r" in flags:
        return Reply(_routes(call))
    return Reply(_sockets(call))


def _socket(protocol: str, local: str, foreign: str = "*.*", state: str = "") -> str:
    return ("%-10s %d      0  %-22s %-22s %s" % (protocol, 0, local, foreign, state)).rstrip() + "\n"


def _sockets(call: Call) -> str:
    estate, lpar, port = call.estate, call.lpar, call.estate.rmc_port
    link.observe(estate, call.now, lpar)
    bound = call.ready() and not lpar.in_band
    tcp = bound and lpar.loaded.remote
    cluster = estate.clusters.get(lpar.cluster or "")
    udp = bound and bool(lpar.loaded.mcps or (cluster and cluster.online))
    rows = [_socket("tcp4", "*.22", state="LISTEN"), _socket("tcp6", "*.22", state="LISTEN"), _socket("tcp4", "*.111", state="LISTEN")]
    if tcp:
        rows.append(_socket("tcp", "*.%d" % port, state="LISTEN"))
    rows.append(_socket("tcp4", lpar.address + ".22", "%s.0.250.50312" % estate.base, "ESTABLISHED"))
    for record, token, _queue in link.tokens(estate, lpar, call.now):
        if tcp and token == "I" and record.hmc_ip_addr:
            rows.append(_socket("tcp4", "%s.%d" % (lpar.address, port), record.hmc_ip_addr + ".40318", "ESTABLISHED"))
    rows += [_socket("udp", "*.111"), _socket("udp", "*.514")]
    if udp:
        rows.append(_socket("udp", "*.%d" % port))
    return INET + "".join(rows)


def _interfaces(call: Call) -> str:
    rows = ["%-5s %-5s %-11s %-17s %9s %5s %8s %5s %5s" % ("Name", "Mtu", "Network", "Address", "Ipkts", "Ierrs", "Opkts", "Oerrs", "Coll")]

    def row(interface: str, mtu: int, network_: str, address: str) -> str:
        return "%-5s %-5d %-11s %-17s %8d %5d %9d %5d %5d" % (interface, mtu, network_, address, 218846013, 0, 207714955, 0, 0)
    for number, each in enumerate(call.lpar.interfaces, 2):
        rows.append(row(each.name, each.mtu, "link#%d" % number, each.mac))
        rows += [row(each.name, each.mtu, address.rpartition(".")[0], address) for address in each.addresses]
        if each.link_local:
            rows.append("%-5s %-5d %-29s %8d %5d %9d %5d %5d" % (each.name, each.mtu, each.link_local, 218846013, 0, 207714955, 0, 0))
    rows += [row("lo0", 16896, "link#1", ""), row("lo0", 16896, "127", "127.0.0.1"), row("lo0", 16896, "::1%1", "")]
    return "\n".join(rows) + "\n"


def _routes(call: Call) -> str:
    first = call.lpar.interfaces[0]
    gateway = call.lpar.address.rpartition(".")[0]
    rows = ["Routing tables", "Destination        Gateway           Flags   Refs     Use  If   Exp  Groups", "", "Route tree for Protocol Family 2 (Internet):",
            "default            %-17s UG       28  81920313 %s      -      -" % (gateway + ".1", first.name)]
    for each in call.lpar.interfaces:
        for address in each.addresses:
            rows.append("%-18s %-17s U        12   9120313 %s      -      -" % (address.rpartition(".")[0] + "/24", address, each.name))
    rows.append("127/8              127.0.0.1         U         8    118204 lo0      -      -")
    return "\n".join(rows) + "\n"


def _interface(each: Interface) -> List[str]:
    lines = ["%s: flags=%s" % (each.name, FLAGS)]
    for address in each.addresses:
        net = address.rpartition(".")[0]
        lines.append("        inet %s netmask 0xffffff00 broadcast %s.255" % (address, net))
    if each.link_local:
        lines.append("        inet6 %s/64" % each.link_local)
    return lines + ["         tcp_sendspace 262144 tcp_recvspace 262144 rfc1323 1"]


@command("ifconfig")
def ifconfig(call: Call) -> Reply:
    lines = [line for each in call.lpar.interfaces if "-a" in call.args or each.name in call.args for line in _interface(each)]
    if "-a" in call.args or "lo0" in call.args:
        lines += ["lo0: flags=" + LO_FLAGS, "        inet 127.0.0.1 netmask 0xff000000 broadcast 127.255.255.255", "        inet6 ::1%1/0",
                  "         tcp_sendspace 131072 tcp_recvspace 131072 rfc1323 1"]
    return Reply("".join(line + "\n" for line in lines), rc=0 if lines else 1)


@command("autoconf6", root=True, changes=always)
def autoconf6(call: Call) -> Reply:
    """Gives the interface its IPv6 link-local address, by which its records know it."""
    call.options("aAi:mM:Rs6v")
    first = call.lpar.interfaces[0]
    known = [name for record in (call.lpar.loaded.mcps if call.lpar.loaded else []) for name in record.connectivity_names if name.startswith("fe80:")]
    first.link_local = first.link_local or (known or ["fe80::301a:c4ff:fe07:%x" % call.lpar.lpar_id])[0]
    return Reply()


@command("ping")
def ping(call: Call) -> Reply:
    """Echo requests pass a firewall that blocks the RMC port; large packets do not pass a smaller MTU."""
    flags, rest = call.options("dDnqrvRc:s:S:w:i:f")
    target = rest[0] if rest else ""
    size = int(flags.get("-s", rest[1] if len(rest) > 1 else 56))
    hmc = next((h for h in call.estate.hmcs.values() if target in (h.name, h.address)), None)
    lpar = next((each for each in call.estate.lpars.values() if target in (each.name, each.address)), None)
    count = int(flags.get("-c", rest[2] if len(rest) > 2 else 1))
    fits = size + 28 <= call.lpar.path_mtu or call.lpar.interfaces[0].mtu <= call.lpar.path_mtu
    passes = (hmc is not None and hmc.up and network.tcp_result(call.estate, call.lpar, hmc) != "unreachable") or (lpar is not None and lpar.up)
    received = count if passes and fits else 0
    lines = ["PING %s (%s): %d data bytes" % (target, target, size)]
    lines += ["%d bytes from %s: icmp_seq=%d ttl=255 time=0 ms" % (size + 8, target, number) for number in range(received)]
    lines += ["", "--- %s ping statistics ---" % target,
              "%d packets transmitted, %d packets received, %d%% packet loss" % (count, received, 100 - 100 * received // max(count, 1))]
    return Reply("\n".join(lines) + "\n", rc=0 if received else 1, delay=0.0 if received else 1.0)


@command("lsfilt", root=True)
def lsfilt(call: Call) -> Reply:
    if not call.lpar.ipsec_available:
        return Reply(stderr="lsfilt: 0706-006 Cannot open the device for IP security.\n", rc=1)
    return Reply("".join(rule + "\n" for rule in call.lpar.filter_rules))


@command("viosecure", vios=True)
def viosecure(call: Call) -> Reply:
    denied = any("|deny|" in rule for rule in call.lpar.filter_rules)
    return Reply("Firewall: %s\n" % ("ON" if denied else "OFF"))
