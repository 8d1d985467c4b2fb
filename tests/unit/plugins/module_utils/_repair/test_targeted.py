# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcripts of the targeted method of rmc_rekey: one trusted host, one record, or the key pair."""

from __future__ import annotations

import copy
import os
import pathlib
import stat

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._evidence import ctsthl
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, rekey, targeted
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import RepairFailed, actions
from ansible_collections.aixops.rsct.tests.unit.plugins.module_utils._repair.fake_host import HMC_ALPHA, HMC_OLD

ALPHA, OLD = "7063CR2*13A4F10", "7042CR6*10B2C3D"
BOTH = [dict(HMC_ALPHA, state="I"), dict(HMC_OLD, state="O")]


def host(**more):
    return {"trusted_host": dict({"name": "hmcalpha", "state": "present", "generation_method": "rsa1024", "identifier": "CC03"}, **more)}


def record(hmc_name, state="present", **attributes):
    return {"mcp_record": {"hmc_name": hmc_name, "state": state, "attributes": attributes or None}}


KEYS = {"key_pair": True}
# The list has the old key for the names of this host, and ctsthl -s only adds what is missing.
RENEW = ["ctskeygen -n -f", "ctsthl -d -n aixdb01", "ctsthl -d -n localhost", "ctsthl -s"]


def options_of(fake, given, saved=None):
    target = {"method": "targeted", "trusted_host": None, "mcp_record": None, "key_pair": False, "replace_node_id": None}
    where = os.path.join(fake.root, "saved")
    return fake.options(**dict(target, snapshot=saved, saved_copies=where, **given))


def having(**more):
    return lambda fake: fake.state.update(copy.deepcopy(more))


def without_keys(fake):
    for name in ("ct_has.qkf", "ct_has.pkf"):
        os.unlink(os.path.join(fake.var_ct, "cfg", name))


def one_key(fake):
    os.unlink(os.path.join(fake.var_ct, "cfg", "ct_has.qkf"))


def ctcas_runs(fake):
    fake.state["subsystems"]["ctcas"][1] = "active"


TRANSCRIPTS = {
    "host: replaced": (having(), host(), ["ctsthl -a -n hmcalpha -m rsa1024 -p cc03", "rmcctrl -p"]),
    "host: added": (having(), host(name="hmcbeta"), ["ctsthl -a -n hmcbeta -m rsa1024 -p cc03", "rmcctrl -p"]),
    "host: as wanted": (having(), host(identifier="BB02"), []),
    "host: removed": (having(), host(state="absent", identifier=None), ["ctsthl -d -n hmcalpha", "rmcctrl -p"]),
    "host: not there": (having(), host(name="hmcbeta", state="absent", identifier=None), []),
    "record: corrected": (
        having(hmcs=[dict(HMC_OLD, state="O")]),
        record(OLD, HMCName=ALPHA, KeyToken="hmcalpha"),
        ['chrsrc -s HMCName == "' + OLD + '" IBM.MCP HMCName="' + ALPHA + '" KeyToken="hmcalpha"', "rmcctrl -p"],
    ),
    "record: one of two with the same name": (
        having(hmcs=[dict(HMC_OLD, state="O"), dict(HMC_OLD, state="O", name="192.0.2.12")]),
        {"mcp_record": {"hmc_name": OLD, "hmc_ip_addr": "192.0.2.12", "state": "present", "attributes": {"HMCName": ALPHA}}},
        ['chrsrc -s HMCName == "' + OLD + '" && HMCIPAddr == "192.0.2.12" IBM.MCP HMCName="' + ALPHA + '"', "rmcctrl -p"],
    ),
    "keys: in order and an HMC is up": (having(hmcs=[BOTH[0]]), KEYS, []),
    "keys: in order and an HMC is up, forced": (having(hmcs=[BOTH[0]]), dict(KEYS, force=True), RENEW + ["rmcctrl -p"]),
    "keys: an HMC is up, but a key is missing": (
        lambda fake: (fake.state.update(hmcs=copy.deepcopy([BOTH[0]])), one_key(fake)),
        KEYS,
        RENEW + ["rmcctrl -p"],
    ),
    "record: as wanted": (having(), record(ALPHA, KeyToken="hmcalpha"), []),
    "record: corrected before": (having(), record(OLD, HMCName=ALPHA), []),
    "record: residue removed": (having(hmcs=BOTH), record(OLD, "absent"), ['rmrsrc -s HMCName == "' + OLD + '" IBM.MCP', "rmcctrl -p"]),
    "record: residue of an HMC that was installed anew": (
        having(hmcs=[BOTH[0], dict(HMC_ALPHA, node="00000000000000ff", state="O")]),
        {"mcp_record": {"hmc_name": ALPHA, "node_id": "00000000000000ff", "state": "absent", "attributes": None}},
        ['rmrsrc -s HMCName == "' + ALPHA + '" && NodeID == 255 IBM.MCP', "rmcctrl -p"],
    ),
    "record: gone already": (having(), record(OLD, "absent"), []),
    "keys: new pair": (having(), KEYS, RENEW + ["rmcctrl -p"]),
    "keys: one was missing": (one_key, KEYS, RENEW + ["rmcctrl -p"]),
    "keys: there were none": (without_keys, KEYS, ["ctskeygen -n"] + RENEW[1:] + ["rmcctrl -p"]),
    "keys: ctcas takes them over": (
        ctcas_runs,
        KEYS,
        RENEW + ["stopsrc -s ctcas", "startsrc -s ctcas", "rmcctrl -p"],
    ),
}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcript(name, fake, clock, runner, which, saved):
    prepare, given, commands = TRANSCRIPTS[name]
    prepare(fake)
    assert targeted.invalid(options_of(fake, given, saved)) is None
    result = rekey.repair(runner, options_of(fake, given, saved), clock, which)
    assert fake.changed() == commands
    assert result["changed"] is bool(commands)
    assert bool(result.get("saved_copy")) is bool(commands)
    if commands and not given.get("key_pair"):
        assert rekey.repair(runner, options_of(fake, given, saved), clock, which)["changed"] is False
        assert fake.changed() == commands


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_check_mode_names_exactly_what_the_real_run_executes(name, fake, clock, which, saved):
    prepare, given, commands = TRANSCRIPTS[name]
    prepare(fake)
    checking = _command.Runner(check_mode=True)
    result = rekey.repair(checking, options_of(fake, given, saved), clock, which)
    assert fake.changed() == []
    assert [" ".join(entry["argv"]) for entry in actions(checking)] == commands
    assert result["changed"] is bool(commands)
    assert not os.path.exists(os.path.join(fake.root, "saved"))


