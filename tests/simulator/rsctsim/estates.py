# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ready estates: "clean" and "demo" (2 HMCs, 3 machines, 12 LPARs), and fleets of any size."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Callable, Dict, List, Optional

from . import daemons, faults, healing, identity, link, subsystems
from .hmc.odd import add_oddities
from .model import (Cluster, Estate, Filesystem, Fileset, Hmc, HmcSystem, HmcUser, Interface, Lpar, ManagedSystem, NodeRow,
                    Partition, Subsystem)

UPTIME = 40 * 86400.0
OS_LEVELS = {"6.1": "6100-05-01-1016", "7.1": "7100-05-09-2135", "7.2": "7200-05-06-2320", "7.3": "7300-02-02-2420"}
RSCT_LEVELS = {"6.1": "2.5.5.0", "7.1": "3.2.5.2", "7.2": "3.2.6.2", "7.3": "3.3.1.1"}
CORE_FILESETS = (
    ("auditrm", "RSCT Audit Log Resource Manager"), ("errm", "RSCT Event Response Resource Manager"), ("fsrm", "RSCT File System Resource Manager"),
    ("hostrm", "RSCT Host Resource Manager"), ("lprm", "RSCT Least Privilege Resource Manager"),
    ("microsensor", "RSCT MicroSensor Resource Manager"), ("rmc", "RSCT Resource Monitoring and Control"), ("sec", "RSCT Security"),
    ("sensorrm", "RSCT Sensor Resource Manager"), ("sr", "RSCT Registry"), ("utils", "RSCT Utilities"))
FIXED = ("rmc", "hostrm", "utils")
PLAIN_SUBSYSTEMS = (("syslogd", "ras"), ("portmap", "portmap"), ("inetd", "tcpip"), ("snmpd", "tcpip"), ("aso", ""), ("qdaemon", "spooler"),
                    ("clcomd", "caa"), ("sshd", "ssh"), ("pfcdaemon", ""))
IDLE_SUBSYSTEMS = (("lpd", "spooler"), ("keyserv", "keyserv"), ("cdromd", ""), ("xntpd", "tcpip"), ("clconfd", "caa"),
                   ("cthats", "cthats"), ("cthags", "cthags"), ("cthagsglsm", "cthags"))
DISKS = (("/dev/hd4", "/", 2097152, 301244), ("/dev/hd2", "/usr", 6291456, 2988012), ("/dev/hd9var", "/var", 4194304, 810244),
         ("/dev/hd3", "/tmp", 4194304, 120388), ("/dev/hd1", "/home", 3145728, 31408), ("/dev/hd11admin", "/admin", 131072, 412),
         ("/dev/hd10opt", "/opt", 3145728, 1450212))


def _digest(text: str, digits: int = 16) -> str:
    """The same name gives the same id on every run: reports of two runs can be compared."""
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def add_hmc(estate: Estate, name: str, address: str, type_model: str, serial: str, version: str) -> Hmc:
    hmc = Hmc(name, address, _digest("hmc " + name), type_model, serial, version, key=identity.public_of("hmc " + name))
    for user, role in (("hscroot", "hmcsuperadmin"), ("hmcoper", "hmcoperator"), ("hmcview", "hmcviewer")):
        hmc.users[user] = HmcUser(user, role)
    estate.hmcs[name] = hmc
    return hmc


def add_system(estate: Estate, name: str, machine: str, service_processor: str, hmcs: Optional[List[str]] = None, **more: bool) -> ManagedSystem:
    system = estate.systems[machine] = ManagedSystem(name, machine, service_processor, **more)
    for hmc in hmcs or list(estate.hmcs):
        estate.hmcs[hmc].systems[machine] = HmcSystem()
    return system


