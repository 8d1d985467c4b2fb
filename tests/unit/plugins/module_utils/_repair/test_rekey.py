# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts of the reset methods of rmc_rekey, and what they promise."""

from __future__ import annotations

import os

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, rekey
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import RepairFailed, actions
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import HMC_ALPHA, HMC_OLD, NEW_NODE_ID, NODE_ID

UP = [dict(HMC_ALPHA, state="I")]
KEEP = ["recfgct -s", "rmcctrl -p"]
NEW = ["recfgct", "rmcctrl -p"]
FAILED = [1, "", "2645-000 It failed.\n", "failed"]


def options_of(fake, given, saved=None):
    defaults = {"trusted_host": None, "mcp_record": None, "key_pair": False, "replace_node_id": None, "ready_timeout": 40, "snapshot": saved}
    return fake.options(**{**defaults, **given})


def healthy(fake):
    fake.state["hmcs"] = [dict(hmc) for hmc in UP]


def key_empty(fake):
    healthy(fake)
    os.truncate(os.path.join(fake.var_ct, "cfg", "ct_has.qkf"), 0)


def keys_not_a_pair(fake):
    os.chmod(os.path.join(fake.var_ct, "cfg", "ct_has.pkf"), 0o644)
    with open(os.path.join(fake.var_ct, "cfg", "ct_has.pkf"), "w", encoding="ascii") as stream:
        stream.write("ct_has.pkf 99\n")


def copies_differ(fake):
    healthy(fake)
    with open(os.path.join(fake.var_ct, "cfg", "ct_node_id"), "w", encoding="ascii") as stream:
        stream.write("0a1b2c3d4e5f6071\n")


def no_id_at_all(fake):
    os.unlink(fake.node_id_file)
    os.unlink(os.path.join(fake.var_ct, "cfg", "ct_node_id"))


def key_missing(fake):
    healthy(fake)
    os.unlink(os.path.join(fake.var_ct, "cfg", "ct_has.pkf"))


def key_open(fake):
    healthy(fake)
    os.chmod(os.path.join(fake.var_ct, "cfg", "ct_has.qkf"), 0o640)


def as_built(_fake):
    """No HMC is up, everything else is in order."""


