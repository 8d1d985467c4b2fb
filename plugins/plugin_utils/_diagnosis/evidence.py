# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what one LPAR said of itself (ansible_facts.rmc), read once into plain attributes.

None means "could not be read" everywhere; an empty list or mapping means "read, and there is nothing".
"""

from __future__ import annotations

from .reading import address, machine_name, mapping, moment, node_id, number, rows, short_name, text, texts, truth, whole

# Probes whose failure turns an empty answer into "could not be read".
_RECORD_PROBES = ("lsrsrc",)
_DOMAIN_PROBES = ("rmcdomainstatus",)


class Record:
    """One IBM.MCP record: an HMC as the LPAR knows it."""

    __slots__ = ("node_id", "hmc_name", "key_token", "addresses", "own_addresses", "node_names", "mn_name", "in_band")

    def __init__(self, raw):
        self.node_id = node_id(raw.get("node_id"))
        self.hmc_name = text(raw.get("hmc_name"))
        self.key_token = text(raw.get("key_token"))
        found = texts(raw.get("ip_addresses")) + texts(raw.get("hmc_ip_addr")) + texts(raw.get("hmc_additional_ips"))
        self.addresses = [entry for entry in dict.fromkeys(map(address, found)) if entry]
        self.own_addresses = [address(entry) for entry in texts(raw.get("connectivity_names"))]
        self.node_names = [short_name(entry) for entry in texts(raw.get("node_names"))]
        self.mn_name = address(raw.get("mn_name"))
        self.in_band = not self.addresses

    def name(self) -> str:
        return self.key_token or self.hmc_name or (self.addresses[0] if self.addresses else "an HMC without a name")


class Domain:
    """One line of rmcdomainstatus."""

    __slots__ = ("state", "queue", "node_id", "name")

    def __init__(self, raw):
        self.state = text(raw.get("state"))[:1]
        self.queue = text(raw.get("queue"))[:1]
        self.node_id = node_id(raw.get("node_id"))
        self.name = address(raw.get("name"))


class Path:
    """The answer to a TCP connect from the LPAR to an HMC."""

    __slots__ = ("address", "port", "result", "source", "interface")

    def __init__(self, raw):
        self.address = address(raw.get("address"))
        self.port = whole(raw.get("port")) or 657
        self.result = text(raw.get("result")).lower()
        self.source = address(raw.get("source_address"))
        self.interface = text(raw.get("interface"))


class Evidence:
    """Everything that the rules ask of one LPAR."""

    __slots__ = (
        "raw", "probes", "machine", "lpar_id", "lpar_name", "hostname", "os_level", "kind", "uptime", "collected_at", "node_ids", "node_id",
        "raw_consistent", "migration",
        "filesets", "subsystems", "tcp", "udp", "peers", "domains", "records", "in_band", "cluster_member", "cluster_online", "cluster_evidence", "interfaces",
        "addresses", "paths", "local_filter", "keys", "attention", "ctsvhbac", "clock_offset", "filesystems", "errors", "activity", "suspended",
        "rmcd", "rmcd_log", "src_arguments",
    )

    def __init__(self, raw):
        raw = mapping(raw)
        self.raw = raw
        self.probes = {text(row.get("name")): row for row in rows(raw.get("probes"))}
        self._read_partition(mapping(raw.get("partition")))
        self.collected_at = moment(raw.get("collected_at"))
        ids = mapping(raw.get("node_id"))
        self.node_ids = {place: node_id(ids.get(place)) for place in ("live", "etc", "var_ct")}
        self.node_id = self.node_ids["live"] or self.node_ids["var_ct"] or self.node_ids["etc"]
        self.raw_consistent = truth(ids.get("consistent"))
        self.migration = mapping(raw.get("migration"))
        self._read_rsct(raw)
        self._read_domains(raw)
        self._read_network(mapping(raw.get("network")))
        self._read_security(mapping(raw.get("security")))
        self.filesystems = rows(raw.get("filesystems")) or None
        self.errors = rows(raw.get("errors"))
        self.activity = {kind: truth(value) for kind, value in mapping(raw.get("activity")).items() if isinstance(kind, str)}
        self.suspended = truth(raw.get("suspended"))

    def _read_partition(self, partition):
        self.machine = machine_name(partition.get("machine"))
        self.lpar_id = whole(partition.get("lpar_id"))
        self.lpar_name = text(partition.get("lpar_name"))
        self.hostname = text(partition.get("hostname"))
        self.os_level = text(partition.get("os_level"))
        self.kind = text(partition.get("kind")).lower()
        self.uptime = number(partition.get("uptime_seconds"))

    def _read_rsct(self, raw):
        self.filesets = {text(row.get("name")): (text(row.get("level")), text(row.get("state"))) for row in rows(raw.get("filesets"))}
        if not self.filesets and (raw.get("filesets") is None or text(self.probes.get("lslpp", {}).get("outcome")) not in ("ok", "failed")):
            self.filesets = None
        # A subsystem changed while it runs has two rows: the active one counts.
        active = {}
        for row in rows(raw.get("subsystems")):
            name = text(row.get("name"))
            active[name] = active.get(name, False) or text(row.get("status")).lower() == "active"
        self.subsystems = active or None
        listeners = mapping(raw.get("listeners"))
        self.tcp, self.udp = truth(listeners.get("tcp_657")), truth(listeners.get("udp_657"))
        self.in_band = text(mapping(raw.get("in_band")).get("status")).lower()
        self.rmcd = mapping(raw.get("rmcd"))
        self.rmcd_log = texts(raw.get("rmcd_log")) if isinstance(raw.get("rmcd_log"), list) else []
        self.src_arguments = text(raw.get("src_arguments"))

    def _read_domains(self, raw):
        domains = mapping(raw.get("domains"))
        self.peers = rows(domains.get("peer"))
        self.domains = [Domain(row) for row in rows(domains.get("control_points"))]
        if not self.domains and ("control_points" not in domains or domains.get("control_points") is None or self._failed(_DOMAIN_PROBES)):
            self.domains = None
        self.records = [Record(row) for row in rows(raw.get("control_points"))]
        if not self.records and (raw.get("control_points") is None or self._failed(_RECORD_PROBES)):
            self.records = None
        cluster = mapping(raw.get("cluster"))
        self.cluster_member = truth(cluster.get("member"))
        self.cluster_online = truth(cluster.get("online"))
        self.cluster_evidence = [
            {"source": text(row.get("source")), "detail": text(row.get("detail"))} for row in rows(cluster.get("evidence"))
        ]

    def _read_network(self, network):
        self.interfaces = rows(network.get("interfaces")) or None
        self.addresses = set()
        for interface in self.interfaces or ():
            if text(interface.get("name")).startswith("lo"):
                continue
            for entry in _addresses(interface.get("addresses")):
                self.addresses.add(address(entry.split("/", 1)[0]))
        self.addresses.discard("")
        self.paths = [Path(row) for row in rows(network.get("paths"))]
        self.local_filter = mapping(network.get("local_filter"))

    def _read_security(self, security):
        self.keys = {name: mapping(value) for name, value in mapping(security.get("keys")).items()}
        self.attention = texts(security.get("attention"))
        self.ctsvhbac = mapping(security.get("ctsvhbac"))
        clock = moment(security.get("clock_utc"))
        # Both were taken side by side: how far the LPAR's clock is ahead of the controller's.
        self.clock_offset = clock - self.collected_at if clock is not None and self.collected_at is not None else None

    def _failed(self, names) -> bool:
        found = [row for name, row in self.probes.items() if name.lower().startswith(names)]
        return bool(found) and all(text(row.get("outcome")) != "ok" for row in found)

    def active(self, subsystem):
        """True, False (inoperative or not on file) or None (subsystems could not be read)."""
        return None if self.subsystems is None else self.subsystems.get(subsystem, False)

    def on_file(self, subsystem):
        return None if self.subsystems is None else subsystem in self.subsystems

    def level(self, fileset) -> str:
        return (self.filesets or {}).get(fileset, ("", ""))[0]

    def rmcd_seconds(self):
        return number(self.rmcd.get("seconds"))

    def busy_with(self) -> list:
        return sorted(kind for kind, running in self.activity.items() if running)

    def has_fe80(self):
        return None if self.interfaces is None else any(entry.startswith("fe80:") for entry in self.addresses)


def _addresses(value) -> list:
    """Interface addresses come as strings or as mappings with a netmask."""
    if isinstance(value, list):
        return [text(entry.get("address")) if isinstance(entry, dict) else text(entry) for entry in value]
    return texts(value)
