# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: ctsthl -l, the trusted host list."""

from __future__ import annotations

import re


def parse(text):
    """Host name -> {generation_method, identifier}."""
    entries, current, collecting = {}, None, False
    for line in text.splitlines():
        label, colon, value = line.partition(":")
        label = label.strip().lower()
        if colon and label == "host name":
            current = entries.setdefault(value.strip(), {"generation_method": None, "identifier": ""})
            collecting = False
        elif current is not None and colon and label == "identifier generation method":
            current["generation_method"] = value.strip()
        elif current is not None and colon and label == "identifier value":
            current["identifier"], collecting = value.strip().lower(), True
        elif collecting and re.match(r"^\s*[0-9a-fA-F]+\s*$", line):
            current["identifier"] += line.strip().lower()
        else:
            collecting = False
    return entries