def test_the_saved_copy_holds_what_was_there_and_is_private(fake, clock, runner, which, saved):
    result = rekey.repair(runner, options_of(fake, host(), saved), clock, which)
    path = pathlib.Path(result["saved_copy"])
    assert ctsthl.parse(path.read_text(encoding="utf-8"))["hmcalpha"]["identifier"] == "bb02"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_key_files_are_not_copied_anywhere(fake, clock, runner, which, saved):
    result = rekey.repair(runner, options_of(fake, KEYS, saved), clock, which)
    assert "ct_has.qkf" not in pathlib.Path(result["saved_copy"]).read_text(encoding="utf-8")


def down(fake):
    fake.state["subsystems"]["ctrmc"][1] = "inoperative"


def in_cluster(fake):
    fake.state["answers"]["ct_clusterinfo -c"] = [0, "dbpair_dom\n", "", "ok"]


def list_unreadable(fake):
    fake.state["answers"]["ctsthl -l"] = [None, "", "", "timeout"]


def others_can_write(fake):
    os.mkdir(os.path.join(fake.root, "saved"))
    os.chmod(os.path.join(fake.root, "saved"), 0o777)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("reason", "prepare", "given", "snapshot"),
    [
        ("no_snapshot", having(), host(), None),
        ("no_snapshot", having(hmcs=BOTH), record(OLD, "absent"), None),
        ("no_snapshot", having(), KEYS, None),
        ("cluster_member", in_cluster, host(), "given"),
        ("cluster_member", in_cluster, KEYS, "given"),
        ("ctrmc_down", down, host(), "given"),
        ("unknown_state", list_unreadable, host(), "given"),
        ("record_unclear", having(), record(OLD, HMCName="V4c19d7*b3e2a58"), "given"),
        ("record_unclear", having(hmcs=[BOTH[0], BOTH[0]]), record(ALPHA, KeyToken="x"), "given"),
        ("record_in_use", having(hmcs=BOTH), record(ALPHA, "absent"), "given"),
        ("record_in_use", having(), record(ALPHA, "absent"), "given"),
        ("active_on_hmc", having(hmcs=BOTH), dict(KEYS, force=True), "given"),
    ],
)
def test_refused_and_nothing_ran(reason, prepare, given, snapshot, check_mode, fake, clock, which, saved):
    prepare(fake)
    runner = _command.Runner(check_mode=check_mode)
    with pytest.raises(guards.Refused) as refused:
        rekey.repair(runner, options_of(fake, given, snapshot), clock, which)
    assert refused.value.result()["refusal"]["reason"] == reason
    assert fake.changed() == [] and actions(runner) == []
    assert not os.path.exists(os.path.join(fake.root, "saved"))


def test_refused_when_the_copy_cannot_be_kept_safe(fake, clock, runner, which, saved):
    others_can_write(fake)
    with pytest.raises(guards.Refused) as refused:
        rekey.repair(runner, options_of(fake, host(), saved), clock, which)
    assert refused.value.result()["refusal"]["reason"] == "unsafe_directory"
    assert fake.changed() == []


def test_a_change_that_did_not_take_is_a_failure(fake, clock, runner, which, saved):
    fake.state["answers"] = {"ctsthl -a -n hmcalpha -m rsa1024 -p cc03": [0, "", "", "ok"]}
    with pytest.raises(RepairFailed, match="not as wanted") as failure:
        rekey.repair(runner, options_of(fake, host(), saved), clock, which)
    assert failure.value.result["saved_copy"]


