# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: raw records of either collector -> the evidence of one LPAR, as rmc_facts documents it.

Nothing is judged here. What could not be read is null, never empty, and has its line in probes.
"""

from __future__ import annotations

import datetime
import re

from . import (
    activity,
    cluster,
    ctsvhbac,
    df,
    errpt,
    ifconfig,
    lsattr,
    lsdev,
    lsfilt,
    lslpp,
    lsrsrc,
    lssrc,
    netstat_an,
    netstat_ni,
    node_id,
    odmget,
    oslevel,
    probes,
    ps,
    rmcdomainstatus,
    runact,
    uname,
)
from .._command import Result

SCHEMA = 1
_VIOS_FILESET = "ios.cli.rte"
_LOCAL_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\Z")
_KEYS = (("private", "private_key"), ("public", "public_key"), ("trusted_host_list", "trusted_host_list"))


def assemble(raw, options):
    """raw: {collector, collected_at, records: [{name, outcome, rc, seconds, stdout, stderr}]}."""
    options = dict(probes.DEFAULTS, **options)
    results = _Results(raw["records"], options)
    host = _Host(results.get("host"))
    processes = results.parsed("ps", ps.parse) or None
    errors = results.parsed("errpt", errpt.parse)
    filesets = lslpp.installed(results.get("lslpp"))
    subsystems = results.parsed("lssrc", lssrc.parse) or None
    domains = results.parsed("rmcdomainstatus", rmcdomainstatus.parse) or {}
    control_points = _control_points(results)
    filters = results.parsed("lsfilt", lsfilt.parse)
    trust = results.parsed("ctsvhbac", ctsvhbac.parse)
    interfaces = _interfaces(results)
    return {
        "schema": SCHEMA,
        "collected_at": raw["collected_at"],
        "elapsed_seconds": results["host"].seconds if "host" in results else None,
        "collector": raw["collector"],
        "uid": host.number("uid"),
        "partition": _partition(results, host, processes, filesets),
        "node_id": _node_id(results),
        "filesets": filesets,
        "subsystems": subsystems,
        "rmcd": _rmcd(processes),
        "src_arguments": _src_arguments(results),
        "rmcd_log": (results.parsed("rmcd_log", str.splitlines) or [])[-20:],
        "listeners": _listeners(results, options["rmc_port"]),
        "domains": {"peer": domains.get("peer"), "control_points": domains.get("control_points")},
        "control_points": control_points,
        "suspended": _suspended(results, control_points, domains),
        "in_band": _in_band(results, subsystems),
        "cluster": cluster.census(results),
        "network": {
            "interfaces": interfaces,
            "paths": _paths(results, options["rmc_port"], interfaces or []),
            "local_filter": {
                "active": _filter_active(results),
                "rules": None if filters is None else lsfilt.concerning(filters, options["rmc_port"]),
            },
        },
        "security": {
            "keys": {name: _attributes(results, probe) for name, probe in _KEYS},
            "attention": trust["attention"] if trust else [],
            "ctsvhbac": trust,
            "clock_utc": host.clock_utc(),
        },
        # The ones that hold /, /var, /tmp and the tree of RSCT: df was asked for no other.
        "filesystems": results.parsed("df", df.parse) or None,
        "errors": errors,
        "activity": activity.parse(processes, errors, host.local_time()),
        "migration": activity.last_migration(errors or [], host.local_time()),
        "probes": _lines(results, options),
    }


class _Results(dict):
    """The records by name, each as the result of a command."""

    def __init__(self, records, options):
        super().__init__()
        self.table = {probe["name"]: probe for probe in probes.table(options)}
        for record in records:
            probe = self.table.get(record["name"], {"argv": [], "partial": ""})
            result = Result(probe["argv"], record["rc"], record["stdout"], record["stderr"], record["seconds"], record["outcome"])
            if probes.answered(probe, result):
                result.outcome = "ok"
            self[record["name"]] = result

    def parsed(self, name, parse):
        """What the parser makes of a probe that answered, else None."""
        result = self.get(name)
        return parse(result.stdout) if result is not None and result.outcome == "ok" else None


class _Host:
    """What the collector knows of its host without asking."""

    def __init__(self, result):
        lines = result.stdout.splitlines() if result else []
        self.facts = dict(line.split("=", 1) for line in lines if "=" in line)

    def number(self, name):
        text = self.facts.get(name, "")
        return int(text) if text.isdigit() and len(text) <= 12 else None

    def local_time(self):
        # Not by strptime: its first use costs each worker process of a play more than all the parsing here.
        match = _LOCAL_TIME.match(self.facts.get("local_time", ""))
        try:
            return datetime.datetime(*(int(field) for field in match.groups())) if match else None
        except ValueError:
            return None

    def clock_utc(self):
        epoch = self.number("epoch")
        if epoch is None:
            return None
        try:
            return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=epoch)).strftime("%Y-%m-%dT%H:%M:%SZ")
        except OverflowError:
            return None


def _partition(results, host, processes, filesets):
    identity = results.parsed("uname", uname.parse) or uname.parse("")
    is_vios = host.number("ioscli") or any(row["name"] == _VIOS_FILESET for row in filesets or [])
    return {
        "lpar_id": identity["lpar_id"],
        "lpar_name": identity["lpar_name"],
        "machine": lsattr.machine(results.parsed("lsattr_sys0", lsattr.parse) or {}),
        "hostname": host.facts.get("nodename") or None,
        "os_level": results.parsed("oslevel", oslevel.parse),
        "kind": "vios" if is_vios else "aix",
        # Process 1 is as old as the system.
        "uptime_seconds": next((row["seconds"] for row in processes or [] if row["pid"] == 1), None),
    }


def _node_id(results):
    probe_of = {"live": "lsnodeid", "etc": "node_id_etc", "var_ct": "node_id_var_ct"}
    copies = {name: results.parsed(probe, node_id.parse) for name, probe in probe_of.items()}
    known = {name for name, probe in probe_of.items() if _told(results.get(probe), probe)}
    values = {copies[name] for name in known}
    if len(values) > 1 or None in values:
        consistent = False
    else:
        consistent = True if len(known) == len(copies) else None
    return dict(copies, consistent=consistent)


def _told(result, probe):
    """Whether this says what the copy is, be it that there is none."""
    if result is None or result.outcome == "timeout":
        return False
    if probe == "lsnodeid":
        return result.outcome == "ok" or "2641-036" in result.stdout + result.stderr
    return result.outcome in ("ok", "missing")


def _rmcd(processes):
    if processes is None:
        return None
    row = next((row for row in processes if ps.names(row)[0] == "rmcd"), None)
    if row is None:
        return {"pid": None, "seconds": None, "args": None, "remote_flag": None}
    return {"pid": row["pid"], "seconds": row["seconds"], "args": row["args"], "remote_flag": "-r" in row["args"].split()}


def _src_arguments(results):
    objects = results.parsed("odmget_ctrmc", odmget.parse)
    return objects[0].get("cmdargs") if objects else None


def _listeners(results, port):
    answered = results.parsed("netstat_an", netstat_an.complete)
    rows = results.parsed("netstat_an", netstat_an.parse)
    return {protocol + "_657": netstat_an.listening(rows, protocol, port) if answered else None for protocol in ("tcp", "udp")}


def _control_points(results):
    for name in ("lsrsrc", "lsrsrc_management_server"):
        resources = results.parsed(name, lsrsrc.parse)
        if resources is not None:
            return lsrsrc.control_points(resources)
    return None


def _suspended(results, control_points, domains):
    """By intent. It is not asked where all control points are up, and there is nothing to suspend where there is none."""
    if control_points == [] or ("runact" not in results and domains):
        return False
    return results.parsed("runact", runact.parse)


def _in_band(results, subsystems):
    row = next((row for row in subsystems or [] if row["name"] == "mcproxy"), None)
    status = None if subsystems is None else "absent" if row is None else "active" if row["status"] == "active" else "inoperative"
    return {"status": status, "hmcs": results.parsed("lssrc_mcproxy", lssrc.hostnames) or []}


def _interfaces(results):
    """Name, MTU and addresses of netstat, with the lengths of the networks that only ifconfig tells."""
    rows = results.parsed("netstat_ni", netstat_ni.parse)
    configured = results.parsed("ifconfig", ifconfig.parse)
    if rows is None and configured is None:
        return None
    merged = {row["name"]: dict(row, up=None, networks=[]) for row in rows or []}
    for interface in configured or []:
        entry = merged.setdefault(interface["name"], {"name": interface["name"], "mtu": None, "addresses": [], "networks": []})
        entry["up"] = interface["up"]
        for item in interface["addresses"]:
            if item["address"] not in entry["addresses"]:
                entry["addresses"].append(item["address"])
            if item["prefix"] is not None:
                entry["networks"].append("{address}/{prefix}".format(**item))
    return list(merged.values())


def _paths(results, port, interfaces):
    paths = []
    for name, result in results.items():
        words = result.stdout.split() if name.startswith("path:") and result.outcome == "ok" else []
        if len(words) == 2:
            source = None if words[1] == "-" else words[1]
            paths.append(
                {
                    "address": name[len("path:"):],
                    "port": port,
                    "result": words[0],
                    "seconds": result.seconds,
                    "source_address": source,
                    "interface": next((row["name"] for row in interfaces if source in row["addresses"]), None),
                }
            )
    return sorted(paths, key=lambda path: path["address"])


def _filter_active(results):
    devices = results.parsed("lsdev_ipsec", lsdev.parse)
    return None if devices is None else devices.get("ipsec_v4") == "Available"


def _attributes(results, probe):
    result = results.get(probe)
    words = result.stdout.split() if result is not None and result.outcome == "ok" else []
    if len(words) == 2:
        return {"present": True, "mode": words[0], "owner": words[1]}
    return {"present": False if result is not None and result.outcome == "missing" else None, "mode": None, "owner": None}


def _lines(results, options):
    """One line a probe that was asked, in the order of the table; then the paths that could not be tried."""
    rows = []
    for name, probe in results.table.items():
        if name in results:
            rows.append(_probe_line(name, probe, results[name], probes.seconds(probe, options)))
        elif not probe["when"]:
            rows.append(_probe_line(name, probe, Result(probe["argv"], outcome="failed", stderr="no answer of the collector"), 0))
    for name, result in results.items():
        if name.startswith("path:") and result.outcome != "ok":
            rows.append(_probe_line(name, {"path": name[len("path:"):]}, result, 0))
    return rows


def _probe_line(name, probe, result, deadline):
    if result.outcome == "timeout":
        message = "no answer within {0} s; killed".format(deadline)
    elif result.outcome == "ok":
        message = ""
    else:
        said = [line.strip() for line in (result.stderr + "\n" + result.stdout).splitlines() if line.strip()]
        message = ": ".join(part for part in (probe.get("path"), said[0][:200] if said else "") if part)
    return {"name": name, "argv": result.argv, "rc": result.rc, "seconds": result.seconds, "outcome": result.outcome, "message": message}
