# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the acts.yml of a scenario on an estate of its own. What an act does not name must not have happened.

hosts       who is repaired (default: all LPARs); not_in_inventory: who no inventory names
never       beginnings of commands that must never have run on an LPAR
acts        each one run of rmc_remediate, with everything approved:
  break     faults, set: values of the state [host, path, value]
  approval  by_id: the plan is written by --check and approved by its id
  vars      extra variables; host_vars: variables of single hosts
  told      host -> verdict; everybody else is HEALTHY        flags    host -> findings beside the verdict
  elsewhere partition -> verdict, of those not in the inventory
  rungs     host -> rung that is taken                        refused  host -> reasons, one of which must be given
  ran       host -> exactly the commands that changed something there
  outcomes  host -> what became of it                         attempts host -> bare modules, all refused for these reasons
  mends     host -> the bare module is called with these methods before the run, by the owner of the host
"""

from __future__ import annotations

import datetime
import json
import os
import time
from pathlib import Path

import pytest
import yaml

from rehearsal import own

UNTOUCHED = ("refused", "unchanged", "not_started")
RESTORE = {"rmcctrl -z", "rmcctrl -A", "rmcctrl -p", "stopsrc -s ctcas"}
HERE = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"])
SCRIPT = yaml.safe_load((HERE / "acts.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start()
    yield estate
    estate.down()


@pytest.fixture(scope="module")
def inventory(estate):
    """Without those that no inventory names."""
    tree = yaml.safe_load(estate.inventory.read_text(encoding="utf-8"))
    for name in SCRIPT.get("not_in_inventory", []):
        del tree["all"]["children"]["aix_lpars"]["hosts"][name]
    path = estate.results / "inventory.yml"
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


def host_variables(estate, number, wanted):
    path = estate.results / ("host-vars-%d.yml" % number)
    path.write_text(yaml.safe_dump({"all": {"hosts": wanted}}), encoding="utf-8")
    return path


def prepare(estate, act):
    for fault in act.get("break", []):
        estate.break_(**fault)
    for host, path, value in act.get("set", []):
        estate.control.set(host, path, value)
    estate.settle()


@pytest.mark.parametrize("number", range(len(SCRIPT["acts"])), ids=lambda number: "act%d" % (number + 1))
def test_act(estate, inventory, number):
    act = SCRIPT["acts"][number]
    prepare(estate, act)
    start = time.time()
    if "attempts" in act:
        attempt(estate, number, act["attempts"])
    if "mends" in act:
        mend(estate, number, act["mends"])
    play = estate.approved if act.get("approval") == "by_id" else estate.remediate
    inventories = [inventory] + ([host_variables(estate, number, act["host_vars"])] if "host_vars" in act else [])
    variables = dict({"rmc_fix_approve": True}, **act.get("vars", {}))
    run = play("-l", ",".join(SCRIPT.get("hosts", ["aix_lpars"])), inventory=inventories, **variables)
    if act.get("approval") == "by_id":
        checked, run = run
        assert checked.rc == 0, checked.output[-3000:]
        assert checked.commands() == run.commands()
    assert run.rc == act.get("rc", 0), run.output[-3000:]
    compare(estate, act, run, start)


def compare(estate, act, run, start):
    hosts = run.verdicts
    assert hosts == dict.fromkeys(hosts, "HEALTHY") | act.get("told", {})
    for name, codes in act.get("flags", {}).items():
        assert set(codes) <= {finding["code"] for host in run.report["hosts"] if host["host"] == name for finding in host["findings"]}
    found = {row["name"]: row["verdict"] for row in run.report["partitions_not_in_inventory"]}
    assert {name: found.get(name) for name in act.get("elsewhere", {})} == act.get("elsewhere", {})
    assert run.rungs() == act.get("rungs", {})
    refusals = run.refusals()
    for name, reasons in act.get("refused", {}).items():
        assert set(reasons) & set(refusals[name]), refusals
    assert set(refusals) == set(act.get("refused", {}))
    assert run.outcomes() == act.get("outcomes", {})
    assert audited(run) == {name: outcome for name, outcome in run.outcomes().items() if outcome not in UNTOUCHED}
    ran = estate.ran(start)
    for name in [name for name, outcome in run.outcomes().items() if outcome == "rolled_back"]:
        wanted = act["ran"][name]
        # A restore that finds something to put back stops and starts RSCT on top.
        assert set(ran[name][len(wanted):]) <= RESTORE
        ran[name] = ran[name][:len(wanted)]
    assert ran == act.get("ran", {})


def audited(run):
    """host -> outcome in the last line of the audit file on the controller that this run wrote of it. Every change has one before and one after it."""
    path = run.directory / "rmc-audit.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    # The file has whole seconds.
    lines = [line for line in lines if datetime.datetime.fromisoformat(line["at"].replace("Z", "+00:00")).timestamp() >= int(run.started)]
    ends = {line["host"]: line["outcome"] for line in lines if line["phase"] == "end"}
    assert set(ends) <= {line["host"] for line in lines if line["phase"] == "begin"}
    return ends


def attempt(estate, number, attempts):
    """With the modules alone, forced: refused for one of the reasons, and nothing is said to have been done."""
    directory = estate.results / ("attempts-%d" % number)
    directory.mkdir()
    wanted = {name: [dict(each, method=method) for each in tries for method in each["methods"]] for name, tries in attempts.items()}
    result = estate.attempts(wanted, directory)
    assert result.returncode == 0, result.stdout[-3000:]
    for name, tries in wanted.items():
        answers = json.loads((directory / (name + ".json")).read_text(encoding="utf-8"))
        assert len(answers) == len(tries)
        for answer in answers:
            reasons = {refusal["reason"] for refusal in answer["refusals"]}
            assert answer["failed"] and reasons & set(answer["item"]["reasons"]), answer
            assert answer["actions"] == []


def mend(estate, number, methods):
    directory = estate.results / ("mends-%d" % number)
    directory.mkdir()
    result = estate.attempts({name: [{"method": method} for method in each] for name, each in methods.items()}, directory)
    assert result.returncode == 0, result.stdout[-3000:]
    answers = {name: json.loads((directory / (name + ".json")).read_text(encoding="utf-8")) for name in methods}
    assert all(answer["changed"] and not answer["failed"] for each in answers.values() for answer in each), answers
    estate.settle()


def test_what_must_never_happen(estate):
    ran = [(host, command) for host, commands in estate.ran().items() for command in commands]
    assert [each for each in ran if any(each[1].startswith(never) for never in SCRIPT.get("never", []))] == []
    assert estate.harm() == []
    # No login, no execution, no command.
    assert [entry for entry in estate.control.log() if entry["host"] in SCRIPT.get("not_in_inventory", [])] == []
