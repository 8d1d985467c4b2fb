# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lspartition: the raw RMC data. Rows outlive partitions and old addresses."""

from __future__ import annotations

from .. import link
from ..model import RawView, Slot
from . import options
from .call import Call
from .roles import sees

_KNOWN = {"-dlpar": options.FLAG, "-i": options.FLAG, "-ix": options.FLAG, "-sfp": options.FLAG, "-c": options.VALUE}
_OLD_WORD_BEFORE = (8,)
# -i and -ix were seen to say 3 for what is not known; which rows get it is not known either.
_NOT_KNOWN = 3
# DCaps and CmdCaps of every row seen that was not active.
_NOT_ACTIVE = ("0x2f", "0x0b, 0x0b")


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    rows = [row for row in _rows(call) if given.get("-c") in (None, row[0][0])]
    if "-dlpar" in given:
        word = "LPAR" if call.level < _OLD_WORD_BEFORE else "Partition"
        return "".join(_two_lines(word, *row) for row in rows)
    if "-ix" in given or "-i" in given:
        return "".join(_short(call, "-ix" in given, *row) for row in rows) + "\n"
    if "-sfp" in given:
        return ""
    raise call.refuse("missing_parameter", parameters="-dlpar")


def _rows(call: Call) -> list[tuple[Slot, RawView]]:
    found = []
    for slot in call.hmc.nodes:
        view = link.raw_view(call.estate, call.hmc, slot, call.now)
        if view is not None and sees(call.user, *slot):
            found.append((slot, view))
    return sorted(found, key=lambda row: row[1].index)


def _two_lines(word: str, slot: Slot, view: RawView) -> str:
    known = [part for part in view.os if part]
    operating_system = ", ".join(known) if known else " , , "
    dcaps, cmdcaps = (view.dcaps, view.cmdcaps) if view.active else _NOT_ACTIVE
    return (
        f"<#{view.index}> {word}:<{slot[1]}*{slot[0]}, {view.hostname}, {view.address}>\n"
        f"       Active:<{view.active}>, OS:<{operating_system}>, DCaps:<{dcaps}>,"
        f" CmdCaps:<{cmdcaps}>, PinnedMem:<{view.pinned_mem}>\n"
    )


def _short(call: Call, extended: bool, slot: Slot, view: RawView) -> str:
    active = view.active
    if active == 0 and call.estate.variant == "wide":
        active = _NOT_KNOWN
    cells = [str(slot[1]), view.address, str(active)]
    if extended:
        cells += [view.hostname, view.os[0], view.os[1]]
    return ",".join(cells) + ";"
