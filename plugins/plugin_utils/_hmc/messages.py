# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what a line that is not data means. Texts reach us on stdout, with or without a code."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KNOWN = (
    ("no_results", r"^No results were found"),
    ("unknown_attribute", r"^An invalid attribute was entered"),
    ("missing_parameter", r"^The command entered is either missing a required parameter"),
    ("partition_not_found", r"\bHSCL801[23]\b"),
    ("system_not_found", r"\bHSCL8018\b"),
    ("no_authority", r"\bHSCL350B\b"),
    ("not_connected", r"\bHSCL0237\b"),
    ("no_rmc_connection", r"\bHSCL2957\b|\bHSCLA246\b"),
    ("unknown_command", r"\bcommand not found\b"),
    ("refused_by_shell", r"\brestricted\b"),
)
# Any other code of the HMC or of a VIOS: an error even where the return code is 0.
_CODE = re.compile(r"\b(HSC[A-Z][0-9A-F]{4}|VIOSE[0-9]+)\b")

# The kinds that are answers, not errors.
HARMLESS = {"ok", "no_results", "remark"}


@dataclass(frozen=True)
class Meaning:
    """kind: ok, no_results, remark, error, or one of the known errors; message: the lines behind it, for people."""

    kind: str
    message: str

    @property
    def failed(self) -> bool:
        return self.kind not in HARMLESS


def meaning(rc: int | None, lines: list[str]) -> Meaning:
    """What rc and the lines that are not data say together: a known error is one even with rc 0, rc not 0 is one without it."""
    message = " ".join(line.strip() for line in lines if line.strip())
    for kind, pattern in _KNOWN:
        for line in lines:
            if re.search(pattern, line.strip(), re.IGNORECASE):
                return Meaning(kind, message)
    if any(_CODE.search(line) for line in lines):
        return Meaning("error", message)
    if rc == 0:
        return Meaning("remark" if message else "ok", message)
    return Meaning("error", message or (f"return code {rc}, and not a word" if rc is not None else "no answer"))
