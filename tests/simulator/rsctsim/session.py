# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ssh exec or shell request as a real process, with or without a pty."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import termios
from pathlib import Path
from typing import Callable, Dict, List

import asyncssh

CHUNK = 65536


class FileServer(asyncssh.SFTPServer):
    """sftp and scp to one host: relative to its home, and nowhere but in the estate's directory."""

    def __init__(self, chan: asyncssh.SSHServerChannel, estate: Path, root: Path, home: Path) -> None:
        super().__init__(chan)
        self.estate, self.root, self.home = estate, root, home

    def map_path(self, path: bytes) -> bytes:
        whole = os.path.normpath(os.path.join(os.fsencode(self.home), path))
        if whole == os.fsencode(self.estate) or whole.startswith(os.fsencode(self.estate) + b"/"):
            return whole
        return os.fsencode(self.root) + whole

    def exit(self) -> None:
        """OpenSSH's scp takes a missing exit status for a failure."""
        try:
            self.channel.exit(0)
        except OSError:
            pass


async def run_session(process: asyncssh.SSHServerProcess, argv: List[str], env: Dict[str, str], home: Path, started: Callable[[int], None]) -> None:
    """``started`` is told the id of the session, which all its processes bear."""
    # The streams are pumped here and not by asyncssh's redirect(), which loses exit codes.
    if process.get_terminal_type() is not None:
        code = await _with_pty(process, argv, dict(env, TERM=process.get_terminal_type() or "dumb"), home, started)
    else:
        code = await _with_pipes(process, argv, env, home, started)
    if code < 0:
        process.exit_with_signal(_signal_name(-code))
    else:
        process.exit(code)


def _signal_name(number: int) -> str:
    return {1: "HUP", 2: "INT", 9: "KILL", 13: "PIPE", 15: "TERM"}.get(number, "ABRT")


async def _with_pipes(process: asyncssh.SSHServerProcess, argv: List[str], env: Dict[str, str], home: Path, started: Callable[[int], None]) -> int:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*argv, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=home, start_new_session=True)
    started(child.pid)
    feeder = asyncio.ensure_future(_feed(process, child.stdin))
    try:
        await asyncio.gather(_drain(child.stdout, process.stdout), _drain(child.stderr, process.stderr))
        return await child.wait()
    finally:
        feeder.cancel()


async def _feed(process: asyncssh.SSHServerProcess, stdin: asyncio.StreamWriter) -> None:
    try:
        while True:
            data = await process.stdin.read(CHUNK)
            if not data:
                break
            stdin.write(data)
            await stdin.drain()
    except (ConnectionError, asyncssh.Error, asyncssh.BreakReceived, asyncssh.SignalReceived):
        pass
    finally:
        stdin.close()


async def _drain(source: asyncio.StreamReader, sink: asyncssh.SSHWriter) -> None:
    while True:
        data = await source.read(CHUNK)
        if not data:
            return
        try:
            sink.write(data)
            await sink.drain()
        except (ConnectionError, asyncssh.Error, OSError):
            continue    # the client left; the command goes on, as under sshd


async def _with_pty(process: asyncssh.SSHServerProcess, argv: List[str], env: Dict[str, str], home: Path, started: Callable[[int], None]) -> int:
    master, slave = pty.openpty()
    columns, rows, width, height = process.get_terminal_size()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows or 24, columns or 80, width, height))

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    try:
        child = await asyncio.create_subprocess_exec(*argv, stdin=slave, stdout=slave, stderr=slave, env=env, cwd=home, preexec_fn=take_terminal)
    finally:
        os.close(slave)
    started(child.pid)
    loop = asyncio.get_running_loop()
    closed = loop.create_future()

    def readable() -> None:
        try:
            data = os.read(master, CHUNK)
        except OSError:     # EIO: nobody holds the other side any more
            data = b""
        if not data:
            loop.remove_reader(master)
            closed.set_result(None)
            return
        try:
            process.stdout.write(data)
        except (ConnectionError, asyncssh.Error, OSError):
            pass

    async def typing() -> None:
        while True:
            try:
                data = await process.stdin.read(CHUNK)
            except asyncssh.TerminalSizeChanged:
                continue
            except (ConnectionError, asyncssh.Error, asyncssh.BreakReceived, asyncssh.SignalReceived):
                return
            if not data:
                os.write(master, b"\x04")
                return
            os.write(master, data)

    loop.add_reader(master, readable)
    keyboard = asyncio.ensure_future(typing())
    try:
        code = await child.wait()
        try:
            await asyncio.wait_for(asyncio.shield(closed), 1.0)
        except asyncio.TimeoutError:    # a background process keeps the terminal: sshd hangs up as well
            loop.remove_reader(master)
        return code
    finally:
        keyboard.cancel()
        os.close(master)
