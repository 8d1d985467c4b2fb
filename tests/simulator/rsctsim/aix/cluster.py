# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells of a cluster: ct_clusterinfo, lsrpdomain, lsrpnode, lscluster, lspv."""

from __future__ import annotations

from typing import Optional

from ..model import Cluster, Reply
from .call import Call, command


def _cluster(call: Call) -> Optional[Cluster]:
    return call.estate.clusters.get(call.lpar.cluster or "")


def _peer_domain(call: Call) -> Optional[Cluster]:
    cluster = _cluster(call)
    return cluster if cluster and cluster.kind not in ("ssp", "caa") else None


@command("ct_clusterinfo", rsct=True)
def ct_clusterinfo(call: Call) -> Reply:
    domain = _peer_domain(call)
    return Reply("%s\n" % (domain.name if domain and domain.online else "IW"))


@command("lsrpdomain", rsct=True)
def lsrpdomain(call: Call) -> Reply:
    if not call.ready():
        return call.fail("no_session", api="lsrsrc-api")
    domain = _peer_domain(call)
    if domain is None:
        return Reply()
    width = max(4, len(domain.name))
    state = "Online" if domain.online else "Offline"
    return Reply("%s OpState RSCTActiveVersion MixedVersions TSPort GSPort \n%s %-7s %-17s No            12347  12348  \n" % (
        "Name".ljust(width), domain.name.ljust(width), state, call.lpar.rsct_level()))


@command("lsrpnode", rsct=True)
def lsrpnode(call: Call) -> Reply:
    domain = _peer_domain(call)
    if domain is None or not domain.online:
        return Reply()
    return Reply("Name    OpState RSCTVersion \n" + "".join("%-7s Online  %-11s \n" % (name, call.lpar.rsct_level()) for name in domain.members))


@command("lscluster")
def lscluster(call: Call) -> Reply:
    cluster = _cluster(call)
    if cluster is None or not cluster.caa or not cluster.online:
        return Reply(call.say("no_cluster"), rc=1)
    if "-c" in call.args:
        return Reply("Cluster Name: %s\nNumber of nodes in cluster = %d\n" % (cluster.name, len(cluster.members)))
    return Reply("Calling node query for all nodes...\nNode query number of nodes examined: %d\n" % len(cluster.members)
                 + "".join("\n\tNode name: %s\n\tState of node: UP\n" % name for name in cluster.members))


@command("lspv")
def lspv(call: Call) -> Reply:
    cluster = _cluster(call)
    rows = [("hdisk0", "rootvg", "active"), ("hdisk1", "datavg", "concurrent" if cluster else "active")]
    if cluster and cluster.caa:
        rows.append(("hdisk2", "caavg_private", "active"))
    return Reply("".join("%-15s %-35s %-15s %-12s\n" % (disk, "00f0a100%08x" % (call.lpar.lpar_id * 7919 + number), group, state)
                         for number, (disk, group, state) in enumerate(rows)))
