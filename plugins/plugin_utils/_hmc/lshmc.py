# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lshmc, who this HMC is."""

from __future__ import annotations

import ipaddress
import re

from . import rows

_LEVEL = re.compile(r"V\d+R\d+(?:\.\d+)*")
_PART = re.compile(r"^\W*(?:version=)?\s*(Version|Release|Service Pack):\s*(\S+)", re.MULTILINE)
_VPD = re.compile(r"^\W*(?:vpd=)?\*(TM|SE|NA)[ \t]+(\S+)", re.MULTILINE)
_ADDRESS_ATTRIBUTE = re.compile(r"^(?:ipaddr|ipaddrlpar|ipv6addrlpar|ipv4addr_\w+|ipv6addr_\w+)$")


def level(text: str) -> dict:
    """lshmc -V: version (V10R3, V8R8.7.0) and service pack (1063). One cell of several lines, then base_version."""
    parts = dict(_PART.findall(text))
    base = _LEVEL.search(rows.pairs(text).get("base_version", ""))
    version = base.group(0) if base else None
    if version is None and "Version" in parts and "Release" in parts:
        version = f"V{parts['Version']}R{parts['Release']}"
    return {"version": version, "service_pack": parts.get("Service Pack")}


def vpd(text: str) -> dict:
    """lshmc -v: model, serial. IBM.MCP names the HMC by the two, without the dash."""
    found: dict[str, str] = {}
    for name, content in _VPD.findall(text):
        found.setdefault(name, content)
    return {"model": found.get("TM"), "serial": found.get("SE"), "addresses": _addresses([found.get("NA", "")])}


def network(text: str) -> dict:
    """lshmc -n: host name and every address, the one of partitions among them."""
    found = rows.pairs(text.replace("\n", ""))
    listed = [found[name] for name in found if _ADDRESS_ATTRIBUTE.match(name)]
    return {"name": rows.value(found.get("hostname")), "addresses": _addresses(listed)}


def security_mode(text: str) -> str | None:
    """lshmc -r: legacy or nist_sp800_131a; None on levels below V8R8.1, which have no modes."""
    found = re.fullmatch(r"[a-z0-9_]{1,40}", rows.pairs(text).get("security", "").strip().lower())
    return rows.value(found.group(0)) if found else None


def _addresses(listed: list[str]) -> list[str]:
    """Addresses in canonical spelling, without prefix lengths, each once, in order."""
    seen: dict[str, None] = {}
    for text in ",".join(listed).split(","):
        try:
            address = ipaddress.ip_address(text.strip().partition("/")[0])
        except ValueError:
            continue
        if not address.is_unspecified:
            seen.setdefault(str(address))
    return list(seen)
