# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: ctsvhbac. Its full layout is not known; what is read here are its labelled lines."""

from __future__ import annotations

import re

_LINE = re.compile(r"^\s*(Configuration file|Private Key file|Public Key file|Trusted Host List file|Identity|Status|Key Parity)\s*:\s*(.*?)\s*$")


def parse(text):
    """{items: [{label, value, status}], pair: True, False or None, attention: [what has "Status: Attention"]}."""
    items, pair = [], None
    for line in text.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        label, value = match.groups()
        if label == "Key Parity":
            pair = "in pair" in value and "not in pair" not in value
        elif label != "Status":
            items.append({"label": label, "value": value, "status": ""})
        elif items:
            items[-1]["status"] = value
    return {"items": items, "pair": pair, "attention": [item["value"] for item in items if item["status"].startswith("Attention")]}
