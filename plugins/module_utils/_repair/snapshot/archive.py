# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the archive of a snapshot, a tar that any system can read and a seal over every byte of it.

Members, in this order: ct_node_id (if there is one), ct and everything below it, MANIFEST.json, SEAL. The seal has a fixed
size and a fixed place (the end), so a listing reads the manifest without reading the archive, and a single flipped bit
anywhere, padding included, is found.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import tarfile

from . import manifest as manifests
from .errors import SnapshotError
from .files import create_private, decode, encode, printable, remove_file, sync_directory, write_all
from .tree import CHUNK, changed_between, file_entry, open_file, scan

SUFFIX = ".ctsnapshot.tar"
PARTIAL = ".partial"
NODE_ID_MEMBER = "ct_node_id"
TREE_MEMBER = "ct"
MANIFEST_MEMBER = "MANIFEST.json"
SEAL_MEMBER = "SEAL"
# Header and content of the seal, then the two empty blocks that end a tar.
SEAL_SIZE = 4 * tarfile.BLOCKSIZE
SEAL_TEXT = "aixops.rsct snapshot\nsha256 {0}\nmanifest {1} {2} {3}\n"
SEAL_PATTERN = re.compile(
    rb"aixops\.rsct snapshot\nsha256 ([0-9a-f]{64})\nmanifest ([0-9]{1,15}) ([0-9]{1,15}) ([0-9a-f]{64})\n\Z"
)
# A tree that changes while it is read is read again, so many times.
ATTEMPTS = 3


class _Changed(Exception):
    """The tree changed while it was read."""


