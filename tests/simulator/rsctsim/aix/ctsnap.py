# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ctsnap: a real archive and a log, and the time that it takes."""

from __future__ import annotations

import io
import tarfile
import time
from pathlib import Path

from .. import link
from ..model import Reply
from .call import Call, command

BULK = 64 * 1024
CLEAR = 256
LITERALS = 247      # with the clear code a multiple of 8: clearing starts a new group of 8 codes


@command("ctsnap", rsct=True, root=True)
def ctsnap(call: Call) -> Reply:
    flags, _rest = call.options("ac:C:d:D:k:n:N:p:f:t:s:S:x:hz")
    directory = call.real_path(flags.get("-d", "/tmp/ctsupt"))
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        return Reply(stderr="ctsnap: %s\n" % problem, rc=1)
    stem = "ctsnap.%s.%s" % (call.lpar.hostname, time.strftime("%m%d%H%M", time.gmtime(call.clock)))
    log, suffix = directory / (stem + ".log"), ".tar.gz" if call.lpar.oslevel.startswith("7300") else ".tar.Z"
    log.write_text("ctsnap: collecting on %s\n" % call.lpar.hostname, encoding="utf-8")
    if link.filesystem_full(call.lpar, "/tmp"):
        return Reply(stderr=call.say("no_space", command="ctsnap"), rc=1)

    def finish() -> None:
        _archive(call, directory / (stem + suffix), suffix)
        with open(log, "a", encoding="utf-8") as handle:
            handle.write("ctsnap: completed\n")
    return Reply(delay=0.5 * call.estate.settle, after=finish)


def _archive(call: Call, path: Path, suffix: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz" if suffix == ".tar.gz" else "w") as archive:
        for name, data in (("lssrc.out", b"subsystems\n"), ("mc.trace.out", b"trace of rmcd\n" * (BULK // 14))):
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), int(call.now)
            archive.addfile(member, io.BytesIO(data))
    path.write_bytes(packed.getvalue() if suffix == ".tar.gz" else compress(packed.getvalue()))


def compress(data: bytes) -> bytes:
    """The format of compress(1) in its simplest valid form: every byte as a 9 bit code, the table cleared before it could grow."""
    codes = []
    for start in range(0, len(data), LITERALS):
        codes += [*data[start:start + LITERALS], CLEAR]
    out = bytearray(b"\x1f\x9d\x90")
    for start in range(0, len(codes), 8):
        group = codes[start:start + 8]
        bits = sum(code << (9 * position) for position, code in enumerate(group))
        out += bits.to_bytes((9 * len(group) + 7) // 8, "little")
    return bytes(out)
