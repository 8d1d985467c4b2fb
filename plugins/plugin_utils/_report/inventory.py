# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the partitions that the HMCs know and the inventory does not, as an inventory.

Broken partitions are in it on purpose, with and without an address: an inventory without them hides what it was asked for.
"""

from __future__ import annotations

import ipaddress

from .text import ascii_line, safe_name, yaml_text

# Nobody reaches these by ssh as AIX: IBM i, Linux.
_LEFT_OUT = ("OUT_OF_SCOPE",)


def render(model: dict) -> str:
    """A YAML inventory, empty where the inventory knows all of them."""
    rows = [row for row in model["not_in_inventory"] if row["code"] not in _LEFT_OUT]
    if not rows:
        return ""
    rows.sort(key=lambda row: (row["machine"], row["lpar_id"] or 0, row["label"]))
    taken = {safe_name(row["host"]).lower() for row in model["rows"] if row["in_inventory"]}
    lines = [
        "---",
        f"# Partitions that the HMCs know and the inventory does not, as of {ascii_line(model['generated_at'])}.",
        "# Names and addresses are what the HMCs hold: check them, an address may be an old one.",
        "aix_lpars:",
        "  hosts:",
    ]
    for row in rows:
        if not row["maybe_host"]:
            lines += _host(row, _free_name(row, taken))
    # By its name it is a host of the inventory already; a name proves nothing, so a human decides.
    same_name = [
        f"#   {ascii_line(row['maybe_host'])}: rsct_machine {ascii_line(row['machine'])}, rsct_lpar_id {row['lpar_id']}"
        for row in rows
        if row["maybe_host"]
    ]
    if lines[-1] == "  hosts:":
        lines[-1] = "  hosts: {}"
    if same_name:
        lines += ["# Probably hosts of the inventory that were not asked, or could not say who they are. Their identity, to be checked:", *same_name]
    return "\n".join(lines) + "\n"


def _free_name(row: dict, taken: set) -> str:
    name = safe_name(row["lpar_name"]) or "lpar"
    for candidate in (name, f"{name}-{row['lpar_id']}", safe_name(f"{name}-{row['machine']}-{row['lpar_id']}")):
        if candidate.lower() not in taken:
            break
    taken.add(candidate.lower())
    return candidate


def _host(row: dict, name: str) -> list:
    addresses = sorted({state.get("rmc_ipaddr") or "" for state in row["hmc_states"].values()} - {""})
    # Any HMC that sees it active has the address that works.
    addresses = [
        state["rmc_ipaddr"] for state in row["hmc_states"].values() if state.get("rmc_state") == "active" and state.get("rmc_ipaddr")
    ] or addresses
    addresses = [address for address in addresses if _is_address(address)]
    lines = [f"    # {row['code']}" + (f": {ascii_line(row['summary'])}" if row["summary"] else ""), f"    {yaml_text(name)}:"]
    if addresses:
        lines.append(f"      ansible_host: {yaml_text(addresses[0])}")
    else:
        lines.append("      # ansible_host: the HMCs hold no address")
    lines.append(f"      rsct_machine: {_unsafe(row['machine'])}")
    if isinstance(row["lpar_id"], int):
        lines.append(f"      rsct_lpar_id: {row['lpar_id']}")
    lines.append(f"      rsct_lpar_name: {_unsafe(row['lpar_name'])}")
    return lines


def _unsafe(value: str) -> str:
    # A partition may be called {{ anything }}: the tag keeps Ansible from evaluating it. Where nothing is to be evaluated it would make 7 of "007".
    return ("!unsafe " if "{" in value else "") + yaml_text(value)


def _is_address(value) -> bool:
    try:
        ipaddress.ip_address(str(value))
    except ValueError:
        return False
    return True
