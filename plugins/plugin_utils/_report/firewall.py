# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the request to the network owner, with exact addresses, protocols and directions."""

from __future__ import annotations

from . import view
from .text import address_key, ascii_line, plural

# The causes that a firewall or a router explains.
CODES = ("NETWORK_SEGMENT", "NETWORK_TCP_BLOCKED", "NETWORK_UDP_BLOCKED")
# With these verdicts such a cause may stand behind; with any other, the silence on the network is what follows from it.
_MAY_HIDE_ONE = ("HMC_PATH", "UNDETERMINED")
# The rule is on the host itself: nothing that the network lets through would help.
_ON_THE_HOST = "LOCAL_FILTER"

# TCP and UDP 657, both ways, between each HMC and the partition.
RMC_PORT = 657


def render(report: dict) -> str:
    """The request as text, empty where no partition has a network cause."""
    flows = _flows(report)
    if not flows:
        return ""
    partitions = sorted({(flow["name"], flow["lpar"]) for flow in flows})
    lines = [
        "Request: open RMC between partitions and their Hardware Management Consoles",
        "",
        f"Affected: {plural(len(partitions), 'partition')}. As of {ascii_line(report.get('generated_at'))}.",
        "RMC needs TCP and UDP on the same port, and each side opens connections to the other.",
    ]
    unknown = sorted({flow["name"] for flow in flows if not flow["lpar"] or not flow["hmc"]})
    for (hmc_name, hmc, port), its_flows in _by_hmc(flows):
        addresses = sorted({flow["lpar"] for flow in its_flows}, key=address_key)
        names = {address: sorted({flow["name"] for flow in its_flows if flow["lpar"] == address}) for address in addresses}
        lines += ["", f"HMC {hmc_name}: {hmc}", "  partitions:"]
        lines += [f"    {address:<39} {', '.join(names[address])}" for address in addresses]
        lines += ["  rules:", f"    {'protocol':<9} {'from':<28} {'to':<28} port"]
        for protocol in ("TCP", "UDP"):
            lines.append(f"    {protocol:<9} {'the partitions above':<28} {hmc:<28} {port}")
            lines.append(f"    {protocol:<9} {hmc:<28} {'the partitions above':<28} {port}")
    if unknown:
        lines += ["", "Addresses not known from this survey, to be added by hand: " + ", ".join(unknown)]
    lines += [
        "",
        "To prove it afterwards: rmcdomainstatus -s ctrmc on a partition shows I for this HMC within minutes.",
        "A TCP connection that works proves nothing for UDP: the heartbeat travels by UDP.",
    ]
    return "\n".join(lines) + "\n"


def _by_hmc(flows: list) -> list:
    grouped = {}
    for flow in flows:
        if flow["lpar"] and flow["hmc"]:
            grouped.setdefault((flow["hmc_name"], flow["hmc"], flow["port"]), []).append(flow)
    return sorted(grouped.items(), key=lambda item: (item[0][0], address_key(item[0][1]), item[0][2]))


def _flows(report: dict) -> list:
    fleet = {name for finding in report.get("fleet_findings") or [] if finding.get("code") in CODES for name in view.members(finding)}
    hmc_addresses = {view.hmc_name(hmc): hmc.get("addresses") or [] for hmc in report.get("hmcs") or []}
    flows = []
    for host in [*(report.get("hosts") or []), *(report.get("partitions_not_in_inventory") or [])]:
        codes = [finding.get("code") for finding in host.get("findings") or []]
        if host.get("verdict") not in (*CODES, *_MAY_HIDE_ONE) or _ON_THE_HOST in codes:
            continue
        findings = [finding for finding in host.get("findings") or [] if finding.get("code") in CODES]
        name = host.get("host") or host.get("lpar_name")
        names = {view.partition_key(host.get("machine"), host.get("lpar_id"), name), f"host/{name}"}
        if not findings and host.get("verdict") not in CODES and not names & fleet:
            continue
        told = [flow for finding in findings for flow in finding.get("flows") or []]
        flows += [_flow(name, flow.get("lpar"), flow.get("hmc_name"), flow.get("hmc"), flow.get("port")) for flow in told] or _flows_by_state(
            name, host, hmc_addresses
        )
    return list({tuple(flow.items()): flow for flow in flows}.values())


def _flows_by_state(name, host: dict, hmc_addresses: dict) -> list:
    """Where the host itself could not say: between the addresses that the consoles hold."""
    flows = []
    for hmc, state in sorted((host.get("hmc_states") or {}).items()):
        if state.get("rmc_state") != "active":
            flows += [_flow(name, state.get("rmc_ipaddr"), hmc, address, None) for address in hmc_addresses.get(hmc) or [""]]
    return flows or [_flow(name, "", "", "", None)]


def _flow(name, lpar, hmc_name, hmc, port) -> dict:
    return {"name": ascii_line(name), "lpar": ascii_line(lpar), "hmc_name": ascii_line(hmc_name), "hmc": ascii_line(hmc), "port": port or RMC_PORT}
