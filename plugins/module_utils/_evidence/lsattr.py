# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: lsattr -El."""

from __future__ import annotations

import re

_ROW = re.compile(r"^(\S+)(\s+)(\S+)(?:\s|$)")


def parse(text):
    """{attribute: value}. A value left empty is "": its column stays blank, and the description begins further right."""
    found = [match for match in (_ROW.match(line) for line in text.splitlines()) if match]
    column = min((match.start(3) for match in found), default=0)
    return {match.group(1): match.group(3) if match.start(3) == column else "" for match in found}


def machine(attributes):
    """type-model*serial from the attributes of sys0, "9105-22A*78F0A10"; None if it cannot be told.

    modelname is IBM,9105-22A; systemid is IBM,02 and the serial.
    """
    model = attributes.get("modelname", "").split(",")[-1]
    identifier = attributes.get("systemid", "").split(",")[-1]
    serial = identifier[2:] if len(identifier) == 9 else identifier
    return "{0}*{1}".format(model, serial) if model and serial else None