def add_lpar(estate: Estate, system: ManagedSystem, name: str, lpar_id: int, address: str, release: str = "7.2", kind: str = "aix",
             python: bool = True, cluster: Optional[str] = None, in_band: bool = False) -> Lpar:
    now = time.time()
    lpar = Lpar(name, system.machine, lpar_id, address, estate.directory / "hosts" / name / "root", hostname=name, kind=kind,
                python=python and estate.python != "none",
                oslevel=OS_LEVELS[release], ios_level="3.1.4.10" if kind == "vios" else "", boot_time=now - UPTIME, cluster=cluster, in_band=in_band)
    estate.lpars[name] = lpar
    env = "vioserver" if kind == "vios" else "aixlinux"
    system.partitions.append(Partition(name, lpar_id, env, "Running", link.os_version(lpar), name, _uuid(name), lpar.memory_mb))
    mac = "32.1a.c4.%x.%x.%x" % tuple(int(_digest("mac " + name, 6)[i:i + 2], 16) for i in (0, 2, 4))
    lpar.interfaces = [Interface("en0", mac, addresses=[address])]
    lpar.filesystems = [Filesystem(*disk) for disk in DISKS]
    add_software(lpar, RSCT_LEVELS[release])
    _subsystems(estate, lpar, now - UPTIME)
    subsystems.log_error(lpar, now - UPTIME - 60, "9DBCFDEE", "T", "O", "errdemon", "ERROR LOGGING TURNED ON")
    subsystems.log_error(lpar, now - UPTIME - 60, "3CACA614", "I", "O", "sys0", "Partition boot reason.")
    return lpar


def _uuid(name: str) -> str:
    digits = _digest("uuid " + name, 32).upper()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def add_software(lpar: Lpar, level: str) -> None:
    base = level.rsplit(".", 1)[0] + ".0"
    lpar.filesets = [Fileset("rsct.core." + name, level if name in FIXED else base, text, fix=name in FIXED and level != base) for name, text in CORE_FILESETS]
    lpar.filesets.append(Fileset("devices.chrp.base.ServiceRM", base, "RSCT Service Resource Manager"))
    lpar.filesets.append(Fileset("rsct.basic.rte", level, "RSCT Basic Function", fix=level != base))
    if lpar.cluster:
        lpar.filesets.append(Fileset("cluster.es.server.rte", "7.2.6.0", "Base Server Runtime"))
    if lpar.domain_manager == "IBM.CSMAgentRM":
        lpar.filesets.append(Fileset("csm.client", "1.7.1.0", "Cluster Systems Management Client"))
    if lpar.kind == "vios":
        lpar.filesets.append(Fileset("ios.cli.rte", "7.2.5.200", "VIOS Command Line Interface"))
    if lpar.in_band:
        lpar.filesets.append(Fileset("rsct.core.mcproxy", base, "RSCT Management Console Proxy"))


def _subsystems(estate: Estate, lpar: Lpar, started: float) -> None:
    def add(name: str, group: str, active: bool) -> None:
        lpar.subsystems[name] = Subsystem(name, group, daemons.new_pid(estate) if active else 0, started if active else 0.0)
    for name, group in PLAIN_SUBSYSTEMS:
        add(name, group, True)
    add("ctrmc", "rsct", False)
    if lpar.in_band:
        add("mcproxy", "rsct", False)
    add("ctcas", "rsct", False)
    absent = {"IBM.MgmtDomainRM", "IBM.CSMAgentRM"} - {lpar.domain_manager}
    for name in tuple(name for name in daemons.PERMANENT if name not in absent) + (daemons.CLUSTER_RMS if lpar.cluster else ()) + daemons.ON_DEMAND:
        add(name, "rsct_rm", False)
    for name, group in IDLE_SUBSYSTEMS:
        add(name, group, bool(lpar.cluster) and name in ("cthags", "clconfd"))
    if lpar.cluster:
        add("clstrmgrES", "cluster", True)


def bring_up(estate: Estate) -> None:
    """Build the files of every host, start its RSCT in the past and let the HMCs know it: a calm estate."""
    now = time.time()
    for lpar in estate.lpars.values():
        node_id = _digest("node " + lpar.name)
        identity.build_tree(lpar, node_id)
        identity.make_domain_tree(estate, lpar)
        identity.write_node_id(identity.etc_node_id(lpar), node_id)
        daemons.start(estate, lpar, "ctrmc", now - UPTIME)
        daemons.start_mcproxy(estate, lpar, now - UPTIME)
        for hmc in estate.hmcs_of(lpar.machine):
            hmc.nodes[lpar.slot] = NodeRow(lpar.address, index=len(hmc.nodes))
        link.discover(estate, lpar, now)
        for hmc in estate.hmcs_of(lpar.machine):
            link.exchange_keys(lpar, hmc)
        lpar.exchange_at = None
        if lpar.powervs:
            lpar.interfaces[0].link_local = "fe80::301a:c4ff:fe07:%x" % lpar.lpar_id
    link.observe(estate, now - UPTIME)
    healing.remember(estate)


