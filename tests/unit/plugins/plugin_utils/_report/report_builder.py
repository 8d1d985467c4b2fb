# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetic surveys and reports of any size: what the judgement takes, and by hand what it gives."""

from __future__ import annotations

AT = "2026-11-20T03:12:44Z"
HMCS = {"hmcalpha": ("7063-CR2", "13A4F10", "192.0.2.11"), "hmcbeta": ("V4c1-9d7", "b3e2a58", "192.0.2.12")}

TEXTS = {
    "RSCT_DOWN": ("fault", "certain", "ctrmc is inoperative, so no daemon answers the HMC.", "start", "Start ctrmc: rmcctrl -s, then rmcctrl -p."),
    "NETWORK_SEGMENT": (
        "fault",
        "likely",
        "192.0.2.0/24 does not reach hmcbeta on port 657, other subnets do.",
        None,
        "Ask the owner of the network to open TCP and UDP 657.",
    ),
    "HMC_PATH": ("warning", "likely", "Active on hmcalpha, inactive on hmcbeta.", None, "Look at the path to hmcbeta."),
    "NETWORK_TCP_BLOCKED": ("fault", "likely", "TCP 657 of hmcbeta times out.", None, "Ask the owner of the network to open TCP and UDP 657."),
    "NETWORK_UDP_BLOCKED": (
        "fault",
        "likely",
        "TCP 657 of hmcbeta opens, and no heartbeat arrives.",
        None,
        "Ask the owner of the network to open UDP 657.",
    ),
    "LOCAL_FILTER": ("fault", "certain", "A rule on the host denies port 657.", None, "Ask the owner of the host about the rule."),
    "DRM_DOWN": ("fault", "certain", "RMC is active, but IBM.DRM is inoperative: no DLPAR.", "start", "startsrc -s IBM.DRM"),
    "MTU_MISMATCH": (
        "fault",
        "likely",
        "Token X with MTU 9000 on en0: the heartbeat passes, data does not.",
        None,
        "Ask the owner of the network to set one MTU on the whole path.",
    ),
    "NODE_ID_DUPLICATE": (
        "fault",
        "certain",
        "Node id 6e0f1a2b3c4d5e6f is on two hosts.",
        "reset_new_id",
        "Decide which is the clone, then rmc_rekey with method reset_new_id there.",
    ),
    "UNDETERMINED": ("fault", "certain", "The host could not be reached: Connection timed out.", None, "Collect again."),
    "NOT_RUNNING": ("note", "certain", "The partition is Not Activated.", None, "Nothing."),
    "OUT_OF_SCOPE": ("note", "certain", "IBM i.", None, "Nothing."),
    "BOOTING": ("note", "likely", "Up for 4 minutes.", "wait", "Wait 10 minutes and read again."),
}


def finding(code: str, **changes) -> dict:
    severity, confidence, summary, rung, text = TEXTS[code]
    made = {
        "code": code,
        "severity": severity,
        "confidence": confidence,
        "summary": summary,
        "evidence": [{"source": "lssrc -g rsct", "detail": "ctrmc  rsct  inoperative"}],
        "remedy": {"rung": rung, "role": "rmc_fix" if rung else None, "text": text},
        "blocked_by": [],
    }
    return {**made, **changes}


def host(name: str, number: int, code: str = "HEALTHY", machine: int = 1, **changes) -> dict:
    """One host of a report."""
    findings = [] if code == "HEALTHY" else [finding(code)]
    state = "active" if code in ("HEALTHY", "DRM_DOWN") else "inactive"
    caps = [1, 1, 1] if code == "HEALTHY" else [0, 0, 0]
    made = {
        "host": name,
        "machine": machine_name(machine),
        "lpar_id": number,
        "lpar_name": name,
        "verdict": code,
        "confidence": findings[0]["confidence"] if findings else "certain",
        "findings": findings,
        "reachable": code != "UNDETERMINED",
        "unread": [],
        "hmc_states": {hmc: {"rmc_state": state, "rmc_ipaddr": address(number, machine), "dlpar": caps} for hmc in HMCS},
        "clustered": False,
        "next_rung": findings[0]["remedy"]["rung"] if findings else None,
        "blocked_by": [],
    }
    return {**made, **changes}


