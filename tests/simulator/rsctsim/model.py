# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated estate as plain data. Behaviour lives elsewhere: link.py (RMC), aix/ and hmc/ (commands), faults/.

Times are seconds of the server's clock (time.time()). Node ids and keys of an LPAR are NOT here: they are real files
under ``Lpar.root`` (see identity.py), so that tools which save and restore files have a real effect.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, List, Optional, Set, Tuple

Slot = Tuple[str, int]
"""A partition of the estate: (machine "9105-22A*78F0A10", lpar_id)."""


@dataclass
class Reply:
    """What a simulated command answers. ``delay`` is waited before the answer; ``hang`` means that none ever comes."""

    stdout: str = ""
    stderr: str = ""
    rc: int = 0
    delay: float = 0.0
    hang: bool = False
    changes: bool = False   # the command changed state (or tried to)
    harm: str = ""          # the damage it did; goes into the log
    after: Optional[Callable[[], None]] = None   # what happens at the end of the delay, if the client still waits


# --- the AIX side -----------------------------------------------------------------------------------------------------

@dataclass
class Subsystem:
    name: str
    group: str = ""
    pid: int = 0            # 0 = inoperative
    started_at: float = 0.0
    dies_after: Optional[float] = None  # seconds after each start at which it ends by itself; None = stays up
    cure: str = "recycle"               # what ends the dying: recycle, reset, nothing
    ghost_row: bool = False             # chssys was run while it was active: lssrc shows a second, inoperative row

    @property
    def active(self) -> bool:
        return self.pid > 0


@dataclass
class McpRecord:
    """One resource of IBM.MCP, as held by rmcd and stored in the registry file."""

    mn_name: str
    node_id: str                     # 16 hex digits: the HMC's
    key_token: str                   # host name of the HMC
    ip_addresses: List[str]
    connectivity_names: List[str]
    hmc_name: str                    # "7063CR2*13A4F10", without the dash
    hmc_ip_addr: str
    hmc_add_ips: str = ""
    hmc_add_ipv6s: str = ""
    active_peer_domain: str = ""
    node_names: List[str] = field(default_factory=list)
    comm_mode: int = 1               # 1 = IP, 2 = in-band [unverified]


@dataclass
class Loaded:
    """What the running rmcd holds: read from the files when it started, not when asked."""

    started_at: float
    node_id: Optional[str]
    consistent: bool                 # /etc and /var copy of the node id agreed at start
    mcps: List[McpRecord] = field(default_factory=list)
    suspended: bool = False          # on purpose, around a live kernel update
    awake: Set[str] = field(default_factory=set)            # node ids of HMCs for which that was lifted
    remote: bool = True              # remote clients: TCP port is bound
    client_policy: str = "E"         # rmcctrl -m
    daemon_policy: str = "E"         # rmcctrl -M
    without_interface: bool = False  # it lost the management interface, and does not look again by itself
    refused: Dict[str, str] = field(default_factory=dict)   # HMC name -> X: suspended by rmcd itself until refresh

    def suspends(self, record: McpRecord) -> bool:
        return self.suspended and record.node_id not in self.awake


@dataclass
class Interface:
    name: str
    mac: str
    mtu: int = 1500
    addresses: List[str] = field(default_factory=list)   # IPv4, /24
    link_local: str = ""                                 # fe80::...


@dataclass
class Filesystem:
    device: str
    mount: str
    size_kb: int
    used_kb: int
    inodes: int = 200000
    inodes_used: int = 8000


@dataclass
class Fileset:
    name: str
    level: str
    description: str = ""
    state: str = "C"
    fix: bool = False


@dataclass
class ErrorEntry:
    time: float
    identifier: str
    type: str
    cls: str
    resource: str
    description: str
    label: str = ""


@dataclass
class Activity:
    """Work in progress that forbids a repair."""

    dlpar: bool = False
    lpm: bool = False
    lku: bool = False
    installp: bool = False
    backup: bool = False


@dataclass
class Cluster:
    name: str
    kind: str                        # powerha, tsa, caa, ssp, peer
    members: List[str]               # LPAR names
    online: bool = True
    caa: bool = True