def pair_broken(fake):
    """ctskeygen wrote the public key only."""
    def ctskeygen(args):
        if args[0] == "-d":
            return 0, "1204000000{0:02x}\n".format(fake.state["key"])
        fake.state["key"] += 1
        with open(os.path.join(fake.var_ct, "cfg", "ct_has.qkf"), encoding="ascii") as stream:
            private = stream.read()
        fake.write_keys()
        with open(os.path.join(fake.var_ct, "cfg", "ct_has.qkf"), "w", encoding="ascii") as stream:
            stream.write(private)
        return 0, ""

    fake._ctskeygen = ctskeygen


def answering(*lines):
    return lambda fake: fake.state["answers"].update({line: [0, "", "", "ok"] for line in lines})


UNVERIFIED = {
    "the keys are not a pair": (pair_broken, "the keys are not in pair"),
    "ctskeygen did nothing": (answering("ctskeygen -n -f"), "ctskeygen -d shows the old public key"),
    "ctsthl did nothing": (
        answering("ctsthl -s", "ctsthl -d -n aixdb01", "ctsthl -d -n localhost"),
        "Attention for localhost; the trusted host list has another key for aixdb01",
    ),
    "ctsthl -s adds nothing": (answering("ctsthl -s"), "ctsvhbac: Attention for aixdb01"),
}


@pytest.mark.parametrize("name", UNVERIFIED)
def test_a_new_pair_that_does_not_serve_is_a_failure(name, fake, clock, runner, which, saved):
    spoil, told = UNVERIFIED[name]
    spoil(fake)
    with pytest.raises(RepairFailed, match=told) as failure:
        rekey.repair(runner, options_of(fake, KEYS, saved), clock, which)
    assert failure.value.result["changed"] is True


def test_an_old_entry_is_found_by_its_key_and_an_odd_one_by_its_name(fake, clock, runner, which, saved):
    fake.state["trusted"].update({"192.0.2.21": fake.state["trusted"]["aixdb01"], "localhost": "120499"})
    rekey.repair(runner, options_of(fake, KEYS, saved), clock, which)
    assert fake.changed()[1:-2] == ["ctsthl -d -n aixdb01", "ctsthl -d -n localhost", "ctsthl -d -n 192.0.2.21"]
    assert fake.state["trusted"]["hmcalpha"] == "bb02"


def test_a_new_pair_is_not_made_where_it_could_not_be_verified(fake, clock, runner, which, saved):
    with pytest.raises(guards.Refused, match="RSCT is not completely installed"):
        rekey.repair(runner, options_of(fake, KEYS, saved), clock, lambda name: None if name == "ctsvhbac" else which(name))
    assert fake.changed() == []


@pytest.mark.parametrize(
    ("given", "command"), [(host(state="absent", identifier=None), "ctsthl -l"), (record(OLD, "absent"), "lsrsrc IBM.MCP")]
)
def test_a_list_that_does_not_answer_is_no_proof_that_something_is_gone(given, command, fake, clock, runner, which, saved):
    fake.state["hmcs"] = copy.deepcopy(BOTH)
    change = fake._ctsthl if command == "ctsthl -l" else fake._rmrsrc

    def changed(args):
        reply = change(args)
        if args[0] != "-l":
            fake.state["answers"][command] = [None, "", "", "timeout"]
        return reply

    setattr(fake, change.__name__, changed)
    with pytest.raises(RepairFailed, match=command + " gave no answer"):
        rekey.repair(runner, options_of(fake, given, saved), clock, which)


@pytest.mark.parametrize(
    "given",
    [
        {},
        dict(host(), **KEYS),
        dict(host(), method="reset_keep_id"),
        dict(method="reset_new_id", replace_node_id="5D1C7A90E3F2B864"),
        dict(method="reset_new_id", replace_node_id="5d1c"),
        host(name="hmc alpha"),
        host(name="-l"),
        host(name="hmcalpha\n"),
        host(identifier=None),
        host(identifier="xyz"),
        record('x" || HMCName != "'),
        record(ALPHA),
        {"mcp_record": {"hmc_name": ALPHA, "hmc_ip_addr": '" || 1 == 1', "state": "absent", "attributes": None}},
        {"mcp_record": {"hmc_name": ALPHA, "node_id": "ff", "state": "absent", "attributes": None}},
        record(ALPHA, NodeNameList="x"),
        record(ALPHA, KeyToken='x" NodeID="1'),
        record(ALPHA, NodeID="many"),
        record(ALPHA, IPAddresses=["192.0.2.11", '"']),
    ],
)
def test_options_that_make_no_sense(given, fake):
    options = fake.options(**dict({"method": "targeted", "trusted_host": None, "mcp_record": None, "key_pair": False, "replace_node_id": None}, **given))
    assert targeted.invalid(options)


def test_values_are_written_as_chrsrc_takes_them():
    assert targeted.written("hmcalpha") == '"hmcalpha"'
    assert targeted.written(["192.0.2.11", "2001:db8::1"]) == '{"192.0.2.11","2001:db8::1"}'
    assert targeted.written(8880695770645452870) == "8880695770645452870"
