# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the report as one HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import html
import pathlib

from . import firewall, story, terminal, view
from .text import json_text

_HERE = pathlib.Path(__file__).parent
# A browser without scripts still gets the table.
_MOST_PLAIN = 400


def render(model: dict, report: dict, survey: dict | None = None) -> str:
    """The page. With the survey, every partition shows what both ends said; without, what the findings quote."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    page = (_HERE / "page.html").read_text(encoding="utf-8")
    plain = terminal.render(model).splitlines()
    # One pass over the template: what is put in is never looked at again.
    parts = {
        "csp": f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "data": script_json(_data(model, report, survey or {})),
        "plain": html.escape("\n".join(plain[:_MOST_PLAIN])),
    }
    pieces = page.split("@@")
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def script_json(data) -> str:
    """JSON that no HTML parser can be led out of."""
    return json_text(data, (",", ":")).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


class _Lines:
    """Every line once: healthy partitions say the same things by the thousand."""

    def __init__(self) -> None:
        self._numbers: dict = {}

    def number(self, line) -> int:
        return self._numbers.setdefault(tuple(line), len(self._numbers))

    def all(self) -> list:
        return list(self._numbers)


def _data(model: dict, report: dict, survey: dict) -> dict:
    index, lines = _hmc_rows(survey), _Lines()
    numbers = {id(row): number for number, row in enumerate(model["rows"])}
    return {
        "generated_at": model["generated_at"],
        "complete": model["complete"],
        "states": model["states"],
        "totals": model["totals"],
        "gaps": model["gaps"],
        "hmcs": model["hmcs"],
        "groups": [_group(group, numbers) for group in model["groups"]],
        "rows": [_row(row, survey, index, lines) for row in model["rows"]],
        "lines": lines.all(),
        "changes": model["changes"],
        "firewall": firewall.render(report),
    }


def _group(group: dict, numbers: dict) -> dict:
    pieces = [{**piece, "rows": [numbers[id(row)] for row in piece["rows"]]} for piece in group["pieces"]]
    return {**{key: group[key] for key in ("code", "state", "fleet", "confidence")}, "pieces": pieces}


def _row(row: dict, survey: dict, index: dict, lines: _Lines) -> dict:
    slim = {key: value for key, value in row.items() if value not in (None, "", [], {}, False) and key not in ("key", "hmc_states", "findings")}
    slim["hmcs"] = {
        name: [state.get("rmc_state"), state.get("rmc_ipaddr"), view.connection(row["code"], state)]
        for name, state in row["hmc_states"].items()
    }
    slim["findings"] = [
        {
            "code": finding.get("code"),
            "severity": finding.get("severity"),
            "confidence": finding.get("confidence"),
            "summary": finding.get("summary"),
            "evidence": [lines.number((item.get("source"), item.get("detail"))) for item in finding.get("evidence") or []],
            "next": (finding.get("remedy") or {}).get("text"),
        }
        for finding in row["findings"]
    ]
    host = (survey.get("hosts") or {}).get(row["host"])
    if host is not None:
        slim["lpar_side"] = [lines.number(line) for line in story.lpar_side(host)]
    sides = []
    for name in sorted(survey.get("hmcs") or {}):
        partition = index.get((name, row["machine"], row["lpar_id"]))
        sides += story.partition_lines(name, partition) if partition else story.hmc_side(name, survey["hmcs"][name], row["machine"], row["lpar_id"])
    if sides:
        slim["hmc_side"] = [lines.number(line) for line in sides]
    return slim


def _hmc_rows(survey: dict) -> dict:
    return {
        (name, row.get("machine"), row.get("lpar_id")): row
        for name, result in (survey.get("hmcs") or {}).items()
        for row in result.get("partitions") or []
    }
