# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: a batch of HMC commands as one line of restricted bash, and the way back from its output.

The HMC offers nothing but its restricted bash: no timeout, no sleep, no output to files, no "/" in a command. The script below
uses builtins only. Four workers take tickets (one byte each, so that a read cannot tear them) from a shared pipe, and every
command is read by a worker of its own with a deadline: a command that hangs is killed and holds up nobody else. Every line of
output comes back behind the token of the batch and the ticket of its command, in one write, so that answers which run side by
side do not mix and nothing else that a login prints (banner, prompt, last login) is taken for an answer.
"""

from __future__ import annotations

import re
import secrets
import shlex
import string
from dataclasses import dataclass

# Messages and the value "Unknown" are localised. The environment keyword of a task has no effect here.
LOCALE = "LC_ALL=en_US LANG=en_US"
# By policy 4 commands in parallel on one HMC.
PARALLEL = 4
TICKETS = string.ascii_letters + string.digits
# SECONDS of the shell are whole, and rounded in favour of the command.
ROUNDING = 3

# What a shell says of a locale that this level lacks; it belongs to no command.
_LOCALE_WARNING = "warning: setlocale:"

# q: one command, ticket $1; its first line is the process that stops it. r: read it until its end or deadline. w: a worker.
_SCRIPT = """\
K={token}
q(){{ trap 'kill -9 $!;exit' TERM;echo $BASHPID
case $1 in
{cases}
esac
wait $!;echo "$K=$?";}}
r(){{ local l p s=$SECONDS e=$((SECONDS+{deadline}+1))
{{ IFS= read -r -t {deadline} p
while [ $SECONDS -lt $e ]&&IFS= read -r -t $((e-SECONDS+1)) l;do echo "$K$1:$l";done
[ $SECONDS -lt $e ]||kill $p
echo "$K$1.$((SECONDS-s))";}} < <(q $1);}}
w(){{ while read -r -n 1 t&&[ "$t" ];do r $t;done;}}
{{ {workers} wait;}} < <(echo {tickets})
"""

# A command that changes something is read to its end and never killed. When the caller hangs up, the writes of this shell fail
# (PIPE is trapped, not ignored: the command would inherit that), but it goes on reading, so that the command can finish.
_UNDISTURBED = """\
K={token}
trap : PIPE
s=$SECONDS
while IFS= read -r l;do echo "${{K}}{ticket}:$l";done < <({command} 2>&1;echo "$K=$?")
echo "${{K}}{ticket}.$((SECONDS-s))"
"""


@dataclass(frozen=True)
class Answer:
    """What became of one command. outcome: ok, failed, timeout, no_answer (nothing of it came back)."""

    command: str
    rc: int | None
    text: str
    seconds: int | None
    outcome: str

    def record(self) -> dict:
        """The command without its output, for results and logs."""
        return {"command": self.command, "rc": self.rc, "seconds": self.seconds, "outcome": self.outcome}


def command_line(argv: list[str]) -> str:
    """argv for hmcbash: English, every word quoted where it needs to be."""
    if "/" in argv[0]:
        raise ValueError(f"the restricted shell of the HMC refuses '/' in a command: {argv[0]}")
    if any(character in word for word in argv for character in "\0\r\n"):
        raise ValueError("a command for the HMC is one line")
    return f"{LOCALE} {' '.join(shlex.quote(word) for word in argv)}"


class Batch:
    """Commands that travel together, at most len(TICKETS) of them."""

    def __init__(self, commands: list[list[str]], deadline: int, parallel: int = PARALLEL, token: str | None = None) -> None:
        if not 0 < len(commands) <= len(TICKETS):
            raise ValueError(f"a batch has 1 to {len(TICKETS)} commands")
        self.lines = [command_line(argv) for argv in commands]
        self.deadline = int(deadline)
        self.parallel = min(parallel, len(commands))
        self.token = token or f"@@{secrets.token_hex(4)}"

    @property
    def text(self) -> str:
        """What hmcbash executes."""
        return _SCRIPT.format(
            token=self.token,
            deadline=self.deadline,
            cases="\n".join(f"{ticket}) {line} 2>&1 &;;" for ticket, line in zip(TICKETS, self.lines)),
            workers=" ".join(["w <&0 &"] * self.parallel),
            tickets=TICKETS[: len(self.lines)],
        )

    @property
    def longest(self) -> int:
        """Seconds after which the HMC must have answered even if every command hangs."""
        rounds = -(-len(self.lines) // self.parallel)
        return rounds * (self.deadline + ROUNDING)

    def answers(self, stdout: str) -> list[Answer]:
        """Read what came back: one answer a command, in the order of the commands."""
        return read_answers(self.token, self.lines, stdout)


class Undisturbed:
    """One command that is never killed, whatever becomes of the caller."""

    def __init__(self, argv: list[str], token: str | None = None) -> None:
        self.line = command_line(argv)
        self.token = token or f"@@{secrets.token_hex(4)}"

    @property
    def text(self) -> str:
        """What hmcbash executes."""
        return _UNDISTURBED.format(token=self.token, ticket=TICKETS[0], command=self.line)

    def answer(self, stdout: str) -> Answer:
        """Read what came back."""
        return read_answers(self.token, [self.line], stdout)[0]


def read_answers(token: str, lines: list[str], stdout: str) -> list[Answer]:
    """Sort the output of a batch by ticket."""
    output: dict[str, list[str]] = {}
    seconds: dict[str, int] = {}
    for line in stdout.split("\n"):
        # A prompt or an echo may stand in front of the token.
        before, found, rest = line.partition(token)
        if not found or len(rest) < 2:
            continue
        ticket, kind, value = rest[0], rest[1], rest[2:].rstrip("\r")
        if kind == ":" and _LOCALE_WARNING not in value:
            output.setdefault(ticket, []).append(value)
        elif kind == "." and value.isdigit():
            seconds[ticket] = int(value)
    return [_answer(token, line, output.get(ticket, []), seconds.get(ticket)) for ticket, line in zip(TICKETS, lines)]


def _answer(token: str, command: str, output: list[str], seconds: int | None) -> Answer:
    rc = None
    if output:
        # The return code may stick to a last line without a line feed.
        end = re.search(rf"{re.escape(token)}=(\d+)$", output[-1])
        if end:
            rc = int(end.group(1))
            last = output[-1][: end.start()]
            output = output[:-1] + ([last] if last else [])
    if rc is not None:
        outcome = "ok" if rc == 0 else "failed"
    else:
        outcome = "no_answer" if seconds is None else "timeout"
    return Answer(command=command, rc=rc, text="\n".join(output), seconds=seconds, outcome=outcome)
