# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all list commands share: -F, --header, --filter, no results."""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, Sequence

from . import filters, options, render
from .call import Call, Connected
from .roles import sees
from ..model import Partition

FORM = {"-F": options.OPTIONAL, "--header": options.FLAG, "--filter": options.VALUE, "--help": options.FLAG}


def answer(
    call: Call,
    given: options.Options,
    rows: Sequence[Mapping[str, str]],
    known: Sequence[str],
    left_out: Sequence[str] = (),
) -> str:
    """The rows in the form asked for. One unknown attribute fails the whole command.

    known is the column set of -F alone; left_out is not shown without -F.
    """
    names: Optional[list[str]] = None
    delimiter = ","
    if "-F" in given:
        spec = given.get("-F")
        names = list(known)
        if spec is not None:
            names, delimiter = render.split_names(spec)
            unknown = next((name for name in names if name not in known), None)
            if unknown is not None:
                raise call.refuse("invalid_attribute", attribute=unknown)
    elif "--header" in given:
        raise call.refuse("missing_parameter", parameters="-F")
    if not rows and not ("--header" in given and call.estate.variant == "wide"):
        return call.said.text("no_results") + "\n"
    shown = [{name: call.said.value(value) for name, value in row.items() if names or name not in left_out} for row in rows]
    return render.table(shown, names, delimiter, header="--header" in given)


def filters_of(call: Call, given: options.Options, known: Iterable[str]) -> dict[str, list[str]]:
    """The filters of --filter; one that the command does not have is refused."""
    try:
        found = filters.parse(given.get("--filter") or "")
    except filters.BadFilter as bad:
        raise call.refuse("invalid_filter", part=bad.part) from None
    for name in found:
        if name not in known:
            raise call.refuse("invalid_filter", part=name)
    return found


def partitions(call: Call, given: options.Options, system: Connected) -> list[Partition]:
    """The partitions of a system which the user may see and the filter asks for.

    A name or id that does not exist spoils the whole answer, so does one the user may not see.
    """
    seen = [one for one in system.system.partitions if sees(call.user, system.machine, one.lpar_id)]
    wanted = filters_of(call, given, ("lpar_names", "lpar_ids"))
    names, ids = wanted.get("lpar_names"), wanted.get("lpar_ids")
    for name in names or ():
        if name not in [one.name for one in seen]:
            raise call.refuse("partition_not_found", name=name)
    for lpar_id in ids or ():
        if lpar_id not in [str(one.lpar_id) for one in seen]:
            raise call.refuse("partition_id_not_found", lpar_id=lpar_id)
    return [
        one for one in seen if (names is None or one.name in names) and (ids is None or str(one.lpar_id) in ids)
    ]
