# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what a changing module reads of its own host before, and after, it changes anything.

The answer has the shape of rmc_facts (as far as the guards and plans need it), read by the same parsers. Nothing is
taken over from an earlier diagnosis: the guards judge the host as it is now.
"""

from __future__ import annotations

import datetime
import os

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import (
    activity,
    cluster,
    df,
    errpt,
    files,
    lsattr,
    lssrc,
    netstat_an,
    node_id,
    probes,
    ps,
    rmcdomainstatus,
    runact,
    uname,
)
from ansible_collections.aixops.rsct.plugins.module_utils._repair import exclusion
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import archive, identity, tree
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError

# Read once before the change; the census of the cluster asks some of them and more.
BEFORE = ("ps", "netstat_an", "df", "errpt", "lsattr_sys0", "uname", "lsnodeid", "node_id_etc", "node_id_var_ct") + probes.CLUSTER
# What a change of RMC moves.
AFTER = ("lssrc", "rmcdomainstatus", "netstat_an")


def before(runner, options, now=datetime.datetime.now):
    """Everything that the guards and plans judge."""
    results = _ask(runner, options, BEFORE)
    evidence = _state(results, options)
    if not evidence["domains"]["control_points"] or any(row["state"] != "I" for row in evidence["domains"]["control_points"]):
        results.update(_ask(runner, options, ("runact",)))
    processes = ps.parse(results.text("ps")) or None
    errors = errpt.parse(results.text("errpt")) if results["errpt"].outcome == "ok" else None
    local_time = now()
    evidence.update(
        {
            "uid": user_id(runner),
            "partition": _partition(results, processes),
            "node_id": _node_ids(results),
            "interrupted_restore": exclusion.interrupted_restore(options),
            "cluster": cluster.census(results),
            "activity": activity.parse(processes, errors, local_time),
            "migration": activity.last_migration(errors or [], local_time),
            "suspended": runact.parse(results["runact"].stdout) if "runact" in results else False,
            "filesystems": df.parse(results.text("df")),
            "rmcd": {"seconds": _age(processes, "rmcd")},
        }
    )
    return evidence


def after(runner, options):
    """The part of it that a change moves."""
    return _state(_ask(runner, options, AFTER), options)


def user_id(runner):
    """By a command and not by the system call, for the sake of the simulated estate, where root is not user 0."""
    result = runner.run(["id", "-u"])
    text = result.stdout.strip()
    return int(text) if result.outcome == "ok" and text.isdigit() else None


def node_ids(runner, options):
    """The three copies of the node id: 16 lower-case hex digits each, or None."""
    return _node_ids(_ask(runner, options, ("lsnodeid", "node_id_etc", "node_id_var_ct")))


def snapshot_problem(path, evidence, var_ct, check_mode=False):
    """What is wrong with the named snapshot: verified whole, of this host, and of the keys that it has now. None: nothing.

    In check mode one that is not there yet is taken for one that the real run takes before.
    """
    if not path:
        return "no snapshot was named"
    if check_mode and not os.path.lexists(path):
        return None
    # The id of the running rmcd is in no snapshot; that it differs from both files is what a reset is for.
    saved_ids = {key: evidence["node_id"][key] for key in ("etc", "var_ct")}
    try:
        manifest = archive.verify(path)
        identity.require_same(manifest, dict(evidence, node_id=saved_ids), False)
    except SnapshotError as error:
        return "{0}: {1}".format(error.code, error.text)
    # Rolling back to keys from before a re-key would end the connection for good.
    saved = {entry["path"]: entry["sha256"] for entry in manifest["entries"] if entry["type"] == "file"}
    for name in ("cfg/ct_has.qkf", "cfg/ct_has.pkf"):
        full = os.path.join(var_ct, name)
        if saved.get(name) != (tree.digest(full) if os.path.lexists(full) else None):
            return "{0} changed since the snapshot {1} was taken".format(name, path)
    return None


class _Results(dict):
    """The answers by the name of their probe. One that cannot be believed is there for the census, and has no text."""

    def text(self, name):
        return self[name].stdout if self[name].outcome == "ok" else ""


def _ask(runner, options, names):
    table = {probe["name"]: probe for probe in probes.table(options)}
    results = _Results()
    for name in names:
        probe = table[name]
        if probe["kind"] == "children":
            results[name] = files.children(probe["path"], probe["having"])
        elif probe["kind"] == "file":
            results[name] = files.content(probe["path"], probe["limit"])
        else:
            results[name] = runner.run(probe["argv"])
            if probes.answered(probe, results[name]):
                results[name].outcome = "ok"
    return results


def _state(results, options):
    bound = netstat_an.parse(results.text("netstat_an"))
    told = netstat_an.complete(results.text("netstat_an"))
    return {
        "subsystems": lssrc.parse(results.text("lssrc")),
        "listeners": {
            protocol + "_657": netstat_an.listening(bound, protocol, options["rmc_port"]) if told else None for protocol in ("tcp", "udp")
        },
        "domains": rmcdomainstatus.parse(results.text("rmcdomainstatus")),
    }


def _node_ids(results):
    names = {"live": "lsnodeid", "etc": "node_id_etc", "var_ct": "node_id_var_ct"}
    return {key: node_id.parse(results.text(name)) for key, name in names.items()}


def _partition(results, processes):
    return {
        "lpar_id": uname.parse(results.text("uname"))["lpar_id"],
        "machine": lsattr.machine(lsattr.parse(results.text("lsattr_sys0"))),
        "hostname": os.uname()[1],
        # Process 1 is as old as the system.
        "uptime_seconds": next((row["seconds"] for row in processes or [] if row["pid"] == 1), None),
    }


def _age(processes, name):
    return next((row["seconds"] for row in processes or [] if name in ps.names(row)[:1]), None)
