# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_plan: choose a rung for every partition, then seal the plan. Documented in plugins/modules/rmc_plan.py."""

from __future__ import annotations

import os
import re

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.aixops.rsct.plugins.plugin_utils import _given
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import refusals_by_rung
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.ladder import RUNGS
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import audit, choose, play, seal, text, window

display = Display()
# What a host may name -> its variable, and how that is read.
_GIVEN = {
    "cluster_override": ("rmc_fix_cluster_override", _given.mapping),
    "trusted_host": ("rmc_rekey_trusted_host", _given.mapping),
    "mcp_record": ("rmc_rekey_mcp_record", _given.mapping),
    "key_pair": ("rmc_rekey_key_pair", _given.switch),
    "replace_node_id": ("rmc_rekey_replace_node_id", lambda value: str(value or "").strip()),
}
_SIZE = re.compile(r"\d+(\.\d+)?%?")


class ActionModule(ActionBase):
    """Once for the play, on the controller. It talks to no host."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENT_SPEC = {
        "step": {"type": "str", "choices": ["choose", "seal"], "required": True},
        "directory": {"type": "path", "required": True},
        "report_path": {"type": "path"},
        "evidence_path": {"type": "path"},
        "hosts": {"type": "list", "elements": "str"},
        "thresholds": {"type": "dict", "default": {}},
        "max_rung": {"type": "str", "choices": list(RUNGS), "default": "recycle"},
        "rung": {"type": "str", "choices": ["", *RUNGS], "default": ""},
        "only": {"type": "list", "elements": "str", "choices": list(RUNGS), "default": []},
        "retry_hours": {"type": "float", "default": 24.0},
        "approve": {"type": "bool", "default": False},
        "approved_by": {"type": "list", "elements": "str", "default": []},
        "two_approvals_from": {"type": "str", "choices": ["", *RUNGS], "default": ""},
        "plan_file": {"type": "path"},
        "plan_id": {"type": "str", "default": ""},
        "window": {"type": "dict", "default": {}},
        "freeze": {"type": "list", "elements": "dict", "default": []},
        "serial": {"type": "list", "elements": "str", "default": []},
        "per_hmc": {"type": "int", "default": 0},
        "per_system": {"type": "int", "default": 0},
        "one_wave": {"type": "bool", "default": False},
        "previews": {"type": "str", "default": "__rmc_fix_preview"},
    }
    REQUIRED_IF = [("step", "choose", ("report_path", "evidence_path"))]

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        dummy, options = self.validate_argument_spec(self.ARGUMENT_SPEC, required_if=self.REQUIRED_IF)
        options["directory"] = os.path.abspath(options["directory"])
        try:
            window.closed(play.now(), options["window"], options["freeze"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        wrong = [size for size in options["serial"] if not _SIZE.fullmatch(size.strip())]
        if wrong:
            raise AnsibleActionFail(f"serial: {', '.join(wrong)} is no size of a wave like 5 or 10%")
        step = self._choose if options["step"] == "choose" else self._seal
        result.update(changed=False, **step(options, task_vars))
        return result

    def _choose(self, options: dict, task_vars: dict) -> dict:
        approved = self._approved(options)
        report, seen = play.load(os.path.abspath(options["report_path"])), play.load(os.path.abspath(options["evidence_path"]))
        hosts = options["hosts"] if options["hosts"] is not None else list(task_vars["ansible_play_hosts_all"])
        troubled = [entry["host"] for entry in report["hosts"] if entry["verdict"] not in choose.NO_REPAIR and entry["host"] in set(hosts)]
        entries_before = audit.read(os.path.join(options["directory"], play.AUDIT))
        wish = choose.Wish(
            max_rung=approved["max_rung"] if approved else options["max_rung"],
            rung=options["rung"] or None,
            only=options["only"],
            tried=audit.tried(entries_before, play.now(), options["retry_hours"]),
            given=self._given(task_vars, troubled),
        )
        guarded = refusals_by_rung(seen, troubled, options["thresholds"])
        chosen = play.plain(choose.choose(report, seen, guarded, wish, hosts))
        moment = play.now()
        draft = {
            "created_at": play.stamp(moment),
            "max_rung": wish.max_rung,
            "report": os.path.abspath(options["report_path"]),
            "evidence": self._keep(options["directory"], moment, seen, troubled),
            # Named before it is taken, so that check mode can name it too.
            "snapshot": moment.strftime("rmc-fix-%Y%m%dT%H%M%SZ"),
            "entries": chosen,
            "approved": approved,
        }
        play.save(options["directory"], play.DRAFT, draft)
        hosts = {entry["host"]: _tasks(entry) for entry in chosen if entry["decision"] == "candidate"}
        return {"hosts": hosts, "snapshot": draft["snapshot"], "directory": options["directory"]}

    @staticmethod
    def _keep(directory: str, moment, seen: dict, troubled: list) -> str:
        """A copy for the plan alone: the next diagnosis writes over the other one, maybe while this run still repairs."""
        copy = {**seen, "hosts": {name: seen["hosts"][name] for name in troubled if name in seen["hosts"]}}
        return play.save(os.path.join(directory, "evidence"), moment.strftime("plan-%Y%m%dT%H%M%SZ.json"), copy)

    @staticmethod
    def _approved(options: dict) -> dict | None:
        if not options["plan_file"]:
            if options["plan_id"]:
                raise AnsibleActionFail("rmc_fix_plan_id is given without rmc_fix_plan_file")
            return None
        path = os.path.abspath(options["plan_file"])
        approved = play.load(path)
        problem = seal.check_approved(approved, options["plan_id"])
        if problem:
            raise AnsibleActionFail(f"The plan {path} is refused: {problem}")
        return approved

    @staticmethod
    def _given(task_vars: dict, hosts: list) -> dict:
        """What host variables name for single hosts; only these are templated."""
        hostvars = task_vars["hostvars"]
        found = {}
        for host in hosts:
            found[host] = {}
            for key, (name, read) in _GIVEN.items():
                try:
                    value = read(play.plain(hostvars[host].get(name)))
                except ValueError as error:
                    raise AnsibleActionFail(f"{name} of {host}: {error}") from error
                if value:
                    found[host][key] = value
        return found

    def _seal(self, options: dict, task_vars: dict) -> dict:
        draft = play.load(os.path.join(options["directory"], play.DRAFT))
        approved = draft["approved"]
        terms = seal.Terms(
            approve=options["approve"],
            approved=approved,
            approved_by=options["approved_by"],
            two_from=options["two_approvals_from"] or None,
            # A plan may be written at any time.
            closed=None if self._task.check_mode else window.closed(play.now(), options["window"], options["freeze"]),
            serial=options["serial"],
            per_hmc=options["per_hmc"],
            per_system=options["per_system"],
            one_wave=options["one_wave"],
        )
        previews = {entry["host"]: play.results(task_vars, entry["host"], options["previews"]) for entry in draft["entries"]}
        head = {key: draft[key] for key in ("created_at", "max_rung", "report", "evidence", "snapshot")}
        head.update(check_mode=bool(self._task.check_mode), approved_plan=approved["id"] if approved else None, approved_by=options["approved_by"])
        sealed = seal.seal(draft["entries"], previews, terms, head)
        # The plan that was approved stays as it is.
        path = play.save(options["directory"], play.PLAN_OF_RUN if approved else play.PLAN, sealed)
        os.unlink(os.path.join(options["directory"], play.DRAFT))
        display.display("\n" + text.plan(sealed) + f"\n\nThe plan lies in {path}, its id is {sealed['id']}\n")
        totals = {}
        for host in sealed["hosts"]:
            totals[host["decision"]] = totals.get(host["decision"], 0) + 1
        return {
            "id": sealed["id"],
            "path": path,
            "totals": totals,
            "waves": sealed["waves"],
            "serial": [len(wave) for wave in sealed["waves"]] or [1],
            "order": [name for wave in sealed["waves"] for name in wave],
            "snapshot": sealed["snapshot"],
            "escalate": [host["host"] for host in sealed["hosts"] if _for_support(host)],
            "hosts": {host["host"]: {**_tasks(host), "commands": host["commands"]} for host in sealed["hosts"] if host["decision"] == "apply"},
        }


def _for_support(host: dict) -> bool:
    return any(why["reason"] in ("unknown_cause", "rungs_exhausted", "escalate") for why in host["refused"])


def _tasks(entry: dict) -> dict:
    """What the tasks of one host need to know."""
    lpar = [step for step in entry["steps"] if step["where"] == "lpar"]
    return {
        "rung": entry["rung"],
        "snapshot": entry["snapshot"],
        "reidentifies": entry["reidentifies"],
        "expected": {"machine": entry["machine"], "lpar_id": entry["lpar_id"]},
        "module": lpar[0]["module"] if lpar else "",
        "options": lpar[0]["options"] if lpar else {},
        "hmc": [{"host": step["host"], "options": step["options"]} for step in entry["steps"] if step["where"] == "hmc"],
    }
