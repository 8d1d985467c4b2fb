# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import gzip
import hashlib
import os
import stat

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._repair import ctsnap, guards
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import RepairFailed, actions

STEM = "ctsnap.aixdb01.11161039"


@pytest.fixture
def dest(fake):
    return os.path.join(fake.root, "ctsnap")


def options_of(dest, **more):
    return dict({"dest": dest, "runrpttr": False, "min_free_mb": 512, "deadline": 1800}, **more)


def leaving(fake, monkeypatch, reply=(0, ""), **contents):
    """Let ctsnap leave such files: suffix (tar_Z for .tar.Z) -> content."""

    def run(args):
        for suffix, content in contents.items():
            with open(os.path.join(args[-1], STEM + "." + suffix.replace("_", ".")), "wb") as stream:
                stream.write(content)
        return reply

    monkeypatch.setattr(fake, "_ctsnap", run)


def test_collected(fake, clock, runner, which, dest):
    result = ctsnap.gather(runner, options_of(dest), clock, which)
    assert fake.changed() == ["ctsnap -d " + dest]
    content = gzip.compress(b"everything", mtime=0)
    assert result["archive"] == os.path.join(dest, STEM + ".tar.gz")
    assert (result["size"], result["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert result["log"] == os.path.join(dest, STEM + ".log")
    assert (result["rc"], result["changed"]) == (0, True)
    assert stat.S_IMODE(os.stat(dest).st_mode) == 0o700


def test_with_traces(fake, clock, runner, which, dest):
    ctsnap.gather(runner, options_of(dest, runrpttr=True), clock, which)
    assert fake.changed() == ["ctsnap -x runrpttr -d " + dest]


@pytest.mark.parametrize("reply", [(0, ""), (1, "odd\n")])
def test_the_other_suffix_whatever_the_exit_code(reply, fake, clock, runner, which, dest, monkeypatch):
    leaving(fake, monkeypatch, reply, tar_Z=b"\x1f\x9d\x90everything", log=b"")
    result = ctsnap.gather(runner, options_of(dest), clock, which)
    assert result["archive"].endswith(".tar.Z") and result["rc"] == reply[0]


def test_an_older_archive_is_not_taken_for_the_new_one(fake, clock, runner, which, dest, monkeypatch):
    ctsnap.gather(runner, options_of(dest), clock, which)
    leaving(fake, monkeypatch)
    with pytest.raises(RepairFailed, match="left no archive"):
        ctsnap.gather(runner, options_of(dest), clock, which)
    assert os.path.exists(os.path.join(dest, STEM + ".tar.gz"))


BROKEN = {
    "empty": {"tar_gz": b""},
    "cut short": {"tar_gz": gzip.compress(b"everything" * 1000)[:-12]},
    "not an archive": {"tar_Z": b"ctsnap: no space"},
    "no archive": {},
}


@pytest.mark.parametrize("name", BROKEN)
def test_unfinished_output_is_removed_and_the_log_kept(name, fake, clock, runner, which, dest, monkeypatch):
    leaving(fake, monkeypatch, log=b"it went wrong\n", **BROKEN[name])
    with pytest.raises(RepairFailed) as failure:
        ctsnap.gather(runner, options_of(dest), clock, which)
    assert os.listdir(dest) == [STEM + ".log"]
    assert failure.value.result["log"] == os.path.join(dest, STEM + ".log")


def test_stopped_at_the_deadline(fake, clock, runner, which, dest, monkeypatch):
    whole = fake.run

    def run(argv, deadline, **more):
        result = whole(argv, deadline, **more)
        if argv[0] == "ctsnap":
            assert deadline == 1800
            result.outcome, result.rc = "timeout", None
        return result

    monkeypatch.setattr(_command, "run", run)
    with pytest.raises(RepairFailed, match="did not end in time"):
        ctsnap.gather(runner, options_of(dest), clock, which)
    assert os.listdir(dest) == [STEM + ".log"]


def test_nothing_is_left_when_nothing_was_made(fake, clock, runner, which, dest, monkeypatch):
    leaving(fake, monkeypatch, reply=(1, "no\n"))
    with pytest.raises(RepairFailed, match="rc 1: no") as failure:
        ctsnap.gather(runner, options_of(dest), clock, which)
    assert not os.path.exists(dest) and failure.value.result["changed"] is False


def test_the_tree_of_a_run_that_was_stopped_is_removed(fake, clock, runner, which, dest, monkeypatch):
    def run(args):
        os.makedirs(os.path.join(args[-1], STEM, "var", "ct"))
        os.symlink("/", os.path.join(args[-1], STEM, "root"))
        return 1, "killed\n"

    monkeypatch.setattr(fake, "_ctsnap", run)
    with pytest.raises(RepairFailed):
        ctsnap.gather(runner, options_of(dest), clock, which)
    assert not os.path.exists(dest)


def planted_link(dest, elsewhere):
    os.symlink(elsewhere, dest)


def planted_directory(dest, _elsewhere):
    os.mkdir(dest)
    os.chmod(dest, 0o777)


@pytest.mark.parametrize("plant", [planted_link, planted_directory])
@pytest.mark.parametrize("slash", ["", "/"])
def test_what_somebody_puts_there_after_the_first_look_is_refused(plant, slash, fake, clock, runner, which, dest, monkeypatch):
    whole, elsewhere = fake._df, os.path.join(fake.root, "elsewhere")
    os.mkdir(elsewhere, 0o700)

    def df(args):
        plant(dest, elsewhere)
        return whole(args)

    monkeypatch.setattr(fake, "_df", df)
    with pytest.raises(guards.Refused) as refused:
        ctsnap.gather(runner, options_of(dest + slash), clock, which)
    assert refused.value.result()["refusal"]["reason"] == "unsafe_directory"
    assert fake.changed() == [] and os.listdir(dest) == []


def test_a_directory_further_down_is_made(fake, clock, runner, which, dest):
    dest = os.path.join(dest, "one", "two")
    assert ctsnap.gather(runner, options_of(dest), clock, which)["archive"].startswith(dest)


def test_what_others_left_there_stays(fake, clock, runner, which, dest, monkeypatch):
    os.mkdir(dest, 0o700)
    for name in ("notes.txt", "ctsnap.old.1.tar.Z"):
        open(os.path.join(dest, name), "wb").close()
    leaving(fake, monkeypatch, tar_gz=b"")
    with pytest.raises(RepairFailed):
        ctsnap.gather(runner, options_of(dest), clock, which)
    assert sorted(os.listdir(dest)) == ["ctsnap.old.1.tar.Z", "notes.txt"]


def link(_fake, dest):
    os.symlink("/", dest)


def a_link_to_its_own_directory(fake, dest):
    os.mkdir(os.path.join(fake.root, "elsewhere"), 0o700)
    os.symlink(os.path.join(fake.root, "elsewhere"), dest)


def writable_by_others(_fake, dest):
    os.mkdir(dest)
    os.chmod(dest, 0o777)


def a_file(_fake, dest):
    open(dest, "wb").close()


def full(fake, _dest):
    fake.state["used"] = 95


def df_hangs(fake, _dest):
    fake.state["answers"]["df -Pk " + fake.root] = [None, "", "", "timeout"]


def not_root(fake, _dest):
    fake.state["uid"] = 204


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("reason", "prepare"),
    [
        ("unsafe_directory", link),
        ("unsafe_directory", a_link_to_its_own_directory),
        ("unsafe_directory", writable_by_others),
        ("unsafe_directory", a_file),
        ("filesystem_full", full),
        ("filesystem_full", df_hangs),
        ("not_root", not_root),
    ],
)
def test_refused_and_nothing_ran(reason, prepare, check_mode, fake, clock, which, dest):
    prepare(fake, dest)
    runner = _command.Runner(check_mode=check_mode)
    with pytest.raises(guards.Refused) as refused:
        ctsnap.gather(runner, options_of(dest + "/"), clock, which)
    assert refused.value.result()["refusal"]["reason"] == reason
    assert fake.changed() == [] and actions(runner) == []


def test_check_mode(fake, clock, which, dest):
    runner = _command.Runner(check_mode=True)
    result = ctsnap.gather(runner, options_of(dest), clock, which)
    assert result["changed"] is True and result["archive"] is None
    assert actions(runner)[0]["argv"] == ["ctsnap", "-d", dest] and actions(runner)[0]["outcome"] == "would_run"
    assert fake.changed() == [] and not os.path.exists(dest)
