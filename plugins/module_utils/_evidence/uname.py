# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: uname -L."""

from __future__ import annotations

import re

_ANSWER = re.compile(r"^\s*([0-9]{1,6})\s+(\S.*?)\s*$", re.MULTILINE)


def parse(text):
    """{lpar_id, lpar_name}, both None where there is no partition ("-1 NULL")."""
    match = _ANSWER.search(text)
    return {"lpar_id": int(match.group(1)), "lpar_name": match.group(2)} if match else {"lpar_id": None, "lpar_name": None}
