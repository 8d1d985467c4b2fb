# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels: lslpp, oslevel, ioslevel, ctversion."""

from __future__ import annotations

import fnmatch
from typing import List, Tuple

from ..model import Fileset, Reply
from .call import Call, command

ALWAYS = (Fileset("bos.rte", "7.2.5.200", "Base Operating System Runtime"), Fileset("perl.rte", "5.28.1.5", "Perl Version 5 Runtime Environment"))


def _select(call: Call, patterns: List[str]) -> Tuple[List[Fileset], str]:
    filesets = list(ALWAYS) + call.lpar.filesets
    if not patterns:
        return filesets, ""
    found, errors = [], ""
    for pattern in patterns:
        matches = [fs for fs in filesets if fnmatch.fnmatchcase(fs.name, pattern) and fs not in found]
        found += matches
        if not matches:
            errors += call.say("no_fileset", name=pattern)
    return sorted(found, key=lambda fs: fs.name), errors


@command("lslpp")
def lslpp(call: Call) -> Reply:
    flags, rest = call.options("LlhcqfpwdeaIJOr")
    found, errors = _select(call, [name for name in rest if name != "all"])
    if "-c" in flags and "-L" in flags:
        rows = ["%s:%s:%s: : :%s:%s:%s: : : : : : :%d:0:/:" % (
            ".".join(fs.name.split(".")[:2]), fs.name, fs.level, fs.state, "F" if fs.fix else " ", fs.description, 0 if fs.fix else 1) for fs in found]
        if "-q" not in flags:
            rows.insert(0, "#Package Name:Fileset:Level:State:PTF Id:Fix State:Type:Description:Destination Dir.:Uninstaller:Message Catalog:")
    elif "-c" in flags:
        rows = ["/usr/lib/objrepos:%s:%s::COMMITTED:%s:%s:" % (fs.name, fs.level, "F" if fs.fix else "I", fs.description) for fs in found]
    else:
        rows = [] if "-q" in flags else ["  Fileset                      Level  State      Description         ", "  " + "-" * 76]
        rows += ["  %-27s %8s  COMMITTED  %s" % (fs.name, fs.level, fs.description) for fs in found]
    return Reply("".join(row + "\n" for row in rows), errors, 1 if errors else 0)


@command("oslevel")
def oslevel(call: Call) -> Reply:
    level = call.lpar.oslevel
    if "-s" in call.args:
        return Reply(level + "\n")
    if "-r" in call.args:
        return Reply(level[:7] + "\n")
    return Reply("%s.%s.0.0\n" % (level[0], level[1]))


@command("ioslevel", "ioscli", vios=True)
def ioslevel(call: Call) -> Reply:
    return Reply(call.lpar.ios_level + "\n")


@command("ctversion", rsct=True)
def ctversion(call: Call) -> Reply:
    return Reply("rsct_rbuild %s\n" % call.lpar.rsct_level())
