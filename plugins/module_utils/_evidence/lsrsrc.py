# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the long form of lsrsrc."""

from __future__ import annotations

import re

from . import node_id

_HEADER = re.compile(r"^\s*resource\s+[0-9]+\s*:\s*$")
# The first "=" separates; values hold ":" (IPv6) and "=" of their own.
_ATTRIBUTE = re.compile(r"^\s+([A-Za-z_][A-Za-z0-9_]*)\s*=\s?(.*)$")
_STRING = re.compile(r'"([^"]*)"')
_NUMBER = re.compile(r"^-?[0-9]{1,20}$")


def parse(text):
    """[{attribute: value}], one entry a resource. Strings, lists and numbers as such, anything else as it stands."""
    resources = []
    for line in text.splitlines():
        if _HEADER.match(line):
            resources.append({})
            continue
        match = _ATTRIBUTE.match(line)
        if match and resources:
            resources[-1][match.group(1)] = _value(match.group(2).strip())
    return resources


def control_points(resources):
    """IBM.MCP resources, or those of IBM.ManagementServer of old levels, as records of the evidence."""
    return [_management_server(row) if "ManagerType" in row else _mcp(row) for row in resources]


def _mcp(row):
    return {
        "mn_name": _text(row.get("MNName")),
        "node_id": node_id.from_number(row.get("NodeID")),
        "key_token": _text(row.get("KeyToken")),
        "ip_addresses": _words(row.get("IPAddresses")),
        "connectivity_names": _words(row.get("ConnectivityNames")),
        "hmc_name": _text(row.get("HMCName")),
        "hmc_ip_addr": _text(row.get("HMCIPAddr")),
        "hmc_additional_ips": _words(row.get("HMCAddIPs")) + _words(row.get("HMCAddIPv6s")),
        "active_peer_domain": _text(row.get("ActivePeerDomain")),
        "node_names": _words(row.get("NodeNameList")),
        "active_comm_mode": row.get("ActiveCommMode"),
    }


def _management_server(row):
    """IBM.ManagementServer (AIX 5.3, 6.1 TL5): no node id; type-model with a dash, which IBM.MCP leaves out."""
    serial = _text(row.get("ClusterSNum"))
    return {
        "mn_name": _text(row.get("LocalHostname")),
        "node_id": None,
        "key_token": _text(row.get("Hostname")),
        "ip_addresses": [value for value in (_text(row.get("Name")), _text(row.get("Hostname"))) if _is_address(value)][:1],
        "connectivity_names": _words(row.get("LocalHostname")),
        "hmc_name": _text(row.get("ClusterTM")).replace("-", "") + ("*" + serial if serial else ""),
        "hmc_ip_addr": _text(row.get("Hostname")) if _is_address(_text(row.get("Hostname"))) else "",
        "hmc_additional_ips": [],
        "active_peer_domain": _text(row.get("ActivePeerDomain")),
        "node_names": _words(row.get("NodeNameList")),
        "active_comm_mode": None,
    }


def _value(text):
    if text.startswith("{"):
        return _STRING.findall(text) or [item for item in re.split(r"[{},\s]+", text) if item]
    if text.startswith('"'):
        return text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return int(text) if _NUMBER.match(text) else text


def _text(value):
    """Also the single text of a list, and the number as text."""
    if isinstance(value, list):
        return value[0] if value else ""
    return "" if value is None else str(value)


def _words(value):
    """A list, from a list or from a text of words separated by commas or blanks."""
    if isinstance(value, list):
        return value
    return [word for word in re.split(r"[,\s]+", _text(value)) if word]


def _is_address(text):
    return bool(re.match(r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$", text))
