# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what became of every host of a wave, and whether the run may go on."""

from __future__ import annotations

from .seal import commands

HEALED, CONTINUES, WAITING = "healed", "continues", "still_waiting"
REFUSED, UNCHANGED = "refused", "unchanged"
ROLLED_BACK, RESTORE_FAILED, NOT_HEALED, UNREACHABLE = "rolled_back", "restore_failed", "not_healed", "unreachable"
NOT_VERIFIED = "not_verified"
# After these nobody knows whether the next host would fare better.
STOPPING = (ROLLED_BACK, RESTORE_FAILED, NOT_HEALED, NOT_VERIFIED, UNREACHABLE)


def applied(entry: dict, results: list) -> dict:
    """Whether the rung was carried out: {ran, cut_off, refused, failed, unreachable, message}."""
    message = "; ".join(str(result.get("msg") or "").strip() for dummy, result in results if result.get("msg"))
    refused = [result for dummy, result in results if result.get("failed") and not result.get("changed") and not was_cut_off(result)]
    cut_off = any(was_cut_off(result) for dummy, result in results)
    # A module that failed on the way says changed as soon as its first command was run.
    ran = not entry["steps"] or cut_off or any(result.get("changed") for dummy, result in results)
    return {
        "ran": ran,
        "cut_off": cut_off,
        "refused": bool(refused) and not ran,
        "failed": any(result.get("failed") for dummy, result in results),
        "unreachable": any(result.get("unreachable") for dummy, result in results),
        "message": message,
        "commands": commands(results),
        "refusals": [refusal for result in refused for refusal in result.get("refusals") or []],
    }


def was_cut_off(result: dict) -> bool:
    """Our modules name what they ran, however they end. One that was killed, or given up after the timeout of its task, does not: anything may have run."""
    return bool(result.get("failed")) and "actions" not in result


def to_verify(entry: dict, done: dict) -> bool:
    """What may have changed is verified, whatever the module said."""
    return done["ran"] or done["unreachable"]


def to_restore(entry: dict, done: dict, accepted: dict | None, snapshot: dict | None) -> bool:
    """Only what lies below /var/ct can be put back, only by the snapshot of this very run, and only where the failure was seen."""
    prepared = entry.get("prepares") and not done["failed"]
    return bool(
        entry.get("restorable") and done["ran"] and not done["unreachable"] and _seen_down(accepted) and not prepared and snapshot
        and not keys_taken_up(entry, accepted)
    )


def _seen_down(accepted: dict | None) -> bool:
    """Not recovered, and somebody shows it. Where nobody answered the repair may have healed, and a restore would undo that."""
    return bool(accepted and not accepted["connected"] and accepted["seen_down"])


def unmet(checks: list) -> str:
    """The checks of the acceptance test that were not passed, in words."""
    return "; ".join(f"{check['what']}: {check['detail']}" for check in checks if not check["passed"])


def keys_taken_up(entry: dict, accepted: dict | None) -> bool:
    """The rung made new keys and an HMC is connected by them: it would not take the old ones back, and the connection would be lost."""
    rekeyed = entry["rung"] in ("reset_keep_id", "reset_new_id") or any((step.get("options") or {}).get("key_pair") for step in entry["steps"])
    connected = any(check["what"].startswith("rmcdomainstatus") and check["passed"] for check in (accepted or {}).get("checks") or [])
    return rekeyed and connected


def story(entry: dict, done: dict, accepted: dict | None, restored: dict | None, snapshot: str = "") -> dict:
    """One host's story: outcome and why. snapshot: the name of the one that was taken before, if any was."""
    after = {"verdict_after": (accepted or {}).get("verdict"), "checks": (accepted or {}).get("checks") or []}
    failed = unmet(after["checks"])
    open_points = failed or "nothing could be verified"
    if not done["ran"] and not done["unreachable"]:
        outcome = REFUSED if done["failed"] or done["refusals"] else UNCHANGED
        why = done["message"] or "it was not carried out"
    elif accepted and accepted["connected"]:
        outcome, why = HEALED, _lost(done) + (failed or "both ends agree")
    elif done["unreachable"]:
        outcome, why = UNREACHABLE, f"{_lost(done)}{open_points}. {_by_hand(snapshot)}"
    elif entry["rung"] == "wait":
        outcome, why = WAITING, open_points
    elif entry.get("prepares") and not done["failed"]:
        outcome, why = CONTINUES, "the next rung is the next run's"
    elif restored is not None:
        outcome = ROLLED_BACK if restored["ok"] else RESTORE_FAILED
        why = f"{_lost(done)}{open_points}; {restored['message']}" if restored["ok"] else f"LOOK AT THIS HOST: {restored['message']}"
    elif not _seen_down(accepted):
        outcome, why = NOT_VERIFIED, f"{_lost(done)}{open_points}. Nothing was put back, because nobody shows that it failed. {_by_hand(snapshot)}"
    else:
        outcome, why = NOT_HEALED, (_lost(done) or (done["message"] + "; " if done["failed"] else "")) + open_points
        if entry.get("restorable") and keys_taken_up(entry, accepted):
            why += "; not put back: an HMC is connected by the new keys and would not take the old ones back"
    return {"outcome": outcome, "why": why, **after}


def _lost(done: dict) -> str:
    """That the change has no known end, where this is so."""
    if done["unreachable"]:
        return f"the host was lost during the change, and what of it ran is not known ({done['message']}); "
    if done["cut_off"]:
        return f"the module was cut off during the change, and what of it ran is not known ({done['message']}); "
    return ""


def _by_hand(snapshot: str) -> str:
    back = f"; if it is down for good, rmc_rollback with rmc_rollback_snapshot={snapshot}" if snapshot else ""
    return f"When the host and its HMCs answer again, run rmc_verify{back}."


def dropped(before: dict, after: dict, touched: set) -> list:
    """Partitions that were connected, were not touched, and are connected no more: [{hmc, machine, lpar_id, name}].

    before, after: survey["hmcs"]. An HMC that does not answer says nothing.
    """
    found = []
    for name, result in sorted(after.items()):
        rows = {(row["machine"], row["lpar_id"]): row for row in ((before.get(name) or {}).get("partitions")) or []}
        for row in result.get("partitions") or []:
            key = (row["machine"], row["lpar_id"])
            was = rows.get(key) or {}
            running = "running" in str(row.get("state") or "").lower()
            if key not in touched and was.get("rmc_state") == "active" and row.get("rmc_state") in ("inactive", "none") and running:
                found.append({"hmc": name, "machine": row["machine"], "lpar_id": row["lpar_id"], "name": row.get("name")})
    return found
