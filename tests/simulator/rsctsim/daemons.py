# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping of the daemons of one simulated host, with everything that hangs on it."""

from __future__ import annotations

from typing import List

from . import harm, identity, link
from .model import Estate, Loaded, Lpar, Subsystem
from .subsystems import log_error, stop

PERMANENT = ("IBM.HostRM", "IBM.DRM", "IBM.MgmtDomainRM", "IBM.CSMAgentRM", "IBM.ServiceRM", "IBM.ConfigRM")
CLUSTER_RMS = ("IBM.StorageRM", "IBM.GblResRM", "IBM.RecoveryRM")
ON_DEMAND = ("IBM.ERRM", "IBM.AuditRM", "IBM.LPRM", "IBM.SensorRM", "IBM.FSRM")
GUARDED = ("ctrmc", "IBM.ConfigRM", "cthags", "cthats", "clconfd") + CLUSTER_RMS     # stopped, they take a cluster node down


def new_pid(estate: Estate) -> int:
    estate.next_pid += 65538
    return estate.next_pid


def start(estate: Estate, lpar: Lpar, name: str, now: float) -> int:
    """Start a defined subsystem; the pid (SRC reports one even if the daemon ends at once)."""
    subsystem = lpar.subsystems[name]
    pid = new_pid(estate)
    if name == "ctrmc":
        lpar.start_refused = _cannot_run(lpar)
        if lpar.start_refused:
            log_error(lpar, now, "BC3BE5A3", "P", "S", "SRC", "SOFTWARE PROGRAM ERROR")
            return pid
        _up(subsystem, pid, now)
        _load(estate, lpar, now)
        return pid
    if name == "ctcas" and not ctcasd_can_run(lpar):
        return pid
    if subsystem.group == "rsct_rm" and lpar.loaded is None:
        return pid          # a manager without rmcd ends again
    _up(subsystem, pid, now)
    if name == lpar.domain_manager:
        lpar.discover_at = now + 0.25 * estate.settle
    return pid


def _up(subsystem: Subsystem, pid: int, now: float) -> None:
    subsystem.pid, subsystem.started_at, subsystem.ghost_row = pid, now, False


def _cannot_run(lpar: Lpar) -> str:
    if link.filesystem_full(lpar):
        return "no space left in /var"
    if not identity.tree_usable(lpar):
        return "/var/ct is missing or incomplete"
    return ""


def ctcasd_can_run(lpar: Lpar) -> bool:
    """ctcasd's rules at start: no key at all = first start, one of two = it ends, no list = a new one with the own names."""
    present = identity.key_files_present(lpar)
    if present == 1 or not identity.tree_usable(lpar):
        return False
    if present == 0:
        identity.write_keys(lpar)
        identity.write_trusted_hosts(lpar, {})
        identity.trust_own_names(lpar)
    elif identity.trusted_hosts(lpar) is None:
        identity.trust_own_names(lpar)
    return True


def _load(estate: Estate, lpar: Lpar, now: float) -> None:
    """rmcd has started: it reads node id and registry, enables what its arguments say, and its managers follow."""
    working = identity.read_node_id(identity.cfg(lpar, "ct_node_id"))
    lpar.loaded = Loaded(
        started_at=now, node_id=working, consistent=working is not None and working == identity.read_node_id(identity.etc_node_id(lpar)),
        mcps=identity.read_registry(lpar), remote=lpar.remote_next, client_policy=lpar.client_policy_next, daemon_policy=lpar.daemon_policy_next)
    harm.look(estate, lpar)     # before ctcasd makes new keys where there are none
    ctcasd_can_run(lpar)
    identity.make_specials(lpar)
    if lpar.foreign_sender:
        identity.log_foreign_messages(lpar)
    log_error(lpar, now, "A6DF45AA", "I", "O", "RMCdaemon", "The daemon is started.", "RMCD_INFO_0_ST")
    for name in PERMANENT + (CLUSTER_RMS if lpar.cluster else ()):
        if name in lpar.subsystems and not (name == "IBM.ConfigRM" and not _has_basic(lpar)):
            start(estate, lpar, name, now)
    lpar.discover_at = now + 0.25 * estate.settle
    lpar.exchange_at = lpar.discover_at


