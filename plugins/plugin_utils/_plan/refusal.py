# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: why the plan refuses a host, each reason with its evidence and what to do instead."""

from __future__ import annotations

NEXT_STEP = {
    "above_max_rung": "Raise rmc_fix_max_rung if that rung is wanted, and have its plan approved.",
    "rungs_exhausted": "Every rung that fits was tried. Collect evidence (rmc_fix_ctsnap) and open a case.",
    "rung_does_not_fit": "Let the diagnosis choose the rung, or name one that it lists.",
    "parameters_needed": "Name what is to be changed in the variables of the role rmc_rekey.",
    "cluster_approval_needed": "Set rmc_fix_cluster_override for this one host, with its host name and the ticket.",
    "outside_window": "Run again inside of the maintenance window.",
    "frozen": "Run again when the freeze is over.",
    "not_approved": "Read the plan, then run again with rmc_fix_approve=true, or with rmc_fix_plan_file and rmc_fix_plan_id.",
    "approval_by_id_needed": "Write the plan with --check, have it approved, then run again with rmc_fix_plan_file and rmc_fix_plan_id.",
    "second_approval_needed": "Name two different people in rmc_fix_approved_by.",
    "not_in_approved_plan": "Write a new plan and have it approved.",
    "evidence_drifted": "The host is not as it was when the plan was approved. Write a new plan and have it approved.",
    "commands_differ": "The host would run other commands than those that were approved. Write a new plan and have it approved.",
    "preview_failed": "See the message of the module. Repairs need Python 3.9 or later on the partition, and root.",
    "deferred": "Run again when the others are done; rmc_remediate takes them in batches by itself.",
    "served_by_another": "See why it does not run there. With -l on this host alone the command is its own.",
    "escalate": "Collect evidence (rmc_fix_ctsnap) and open a case.",
    "incomplete_evidence": "Make an HMC of this partition answer, and name it in rmc_hmcs or the group hmcs. Then run again.",
    "vios_partner": "Run again when the other VIOS is repaired; one VIOS of a machine at a time.",
    "fleet_cause": "Remove the common cause first.",
}


def refusal(reason: str, source: str, detail: str, next_step: str | None = None) -> dict:
    return {"reason": reason, "evidence": [{"source": source, "detail": detail}], "next_step": next_step or NEXT_STEP[reason]}
