# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a simulated HMC. Every error goes to stdout with rc 1, as on the console."""

from __future__ import annotations

import json
from typing import Mapping, Sequence

from .. import harm
from ..model import Estate, Hmc, Reply
from . import chsysstate, diagrmc, forbidden, lsaccfg, lshmc, lshwres, lspartition, lsrefcode, lssvcevents, lssyscfg, lssysconn, roles, small
from .call import Call, Hangs, Refused
from .messages import VARIANTS, Messages, language
from .options import UsageError

COMMANDS = {
    "lssyscfg": lssyscfg.run,
    "lspartition": lspartition.run,
    "lshmc": lshmc.run,
    "lshwres": lshwres.run,
    "lssysconn": lssysconn.run,
    "lssvcevents": lssvcevents.run,
    "lsrefcode": lsrefcode.run,
    "lsaccfg": lsaccfg.run,
    "chsysstate": chsysstate.run,
    "diagrmc": diagrmc.run,
    "hmcshutdown": forbidden.hmcshutdown,
    "rmsyscfg": forbidden.rmsyscfg,
    "rmsysconn": forbidden.rmsysconn,
    "chhmc": forbidden.chhmc,
    "chhwres": forbidden.chhwres,
    "pesh": forbidden.pesh,
    "date": small.date,
    "hostname": small.hostname,
    "scp": small.scp,
}
CHANGING = ("chsysstate", "hmcshutdown", "rmsyscfg", "rmsysconn", "chhmc", "chhwres", "pesh")
# Texts of the estate's owner for what nobody has seen: {"key of messages.INVENTED": "text"}.
REPLACEMENTS_FILE = "hmc_messages.json"


def run(estate: Estate, hmc: Hmc, user: str, argv: Sequence[str], env: Mapping[str, str], now: float) -> Reply:
    """Answer one command of a user, given as argv with the base name of the command first."""
    reply = _answer(estate, hmc, user, argv[0], list(argv[1:]), env, now)
    reply.changes, reply.harm = _changes(argv[0], argv[1:]), harm.new(hmc)
    return reply


def _answer(estate: Estate, hmc: Hmc, user: str, command: str, arguments: list[str], env: Mapping[str, str], now: float) -> Reply:
    account = hmc.users[user]
    said = Messages(language(env, account.language), _replacements(estate))
    call = Call(estate, hmc, account, arguments, said, now, delay=hmc.command_seconds + hmc.slow.get(command, 0.0))
    if command in hmc.hanging:
        return Reply(hang=True)
    try:
        if account.expired:
            raise call.refuse("account_expired")
        if not roles.allowed(account.role, command):
            raise call.refuse("no_authority")
        return Reply(COMMANDS[command](call), delay=call.delay)
    except UsageError as wrong:
        refused = call.refuse(wrong.key, parameters=wrong.parameters)
    except Refused as caught:
        refused = caught
    except Hangs:
        return Reply(hang=True)
    return Reply(refused.text + "\n", rc=refused.rc, delay=call.delay)


def _changes(command: str, arguments: Sequence[str]) -> bool:
    """Whether the command would change something, were it allowed to."""
    return command in CHANGING or (command == "diagrmc" and "--autocorrect" in arguments)


def _replacements(estate: Estate) -> dict[str, str]:
    texts = dict(VARIANTS.get(estate.variant, {}))
    path = estate.directory / REPLACEMENTS_FILE
    if path.is_file():
        texts.update(json.loads(path.read_text(encoding="utf-8")))
    return texts
