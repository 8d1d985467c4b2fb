# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advisories and flags: never a failure by themselves."""

from __future__ import annotations

from .. import daemons, identity, subsystems
from ..model import Cluster, Fileset, Subsystem
from .base import OWN, Where, fault, old_record, set_records


@fault()
def mcp_residue(where: Where) -> None:
    """A retired HMC's record lies beside the good ones. No fault."""
    for lpar in where.lpars:
        old = old_record(where, lpar, where.estate.base + ".0.10")
        set_records(lpar, [old] + [record for record in identity.records(lpar) if record.hmc_name != old.hmc_name])


@fault()
def configrm_noise(where: Where) -> None:
    """rsct.basic.rte is not installed: IBM.ConfigRM fails again and again. No fault."""
    for lpar in where.lpars:
        lpar.filesets = [fs for fs in lpar.filesets if fs.name != "rsct.basic.rte"]
        subsystems.stop(lpar, "IBM.ConfigRM", where.now)
        for number in range(4):
            subsystems.log_error(lpar, where.now - 60 * (4 - number), "DE84C4DB", "I", "O", "ConfigRM", "IBM.ConfigRM daemon has started. ")
            subsystems.log_error(lpar, where.now - 60 * (4 - number), "BC3BE5A3", "P", "S", "SRC", "SOFTWARE PROGRAM ERROR")


@fault()
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
        for manager in daemons.CLUSTER_RMS if kind in ("powerha", "tsa") else ():
            lpar.subsystems.setdefault(manager, Subsystem(manager, "rsct_rm"))
            if lpar.loaded:
                daemons.start(where.estate, lpar, manager, where.now)
        if kind == "tsa":
            lpar.filesets.append(Fileset("sam.core.rte", "4.1.0.7", "SA MP Core"))
        if kind not in ("caa", "ssp"):
            if online:
                daemons.start(where.estate, lpar, "cthags", where.now)
            records = identity.records(lpar)
            for record in records:
                record.active_peer_domain = name if online else ""
            identity.store_records(lpar, records)


@fault()
def clustered_offline(where: Where) -> None:
    """The host belongs to a peer domain that is offline: recfgct's own guard does not see it."""
    clustered(where, kind="peer", online=False)


@fault(OWN)
def partial_hmc(where: Where) -> None:
    """One HMC does not answer at all."""
    where.recorded = [where.one_hmc().name]
    where.one_hmc().up = False


@fault()
def flapping(where: Where, seconds: float = 60.0) -> None:
    """The link comes and goes (option seconds)."""
    for lpar in where.lpars:
        lpar.flap_seconds = seconds
