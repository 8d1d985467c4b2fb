# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one cause for many LPARs. Runs before any single LPAR is judged, at a cost linear in their number.

Every pattern is a fact that the rules of single LPARs then find in ``case.fleet``.
"""

from __future__ import annotations

from .case import INACTIVE, UNASKED, UNMANAGED
from .reading import mapping
from .subnets import Subnets
from . import gaps, outages, symptoms, twins


class CaseFleet:
    """What the fleet says about one LPAR."""

    __slots__ = ("wide", "segments", "twins", "same_partition", "bad_level", "system_outage")

    def __init__(self):
        self.wide = []
        self.segments = []
        self.twins = None
        self.same_partition = []
        self.bad_level = None
        self.system_outage = None


NOTHING = CaseFleet()


class Fleet:
    """All facts about many LPARs."""

    def __init__(self, estate, cases):
        self.estate = estate
        self.thresholds = estate.thresholds
        self.cases = cases
        self.twins = twins.find(cases)
        self.outages = []
        self.segments = []
        self.levels = []
        self.systems = []
        self._facts = {}
        self.alive, self.witnessed, self.unresolved, self.named = self._console_knowledge()
        self._mark_residue()
        self._find_same_partition()
        for found in self.twins:
            for case in found.cases:
                self._of(case).twins = found
        self._find_outages()
        self._find_system_outages()
        self._find_levels()
        for case in cases:
            case.fleet = self._facts.get(id(case), NOTHING)
            case.gaps = gaps.find(case, self.may_manage(case))
            case.unnamed = self.unnamed(case)

    def _of(self, case):
        return self._facts.setdefault(id(case), CaseFleet())

    # --- which HMCs exist besides those that answered ---

    def _console_knowledge(self):
        """HMCs that LPARs are connected to without the survey knowing them, and machines that told who manages them."""
        alive, witnessed, unresolved, named = set(), set(), set(), {}
        for case in self.cases:
            if case.lpar is None or not case.lpar.records:
                continue
            strangers = [link for link in case.links if link.state == UNASKED and not link.internal()]
            if strangers:
                unresolved.add(case.machine)
            else:
                witnessed.add(case.machine)
            named.setdefault(case.machine, set()).update(link.name for link in case.links if link.record and link.hmc)
            for link in strangers:
                if link.token in ("I", "i", "X", "Z"):
                    alive.update(_identities(link))
        return alive, witnessed, unresolved, named

    def _mark_residue(self):
        for case in self.cases:
            for link in case.links:
                if link.state in (UNASKED, UNMANAGED) and self._is_residue(case, link):
                    link.residue = True
            case.settle()

    def _is_residue(self, case, link) -> bool:
        """A record of an HMC that is gone, where another HMC answers for this LPAR. Whatever may still be alive is no residue."""
        if link.token not in ("O", None) or not any(other is not link and (other.works() or other.known()) for other in case.links):
            return False
        # A managed system has two HMCs at most [unverified]: where two answer, a third cannot be one of them.
        if link.state == UNMANAGED or self._answering(case) >= 2:
            return True
        before = mapping(mapping((case.previous or {}).get("hmc_states")).get(link.name))
        return not (self.estate.silent or link.tcp() == "open" or before.get("rmc_state") or self.alive & _identities(link))

    def may_manage(self, case) -> list:
        """Silent HMCs of which nobody can say that they do not manage the machine of this LPAR."""
        silent = self._not_excluded(case)
        if silent and case.machine in self.witnessed and case.machine not in self.unresolved:
            # The neighbours told which HMCs there are: of the silent ones those that they name.
            return [hmc for hmc in silent if hmc.name in self.named[case.machine]]
        return silent

    def unnamed(self, case) -> list:
        """Silent HMCs of which nothing but the records of the LPARs says that they do not manage the machine: it may have lost them."""
        told = self.may_manage(case)
        return [hmc for hmc in self._not_excluded(case) if hmc not in told]

    def _not_excluded(self, case) -> list:
        """Silent HMCs that neither an earlier report nor the pair that answered rules out."""
        silent = [hmc for hmc in case.silent if not (case.previous and hmc.name in self.estate.answered_before)]
        return silent if silent and self._answering(case) < 2 else []

    def _answering(self, case) -> int:
        """How many HMCs answered that have the machine of this LPAR."""
        return sum(1 for system in self.estate.systems.get(case.machine, ()) if system.hmc.answered())

    # --- identity ---

    def _find_same_partition(self):
        """Several inventory hosts that turn out to be one partition."""
        by_key = {}
        for case in self.cases:
            if case.in_inventory and case.joined_by == "evidence":
                by_key.setdefault(case.key, []).append(case)
        for cases in by_key.values():
            if len(cases) > 1:
                for case in cases:
                    self._of(case).same_partition = [other for other in cases if other is not case]

    # --- outages ---

    def _find_outages(self):
        """HMC-wide and subnet-wide losses, per HMC."""
        running, cut = {}, {}
        subnets = Subnets(self.thresholds)
        for case in self.cases:
            for link in case.links:
                if link.row is None or not link.row.running() or not (case.in_inventory or link.row.is_aix()):
                    continue
                running.setdefault(link.hmc.name, []).append((case, link))
                if not self._facts.get(id(case), NOTHING).twins and symptoms.network_like(case, link):
                    cut.setdefault(link.hmc.name, set()).add(id(case))
        smallest = min(self.thresholds.segment_min_lpars, self.thresholds.hmc_wide_min_lpars)
        hmcs = [name for name in sorted(cut) if len(cut[name]) >= smallest]
        if hmcs:
            for case in self.cases:
                if case.lpar:
                    subnets.learn(case.lpar)
        for name in hmcs:
            segments, wide = outages.find(name, running[name], cut[name], subnets, self.thresholds, self.estate.collected_at)
            for outage in segments:
                self.segments.append(outage)
                for case, dummy in outage.members:
                    self._of(case).segments.append(outage)
            if wide:
                self.outages.append(wide)
                for case, dummy in wide.members:
                    self._of(case).wide.append(wide)

    def _find_system_outages(self):
        """One machine lost on all of its HMCs while others work there: its service processor link is to be looked at first."""
        limits = self.thresholds
        groups, others = {}, {}
        for case in self.cases:
            links = [link for link in case.links if link.row and link.row.running() and (case.in_inventory or link.row.is_aix())]
            if links and case.machine:
                groups.setdefault(case.machine, []).append((case, links))
        for machine, members in groups.items():
            for case, links in members:
                for link in links:
                    if link.works():
                        others.setdefault(link.name, set()).add(machine)
        for machine, members in sorted(groups.items()):
            hmcs = sorted({link.name for dummy, links in members for link in links})
            if len(members) < limits.hmc_wide_min_lpars or len(hmcs) < 2:
                continue
            lost = [case for case, links in members if all(link.state == INACTIVE and self._unexplained(case, link) for link in links)]
            if len(lost) == len(members) and all(others.get(name, set()) - {machine} for name in hmcs):
                fact = (machine, hmcs, lost)
                self.systems.append(fact)
                for case in lost:
                    self._of(case).system_outage = fact

    def _unexplained(self, case, link) -> bool:
        facts = self._facts.get(id(case), NOTHING)
        if facts.wide or facts.segments:
            return False
        return case.lpar is None or case.lpar.records == [] or (symptoms.network_like(case, link) and link.tcp() in ("", "open"))

    def _find_levels(self):
        """Hosts of one RSCT level are down without another reason while hosts of other levels are fine."""
        limits = self.thresholds
        levels = {}
        for case in self.cases:
            level = case.lpar.level("rsct.core.rmc") if case.lpar else ""
            if level and any(link.known() for link in case.links):
                levels.setdefault(level, []).append(case)
        if len(levels) < 2:
            return
        broken = {level: [case for case in cases if self._down_without_reason(case)] for level, cases in levels.items()}
        for level, cases in sorted(levels.items()):
            lost = broken[level]
            rest = sum(len(other) for name, other in levels.items() if name != level)
            rest_lost = sum(len(other) for name, other in broken.items() if name != level)
            if len(lost) < limits.level_min_lpars or len(lost) * 100 < limits.level_min_percent * len(cases):
                continue
            if rest < limits.level_min_lpars or rest_lost * 100 > limits.level_other_max_percent * rest:
                continue
            fact = (level, lost, len(cases), rest)
            self.levels.append(fact)
            for case in lost:
                self._of(case).bad_level = fact

    def _down_without_reason(self, case) -> bool:
        facts = self._facts.get(id(case), NOTHING)
        if facts.wide or facts.segments or facts.twins or facts.system_outage:
            return False
        if not case.suffering() or case.lpar.active("ctrmc") is False or case.lpar.tcp is False or symptoms.full_filesystems(case):
            return False
        # A path that is closed explains it; a missing record as well.
        return all(link.tcp() in ("", "open") and link.token != "O" for link in case.down_links())


# --- helpers -------------------------------------------------------------------------------------------------------------

def _identities(link) -> set:
    record = link.record
    return {entry for entry in (record.hmc_name.lower(), record.node_id) if entry} if record else {link.name}
