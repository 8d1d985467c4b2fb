# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""chsysstate, as far as RMC needs it: the rebuild of a managed system."""

from __future__ import annotations

from .. import link
from . import options, states
from .call import Call, Connected

_KNOWN = {"-m": options.VALUE, "--all": options.FLAG, "-r": options.VALUE, "-o": options.VALUE, "--help": options.FLAG}


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    if (given.need("-r"), given.need("-o")) != ("sys", "rebuild"):
        raise call.refuse("not_simulated", command="chsysstate " + " ".join(call.arguments))
    for system in _chosen(call, given):
        if not states.connected(system):
            raise call.refuse("not_connected", state=system.link.state)
        link.rebuild(call.estate, call.hmc, system.system, call.now)
    return ""  # silent on success [unverified]


def _chosen(call: Call, given: options.Options) -> list[Connected]:
    if "--all" in given:
        return [one for one in call.systems() if states.connected(one)]
    return [call.system(name) for name in given.need("-m").split(",")]
