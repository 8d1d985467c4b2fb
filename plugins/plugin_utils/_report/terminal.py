# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the report as a table of 100 columns of plain ASCII, for the one who was woken up."""

from __future__ import annotations

import textwrap

from . import codes
from .text import ascii_line, plural

WIDTH = 100
_CAUSE = 20
_LPAR = 22
_TEXT = WIDTH - _CAUSE - _LPAR - 4
# Enough to act on; the files carry all of them.
_MOST_GAPS = 12
_MOST_PIECES = 10
_MOST_NAMES = 16

_CLASS_WORDS = {
    codes.FAULT: "faulty",
    codes.UNREAD: "not read",
    codes.WARNING: "degraded",
    codes.WAITING: "to wait for",
    codes.EXPECTED: "not expected to be connected",
    codes.HEALTHY: "healthy",
}


def render(model: dict) -> str:
    blocks = [_head(model)]
    if model["gaps"] or not model["complete"]:
        blocks.append(_gaps(model))
    if model["changes"]:
        blocks.append(_changes(model["changes"]))
    blocks.append(_table(model["groups"]))
    outside = _outside(model["not_in_inventory"])
    if outside:
        blocks.append(outside)
    blocks.append(_totals(model))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(model: dict) -> list:
    lpars = sum(1 for row in model["rows"] if row["in_inventory"])
    systems = {system["machine"] for hmc in model["hmcs"] for system in hmc["systems"]}
    what = f"RMC of {plural(lpars, 'LPAR')}, {plural(len(model['hmcs']), 'HMC')}, {plural(len(systems), 'system')}"
    when = ascii_line(model["generated_at"])
    return [f"{what}{when:>{max(1, WIDTH - len(what))}}", "=" * WIDTH]


def _gaps(model: dict) -> list:
    lines = ["NOT COMPLETE. What is listed here could not be read, and nothing below speaks for it:"]
    if not model["complete"] and not model["gaps"]:
        return ["NOT COMPLETE. The survey says so without saying what is missing: read nothing below as healthy."]
    for gap in model["gaps"][:_MOST_GAPS]:
        head = f"  {gap['kind']:<6} {ascii_line(gap['name'])}: "
        lines += _wrap(ascii_line(gap["why"]), WIDTH, head, " " * 9)
    rest = len(model["gaps"]) - _MOST_GAPS
    if rest > 0:
        lines.append(f"  ... and {rest} more, see the report files")
    return lines


def _changes(changes: dict) -> list:
    lines = []
    for word, key in (("new", "new"), ("changed", "changed"), ("fixed", "fixed"), ("flapping", "flapping"), ("not read", "unread")):
        items = changes.get(key) or []
        if items:
            names = ", ".join(ascii_line(item.get("name")) for item in items[:_MOST_NAMES])
            more = f" and {len(items) - _MOST_NAMES} more" if len(items) > _MOST_NAMES else ""
            lines += _wrap(names + more, WIDTH, f"  {word + ' ' + str(len(items)):<13}", " " * 15)
    since = ascii_line(changes.get("previous_at"))
    if not since:
        return []
    return [f"Since {since}:", *(lines or ["  no change"])]


def _table(groups: list) -> list:
    told = [group for group in groups if group["state"] in (codes.FAULT, codes.UNREAD, codes.WARNING, codes.WAITING)]
    if not told:
        return ["Nothing is wrong with what could be read."]
    lines = [_cells("CAUSE", "LPAR", "WHAT IS WRONG -> NEXT STEP"), _cells("-" * _CAUSE, "-" * _LPAR, "-" * _TEXT)]
    for group in told:
        for number, piece in enumerate(group["pieces"]):
            if number == _MOST_PIECES:
                rest = sum(len(other["rows"]) for other in group["pieces"][_MOST_PIECES:])
                lines += _row([], [f"... and {rest} more"], ["see the report files"])
                break
            lines += _row(_cause(group) if number == 0 else [], _names(piece["rows"]), _advice(piece))
    return lines


def _cause(group: dict) -> list:
    lines = _wrap(group["code"], _CAUSE)
    count = plural(len(group["rows"]), "LPAR")
    return lines + _wrap(f"{count}, {group['confidence']}" if group["confidence"] else count, _CAUSE)


def _names(rows: list) -> list:
    names, known = [], []
    for row in rows[:_MOST_NAMES]:
        marks = [mark for mark, there in (("cluster", row["clustered"]), ("flapping", row["flapping"])) if there]
        names.append(ascii_line(row["label"]) + (f" ({', '.join(marks)})" if marks else ""))
        if row["state"] == codes.UNREAD and row["last_known"]:
            known.append(row["last_known"]["verdict"])
    if len(rows) > _MOST_NAMES:
        names.append(f"and {len(rows) - _MOST_NAMES} more")
    lines = _wrap(", ".join(names), _LPAR)
    return lines + _wrap("last known: " + ", ".join(dict.fromkeys(known)), _LPAR) if known else lines


def _advice(item: dict) -> list:
    lines = _wrap(ascii_line(item["summary"]), _TEXT)
    if item["next"]:
        rung = f" [{ascii_line(item['rung'])}]" if item["rung"] else ""
        lines += _wrap(ascii_line(item["next"]) + rung, _TEXT, "-> ", "   ")
    if item["blocked_by"]:
        lines += _wrap("not now: " + ", ".join(ascii_line(reason) for reason in item["blocked_by"]), _TEXT, "!  ", "   ")
    return lines


def _row(cause: list, names: list, advice: list) -> list:
    height = max(len(cause), len(names), len(advice))
    columns = [column + [""] * (height - len(column)) for column in (cause, names, advice)]
    return [_cells(*cells) for cells in zip(*columns)]


def _cells(cause: str, lpar: str, text: str) -> str:
    return f"{cause:<{_CAUSE}}  {lpar:<{_LPAR}}  {text}".rstrip()


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> list:
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or ([first.rstrip()] if first else [])


def _outside(rows: list) -> list:
    if not rows:
        return []
    lines = []
    for told, words in (
        ([row for row in rows if not row["maybe_host"]], "The HMCs know {0} that the inventory does not: "),
        ([row for row in rows if row["maybe_host"]], "The HMCs know {0} with the name of a host that was not asked, or could not say who it is: "),
    ):
        if told:
            names = ", ".join(f"{ascii_line(row['label'])} ({row['code']})" for row in told[:_MOST_NAMES])
            more = f" and {len(told) - _MOST_NAMES} more" if len(told) > _MOST_NAMES else ""
            lines += _wrap(words.format(plural(len(told), "partition")) + names + more, WIDTH, "", "  ")
    return lines


def _totals(model: dict) -> list:
    states = [f"{count} {_CLASS_WORDS[state]}" for state, count in model["states"].items() if count]
    codes = ", ".join(f"{code} {count}" for code, count in model["totals"])
    picture = "complete" if model["complete"] else "NOT COMPLETE"
    return [
        "-" * WIDTH,
        *_wrap(f"TOTAL  {', '.join(states) or 'no LPAR'}; the picture is {picture}", WIDTH, "", "       "),
        *_wrap(codes, WIDTH, "       ", "       "),
    ]