def machine_name(number: int) -> str:
    return f"9105-22A*78F{number:04X}"


def address(number: int, machine: int = 1) -> str:
    return f"198.18.{machine % 250}.{(number or 0) % 250 + 1}"


def hmc(name: str, machines: int = 1, outcome: str = "ok", message: str = "") -> dict:
    model, serial, ip = HMCS[name]
    systems = [
        {"name": f"DC1-P10-{number:03d}", "machine": machine_name(number), "state": "Operating", "outcome": "ok", "message": ""}
        for number in range(1, machines + 1)
    ]
    return {
        "name": name,
        "outcome": outcome,
        "message": message,
        "version": "V10R3 1060",
        "model": model,
        "serial": serial,
        "addresses": [ip],
        "systems": systems if outcome == "ok" else [],
    }


def report(hosts: list, hmcs: list | None = None, fleet=(), outside=(), complete: bool | None = None) -> dict:
    totals = {}
    for entry in hosts:
        totals[entry["verdict"]] = totals.get(entry["verdict"], 0) + 1
    hmcs = [hmc(name) for name in HMCS] if hmcs is None else hmcs
    if complete is None:
        complete = not any(entry["verdict"] == "UNDETERMINED" for entry in hosts) and all(entry["outcome"] == "ok" for entry in hmcs)
    return {
        "schema": 1,
        "generated_at": AT,
        "complete": complete,
        "hmcs": hmcs,
        "totals": totals,
        "fleet_findings": list(fleet),
        "hosts": hosts,
        "partitions_not_in_inventory": list(outside),
    }


def evidence(name: str, number: int, machine: int = 1, **changes) -> dict:
    """What a healthy LPAR says."""
    own = address(number, machine)
    node_id = f"6e0f{machine:04x}{number:08x}"
    records, domains, paths = [], [], []
    for position, (model, serial, ip) in enumerate(HMCS.values()):
        hmc_id = f"a1b2c3d4e5f600{position:02x}"
        records.append(
            {
                "mn_name": own,
                "node_id": hmc_id,
                "key_token": list(HMCS)[position],
                "ip_addresses": [ip],
                "connectivity_names": [own],
                "hmc_name": model.replace("-", "") + "*" + serial,
                "hmc_ip_addr": ip,
                "hmc_additional_ips": "",
                "active_peer_domain": "",
                "node_names": [],
                "active_comm_mode": 0,
            }
        )
        domains.append({"state": "I", "queue": "A", "node_id": hmc_id, "number": position + 1, "name": ip})
        paths.append({"address": ip, "port": 657, "result": "open", "seconds": 0.002, "source_address": own, "interface": "en0"})
    made = {
        "schema": 1,
        "collected_at": AT,
        "elapsed_seconds": 1.4,
        "partition": {
            "lpar_id": number,
            "lpar_name": name,
            "machine": machine_name(machine),
            "hostname": name,
            "os_level": "7200-05-06-2320",
            "kind": "aix",
            "uptime_seconds": 5_000_000,
        },
        "node_id": {"live": node_id, "etc": node_id, "var_ct": node_id, "consistent": True},
        "filesets": [
            {"name": fileset, "level": "3.2.6.4", "state": "COMMITTED"}
            for fileset in ("rsct.core.rmc", "rsct.core.utils", "rsct.core.sec", "rsct.core.hostrm", "rsct.core.sr", "devices.chrp.base.ServiceRM")
        ],
        "subsystems": [
            {"name": subsystem, "group": group, "pid": 4_000_000 + position, "status": "active"}
            for position, (subsystem, group) in enumerate(
                (
                    ("ctrmc", "rsct"),
                    ("ctcas", "rsct"),
                    ("IBM.MgmtDomainRM", "rsct_rm"),
                    ("IBM.DRM", "rsct_rm"),
                    ("IBM.HostRM", "rsct_rm"),
                    ("IBM.ServiceRM", "rsct_rm"),
                )
            )
        ],
        "listeners": {"tcp_657": True, "udp_657": True},
        "domains": {"peer": [], "control_points": domains},
        "control_points": records,
        "in_band": {"status": "absent", "hmcs": []},
        "cluster": {"member": False, "evidence": []},
        "network": {"interfaces": [{"name": "en0", "mtu": 1500, "addresses": [own]}], "paths": paths, "local_filter": {"active": False}},
        "security": {
            "keys": {key: {"present": True, "mode": "0400", "owner": "root"} for key in ("private", "public", "trusted_host_list")},
            "attention": [],
            "clock_utc": AT,
        },
        "filesystems": [{"mount": mount, "free_mb": 900, "used_percent": 40, "inodes_used_percent": 9} for mount in ("/", "/var", "/tmp")],
        "errors": [],
        "activity": {"dlpar": False, "lpm": False, "lku": False, "installp": False},
        "probes": [{"name": "lssrc_rsct", "argv": ["lssrc", "-g", "rsct"], "rc": 0, "seconds": 0.02, "outcome": "ok", "message": ""}],
    }
    return {**made, **changes}


