# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hmcbash: real `bash -r` on a PATH that holds the known tools and the simulated commands only.

Restricted bash itself refuses "/" in command names, output redirection, exec, cd and a new PATH, as the console does.
"""

from __future__ import annotations

import os
import pathlib
import shutil
from typing import Optional

# Seen on real consoles. Not proven there and therefore absent: tail, wc, tr, timeout, sleep, xargs.
ALLOWED_TOOLS = (
    "grep", "egrep", "fgrep", "sed", "sort", "cut", "cat", "cp", "ls", "head", "less", "expr", "echo", "which", "uname", "du",
    "diff", "locale", "mkdir",
)  # fmt: skip
SIMULATED = (
    "lssyscfg", "lspartition", "lshmc", "lshwres", "lssysconn", "lssvcevents", "lsrefcode", "lsaccfg", "chsysstate", "diagrmc",
    "hmcshutdown", "rmsyscfg", "rmsysconn", "chhmc", "chhwres", "pesh", "date", "hostname", "scp",
)  # fmt: skip

# Locales that a console has and this machine need not have: without them every bash complains about LC_ALL=en_US.
LOCALES = ("en_US", "en_US.UTF-8", "pl_PL", "pl_PL.UTF-8")
_LOCALE_TEMPLATES = ("/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8")

_BASH = shutil.which("bash") or "/bin/bash"


def argv_for(command_line: Optional[str]) -> list[str]:
    """The process for one ssh request: a command line, or None for a login shell."""
    if command_line is None:
        return [_BASH, "--noprofile", "--norc", "-r", "-i"]
    return [_BASH, "-r", "-c", command_line]


def greeting(last_login: str, client: str) -> str:
    """What a login with a pty prints first."""
    return f"Last login: {last_login} from {client}\r\n"


def environment(user: str, host: str, home: str, bin_directory: str, locale_directory: str, language: str) -> dict[str, str]:
    """The environment of a session; language is the user's own locale."""
    return {
        "PATH": bin_directory,
        "HOME": home,
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/hmcbash",
        "LANG": language,
        "LOCPATH": locale_directory,
        "PS1": f"{user}@{host}:~> ",
    }


def link_tools(directory: pathlib.Path, client: pathlib.Path) -> None:
    """Fill the PATH directory of a console: tools of this machine, and the client for every simulated command."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ALLOWED_TOOLS:
        tool = shutil.which(name)
        if tool is not None:
            _link(directory / name, tool)
    for name in SIMULATED:
        _link(directory / name, os.fspath(client))


def link_locales(directory: pathlib.Path) -> None:
    """Give the console's locales to the real tools, in a directory for LOCPATH."""
    directory.mkdir(parents=True, exist_ok=True)
    template = next((path for path in _LOCALE_TEMPLATES if os.path.isdir(path)), None)
    if template is not None:
        for name in LOCALES:
            _link(directory / name, template)


def _link(link: pathlib.Path, target: str) -> None:
    if not link.is_symlink():
        link.symlink_to(target)