class _Sealing:
    """A file to write into that hashes what goes by."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.sha256 = hashlib.sha256()
        self.position = 0

    def write(self, data):
        write_all(self.descriptor, data)
        self.sha256.update(data)
        self.position += len(data)
        return len(data)

    def tell(self):
        return self.position


class _Hashing:
    """A file to read from that hashes what goes by, and notices that it became shorter."""

    def __init__(self, stream):
        self.stream = stream
        self.sha256 = hashlib.sha256()

    def read(self, size):
        data = self.stream.read(size)
        if len(data) < size:
            data += _rest(self.stream, size - len(data))
        self.sha256.update(data)
        return data


def _rest(stream, size):
    parts = []
    while size:
        data = stream.read(size)
        if not data:
            raise _Changed()
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def needed_space(scanned):
    """An upper bound for the size of the archive, from the scan alone."""
    # Header, long name, padding in the tar; and the line in the manifest.
    per_entry = 5 * tarfile.BLOCKSIZE
    names = sum(4 * len(encode(item["path"])) for item in scanned.entries)
    return scanned.size + names + per_entry * (len(scanned.entries) + 4) + 512 * len(scanned.skipped)


def create(final, root, node_id_file, describe):
    """Write the archive of root under the name final (bytes). Returns the manifest, which describe(scan, entry) gives.

    Nothing of that name exists before it is whole and on disk.
    """
    aside = final + PARTIAL.encode("ascii")
    changed = ()
    for _attempt in range(ATTEMPTS):
        # Of a run that was killed.
        remove_file(aside)
        descriptor = create_private(aside)
        try:
            try:
                manifest = _write(descriptor, root, node_id_file, describe)
            finally:
                os.close(descriptor)
            os.rename(aside, final)
            sync_directory(os.path.dirname(final))
            return manifest
        except _Changed as error:
            os.unlink(aside)
            changed = error.args
        except BaseException:
            os.unlink(aside)
            raise
    raise SnapshotError(
        "tree_keeps_changing",
        "Files changed while they were read, {0} times in a row.".format(ATTEMPTS),
        [{"source": "scan", "detail": printable(path)} for path in changed[:10]],
        "Find out what writes there, or take the snapshot at a quieter moment.",
    )


def _write(descriptor, root, node_id_file, describe):
    before, node_id_entry = scan(root), file_entry(node_id_file)
    out = _Sealing(descriptor)
    tar = tarfile.TarFile(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape")
    if node_id_entry is not None:
        _add(tar, NODE_ID_MEMBER, node_id_entry, node_id_file)
    for entry in before.entries:
        _add(tar, _member_name(entry["path"]), entry, os.path.join(root, encode(entry["path"])))
    changed = changed_between(before, scan(root))
    if changed:
        raise _Changed(*changed)
    manifest = describe(before, node_id_entry)
    data = manifests.to_bytes(manifest)
    info = _info(MANIFEST_MEMBER, len(data))
    out.write(_header(info))
    start = out.tell()
    out.write(data)
    out.write(b"\0" * (-len(data) % tarfile.BLOCKSIZE))
    write_all(descriptor, _seal(out.sha256.hexdigest(), start, len(data), hashlib.sha256(data).hexdigest()))
    os.fsync(descriptor)
    return manifest


def _member_name(path):
    return TREE_MEMBER if path == "." else TREE_MEMBER + "/" + path


def _add(tar, name, entry, path):
    info = _info(name, entry["size"], entry["mode"], int(entry["mtime_ns"] // 1000000000))
    info.uid, info.gid = entry["uid"], entry["gid"]
    info.type = {"dir": tarfile.DIRTYPE, "symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE}.get(entry["type"], tarfile.REGTYPE)
    info.linkname = _link_name(entry)
    if entry["type"] != "file":
        tar.addfile(info)
        return
    try:
        stream = open_file(path)
    except OSError as error:
        if not os.path.lexists(path):
            raise _Changed(entry["path"]) from error
        raise
    with stream:
        hashing = _Hashing(stream)
        tar.addfile(info, hashing)
    entry["sha256"] = hashing.sha256.hexdigest()


def _link_name(entry):
    if entry["type"] == "hardlink":
        return _member_name(entry["target"])
    return entry.get("target", "")


def _info(name, size, mode=0o600, mtime=0):
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, mode, mtime
    return info


def _header(info):
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _seal(body_digest, start, size, manifest_digest):
    text = SEAL_TEXT.format(body_digest, start, size, manifest_digest).encode("ascii")
    return (_header(_info(SEAL_MEMBER, len(text))) + text).ljust(SEAL_SIZE, b"\0")


class Archive:
    """An archive opened once: what was verified is what is read later, whatever happens to the name in between."""

    def __init__(self, path):
        self.path = path
        try:
            self.stream = io.BufferedReader(open_file(path))
        except FileNotFoundError:
            raise SnapshotError("no_snapshot", "There is no snapshot {0}.".format(printable(decode(path)))) from None
        except OSError as error:
            raise self._damaged(str(error)) from error
        try:
            self.size = self._check_owner()
            self.body_digest, self.manifest = self._read_manifest()
        except BaseException:
            self.stream.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_unused):
        self.stream.close()

    def verify(self):
        """Read all of it: every byte against the seal, every member against the manifest. Returns the manifest."""
        self.stream.seek(0)
        sha256 = hashlib.sha256()
        left = self.size - SEAL_SIZE
        while left:
            data = self.stream.read(min(CHUNK, left))
            if not data:
                raise self._damaged("it is shorter than it was")
            sha256.update(data)
            left -= len(data)
        if sha256.hexdigest() != self.body_digest:
            raise self._damaged("its content does not match its SHA-256")
        for _entry, content in self.members():
            for _unused in content:
                pass
        return self.manifest

    def members(self):
        """Every member as (entry, pieces of its content); the pieces must be used up before the next member.

        Raises as soon as a member is not exactly what the manifest says, content included.
        """
        single = self.manifest["node_id_file"]
        expected = [] if single is None else [(NODE_ID_MEMBER, single)]
        expected.extend((_member_name(entry["path"]), entry) for entry in self.manifest["entries"])
        self.stream.seek(0)
        try:
            with tarfile.TarFile(fileobj=self.stream, mode="r", encoding="utf-8", errors="surrogateescape") as tar:
                for name, entry in expected:
                    info = tar.next()
                    if info is None or not self._matches(info, name, entry):
                        raise self._damaged("member {0} is not what the manifest says".format(printable(name)))
                    # tarfile remembers every member; nobody asks for them again.
                    tar.members = []
                    yield entry, self._content(tar, info, entry)
                last = [tar.next(), tar.next(), tar.next()]
                if [getattr(info, "name", None) for info in last] != [MANIFEST_MEMBER, SEAL_MEMBER, None]:
                    raise self._damaged("it holds more than the manifest says")
        except tarfile.TarError as error:
            raise self._damaged(str(error)) from error

    def _matches(self, info, name, entry):
        kinds = {"file": info.isreg, "dir": info.isdir, "symlink": info.issym, "hardlink": info.islnk}
        return (
            info.name == name
            and kinds[entry["type"]]()
            and (info.size if entry["type"] == "file" else 0) == entry["size"]
            and (info.mode, info.uid, info.gid) == (entry["mode"], entry["uid"], entry["gid"])
            and (info.linkname == _link_name(entry) or entry["type"] in ("file", "dir"))
        )

    def _content(self, tar, info, entry):
        if entry["type"] != "file":
            return
        sha256 = hashlib.sha256()
        with tar.extractfile(info) as stream:
            for data in iter(lambda: stream.read(CHUNK), b""):
                sha256.update(data)
                yield data
        if sha256.hexdigest() != entry["sha256"]:
            raise self._damaged("the content of {0} does not match its SHA-256".format(printable(entry["path"])))

    def _check_owner(self):
        status = os.fstat(self.stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise self._damaged("it is not a regular file")
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise SnapshotError(
                "wrong_modes",
                "The snapshot {0} could be read or written by others than root.".format(printable(decode(self.path))),
                [{"source": "stat", "detail": "mode {0:04o}, owner {1}".format(stat.S_IMODE(status.st_mode), status.st_uid)}],
                "Find out who changed it. It holds a private key, and what it restores runs as root.",
            )
        return status.st_size

    def _read_manifest(self):
        if self.size < SEAL_SIZE:
            raise self._damaged("it is too short")
        seal = self._read_at(self.size - SEAL_SIZE, SEAL_SIZE)
        found = SEAL_PATTERN.match(seal[tarfile.BLOCKSIZE:2 * tarfile.BLOCKSIZE].rstrip(b"\0"))
        if not found:
            raise self._damaged("it has no seal, so it was cut short or is something else")
        body_digest, manifest_digest = found.group(1).decode("ascii"), found.group(4).decode("ascii")
        start, size = int(found.group(2)), int(found.group(3))
        if seal != _seal(body_digest, start, size, manifest_digest):
            raise self._damaged("its seal is broken")
        if start + size > self.size - SEAL_SIZE:
            raise self._damaged("its manifest lies outside of it")
        data = self._read_at(start, size)
        if hashlib.sha256(data).hexdigest() != manifest_digest:
            raise self._damaged("its manifest does not match its SHA-256")
        return body_digest, manifests.from_bytes(data)

    def _read_at(self, start, size):
        self.stream.seek(start)
        return self.stream.read(size)

    def _damaged(self, detail):
        return SnapshotError(
            "damaged_snapshot",
            "The snapshot {0} is damaged: {1}.".format(printable(decode(self.path)), detail),
            [{"source": "archive", "detail": detail}],
            "Use another snapshot; this one cannot be trusted.",
        )


def verify(path):
    """Verify the archive at path whole and return its manifest; raises SnapshotError."""
    with Archive(path if isinstance(path, bytes) else os.fsencode(path)) as archive:
        return archive.verify()
