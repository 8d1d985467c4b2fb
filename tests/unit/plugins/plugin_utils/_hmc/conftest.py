# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of HMC output, and an HMC that answers from a script."""

from __future__ import annotations

import pathlib
import re

import pytest

SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "samples"


@pytest.fixture
def sample():
    """The output in a sample file, without its header lines."""

    def read(name: str) -> str:
        lines = (SAMPLES / name).read_text(encoding="utf-8").split("\n")
        header = 3 if lines[2].startswith("# format:") else 2
        return "\n".join(lines[header:])

    return read


class ScriptedHmc:
    """execute() of an HMC: replies maps a piece of a command line to (rc, text), "hang" or a function of the line; asked has every batch's lines."""

    def __init__(self, replies: dict) -> None:
        self.replies = replies
        self.asked: list[list[str]] = []
        self.failure: dict[int, Exception] = {}

    def __call__(self, text: str, deadline: float):
        cases = re.findall(r"^(\w)\) LC_ALL=en_US LANG=en_US (.*) 2>&1 &;;$", text, re.MULTILINE)
        self.asked.append([line for dummy, line in cases])
        if len(self.asked) in self.failure:
            raise self.failure[len(self.asked)]
        token = re.search(r"^K=(\S+)$", text, re.MULTILINE).group(1)
        out = ["Last login: Mon Mar  2 03:04:05 2026 from 192.0.2.5"]
        # The answers of a batch come back in any order.
        for ticket, line in reversed(cases):
            reply = next((reply for piece, reply in self.replies.items() if piece in line), (0, ""))
            if callable(reply):
                reply = reply(line)
            if reply != "hang":
                rc, body = reply
                out += [f"{token}{ticket}:{part}" for part in body.split("\n")[:-1]] + [f"{token}{ticket}:{token}={rc}"]
            out.append(f"{token}{ticket}.0")
        return 0, "\n".join(out) + "\n", ""

    @property
    def lines(self) -> list[str]:
        return [line for batch in self.asked for line in batch]


@pytest.fixture
def scripted_hmc():
    return ScriptedHmc
