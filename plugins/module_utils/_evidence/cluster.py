# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: is this node a member of a cluster? What the guards of every change rest on.

Any hit means member; a check that fails or hangs means that a cluster is not
excluded, unless it fails for a known reason and another check answers in its place.
"""

from __future__ import annotations

from . import ct_clusterinfo, files, lslpp, lspv, lsrpdomain, lsrsrc, lssrc, odmget, probes, rmcdomainstatus

_CLUSTER_SUBSYSTEMS = (
    ("clstrmgrES", "PowerHA"),
    ("cthags", "Group Services"),
    ("cthats", "Topology Services"),
    ("IBM.RecoveryRM", "TSA"),
    ("IBM.GblResRM", "TSA"),
)
_CLUSTER_FILESETS = (("cluster.es.server.rte", "PowerHA"), ("sam.core.rte", "TSA"))


def ask(runner, var_ct="/var/ct"):
    """The census of the node that this runs on; runner is a Runner of _command.py, or anything with such a run()."""
    results = {}
    for name in probes.CLUSTER:
        probe = probes.named(name, {"var_ct": var_ct})
        results[name] = runner.run(probe["argv"]) if probe["kind"] == "command" else files.children(probe["path"], probe["having"])
    return census(results)


def census(results):
    """{member, online, evidence: [{source, detail}]} from {probe name: result with outcome, stdout, stderr}.

    member: True, False, or None = could not tell, which counts as member wherever something would change.
    online: whether RSCT or CAA is in the cluster now, in the same three values.
    """
    hits, active, doubts = [], [], []
    for check in (_identity, _peer_domains, _peer_section, _active_peer_domain, _subsystems, _filesets, _caa, _repository_disk):
        hit, online, doubt = check(results)
        hits.extend(hit)
        active.append(online)
        doubts.extend(doubt)
    if hits:
        return {"member": True, "online": True if any(active) else None if doubts else False, "evidence": hits + doubts}
    return {"member": None, "online": None, "evidence": doubts} if doubts else {"member": False, "online": False, "evidence": []}


def _identity(results):
    result = results.get("ct_clusterinfo")
    if _bad(result):
        return _instead(results, "ct_clusterinfo -c", result)
    name = ct_clusterinfo.parse(result.stdout)
    if name is None:
        return [], False, [_line("ct_clusterinfo -c", "said nothing")]
    if name == ct_clusterinfo.STAND_ALONE:
        return [], False, []
    return [_line("ct_clusterinfo -c", "in RSCT cluster " + name)], True, []


def _peer_domains(results):
    result = results.get("lsrpdomain")
    if _bad(result):
        return _instead(results, "lsrpdomain", result)
    domains = lsrpdomain.parse(result.stdout)
    hits = [_line("lsrpdomain", "peer domain {name} {state}".format(**domain)) for domain in domains]
    return hits, any(domain["state"].lower() != "offline" for domain in domains), []


def _instead(results, source, result):
    """While rmcd is known to be down, or IBM.ConfigRM is not installed, /var/ct answers: each peer domain has a tree there."""
    trees = results.get("peer_domain_trees")
    known = result is not None and (
        (result.outcome == "failed" and _rmcd_is_down(results)) or (result.outcome == "missing" and _without_config_rm(results))
    )
    if not known:
        return [], False, [_doubt(source, result)]
    if _bad(trees):
        return [], False, [_doubt(source, result), _doubt("directory of RSCT", trees)]
    names = [name for name in trees.stdout.split("\n") if name and name != ct_clusterinfo.STAND_ALONE]
    return [_line("directory of RSCT", "tree of peer domain " + name) for name in names], False, []


def _peer_section(results):
    result = results.get("rmcdomainstatus")
    if _bad(result):
        return [], False, [] if _rmcd_is_down(results) else [_doubt("rmcdomainstatus", result)]
    section = rmcdomainstatus.parse(result.stdout)["peer_section"]
    return [_line("rmcdomainstatus", "peer domain section")] if section else [], section, []


def _active_peer_domain(results):
    result = results.get("lsrsrc")
    if _bad(result):
        old_level = result is not None and "2612-023" in result.stdout + result.stderr
        return [], False, [] if old_level or _rmcd_is_down(results) else [_doubt("lsrsrc IBM.MCP", result)]
    domains = sorted({record["active_peer_domain"] for record in lsrsrc.control_points(lsrsrc.parse(result.stdout))} - {""})
    return [_line("lsrsrc IBM.MCP", "ActivePeerDomain " + name) for name in domains], bool(domains), []


def _subsystems(results):
    result = results.get("lssrc")
    if _bad(result):
        return [], False, [_doubt("lssrc -a", result)]
    rows = lssrc.parse(result.stdout)
    hits = [_line("lssrc -a", "{0} active ({1})".format(name, kind)) for name, kind in _CLUSTER_SUBSYSTEMS if lssrc.active(rows, name)]
    return hits, bool(hits), []


def _filesets(results):
    rows = lslpp.installed(results.get("lslpp"))
    if rows is None:
        return [], False, [_doubt("lslpp", results.get("lslpp"))]
    installed = {row["name"] for row in rows}
    return [_line("lslpp", "{0} installed ({1})".format(name, kind)) for name, kind in _CLUSTER_FILESETS if name in installed], False, []


def _caa(results):
    result = results.get("odmget_cluster0")
    if _bad(result):
        return [], False, [_doubt("odmget CuAt cluster0", result)]
    defined = bool(odmget.parse(result.stdout))
    return [_line("odmget CuAt cluster0", "CAA cluster defined")] if defined else [], defined, []


def _repository_disk(results):
    result = results.get("lspv")
    if _bad(result):
        return [], False, [_doubt("lspv", result)]
    disks = [row["disk"] for row in lspv.parse(result.stdout) if row["volume_group"] == "caavg_private"]
    return [_line("lspv", disk + " is a CAA repository disk") for disk in disks], bool(disks), []


def _rmcd_is_down(results):
    """Known to be: not active in SRC. That it does not answer proves nothing."""
    result = results.get("lssrc")
    if _bad(result):
        return False
    rows = lssrc.parse(result.stdout)
    return bool(rows) and not lssrc.active(rows, "ctrmc")


def _without_config_rm(results):
    """Without rsct.basic there is no IBM.ConfigRM, and so no peer domain and none of its commands."""
    names = {row["name"] for row in lslpp.installed(results.get("lslpp")) or []}
    return bool(names) and not any(name.startswith("rsct.basic") for name in names)


def _bad(result):
    return result is None or result.outcome != "ok"


def _doubt(source, result):
    return _line(source, "could not be asked: " + ("no answer" if result is None else result.outcome))


def _line(source, detail):
    return {"source": source, "detail": detail}
