# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the rungs of repair, and which of them fit which cause."""

from __future__ import annotations

# Who approves: nobody, whoever runs the repair (rmc_fix_approve or an approved plan), or a plan that names the id.
NO, YES, BY_ID = "no", "yes", "by_id"
# In a cluster: allowed, only with explicit approval, not done but reported, never.
ALLOWED, APPROVED, REPORT, NEVER = "allowed", "approved", "report", "never"


class Rung:
    """One rung: where it acts and what it asks for."""

    __slots__ = ("name", "number", "side", "role", "approval", "in_cluster", "snapshot", "disruptive", "settle_seconds")

    def __init__(self, number, name, side, role, approval, in_cluster, snapshot, disruptive, settle_seconds):
        self.number = number
        self.name = name
        self.side = side
        self.role = role
        self.approval = approval
        self.in_cluster = in_cluster
        self.snapshot = snapshot
        self.disruptive = disruptive
        self.settle_seconds = settle_seconds


_ALL = (
    # number, name, where it acts, role, approval, in a cluster, snapshot first, disruptive, seconds to settle
    Rung(0, "wait", "none", "rmc_verify", NO, ALLOWED, False, False, 600),
    Rung(1, "hmc_rebuild", "hmc", "rmc_fix", YES, ALLOWED, False, False, 300),
    Rung(2, "refresh", "lpar", "rmc_fix", YES, APPROVED, False, False, 300),
    Rung(3, "start", "lpar", "rmc_fix", YES, REPORT, False, False, 300),
    Rung(4, "recycle", "lpar", "rmc_fix", YES, NEVER, True, True, 300),
    Rung(5, "targeted", "lpar", "rmc_rekey", BY_ID, NEVER, True, True, 300),
    Rung(6, "hmc_autocorrect", "hmc", "rmc_fix", YES, ALLOWED, False, False, 600),
    Rung(7, "reset_keep_id", "lpar", "rmc_rekey", BY_ID, NEVER, True, True, 900),
    Rung(8, "reset_new_id", "lpar", "rmc_rekey", BY_ID, NEVER, True, True, 900),
    Rung(9, "escalate", "none", "rmc_fix", NO, ALLOWED, False, False, 0),
)
RUNGS = {rung.name: rung for rung in _ALL}

# The rungs that fit a cause, in the order of the catalogue. A cause that is not here has none: it ends in a request to an owner.
FITS = {
    "BOOTING": ("wait",),
    "UNDETERMINED": ("wait", "escalate"),
    "UNKNOWN": ("escalate",),
    "HMC_CACHE_MISMATCH": ("hmc_rebuild",),
    "STALE_ADDRESS": ("hmc_autocorrect",),
    "IN_BAND_DOWN": ("start",),
    "RSCT_DOWN": ("start", "refresh"),
    "REMOTE_DISABLED": ("refresh",),
    "DRM_DOWN": ("start", "recycle", "reset_keep_id"),
    "MCP_MISSING": ("refresh", "recycle"),
    "MCP_STALE": ("refresh", "recycle"),
    "AUTH_PENDING": ("targeted", "recycle", "hmc_autocorrect"),
    "KEYS_DAMAGED": ("recycle", "targeted", "reset_keep_id"),
    "NODE_ID_INCONSISTENT": ("reset_keep_id",),
}


def fitting(finding) -> tuple:
    """The rungs for a finding: its own, if the rule chose some, else those of its code."""
    return FITS.get(finding.code, ()) if finding.rungs is None else finding.rungs


def remedy(finding) -> dict:
    """The remedy of the report: the lowest rung that fits, by whom, and in words."""
    rungs = fitting(finding)
    first = RUNGS[rungs[0]] if rungs else None
    return {
        "rung": first.name if first else None,
        "role": first.role if first else None,
        "text": finding.text,
        "owner": finding.owner,
        "rungs": list(rungs),
        "approval": first.approval if first else NO,
        "snapshot": first.snapshot if first else False,
        "settle_seconds": first.settle_seconds if first else None,
    }
