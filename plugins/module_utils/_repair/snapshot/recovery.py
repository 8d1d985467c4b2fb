# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what forbids to stop RSCT for a restore that was cut off, perhaps weeks ago.

Not all the guards of a new restore: that the host just booted, or that a file system is full, may be the very trace of what cut
it off, and the trees are whole either way.
"""

from __future__ import annotations

from .. import guards
from . import identity
from .errors import SnapshotError

# Where the census asks RSCT itself, by the source of its evidence. A tree that is away, or that rmcd cannot work with, leaves these silent.
ASKS_RSCT = ("ct_clusterinfo -c", "lsrpdomain", "rmcdomainstatus", "lsrsrc IBM.MCP", "directory of RSCT")


def check(journal, evidence, options, silent):
    """Raises guards.Refused or SnapshotError. silent: RSCT cannot answer from the tree in place, if there is one at all."""
    _require_same_partition(journal, evidence)
    _require_known_node_id(journal, evidence, options["reidentified"])
    guards.raise_any(
        [
            guards.not_root(evidence),
            guards.wrong_host(evidence, options["expected"]),
            None if silent and _only_rsct_is_silent(evidence) else guards.cluster(evidence, "restored"),
            _activity(evidence, silent),
        ]
    )


def _only_rsct_is_silent(evidence):
    """No hit, and every check that does without RSCT has answered."""
    census = evidence["cluster"]
    return census["member"] is None and all(line["source"] in ASKS_RSCT for line in census["evidence"])


def _activity(evidence, silent):
    found = guards.activity(evidence)
    return None if found and silent and found.reason == "unknown_state" else found


def _require_same_partition(journal, evidence):
    identity.require_known(evidence)
    for key in ("machine", "lpar_id"):
        here, there = evidence["partition"][key], journal["approval"]["partition"][key]
        if here != there:
            raise SnapshotError(
                "wrong_partition",
                "The restore that was cut off was begun on another partition.",
                [{"source": "journal", "detail": "{0} is {1}, the journal has {2}".format(key, here, there)}],
                "Find out how its data came here: a clone, or a migration to another machine. docs/snapshots.md says how to decide by hand.",
            )


def _require_known_node_id(journal, evidence, reidentified):
    """Whoever gave this host another node id since the restore was begun has decided otherwise."""
    here = evidence["node_id"]["etc"]
    known = {value for side in (journal["approval"]["node_id"], journal["node_id"]) for value in side.values() if value}
    if here is None or here in known or reidentified:
        return
    raise SnapshotError(
        "wrong_node_id",
        "This partition got another node id since the restore that was cut off was begun.",
        [{"source": "ct_node_id", "detail": "here {0}, in the journal {1}".format(here, ", ".join(sorted(known)) or "none")}],
        "If that is to be undone, say so with reidentified=true.",
    )