# --- the estates -------------------------------------------------------------------------------------------------------

def clean(estate: Estate) -> None:
    """2 HMCs, 3 machines, 12 LPARs, all well."""
    base = estate.base
    add_hmc(estate, "hmcalpha", base + ".0.11", "7063-CR2", "13A4F10", "V10R3.1060.0")
    add_hmc(estate, "hmcbeta", base + ".0.12", "V4c1-9d7", "b3e2a58", "V9R2.951.2")
    east = add_system(estate, "DC1-P10A", "9105-22A*78F0A10", base + ".0.41")
    north = add_system(estate, "DC1-P10B", "9105-22A*78F0B10", base + ".0.42")
    west = add_system(estate, "DC2-P9A", "9009-22A*78F0C10", base + ".0.43")
    add_lpar(estate, east, "vios1", 1, base + ".1.31", kind="vios", python=False)
    add_lpar(estate, east, "vios2", 2, base + ".1.32", kind="vios", python=False)
    add_lpar(estate, east, "aixdb01", 3, base + ".1.21", python=False)
    add_lpar(estate, east, "aixdb02", 4, base + ".1.22", release="7.3")
    add_lpar(estate, east, "aixapp01", 5, base + ".1.23", python=False)
    estate.clusters["dbpair_dom"] = Cluster("dbpair_dom", "powerha", ["aixha01", "aixha02"])
    add_lpar(estate, north, "aixha01", 3, base + ".2.21", release="7.1", python=False, cluster="dbpair_dom")
    add_lpar(estate, west, "aixha02", 3, base + ".3.21", release="7.1", python=False, cluster="dbpair_dom")
    add_lpar(estate, north, "aixapp02", 4, base + ".2.22", python=False)
    add_lpar(estate, north, "aixweb01", 5, base + ".2.23", python=False)
    add_lpar(estate, north, "aixinb01", 6, base + ".2.24", release="7.3", in_band=True)
    add_lpar(estate, west, "aixnim01", 4, base + ".3.22", python=False)
    add_lpar(estate, west, "aixapp03", 5, base + ".3.23", python=False)
    east.partitions.append(Partition("ibmi01", 10, "os400", "Running", "Unknown"))
    east.partitions.append(Partition("aixtest09", 11, "aixlinux", "Not Activated", "Unknown"))
    bring_up(estate)


def demo(estate: Estate) -> None:
    """The clean estate with a bad night: at least eight causes among healthy ones."""
    clean(estate)
    for code, host, options in DEMO_FAULTS:
        faults.inject(estate, code, host=host, now=time.time(), **options)
    age_everything(estate)


DEMO_FAULTS = (
    ("RSCT_DOWN", "aixdb01", {}), ("DRM_DOWN", "aixapp01", {}), ("REMOTE_DISABLED", "vios2", {}), ("MCP_STALE", "aixapp02", {}),
    ("NETWORK_TCP_BLOCKED", "aixweb01", {}), ("CLOCK_SKEW", "aixha01", {}), ("NODE_ID_DUPLICATE", "aixnim01", {"original": "aixapp03"}),
    ("FILESYSTEM_FULL", "aixdb02", {}),
)


def age_everything(estate: Estate) -> None:
    """Faults injected while an estate is built have settled long ago."""
    for state in estate.links.values():
        state.history = [(since - 3600.0, heading) for since, heading in state.history]