def _has_basic(lpar: Lpar) -> bool:
    """From RSCT 3.2.5.1 IBM.ConfigRM fails without rsct.basic.rte (IJ32439)."""
    if any(fs.name == "rsct.basic.rte" for fs in lpar.filesets):
        return True
    return tuple(int(part) for part in lpar.rsct_level().split(".") if part.isdigit()) < (3, 2, 5, 1)


def stop_all(lpar: Lpar, now: float, cures: bool = True) -> None:
    """rmcctrl -K/-z: rmcd and all resource managers; ctcas and the definitions stay. A fault that stops them cures nothing."""
    stop(lpar, "ctrmc", now)
    for subsystem in lpar.subsystems.values():
        if subsystem.group == "rsct_rm":
            subsystem.pid = 0
            if cures and subsystem.cure == "recycle":
                subsystem.dies_after = None


def boot(estate: Estate, lpar: Lpar, now: float) -> None:
    """Down and up again: what ran before is started by inittab, and the link needs its time."""
    running = [each for each in lpar.subsystems.values() if each.active]
    stop_all(lpar, now)
    lpar.boot_time, lpar.link_hold_until = now, now + 2 * estate.settle
    for each in running:
        _up(each, new_pid(estate), now) if each.group not in ("rsct", "rsct_rm") else stop(lpar, each.name, now)
    if lpar.inittab_ctrmc and "ctrmc" in lpar.subsystems:
        start(estate, lpar, "ctrmc", now)
    start_mcproxy(estate, lpar, now)


def start_mcproxy(estate: Estate, lpar: Lpar, now: float) -> None:
    """It starts with the host: neither rmcd nor a recycle starts or stops it."""
    if lpar.in_band and "mcproxy" in lpar.subsystems:
        start(estate, lpar, "mcproxy", now)


def define_rsct(lpar: Lpar) -> List[str]:
    """Make sure that the SRC definitions of ctcas and ctrmc exist; the names that were added."""
    added = [name for name in ("ctcas", "ctrmc") if name not in lpar.subsystems]
    for name in added:
        lpar.subsystems[name] = Subsystem(name, "rsct")
    return added


def refresh(estate: Estate, lpar: Lpar, now: float) -> None:
    """refresh -s ctrmc: communication that rmcd itself gave up is resumed; a suspension on purpose is not lifted."""
    if lpar.loaded:
        lpar.loaded.refused.clear()
    link.observe(estate, now, lpar)


def refresh_domain(estate: Estate, lpar: Lpar, now: float) -> None:
    """rmcrefreshMD: the managers read the HMCs' identities again, and rmcd the interfaces."""
    if lpar.loaded:
        lpar.discover_at = now
        lpar.loaded.without_interface = False


def reset(estate: Estate, lpar: Lpar, node_id: str, now: float) -> int:
    """recfgct after its guard: everything under /var/ct is new; the pid of the new rmcd."""
    unconfigure(lpar, now)
    return configure(estate, lpar, node_id, now)


def unconfigure(lpar: Lpar, now: float) -> None:
    stop_all(lpar, now)
    stop(lpar, "ctcas", now)
    for subsystem in lpar.subsystems.values():
        if subsystem.cure == "reset":
            subsystem.dies_after = None
    identity.wipe_tree(lpar)
    lpar.subsystems.pop("ctrmc", None)
    lpar.subsystems.pop("ctcas", None)


def configure(estate: Estate, lpar: Lpar, node_id: str, now: float) -> int:
    define_rsct(lpar)
    identity.build_tree(lpar, node_id)
    identity.write_node_id(identity.etc_node_id(lpar), node_id)
    lpar.remote_next, lpar.client_policy_next, lpar.daemon_policy_next = True, "E", "E"
    lpar.inittab_ctrmc = True
    return start(estate, lpar, "ctrmc", now)
