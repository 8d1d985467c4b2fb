# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_rollback: a rollback by hand under change control. Documented in plugins/modules/rmc_rollback.py."""

from __future__ import annotations

import os

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import audit, outcome, play, rollback, window

display = Display()


class ActionModule(ActionBase):
    """For one host, on the controller. It talks to no host."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENT_SPEC = {
        "step": {"type": "str", "choices": ["begin", "end"], "required": True},
        "directory": {"type": "path", "required": True},
        "ticket": {"type": "str", "default": ""},
        "approved_by": {"type": "list", "elements": "str", "default": []},
        "verified": {"type": "bool", "default": False},
        "window": {"type": "dict", "default": {}},
        "freeze": {"type": "list", "elements": "dict", "default": []},
    }

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        dummy, options = self.validate_argument_spec(self.ARGUMENT_SPEC)
        host = task_vars["inventory_hostname"]
        preview = play.registered(task_vars, host, "__rmc_rollback_preview")
        head = {
            "at": play.stamp(play.now()),
            "approved_by": options["approved_by"],
            "controller_user": play.user(),
            "host": host,
            "rung": "rollback",
            "snapshot": (preview.get("snapshot") or {}).get("path"),
            "ticket": options["ticket"],
        }
        path = os.path.join(os.path.abspath(options["directory"]), play.AUDIT)
        step = self._begin if options["step"] == "begin" else self._end
        result.update(changed=False, **step(options, task_vars, head, preview, path))
        return result

    def _begin(self, options: dict, task_vars: dict, head: dict, preview: dict, path: str) -> dict:
        try:
            closed = window.closed(play.now(), options["window"], options["freeze"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        told = rollback.planned(head["host"], preview, self._task.check_mode)
        if closed:
            told += f" Not now: {closed[1]}."
        display.display(told)
        if closed and not self._task.check_mode:
            return {"failed": True, "msg": f"Nothing was put back ({closed[0]}): {closed[1]}", "reason": closed[0]}
        if rollback.changes(preview) and not self._task.check_mode:
            self._append(path, dict(head, phase="begin", commands=rollback.argvs(preview)))
        return {"msg": told, "commands": rollback.argvs(preview)}

    def _end(self, options: dict, task_vars: dict, head: dict, preview: dict, path: str) -> dict:
        done = play.registered(task_vars, head["host"], "__rmc_rollback_done")
        judged = play.registered(task_vars, head["host"], "__rmc_verify_result").get("hosts") or {}
        # An earlier role of the same play may have left a result too.
        accepted = judged.get(head["host"]) if options["verified"] and not done.get("failed") else None
        became, why = rollback.ended(done, accepted)
        line = dict(head, phase="end", outcome=became, why=why, commands=done.get("actions") or [], accepted=accepted and accepted["accepted"])
        if rollback.changes(preview):
            self._append(path, line)
        display.display(f"{head['host']}: {why}")
        bad = became not in (outcome.ROLLED_BACK, outcome.UNCHANGED) or bool(accepted and not accepted["accepted"])
        return {"outcome": became, "msg": why, "line": line, "bad": bad}

    @staticmethod
    def _append(path: str, line: dict) -> None:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        audit.append(path, [line])
