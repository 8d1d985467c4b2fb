# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steering a running estate: the answering side for the server, and ``Control``, the API for tests and the command line."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

SOCKET = "control.sock"
LONG = 90   # sun_path holds about 108 bytes


class EstateError(Exception):
    """The estate refused, or is not there."""


def _short(directory: Path) -> Tuple[str, int]:
    """A path for the socket that always fits, and the descriptor that must stay open meanwhile (-1: none)."""
    path = os.fspath(directory / SOCKET)
    if len(path) < LONG:
        return path, -1
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    return "/proc/self/fd/%d/%s" % (descriptor, SOCKET), descriptor


def bind(directory: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path, descriptor = _short(directory)
    try:
        sock.bind(path)
        sock.listen(20)
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    sock.setblocking(False)
    return sock


# --- the server's side -------------------------------------------------------------------------------------------------

def answer(server: Any, line: bytes) -> bytes:
    try:
        request = json.loads(line)
        result = _OPERATIONS[request.pop("op")](server, **request)
        return json.dumps({"ok": result}).encode() + b"\n"
    except Exception as problem:    # the one who asked shall read what was wrong
        text = problem.args[0] if isinstance(problem, (KeyError, ValueError)) and problem.args else repr(problem)
        return json.dumps({"error": str(text)}).encode() + b"\n"


def _status(server: Any) -> Dict[str, Any]:
    from .status import report
    return dict(report(server.estate, time.time()), pid=os.getpid(), counts=server.log.counts)


def _break(server: Any, code: str, host: Optional[str] = None, subnet: Optional[str] = None, hmc: Optional[str] = None,
           options: Optional[Dict[str, Any]] = None) -> List[str]:
    from .faults import inject
    return inject(server.estate, code, host=host, subnet=subnet, hmc=hmc, now=time.time(), **(options or {}))


def _heal(server: Any, host: Optional[str] = None) -> List[str]:
    from .faults import heal
    return heal(server.estate, host, time.time())


def _set(server: Any, host: str, path: str, value: Any) -> Any:
    from .settings import change
    return change(server.estate, host, path, value, time.time())


def _get(server: Any, host: str, path: str) -> Any:
    from .settings import value_at
    return value_at(server.estate, host, path)


def _down(server: Any) -> bool:
    server.stopping.set()
    return True


_OPERATIONS = {"status": _status, "break": _break, "heal": _heal, "set": _set, "get": _get, "down": _down}


# --- the client's side -------------------------------------------------------------------------------------------------

class Control:
    """One running estate, named by its directory."""

    def __init__(self, directory: Union[str, Path], timeout: float = 30.0) -> None:
        self.directory = Path(directory)
        self.timeout = timeout

    def ask(self, op: str, **request: Any) -> Any:
        descriptor = -1
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(self.timeout)
            try:
                path, descriptor = _short(self.directory)
                sock.connect(path)
            except OSError as problem:
                raise EstateError("no estate is running in %s" % self.directory) from problem
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
            sock.sendall(json.dumps(dict(request, op=op)).encode() + b"\n")
            with sock.makefile("rb") as lines:
                line = lines.readline()
        if not line:
            raise EstateError("the estate in %s went away" % self.directory)
        reply = json.loads(line)
        if "error" in reply:
            raise EstateError(reply["error"])
        return reply["ok"]

    def status(self) -> Dict[str, Any]:
        return self.ask("status")

    def break_(self, code: str, host: Optional[str] = None, subnet: Optional[str] = None, hmc: Optional[str] = None, **options: Any) -> List[str]:
        """Inject a fault by its code; returns the names of the hosts it was applied to."""
        return self.ask("break", code=code, host=host, subnet=subnet, hmc=hmc, options=options)

    def heal(self, host: Optional[str] = None) -> List[str]:
        """Put an LPAR or an HMC (or everything) back to the state it was built in."""
        return self.ask("heal", host=host)

    def set(self, host: str, path: str, value: Any) -> Any:
        """Change one value of the state, e.g. set("aixdb01", "activity.lpm", True); returns the old one."""
        return self.ask("set", host=host, path=path, value=value)

    def get(self, host: str, path: str) -> Any:
        return self.ask("get", host=host, path=path)

    def log(self, since: float = 0.0) -> List[Dict[str, Any]]:
        """Everything recorded since a time (seconds of the epoch)."""
        try:
            with open(self.directory / "commands.jsonl", encoding="utf-8") as lines:
                entries = [json.loads(line) for line in lines if line.endswith("\n")]
        except OSError as problem:
            raise EstateError("no estate is running in %s" % self.directory) from problem
        return [entry for entry in entries if entry["time"] >= since]

    def harm(self) -> List[str]:
        """All damage that is not healed: "host: what"."""
        found = self.status()
        hosts = list(found["lpars"].items()) + list(found["hmcs"].items())
        return ["%s: %s" % (name, text) for name, host in hosts for text in host["harm"]]

    def down(self) -> None:
        from .life import down
        down(self.directory)
