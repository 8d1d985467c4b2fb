# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: a rollback by hand in words, before and after. The results are those of ct_snapshot and of the acceptance test."""

from __future__ import annotations

import shlex

from .._report.text import plural
from . import outcome


def argvs(result: dict) -> list:
    return [action["argv"] for action in result.get("actions") or []]


def changes(preview: dict) -> bool:
    """The task of the preview says changed in check mode only."""
    return any(preview.get(key) for key in ("differences", "recovered", "actions"))


def planned(host: str, preview: dict, check_mode: bool) -> str:
    """What a restore does, as the module said in check mode."""
    if not changes(preview):
        return f"{host} is as in the snapshot {_named(preview)}. Nothing is to be put back."
    commands = "; ".join(shlex.join(argv) for argv in argvs(preview)) or "no command"
    verb = "would be put back" if check_mode else "is put back"
    return f"{host}: the snapshot {_named(preview)} {verb}. {plural(len(preview.get('differences') or []), 'difference')}. Commands: {commands}."


def ended(done: dict, accepted: dict | None) -> tuple:
    """(outcome, in words)."""
    if done.get("unreachable") or outcome.was_cut_off(done):
        again = "Run it again with the same snapshot: that ends what was cut off."
        return outcome.UNREACHABLE, f"the restore has no known end ({str(done.get('msg') or 'no message').strip()}). {again}"
    if done.get("failed"):
        refused = not done["actions"]
        return outcome.REFUSED if refused else outcome.RESTORE_FAILED, str(done.get("msg") or "the restore failed")
    if not done.get("changed"):
        return outcome.UNCHANGED, f"as in the snapshot {_named(done)}, nothing was put back" + _verified(accepted)
    return outcome.ROLLED_BACK, f"put back from the snapshot {_named(done)}" + _verified(accepted)


def _verified(accepted: dict | None) -> str:
    if accepted is None:
        return "; the connection was not verified, rmc_verify does that"
    return "; both ends agree" if accepted["accepted"] else f"; NOT accepted: {outcome.unmet(accepted['checks'])}"


def _named(result: dict) -> str:
    snapshot = result.get("snapshot") or {}
    return f"{snapshot.get('name')} of {snapshot.get('created_at')}"
