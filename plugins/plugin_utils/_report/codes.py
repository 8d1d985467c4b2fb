# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what a code means for the one who looks at a report, and which codes stop a pipeline."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import ADVISORIES, CODES

HEALTHY = "healthy"
EXPECTED = "expected"
WAITING = "waiting"
UNREAD = "unread"
WARNING = "warning"
FAULT = "fault"

# Worst first. What could not be read stands right behind the faults: it may hide one.
STATES = (FAULT, UNREAD, WARNING, WAITING, EXPECTED, HEALTHY)

_STATE_OF = {
    "HEALTHY": HEALTHY,
    "OUT_OF_SCOPE": EXPECTED,
    "NOT_RUNNING": EXPECTED,
    "CO_MANAGED": EXPECTED,
    "BOOTING": WAITING,
    "SUSPENDED": WAITING,
    "UNDETERMINED": UNREAD,
}
# Words of fail_on that are no codes.
ANY_FAULT = "any-fault"
INCOMPLETE = "incomplete"


def state_of(code: str, severity: str | None = None) -> str:
    """What a verdict means for the one who looks. A code nobody here knows is a fault: it is never healthy by accident."""
    if code in _STATE_OF:
        return _STATE_OF[code]
    return WARNING if severity in ("warning", "note") else FAULT


def unknown_words(fail_on: list) -> list:
    """What in fail_on is neither a code nor a word for many of them."""
    return [word for word in fail_on if word not in (*CODES, *ADVISORIES, ANY_FAULT, INCOMPLETE)]


def tripped(report: dict, fail_on: list) -> list:
    """Which words of fail_on are true of the report, and for how many partitions: [(word, count)]."""
    counts = {}
    for host in report.get("hosts") or []:
        findings = host.get("findings") or []
        # A secondary finding follows from the verdict and is no cause of its own; advisories and flags are never a verdict.
        words = {host.get("verdict"), *(finding.get("code") for finding in findings if finding.get("code") in ADVISORIES), *(host.get("flags") or [])}
        severity = findings[0].get("severity") if findings else None
        # A gate that passes because nothing could be read is no gate.
        if state_of(host.get("verdict") or "UNDETERMINED", severity) in (FAULT, UNREAD):
            words.add(ANY_FAULT)
        for word in words.intersection(fail_on):
            counts[word] = counts.get(word, 0) + 1
    for finding in report.get("fleet_findings") or []:
        if finding.get("code") in fail_on:
            counts.setdefault(finding["code"], 0)
    if not report.get("complete"):
        unread = sum(1 for host in report.get("hosts") or [] if state_of(host.get("verdict") or "UNDETERMINED") == UNREAD)
        counts.update({word: unread for word in (INCOMPLETE,) if word in fail_on})
        # No partition is at fault, and yet nobody can say that there is no fault.
        if ANY_FAULT in fail_on:
            counts.setdefault(ANY_FAULT, unread)
    return [(word, counts[word]) for word in dict.fromkeys(fail_on) if word in counts]
