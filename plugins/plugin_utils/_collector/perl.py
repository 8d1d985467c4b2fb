# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the collector for partitions without Python, as text to send and text to read back."""

from __future__ import annotations

import base64
import binascii
import pathlib
from urllib.parse import quote

from ...module_utils import _command
from ...module_utils._evidence import probes

# Read when this is imported: workers are forked from the process that did.
_PROGRAM = pathlib.Path(__file__).with_name("collect.pl").read_text(encoding="utf-8")
# For connections that cannot hand over standard input (a become method that wants a terminal): the program as an argument.
COMMAND_WITH_INPUT = "LC_ALL=C perl -"
_COMMAND_WITH_ARGUMENT = "LC_ALL=C perl -MMIME::Base64 -e 'eval decode_base64(shift); die $@ if $@' {0}"


class NoAnswer(Exception):
    """What came back is not the answer of the collector: there is no Perl, or it could not run."""


def program(options, nonce):
    """The text of the collector, with the table of probes in front."""
    options = dict(probes.DEFAULTS, **options)
    settings = {
        "nonce": nonce,
        "path": ":".join(_command.PATH_ADDITIONS),
        "path_behind": _command.PATH_BEHIND,
        "stages": " ".join(str(stage) for stage in probes.STAGES),
        "side_by_side": probes.SIDE_BY_SIDE,
        "read_limit": probes.READ_LIMIT,
        "paths_stage": probes.PATHS["stage"],
        "paths_probe": probes.PATHS["probe"],
        "paths_line": probes.PATHS["line"],
        "paths_address": probes.PATHS["address"],
        "max_addresses": probes.MAX_ADDRESSES,
        "port": options["rmc_port"],
        "connect_timeout": options["connect_timeout"],
    }
    rows = [("set", name, _plain(value)) for name, value in settings.items()]
    rows += [("env", name, _plain(value)) for name, value in _command.ENVIRONMENT.items()]
    rows += [("unset", name) for name in _command.ENVIRONMENT_REMOVED]
    rows += [("address", _plain(address)) for address in options["hmc_addresses"]]
    rows += [_row(probe, options) for probe in probes.table(options)]
    table = "\n".join("\t".join(row) for row in rows)
    return "$main::TABLE = <<'END_OF_TABLE';\n{0}\nEND_OF_TABLE\n{1}".format(table, _PROGRAM)


def command_with_argument(text):
    """The command line that carries the program itself."""
    return _COMMAND_WITH_ARGUMENT.format(base64.b64encode(text.encode("utf-8")).decode("ascii"))


def records(text, nonce):
    """(raw records, whether the answer is complete). Banners, prompts and other noise around the frames are passed over."""
    if nonce + " BEGIN" not in text:
        raise NoAnswer()
    rows = []
    for line in text.split("\n"):
        fields = line.partition(nonce + " RECORD ")[2].split()
        if len(fields) != 6:
            continue
        name, outcome, rc, seconds, stdout, stderr = fields
        try:
            rows.append(
                {
                    "name": name,
                    "outcome": outcome,
                    "rc": None if rc == "-" else int(rc),
                    "seconds": float(seconds),
                    "stdout": _decoded(stdout),
                    "stderr": _decoded(stderr),
                }
            )
        except (ValueError, binascii.Error):
            # A line that noise ran into: this probe counts as not answered.
            continue
    return rows, nonce + " END" in text


def _row(probe, options):
    return (
        "probe",
        probe["name"],
        probe["kind"],
        str(probe["stage"]),
        str(probes.seconds(probe, options)),
        str(probe["limit"]),
        str(int(probe["tail"])),
        _plain(probe["keep"]),
        _plain(probe["path"]),
        _plain(probe["having"]),
        " ".join(_plain(word) for word in probe["argv"]),
        " ".join("{0},{1},{2}".format(name, int(matches), _plain(regex)) for name, matches, regex in probe["when"]),
    )


def _plain(value):
    """Without blanks, commas, tabs and line ends."""
    return quote(str(value), safe="")


def _decoded(text):
    return "" if text == "-" else base64.b64decode(text, validate=True).decode("utf-8", "replace")