@dataclass
class Lpar:
    name: str                        # partition name = inventory name
    machine: str                     # MTMS of the managed system
    lpar_id: int
    address: str
    root: Path                       # directory that stands for / of this host
    hostname: str = ""
    kind: str = "aix"                # aix, vios
    oslevel: str = "7200-05-06-2320"
    ios_level: str = ""              # VIOS: 3.1.4.10
    python: bool = True
    user_names: List[str] = field(default_factory=lambda: ["root", "ansible"])
    sudoers: List[str] = field(default_factory=lambda: ["ansible"])
    language: str = "C"              # language of messages unless LC_ALL=C: C, pl_PL
    boot_time: float = 0.0
    clock_offset: float = 0.0
    link_hold_until: float = 0.0     # no heartbeat before (still booting, just moved)
    up: bool = True
    wrecked: str = ""                # why this node is gone; not empty = panicked
    harm: List[str] = field(default_factory=list)           # the damage that was done to it
    harm_told: int = 0               # how much of that is in the log
    given_files: Set[str] = field(default_factory=set)      # key files and trusted host list as it was built or broken
    given_id: str = ""               # working copy of the node id, likewise
    clone_of: str = ""               # the LPAR that it was copied from
    subsystems: Dict[str, Subsystem] = field(default_factory=dict)
    inittab_ctrmc: bool = True
    loaded: Optional[Loaded] = None  # None = rmcd is not running
    start_refused: str = ""          # why the last start of rmcd failed
    remote_next: bool = True         # SRC arguments: for the next start
    client_policy_next: str = "E"
    daemon_policy_next: str = "E"
    discover_at: Optional[float] = None   # MgmtDomainRM reads the HMCs from the firmware at this time
    exchange_at: Optional[float] = None   # keys are offered to the HMCs at this time
    filesets: List[Fileset] = field(default_factory=list)
    filesystems: List[Filesystem] = field(default_factory=list)
    interfaces: List[Interface] = field(default_factory=list)
    route_source: str = ""           # address used towards the HMCs when it is not the first one
    route_seconds: float = 0.0       # it is not there every other period of this length; 0: always
    path_mtu: int = 1500             # what the network towards the HMCs carries
    ipsec_available: bool = False
    filter_rules: List[str] = field(default_factory=list)   # lsfilt -O lines
    names_ok: bool = True            # both ends resolve each other's names alike
    in_band: bool = False            # the hypervisor offers in-band RMC; out-of-band not used
    powervs: bool = False            # management runs over the IPv6 link-local address
    foreign_sender: str = ""         # somebody else sends to the UDP port
    unexplained: bool = False        # the HMC does not work with it, and nothing anywhere says why
    flap_seconds: float = 0.0        # the link comes and goes with this period
    cluster: Optional[str] = None
    activity: Activity = field(default_factory=Activity)
    errors: List[ErrorEntry] = field(default_factory=list)
    memory_mb: Tuple[int, int, int] = (8192, 32768, 65536)  # min, online, max
    run_memory_mb: Optional[int] = None                     # what the hypervisor has, when it differs
    hanging: Set[str] = field(default_factory=set)          # commands that never answer ("*" = all)
    missing: Set[str] = field(default_factory=set)          # commands that are not there
    slow: Dict[str, float] = field(default_factory=dict)    # command -> seconds
    broken_classes: Set[str] = field(default_factory=set)

    @property
    def slot(self) -> Slot:
        return (self.machine, self.lpar_id)

    def active(self, subsystem: str) -> bool:
        found = self.subsystems.get(subsystem)
        return bool(found and found.active)

    @property
    def domain_manager(self) -> str:
        """What reads the HMCs from the firmware; before RSCT 3.1 that is CSM's agent, and there is no IBM.MCP."""
        level = [int(part) for part in self.rsct_level().split(".")[:2] if part.isdigit()]
        return "IBM.CSMAgentRM" if level and level < [3, 1] else "IBM.MgmtDomainRM"

    def rsct_level(self) -> str:
        return next((fs.level for fs in self.filesets if fs.name == "rsct.core.rmc"), "")


# --- managed systems ---------------------------------------------------------------------------------------------------

