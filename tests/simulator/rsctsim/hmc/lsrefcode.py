# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lsrefcode: reference codes of partitions, to see whether the operating system is up at all."""

from __future__ import annotations

import time

from . import lists, options, states
from .call import Call

_KNOWN = {**lists.FORM, "-r": options.VALUE, "-m": options.VALUE, "-n": options.VALUE}
_COLUMNS = ("lpar_name", "lpar_id", "time_stamp", "refcode")


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    if given.need("-r") != "lpar":
        raise call.refuse("missing_parameter", parameters="-r")
    system = call.system(given.need("-m"))
    states.need_partitions(call, system)
    moment = time.strftime("%m/%d/%Y %H:%M:%S", call.clock)
    rows = [
        {"lpar_name": one.name, "lpar_id": str(one.lpar_id), "time_stamp": moment, "refcode": one.refcode}
        for one in lists.partitions(call, given, system)
    ]
    return lists.answer(call, given, rows, _COLUMNS)
