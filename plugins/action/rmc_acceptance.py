# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_acceptance: whether both ends agree that partitions are connected. Documented in plugins/modules/rmc_acceptance.py."""

from __future__ import annotations

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import acceptance, play, text

display = Display()


class ActionModule(ActionBase):
    """Once for the batch, on the controller. It talks to no host."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENT_SPEC = {
        "step": {"type": "str", "choices": ["targets", "judge"], "required": True},
        "hosts": {"type": "list", "elements": "str", "required": True},
        "hmcs": {"type": "list", "elements": "str"},
        "facts": {"type": "str", "required": True},
        "hmc_results": {"type": "str", "required": True},
        "waits": {"type": "str", "default": ""},
        "memory": {"type": "str", "default": ""},
        "identities": {"type": "dict", "default": {}},
    }

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        dummy, options = self.validate_argument_spec(self.ARGUMENT_SPEC)
        hmcs = options["hmcs"] if options["hmcs"] is not None else list((task_vars.get("groups") or {}).get("hmcs") or [])
        seen = play.survey_of(task_vars, options["hosts"], options["facts"], options["hmc_results"], hmcs)
        result["changed"] = False
        if options["step"] == "targets":
            report = diagnose(seen)
            result.update(targets=acceptance.targets(report, options["hosts"]), identities=acceptance.identities(report, options["hosts"]))
            return result
        acceptance.identify(seen, play.plain(options["identities"]))
        memory = None
        if options["memory"]:
            memory = {name: play.registered(task_vars, name, options["memory"]).get("stdout") or "" for name in options["hosts"]}
        found = acceptance.judge(seen, options["hosts"], play.looped(task_vars, options["waits"]) if options["waits"] else {}, memory)
        told = text.acceptance(found)
        display.display("\n" + told + "\n")
        result.update(hosts=found, text=told, accepted=all(each["accepted"] for each in found.values()))
        return result
