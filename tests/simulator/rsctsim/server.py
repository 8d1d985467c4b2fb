# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one process behind an estate: ssh for every host, the command server that simcmd asks, and the control socket."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import struct
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

import asyncssh

from . import aix, control, hmc, link, processes, rooms
from .log import CommandLog
from .model import Estate, Hmc, Lpar, Reply
from .session import FileServer, run_session

BACKLOG = 100
ATTEMPTS = 10
WATCH_SECONDS = 1.0


class Server:
    def __init__(self, estate: Estate, parent: int = 0) -> None:
        self.estate = estate
        self.parent = processes.Identity.of(parent) if parent else None
        self.log = CommandLog(estate.directory / "commands.jsonl")
        self.tokens: Dict[str, Tuple[str, str, str]] = {}     # token -> (kind, host, user)
        self.marker = secrets.token_hex(8)                    # in the environment of every process we start
        (estate.directory / processes.MARKER_FILE).write_text(self.marker, encoding="utf-8")
        self.stopping = asyncio.Event()
        self.sockets: List[socket.socket] = []
        self.rooms = rooms.Rooms(estate)
        self.sessions: set = set()
        self.session_ids: Set[int] = set()      # of the processes that we started

    # --- life ----------------------------------------------------------------------------------------------------------

    async def run(self, ready: Callable[[Server], None]) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self.stopping.set)
        try:
            await self._listen()
            ready(self)
            await self._watch()
        finally:
            self._close()

    async def _listen(self) -> None:
        estate = self.estate
        self.gate = "%s.0.1" % estate.base
        command_server = await asyncio.start_server(self._command, sock=self._bind(self.gate, 0), limit=1 << 20)
        self.command_port = command_server.sockets[0].getsockname()[1]
        self._dig_hole()
        rmc = self._bind_all([hmc_.address for hmc_ in estate.hmcs.values()], estate.rmc_port)
        estate.rmc_port = rmc[0].getsockname()[1]
        # A connection that is never accepted stays in the queue, and a full queue looks like a firewall.
        rmc_servers = [await asyncio.start_server(_hang_up, sock=sock) for sock in rmc]
        for lpar in estate.lpars.values():      # only now is the port known to the state files
            link.observe(estate, time.time(), lpar)
        await self._ssh_listeners()
        control_server = await asyncio.start_unix_server(self._control, sock=control.bind(estate.directory), limit=1 << 24)
        self.servers = [command_server, control_server, *rmc_servers]

    def _bind(self, address: str, port: int, listen: int = BACKLOG) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sockets.append(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
        if listen >= 0:
            sock.listen(listen)
        sock.setblocking(False)
        return sock

    def _dig_hole(self) -> None:
        """A port that never answers (its queue is full) and one that refuses (bound, not listening)."""
        hole = self._bind(self.gate, 0, listen=0)
        self.hole_port = hole.getsockname()[1]
        for _filler in range(4):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex((self.gate, self.hole_port))
            self.sockets.append(filler)
        self.refused_port = self._bind(self.gate, 0, listen=-1).getsockname()[1]

    def _bind_all(self, addresses: List[str], port: int) -> List[socket.socket]:
        """One port on all addresses: the one that was asked for, or any that is free on every one of them."""
        for attempt in range(ATTEMPTS):
            bound: List[socket.socket] = []
            try:
                for address in addresses:
                    bound.append(self._bind(address, port or (bound[0].getsockname()[1] if bound else 0)))
                return bound
            except OSError:
                for sock in bound:
                    sock.close()
                if port or attempt == ATTEMPTS - 1:
                    raise
        return []

    async def _ssh_listeners(self) -> None:
        estate = self.estate
        directory = estate.directory
        host_key, client_key = directory / "ssh_host_key", directory / "ssh_client_key"
        for path in (host_key, client_key):
            key = asyncssh.generate_private_key("ssh-ed25519", comment="simulated estate")
            key.write_private_key(path)
            key.write_public_key(path.with_suffix(".pub"))
            path.chmod(0o600)
        authorized = asyncssh.read_authorized_keys(os.fspath(client_key.with_suffix(".pub")))
        shared: Dict[str, Any] = {
            "server_host_keys": [os.fspath(host_key)], "authorized_client_keys": authorized, "process_factory": self._session, "encoding": None,
            "line_editor": False, "kex_algs": ["curve25519-sha256"], "compression_algs": None, "login_timeout": 60, "x11_forwarding": False,
            "agent_forwarding": False, "gss_host": None, "password_auth": False, "kbdint_auth": False}
        options = {
            "aix": asyncssh.SSHServerConnectionOptions(server_factory=lambda: _Door(self), sftp_factory=self._file_server, allow_scp=True, **shared),
            "hmc": asyncssh.SSHServerConnectionOptions(server_factory=lambda: _Door(self), **shared)}
        kinds = [(host.address, kind) for kind, hosts in (("hmc", estate.hmcs), ("aix", estate.lpars)) for host in hosts.values()]
        bound = self._bind_all([address for address, _kind in kinds], estate.ssh_port)
        estate.ssh_port = bound[0].getsockname()[1]
        self.acceptors = [await asyncssh.listen(sock=sock, options=options[kind]) for sock, (_address, kind) in zip(bound, kinds)]
        public = host_key.with_suffix(".pub").read_text().split()
        (directory / "known_hosts").write_text("[%s.*]:%d %s %s\n" % (estate.base, estate.ssh_port, public[0], public[1]))

    async def _watch(self) -> None:
        """Until told to stop, or until our directory or the parent is gone: an interrupted run leaves nothing behind."""
        mine = self.estate.directory.stat().st_ino
        while not self.stopping.is_set():
            try:
                await asyncio.wait_for(self.stopping.wait(), WATCH_SECONDS)
            except asyncio.TimeoutError:
                pass
            # A number without processes may be given to somebody else's session.
            self.session_ids &= set(processes.sessions()) if self.session_ids else set()
            try:
                if self.estate.directory.stat().st_ino != mine:
                    return
            except OSError:
                return
            if self.parent and not self.parent.alive():
                return

    def _close(self) -> None:
        processes.kill_sessions(self.session_ids)
        processes.kill_marked("%s=%s" % (processes.MARKER, self.marker))
        self.log.close()
        for sock in self.sockets:
            sock.close()

    # --- who is where --------------------------------------------------------------------------------------------------

    def host_at(self, address: str) -> Optional[object]:
        for hmc_ in self.estate.hmcs.values():
            if hmc_.address == address:
                return hmc_
        for lpar in self.estate.lpars.values():
            if lpar.address == address:
                return self.estate.lpars[self.estate.reached_instead.get(lpar.name, lpar.name)]
        return None

    def token_for(self, kind: str, host: str, user: str) -> str:
        who = (kind, host, user)
        for token, known in self.tokens.items():
            if known == who:
                return token
        token = secrets.token_hex(12)
        self.tokens[token] = who
        return token

    def environment(self, kind: str, host: str, user: str) -> Dict[str, str]:
        """What a simulated command and the hooks need to find their way back here."""
        return {"SIM_SERVER": "%s/%d" % (self.gate, self.command_port), "SIM_TOKEN": self.token_for(kind, host, user), processes.MARKER: self.marker,
                "SIM_CAT": rooms.CAT, "SIM_HOLE": self.gate, "SIM_HOLE_PORT": str(self.hole_port), "SIM_REFUSED_PORT": str(self.refused_port)}

    async def _session(self, process: asyncssh.SSHServerProcess) -> None:
        host = self.host_at(process.get_extra_info("sockname")[0])
        user = process.get_extra_info("username")
        command = process.command
        if _gone(host):     # a connection of before ends with the host
            process.channel.get_connection().abort()
            return
        self.log.event("exec", host.name, user, command or "")
        if isinstance(host, Hmc):
            argv, env, home = self.rooms.hmc_session(host, user, command)
            env.update(self.environment("hmc", host.name, user))
            if command is None and process.get_terminal_type() is not None:
                process.stdout.write(self.rooms.hmc_greeting(process.get_extra_info("peername")[0]).encode())
        else:
            argv, env, home = self.rooms.aix_session(host, user, command)
            env.update(self.environment("aix", host.name, user))
        task = asyncio.current_task()
        self.sessions.add(task)
        try:
            await run_session(process, argv, env, home, self.session_ids.add)
        finally:
            self.sessions.discard(task)

    def _file_server(self, chan: asyncssh.SSHServerChannel) -> FileServer:
        lpar = self.host_at(chan.get_extra_info("sockname")[0])
        return FileServer(chan, self.estate.directory, lpar.root, self.rooms.home(lpar.name))

    # --- commands ------------------------------------------------------------------------------------------------------

    async def _command(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        started = time.time()
        try:
            fields = [(await reader.readuntil(b"\0"))[:-1].decode("utf-8", "surrogateescape") for _field in range(7)]
            argv = [(await reader.readuntil(b"\0"))[:-1].decode("utf-8", "surrogateescape") for _field in range(int(fields[6]) + 1)]
            who = self.tokens.get(fields[0])
            reply = Reply(stderr="%s: unknown host\n" % argv[0], rc=126)
            if who and argv[0] == rooms.BECOME:
                reply = self._become_root(who)
            elif who:
                reply = self._dispatch(who, argv, fields, started)
                if reply.hang:
                    self.log.command(who, argv, None, started, reply)
                    await reader.read()     # until the client is killed
                    return
                if reply.delay and await self._gone_within(reader, reply.delay):
                    self.log.command(who, argv, None, started, reply)
                    return
                if reply.after:
                    reply.after()
                self.log.command(who, argv, reply.rc, started, reply)
            out, err = (text.encode("utf-8", "surrogateescape") for text in (reply.stdout, reply.stderr))
            writer.write(b"%d %d %d\n" % (reply.rc, len(out), len(err)) + out + err)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass        # the client was killed: its business
        finally:
            writer.close()

    @staticmethod
    async def _gone_within(reader: asyncio.StreamReader, seconds: float) -> bool:
        """Wait; true if the client was killed meanwhile."""
        try:
            return await asyncio.wait_for(reader.read(1), seconds) == b""
        except asyncio.TimeoutError:
            return False

    def _become_root(self, who: Tuple[str, str, str]) -> Reply:
        kind, host, user = who
        if user != "root" and user not in self.estate.lpars[host].sudoers:
            return Reply(stderr="sudo: a password is required\n", rc=1)
        return Reply(self.token_for(kind, host, "root") + "\n")

    def _dispatch(self, who: Tuple[str, str, str], argv: List[str], fields: List[str], now: float) -> Reply:
        kind, host, user = who
        env = {name: value for name, value in zip(("PWD", "LC_ALL", "LANG", "CT_CONTACT", "CT_MANAGEMENT_SCOPE"), fields[1:6]) if value}
        try:
            if kind == "hmc":
                return hmc.run(self.estate, self.estate.hmcs[host], user, argv, env, now)
            return aix.run(self.estate, self.estate.lpars[host], user, argv, env, now)
        except Exception as problem:    # a bug of the simulator must be loud, and must not stop the estate
            self.log.problem(who, argv, problem)
            return Reply(stderr="%s: simulator failed: %r\n" % (argv[0], problem), rc=126)

    # --- control -------------------------------------------------------------------------------------------------------

    async def _control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                line = await reader.readline()
                if not line:
                    break
                answer = control.answer(self, line)
                writer.write(answer)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    writer.close()


def _gone(host: Optional[object]) -> bool:
    """Nobody answers there."""
    if isinstance(host, Lpar):
        return not host.up or bool(host.wrecked)
    return not isinstance(host, Hmc) or not host.up


class _Door(asyncssh.SSHServer):
    """One ssh connection: who may come in, and whether the host is there at all."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.host: Optional[object] = None
        self.counted = False

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.conn = conn
        self.host = self.server.host_at(conn.get_extra_info("sockname")[0])
        host = self.host
        if isinstance(host, Hmc):
            host.open_sessions += 1
            self.counted = True
        if _gone(host) or (isinstance(host, Hmc) and host.open_sessions > host.session_limit):
            sock = conn.get_extra_info("socket")
            if sock is not None:    # a reset during key exchange, as a full console or a dead host gives
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            conn.abort()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        if self.counted and isinstance(self.host, Hmc):
            self.host.open_sessions -= 1

    def begin_auth(self, username: str) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return False    # authorized_client_keys decides

    def auth_completed(self) -> None:
        user = self.conn.get_extra_info("username")
        known = self.host.users if isinstance(self.host, Hmc) else self.host.user_names
        if user not in known:
            self.conn.abort()
            return
        self.server.log.event("login", self.host.name, user)


def serve(estate: Estate, parent: int, ready: Callable[[Server], None]) -> None:
    """Run until stopped; ``ready(server)`` is called once everything listens."""
    if sys.version_info < (3, 12) and hasattr(os, "pidfd_open"):
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())

    async def main() -> None:
        await Server(estate, parent).run(ready)

    asyncio.run(main())
