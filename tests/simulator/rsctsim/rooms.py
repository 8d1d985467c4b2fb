# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a login finds: directories, PATH and environment of each simulated host."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Tuple

from . import aix
from .hmc import shell as hmcbash
from .model import Estate, Hmc, Lpar

HERE = Path(__file__).resolve().parent.parent
BASH = shutil.which("bash") or "/bin/bash"
CAT = shutil.which("cat") or "/bin/cat"
TOOLS = ("sh", "ksh", "cat", "rm", "rmdir", "mkdir", "chmod", "chown", "cp", "mv", "ln", "sleep", "sed", "grep", "egrep", "fgrep", "awk", "cut", "sort",
         "head", "tail", "tr", "wc", "expr", "test", "printf", "env", "touch", "dd", "perl", "tar", "gzip", "gunzip", "compress", "uncompress", "echo",
         "true", "false", "sync", "which", "find", "basename", "dirname", "pwd", "kill", "nohup", "xargs", "tee", "cksum")
PYTHON = re.compile(r"(?<![\w./-])(?:/[\w.-]+)*/python[0-9.]*\b")
BECOME = "sim-become"       # what our sudo asks the server by
NO_PYTHON = "/nonexistent/python"


class Rooms:
    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.directory = estate.directory
        hooks = self.directory / "hooks"
        shutil.copytree(HERE / "hooks", hooks, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        self.hooks = hooks
        self.client, self.sudo = self._client("simcmd"), self._client("sudo")
        self.python = estate.python or os.path.realpath(sys.executable)
        self._hmc_rooms()

    def _client(self, name: str) -> Path:
        """With bash's own path: one exec less for every simulated command, and no bash needed on the hosts' PATH."""
        text = (HERE / "client" / name).read_text(encoding="utf-8")
        copy = self.directory / name
        copy.write_text(text.replace("#!/usr/bin/env bash", "#!" + BASH, 1), encoding="utf-8")
        copy.chmod(0o755)
        return copy

    # --- AIX -----------------------------------------------------------------------------------------------------------

    def aix_session(self, lpar: Lpar, user: str, command: Optional[str]) -> Tuple[List[str], Dict[str, str], Path]:
        home = self.home(lpar.name)
        env = {"PATH": str(self._bin(lpar)), "HOME": str(home), "USER": user, "LOGNAME": user, "SHELL": "/bin/sh", "TMPDIR": str(lpar.root / "tmp"),
               "LANG": lpar.language, "SIM_STATE": str(lpar.root.parent / "state"), "SIM_AIX": "%s %s" % (lpar.oslevel[0], lpar.oslevel[1]),
               "PERL5LIB": str(self.hooks), "PERL5OPT": "-MSimAix", "ODMDIR": "/etc/objrepos", "TZ": "UTC"}
        if lpar.language == "C":
            del env["LANG"]
        if command:     # ~root of this machine is not root's home of that host; Ansible asks for it by name
            command = re.sub(r"~%s(?![\w.-])" % re.escape(user), "~", command)
        if lpar.python:
            env["PYTHONPATH"] = str(self.hooks)
        elif command:
            command = PYTHON.sub(NO_PYTHON, command)
        argv = ["/bin/sh", "-c", command] if command is not None else ["/bin/sh", "-i"]
        return argv, env, home

    def home(self, host: str) -> Path:
        home = self.directory / "hosts" / host / "home"
        home.mkdir(parents=True, exist_ok=True)
        return home

    def _bin(self, lpar: Lpar) -> Path:
        """The PATH directory: shared by hosts with the same commands."""
        commands = aix.commands_of(lpar)
        traits = ("python" if lpar.python else "plain", lpar.kind, "rsct" if lpar.rsct_level() else "bare")
        profile = "-".join(traits + tuple("no_" + name.replace("/", "") for name in sorted(lpar.missing)))
        directory = self.directory / "bin" / profile
        if not directory.is_dir():
            aside = directory.with_name(profile + ".new")
            aside.mkdir(parents=True)
            link_tools(aside, (name for name in TOOLS if name not in lpar.missing))
            for name in commands:
                if name not in lpar.missing:
                    (aside / name).unlink(missing_ok=True)
                    (aside / name).symlink_to(self.client)
            (aside / "sudo").symlink_to(self.sudo)
            (aside / BECOME).symlink_to(self.client)
            if lpar.python:
                for name in ("python3", "python"):
                    (aside / name).symlink_to(self.python)
            aside.rename(directory)
        return directory

    def interpreter(self, lpar: Lpar) -> str:
        return str(self._bin(lpar) / "python3")

    # --- HMC -----------------------------------------------------------------------------------------------------------

    def _hmc_rooms(self) -> None:
        self.hmc_bin, self.locales = self.directory / "bin" / "hmc", self.directory / "locale"
        hmcbash.link_tools(self.hmc_bin, self.client)
        hmcbash.link_locales(self.locales)

    def hmc_session(self, hmc: Hmc, user: str, command: Optional[str]) -> Tuple[List[str], Dict[str, str], Path]:
        home = self.home(hmc.name)
        env = hmcbash.environment(user, hmc.name, str(home), str(self.hmc_bin), str(self.locales), hmc.users[user].language)
        return hmcbash.argv_for(command), env, home

    @staticmethod
    def hmc_greeting(client: str) -> str:
        return hmcbash.greeting(time.strftime("%a %b %e %H:%M:%S %Y"), client)


def link_tools(directory: Path, names: Iterable[str]) -> None:
    for name in names:
        found = shutil.which(name)
        if name == "ksh" and not found:
            found = "/bin/sh"       # AIX always has it; here sh stands in
        if found:
            (directory / name).symlink_to(found)
