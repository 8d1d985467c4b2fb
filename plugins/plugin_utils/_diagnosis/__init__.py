# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the judgement. Evidence of both sides in, a report out; no host is touched and no Ansible needed."""

from __future__ import annotations

import gc
from contextlib import contextmanager

from . import fleet_findings, guards, ladder, precedence, report
from .case import Case
from .estate import Estate
from .fleet import Fleet
from .precedence import ADVISORIES, CODES, FLAGS
from .reading import mapping, moment, rows, text
from .rules import judge
from .thresholds import DEFAULTS as THRESHOLDS
from .thresholds import Thresholds

__all__ = ["ADVISORIES", "CODES", "FLAGS", "THRESHOLDS", "diagnose", "refusals_by_rung"]


def diagnose(survey, thresholds=None, previous=None) -> dict:
    """Judge a survey.

    survey: {schema, collected_at, hosts: {name: {rmc, unreachable, message, expected}}, hmcs: {name: result of hmc_rmc_info}}.
    thresholds: changes to THRESHOLDS. previous: an earlier report of the same estate, or several of them.
    """
    with _no_collection():
        return _judged(survey, Thresholds(thresholds), _newest_first(previous))


def refusals_by_rung(survey, hosts, thresholds=None, previous=None) -> dict:
    """For a plan, which may take another rung than the first: host -> rung -> what forbids it there, for all rungs of its verdict."""
    with _no_collection():
        dummy, cases, dummy = _cases_judged(survey, Thresholds(thresholds), _newest_first(previous))
    wanted = set(hosts)
    return {
        case.name: {name: guards.refusals_of_rung(case, case.findings[0], ladder.RUNGS[name]) for name in ladder.fitting(case.findings[0])}
        for case in cases if case.in_inventory and case.name in wanted
    }


def _judged(survey, thresholds, reports) -> dict:
    estate, cases, fleet = _cases_judged(survey, thresholds, reports)
    for case in cases:
        report.refuse(case)
    return report.build(estate, cases, fleet_findings.build(fleet))


def _cases_judged(survey, thresholds, reports) -> tuple:
    estate = Estate(survey, thresholds, reports)
    cases = _cases(estate, reports)
    fleet = Fleet(estate, cases)
    for case in cases:
        case.findings = precedence.order(judge(case))
    return estate, cases, fleet


@contextmanager
def _no_collection():
    """Nothing becomes garbage while an estate is judged: looking for it took half of the time at 10,000 LPARs."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _newest_first(previous) -> list:
    reports = [mapping(entry) for entry in (previous if isinstance(previous, list) else [previous]) if entry]
    return sorted(reports, key=lambda entry: moment(entry.get("generated_at")) or 0, reverse=True)


def _cases(estate, reports) -> list:
    by_host, by_key = _history(reports)
    cases = [Case(estate, name, host, previous=by_host.get(name)) for name, host in sorted(estate.hosts.items())]
    # A partition that an inventory host stands for is in the inventory, even where the login reached another one.
    taken = {case.key for case in cases} | {case.expected for case in cases}
    for key in sorted(set(estate.rows) - taken):
        name = next((row.name for row in estate.rows[key] if row.name), "%s/%s" % key)
        cases.append(Case(estate, name, key=key, previous=by_key.get(key)))
    return cases


def _history(reports):
    """Entries of earlier reports by host and by partition, newest first."""
    by_host, by_key = {}, {}
    for entry in reports:
        at = entry.get("generated_at")
        for host in rows(entry.get("hosts")):
            by_host.setdefault(text(host.get("host")), []).append({"collected_at": at, **host, "reported_at": at})
        for partition in rows(entry.get("partitions_not_in_inventory")):
            by_key.setdefault((partition.get("machine"), partition.get("lpar_id")), []).append({"collected_at": at, **partition, "reported_at": at})
    return by_host, by_key
