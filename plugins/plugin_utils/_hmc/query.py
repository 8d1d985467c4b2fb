# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: everything that is asked of an HMC, over an abstract way to execute a line of its shell.

execute(text, deadline) -> (rc, stdout, stderr). It raises Unreachable when there is no login, ConnectionLost when there may have
been one, DeadlinePassed when the HMC said nothing for longer than the batch can last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timezone

from . import lshmc, lshwres, lspartition, lssyscfg
from .messages import Meaning, meaning
from .shell import TICKETS, Answer, Batch

Execute = Callable[[str, float], "tuple[int, str, str]"]

_DATE = ["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"]
_IDENTITY = {"level": ["lshmc", "-V"], "vpd": ["lshmc", "-v"], "network": ["lshmc", "-n"], "access": ["lshmc", "-r"]}

_NO_DATA = "The login works but its output is no data. Account expired, locked, or another shell than hmcbash? It said: {0}"


class Unreachable(Exception):
    """No login to the HMC; the text says why."""


class ConnectionLost(Unreachable):
    """The connection broke, perhaps when the text was sent already: it may have been carried out."""


class DeadlinePassed(Exception):
    """The HMC did not end the batch in time."""


class Session:
    """Batches over one execute, and the record of every command."""

    def __init__(self, execute: Execute, deadline: int) -> None:
        self.execute = execute
        self.deadline = deadline
        self.commands: list[dict] = []
        # Whether this level knows the DLPAR capabilities, as far as it was asked.
        self.capabilities = True
        # What the login printed that belongs to no command: banner, message of an expired account.
        self.stray = ""

    def ask(self, commands: list[list[str]]) -> list[Answer]:
        """One answer a command, in their order. Raises Unreachable."""
        answers: list[Answer] = []
        for first in range(0, len(commands), len(TICKETS)):
            batch = Batch(commands[first : first + len(TICKETS)], self.deadline)
            try:
                dummy, stdout, stderr = self.execute(batch.text, batch.longest)
            except DeadlinePassed:
                stdout, stderr = "", ""
                answers += [Answer(line, None, "", None, "timeout") for line in batch.lines]
            else:
                answers += batch.answers(stdout)
            self.stray = " ".join((stderr + "\n" + stdout).split())[:300]
        self.commands += [answer.record() for answer in answers]
        return answers


