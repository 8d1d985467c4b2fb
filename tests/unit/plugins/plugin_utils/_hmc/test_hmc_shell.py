# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches, executed by a real restricted bash with nothing but fake HMC commands on its PATH."""

from __future__ import annotations

import os
import select
import shutil
import subprocess

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.shell import TICKETS, Batch, Undisturbed, command_line, read_answers
from hypothesis import given
from hypothesis import strategies as st

BASH = shutil.which("bash")
FAKES = {
    "lssyscfg": 'echo "$LC_ALL $LANG"; for a in "$@"; do echo "<$a>"; done',
    "lspartition": 'echo HSCL350B no authority; exit 1',
    "lshmc": "echo -n no line feed",
    "rows": 'for ((i=0; i<300; i++)); do echo "$1,$i,0123456789012345678901234567890123456789"; done',
    "talk": 'echo on stdout; echo on stderr >&2; exit 3',
    # Opening a FIFO that nobody writes blocks for ever.
    "hang": 'exec 9> "$2"; echo first line; read line < "$1"',
    "correct": 'read line < "$1"; for ((i=0; i<2000; i++)); do echo "correcting $i"; done; echo done > "$2"',
}


@pytest.fixture
def hmc(tmp_path):
    """Run a line as the HMC's sshd does."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, body in FAKES.items():
        (tools / name).write_text(f"#!{BASH}\n{body}\n", encoding="utf-8")
        (tools / name).chmod(0o755)

    def start(text: str) -> subprocess.Popen:
        return subprocess.Popen(
            [BASH, "-r", "-c", text], env={"PATH": str(tools)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


def answers(hmc, commands, deadline=30):
    batch = Batch(commands, deadline)
    stdout, stderr = hmc(batch.text).communicate(timeout=60)
    return batch.answers(stdout), stderr


def test_words_arrive_as_given_and_in_english(hmc):
    words = ["9105-22A*78F0A10", "name with  blanks", "a,b", "it's", '"quoted"', "$HOME", "`date`", "a;b|c&d", "\\", ""]
    (answer,), stderr = answers(hmc, [["lssyscfg", *words]])
    assert answer.text.split("\n") == ["en_US en_US"] + [f"<{word}>" for word in words]
    assert (answer.rc, answer.outcome) == (0, "ok")
    assert "restricted" not in stderr


def test_errors_have_their_text_and_return_code_each(hmc):
    found, dummy = answers(hmc, [["lspartition"], ["talk"], ["nosuchcommand"], ["lshmc", "-V"]])
    assert [answer.rc for answer in found] == [1, 3, 127, 0]
    assert found[0].text == "HSCL350B no authority"
    assert sorted(found[1].text.split("\n")) == ["on stderr", "on stdout"]
    assert "command not found" in found[2].text
    assert found[3].text == "no line feed"


def test_many_commands_side_by_side_do_not_mix(hmc):
    names = [f"system{number}" for number in range(12)]
    found, dummy = answers(hmc, [["rows", name] for name in names])
    for name, answer in zip(names, found):
        assert answer.text.split("\n") == [f"{name},{i},0123456789012345678901234567890123456789" for i in range(300)]


def test_a_hanging_command_is_killed_and_holds_up_no_other(hmc, tmp_path):
    never, alive = tmp_path / "never", tmp_path / "alive"
    os.mkfifo(never)
    os.mkfifo(alive)
    watch = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    try:
        found, dummy = answers(hmc, [["hang", str(never), str(alive)]] + [["rows", "x"]] * 9, deadline=2)
        assert (found[0].outcome, found[0].rc, found[0].text) == ("timeout", None, "first line")
        assert {answer.outcome for answer in found[1:]} == {"ok"}
        # The command holds the other end as long as it lives: the end of this file is its end.
        assert select.select([watch], [], [], 30)[0]
        assert os.read(watch, 1) == b""
    finally:
        os.close(watch)


def test_what_changes_something_finishes_although_the_caller_hangs_up(hmc, tmp_path):
    fifo, finished = tmp_path / "go", tmp_path / "finished"
    os.mkfifo(fifo)
    process = hmc(Undisturbed(["correct", str(fifo), str(finished)]).text)
    process.stdout.close()
    process.stderr.close()
    fifo.write_text("go\n", encoding="utf-8")
    process.wait(timeout=60)
    assert finished.read_text(encoding="utf-8") == "done\n"


def test_undisturbed_answer(hmc):
    undisturbed = Undisturbed(["talk"])
    answer = undisturbed.answer(hmc(undisturbed.text).communicate(timeout=60)[0])
    assert (answer.rc, answer.outcome) == (3, "failed")
    assert sorted(answer.text.split("\n")) == ["on stderr", "on stdout"]


def test_only_known_constructs():
    text = Batch([["lssyscfg", "-r", "sys"]], 60).text
    for refused in (">/", "> /", "/dev/null", "exec ", "/bin/", "sleep", "timeout"):
        assert refused not in text


def test_noise_of_a_login_is_no_answer():
    stdout = "Last login: today\r\nuser@hmc:~> K=@@t\r\n@@ta:one\r\n@@ta:two@@t=0\r\n@@ta.3\r\n@@tb:@@t=x\r\nbanner\r\n"
    first, second = read_answers("@@t", ["one", "two"], stdout)
    assert (first.text, first.rc, first.seconds) == ("one\ntwo", 0, 3)
    assert second.outcome == "no_answer"


@pytest.mark.parametrize("argv", [["/bin/sh"], ["lssyscfg", "a\nb"], ["lssyscfg", "\0"]])
def test_refused_before_it_travels(argv):
    with pytest.raises(ValueError):
        command_line(argv)


@pytest.mark.parametrize("count", [0, len(TICKETS) + 1])
def test_size_of_a_batch(count):
    with pytest.raises(ValueError):
        Batch([["lshmc"]] * count, 60)


@given(st.text(), st.integers(1, 5))
def test_no_output_crashes(stdout, count):
    assert len(read_answers("@@t", ["line"] * count, stdout)) == count


@given(st.lists(st.text(alphabet=st.sampled_from("@t=ab:.0179\n"), max_size=12)))
def test_no_damaged_answer_crashes(parts):
    assert len(read_answers("@@t", ["one", "two"], "@@t".join(parts))) == 2
