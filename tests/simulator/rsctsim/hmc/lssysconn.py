# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lssysconn: the console's sessions with the service processors."""

from __future__ import annotations

from . import lists, options, states
from .call import Call, Connected

_KNOWN = {"-r": options.VALUE, "-F": options.OPTIONAL, "--header": options.FLAG}
_ERRORS = {
    "no connection": "Connecting  0000-0000-00000000",
    "failed authentication": "Incorrect password 0802-0001-00000026",
    "version mismatch": "Connection not allowed 0009-0008-00000000",
}
_COLUMNS = ("resource_type", "type_model_serial_num", "sp", "sp_phys_loc", "ipaddr", "alt_ipaddr", "state", "connection_error_code")


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    if given.need("-r") not in ("all", "sys"):
        raise call.refuse("missing_parameter", parameters="-r")
    return lists.answer(call, given, [_row(one) for one in call.systems()], _COLUMNS)


def _row(system: Connected) -> dict[str, str]:
    never = states.never_connected(system)
    state = system.link.state
    shown = "Connected" if states.connected(system) else state
    if state.lower().startswith("pending authentication"):
        shown = "Pending Authentication"
    elif never:
        shown = "Connecting"
    row = {
        "resource_type": "sys",
        "type_model_serial_num": "unavailable" if never else system.machine,
        "sp": "unavailable" if state.lower() == "no connection" else "primary",
        "sp_phys_loc": "unavailable",
        "ipaddr": system.system.service_processor,
        "alt_ipaddr": "unavailable",
        "state": shown,
    }
    if state.lower() in _ERRORS:
        row["connection_error_code"] = _ERRORS[state.lower()]
    return row
