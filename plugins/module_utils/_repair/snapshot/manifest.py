# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the manifest of a snapshot, built here and believed only after it was checked here."""

from __future__ import annotations

import json
import re

from .errors import SnapshotError

SCHEMA = 1
KIND = "aixops.rsct/ct_snapshot"
TYPES = ("file", "dir", "symlink", "hardlink")
DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def build(name, created_at, identity, scanned, node_id_file):
    """identity comes from identity.read, scanned from tree.scan (with sha256 filled in), node_id_file is an entry or None."""
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "name": name,
        "created_at": created_at,
        "partition": identity["partition"],
        "node_id": identity["node_id"],
        "rsct_level": identity["rsct_level"],
        "definitions": identity["definitions"],
        "counts": counts(scanned.entries, scanned.skipped),
        "node_id_file": node_id_file,
        "entries": scanned.entries,
        "skipped": scanned.skipped,
    }


def counts(entries, skipped):
    """How many of what: kept things by type, their bytes, and skipped things by reason."""
    result = {kind: 0 for kind in TYPES}
    for entry in entries:
        result[entry["type"]] += 1
    result["bytes"] = sum(entry["size"] for entry in entries if entry["type"] == "file")
    result["skipped"] = {}
    for item in skipped:
        result["skipped"][item["why"]] = result["skipped"].get(item["why"], 0) + 1
    return result


def to_bytes(manifest):
    return json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def from_bytes(data):
    try:
        manifest = json.loads(data.decode("ascii"))
    except ValueError as error:
        raise _damaged("the manifest is not JSON ({0})".format(error)) from error
    check(manifest)
    return manifest


def check(manifest):
    """Raise unless every entry is something a restore may create, at a place inside of the tree."""
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise _damaged("the manifest is of another kind")
    if manifest.get("schema") != SCHEMA:
        raise _damaged("the manifest has schema {0}, this version reads {1}".format(manifest.get("schema"), SCHEMA))
    for key, kind in (("name", str), ("created_at", str), ("partition", dict), ("node_id", dict), ("entries", list), ("skipped", list)):
        if not isinstance(manifest.get(key), kind):
            raise _damaged("the manifest has no usable {0}".format(key))
    if not all(isinstance(item, dict) and isinstance(item.get("path"), str) and isinstance(item.get("why"), str) for item in manifest["skipped"]):
        raise _damaged("the list of skipped files is not usable")
    _check_entries(manifest["entries"])
    single = manifest.get("node_id_file")
    if single is not None:
        _check_entry(single)
        if single["type"] != "file":
            raise _damaged("the node id file is a {0}".format(single["type"]))
    if manifest.get("counts") != counts(manifest["entries"], manifest["skipped"]):
        raise _damaged("the counts do not match the entries")


def _check_entries(entries):
    if not entries or not isinstance(entries[0], dict) or (entries[0].get("path"), entries[0].get("type")) != (".", "dir"):
        raise _damaged("the first entry is not the tree itself")
    types = {}
    for entry in entries:
        _check_entry(entry)
        path = entry["path"]
        if path in types:
            raise _damaged("a path stands there twice")
        if path != ".":
            _check_place(path, types)
        if entry["type"] == "hardlink" and types.get(entry["target"]) != "file":
            raise _damaged("a hard link leads to something that is no file of this snapshot")
        types[path] = entry["type"]


def _check_place(path, types):
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise _damaged("a path leads out of the tree")
    if types.get("/".join(parts[:-1]) or ".") != "dir":
        raise _damaged("a path lies below something that is no directory")


def _check_entry(entry):
    if not isinstance(entry, dict) or entry.get("type") not in TYPES or not isinstance(entry.get("path"), str):
        raise _damaged("an entry is no file, directory or link")
    for key in ("mode", "uid", "gid", "mtime_ns", "size"):
        if not isinstance(entry.get(key), int) or isinstance(entry[key], bool):
            raise _damaged("an entry has no usable {0}".format(key))
    if entry["mode"] & ~0o7777 or min(entry["uid"], entry["gid"], entry["size"]) < 0:
        raise _damaged("an entry has an impossible mode, owner or size")
    if entry["type"] == "file":
        if not isinstance(entry.get("sha256"), str) or not DIGEST.match(entry["sha256"]):
            raise _damaged("a file has no SHA-256")
    elif entry["size"]:
        raise _damaged("something that is no file has a size")
    if entry["type"] in ("symlink", "hardlink"):
        target = entry.get("target")
        if not isinstance(target, str) or not target or "\0" in target:
            raise _damaged("a link has no target")


def _damaged(detail):
    return SnapshotError(
        "damaged_snapshot",
        "The snapshot is damaged: {0}.".format(detail),
        [{"source": "manifest", "detail": detail}],
        "Use another snapshot; this one cannot be trusted.",
    )
