# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All causes side by side, repaired run by run as paths.yml says: a plan by --check, approved by its id, then that very plan."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml

from rehearsal import own

ROWS = yaml.safe_load(Path(__file__).with_name("paths.yml").read_text(encoding="utf-8"))
ROUNDS = max(len(row["path"]) for row in ROWS)
RESTORE = {"rmcctrl -z", "rmcctrl -A", "rmcctrl -p", "stopsrc -s ctcas"}
# So many, that the faults are no outage of an HMC: 3 systems of 20 LPARs.
HOSTS = 60
NAMES = ["lpar%04d" % number for number in range(2, HOSTS + 1) if number % 20 != 1]
VICTIMS = {NAMES[2 * number]: row for number, row in enumerate(ROWS)}
# A neighbour that is well, beside the broken ones.
WELL = NAMES[-1]
# The one next to a clone is its original.
ORIGINALS = {name: NAMES[NAMES.index(name) + 1] for name, row in VICTIMS.items() if row["fault"] == "NODE_ID_DUPLICATE"}
TERMS = {"rmc_fix_max_rung": "reset_new_id", "rmc_remediate_serial": ["100%"], "rmc_fix_per_hmc": 0, "rmc_fix_per_system": 0}


def label(name):
    row = VICTIMS[name]
    return "-".join([row["fault"], *map(str, row.get("options", {}).values()), *row.get("with", {}).values()])


@pytest.fixture(scope="module")
def estate():
    estate = own()
    estate.start(hosts=HOSTS)
    for name, row in VICTIMS.items():
        options = dict(row.get("options", {}), **({"original": ORIGINALS[name]} if name in ORIGINALS else {}))
        estate.break_(row["fault"], host=name, **options)
        if "with" in row:
            estate.break_(host=name, **row["with"])
    yield estate
    estate.down()


@pytest.fixture(scope="module")
def rounds(estate):
    """Every run, with what ran in it and the keys and ids of all hosts before and after it."""
    found = []
    # Only a super administrator may run diagrmc.
    user = estate.results / "user.yml"
    user.write_text(yaml.safe_dump({"hmcs": {"vars": {"ansible_user": "hscroot"}}}), encoding="utf-8")
    terms = dict(TERMS, inventory=[estate.inventory, user])
    limit = ("-l", ",".join([*VICTIMS, *ORIGINALS.values(), WELL]))
    for number in range(ROUNDS + 1):
        estate.settle()
        before, start = identities(estate), time.time()
        if number < ROUNDS:
            checked, real = estate.approved(*limit, **terms)
        else:
            checked, real = None, estate.remediate(*limit, rmc_fix_approve=True, **terms)
        found.append(keep(estate, checked, real, start, before))
        pass_by(estate, number)
    return found


def keep(estate, checked, real, start, before):
    """Read now what the next run writes over."""
    return {
        "checked": checked and {"rc": checked.rc, "output": checked.output, "commands": checked.commands()},
        "real": {"rc": real.rc, "output": real.output, "commands": real.commands()},
        "in_check": estate.ran(start) if checked is None else ran_until(estate, start, real.started),
        "in_real": estate.ran(real.started),
        "rungs": real.rungs(), "refusals": real.refusals(), "outcomes": real.outcomes(), "verdicts": real.verdicts,
        "before": before, "after": identities(estate), "status": estate.control.status()["lpars"],
    }


def ran_until(estate, start, end):
    return [entry for entry in estate.changing(start) if entry["time"] < end]


def pass_by(estate, number):
    """What waiting waits for: it happens between two runs."""
    for name, row in VICTIMS.items():
        if number == len(row["path"]) - 1:
            for path, value in row.get("passes", {}).items():
                estate.control.set(name, path, value)


def identities(estate):
    """Contents of keys, node ids and lists of every host."""
    found = {}
    for name in VICTIMS:
        root = estate.directory / "hosts" / name / "root"
        found[name] = {str(path.relative_to(root)): path.read_bytes() for path in [root / "etc/ct_node_id", *sorted((root / "var/ct/cfg").iterdir())]
                       if path.is_file()}
    return found


