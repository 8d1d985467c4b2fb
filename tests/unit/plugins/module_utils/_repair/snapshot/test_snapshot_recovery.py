# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next run does with a restore that was cut off, at once or weeks later."""

from __future__ import annotations

import os
import shutil

import pytest
from snapshot_host import NODE_ID, sample
from snapshot_kill import killed_before
from snapshot_runs import cut_off_at, recover, refused


def cut_off(host, run, monkeypatch, after=False):
    """A restore that ends where the trees change places: before the old one is moved away, or after."""
    with monkeypatch.context() as cut:
        cut.setattr(os, "rename", cut_off_at(host.var_ct, after))
        with pytest.raises(KeyboardInterrupt):
            run(host, "restored", reidentified=True)
    host.forget_commands()


def require_untouched(host, before):
    assert host.changing_commands() == [] and host.look() == before


def test_boot_between_the_two_renames(broken, run, monkeypatch):
    """Killed there, and RSCT made itself a tree at the boot: it is set aside, kept and told, and the restore is finished."""
    cut_off(broken, run, monkeypatch, after=True)
    assert not broken.var_ct.exists()
    (broken.var_ct / "cfg").mkdir(parents=True)
    (broken.var_ct / "cfg/ct_node_id").write_text("f" * 16 + "\n")
    broken.start_rsct(node_id="f" * 16)
    result = run(broken, "restored")
    assert result["recovered"] == {"snapshot": "before", "phase": "swap", "outcome": "finished"}
    aside = [path for path in (broken.base / "var").iterdir() if "set-aside" in path.name]
    assert (aside[0] / "cfg/ct_node_id").read_text() == "f" * 16 + "\n" and str(aside[0]) in result["warnings"][0]
    shutil.rmtree(aside[0])
    broken.require_settled()
    assert broken.state()["node_id"] == NODE_ID


@pytest.mark.parametrize("state", ["present", "restored"])
def test_rsct_that_does_not_answer_does_not_keep_a_restore_undecided(broken, run, state):
    """Killed while RSCT stopped, the tree never touched: a start that fails is said once, and the work goes on."""
    before = broken.look()
    killed_before("rmcctrl -z", lambda: run(broken, "restored", reidentified=True))
    broken.change_state(deaf=True)
    broken.forget_commands()
    notes = []
    if state == "present":
        result = run(broken, "present", name="after", notes=notes)
        assert result["recovered"] == {"snapshot": "before", "phase": "stop", "outcome": "undone"}
        assert broken.changing_commands() == ["rmcctrl -A", "rmcctrl -p"]
    else:
        # An rmcd that runs and does not answer leaves it open whether there is a cluster: nothing is begun anew.
        assert refused(lambda: run(broken, "restored", reidentified=True, notes=notes)) == "cluster_unknown"
    assert "does not answer yet" in notes[0]
    assert broken.look() == before and not broken.workspace.exists()
    broken.change_state(deaf=False, answering=True)
    assert run(broken, "present", name="again")["recovered"] is None


def test_check_mode_after_a_kill_names_what_the_real_run_executes(broken, run, monkeypatch):
    cut_off(broken, run, monkeypatch)
    before = broken.look()
    would = run(broken, "restored", check_mode=True)
    assert broken.changing_commands() == [] and broken.look() == before
    done = run(broken, "restored")
    assert [action["argv"] for action in would["actions"]] == [action["argv"] for action in done["actions"]]
    assert would["recovered"] == done["recovered"]
    broken.require_settled()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1, "phase": "lunch"}', '{"schema": 2, "phase": "swap"}'])
def test_unreadable_journal_stops_everything(broken, run, text):
    broken.workspace.mkdir(mode=0o700)
    (broken.workspace / "journal.json").write_text(text)
    before = broken.look()
    for state in ("present", "restored"):
        assert refused(lambda state=state: run(broken, state, name="before", reidentified=True)) == "journal_unusable"
    assert broken.look() == before and broken.changing_commands() == []


# RSCT is stopped for it only where nothing forbids that

CLUSTER = {
    "ct_clusterinfo -c": [0, sample("aix72_ct_clusterinfo_c_cluster")],
    "lspv": [0, sample("aix72_lspv_caa_repository_disk")],
}


@pytest.mark.parametrize("answers", [{}, CLUSTER])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_snapshot_stops_nothing(broken, run, monkeypatch, answers, check_mode):
    """Cut off before the swap, and the host ran on with its old tree: a routine snapshot tells of it and changes nothing."""
    cut_off(broken, run, monkeypatch)
    broken.start_rsct(answers=answers)
    before = broken.look()
    assert refused(lambda: run(broken, "present", name="after", check_mode=check_mode)) == "restore_in_progress"
    require_untouched(broken, before)
    assert not broken.archive("after").exists()
    assert run(broken, "listed")["interrupted_restore"] == {"snapshot": "before", "phase": "swap"}
    if not answers:
        assert run(broken, "restored")["recovered"] == {"snapshot": "before", "phase": "swap", "outcome": "finished"}
        broken.require_settled()


