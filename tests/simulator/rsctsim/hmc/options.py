# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an HMC command line: free order, -F with or without names."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence

VALUE = "value"
OPTIONAL = "optional"
FLAG = "flag"


class UsageError(Exception):
    """The command line is wrong; key names the message, parameters are the options it speaks of."""

    def __init__(self, key: str, parameters: str) -> None:
        super().__init__(f"{key}: {parameters}")
        self.key = key
        self.parameters = parameters


class Options:
    """What was given on the command line."""

    def __init__(self, given: Mapping[str, Optional[str]]) -> None:
        self._given = dict(given)

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def get(self, name: str) -> Optional[str]:
        return self._given.get(name)

    def need(self, name: str) -> str:
        """The value of an option that must be there."""
        value = self._given.get(name)
        if not value:
            raise UsageError("missing_parameter", name)
        return value


def parse(arguments: Sequence[str], known: Mapping[str, str]) -> Options:
    """Read the arguments by the table of known options (name -> VALUE, OPTIONAL or FLAG)."""
    given: dict[str, Optional[str]] = {}
    index = 0
    while index < len(arguments):
        name = arguments[index]
        index += 1
        kind = known.get(name)
        if kind is None:
            raise UsageError("invalid_option", name)
        follows = index < len(arguments) and not arguments[index].startswith("-")
        if kind == FLAG or (kind == OPTIONAL and not follows):
            given[name] = None
        elif follows:
            given[name] = arguments[index]
            index += 1
        else:
            raise UsageError("missing_parameter", name)
    return Options(given)
