# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_outcome: what became of a wave of repairs, and whether the run may go on. Documented in plugins/modules/rmc_outcome.py."""

from __future__ import annotations

import hashlib
import os

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import audit, outcome, play, text, window

display = Display()


class ActionModule(ActionBase):
    """Once for the wave, on the controller. It talks to no host."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENT_SPEC = {
        "step": {"type": "str", "choices": ["begin", "applied", "verified", "close"], "required": True},
        "plan": {"type": "path", "required": True},
        "hosts": {"type": "list", "elements": "str", "required": True},
        "hmcs": {"type": "list", "elements": "str"},
        "timeout": {"type": "int", "default": 0},
        "window": {"type": "dict", "default": {}},
        "freeze": {"type": "list", "elements": "dict", "default": []},
    }

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        dummy, options = self.validate_argument_spec(self.ARGUMENT_SPEC)
        self.vars = task_vars
        self.options = options
        self.plan = play.load(options["plan"])
        self.directory = os.path.dirname(options["plan"])
        by_name = {entry["host"]: entry for entry in self.plan["hosts"]}
        self.entries = [by_name[name] for name in options["hosts"]]
        result.update(changed=False, **getattr(self, "_" + options["step"])())
        return result

    # --- before the change ---

    def _begin(self) -> dict:
        closed = window.closed(play.now(), self.options["window"], self.options["freeze"])
        if closed:
            return {"failed": True, "msg": f"Nothing of this wave was started: {closed[1]}"}
        seen = play.load(self.plan["evidence"])
        lines = []
        for entry in self.entries:
            digest = self._bundle(entry, "before", (seen["hosts"].get(entry["host"]) or {}).get("rmc"), seen["hmcs"])
            lines.append(dict(self._line(entry), phase="begin", commands=entry["commands"], evidence_before=digest))
            waits = f"then at most {self._timeout(entry)} s until its HMCs agree"
            display.display(f"{entry['host']}: {entry['verdict']} -> {entry['rung']}, {waits}")
        self._audit(lines)
        return {}

    def _timeout(self, entry: dict) -> int:
        return self.options["timeout"] or entry["settle_seconds"] or 300

    # --- after the change ---

    def _done(self, entry: dict) -> dict:
        results = play.results(self.vars, entry["host"], "__rmc_fix_ran")
        done = outcome.applied(entry, results)
        if not results and entry["steps"]:
            done["message"] = self._why_not(entry)
            done["failed"] = True
        return done

    def _why_not(self, entry: dict) -> str:
        """Why the change itself was skipped."""
        now = play.results(self.vars, entry["host"], "__rmc_fix_now")
        failed = [result for dummy, result in now if result.get("failed") or result.get("unreachable")]
        saved = play.registered(self.vars, entry["host"], "__rmc_fix_snapshot")
        if failed:
            return str(failed[0].get("msg") or "the module could not look at the host")
        if saved.get("failed") or saved.get("unreachable"):
            return f"no snapshot could be taken: {saved.get('msg')}"
        return "right before the change it would have run other commands than those of the plan"

    def _applied(self) -> dict:
        """Who is to be verified, and on which HMCs."""
        hosts, targets, identities, timeout = [], {}, {}, 0
        for entry in self.entries:
            if not outcome.to_verify(entry, self._done(entry)):
                continue
            hosts.append(entry["host"])
            identities[entry["host"]] = {"machine": entry["machine"], "lpar_id": entry["lpar_id"]}
            timeout = max(timeout, self._timeout(entry))
            for hmc in entry["hmcs"]:
                partition = {"machine": entry["machine"], "lpar_id": entry["lpar_id"], "name": entry["lpar_name"] or entry["host"]}
                targets.setdefault(hmc, []).append(partition)
        return {"verify": hosts, "targets": targets, "identities": identities, "timeout": timeout}

    def _accepted(self, entry: dict) -> dict | None:
        found = play.registered(self.vars, entry["host"], "__rmc_verify_result").get("hosts") or {}
        return found.get(entry["host"])

    def _snapshot(self, entry: dict) -> dict:
        return play.registered(self.vars, entry["host"], "__rmc_fix_snapshot").get("snapshot") or {}

    def _verified(self) -> dict:
        """Whose data are to be put back."""
        restore = []
        for entry in self.entries:
            if outcome.to_restore(entry, self._done(entry), self._accepted(entry), self._snapshot(entry)):
                restore.append(entry["host"])
        return {"restore": restore}

    def _close(self) -> dict:
        stories, lines = {}, []
        for entry in self.entries:
            done, accepted = self._done(entry), self._accepted(entry)
            told = outcome.story(entry, done, accepted, self._restored(entry), self._snapshot(entry).get("name") or "")
            stories[entry["host"]] = {
                "host": entry["host"], "verdict": entry["verdict"], "rung": entry["rung"], "commands": done["commands"], "refusals": done["refusals"], **told,
            }
            digest = self._bundle(entry, "after", self._facts_after(entry), self._hmcs_after()["hmcs"])
            if done["ran"] or done["unreachable"]:
                lines.append(dict(self._line(entry), phase="end", outcome=told["outcome"], why=told["why"], commands=self._ran(entry), evidence_after=digest))
        return self._conclude(stories, lines)

    def _ran(self, entry: dict) -> list:
        """The commands as they ran, with return codes and seconds; those of a restore too."""
        results = play.results(self.vars, entry["host"], "__rmc_fix_ran")
        results.append((entry["host"], play.registered(self.vars, entry["host"], "__rmc_fix_restored")))
        return [dict(action, host=where) for where, result in results for action in result.get("actions") or []]

    def _restored(self, entry: dict) -> dict | None:
        restored = play.registered(self.vars, entry["host"], "__rmc_fix_restored")
        if not restored:
            return None
        if restored.get("failed") or restored.get("unreachable"):
            return {"ok": False, "message": str(restored.get("msg") or "the restore failed")}
        before = (play.load(self.plan["evidence"])["hosts"][entry["host"]] or {}).get("rmc") or {}
        after = self._facts_after(entry) or {}
        wrong = _differences(before, after)
        if wrong:
            return {"ok": False, "message": f"after the restore of {self.plan['snapshot']}: {wrong}"}
        return {"ok": True, "message": f"put back from the snapshot {self.plan['snapshot']}, verified"}

    def _facts_after(self, entry: dict) -> dict | None:
        for name in ("__rmc_fix_restored_facts", "__rmc_verify_facts"):
            facts = (play.registered(self.vars, entry["host"], name).get("ansible_facts") or {}).get("rmc")
            if facts:
                return facts
        return None

    def _hmcs_after(self) -> dict:
        return play.survey_of(self.vars, [], "__rmc_verify_facts", "__rmc_verify_hmc", self.options["hmcs"] or [])

    def _conclude(self, stories: dict, lines: list) -> dict:
        repair = self._repair()
        repair["stories"].update(stories)
        repair["waves_done"] += 1
        by_name = {entry["host"]: entry for entry in self.plan["hosts"]}
        # Whoever was ill before the run is not lost by it: an HMC may show that minutes later.
        ill = {name for name, entry in by_name.items() if entry["verdict"] not in ("HEALTHY", "UNDETERMINED")}
        touched = {(by_name[name]["machine"], by_name[name]["lpar_id"]) for name in ill.union(repair["stories"])}
        repair["dropped"] = outcome.dropped(play.load(self.plan["evidence"])["hmcs"], self._hmcs_after()["hmcs"], touched)
        stopping = sorted(name for name, told in stories.items() if told["outcome"] in outcome.STOPPING)
        reasons = [f"{name} did not recover" for name in stopping] + sorted({f"{each['name']} was lost meanwhile" for each in repair["dropped"]})
        repair["breaker"] = "; ".join(reasons)
        if reasons:
            for name in {name for wave in self.plan["waves"] for name in wave} - set(repair["stories"]):
                entry = by_name[name]
                repair["stories"][name] = {
                    "host": name, "verdict": entry["verdict"], "rung": entry["rung"], "commands": [], "refusals": [], "checks": [],
                    "outcome": "not_started", "why": f"the run was stopped before: {repair['breaker']}", "verdict_after": None,
                }
        path = play.save(self.directory, play.REPAIR, repair)
        self._audit(lines)
        display.display("\n" + text.stories(repair) + f"\n\nThe stories lie in {path}, the audit lines in {os.path.join(self.directory, play.AUDIT)}\n")
        return {
            "path": path,
            "breaker": repair["breaker"],
            "stopping": stopping,
            "outcomes": {name: told["outcome"] for name, told in stories.items()},
            "dropped": repair["dropped"],
            "audit": {line["host"]: line for line in lines if by_name[line["host"]]["side"] == "lpar"},
            "stories": stories,
        }

    def _repair(self) -> dict:
        """The stories of this run so far."""
        path = os.path.join(self.directory, play.REPAIR)
        new = {"schema": 1, "plan": self.plan["id"], "created_at": self.plan["created_at"], "waves_done": 0, "stories": {}, "dropped": [], "breaker": ""}
        if not os.path.exists(path):
            return new
        repair = play.load(path)
        return repair if (repair.get("plan"), repair.get("created_at")) == (new["plan"], new["created_at"]) else new

    # --- audit and evidence ---

    def _line(self, entry: dict) -> dict:
        return {
            "at": play.stamp(play.now()),
            "plan": self.plan["id"],
            "approved_by": self.plan["approved_by"],
            "controller_user": play.user(),
            "host": entry["host"],
            "machine": entry["machine"],
            "lpar_id": entry["lpar_id"],
            "verdict": entry["verdict"],
            "rung": entry["rung"],
            "snapshot": self._snapshot(entry).get("path"),
            "evidence_digest": entry["evidence_digest"],
        }

    def _audit(self, lines: list) -> None:
        audit.append(os.path.join(self.directory, play.AUDIT), lines)

    def _bundle(self, entry: dict, when: str, facts: dict | None, hmcs: dict) -> str:
        """The evidence of one host at one moment, in a file of its own; its SHA-256."""
        key = (entry["machine"], entry["lpar_id"])
        rows = {name: [row for row in result.get("partitions") or [] if (row["machine"], row["lpar_id"]) == key] for name, result in hmcs.items()}
        bundle = {"schema": 1, "host": entry["host"], "plan": self.plan["id"], "when": when, "written_at": play.stamp(play.now()), "rmc": facts, "hmcs": rows}
        path = play.save(os.path.join(self.directory, "evidence"), f"{entry['host']}-{self.plan['created_at'].replace(':', '')}-{when}.json", bundle)
        with open(path, "rb") as stream:
            return hashlib.sha256(stream.read()).hexdigest()


def _differences(before: dict, after: dict) -> str:
    """What is not as it was before the change; empty when the restored state is verified."""
    found = []
    if not after:
        return "the host gives no evidence"
    if (before.get("node_id") or {}) != (after.get("node_id") or {}):
        found.append(f"node id {after.get('node_id')}")
    status = {row["name"]: row["status"] for row in after.get("subsystems") or []}
    if status.get("ctrmc") != "active":
        found.append(f"ctrmc is {status.get('ctrmc') or 'not on file'}")
    return ", ".join(found)
