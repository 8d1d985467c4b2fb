# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories and flags: never a failure by themselves."""

from __future__ import annotations

from .. import daemons, identity, subsystems
from ..model import Cluster, Fileset, Subsystem
from .base import Where, fault, old_record, set_records


@fault
def mcp_residue(where: Where) -> None:
    """A retired HMC's record lies beside the good ones. No fault."""
    for lpar in where.lpars:
        if lpar.loaded:
            set_records(lpar, [old_record(where, lpar, where.estate.base + ".0.10")] + lpar.loaded.mcps)


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
