# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: whether the partitions that one HMC lost are those of a subnet, or of the whole HMC."""

from __future__ import annotations

from . import symptoms
from .reading import mapping, moment

_COMMON_CAUSES = ("HMC_WIDE", "NETWORK_SEGMENT", "SYSTEM_NOT_CONNECTED")


class Outage:
    """An HMC, or one subnet of it, that lost its partitions."""

    __slots__ = ("hmc", "subnet", "members", "running", "elsewhere", "hit", "subnets")

    def __init__(self, hmc, subnet, members, running, hit=1, subnets=1):
        self.hmc = hmc
        self.subnet = subnet
        self.members = members      # [(case, link)]
        self.running = running      # partitions that could be connected there
        # Of the members: active on another HMC.
        self.elsewhere = sum(1 for case, link in members if symptoms.works_elsewhere(case, [link]))
        self.hit = hit              # subnets that have members
        self.subnets = subnets      # all subnets of the HMC that are known

    def reach(self) -> str:
        """How far it reaches, for a sentence."""
        if not self.subnets:
            return "subnets not known"
        if self.subnets == 1:
            return "all in one subnet"
        return "in every subnet" if self.hit == self.subnets else "in %d of %d subnets" % (self.hit, self.subnets)


class _Subnet:
    """The partitions of one subnet that run, as one HMC sees them."""

    __slots__ = ("name", "members", "lost", "fresh", "up")

    def __init__(self, name):
        self.name = name
        self.members = []
        self.lost = []      # cut off
        self.fresh = []     # of these: not already before the outage
        self.up = 0

    def works(self, limits) -> bool:
        """Somebody is connected, and who is not is a stray."""
        few = len(self.fresh) * 100 <= limits.segment_other_max_percent * len(self.members)
        return self.name != "" and self.up > 0 and (few or (len(self.fresh) == 1 and self.up > 1))

    def whole(self, limits) -> bool:
        """It is lost as a whole."""
        return self.name != "" and len(self.lost) * 100 >= limits.segment_min_percent * len(self.members)


def find(hmc, running, cut, subnets, limits, now):
    """(the subnets that this HMC lost, the outage of the whole HMC or None).

    running: [(case, link)] of all partitions that could be connected; cut: ids of the cases that are down without a reason of their own.
    """
    begin = now - limits.hmc_wide_window_seconds if now is not None else None
    groups = {}
    for case, link in running:
        name = subnets.of(_address(case, link))
        group = groups.setdefault(name, _Subnet(name))
        group.members.append((case, link))
        group.up += link.works()
        if id(case) in cut:
            group.lost.append((case, link))
            # What was down before the outage began is not part of it.
            if not _down_before(case, hmc, begin):
                group.fresh.append((case, link))
    groups = [groups[name] for name in sorted(groups)]
    if _one_works(groups, limits):
        return [Outage(hmc, group.name, group.lost, len(group.members)) for group in groups
                if group.whole(limits) and len(group.lost) >= limits.segment_min_lpars], None
    return [], _wide(hmc, groups, len(running), limits)


def _one_works(groups, limits) -> bool:
    """The HMC works for one subnet at least: then what is lost is no matter of the whole HMC."""
    working = [group for group in groups if group.works(limits)]
    lost = sorted(len(group.lost) for group in groups if group.whole(limits))
    # Where the losses are no matter of one subnet either, one or two that are still connected prove nothing.
    spread = sum(lost[:-1]) >= limits.segment_min_lpars
    return bool(working) and not (spread and sum(len(group.members) for group in working) < limits.segment_min_lpars)


def _wide(hmc, groups, running, limits):
    members = [member for group in groups for member in group.fresh]
    if len(members) < limits.hmc_wide_min_lpars or len(members) * 100 < limits.hmc_wide_min_percent * running:
        return None
    named = [group for group in groups if group.name]
    return Outage(hmc, "", members, running, sum(1 for group in named if group.fresh), len(named))


def _address(case, link) -> str:
    """The address that the path to this HMC uses."""
    own = next((path.source for path in link.paths if path.source), "")
    return own or link.row.address or (min(case.lpar.addresses) if case.lpar and case.lpar.addresses else "")


def _down_before(case, hmc, begin) -> bool:
    """Down since before the outage began: without a break, and never counted to a common cause meanwhile."""
    for entry in case.history:
        state = mapping(mapping(entry.get("hmc_states")).get(hmc)).get("rmc_state")
        if not state:
            continue
        if state in ("active", "busy") or entry.get("verdict") in _COMMON_CAUSES:
            return False
        at = moment(entry.get("reported_at"))
        if at is not None and begin is not None and at <= begin:
            return True
    return False
