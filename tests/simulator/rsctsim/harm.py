# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The damage that forbidden repairs do. It stays in the state of the host until it is healed, and is logged with the command that did it."""

from __future__ import annotations

from typing import List, Union

from . import identity
from .model import Estate, Hmc, Lpar

RUNNING = {"lku": "a live kernel update: the update failed", "lpm": "a migration: the migration failed", "dlpar": "a DLPAR operation: it ended half way",
           "backup": "a backup: what was saved cannot be used", "installp": "an installation: its filesets are broken"}


def note(host: Union[Lpar, Hmc], text: str) -> None:
    host.harm.append(text)


def new(host: Union[Lpar, Hmc]) -> str:
    """What the log has not been told yet."""
    text = "; ".join(host.harm[host.harm_told:])
    host.harm_told = len(host.harm)
    return text


# --- what does it ------------------------------------------------------------------------------------------------------

def stopped(estate: Estate, lpar: Lpar, what: str) -> None:
    """RMC was stopped or wiped: below running work, and perhaps on a cluster node."""
    interrupted(lpar, what)
    wreck(estate, lpar, what)


def interrupted(lpar: Lpar, what: str) -> None:
    for name, outcome in RUNNING.items():
        if getattr(lpar.activity, name):
            setattr(lpar.activity, name, False)
            note(lpar, "%s during %s" % (what, outcome))


def wreck(estate: Estate, lpar: Lpar, what: str) -> None:
    """A cluster node was hit where it hurts: it panics, its domain goes down, and status shows why."""
    cluster = estate.clusters.get(lpar.cluster or "")
    if cluster is None or lpar.wrecked:
        return
    lpar.wrecked = "%s on a node of %s %s: node panicked" % (what, cluster.kind, cluster.name)
    note(lpar, lpar.wrecked)
    cluster.online = False
    for subsystem in lpar.subsystems.values():
        subsystem.pid = 0
    lpar.loaded = None


def unclustered(estate: Estate, lpar: Lpar, what: str, outcome: str = "the cluster is gone") -> None:
    """The domain ends, and nobody panics."""
    cluster = estate.clusters.get(lpar.cluster or "")
    if cluster:
        cluster.online = False
        note(lpar, "%s on a node of %s %s: %s" % (what, cluster.kind, cluster.name, outcome))


def clones_of(estate: Estate, lpar: Lpar) -> List[str]:
    """The hosts that were copied from this one and still carry its node id."""
    own = identity.read_node_id(identity.etc_node_id(lpar))
    return [each.name for each in estate.lpars.values() if each.clone_of == lpar.name and own and identity.read_node_id(identity.etc_node_id(each)) == own]


def original_was_reset(estate: Estate, lpar: Lpar, clones: List[str], same_id: bool) -> None:
    """To the HMCs the old id with the old key is the clone by now: they do not take another key for this partition."""
    text = "recfgct on the original of a node id pair, copied to %s: " % ", ".join(clones)
    if same_id:
        note(lpar, text + "its data are gone, and the pair is still there")
        return
    note(lpar, text + "the HMCs do not trust it any more")
    for hmc in estate.hmcs_of(lpar.machine):
        hmc.strangers.add(lpar.name)


# --- what is found in the files ----------------------------------------------------------------------------------------

def settle_files(lpar: Lpar) -> None:
    """As the files are now, they were built or broken; what differs from now on was done by somebody."""
    lpar.given_files = identity.trust_files(lpar)
    lpar.given_id = identity.read_node_id(identity.cfg(lpar, "ct_node_id")) or ""


def look(estate: Estate, lpar: Lpar) -> None:
    """While rmcd runs nobody is half way through a restore: a file that is gone was deleted."""
    if lpar.loaded is None:
        return
    gone = lpar.given_files - identity.trust_files(lpar)
    if gone:
        lpar.given_files -= gone
        note(lpar, "deleted: %s" % ", ".join(sorted(gone)))
    node_id = lpar.loaded.node_id
    if node_id and node_id != lpar.given_id:
        others = [each.name for each in estate.lpars.values() if each is not lpar and each.loaded and each.loaded.node_id == node_id]
        lpar.given_id = node_id
        if others:
            note(lpar, "the node id of %s was copied to it" % ", ".join(others))
