# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: all formats of a report under their file names."""

from __future__ import annotations

from . import csv_rows, firewall, html, inventory, junit, ticket
from .text import json_text

REPORT = "rmc-report.json"
EVIDENCE = "rmc-evidence.json"
CHOICES = ("json", "html", "csv", "junit", "text", "firewall", "inventory")


def render(model: dict, report: dict, survey: dict, formats: list) -> dict:
    """{file name: text}. An empty text means that there is nothing to say and no file to be. The report itself is always there."""
    out = {REPORT: json_lines(report)}
    if "html" in formats:
        out["rmc-report.html"] = html.render(model, report, survey)
    if "csv" in formats:
        out["rmc-report.csv"] = csv_rows.render(model)
    if "junit" in formats:
        out["rmc-report.xml"] = junit.render(model)
    if "text" in formats:
        out["rmc-report.txt"] = ticket.render(model)
    if "firewall" in formats or "text" in formats:
        out["rmc-firewall-request.txt"] = firewall.render(report)
    if "inventory" in formats:
        out["rmc-inventory.yml"] = inventory.render(model)
    return out


def json_lines(data: dict) -> str:
    """JSON with one line for each entry of the top: small, quick to write, and still fit for grep and diff."""
    pieces = []
    for key, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = "[\n" + ",\n".join(json_text(item) for item in value) + "\n]"
        elif isinstance(value, dict) and value and isinstance(next(iter(value.values())), dict):
            inner = "{\n" + ",\n".join(f"{json_text(name)}: {json_text(item)}" for name, item in value.items()) + "\n}"
        else:
            inner = json_text(value)
        pieces.append(f"{json_text(key)}: {inner}")
    return "{\n" + ",\n".join(pieces) + "\n}\n"
