# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error log and syslog: errpt, logger."""

from __future__ import annotations

import time
from typing import List

from ..model import ErrorEntry, Reply
from .call import Call, command

HEADER = "IDENTIFIER TIMESTAMP  T C RESOURCE_NAME  DESCRIPTION"
MIGRATION_RUNS = 120.0
DETAIL = """\
---------------------------------------------------------------------------
LABEL:          {0.label}
IDENTIFIER:     {0.identifier}

Date/Time:       {when}
Node Id:         {node}
Class:           {0.cls}
Type:            {kind}
Resource Name:   {0.resource}

Description
{0.description}

"""


def entries(call: Call) -> List[ErrorEntry]:
    found = [entry for entry in call.lpar.errors if entry.identifier != "0"]    # an id that nobody published is not printed
    if call.lpar.activity.lpm:
        found.insert(0, ErrorEntry(call.now - MIGRATION_RUNS, "F2646817", "I", "S", "pmig", "Client Partition Migration Started"))
    return sorted(found, key=lambda entry: -entry.time)


@command("errpt")
def errpt(call: Call) -> Reply:
    flags, _rest = call.options("acgd:e:i:j:J:k:K:l:m:n:N:R:s:S:T:t")
    found = entries(call)
    if "-j" in flags:
        found = [entry for entry in found if entry.identifier in flags["-j"].split(",")]
    if "-J" in flags:
        found = [entry for entry in found if entry.label in flags["-J"].split(",")]
    if "-N" in flags:
        found = [entry for entry in found if entry.resource in flags["-N"].split(",")]
    if "-s" in flags:
        found = [entry for entry in found if _sortable(_stamp(call, entry)) >= _sortable(flags["-s"])]
    if "-a" in flags:
        return Reply("".join(_detail(call, entry) for entry in found))
    rows = ["%-10s %s %s %s %-14s %s" % (e.identifier, _stamp(call, e), e.type, e.cls, e.resource, e.description) for e in found]
    return Reply("".join(row + "\n" for row in ([HEADER] + rows if rows else [])))


def _stamp(call: Call, entry: ErrorEntry) -> str:
    return time.strftime("%m%d%H%M%y", time.gmtime(entry.time + call.lpar.clock_offset))


def _sortable(stamp: str) -> str:
    return stamp[8:10] + stamp[:8]


def _detail(call: Call, entry: ErrorEntry) -> str:
    when = time.strftime("%a %b %e %H:%M:%S UTC %Y", time.gmtime(entry.time + call.lpar.clock_offset))
    return DETAIL.format(entry, when=when, node=call.lpar.hostname, kind={"I": "INFO", "P": "PERM", "T": "TEMP"}.get(entry.type, entry.type))


@command("logger")
def logger(call: Call) -> Reply:
    return Reply()      # the command log keeps what was said