@dataclass
class Partition:
    """What the hypervisor knows of a partition. ``lpar`` names the simulated AIX host behind it, if there is one."""

    name: str
    lpar_id: int
    lpar_env: str = "aixlinux"       # aixlinux, vioserver, os400
    state: str = "Running"
    os_version: str = "Unknown"
    lpar: Optional[str] = None
    uuid: str = ""
    memory_mb: Tuple[int, int, int] = (4096, 16384, 32768)
    refcode: str = ""
    conn_monitoring: bool = True


@dataclass
class ManagedSystem:
    name: str
    machine: str                     # "9105-22A*78F0A10"
    service_processor: str           # address
    partitions: List[Partition] = field(default_factory=list)
    novalink: bool = False

    def partition(self, lpar_id: int) -> Optional[Partition]:
        return next((p for p in self.partitions if p.lpar_id == lpar_id), None)


# --- the HMC side -------------------------------------------------------------------------------------------------------

@dataclass
class HmcUser:
    name: str
    role: str                        # hmcviewer, hmcoperator, hmcsuperadmin
    systems: Optional[List[str]] = None   # machines of the resource role; None = all
    language: str = "en_US"
    expired: bool = False            # its password; what the console then says is not known


@dataclass
class HmcSystem:
    """One connection HMC -> managed system."""

    state: str = "Operating"         # as lssyscfg -r sys tells it
    shown_name: str = ""             # "" = name of the system; never connected: its service processor's address
    delay: float = 0.0               # slow system
    hang: bool = False
    lost_at: Optional[float] = None  # since when no new RMC connection can be made


@dataclass
class NodeRow:
    """What the HMC's RMC keeps of a partition (lspartition); such rows outlive partitions."""

    address: str
    hostname: str = ""
    os: Tuple[str, str, str] = ("AIX", "", "")
    node_id: str = ""
    stale: bool = False              # the partition is gone or moved, the row stayed
    pinned: bool = False             # the HMC keeps this (old) address whatever the partition says
    index: int = 0                   # <#N> of lspartition


@dataclass
class FrozenRow:
    """A cached row that only a rebuild brings in line (HMC_CACHE_MISMATCH)."""

    rmc_state: str = "inactive"
    dlpar: Tuple[int, int, int] = (0, 0, 0)


@dataclass
class Hmc:
    name: str                        # host name = inventory name
    address: str
    node_id: str                     # 16 hex digits
    type_model: str                  # "7063-CR2"
    serial: str
    version: str = "V10R3.1060.0"    # V8R8.7.0.2, V9R2.951.2, V10R3.1060.0, V11R1.1110.0
    domain: str = "example.com"
    other_addresses: List[str] = field(default_factory=list)   # of its private networks: no LPAR reaches them
    up: bool = True
    rmc_up: bool = True              # its RMC answers (a full /tmp stops it)
    firewall_open: bool = True       # its own firewall lets the RMC port through
    security_mode: str = "legacy"    # legacy, nist_sp800_131a
    clock_offset: float = 0.0
    key: str = ""                    # its own key
    keys: Dict[str, str] = field(default_factory=dict)            # LPAR name -> key the HMC trusts
    retired_keys: Dict[str, Set[str]] = field(default_factory=dict)   # older keys: not accepted again
    strangers: Set[str] = field(default_factory=set)              # LPARs from which it takes no key by itself
    harm: List[str] = field(default_factory=list)                 # the damage that was done to it
    harm_told: int = 0
    restarted_at: float = 0.0        # links of before begin anew
    users: Dict[str, HmcUser] = field(default_factory=dict)
    session_limit: int = 40
    command_seconds: float = 0.1
    diagrmc_seconds: float = 1.0
    systems: Dict[str, HmcSystem] = field(default_factory=dict)   # machine -> connection
    nodes: Dict[Slot, NodeRow] = field(default_factory=dict)      # every partition that ever connected
    cached_address: Dict[Slot, str] = field(default_factory=dict)   # rmc_ipaddr of lssyscfg, where it differs from the node row
    frozen: Dict[Slot, FrozenRow] = field(default_factory=dict)
    busy: Dict[Slot, float] = field(default_factory=dict)         # rmc_state "busy" until this time
    hanging: Set[str] = field(default_factory=set)
    slow: Dict[str, float] = field(default_factory=dict)
    open_sessions: int = 0

    @property
    def hmc_name(self) -> str:
        """As IBM.MCP has it: type-model without the dash."""
        return "%s*%s" % (self.type_model.replace("-", ""), self.serial)