def fleet(estate: Estate, hosts: int, python_share: float = 0.5) -> None:
    """``hosts`` LPARs, 20 to a machine, 10 machines to a pair of HMCs, in subnets of 100."""
    base, per_machine, machines_per_pair = estate.base, 20, 10
    machines = -(-hosts // per_machine)
    for pair in range(-(-machines // machines_per_pair)):
        for side in (1, 2):
            name = "hmc%d%s" % (pair + 1, "ab"[side - 1])
            add_hmc(estate, name, "%s.0.%d" % (base, 10 + 2 * pair + side), "7063-CR2", "13A%03d%d" % (pair, side), "V10R3.1060.0")
    for number in range(machines):
        pair = number // machines_per_pair
        add_system(estate, "P10-%03d" % (number + 1), "9105-22A*78F%04d" % (number + 1), "%s.0.%d" % (base, 100 + number % 150),
                   ["hmc%da" % (pair + 1), "hmc%db" % (pair + 1)])
    systems = list(estate.systems.values())
    for number in range(hosts):
        vios = number % per_machine == 0
        release = ("7.2", "7.3", "7.2", "7.1")[number % 4]
        add_lpar(estate, systems[number // per_machine], "lpar%04d" % (number + 1), number % per_machine + 1,
                 "%s.%d.%d" % (base, 1 + number // 100, 10 + number % 100), release="7.2" if vios else release, kind="vios" if vios else "aix",
                 python=(number * 7 % 10) < python_share * 10)
    bring_up(estate)


def catalogue(estate: Estate) -> None:
    """Room for every fault side by side: four machines of 20 LPARs under the HMCs hmc1a and hmc1b, then five pairs of HMCs with two machines of 6 each."""
    for pair in range(1, 7):
        for side in "ab":
            name = "hmc%d%s" % (pair, side)
            add_hmc(estate, name, "%s.0.%d" % (estate.base, 10 * pair + 1 + "ab".index(side)), "7063-CR2", "13A%d%s00" % (pair, side.upper()), "V10R3.1060.0")
        for number in range(1, (4 if pair == 1 else 2) + 1):
            system = add_system(estate, "P10-%d%d" % (pair, number), "9105-22A*78F%d%d00" % (pair, number), "%s.0.%d" % (estate.base, 100 + 10 * pair + number),
                                ["hmc%da" % pair, "hmc%db" % pair])
            for lpar_id in range(1, (20 if pair == 1 else 6) + 1):
                vios = lpar_id <= 2
                add_lpar(estate, system, "p%dm%dl%02d" % (pair, number, lpar_id), lpar_id, "%s.%d.%d" % (estate.base, 10 * pair + number, 10 + lpar_id),
                         release="7.2" if vios else ("7.3", "7.2", "7.1")[lpar_id % 3], kind="vios" if vios else "aix", python=not vios)
    bring_up(estate)


def rehearsal(estate: Estate) -> None:
    """For repairs: 2 HMCs, 2 machines, 2 VIOS each, 8 LPARs in one VLAN and 4 in another one, all with Python."""
    base = estate.base
    add_hmc(estate, "hmcalpha", base + ".0.11", "7063-CR2", "13A4F10", "V10R3.1060.0")
    add_hmc(estate, "hmcbeta", base + ".0.12", "7063-CR2", "13A4F20", "V10R3.1060.0")
    for number, (site, lpars) in enumerate((("east", 8), ("west", 4)), start=1):
        system = add_system(estate, "P10-" + site.upper(), "9105-22A*78F0%d10" % number, "%s.0.%d" % (base, 40 + number))
        for lpar_id in range(1, lpars + 3):
            vios = lpar_id <= 2
            name, subnet = ("vio" + site + str(lpar_id), 1) if vios else ("%s%02d" % (site, lpar_id - 2), number + 1)
            add_lpar(estate, system, name, lpar_id, "%s.%d.%d" % (base, subnet, 10 * number + lpar_id), kind="vios" if vios else "aix",
                     release="7.2" if vios else ("7.3", "7.2", "7.1")[lpar_id % 3])
    bring_up(estate)


def odd(estate: Estate) -> None:
    """The clean estate, and on hmcalpha everything odd that a console may have to show."""
    clean(estate)
    add_oddities(estate, estate.hmcs["hmcalpha"])
    healing.remember(estate)


ESTATES: Dict[str, Callable[[Estate], None]] = {"clean": clean, "demo": demo, "odd": odd, "catalogue": catalogue, "rehearsal": rehearsal}


def build(estate: Estate, name: str, hosts: int = 0, python_share: float = 0.5) -> None:
    estate.directory.mkdir(parents=True, exist_ok=True)
    if hosts:
        fleet(estate, hosts, python_share)
    else:
        ESTATES[name](estate)


def new(directory: Path, name: str = "clean", hosts: int = 0, python_share: float = 0.5, **settings: object) -> Estate:
    """An estate of its own in ``directory``, without a server: for tests of the simulator itself."""
    estate = Estate(name, directory, **settings)   # type: ignore[arg-type]
    build(estate, name, hosts, python_share)
    return estate
