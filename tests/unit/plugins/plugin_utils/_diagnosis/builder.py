# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A healthy estate as a survey, to be broken by tests one thing at a time."""

from __future__ import annotations

import copy

NOW = "2025-11-16T08:00:00Z"
MACHINE = "9105-22A*78F0A10"
FILESETS = ("rsct.core.rmc", "rsct.core.sec", "rsct.core.utils", "rsct.core.sr", "rsct.core.hostrm", "rsct.basic.rte", "devices.chrp.base.ServiceRM")
SUBSYSTEMS = {
    "ctrmc": "rsct", "ctcas": "rsct", "IBM.MgmtDomainRM": "rsct_rm", "IBM.DRM": "rsct_rm", "IBM.HostRM": "rsct_rm", "IBM.ServiceRM": "rsct_rm",
    "IBM.ConfigRM": "rsct_rm", "IBM.ERRM": "rsct_rm",
}
ON_DEMAND = ("ctcas", "IBM.ERRM")


class Estate:
    """Two HMCs, one machine, no partition yet."""

    def __init__(self, hmcs=("hmcalpha", "hmcbeta"), machines=(MACHINE,)):
        self.hosts = {}
        self.hmcs = {}
        self.ids = {}
        for number, name in enumerate(hmcs):
            self.add_hmc(name, number + 11, machines)

    def add_hmc(self, name, last, machines=(MACHINE,)):
        self.ids[name] = {
            "address": "192.0.2.%d" % last, "node_id": "%016x" % (0x7B3E91C05FA2D846 + last), "model": "7063-CR2", "serial": "13A4F%02d" % last,
        }
        self.hmcs[name] = {
            "hmc": {
                "outcome": "ok", "message": "", "name": name, "version": "V10R3.1063", "model": "7063-CR2", "serial": "13A4F%02d" % last,
                "addresses": ["192.0.2.%d" % last], "clock_utc": NOW, "queried_at": NOW, "security_mode": "legacy",
            },
            "systems": [{"name": "sys-%s" % machine, "machine": machine, "state": "Operating", "outcome": "ok", "message": ""} for machine in machines],
            "partitions": [],
        }

    def add(self, name, lpar_id, address=None, machine=MACHINE, kind="aix", hmcs=None):
        """A healthy partition with its evidence and its rows; returns its evidence."""
        address = address or "192.0.2.%d" % (20 + lpar_id)
        hmcs = [hmc for hmc in (hmcs or self.hmcs) if any(system["machine"] == machine for system in self.hmcs[hmc]["systems"])]
        rmc = self._evidence(name, lpar_id, address, machine, kind, hmcs)
        self.hosts[name] = {"rmc": rmc, "unreachable": False, "message": "", "expected": None}
        for hmc in hmcs:
            self.add_row(hmc, name, lpar_id, address, machine, kind)
        return rmc

    def add_row(self, hmc, name, lpar_id, address="", machine=MACHINE, kind="aix", **changes):
        row = {
            "machine": machine, "system": "sys-%s" % machine, "lpar_id": lpar_id, "name": name, "environment": "vioserver" if kind == "vios" else "aixlinux",
            "state": "Running", "rmc_state": "active", "rmc_ipaddr": address, "os_version": "VIOS 3.1.4.10" if kind == "vios" else "AIX 7.2 7200-05-06-2320",
            "dlpar_mem": 1, "dlpar_proc": 1, "dlpar_io": 1, "raw_connection": {"active": True, "dcaps": "0x2c5f"},
        }
        row.update(changes)
        self.hmcs[hmc]["partitions"].append(row)
        return row

    def _evidence(self, name, lpar_id, address, machine, kind, hmcs):
        node_id = "%016x" % (0x4000000000000000 + hash_of(machine, lpar_id))
        return {
            "schema": 1,
            "collected_at": NOW,
            "elapsed_seconds": 1.2,
            "partition": {
                "lpar_id": lpar_id, "lpar_name": name, "machine": machine, "hostname": name, "os_level": "7200-05-06-2320", "kind": kind,
                "uptime_seconds": 864000,
            },
            "node_id": {"live": node_id, "etc": node_id, "var_ct": node_id, "consistent": True},
            "filesets": [{"name": fileset, "level": "3.2.6.2", "state": "C"} for fileset in FILESETS],
            "subsystems": [
                {"name": name_, "group": group, "pid": None if name_ in ON_DEMAND else 7340312, "status": "inoperative" if name_ in ON_DEMAND else "active"}
                for name_, group in SUBSYSTEMS.items()
            ],
            "rmcd": {"pid": 7340312, "seconds": 860000, "args": "/opt/rsct/bin/rmcd -a IBM.LPCommands -r", "remote_flag": True},
            "src_arguments": "-a IBM.LPCommands -r",
            "rmcd_log": [],
            "listeners": {"tcp_657": True, "udp_657": True},
            "domains": {
                "peer": [],
                "control_points": [
                    {"state": "I", "queue": "A", "node_id": self.ids[hmc]["node_id"], "number": "%04d" % (number + 1), "name": self.ids[hmc]["address"]}
                    for number, hmc in enumerate(hmcs)
                ],
            },
            "control_points": [record(self.ids[hmc], hmc, name, address) for hmc in hmcs],
            "suspended": False,
            "in_band": {"status": "absent", "hmcs": []},
            "cluster": {"member": False, "online": False, "evidence": []},
            "network": {
                "interfaces": [
                    {"name": "en0", "mtu": 1500, "addresses": [address], "networks": [address + "/24"]},
                    {"name": "lo0", "mtu": 16896, "addresses": ["127.0.0.1"], "networks": ["127.0.0.1/8"]},
                ],
                "paths": [
                    {"address": self.ids[hmc]["address"], "port": 657, "result": "open", "seconds": 0.01, "source_address": address, "interface": "en0"}
                    for hmc in hmcs
                ],
                "local_filter": {"active": False, "rules": None},
            },
            "security": {
                "keys": {
                    "private": {"present": True, "mode": "0600", "owner": "root"}, "public": {"present": True, "mode": "0444", "owner": "root"},
                    "trusted_host_list": {"present": True, "mode": "0444", "owner": "root"},
                },
                "attention": [],
                "ctsvhbac": None,
                "clock_utc": NOW,
            },
            "filesystems": [
                {"mount": mount, "free_mb": 2048, "used_percent": 40, "inodes_used_percent": 5} for mount in ("/", "/var", "/tmp")
            ],
            "errors": [],
            "activity": {"dlpar": False, "lpm": False, "lku": False, "installp": False, "backup": False},
            "migration": None,
            "probes": [{"name": "lsrsrc", "argv": ["lsrsrc", "IBM.MCP"], "rc": 0, "seconds": 0.1, "outcome": "ok", "message": ""}],
        }

    # --- what tests change ---

    def rmc(self, host) -> dict:
        return self.hosts[host]["rmc"]

    def rows(self, host, hmc=None) -> list:
        """The rows of a host, on every HMC or on one."""
        partition = self.rmc(host)["partition"]
        wanted = (partition["machine"], partition["lpar_id"])
        return [row for name, result in self.hmcs.items() if hmc in (None, name) for row in result["partitions"] if (row["machine"], row["lpar_id"]) == wanted]

    def inactive(self, host, hmc=None, raw=False):
        """The HMC side sees it down."""
        for row in self.rows(host, hmc):
            row.update(rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0, raw_connection={"active": raw, "dcaps": "0x0"})

    def token(self, host, token, hmc=None):
        for line in self.rmc(host)["domains"]["control_points"]:
            if hmc is None or line["node_id"] == self.ids[hmc]["node_id"]:
                line["state"] = token

    def path(self, host, result, hmc=None):
        for path in self.rmc(host)["network"]["paths"]:
            if hmc is None or path["address"] == self.ids[hmc]["address"]:
                path["result"] = result

    def down(self, host, token="O", hmc=None, path=None):
        """Both ends see the connection down."""
        self.inactive(host, hmc)
        self.token(host, token, hmc)
        if path:
            self.path(host, path, hmc)

    def subsystem(self, host, name, status):
        """Set the status of a subsystem; None takes it off the file."""
        subsystems = self.rmc(host)["subsystems"]
        subsystems[:] = [row for row in subsystems if row["name"] != name]
        if status is not None:
            subsystems.append({"name": name, "group": SUBSYSTEMS.get(name, "rsct"), "pid": 1 if status == "active" else None, "status": status})

    def rmcd_stopped(self, host, status="inoperative"):
        """rmcd with all its managers is down, as everything that asks it then shows."""
        self.inactive(host)
        for name in SUBSYSTEMS:
            self.subsystem(host, name, "inoperative")
        self.subsystem(host, "ctrmc", status)
        rmc = self.rmc(host)
        rmc.update(control_points=None, suspended=None, rmcd={"pid": None, "seconds": None, "args": None, "remote_flag": None})
        rmc["domains"] = {"peer": None, "control_points": None}
        rmc["listeners"] = {"tcp_657": False, "udp_657": False}
        rmc["network"]["paths"] = []

    def no_records(self, host):
        self.inactive(host)
        rmc = self.rmc(host)
        rmc["control_points"] = []
        rmc["domains"]["control_points"] = []
        rmc["listeners"]["udp_657"] = False
        rmc["network"]["paths"] = []

    def retired_record(self, host, name="hmcold", address="192.0.2.10", token="O", path="timeout"):
        """A record of an HMC that is gone."""
        old = {"address": address, "node_id": "1f86d3a07c45be92", "model": "7042-CR9", "serial": "21B7C30"}
        rmc = self.rmc(host)
        rmc["control_points"].append(record(old, name, host, "192.0.2.99"))
        rmc["domains"]["control_points"].append({"state": token, "queue": "A", "node_id": old["node_id"], "number": "0009", "name": address})
        rmc["network"]["paths"].append({"address": address, "port": 657, "result": path, "seconds": 5.0, "source_address": None, "interface": None})

    def unreachable(self, host, expected=True):
        partition = self.rmc(host)["partition"]
        self.hosts[host] = {
            "rmc": None, "unreachable": True, "message": "ssh: connect to host: Connection timed out",
            "expected": {"machine": partition["machine"], "lpar_id": partition["lpar_id"]} if expected else None,
        }

    def silent(self, hmc):
        self.hmcs[hmc] = {"hmc": {"outcome": "unreachable", "message": "Connection timed out"}, "systems": [], "partitions": []}

    def survey(self) -> dict:
        return copy.deepcopy({"schema": 1, "collected_at": NOW, "hosts": self.hosts, "hmcs": self.hmcs})


def hash_of(machine, lpar_id) -> int:
    """A stable number, unlike hash()."""
    return sum(ord(letter) * 131**place for place, letter in enumerate(machine)) * 1000 % 2**60 + lpar_id


def record(hmc, hmc_name, host, address) -> dict:
    return {
        "mn_name": address, "node_id": hmc["node_id"], "key_token": hmc_name, "ip_addresses": [hmc["address"]], "connectivity_names": [address],
        "hmc_name": "%s*%s" % (hmc["model"].replace("-", ""), hmc["serial"]), "hmc_ip_addr": hmc["address"], "hmc_additional_ips": [],
        "active_peer_domain": "", "node_names": [host], "active_comm_mode": None,
    }


def estate(count=6, **more) -> Estate:
    """A healthy estate: lpar1 .. lparN on two HMCs and one machine, in one subnet."""
    built = Estate(**more)
    for number in range(1, count + 1):
        built.add("lpar%d" % number, number)
    return built
