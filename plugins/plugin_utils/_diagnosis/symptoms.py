# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: small questions about one connection that several rules and the fleet correlation share."""

from __future__ import annotations

from . import filters
from .link import ACTIVE, INACTIVE
from .reading import number


def sharers(case, link) -> list:
    """Other partitions for which this HMC keeps an address of this LPAR: the recycled-address trap."""
    if link.hmc is None or link.state != INACTIVE:
        return []
    wanted = {link.row.address} if link.row and link.row.address else set()
    if case.lpar:
        wanted |= case.lpar.addresses
    found = {}
    for address in wanted:
        for row in link.hmc.by_address.get(address, ()):
            if row.key != case.key:
                found[row.key] = row
    return [found[key] for key in sorted(found)]


def stale_address(case, link) -> str:
    """The address that the HMC keeps although the LPAR does not have it, or an empty string."""
    row, lpar = link.row, case.lpar
    if link.state != INACTIVE or row is None or not row.address or lpar is None or not lpar.addresses or case.in_band():
        return ""
    return "" if row.address in lpar.addresses or sharers(case, link) else row.address


def full_filesystems(case) -> list:
    """(mount, what is full) of the file systems that RSCT writes to: df was asked for those of /, /var, /tmp and /var/ct, and no other."""
    limits = case.thresholds
    found = []
    for row in case.lpar.filesystems if case.lpar else ():
        mount = row.get("mount")
        used, inodes, free = (row.get(name) for name in ("used_percent", "inodes_used_percent", "free_mb"))
        if not isinstance(mount, str):
            continue
        if _at_least(used, limits.filesystem_full_percent) or (_is_number(free) and free <= 0):
            found.append((mount, "%s %% used, %s MB free" % (_shown(used), _shown(free))))
        elif _at_least(inodes, limits.inodes_full_percent):
            found.append((mount, "%s %% of the inodes used" % _shown(inodes)))
    return sorted(found)


def booting(case) -> str:
    """Why the host is to be left alone for some minutes, or an empty string."""
    lpar, limits = case.lpar, case.thresholds
    if lpar is None:
        return ""
    if lpar.uptime is not None and 0 <= lpar.uptime < limits.boot_grace_seconds:
        return "booted %d min ago" % (lpar.uptime // 60)
    if lpar.activity.get("lpm"):
        return "a live partition migration is under way"
    migration = lpar.migration
    age = number(migration.get("age_seconds"))
    if migration.get("event") == "completed" and age is not None and age < limits.migration_grace_seconds:
        return "a live partition migration ended %d min ago" % (age // 60)
    return ""


def suspended(case) -> str:
    lpar = case.lpar
    if lpar is None:
        return ""
    if lpar.activity.get("lku"):
        return "a live kernel update is running"
    if lpar.suspended:
        return "IBM.MCP GetNodeState says suspended"
    return "communications are suspended (token S)" if any(link.token == "S" for link in case.links) else ""


def inconsistent_ids(case) -> bool:
    """The copies that could be read differ, or one of them is not there."""
    if case.lpar is None:
        return False
    return case.lpar.raw_consistent is False or len({value for value in case.lpar.node_ids.values() if value}) > 1


def network_like(case, link) -> bool:
    """The connection looks cut on the way: the LPAR itself gives no reason for it. Hosts that could not be read count."""
    if link.state != INACTIVE:
        return False
    if not (case.in_inventory or link.row.is_aix()) or link.row.is_linux():
        return False
    if sharers(case, link):
        return False
    lpar = case.lpar
    if lpar is None:
        return True
    if booting(case) or suspended(case) or stale_address(case, link) or full_filesystems(case) or inconsistent_ids(case):
        return False
    if lpar.active("ctrmc") is False or lpar.active("IBM.MgmtDomainRM") is False or case.in_band_only() or (lpar.tcp is False and not case.in_band()):
        return False
    if lpar.records is not None and (link.record is None or link.replaced):
        return False
    return link.token in (None, "O") and not any(denial.sure and denial.link is link for denial in filters.denials(case))


def source_differs(link) -> list:
    """Addresses that the route to this HMC takes although the HMC was told another one."""
    own = [entry for entry in (link.record.own_addresses if link.record else []) if ":" in entry or entry.replace(".", "").isdigit()]
    if not own:
        return []
    return sorted({path.source for path in link.paths if path.source and path.source not in own and (":" in path.source) == (":" in own[0])})


def works_elsewhere(case, links) -> list:
    """Connections that the HMC counts as active, other than these."""
    return [link for link in case.managing() if link not in links and link.state == ACTIVE]


def _is_number(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _at_least(value, limit) -> bool:
    return _is_number(value) and value >= limit


def _shown(value) -> str:
    return "?" if value is None else str(value)
