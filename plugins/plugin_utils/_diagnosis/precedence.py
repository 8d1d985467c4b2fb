# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: which of several causes is the verdict."""

from __future__ import annotations

from .finding import POSSIBLE

CODES = (
    "WRONG_HOST", "UNDETERMINED", "SYSTEM_NOT_CONNECTED", "OUT_OF_SCOPE", "NOT_RUNNING", "HEALTHY", "BOOTING", "SUSPENDED", "HMC_WIDE", "NETWORK_SEGMENT",
    "HMC_PATH", "HMC_CACHE_MISMATCH", "RECYCLED_IP", "STALE_ADDRESS", "CO_MANAGED", "FILESYSTEM_FULL", "RSCT_MISSING", "IN_BAND_DOWN", "RSCT_DOWN",
    "NODE_ID_INCONSISTENT", "NODE_ID_DUPLICATE", "MTU_MISMATCH", "CLOCK_SKEW", "KEYS_DAMAGED", "REMOTE_DISABLED", "MCP_MISSING", "MCP_STALE", "LOCAL_FILTER",
    "MGMT_IF_LOST", "NETWORK_TCP_BLOCKED", "MULTI_HOMED", "NETWORK_UDP_BLOCKED", "SECURITY_MODE", "AUTH_PENDING", "DRM_DOWN", "RSCT_BAD_LEVEL",
    "PORT_CONFLICT", "MESSAGE_POLICY", "UNKNOWN",
)
ADVISORIES = ("MCP_RESIDUE", "CONFIGRM_NOISE", "CLUSTERED", "CLUSTERED_OFFLINE", "IN_BAND", "PARTIAL_HMC", "FLAPPING")
# Shown as marks beside the verdict.
FLAGS = ("CLUSTERED", "CLUSTERED_OFFLINE", "IN_BAND", "PARTIAL_HMC", "FLAPPING")

_RANK = {code: rank for rank, code in enumerate(CODES + ADVISORIES)}


def order(findings) -> list:
    """Most decisive first; the first one is the verdict.

    Within the order of the catalogue two things are added. A guess (confidence possible) never outranks what was seen.
    And UNDETERMINED, that is missing evidence, gives way to a cause that was seen in spite of the gap: rmcd that is down
    is down, whether or not the second HMC answered. It never gives way to HEALTHY.
    """
    seen = any(finding.decides and finding.confidence != POSSIBLE and finding.code not in ("UNDETERMINED", "HEALTHY") for finding in findings)

    def rank(finding):
        late = finding.code == "UNDETERMINED" and seen
        return (not finding.decides, finding.confidence == POSSIBLE and finding.code != "UNDETERMINED", late, _RANK[finding.code])

    return sorted(findings, key=rank)
