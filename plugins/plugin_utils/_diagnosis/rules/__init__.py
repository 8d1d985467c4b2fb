# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: every failure mode is one pure function of the same name in lower case, (case) -> Finding or None."""

from __future__ import annotations

from . import advisories, hmc_side, network, not_a_fault, rsct, trust
from ..finding import NOTE, POSSIBLE
from ..precedence import ADVISORIES, CODES

_MODULES = (not_a_fault, hmc_side, network, rsct, trust, advisories)


def _rule(code):
    """The function that tells the code."""
    (found,) = [getattr(module, code.lower()) for module in _MODULES if hasattr(module, code.lower())]
    return found


REGISTRY = {code: _rule(code) for code in CODES + ADVISORIES}

# What needs a connection that is down, or an HMC that does not say active. Of a large estate most LPARs are connected:
# these rules are not asked there (a test proves that they would have nothing to say).
ONLY_IN_TROUBLE = frozenset((
    "SYSTEM_NOT_CONNECTED", "OUT_OF_SCOPE", "NOT_RUNNING", "BOOTING", "HMC_WIDE", "NETWORK_SEGMENT", "HMC_PATH", "HMC_CACHE_MISMATCH", "RECYCLED_IP",
    "STALE_ADDRESS", "CO_MANAGED", "MTU_MISMATCH", "MCP_STALE", "LOCAL_FILTER", "MGMT_IF_LOST", "NETWORK_TCP_BLOCKED", "MULTI_HOMED",
    "NETWORK_UDP_BLOCKED", "SECURITY_MODE", "AUTH_PENDING", "MESSAGE_POLICY",
))
_RULES = [rule for code, rule in REGISTRY.items() if code != "UNKNOWN"]
_RULES_WHEN_QUIET = [rule for code, rule in REGISTRY.items() if code != "UNKNOWN" and code not in ONLY_IN_TROUBLE]


# What is told by port 657 and by addresses: no cause where RMC runs in-band.
_OF_THE_IP_PATH = frozenset((
    "RECYCLED_IP", "REMOTE_DISABLED", "LOCAL_FILTER", "MGMT_IF_LOST", "NETWORK_TCP_BLOCKED", "MULTI_HOMED", "NETWORK_UDP_BLOCKED", "PORT_CONFLICT",
))


def judge(case) -> list:
    """The findings of all rules, in no particular order. UNKNOWN is what is left when none decides."""
    findings = [finding for finding in [rule(case) for rule in (_RULES_WHEN_QUIET if case.quiet() else _RULES)] if finding]
    if case.in_band():
        for finding in findings:
            if finding.code in _OF_THE_IP_PATH:
                _beside_the_point(finding)
    if not any(finding.decides for finding in findings):
        findings.extend(finding for finding in [REGISTRY["UNKNOWN"](case)] if finding)
    return findings


def _beside_the_point(finding):
    finding.severity, finding.confidence, finding.decides, finding.rungs, finding.flows = NOTE, POSSIBLE, False, (), ()
    finding.text = "No cause: RMC runs in-band here (mcproxy). Only where the IP path is wanted too: " + finding.text
