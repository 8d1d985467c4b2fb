# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import types

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._repair import keys


def path(fake, name):
    return os.path.join(fake.var_ct, "cfg", name)


def test_keys_as_rsct_makes_them(fake, runner):
    assert keys.problems(fake.var_ct) == []
    assert keys.broken(runner, fake.var_ct) == []
    assert not any(entry["changed"] for entry in runner.trace)


def emptied(fake, name):
    os.truncate(path(fake, name), 0)


def a_link(fake, name):
    os.rename(path(fake, name), path(fake, "elsewhere"))
    os.symlink("elsewhere", path(fake, name))


def gone(fake, name):
    os.unlink(path(fake, name))


def open_to_all(fake, name):
    os.chmod(path(fake, name), 0o666)


SPOILT = [(emptied, "is empty"), (a_link, "is no regular file"), (gone, "is missing"), (open_to_all, "has mode 0666")]


@pytest.mark.parametrize("name", keys.KEY_FILES.values())
@pytest.mark.parametrize(("spoil", "told"), SPOILT)
def test_a_spoilt_file(spoil, told, name, fake, runner):
    spoil(fake, name)
    assert keys.problems(fake.var_ct) == keys.broken(runner, fake.var_ct) == ["{0} {1}".format(name, told)]


@pytest.mark.parametrize(("running", "owner", "problem"), [(0, 0, False), (0, 12345, True), (12345, 12345, False), (12345, 0, False), (204, 12345, True)])
def test_the_owner_is_root_or_who_runs_this(running, owner, problem, fake, monkeypatch):
    status = types.SimpleNamespace(st_mode=0o100600, st_size=600, st_uid=owner)
    monkeypatch.setattr(keys.os, "geteuid", lambda: running)
    assert keys._problem("private", "ct_has.qkf", status) == ("ct_has.qkf belongs to user 12345" if problem else None)


def not_a_pair(fake):
    os.chmod(path(fake, "ct_has.pkf"), 0o644)
    with open(path(fake, "ct_has.pkf"), "w", encoding="ascii") as stream:
        stream.write("ct_has.pkf 99\n")


def answering(rc, text, outcome):
    return lambda fake: fake.state["answers"].update({"ctsvhbac": [rc, text, "", outcome]})


BROKEN = {
    "keys of two pairs": (not_a_pair, "ctsvhbac: the keys are not in pair"),
    "an old key for this host": (lambda fake: fake.state["trusted"].update(localhost="120400"), "ctsvhbac: Attention for localhost"),
    "no answer": (answering(None, "Key Parity: Public and private keys are in pair\nStatus: Available\n", "timeout"), "ctsvhbac gave no answer"),
    "killed": (answering(-9, "Key Parity: Public and private keys are in pair\nStatus: Available\n", "failed"), "ctsvhbac gave no answer"),
    "not understood": (answering(0, "everything is fine\n", "ok"), "ctsvhbac does not tell whether the keys are in pair"),
    "return code 1": (
        answering(1, "Key Parity: Public and private keys are in pair\nIdentity: aixdb01\n  Status: Attention\n", "failed"),
        "ctsvhbac: Attention for aixdb01",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_ctsvhbac_has_against_keys_whose_files_are_in_order(name, fake, runner):
    spoil, told = BROKEN[name]
    spoil(fake)
    assert told in keys.broken(runner, fake.var_ct)
