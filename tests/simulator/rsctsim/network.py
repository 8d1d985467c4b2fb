# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network between LPARs and HMCs, and the small file by which the hooks of a host's Python and Perl know it."""

from __future__ import annotations

import ipaddress
import os
from typing import Dict, List, Tuple

from .model import Block, Estate, Hmc, Lpar

WORST = ("unreachable", "timeout", "refused", "open")
_written: Dict[Tuple[str, str], str] = {}


def _applies(block: Block, lpar: Lpar, hmc: Hmc) -> bool:
    if block.hmc not in ("", hmc.name):
        return False
    if "/" in block.source:
        return ipaddress.ip_address(lpar.address) in ipaddress.ip_network(block.source)
    return block.source == lpar.address


def locally_filtered(lpar: Lpar, hmc: Hmc, protocol: str, port: int) -> bool:
    """A deny rule of the host's own IP filter (lsfilt -O columns) against the RMC port."""
    if not lpar.ipsec_available:
        return False
    for rule in lpar.filter_rules:
        column = rule.split("|")
        if len(column) > 11 and column[1] == "deny" and column[2] in ("0.0.0.0", hmc.address) and column[7] in (protocol, "all") \
                and str(port) in (column[9], column[11]):
            return True
    return False


def interface_lost(lpar: Lpar) -> bool:
    """Management runs over an IPv6 link-local address, and there is none."""
    return lpar.powervs and not any(interface.link_local for interface in lpar.interfaces)


def tcp_result(estate: Estate, lpar: Lpar, hmc: Hmc) -> str:
    """open, refused, timeout or unreachable, for a connect from the LPAR to the HMC's RMC port."""
    results: List[str] = [block.tcp for block in estate.blocks if _applies(block, lpar, hmc)]
    if interface_lost(lpar):
        results.append("unreachable")
    if not hmc.firewall_open or locally_filtered(lpar, hmc, "tcp", estate.rmc_port):
        results.append("timeout")
    if not hmc.up:
        results.append("timeout")
    elif not hmc.rmc_up:
        results.append("refused")
    return next((result for result in WORST if result in results), "open")


def udp_passes(estate: Estate, lpar: Lpar, hmc: Hmc) -> bool:
    if not hmc.firewall_open or locally_filtered(lpar, hmc, "udp", estate.rmc_port):
        return False
    return all(block.udp for block in estate.blocks if _applies(block, lpar, hmc))


def write_state(estate: Estate, lpar: Lpar, own: str) -> None:
    """One line a fact, written aside and renamed, and only when something changed."""
    lines = ["clock %s" % lpar.clock_offset, "host %s" % lpar.hostname, "own %s" % own, "base %s." % estate.base, "port %d" % estate.rmc_port]
    lines += ["path %s %s" % (hmc.address, tcp_result(estate, lpar, hmc)) for hmc in estate.hmcs.values()]
    text = "\n".join(lines) + "\n"
    key = (str(estate.directory), lpar.name)
    if _written.get(key) == text:
        return
    path = lpar.root.parent / "state"
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name("state.new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
    _written[key] = text
