# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the report as a short text for a ticket or a mail. The first line is the subject."""

from __future__ import annotations

import textwrap

from . import codes
from .text import ascii_line, plural

_WIDTH = 76
_MOST_CAUSES = 12
_MOST_NAMES = 12


def render(model: dict) -> str:
    broken = [group for group in model["groups"] if group["state"] in (codes.FAULT, codes.WARNING)]
    lines = [_subject(model, broken), "", f"As of {ascii_line(model['generated_at'])}."]
    if not model["complete"]:
        lines += ["", f"The picture is NOT COMPLETE ({plural(len(model['gaps']), 'gap')}):"]
        lines += [_item(f"{gap['kind']} {gap['name']}: {gap['why']}") for gap in model["gaps"][:_MOST_CAUSES]]
        if len(model["gaps"]) > _MOST_CAUSES:
            lines.append(f"- and {len(model['gaps']) - _MOST_CAUSES} more")
    for group in broken[:_MOST_CAUSES]:
        lines += ["", f"{group['code']}: {_names(group['rows'])}"]
        lines += textwrap.wrap(ascii_line(group["summary"]), _WIDTH, initial_indent="  ", subsequent_indent="  ")
        if group["next"]:
            lines += textwrap.wrap("Next: " + ascii_line(group["next"]), _WIDTH, initial_indent="  ", subsequent_indent="  ")
        if group["blocked_by"]:
            lines.append("  Not now: " + ascii_line(", ".join(group["blocked_by"])))
    if len(broken) > _MOST_CAUSES:
        lines += ["", f"{len(broken) - _MOST_CAUSES} more causes are in the report."]
    return "\n".join(lines) + "\n"


def _subject(model: dict, broken: list) -> str:
    faulty = model["states"][codes.FAULT] + model["states"][codes.WARNING]
    lpars = sum(1 for row in model["rows"] if row["in_inventory"])
    head = (
        f"RMC: {faulty} of {plural(lpars, 'LPAR')} with a fault, {plural(len(broken), 'cause')}"
        if faulty or broken
        else f"RMC: no fault on {plural(lpars, 'LPAR')}"
    )
    return head + ("" if model["complete"] else ", picture not complete")


def _names(rows: list) -> str:
    names = ", ".join(ascii_line(row["label"]) for row in rows[:_MOST_NAMES])
    return names + (f" and {len(rows) - _MOST_NAMES} more" if len(rows) > _MOST_NAMES else "")


def _item(text: str) -> str:
    return textwrap.fill(ascii_line(text), _WIDTH, initial_indent="- ", subsequent_indent="  ")
