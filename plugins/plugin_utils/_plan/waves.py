# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: which hosts are changed together. First one, then more, capped by HMC and by system, never both VIOS of a pair
or two hosts with one node id."""

from __future__ import annotations


def sizes(serial: list, total: int) -> list:
    """The sizes of the waves, as the keyword serial means them; the last one is repeated until all are served."""
    found, left, position = [], total, 0
    spec = list(serial) or [total]
    while left > 0:
        size = _number(spec[min(position, len(spec) - 1)], total)
        found.append(min(size, left))
        left -= found[-1]
        position += 1
    return found


def _number(value, total: int) -> int:
    text = str(value).strip()
    if text.endswith("%"):
        return max(1, int(float(text[:-1]) * total / 100))
    number = int(text)
    return number if number > 0 else total


def order(entries: list, serial: list, per_hmc: int = 0, per_system: int = 0) -> list:
    """Waves of host names. A host that does not fit into a wave waits for a later one; 0 is no cap."""
    left, waves = sorted(entries, key=_rank), []
    wanted = sizes(serial, len(left))
    while left:
        room = wanted[min(len(waves), len(wanted) - 1)]
        wave, rest = [], []
        # A leader that is not to be changed (it may have been refused) is waited for by nobody.
        waiting = {entry["host"] for entry in left}
        for entry in left:
            follows = entry.get("shares") in waiting
            fits = len(wave) < room and not follows and not _crowded(entry, wave, per_hmc, per_system)
            (wave if fits else rest).append(entry)
            if fits:
                waiting.discard(entry["host"])
        # Followers of nobody but each other would wait for ever.
        wave = wave or [rest.pop(0)]
        waves.append([entry["host"] for entry in wave])
        left = rest
    return waves


def _rank(entry) -> tuple:
    # Gentle rungs first, partitions before the VIOS that carry others; who shares a step follows the one that runs it.
    # Who only waits does not hold up the others.
    return entry["rung"] == "wait", entry["number"], entry.get("kind") == "vios", bool(entry.get("shares")), entry["host"]


def _crowded(entry, wave, per_hmc, per_system) -> bool:
    if per_hmc and any(sum(1 for other in wave if hmc in other["hmcs"]) >= per_hmc for hmc in entry["hmcs"]):
        return True
    same_system = [other for other in wave if other["machine"] == entry["machine"]]
    if per_system and len(same_system) >= per_system:
        return True
    # Clones of one original get their new node ids one after the other.
    if _replaced_ids(entry) & {node_id for other in wave for node_id in _replaced_ids(other)}:
        return True
    return entry.get("kind") == "vios" and any(other.get("kind") == "vios" for other in same_system)


def _replaced_ids(entry) -> set:
    return {step["options"].get("replace_node_id") for step in entry.get("steps") or ()} - {None}