def survey(hosts: int = 12, per_machine: int = 20) -> dict:
    """A survey in which every LPAR is healthy on both HMCs."""
    names = [(f"aix{number:05d}", (number - 1) % per_machine + 1, (number - 1) // per_machine + 1) for number in range(1, hosts + 1)]
    machines = names[-1][2]
    made = {"schema": 1, "collected_at": AT, "hosts": {}, "hmcs": {}}
    for name, number, machine in names:
        made["hosts"][name] = {"rmc": evidence(name, number, machine), "unreachable": False, "message": "", "expected": None}
    for name, (model, serial, ip) in HMCS.items():
        systems = hmc(name, machines)["systems"]
        made["hmcs"][name] = {
            "hmc": {
                "outcome": "ok",
                "message": "",
                "name": name,
                "version": "V10R3 1060",
                "model": model,
                "serial": serial,
                "addresses": [ip],
                "clock_utc": AT,
                "queried_at": AT,
            },
            "systems": systems,
            "partitions": [
                {
                    "machine": machine_name(machine),
                    "system": systems[machine - 1]["name"],
                    "lpar_id": number,
                    "name": lpar,
                    "environment": "aixlinux",
                    "state": "Running",
                    "rmc_state": "active",
                    "rmc_ipaddr": address(number, machine),
                    "os_version": "AIX 7.2 7200-05-06-2320",
                    "dlpar_mem": 1,
                    "dlpar_proc": 1,
                    "dlpar_io": 1,
                    "raw_connection": {"active": 1, "dcaps": "0x2c5f"},
                }
                for lpar, number, machine in names
            ],
            "commands": [],
        }
    return made


def break_rsct(made: dict, name: str) -> None:
    """ctrmc of one host is down, and both HMCs see it."""
    rmc = made["hosts"][name]["rmc"]
    for row in rmc["subsystems"]:
        row.update(status="inoperative", pid=None)
    rmc.update(listeners={"tcp_657": False, "udp_657": False}, domains={"peer": [], "control_points": []}, control_points=[])
    _inactive(made, name)


def block(made: dict, name: str, hmc_name: str) -> None:
    """No packet of one host reaches one HMC."""
    ip = HMCS[hmc_name][2]
    rmc = made["hosts"][name]["rmc"]
    for row in rmc["domains"]["control_points"]:
        if row["name"] == ip:
            row["state"] = "O"
    for path in rmc["network"]["paths"]:
        if path["address"] == ip:
            path["result"] = "timeout"
    _inactive(made, name, [hmc_name])


def lose(made: dict, name: str, message: str = "Connection timed out") -> None:
    made["hosts"][name].update(rmc=None, unreachable=True, message=message)


def _inactive(made: dict, name: str, hmcs=None) -> None:
    for hmc_name in hmcs or made["hmcs"]:
        for row in made["hmcs"][hmc_name]["partitions"]:
            if row["name"] == name:
                row.update(rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0, raw_connection={"active": 0, "dcaps": "0x0"})
