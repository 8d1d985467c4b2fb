# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: commands by which an HMC looks again at a system or at the RMC connection of one partition."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .messages import meaning
from .query import ConnectionLost, DeadlinePassed, Execute
from .shell import Answer, Batch, Undisturbed

# After these the command did nothing.
_NOT_STARTED = {
    "missing_parameter",
    "no_authority",
    "not_connected",
    "partition_not_found",
    "refused_by_shell",
    "system_not_found",
    "unknown_command",
}


@dataclass(frozen=True)
class Operation:
    """changes: what it does to the HMC counts as a change; role: who may do it."""

    changes: bool
    role: str


OPERATIONS = {
    "rebuild": Operation(True, "a role with the task RebuildCEC: hmcoperator or more, not hmcviewer"),
    "diagrmc": Operation(False, "the role hmcsuperadmin on most levels"),
    "diagrmc_autocorrect": Operation(True, "the role hmcsuperadmin on most levels"),
}


def command(operation: str, system: str, partition: dict | None = None) -> list[str]:
    """The one command of an operation."""
    if operation == "rebuild":
        return ["chsysstate", "-r", "sys", "-m", system, "-o", "rebuild"]
    correct = ["--autocorrect"] if operation == "diagrmc_autocorrect" else []
    return ["diagrmc", "-m", system, "--ip", partition["ip"], "--id", str(partition["lpar_id"]), *correct, "-v"]


def run(execute: Execute, operation: str, argv: list[str], deadline: int) -> Answer:
    """Run it once. What changes something is left alone when the deadline passes: half a correction is worse than a late one.

    The text of an answer that was lost is what the connection said.
    """
    if OPERATIONS[operation].changes:
        undisturbed = Undisturbed(argv)
        try:
            dummy, stdout, stderr = execute(undisturbed.text, deadline)
        except DeadlinePassed:
            return Answer(undisturbed.line, None, "", None, "timeout")
        except ConnectionLost as lost:
            return Answer(undisturbed.line, None, str(lost), None, "no_answer")
        answer = undisturbed.answer(stdout)
        if answer.outcome == "no_answer" and not answer.text:
            # What else the login said, such as that the account expired.
            return replace(answer, text=" ".join((stderr + "\n" + stdout).split())[:300])
        return answer
    batch = Batch([argv], deadline)
    try:
        dummy, stdout, dummy = execute(batch.text, batch.longest)
    except DeadlinePassed:
        return Answer(batch.lines[0], None, "", None, "timeout")
    return batch.answers(stdout)[0]


def conclusion(operation: str, answer: Answer, deadline: int, hmc: str, user: str) -> dict:
    """changed, failed and msg of an answer."""
    changes = OPERATIONS[operation].changes
    if answer.outcome == "timeout":
        left = " It was not stopped and may still run on the HMC: start no second one before it ended." if changes else " It was stopped."
        return {"changed": changes, "failed": True, "msg": f"{hmc}: {operation} did not end within {deadline} s.{left}"}
    if answer.outcome == "no_answer" and changes:
        said = f" ({' '.join(answer.text.split())})" if answer.text else ""
        return {
            "changed": True,
            "failed": True,
            "msg": f"{hmc}: {operation} was sent, perhaps carried out, and its answer was lost{said}. It may still run on the HMC:"
            " look there with lssyscfg before it is run again.",
        }
    verdict = meaning(answer.rc, answer.text.split("\n"))
    if verdict.kind == "no_authority":
        role = OPERATIONS[operation].role
        return {"changed": False, "failed": True, "msg": f"{hmc}: the HMC user {user} has no authority for {operation} (HSCL350B). It needs {role}."}
    # A diagnosis may quote errors of the partition: they are its finding, unless it could not start.
    found_only = answer.rc == 0 and not changes and verdict.kind not in _NOT_STARTED
    if verdict.failed and not found_only:
        return {
            "changed": changes and verdict.kind not in _NOT_STARTED,
            "failed": True,
            "msg": f"{hmc}: {operation} failed: {verdict.message}",
        }
    return {"changed": changes, "failed": False, "msg": f"{hmc}: {operation} done"}


def has_connection(text: str, address: str) -> bool | None:
    """True when diagrmc says so in the one line that is known; every other text proves nothing."""
    return True if any(line.strip() == f"{address} has RMC connection." for line in text.split("\n")) else None
