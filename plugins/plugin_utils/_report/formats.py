# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: all formats of a report under their file names."""

from __future__ import annotations

import json

from . import csv_rows, files, firewall, html, inventory, junit, ticket

REPORT = "rmc-report.json"
EVIDENCE = "rmc-evidence.json"
CHOICES = ("json", "html", "csv", "junit", "text", "firewall", "inventory")


def render(model: dict, report: dict, survey: dict, formats: list) -> dict:
    """{file name: (text, mode)}. An empty text means that there is nothing to say and no file to be.

    The report and the evidence are always among them: everything else can be made again out of these two.
    """
    out = {REPORT: (json_lines(report), files.SHARED), EVIDENCE: (json_lines(survey), files.PRIVATE)}
    if "html" in formats:
        out["rmc-report.html"] = (html.render(model, report, survey), files.SHARED)
    if "csv" in formats:
        out["rmc-report.csv"] = (csv_rows.render(model), files.SHARED)
    if "junit" in formats:
        out["rmc-report.xml"] = (junit.render(model), files.SHARED)
    if "text" in formats:
        out["rmc-report.txt"] = (ticket.render(model), files.SHARED)
    if "firewall" in formats or "text" in formats:
        out["rmc-firewall-request.txt"] = (firewall.render(report), files.SHARED)
    if "inventory" in formats:
        out["rmc-inventory.yml"] = (inventory.render(model), files.SHARED)
    return out


def json_lines(data: dict) -> str:
    """JSON with one line for each entry of the top: small, quick to write, and still fit for grep and diff."""
    pieces = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = "[\n" + ",\n".join(_dump(item) for item in value) + "\n]"
        elif isinstance(value, dict) and value and isinstance(next(iter(value.values())), dict):
            inner = "{\n" + ",\n".join(f"{_dump(name)}: {_dump(item)}" for name, item in value.items()) + "\n}"
        else:
            inner = _dump(value)
        pieces.append(f"{_dump(key)}: {inner}")
    return "{\n" + ",\n".join(pieces) + "\n}\n"


def _dump(value) -> str:
    return json.dumps(value, separators=(", ", ": "))