# --- the link and the whole ---------------------------------------------------------------------------------------------

@dataclass
class Target:
    """Where a link is heading: token of the LPAR side, whether the HMC can work with it, whether IBM.DRM answers."""

    token: str                       # "" (no contact), O, i, I, X, Z, S (suspended on purpose)
    usable: bool = True              # with token I: the HMC's client connection works
    drm: bool = True
    generation: float = 0.0          # start time of the rmcd behind it: a restart begins again at O


@dataclass
class LinkState:
    """History of one HMC-LPAR link, newest last: (since, target). link.py evaluates it for any moment."""

    history: List[Tuple[float, Target]] = field(default_factory=list)
    looked: float = 0.0              # when it was evaluated last


@dataclass
class Block:
    """A rule of the network between an LPAR (address or "127.20.1.0/24") and an HMC (name, or "" for every HMC)."""

    source: str
    hmc: str = ""
    tcp: str = "timeout"             # open, refused, timeout, unreachable
    udp: bool = False                # False = heartbeats do not pass
    owner: str = ""                  # host, subnet or HMC that was broken, for heal


@dataclass
class Estate:
    name: str
    directory: Path
    base: str = "127.20"
    rmc_port: int = 0
    ssh_port: int = 0
    settle: float = 2.0
    ctsthl_replaces: bool = False    # ctsthl -s also replaces the own entries that have another key [unverified: it only adds]
    remote_persists: bool = False    # rmcctrl -p and -P also hold for the next start of rmcd [unverified: they do not]
    python: str = ""                 # interpreter of hosts that have Python; "" = the one that runs the simulator, "none" = no Python anywhere
    lpars: Dict[str, Lpar] = field(default_factory=dict)
    hmcs: Dict[str, Hmc] = field(default_factory=dict)
    systems: Dict[str, ManagedSystem] = field(default_factory=dict)   # by machine
    clusters: Dict[str, Cluster] = field(default_factory=dict)
    blocks: List[Block] = field(default_factory=list)
    links: Dict[Tuple[str, str], LinkState] = field(default_factory=dict)   # (HMC name, LPAR name)
    reached_instead: Dict[str, str] = field(default_factory=dict)     # LPAR name -> LPAR that answers at its address
    variant: str = "default"         # which spelling of the unverified texts: default, wide
    next_pid: int = 4000000
    faults: Dict[str, List[str]] = field(default_factory=dict)        # LPAR, HMC or subnet -> codes injected (for status)
    pristine: Dict[str, bytes] = field(default_factory=dict)          # every host as it was built (pickled), for heal

    def lpar_at(self, slot: Slot) -> Optional[Lpar]:
        return next((lp for lp in self.lpars.values() if lp.slot == slot), None)

    def hmcs_of(self, machine: str) -> List[Hmc]:
        return [h for h in self.hmcs.values() if machine in h.systems]


# --- views offered by link.py, read by the HMC commands ----------------------------------------------------------------

@dataclass
class RawView:
    """lspartition: the HMC's raw RMC data. None from link.raw_view = the partition never connected (no row)."""

    active: int                      # 1 connected, 0 known, not connected
    address: str
    hostname: str
    os: Tuple[str, str, str]
    dcaps: str                       # "0x2c5f", "0x0"
    cmdcaps: str                     # "0x4000001b, 0x1b"
    pinned_mem: int
    node_id: str
    token: str                       # the HMC's token for the node (root only there): I i O X Z
    index: int


@dataclass
class CachedView:
    """lssyscfg: what the HMC has cached. Exists for every partition of a connected system."""

    rmc_state: str                   # active, inactive, none, busy
    rmc_ipaddr: str
    dlpar: Tuple[int, int, int]      # memory, processor, I/O
    osshutdown: int
    os_version: str