TRANSCRIPTS = {
    "keep: no HMC up": (as_built, {"method": "reset_keep_id"}, KEEP),
    "keep: nothing wrong": (healthy, {"method": "reset_keep_id"}, []),
    "keep: nothing wrong, forced": (healthy, {"method": "reset_keep_id", "force": True}, KEEP),
    "keep: copies of the node id differ": (copies_differ, {"method": "reset_keep_id"}, KEEP),
    "keep: a key is missing": (key_missing, {"method": "reset_keep_id"}, KEEP),
    "keep: the private key is readable": (key_open, {"method": "reset_keep_id"}, KEEP),
    "keep: the private key is empty": (key_empty, {"method": "reset_keep_id"}, KEEP),
    "new: the duplicate, down": (as_built, {"method": "reset_new_id", "replace_node_id": NODE_ID}, NEW),
    "new: the duplicate, up at the moment": (healthy, {"method": "reset_new_id", "replace_node_id": NODE_ID}, NEW),
    "new: another id already": (as_built, {"method": "reset_new_id", "replace_node_id": "0a1b2c3d4e5f6071"}, []),
    "new: copies differ": (copies_differ, {"method": "reset_new_id"}, NEW),
    "new: copies differ, one named": (copies_differ, {"method": "reset_new_id", "replace_node_id": NODE_ID}, NEW),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcript(name, fake, clock, runner, which, saved):
    prepare, given, commands = TRANSCRIPTS[name]
    prepare(fake)
    result = rekey.repair(runner, options_of(fake, given, saved), clock, which)
    assert fake.changed() == commands
    assert result["changed"] is bool(commands)
    if commands:
        now = NODE_ID if given["method"] == "reset_keep_id" else NEW_NODE_ID
        assert result["after"]["node_id"] == {"live": now, "etc": now, "var_ct": now}
        assert result["after"]["keys"] == {"private": "0600", "public": "0444", "trusted_host_list": "0444"}
        assert bool(result["problems"]) is not given.get("force", False)


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_check_mode_names_exactly_what_the_real_run_executes(name, fake, clock, which, saved):
    prepare, given, commands = TRANSCRIPTS[name]
    prepare(fake)
    checking = _command.Runner(check_mode=True)
    result = rekey.repair(checking, options_of(fake, given, saved), clock, which)
    assert fake.changed() == []
    assert [" ".join(entry["argv"]) for entry in actions(checking)] == commands
    assert result["changed"] is bool(commands)


def test_a_second_run_changes_nothing(fake, clock, runner, which, saved):
    given = {"method": "reset_new_id", "replace_node_id": NODE_ID}
    rekey.repair(runner, options_of(fake, given, saved), clock, which)
    assert rekey.repair(runner, options_of(fake, given, saved), clock, which)["changed"] is False
    fake.state["rmcd_age"] = "00:40"
    assert rekey.repair(runner, options_of(fake, {"method": "reset_keep_id"}, saved), clock, which)["changed"] is False
    assert fake.changed() == NEW


def member_of_peer_domain(fake):
    text = "Name       OpState RSCTActiveVersion MixedVersions TSPort GSPort \ndbpair_dom Offline 3.2.5.2 No 12347 12348\n"
    fake.state["answers"]["lsrpdomain"] = [0, text, "", "ok"]


def node_id_in_cluster0(fake):
    fake.state["answers"]["odmget -q name=cluster0 CuAt"] = [0, '\nCuAt:\n\tname = "cluster0"\n\tattribute = "node_uuid"\n', "", "ok"]


def lssrc_hangs(fake):
    fake.state["answers"]["lssrc -a"] = [None, "", "", "timeout"]


def one_of_two_up(fake):
    fake.state["hmcs"] = [dict(HMC_ALPHA, state="I"), dict(HMC_OLD, state="O")]


REFUSED = [
    ("cluster_member", member_of_peer_domain, {"method": "reset_keep_id", "force": True}),
    ("cluster_member", member_of_peer_domain, {"method": "reset_new_id", "replace_node_id": NODE_ID}),
    ("cluster_member", node_id_in_cluster0, {"method": "reset_new_id", "replace_node_id": NODE_ID}),
    ("cluster_unknown", lssrc_hangs, {"method": "reset_keep_id"}),
    ("no_snapshot", as_built, {"method": "reset_keep_id"}),
    ("no_snapshot", as_built, {"method": "reset_new_id", "replace_node_id": NODE_ID}),
    ("node_id_not_named", as_built, {"method": "reset_new_id"}),
    ("node_id_not_named", as_built, {"method": "reset_new_id", "replace_node_id": "0a1b2c3d4e5f6071", "force": True}),
    ("node_id_not_named", copies_differ, {"method": "reset_new_id", "replace_node_id": "ffffffffffffffff"}),
    ("node_id_unclear", no_id_at_all, {"method": "reset_keep_id"}),
    ("active_on_hmc", one_of_two_up, {"method": "reset_keep_id", "force": True}),
]


@pytest.mark.parametrize("override", [None, {"host": os.uname()[1], "ticket": "CHG0042"}])
@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("reason", "prepare", "given"), REFUSED)
def test_refused_and_nothing_ran(reason, prepare, given, check_mode, override, fake, clock, which):
    prepare(fake)
    runner = _command.Runner(check_mode=check_mode)
    with pytest.raises(guards.Refused) as refused:
        rekey.repair(runner, options_of(fake, dict(given, cluster_override=override)), clock, which)
    assert refused.value.result()["refusal"]["reason"] == reason
    assert fake.changed() == [] and actions(runner) == []


def test_a_new_id_for_a_host_without_one_needs_no_name(fake, clock, runner, which, saved):
    """The fake recfgct reads the persistent copy, so only the working copy is gone here."""
    os.unlink(os.path.join(fake.var_ct, "cfg", "ct_node_id"))
    assert rekey.repair(runner, options_of(fake, {"method": "reset_new_id"}, saved), clock, which)["changed"] is True


