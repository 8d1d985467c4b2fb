# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what the tasks of a play left behind for its hosts, as plain values."""

from __future__ import annotations

import datetime
import getpass
import json
import os

from ansible.errors import AnsibleActionFail

from .._report import files, survey

PLAN, PLAN_OF_RUN, DRAFT, REPAIR, AUDIT = "rmc-plan.json", "rmc-plan-run.json", ".rmc-plan.draft.json", "rmc-repair.json", "rmc-audit.jsonl"
# Results of the modules on a partition; the other ones of the three are skipped.
_ON_LPAR = ("recycle", "rekey")


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def stamp(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def user() -> str:
    """Who runs the playbook on the controller."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def plain(value):
    """Values of a play carry tags of Ansible, and files carry none."""
    return json.loads(json.dumps(value, default=str))


def load(path: str) -> dict:
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError) as error:
        raise AnsibleActionFail(f"{path} cannot be read: {error}") from error


def save(directory: str, name: str, value) -> str:
    """For its owner only: plans and stories name hosts, addresses and what is wrong with them."""
    os.makedirs(directory, exist_ok=True)
    return files.write(directory, name, json.dumps(value, indent=1, sort_keys=True) + "\n", files.PRIVATE)


def variables(task_vars: dict, host: str) -> dict:
    """Raw: only registered results are read from it."""
    hostvars = task_vars["hostvars"]
    return hostvars.raw_get(host) if host in hostvars else {}


def registered(task_vars: dict, host: str, name: str) -> dict:
    result = variables(task_vars, host).get(name)
    return plain(result) if isinstance(result, dict) and not result.get("skipped") else {}


def results(task_vars: dict, host: str, prefix: str) -> list:
    """[(where it ran, result)] of the modules that acted for a host."""
    found = [(host, registered(task_vars, host, f"{prefix}_{name}")) for name in _ON_LPAR]
    looped = registered(task_vars, host, f"{prefix}_hmc")
    # A loop that broke off has no results: what of it ran is not known.
    for item in looped.get("results") or ([looped] if looped.get("unreachable") or looped.get("failed") else []):
        if not item.get("skipped"):
            found.append(((item.get("item") or {}).get("host") or host, item))
    return [(where, result) for where, result in found if result]


def survey_of(task_vars: dict, hosts: list, facts: str, hmc_results: str, hmcs: list) -> dict:
    """A survey out of the batch: what its hosts registered under these names."""
    moment = now()
    batch = list(task_vars.get("ansible_play_batch") or [])
    entries = {name: survey.host_entry(variables(task_vars, name), facts, True, moment, 3600) for name in hosts}
    answers = [variables(task_vars, name)[hmc_results] for name in batch if hmc_results in variables(task_vars, name)]
    return plain(survey.assemble(entries, survey.hmc_entries(answers, hmcs), stamp(moment), []))


def looped(task_vars: dict, name: str) -> dict:
    """item -> result of a loop over HMCs that the hosts of the batch shared out."""
    found = {}
    for host in task_vars.get("ansible_play_batch") or []:
        for item in registered(task_vars, host, name).get("results") or []:
            if not item.get("skipped") and isinstance(item.get("item"), str):
                found[item["item"]] = item
    return found