FORBIDDEN = {
    "cluster_member": ({}, CLUSTER),
    "cluster_unknown": ({}, {"ct_clusterinfo -c": [1, "failed"]}),
    "activity_in_progress": ({}, {"ps -e -o user,pid,etime,args": [0, "root 1 03:05 /etc/init\nroot 9 01:00 /usr/sbin/mksysb -i x\n"]}),
    "unknown_state": ({}, {"ps -e -o user,pid,etime,args": [1, "failed"]}),
    "wrong_partition": ({}, {"uname -L": [0, "4 aixdb02\n"]}),
    "identity_unknown": ({}, {"uname -L": [1, "failed"]}),
    "wrong_host": ({"expected": {"machine": None, "lpar_id": 77}}, {}),
    "not_root": ({}, {"id -u": [0, "204\n"]}),
}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("code", sorted(FORBIDDEN))
def test_a_restore_is_not_finished_where_a_guard_forbids_it(broken, run, monkeypatch, code, check_mode):
    options, answers = FORBIDDEN[code]
    cut_off(broken, run, monkeypatch)
    broken.start_rsct(answers=answers)
    before, notes = broken.look(), []
    assert refused(lambda: run(broken, "restored", reidentified=True, check_mode=check_mode, notes=notes, **options)) == code
    require_untouched(broken, before)
    assert notes == ["The restore of before that was cut off in phase swap was left as it is."]
    assert run(broken, "listed")["interrupted_restore"] == {"snapshot": "before", "phase": "swap"}


def test_a_host_that_just_booted_finishes_what_the_boot_cut_off(broken, run, monkeypatch):
    """A power loss is what cut it off: that the host is up for three minutes forbids a new restore, and not the end of this one."""
    cut_off(broken, run, monkeypatch)
    broken.start_rsct(answers={"ps -e -o user,pid,etime,args": [0, "root 1 03:05 /etc/init\n"]})
    assert run(broken, "restored")["recovered"]["outcome"] == "finished"
    broken.require_settled()


def test_a_host_that_was_identified_anew_meanwhile_keeps_that(broken, run, monkeypatch):
    cut_off(broken, run, monkeypatch)
    broken.start_rsct()
    for path in (broken.node_id_file, broken.var_ct / "cfg/ct_node_id"):
        path.write_text("e" * 16 + "\n")
    before = broken.look()
    assert refused(lambda: run(broken, "restored")) == "wrong_node_id"
    require_untouched(broken, before)
    assert run(broken, "restored", reidentified=True)["recovered"]["outcome"] == "finished"
    broken.require_settled()
    assert broken.state()["node_id"] == NODE_ID


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({}, "finished"),
        ({"ps -e -o user,pid,etime,args": [1, "failed"]}, "finished"),
        ({"lspv": [1, "failed"]}, "cluster_unknown"),
        (CLUSTER, "cluster_member"),
    ],
)
def test_without_a_tree_only_rsct_may_be_silent(broken, run, monkeypatch, answers, outcome):
    """Between the two renames RSCT cannot say whether it is in a cluster; what does without it still can."""
    cut_off(broken, run, monkeypatch, after=True)
    broken.change_state(answers=answers)
    assert refused(lambda: run(broken, "present", name="after")) == "restore_in_progress"
    if outcome == "finished":
        assert run(broken, "restored")["recovered"]["outcome"] == outcome
        broken.require_settled()
    else:
        assert refused(lambda: run(broken, "restored")) == outcome
        assert broken.changing_commands() == [] and not broken.var_ct.exists()


def test_what_needs_no_stop_is_finished_by_a_snapshot_too(broken, run):
    """Killed when the restored tree was in place already: a start and a look are all that is left to do."""
    killed_before("rmcctrl -A", lambda: run(broken, "restored", reidentified=True))
    broken.forget_commands()
    assert run(broken, "present", name="after")["recovered"] == {"snapshot": "before", "phase": "swap", "outcome": "finished"}
    assert broken.changing_commands() == ["rmcctrl -A", "rmcctrl -p"]
    broken.require_settled()


def test_a_restored_tree_that_does_not_answer_is_undone_by_a_restore_only(host, run):
    (host.var_ct / "cfg/poison").write_text("")
    run(host, "present")
    host.reset_identity()
    old = host.look()
    killed_before("rmcctrl -A", lambda: run(host, "restored", reidentified=True))
    host.forget_commands()
    notes = []
    assert refused(lambda: run(host, "present", name="after", notes=notes)) == "restore_in_progress"
    assert "does not work with the restored tree" in notes[0]
    assert host.changing_commands() == ["rmcctrl -A", "rmcctrl -p"]
    assert recover(host) == {"snapshot": "before", "phase": "undo", "outcome": "undone"}
    assert host.look() == old
    host.require_settled()
