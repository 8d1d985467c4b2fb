# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small commands of the console's shell that must not answer for this machine: date, hostname, scp."""

from __future__ import annotations

import time

from .call import Call, Refused


def date(call: Call) -> str:
    """The console's own clock, always in UTC: date [-u] [+FORMAT]."""
    form = "%a %b %d %H:%M:%S UTC %Y"
    for argument in call.arguments:
        if argument.startswith("+"):
            form = argument[1:]
        elif argument not in ("-u", "--utc"):
            raise Refused(f"date: invalid option -- '{argument}'")
    seconds = int(call.now + call.hmc.clock_offset)
    # strftime would take the zone of this machine for %s and %Z.
    return time.strftime(form.replace("%s", str(seconds)).replace("%Z", "UTC").replace("%z", "+0000"), call.clock) + "\n"


def hostname(call: Call) -> str:
    long_name = any(argument in ("-f", "--fqdn") for argument in call.arguments)
    return f"{call.hmc.name}.{call.hmc.domain}\n" if long_name else f"{call.hmc.name}\n"


def scp(call: Call) -> str:
    raise Refused("scp: this simulated console copies nothing")
