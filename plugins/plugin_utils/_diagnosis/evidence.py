# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what one LPAR said of itself (ansible_facts.rmc), read once into plain attributes.

None means "could not be read" everywhere; an empty list or mapping means "read, and there is nothing".
"""

from __future__ import annotations

from .reading import address, machine_name, mapping, moment, node_id, number, rows, short_name, text, texts, truth, whole

# The subsystems that some rule asks for, out of the hundred of a host.
_SUBSYSTEMS = frozenset(("ctrmc", "ctcas", "mcproxy", "IBM.MgmtDomainRM", "IBM.DRM", "IBM.ConfigRM"))


class Record:
    """One IBM.MCP record: an HMC as the LPAR knows it."""

    __slots__ = ("raw", "node_id", "hmc_name", "key_token", "addresses", "internal")

    def __init__(self, raw):
        self.raw = raw
        self.node_id = node_id(raw.get("node_id"))
        self.hmc_name = text(raw.get("hmc_name"))
        self.key_token = text(raw.get("key_token"))
        found = texts(raw.get("ip_addresses")) + texts(raw.get("hmc_ip_addr")) + texts(raw.get("hmc_additional_ips"))
        self.addresses = [entry for entry in dict.fromkeys(map(address, found)) if entry]
        # Link-local addresses only: NovaLink's own network, where no HMC is.
        self.internal = bool(self.addresses) and all(entry.startswith("fe80:") for entry in self.addresses)

    @property
    def own_addresses(self) -> list:
        """What the HMC was told to be the address of this LPAR."""
        return [address(entry) for entry in texts(self.raw.get("connectivity_names"))]

    @property
    def mn_name(self) -> str:
        return address(self.raw.get("mn_name"))

    @property
    def node_names(self) -> list:
        return [short_name(entry) for entry in texts(self.raw.get("node_names"))]

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
        "raw", "machine", "lpar_id", "lpar_name", "hostname", "os_level", "kind", "uptime", "collected_at", "node_ids", "node_id", "raw_consistent",
        "filesets", "subsystems", "tcp", "udp", "domains", "records", "in_band", "cluster_member", "cluster_online", "clock_offset", "filesystems",
        "activity", "suspended", "rmcd", "_security", "_interfaces", "_addresses", "_paths",
    )

    def __init__(self, raw):
        raw = mapping(raw)
        self.raw = raw
        self._read_partition(mapping(raw.get("partition")))
        self.collected_at = moment(raw.get("collected_at"))
        ids = mapping(raw.get("node_id"))
        self.node_ids = {place: node_id(ids.get(place)) for place in ("live", "etc", "var_ct")}
        self.node_id = self.node_ids["live"] or self.node_ids["var_ct"] or self.node_ids["etc"]
        self.raw_consistent = truth(ids.get("consistent"))
        self._read_rsct(raw)
        self._read_domains(raw)
        self._security = mapping(raw.get("security"))
        self.clock_offset = self._clock_offset()
        self._interfaces = self._addresses = self._paths = None
        self.filesystems = rows(raw.get("filesystems"))
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
        if not self.filesets and (raw.get("filesets") is None or text(self.probe("lslpp").get("outcome")) not in ("ok", "failed")):
            self.filesets = None
        # A subsystem changed while it runs has two rows: the active one counts.
        told = rows(raw.get("subsystems"))
        active = {}
        for row in told:
            name = row.get("name")
            if isinstance(name, str) and name in _SUBSYSTEMS:
                active[name] = active.get(name, False) or text(row.get("status")).lower() == "active"
        self.subsystems = active if told else None
        listeners = mapping(raw.get("listeners"))
        self.tcp, self.udp = truth(listeners.get("tcp_657")), truth(listeners.get("udp_657"))
        self.in_band = text(mapping(raw.get("in_band")).get("status")).lower()
        self.rmcd = mapping(raw.get("rmcd"))

    def _read_domains(self, raw):
        domains = mapping(raw.get("domains"))
        self.domains = [Domain(row) for row in rows(domains.get("control_points"))]
        if not self.domains and ("control_points" not in domains or domains.get("control_points") is None or self._failed("rmcdomainstatus")):
            self.domains = None
        self.records = [Record(row) for row in rows(raw.get("control_points"))]
        if not self.records and (raw.get("control_points") is None or self._failed("lsrsrc")):
            self.records = None
        cluster = mapping(raw.get("cluster"))
        self.cluster_member = truth(cluster.get("member"))
        self.cluster_online = truth(cluster.get("online"))

    @property
    def cluster_evidence(self) -> list:
        return [
            {"source": text(row.get("source")), "detail": text(row.get("detail"))} for row in rows(mapping(self.raw.get("cluster")).get("evidence"))
        ]

    # --- read when somebody asks: of a healthy host nobody does ---

    @property
    def interfaces(self):
        if self._interfaces is None:
            self._interfaces = rows(mapping(self.raw.get("network")).get("interfaces"))
        return self._interfaces

    @property
    def addresses(self) -> set:
        """All addresses of the host but those of lo0, which alone says nothing: any address may be a host's own."""
        if self._addresses is None:
            found = set()
            for interface in self.interfaces:
                if not text(interface.get("name")).startswith("lo"):
                    found.update(address(entry.split("/", 1)[0]) for entry in texts(interface.get("addresses")))
            self._addresses = found - {""}
        return self._addresses

    @property
    def paths(self) -> list:
        if self._paths is None:
            self._paths = [Path(row) for row in rows(mapping(self.raw.get("network")).get("paths"))]
        return self._paths

    @property
    def local_filter(self) -> dict:
        return mapping(mapping(self.raw.get("network")).get("local_filter"))

    @property
    def errors(self) -> list:
        return rows(self.raw.get("errors"))

    @property
    def rmcd_log(self) -> list:
        return texts(self.raw.get("rmcd_log")) if isinstance(self.raw.get("rmcd_log"), list) else []

    @property
    def attention(self) -> list:
        return texts(self._security.get("attention"))

    @property
    def pair(self):
        """Whether private and public key belong together, None where nobody looked."""
        return truth(mapping(self._security.get("ctsvhbac")).get("pair"))

    def key_present(self, name):
        return truth(mapping(mapping(self._security.get("keys")).get(name)).get("present"))

    @property
    def migration(self) -> dict:
        return mapping(self.raw.get("migration"))

    @property
    def src_arguments(self) -> str:
        return text(self.raw.get("src_arguments"))

    def _clock_offset(self):
        """How far the LPAR's clock is ahead of the controller's: both times were taken side by side."""
        clock = moment(self._security.get("clock_utc"))
        return clock - self.collected_at if clock is not None and self.collected_at is not None else None

    def probe(self, name) -> dict:
        """What became of a probe; empty where it was not made."""
        return next((row for row in rows(self.raw.get("probes")) if row.get("name") == name), {})

    def _failed(self, name) -> bool:
        return text(self.probe(name).get("outcome")) not in ("", "ok")

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
        """True, False or None (interfaces could not be read)."""
        return any(entry.startswith("fe80:") for entry in self.addresses) if self.interfaces else None
