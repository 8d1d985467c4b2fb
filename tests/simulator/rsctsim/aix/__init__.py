# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a simulated AIX partition. ``run`` answers one; every module here registers its own."""

from __future__ import annotations

from typing import List, Mapping, Set

from .. import harm, link, subsystems
from ..model import Estate, Lpar, Reply
from . import cluster, ct, ctsnap, devices, errors, forbidden, net, rmc, software, src, system
from .call import CHANGING, COMMANDS, RSCT, VIOS, Call

FAMILIES = (cluster, ct, ctsnap, devices, errors, forbidden, net, rmc, software, src, system)   # imported, they register their commands


def commands_of(lpar: Lpar) -> Set[str]:
    """What is installed on this host."""
    found = set(COMMANDS)
    if not lpar.rsct_level():
        found -= RSCT
    if lpar.kind != "vios":
        found -= VIOS
    return found


def run(estate: Estate, lpar: Lpar, user: str, argv: List[str], env: Mapping[str, str], now: float) -> Reply:
    reply = _answer(estate, lpar, Call(estate, lpar, user, argv[0], argv[1:], env, now))
    reply.changes = argv[0] in CHANGING and CHANGING[argv[0]](argv[1:])
    if reply.changes:
        link.observe(estate, now, lpar)
    reply.harm = harm.new(lpar)
    return reply


def _answer(estate: Estate, lpar: Lpar, call: Call) -> Reply:
    name = call.name
    if name in lpar.hanging or "*" in lpar.hanging or lpar.wrecked or not lpar.up:
        return Reply(hang=True)
    if name in lpar.missing or name not in commands_of(lpar):
        return call.fail("no_command", rc=127, command=name)
    subsystems.expire(lpar, call.now)
    harm.look(estate, lpar)
    reply = COMMANDS[name](call)
    reply.delay += lpar.slow.get(name, 0.0)
    return reply
