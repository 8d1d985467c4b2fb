# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat

import pytest
from ansible_collections.aixops.rsct.plugins.module_utils._append import append


def test_the_file_is_made_for_its_owner(tmp_path):
    append(str(tmp_path / "log"), ["one", "tw\u00f6"])
    assert (tmp_path / "log").read_text(encoding="utf-8") == "one\ntw\u00f6\n"
    assert stat.S_IMODE(os.stat(tmp_path / "log").st_mode) == 0o600


def test_a_line_that_goes_out_in_pieces_is_whole(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:3]))
    append(str(tmp_path / "log"), ["a long line", "another one"])
    assert (tmp_path / "log").read_text(encoding="utf-8") == "a long line\nanother one\n"


def test_a_line_that_was_cut_off_does_not_spoil_the_next_one(tmp_path, monkeypatch):
    write, room = os.write, [5]

    def until_full(handle, data):
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = write(handle, data[: room[0]])
        room[0] -= written
        return written

    with monkeypatch.context() as full:
        full.setattr(os, "write", until_full)
        with pytest.raises(OSError, match="No space left"):
            append(str(tmp_path / "log"), ["a long line"])
    append(str(tmp_path / "log"), ["the next"])
    append(str(tmp_path / "log"), ["and one more"])
    assert (tmp_path / "log").read_text(encoding="utf-8") == "a lon\nthe next\nand one more\n"


def make(path, mode=0o600):
    path.write_text("old\n", encoding="utf-8")
    path.chmod(mode)


def fifo(path):
    os.mkfifo(path, 0o600)


def link(path):
    make(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def two_names(path):
    make(path)
    os.link(path, path.with_name("elsewhere"))


@pytest.mark.parametrize("private", [False, True])
def test_a_fifo_does_not_hold_it_up(private, tmp_path):
    fifo(tmp_path / "log")
    with pytest.raises(OSError, match="no regular file"):
        append(str(tmp_path / "log"), ["line"], private)


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (link, "symbolic link"),
        (two_names, "it has 2 names"),
        (lambda path: make(path, 0o666), "it has mode 0666, so others may have read or changed it; look at what it says, then chmod 0600 /"),
        (lambda path: make(path, 0o640), "it has mode 0640"),
        (lambda path: make(path, 0o604), "it has mode 0604"),
    ],
)
def test_what_is_not_private(prepare, told, tmp_path):
    prepare(tmp_path / "log")
    with pytest.raises(OSError, match=told):
        append(str(tmp_path / "log"), ["line"], private=True)
    assert (tmp_path / "log").read_text(encoding="utf-8") == "old\n"
    # Where that is not asked for, it is written.
    append(str(tmp_path / "log"), ["line"])
    assert (tmp_path / "log").read_text(encoding="utf-8") == "old\nline\n"


def test_a_file_of_somebody_else(tmp_path, monkeypatch):
    make(tmp_path / "log")
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(tmp_path).st_uid + 1)
    with pytest.raises(OSError, match="another user"):
        append(str(tmp_path / "log"), ["line"], private=True)
