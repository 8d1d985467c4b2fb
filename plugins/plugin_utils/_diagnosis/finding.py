# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what a rule says about one LPAR, or about many at once."""

from __future__ import annotations

FAULT, WARNING, NOTE = "fault", "warning", "note"
CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"


class Finding:
    """One cause with its evidence and the way out.

    ``decides`` is false for what is worth knowing but no reason for the state of the LPAR: it never becomes the verdict.
    ``rungs`` are the rungs that fit, in the order to try them; None means those that the ladder gives to the code.
    ``owner`` is who must act where no rung of ours does: aix, network, hmc, cluster, security.
    """

    __slots__ = ("code", "severity", "confidence", "summary", "evidence", "text", "owner", "rungs", "flows", "links", "decides", "blocked_by", "refusals")

    def __init__(
        self, code, summary, evidence, text="", severity=FAULT, confidence=CERTAIN, owner="aix", rungs=None, flows=(), links=(), decides=True,
    ):
        self.code = code
        self.severity = severity
        self.confidence = confidence
        self.summary = summary
        self.evidence = evidence
        self.text = text
        self.owner = owner
        self.rungs = rungs
        self.flows = flows
        # The connections to HMCs that the finding speaks of; the guards ask whether others still work.
        self.links = links
        self.decides = decides
        self.blocked_by = []
        self.refusals = []


def names(links) -> str:
    """The HMCs of some connections, for a sentence."""
    found = list(dict.fromkeys(link.name for link in links))
    return ", ".join(found[:-1]) + " and " + found[-1] if len(found) > 1 else "".join(found)


def hmcs(links) -> str:
    """The same with the noun."""
    found = names(links)
    return ("HMCs " if " and " in found else "HMC ") + found


def line(source: str, detail) -> dict:
    """One line of evidence: who said it, and what."""
    return {"source": source, "detail": str(detail)}
