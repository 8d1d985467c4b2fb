# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RSCT on the LPAR: what is missing, down or switched off."""

from __future__ import annotations

from .. import daemons, subsystems
from .base import Where, fault, set_level


@fault()
def rsct_missing(where: Where) -> None:
    """The RSCT filesets are not installed: no commands, no subsystems, never seen by the HMC."""
    for lpar in where.lpars:
        daemons.stop_all(lpar, where.now, cures=False)
        lpar.filesets = [fs for fs in lpar.filesets if not fs.name.startswith("rsct.") and fs.name != "devices.chrp.base.ServiceRM"]
        lpar.subsystems = {name: each for name, each in lpar.subsystems.items() if each.group not in ("rsct", "rsct_rm")}
        for hmc in where.estate.hmcs_of(lpar.machine):
            hmc.nodes.pop(lpar.slot, None)


@fault()
def rsct_bad_level(where: Where, level: str = "3.2.0.0") -> None:
    """An RSCT level of the bad list (option level): token I, and the HMC still does not get on with it."""
    for lpar in where.lpars:
        set_level(lpar, level)


@fault()
def rsct_down(where: Where, how: str = "stopped", dying: float = 0.0) -> None:
    """rmcd and all managers are stopped.

    Options: how=undefined: not even defined; how=mgmtdomain: only IBM.MgmtDomainRM; dying=SECONDS: ends again after each start.
    """
    for lpar in where.lpars:
        if how == "mgmtdomain":
            subsystems.stop(lpar, "IBM.MgmtDomainRM", where.now)
            continue
        daemons.stop_all(lpar, where.now, cures=False)
        if dying and "ctrmc" in lpar.subsystems:
            lpar.subsystems["ctrmc"].dies_after, lpar.subsystems["ctrmc"].cure = dying, "nothing"
        if how == "undefined":
            lpar.subsystems.pop("ctrmc", None)
            lpar.inittab_ctrmc = False


@fault()
def remote_disabled(where: Where) -> None:
    """Remote clients were disabled (rmcctrl -P and -Q): TCP 657 is not listening."""
    for lpar in where.lpars:
        lpar.remote_next = False
        if lpar.loaded:
            lpar.loaded.remote = False


@fault()
def message_policy(where: Where, policy: str = "D") -> None:
    """The message policy towards clients was changed (rmcctrl -m, option policy)."""
    for lpar in where.lpars:
        lpar.client_policy_next = policy
        if lpar.loaded:
            lpar.loaded.client_policy = policy


@fault()
def drm_down(where: Where, dying: float = 0.0, cure: str = "recycle") -> None:
    """IBM.DRM is inoperative (option dying=SECONDS: ends again after each start, until cure=recycle or reset)."""
    for lpar in where.lpars:
        subsystems.stop(lpar, "IBM.DRM", where.now)
        if dying and "IBM.DRM" in lpar.subsystems:
            lpar.subsystems["IBM.DRM"].dies_after, lpar.subsystems["IBM.DRM"].cure = dying, cure


@fault()
def filesystem_full(where: Where, mount: str = "/var", inodes: bool = False) -> None:
    """/var is full (options mount, inodes=true): rmcd has ended and cannot start."""
    for lpar in where.lpars:
        for fs in lpar.filesystems:
            if fs.mount == mount:
                if inodes:
                    fs.inodes_used = fs.inodes
                else:
                    fs.used_kb = fs.size_kb
        if mount == "/var":
            daemons.stop_all(lpar, where.now, cures=False)
        subsystems.log_error(lpar, where.now, "F7FA22C9", "I", "O", "SYSJ2", "UNABLE TO ALLOCATE SPACE IN FILE SYSTEM", "J2_FS_FULL")
