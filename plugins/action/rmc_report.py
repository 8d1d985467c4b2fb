# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_report: judge what a play collected and write the report. Documented in plugins/modules/rmc_report.py."""

from __future__ import annotations

import contextlib
import datetime
import json
import os

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.thresholds import Thresholds
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import archive, codes, files, formats, merge, survey, terminal, view

display = Display()
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class ActionModule(ActionBase):
    """Once for the play, on the controller. It talks to no host."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    ARGUMENT_SPEC = {
        "report_dir": {"type": "path", "default": "rmc-report"},
        "formats": {"type": "list", "elements": "str", "choices": list(formats.CHOICES), "default": ["json", "html"]},
        "fail_on": {"type": "list", "elements": "str", "default": []},
        "history": {"type": "int", "default": 0},
        "thresholds": {"type": "dict", "default": {}},
        "lpars": {"type": "list", "elements": "str"},
        "hmcs": {"type": "list", "elements": "str"},
        "lpar_results": {"type": "str", "default": "__rmc_diagnose_facts"},
        "hmc_results": {"type": "raw", "default": "__rmc_diagnose_hmc"},
        "survey": {"type": "dict"},
        "evidence_files": {"type": "list", "elements": "path", "default": []},
        "max_age": {"type": "int", "default": 3600},
        "max_spread": {"type": "int", "default": 1800},
        "return_report": {"type": "bool", "default": False},
    }

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        dummy, options = self.validate_argument_spec(self.ARGUMENT_SPEC)
        self._refuse(options)
        try:
            evidence = formats.json_lines(self._survey(options, task_vars or {}))
        except survey.NoSurvey as error:
            raise AnsibleActionFail(str(error)) from error
        # What is judged is what is saved, to the letter, and plain Python: values of a play carry tags of Ansible.
        seen = json.loads(evidence)
        directory = os.path.abspath(options["report_dir"])
        past = os.path.join(directory, "history") if options["history"] else None
        try:
            with archive.locked(past, lambda: self._wait(past)) if past else contextlib.nullcontext():
                report = diagnose(seen, options["thresholds"], self._earlier(past, seen["collected_at"]) if past else None)
                survey.mark_same_names(report, seen.get("not_asked") or [])
                model, paths = self._write(report, seen, evidence, options, directory, past)
        except OSError as error:
            raise AnsibleActionFail(f"The report cannot be written to {directory}: {error.strerror}") from error
        text = terminal.render(model)
        # Not by the result: callbacks print that as one line of JSON.
        display.display("\n" + text + "\n" + f"The report lies in {directory}: {', '.join(sorted(os.path.basename(path) for path in paths))}\n")
        result.update(self._summary(model, paths))
        if options["return_report"]:
            result["report"] = report
        gate = codes.tripped(report, options["fail_on"])
        if gate:
            told = ", ".join(f"{word} ({count})" if count else word for word, count in gate)
            result.update(failed=True, msg=f"The report has what fail_on names: {told}. See {result['report_path']}")
        else:
            result["text"] = text
        return result

    @staticmethod
    def _refuse(options: dict) -> None:
        """What is wrong with the options is said before anything is read or written."""
        unknown = codes.unknown_words(options["fail_on"])
        if unknown:
            known = ", ".join([codes.ANY_FAULT, codes.INCOMPLETE, *sorted([*codes.CODES, *codes.ADVISORIES])])
            raise AnsibleActionFail(f"fail_on names unknown codes: {', '.join(unknown)}. Known are: {known}")
        if options["survey"] is not None and options["evidence_files"]:
            raise AnsibleActionFail("survey and evidence_files are mutually exclusive")
        for name in ("history", "max_spread"):
            if options[name] < 0:
                raise AnsibleActionFail(f"{name} is {options[name]}, it must be 0 or more")
        try:
            Thresholds(options["thresholds"])
        except ValueError as error:
            raise AnsibleActionFail(f"thresholds: {error}") from error

    # --- evidence ---

    def _survey(self, options: dict, task_vars: dict) -> dict:
        if options["survey"] is not None:
            return survey.check(options["survey"], "survey")
        if options["evidence_files"]:
            # A relative path is one of the working directory, like report_dir.
            return merge.merge([survey.read(os.path.abspath(path)) for path in options["evidence_files"]], options["max_spread"])
        return self._survey_of_play(options, task_vars)

    @staticmethod
    def _survey_of_play(options: dict, task_vars: dict) -> dict:
        hostvars = task_vars["hostvars"]
        groups = task_vars.get("groups") or {}
        hmcs = options["hmcs"] if options["hmcs"] is not None else list(groups.get("hmcs") or [])
        everybody = list(task_vars.get("ansible_play_hosts_all") or [])
        in_play = set(task_vars.get("ansible_play_hosts") or [])
        lpars = options["lpars"] if options["lpars"] is not None else [name for name in everybody if name not in hmcs]
        now = datetime.datetime.now(datetime.timezone.utc)
        hosts, results = {}, []
        by_name = options["hmc_results"] if isinstance(options["hmc_results"], str) else None
        wanted = set(lpars)
        for name in dict.fromkeys([*everybody, *lpars]):
            # Raw: templating every variable of every host costs more than everything else here together.
            variables = hostvars.raw_get(name) if name in hostvars else {}
            if by_name and by_name in variables:
                results.append(variables[by_name])
            if name in wanted:
                hosts[name] = survey.host_entry(variables, options["lpar_results"], name in in_play, now, options["max_age"])
        if by_name is None:
            results = options["hmc_results"] if isinstance(options["hmc_results"], list) else [options["hmc_results"]]
        not_asked = set(groups.get("all") or []) - set(hosts) - set(hmcs)
        return survey.assemble(hosts, survey.hmc_entries(results, hmcs), now.strftime(_TIME), list(not_asked))

    # --- files ---

    @staticmethod
    def _wait(past: str) -> None:
        display.display(f"Another run is writing its report to {past}. Waiting for it to end.")

    @staticmethod
    def _earlier(past: str, collected_at: str) -> list:
        now = datetime.datetime.now(datetime.timezone.utc).strftime(_TIME)
        # Evidence of another controller may be of later than the clock here.
        ahead = archive.set_aside_future(past, max(now, collected_at))
        if ahead:
            display.warning(
                f"The last run in {past} is of {ahead}, which is in the future: a clock was wrong. It was set aside there, in files that begin "
                "with ahead-, and the history goes on from the runs before it."
            )
        return archive.earlier(past, collected_at)

    @staticmethod
    def _write(report: dict, seen: dict, evidence: str, options: dict, directory: str, past: str | None) -> tuple:
        os.makedirs(directory, exist_ok=True)
        if past:
            state = archive.update(past, report, options["history"], Thresholds(options["thresholds"]).flapping_transitions_per_hour)
        model = view.build(report)
        paths = []
        texts = {formats.EVIDENCE: evidence, **formats.render(model, report, seen, options["formats"])}
        for name, text in texts.items():
            if text:
                # The evidence shows addresses, error logs and key states of every host: for its owner only.
                paths.append(files.write(directory, name, text, files.PRIVATE if name == formats.EVIDENCE else files.SHARED))
            else:
                files.remove(directory, name)
        if past:
            files.write(past, archive.file_name(report["generated_at"]), formats.json_lines(report))
            files.write(past, archive.STATE_FILE, json.dumps(state))
            for name in archive.surplus(archive.kept(past), options["history"]):
                files.remove(past, name)
        return model, paths

    @staticmethod
    def _summary(model: dict, paths: list) -> dict:
        troubled = (codes.FAULT, codes.UNREAD, codes.WARNING)
        return {
            "changed": False,
            "report_path": next(path for path in paths if path.endswith(formats.REPORT)),
            "evidence_path": next(path for path in paths if path.endswith(formats.EVIDENCE)),
            "files": sorted(paths),
            "complete": model["complete"],
            "totals": dict(model["totals"]),
            "worst": list(dict.fromkeys(group["code"] for group in model["groups"] if group["state"] in troubled)),
        }
