# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a simulated AIX partition. ``run`` answers one; every module here registers its own."""

from __future__ import annotations

from typing import List, Mapping, Set

from .. import link, subsystems
from ..model import Estate, Lpar, Reply
from . import cluster, ct, ctsnap, devices, errors, net, rmc, software, src, system
from .call import COMMANDS, RSCT, VIOS, Call

FAMILIES = (cluster, ct, ctsnap, devices, errors, net, rmc, software, src, system)   # imported, they register their commands


def commands_of(lpar: Lpar) -> Set[str]:
    """What is installed on this host."""
    found = set(COMMANDS)
    if not lpar.rsct_level():
        found -= RSCT
    if lpar.kind != "vios":
        found -= VIOS
    return found


def run(estate: Estate, lpar: Lpar, user: str, argv: List[str], env: Mapping[str, str], now: float) -> Reply:
    name = argv[0]
    call = Call(estate, lpar, user, name, argv[1:], env, now)
    if name in lpar.hanging or "*" in lpar.hanging or lpar.wrecked or not lpar.up:
        return Reply(hang=True)
    if name in lpar.missing or name not in commands_of(lpar):
        return call.fail("no_command", rc=127, command=name)
    subsystems.expire(lpar, now)
    reply = COMMANDS[name](call)
    reply.delay += lpar.slow.get(name, 0.0)
    if reply.changes:
        link.observe(estate, now, lpar)
    return reply
