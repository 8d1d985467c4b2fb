# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a simulated AIX command, and the table of all commands."""

from __future__ import annotations

import getopt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from .. import link
from ..model import Estate, Lpar, Reply
from . import texts

COMMANDS: Dict[str, Callable[["Call"], Reply]] = {}
RSCT = set()        # commands that come with the RSCT filesets
VIOS = set()        # commands of VIOS only
CHANGING: Dict[str, Callable[[List[str]], bool]] = {}     # command -> whether these arguments mean to change something


@dataclass
class Call:
    estate: Estate
    lpar: Lpar
    user: str
    name: str
    args: List[str]
    env: Mapping[str, str]
    now: float

    @property
    def root(self) -> bool:
        return self.user == "root"

    @property
    def language(self) -> str:
        locale = self.env.get("LC_ALL") or self.env.get("LANG") or "C"
        return locale.split(".")[0]

    @property
    def clock(self) -> float:
        """The host's own idea of the time."""
        return self.now + self.lpar.clock_offset

    def text(self, key: str, **values: Any) -> str:
        return texts.text(self.estate, self.language, key, **values)

    def say(self, key: str, **values: Any) -> str:
        return self.text(key, **values) + "\n"

    def fail(self, key: str, rc: int = 1, **values: Any) -> Reply:
        return Reply(stderr=self.say(key, **values), rc=rc)

    def options(self, letters: str) -> Tuple[Dict[str, str], List[str]]:
        """Flags and operands; a flag given twice keeps its last value. Raises getopt.GetoptError."""
        flags, rest = getopt.getopt(self.args, letters)
        return dict(flags), rest

    def ready(self) -> bool:
        return link.ready(self.estate, self.lpar, self.now)

    def real_path(self, path: str) -> Path:
        """Where a path of the host lies on this machine: under the host's root, unless it is spelled out in full."""
        whole = os.path.join(self.env.get("PWD", "/"), path)
        if Path(whole).exists() or whole.startswith(str(self.estate.directory)):
            return Path(whole)
        return Path(str(self.lpar.root) + whole)

    def path_on_host(self, path: str) -> str:
        """The other way round."""
        root = str(self.lpar.root)
        return path[len(root):] or "/" if path.startswith(root) else path


def always(_args: List[str]) -> bool:
    return True


def given(*flags: str) -> Callable[[List[str]], bool]:
    return lambda args: any(word in flags for word in args)


def unless_help(args: List[str]) -> bool:
    return bool(args) and "-h" not in args


def command(*names: str, rsct: bool = False, vios: bool = False, root: bool = False,
            changes: Optional[Callable[[List[str]], bool]] = None) -> Callable[[Callable[[Call], Reply]], Callable[[Call], Reply]]:
    """Register a function as command. ``root``: others may not execute it; ``changes``: when the log says that it is a change, also a refused one."""
    def register(function: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
        def guarded(call: Call) -> Reply:
            if root and not call.root:
                return call.fail("no_permission", rc=126, command=call.name)
            try:
                return function(call)
            except getopt.GetoptError as wrong:
                return call.fail("bad_flag", rc=3 if rsct else 1, command=call.name, flag=wrong.opt)
        for name in names:
            COMMANDS[name] = guarded
            if changes:
                CHANGING[name] = changes
            if rsct:
                RSCT.add(name)
            if vios:
                VIOS.add(name)
        return function
    return register