def step(name, number):
    path = VICTIMS[name]["path"]
    return path[number] if number < len(path) else None


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("name", VICTIMS, ids=label)
def test_the_lowest_rung_that_was_not_tried_is_taken(rounds, name, number):
    wanted, run = step(name, number), rounds[number]
    if wanted is None:
        assert name not in run["rungs"]
        assert run["verdicts"][name] == "HEALTHY" or VICTIMS[name]["ends"] in run["refusals"][name]
        return
    assert run["verdicts"][name] == VICTIMS[name]["fault"]
    assert (run["rungs"].get(name), run["outcomes"].get(name)) == tuple(wanted), (run["refusals"].get(name), run["real"]["output"][-2000:])


@pytest.mark.parametrize("number", range(ROUNDS))
def test_check_mode_changes_nothing_and_names_what_then_runs(rounds, number):
    run = rounds[number]
    assert run["checked"]["rc"] == 0, run["checked"]["output"][-2000:]
    assert run["in_check"] == []
    assert run["checked"]["commands"] == run["real"]["commands"]
    for host, commands in run["in_real"].items():
        planned = run["real"]["commands"][host]
        if run["outcomes"].get(host) == "rolled_back":
            # The restore stops and starts RSCT on top of it.
            assert commands[:len(planned)] == planned and set(commands[len(planned):]) <= RESTORE
        else:
            assert sorted(commands) == sorted(planned)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_what_did_not_heal_is_put_back(rounds, number):
    run = rounds[number]
    back = [name for name, outcome in run["outcomes"].items() if outcome == "rolled_back"]
    for name in back:
        assert run["after"][name] == run["before"][name]
        assert run["status"][name]["rmcd"]
    assert len(back) == sum(1 for name in VICTIMS if (step(name, number) or ["", ""])[1] == "rolled_back")


def test_healed_hosts_are_really_healthy(rounds, estate):
    status = estate.control.status()["lpars"]
    assert {name for name in VICTIMS if not status[name]["healthy"]} == {name for name, row in VICTIMS.items() if "ends" in row}
    assert estate.harm() == []


def test_the_original_of_a_clone_was_not_touched(estate):
    assert [name for name in ORIGINALS.values() if name in estate.ran()] == []


def test_one_run_more_changes_nothing(rounds):
    last = rounds[-1]
    assert last["real"]["rc"] == 0, last["real"]["output"][-2000:]
    assert (last["rungs"], last["in_real"], last["outcomes"]) == ({}, {}, {})
    assert "changed=0" in last["real"]["output"]
    assert not [line for line in last["real"]["output"].splitlines() if "changed=" in line and "changed=0" not in line]


def test_every_change_left_its_lines(rounds, estate):
    """An audit line on the controller and on the host for every change, and evidence from before and after."""
    lines = [json.loads(line) for line in (estate.results / "run" / "rmc-audit.jsonl").read_text(encoding="utf-8").splitlines()]
    for number, run in enumerate(rounds):
        for name, outcome in run["outcomes"].items():
            assert [line for line in lines if line["host"] == name and line["phase"] == "end" and line["rung"] == step(name, number)[0]]
            assert outcome
    for name, row in VICTIMS.items():
        on_lpar = [rung for rung, dummy in row["path"] if not rung.startswith(("hmc_", "wait"))]
        log = estate.directory / "hosts" / name / "root/var/adm/rsct_audit.log"
        told = [json.loads(line)["rung"] for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []
        assert told == on_lpar
    bundles = {path.name.split("-")[0] for path in (estate.results / "run" / "evidence").iterdir()}
    assert bundles >= set(VICTIMS)


def test_every_rung_healed_its_causes(rounds, capsys):
    """The figure: causes that were healed, of those for which there is a rung that changes something."""
    ran = [(VICTIMS[name]["fault"], step(name, number)[0], outcome) for number, run in enumerate(rounds) for name, outcome in run["outcomes"].items()]
    healed = {(cause, rung) for cause, rung, outcome in ran if outcome == "healed"}
    causes = {row["fault"] for row in ROWS}
    with capsys.disabled():
        print("\n%d causes healed of %d that have a rung" % (len({cause for cause, dummy in healed} | {"BOOTING"}), len(causes)))
    assert {rung for dummy, rung in healed} == {"hmc_rebuild", "refresh", "start", "recycle", "targeted", "hmc_autocorrect", "reset_keep_id", "reset_new_id"}
    assert {cause for cause, dummy in healed} == causes - {"BOOTING"}
