# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what each end of a connection says, in a few lines side by side.

A line is [what, value, mood]; mood is "ok", "bad" or "" and only colours it. The verdict is not made here.
"""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.reading import mapping, number, rows, texts

from .text import one_line

# The daemons whose state explains a connection; ctcas starts on demand and is told only when it runs.
_DAEMONS = ("ctrmc", "IBM.MgmtDomainRM", "IBM.DRM", "mcproxy")


def lpar_side(host: dict) -> list:
    """The lines of the partition, out of one host of a survey."""
    evidence = mapping(host.get("rmc"))
    if not evidence:
        why = one_line(host.get("message")) or ("unreachable" if host.get("unreachable") else "no evidence")
        return [["evidence", why, "bad"]]
    lines = []
    for tell in (_system, _daemons, _listeners, _domains, _control_points, _paths, _node_id, _cluster, _files, _errors, _activity, _probes):
        lines += [[one_line(what), one_line(value), mood] for what, value, mood in tell(evidence)]
    return lines


def hmc_side(name: str, result: dict, machine, lpar_id) -> list:
    """The lines of one console on one partition."""
    hmc = result.get("hmc") or {}
    if (hmc.get("outcome") or "ok") != "ok":
        return [[name, one_line(hmc.get("message")) or hmc["outcome"], "bad"]]
    lines = []
    for system in result.get("systems") or []:
        if system.get("machine") == machine and system.get("outcome") not in (None, "ok"):
            lines.append([name, one_line(f"{system.get('state')}: {system.get('message')}"), "bad"])
    return lines


def partition_lines(name: str, row: dict) -> list:
    caps = [row.get("dlpar_mem"), row.get("dlpar_proc"), row.get("dlpar_io")]
    # Busy is neither up nor down, and what the HMC could not say is no 0.
    mood = {"active": "ok", "busy": ""}.get(row.get("rmc_state"), "bad")
    lines = [
        [name, one_line(f"{row.get('rmc_state') or 'no state'} {row.get('rmc_ipaddr') or 'without an address'}"), mood],
        ["DLPAR memory, processor, I/O", ", ".join("?" if cap is None else one_line(cap) for cap in caps), "bad" if 0 in caps else "ok" if all(caps) else ""],
        ["partition", one_line(f"{row.get('state')}, {row.get('os_version') or 'OS unknown'}"), ""],
    ]
    raw = mapping(row.get("raw_connection"))
    if raw:
        lines.append(
            [
                "raw view",
                one_line(f"Active:<{int(raw['active']) if isinstance(raw.get('active'), bool) else raw.get('active')}>, DCaps:<{raw.get('dcaps')}>"),
                "",
            ]
        )
    return lines


def _system(evidence: dict) -> list:
    partition = mapping(evidence.get("partition"))
    uptime = number(partition.get("uptime_seconds"))
    parts = [partition.get("kind"), partition.get("os_level"), f"up {_duration(uptime)}" if uptime is not None else ""]
    return [("system", ", ".join(str(part) for part in parts if part), "")]


def _daemons(evidence: dict) -> list:
    status = {str(row.get("name")): row.get("status") for row in rows(evidence.get("subsystems"))}
    return [(name, status[name], "ok" if status[name] == "active" else "bad") for name in _DAEMONS if name in status]


def _listeners(evidence: dict) -> list:
    words = {True: "listening", False: "not listening", None: "not read"}
    listeners = mapping(evidence.get("listeners"))
    lines = []
    for key, what in (("tcp_657", "TCP listener"), ("udp_657", "UDP listener")):
        value = listeners.get(key) if isinstance(listeners.get(key), bool) else None
        lines.append((what, words[value], {True: "ok", False: "bad"}.get(value, "")))
    return lines


def _domains(evidence: dict) -> list:
    lines = rows(mapping(evidence.get("domains")).get("control_points"))
    if not lines:
        return [("domain", "rmcdomainstatus names no control point", "bad")]
    return [("domain", f"{row.get('state')} {row.get('queue')} {row.get('name')}", "ok" if row.get("state") == "I" else "bad") for row in lines]


def _control_points(evidence: dict) -> list:
    return [
        ("IBM.MCP", f"{row.get('hmc_name')} {' '.join(texts(row.get('ip_addresses'))) or row.get('hmc_ip_addr') or ''}", "")
        for row in rows(evidence.get("control_points"))
    ]


def _paths(evidence: dict) -> list:
    return [
        (
            "TCP path",
            f"{path.get('source_address') or '?'} to {path.get('address')}:{path.get('port')} {path.get('result')}",
            "ok" if path.get("result") == "open" else "bad",
        )
        for path in rows(mapping(evidence.get("network")).get("paths"))
    ]


def _node_id(evidence: dict) -> list:
    node_id = mapping(evidence.get("node_id"))
    consistent = node_id.get("consistent")
    if consistent is False:
        return [("node id", f"live {node_id.get('live')}, /etc {node_id.get('etc')}, /var/ct {node_id.get('var_ct')}", "bad")]
    return [("node id", node_id.get("live") or "not read", "")]


def _cluster(evidence: dict) -> list:
    member = mapping(evidence.get("cluster")).get("member")
    return [] if member is False else [("cluster", "member" if member else "could not be told, counts as member", "")]


def _files(evidence: dict) -> list:
    full = [
        row
        for row in rows(evidence.get("filesystems"))
        if max(number(row.get("used_percent")) or 0, number(row.get("inodes_used_percent")) or 0) >= 95
    ]
    return [("file system", f"{row.get('mount')} {row.get('used_percent')} % used, inodes {row.get('inodes_used_percent')} %", "bad") for row in full]


def _errors(evidence: dict) -> list:
    return [
        ("error log", f"{row.get('time')} {row.get('id')} {row.get('resource')} {row.get('description')}", "")
        for row in rows(evidence.get("errors"))[:3]
    ]


def _activity(evidence: dict) -> list:
    running = [name for name, value in mapping(evidence.get("activity")).items() if value is True]
    return [("in progress", ", ".join(running), "")] if running else []


def _probes(evidence: dict) -> list:
    lost = [row for row in rows(evidence.get("probes")) if row.get("outcome") == "timeout"]
    return [("hung", f"{row.get('name')} after {row.get('seconds')} s", "bad") for row in lost[:4]]


def _duration(seconds) -> str:
    minutes = int(seconds) // 60
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
