# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one rung on one partition -> which module with which options, on the partition or on its HMCs."""

from __future__ import annotations

import ipaddress

# Rungs after which the own snapshot can be put back: they change what lies below /var/ct.
CHANGES_CT = ("recycle", "targeted", "reset_keep_id", "reset_new_id")
_RECYCLE = ("refresh", "start", "recycle")


class ParametersNeeded(ValueError):
    """The rung changes one thing, and nobody said which."""


def build(rung: str, entry: dict, evidence: dict, survey: dict, given: dict) -> list:
    """The steps of a rung: [{where, host, module, options}]. given: what the variables of the host name."""
    if rung in ("wait", "escalate"):
        return []
    if rung == "hmc_rebuild":
        return [_on_hmc(hmc, entry, "rebuild") for hmc in _inactive(entry)]
    if rung == "hmc_autocorrect":
        return [_on_hmc(hmc, entry, "diagrmc_autocorrect", _own_address(evidence, survey, hmc)) for hmc in _inactive(entry)]
    options = {"method": rung, "expected": {"machine": entry["machine"], "lpar_id": entry["lpar_id"]}}
    if rung == "targeted":
        options.update(_target(entry, evidence, survey, given))
    if rung == "reset_new_id":
        options["replace_node_id"] = given.get("replace_node_id") or (evidence.get("node_id") or {}).get("live") or None
    if rung == "refresh" and given.get("cluster_override"):
        options["cluster_override"] = given["cluster_override"]
    return [{"where": "lpar", "host": entry["host"], "module": "rmc_recycle" if rung in _RECYCLE else "rmc_rekey", "options": options}]


def _on_hmc(hmc: str, entry: dict, operation: str, address: str | None = None) -> dict:
    options = {"operation": operation, "system": entry["machine"]}
    if address:
        options["partition"] = {"lpar_id": entry["lpar_id"], "ip": address}
    return {"where": "hmc", "host": hmc, "module": "hmc_system_refresh", "options": options}


def _inactive(entry: dict) -> list:
    """The HMCs that show the partition as not connected."""
    return sorted(name for name, state in entry["hmc_states"].items() if state.get("state") == "inactive")


def _own_address(evidence: dict, survey: dict, hmc: str) -> str:
    """The address by which the partition reaches this HMC, or its first one."""
    network = evidence.get("network") or {}
    known = set((((survey.get("hmcs") or {}).get(hmc) or {}).get("hmc") or {}).get("addresses") or [])
    for path in network.get("paths") or []:
        if path.get("address") in known and path.get("source_address"):
            return path["source_address"]
    for interface in network.get("interfaces") or []:
        for address in interface.get("addresses") or []:
            if not str(interface.get("name")).startswith("lo") and _is_ipv4(address):
                return address
    raise ParametersNeeded("no address of the partition is known")


def _is_ipv4(text) -> bool:
    try:
        return ipaddress.ip_address(str(text)).version == 4
    except ValueError:
        return False


def _target(entry: dict, evidence: dict, survey: dict, given: dict) -> dict:
    for name in ("trusted_host", "mcp_record"):
        if given.get(name):
            return {name: given[name]}
    if given.get("key_pair") or entry["verdict"] == "KEYS_DAMAGED":
        return {"key_pair": True}
    if entry["verdict"] == "MCP_STALE":
        return {"mcp_record": _replaced_record(entry, evidence, survey)}
    raise ParametersNeeded("none of rmc_rekey_trusted_host, rmc_rekey_mcp_record and rmc_rekey_key_pair is set")


def _replaced_record(entry: dict, evidence: dict, survey: dict) -> dict:
    """The record of an HMC that was replaced under its address, and what neighbours have in theirs for the new HMC."""
    for name in sorted(entry["hmc_states"]):
        hmc = ((survey.get("hmcs") or {}).get(name) or {}).get("hmc") or {}
        own = "{0}*{1}".format(str(hmc.get("model") or "").replace("-", ""), hmc.get("serial") or "")
        for record in evidence.get("control_points") or []:
            if not set(record.get("ip_addresses") or []) & set(hmc.get("addresses") or []) or record.get("hmc_name") == own:
                continue
            good = _neighbours_record(entry["host"], own, survey)
            if good:
                attributes = {"HMCName": own, "KeyToken": good["key_token"], "NodeID": int(good["node_id"], 16)}
                # Two HMCs that were replaced leave two records of one name.
                return {"hmc_name": record["hmc_name"], "hmc_ip_addr": record.get("hmc_ip_addr"), "attributes": attributes}
    raise ParametersNeeded("no neighbour has a record of the new HMC; set rmc_rekey_mcp_record")


def _neighbours_record(host: str, hmc_name: str, survey: dict) -> dict | None:
    for name in sorted(survey.get("hosts") or {}):
        if name == host:
            continue
        evidence = survey["hosts"][name].get("rmc") or {}
        up = {row.get("node_id") for row in (evidence.get("domains") or {}).get("control_points") or [] if row.get("state") == "I"}
        for record in evidence.get("control_points") or []:
            if record.get("hmc_name") == hmc_name and record.get("node_id") in up and record.get("key_token"):
                return record
    return None
