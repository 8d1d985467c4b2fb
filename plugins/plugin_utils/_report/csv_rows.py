# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the report as rows for a spreadsheet, one partition a row."""

from __future__ import annotations

import csv
import io

from .text import one_line

COLUMNS = (
    "host",
    "lpar_name",
    "machine",
    "system",
    "lpar_id",
    "state",
    "verdict",
    "confidence",
    "summary",
    "next_step",
    "rung",
    "role",
    "owner",
    "blocked_by",
    "clustered",
    "flags",
    "hmc_states",
    "rmc_addresses",
    "dlpar",
    "all_codes",
    "fleet_cause",
    "since",
    "in_inventory",
    "generated_at",
)

# A spreadsheet takes a cell that begins like this for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@")


def _cell(value) -> str:
    text = one_line(value)
    return "'" + text if text.startswith(_FORMULA) else text


def _yes(value) -> str:
    return {True: "yes", False: "no"}.get(value, "")


def _known(capability) -> str:
    """An HMC whose level does not tell a DLPAR capability: the mark of the other formats for what could not be read."""
    return "?" if capability is None else str(capability)


def rows(model: dict) -> list:
    """Header and rows, every cell safe for a spreadsheet."""
    table = [list(COLUMNS)]
    for row in model["rows"]:
        group = model["groups"][row["group"]] if row["group"] is not None else None
        states = sorted(row["hmc_states"].items())
        cells = (
            row["host"],
            row["lpar_name"],
            row["machine"],
            row["system"],
            row["lpar_id"],
            row["state"],
            row["code"],
            row["confidence"],
            row["summary"],
            row["next"],
            row["rung"],
            row["role"],
            row["owner"],
            " ".join(row["blocked_by"]),
            _yes(row["clustered"]),
            " ".join(row["flags"]),
            " ".join(f"{name}={state.get('rmc_state')}" for name, state in states),
            " ".join(sorted({state["rmc_ipaddr"] for dummy, state in states if state.get("rmc_ipaddr")})),
            " ".join(f"{name}={','.join(_known(cap) for cap in state.get('dlpar') or [])}" for name, state in states),
            " ".join(dict.fromkeys([row["code"], *(finding.get("code", "") for finding in row["findings"])])),
            group["summary"] if group and group["fleet"] else "",
            (row["since"] or {}).get("at"),
            _yes(row["in_inventory"]),
            model["generated_at"],
        )
        table.append([_cell(cell) for cell in cells])
    return table


def render(model: dict) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows(model))
    return out.getvalue()