BROKEN = {
    "the id changed": ("reset_keep_id", lambda fake: fake.write_node_id(NEW_NODE_ID), "the node id changed from"),
    "the id stayed": ("reset_new_id", lambda fake: fake.write_node_id(NODE_ID), "which is no new one"),
    "the copies differ": ("reset_keep_id", copies_differ, "the copies of the node id differ"),
    "no keys": ("reset_keep_id", key_missing, "ct_has.pkf is missing"),
    "a readable private key": ("reset_keep_id", key_open, "ct_has.qkf has mode 0640"),
    "an empty private key": ("reset_keep_id", key_empty, "ct_has.qkf is empty"),
    "keys of two pairs": ("reset_keep_id", keys_not_a_pair, "the keys are not in pair"),
    "no entry for this host": ("reset_keep_id", lambda fake: fake.state["trusted"].clear(), "ctsvhbac: Attention for aixdb01"),
    "ctsvhbac does not answer": (
        "reset_keep_id",
        lambda fake: fake.state["answers"].update(ctsvhbac=[None, "", "", "timeout"]),
        "ctsvhbac gave no answer",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_a_failure(name, fake, clock, runner, which, saved, monkeypatch):
    method, spoil, message = BROKEN[name]
    whole = fake._recfgct

    def recfgct(args):
        reply = whole(args)
        spoil(fake)
        return reply

    monkeypatch.setattr(fake, "_recfgct", recfgct)
    with pytest.raises(RepairFailed, match=message) as failure:
        rekey.repair(runner, options_of(fake, {"method": method, "replace_node_id": NODE_ID}, saved), clock, which)
    assert failure.value.result["changed"] is True
    assert failure.value.result["before"]["node_id"]["etc"] == NODE_ID


def test_keys_that_come_late_are_waited_for(fake, clock, runner, which, saved, monkeypatch):
    whole = fake._recfgct
    path = os.path.join(fake.var_ct, "cfg", "ct_has.pkf")

    def recfgct(args):
        reply = whole(args)
        os.rename(path, path + ".later")
        return reply

    def sleep(_seconds):
        os.rename(path + ".later", path)

    monkeypatch.setattr(fake, "_recfgct", recfgct)
    clock.sleep = sleep
    rekey.repair(runner, options_of(fake, {"method": "reset_keep_id"}, saved), clock, which)


def test_ctrmc_is_brought_up_when_recfgct_fails(fake, clock, runner, which, saved, monkeypatch):
    def recfgct(_args):
        fake.state["subsystems"]["ctrmc"][1] = "inoperative"
        return 1, "Cannot run.\n"

    monkeypatch.setattr(fake, "_recfgct", recfgct)
    with pytest.raises(RepairFailed, match="ctrmc was down and was started again") as failure:
        rekey.repair(runner, options_of(fake, {"method": "reset_keep_id"}, saved), clock, which)
    assert fake.changed() == ["recfgct -s", "rmcctrl -A", "rmcctrl -p"]
    assert failure.value.result["recovery"]["ctrmc"] == "active"


def test_remote_clients_are_enabled_although_rmcd_answers_late(fake, clock, runner, which, saved):
    fake.state["looks_until_ready"] = 25
    with pytest.raises(RepairFailed, match="rmcd did not answer lsrsrc within 40 s after recfgct -s. ctrmc is running.$"):
        rekey.repair(runner, options_of(fake, {"method": "reset_keep_id"}, saved), clock, which)
    assert fake.changed() == KEEP


def test_refused_by_recfgct_itself(fake, clock, runner, which, saved):
    text = "Cannot run if an online Peer Domain exists (see output of lsrpdomain).\n"
    fake.state["answers"] = {"recfgct -s": [1, "", text, "failed"]}
    with pytest.raises(RepairFailed, match="online Peer Domain"):
        rekey.repair(runner, options_of(fake, {"method": "reset_keep_id"}, saved), clock, which)
    assert fake.changed() == ["recfgct -s"]


def test_remote_clients_are_enabled_when_recfgct_failed_half_way(fake, clock, runner, which, saved):
    fake.state.update(remote=False, answers={"recfgct -s": FAILED})
    with pytest.raises(RepairFailed, match="ctrmc is running.$"):
        rekey.repair(runner, options_of(fake, {"method": "reset_keep_id"}, saved), clock, which)
    assert fake.changed() == KEEP
