# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: whose snapshot it is, and whether this host is the same one."""

from __future__ import annotations

import os

from ..._evidence import lsattr, lslpp, node_id, uname
from .errors import SnapshotError

FILESET = "rsct.core.rmc"


def read(runner, var_ct, node_id_file):
    """{partition, node_id, rsct_level, definitions} of this host; what does not answer is None."""
    number = uname.parse(_output(runner, ["uname", "-L"]))
    machine = lsattr.machine(lsattr.parse(_output(runner, ["lsattr", "-El", "sys0"])))
    filesets = lslpp.parse(_output(runner, ["lslpp", "-Lcq", FILESET]))
    return {
        "partition": {"machine": machine, "lpar_id": number["lpar_id"], "lpar_name": number["lpar_name"], "hostname": os.uname()[1]},
        "node_id": {"etc": _node_id(node_id_file), "var_ct": _node_id(os.path.join(var_ct, b"cfg", b"ct_node_id"))},
        "rsct_level": next((row["level"] for row in filesets if row["name"] == FILESET), None),
        # For the reader: a restore leaves them to rmcctrl -A, which makes both.
        "definitions": {
            "src": _output(runner, ["odmget", "-q", "subsysname=ctrmc", "SRCsubsys"]),
            "inittab": _output(runner, ["lsitab", "ctrmc"]),
        },
    }


def _output(runner, argv):
    result = runner.run(argv)
    return result.stdout if result.outcome == "ok" else ""


def _node_id(path):
    try:
        with open(path, "rb") as stream:
            return node_id.parse(stream.read(4096).decode("utf-8", "replace"))
    except OSError:
        return None


def require_known(identity):
    """A snapshot is bound to machine serial and partition id; without them it could be restored anywhere."""
    partition = identity["partition"]
    if partition["machine"] and partition["lpar_id"] is not None:
        return
    raise SnapshotError(
        "identity_unknown",
        "This partition cannot be told apart: machine {0}, partition id {1}.".format(partition["machine"], partition["lpar_id"]),
        [{"source": "lsattr -El sys0", "detail": str(partition["machine"])}, {"source": "uname -L", "detail": str(partition["lpar_id"])}],
        "Find out why these commands do not answer.",
    )


def require_same(manifest, identity, reidentified):
    """Refuse a snapshot of another partition; and one of another node id unless the user says that this host was re-identified."""
    require_known(identity)
    for key in ("machine", "lpar_id"):
        here, there = identity["partition"][key], manifest["partition"].get(key)
        if here != there:
            raise SnapshotError(
                "wrong_partition",
                "The snapshot is of another partition.",
                [{"source": "manifest", "detail": "{0} is {1}, the snapshot has {2}".format(key, here, there)}],
                "Never restore the RSCT data of another partition. After a migration to another machine take a new snapshot.",
            )
    here, there = _known(identity), _known(manifest)
    if here - there and not reidentified:
        raise SnapshotError(
            "wrong_node_id",
            "The snapshot is of this partition, but of another node id.",
            [{"source": "ct_node_id", "detail": "here {0}, in the snapshot {1}".format(_text(here), _text(there))}],
            "If this partition got a new node id since (recfgct) and that is to be undone, say so with reidentified=true.",
        )


def _known(bearer):
    return {value for value in bearer["node_id"].values() if value}


def _text(node_ids):
    return ", ".join(sorted(node_ids)) or "none"
