# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lssvcevents: open events that concern RMC."""

from __future__ import annotations

import time

from .. import link
from . import lists, options, states
from .call import Call

_KNOWN = {**lists.FORM, "-t": options.VALUE, "-d": options.VALUE, "-m": options.VALUE}
_COLUMNS = ("problem_num", "pmh_num", "refcode", "status", "first_time", "last_time", "sys_name", "text")
_DAY = 86400


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    if given.need("-t") != "hardware":
        raise call.refuse("missing_parameter", parameters="-t")
    wanted = lists.filters_of(call, given, ("status", "refcodes"))
    rows = [] if "open" not in wanted.get("status", ["open"]) else _events(call)
    if "refcodes" in wanted:
        rows = [row for row in rows if row["refcode"] in wanted["refcodes"]]
    return lists.answer(call, given, rows, _COLUMNS)


def _events(call: Call) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for system in call.systems():
        if not states.connected(system):
            rows.append(_event(call, len(rows), "B3030001", call.said.text("lost_service_processor"), call.now // _DAY * _DAY))
            continue
        for partition in system.system.partitions:
            view = link.raw_view(call.estate, call.hmc, (system.machine, partition.lpar_id), call.now)
            lost = view is not None and view.active == 0
            # Only partitions that run, and whose profile says so, are watched.
            if lost and partition.state == "Running" and partition.conn_monitoring:
                since = _since(call, partition.lpar)
                rows.append(_event(call, len(rows), "B3020001", call.said.text("lost_partition", name=partition.name), since))
    return rows


def _since(call: Call, lpar: str | None) -> float:
    history = call.estate.links.get((call.hmc.name, lpar or ""))
    return history.history[-1][0] if history and history.history else call.now // _DAY * _DAY


def _event(call: Call, number: int, refcode: str, text: str, since: float) -> dict[str, str]:
    # The date format depends on the locale.
    form = "%d.%m.%y %H:%M:%S" if call.said.lang != "en" else "%m/%d/%Y %H:%M:%S"
    moment = time.strftime(form, time.gmtime(since + call.hmc.clock_offset))
    return {
        "problem_num": str(number + 1),
        "pmh_num": "",
        "refcode": refcode,
        "status": "Open",
        "first_time": moment,
        "last_time": moment,
        "sys_name": call.hmc.name,
        "text": text,
    }