def utc_now() -> str:
    """The controller's time."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def unanswered(answer: Answer, deadline: int) -> str:
    """Why a command has no return code."""
    if answer.outcome == "timeout":
        return f"no answer within {deadline} s"
    return "nothing came back"


def read_hmc(
    execute: Execute,
    *,
    systems: list[str] | None = None,
    raw: bool = True,
    identity: bool = True,
    memory: bool = False,
    deadline: int = 60,
    now: Callable[[], str] = utc_now,
) -> dict:
    """All that an HMC knows of its systems and partitions, in two batches (three where it lacks an attribute)."""
    session = Session(execute, deadline)
    result = empty_result(now())
    commands = {"clock": _DATE, "systems": lssyscfg.systems_command()}
    if identity:
        commands.update(_IDENTITY)
    if raw:
        commands["raw"] = lspartition.command()
    try:
        answers = dict(zip(commands, session.ask(list(commands.values()))))
    except Unreachable as error:
        result["hmc"].update(outcome="unreachable", message=str(error))
        return result

    _read_clock(answers["clock"], result)
    if identity:
        _read_identity(answers, result)
    raw_connections = _read_raw(answers["raw"], session, result) if raw else {}
    listed = _read_systems(answers["systems"], session, result)
    _read_partitions(session, _chosen(listed, systems, result), memory, result)
    for partition in result["partitions"]:
        partition["raw_connection"] = raw_connections.get((partition["machine"], partition["lpar_id"]))
    result["commands"] = session.commands
    return result


def empty_result(queried_at: str) -> dict:
    """The result of an HMC that told nothing yet."""
    return {
        "hmc": {
            "outcome": "ok",
            "message": "",
            "name": None,
            "version": None,
            "service_pack": None,
            "model": None,
            "serial": None,
            "addresses": [],
            "security_mode": None,
            "clock_utc": None,
            "queried_at": queried_at,
            "raw_view": "not_asked",
        },
        "systems": [],
        "partitions": [],
        "raw_partitions": [],
        "commands": [],
        "notes": [],
    }


def partitions_of(session: Session, targets: list[str], more: list[list[str]] | None = None) -> tuple[list[tuple[list[dict], Meaning]], list[Answer]]:
    """Partitions of each target (a machine), and the answers to more commands of the same batch.

    A level that does not know the DLPAR capabilities refuses the whole command: such targets are asked once more without them,
    and later in this session only so.
    """
    known = session.capabilities
    answers = session.ask([lssyscfg.partitions_command(target, known) for target in targets] + (more or []))
    found = [_partitions(session, answer, known) for answer in answers[: len(targets)]]
    again = [index for index, (dummy, verdict) in enumerate(found) if known and lssyscfg.lacks_capabilities(verdict)]
    if again:
        retried = session.ask([lssyscfg.partitions_command(targets[index], capabilities=False) for index in again])
        for index, answer in zip(again, retried):
            found[index] = _partitions(session, answer, capabilities=False)
            session.capabilities = session.capabilities and found[index][1].failed
    return found, answers[len(targets) :]


def _partitions(session: Session, answer: Answer, capabilities: bool = True) -> tuple[list[dict], Meaning]:
    if answer.rc is None:
        return [], Meaning("unanswered", unanswered(answer, session.deadline))
    found, verdict = lssyscfg.partitions(answer, capabilities)
    # A list that ends in an error is not the whole list, and who reads it cannot know what is missing.
    return ([] if verdict.failed else found), verdict


def _read_clock(answer: Answer, result: dict) -> None:
    clock = answer.text.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", clock):
        result["hmc"]["clock_utc"] = clock


def _read_identity(answers: dict[str, Answer], result: dict) -> None:
    hmc = result["hmc"]
    hmc.update(lshmc.level(answers["level"].text))
    vpd, network = lshmc.vpd(answers["vpd"].text), lshmc.network(answers["network"].text)
    hmc.update(model=vpd["model"], serial=vpd["serial"], name=network["name"], addresses=network["addresses"] or vpd["addresses"])
    hmc.update(security_mode=lshmc.security_mode(answers["access"].text))
    for name, argv in _IDENTITY.items():
        if answers[name].outcome != "ok":
            result["notes"].append(f"{' '.join(argv)} failed: {answers[name].text.strip() or answers[name].outcome}")


def _read_raw(answer: Answer, session: Session, result: dict) -> dict[tuple[str, int], dict]:
    entries = lspartition.parse(answer.text)
    lines = [] if entries and answer.rc == 0 else answer.text.split("\n")
    verdict = meaning(answer.rc, lines)
    # Words instead of rows are no proof that no partition ever connected.
    if verdict.failed or (verdict.kind == "remark" and not entries):
        result["hmc"]["raw_view"] = "failed"
        why = verdict.message if answer.rc is not None else unanswered(answer, session.deadline)
        result["notes"].append(f"No raw view by lspartition -dlpar (it needs more than a viewer on many levels): {why}")
        return {}
    result["hmc"]["raw_view"] = "ok"
    result["raw_partitions"] = entries
    return lspartition.by_partition(entries)


def _read_systems(answer: Answer, session: Session, result: dict) -> list[dict]:
    hmc = result["hmc"]
    listed, messages = lssyscfg.systems(answer.text)
    verdict = meaning(answer.rc, messages)
    if answer.outcome == "no_answer":
        hmc.update(outcome="failed", message=_NO_DATA.format(session.stray or "nothing"))
    elif answer.outcome == "timeout":
        hmc.update(outcome="failed", message=f"lssyscfg -r sys: {unanswered(answer, session.deadline)}")
    elif verdict.failed or (verdict.kind == "remark" and not listed):
        hmc.update(outcome="failed", message=f"lssyscfg -r sys: {verdict.message}")
    else:
        hmc["message"] = verdict.message
    return listed


def _chosen(listed: list[dict], wanted: list[str] | None, result: dict) -> list[dict]:
    if not wanted:
        return listed
    known = {system[key] for system in listed for key in ("name", "machine")}
    for name in wanted:
        if name not in known:
            result["notes"].append(f"The HMC does not list the system {name}: managed elsewhere, or not in the user's resource role.")
    return [system for system in listed if system["name"] in wanted or system["machine"] in wanted]


def _read_partitions(session: Session, chosen: list[dict], memory: bool, result: dict) -> None:
    result["systems"] = [dict(system, outcome="failed", message=f"Not readable in the state {system['state']}.") for system in chosen]
    readable = [system for system in result["systems"] if lssyscfg.is_readable(system["state"])]
    if not readable:
        return
    targets = [system["machine"] or system["name"] for system in readable]
    sizes_wanted = [lshwres.memory_command(target) for target in targets] if memory else []
    try:
        found, more = partitions_of(session, targets, sizes_wanted)
    except Unreachable as error:
        for system in readable:
            system["message"] = f"The connection to the HMC was lost: {error}"
        return
    for index, (system, (partitions, verdict)) in enumerate(zip(readable, found)):
        system.update(outcome="failed" if verdict.failed else "ok", message=verdict.message)
        sizes = _memory(more[index], system, result) if memory else {}
        for partition in partitions:
            extra = {"mem": sizes.get(partition["lpar_id"])} if memory else {}
            result["partitions"].append({"machine": system["machine"], "system": system["name"], **partition, "raw_connection": None, **extra})


def _memory(answer: Answer, system: dict, result: dict) -> dict[int, dict]:
    sizes, verdict = lshwres.memory(answer)
    if verdict.failed:
        result["notes"].append(f"No memory sizes of {system['name']}: {verdict.message}")
    return sizes
