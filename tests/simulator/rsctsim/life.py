# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing an estate up in the background and taking it down without a trace, also after an interrupted run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import List

from .control import Control, EstateError
from .processes import Identity, kill_left_behind

PID_FILE = "server.json"
START_LIMIT = 60.0
STOP_LIMIT = 10.0
MAIN = Path(__file__).resolve().parent.parent / "__main__.py"
SIGN = "simulated-estate"   # marks a directory as ours: nothing else is ever removed


def prepare(directory: Path) -> None:
    """An empty directory of ours, 0700. What an interrupted run left there is cleaned up."""
    if directory.exists():
        if any(directory.iterdir()) and not (directory / SIGN).exists():
            raise EstateError("%s is not empty and not an estate's directory" % directory)
        down(directory)
    directory.mkdir(parents=True, mode=0o700, exist_ok=True)
    os.chmod(directory, 0o700)
    (directory / SIGN).write_text("Made by the simulator; removed by its command down.\n")


def record_server(directory: Path) -> None:
    me = Identity.of(os.getpid())
    (directory / PID_FILE).write_text(json.dumps({"pid": me.pid, "started": me.started}))


def start_in_background(directory: Path, arguments: List[str]) -> None:
    """Start the server and wait until it listens; its words if it does not."""
    log = directory / "server.log"
    with open(log, "wb") as output:
        child = subprocess.Popen([sys.executable, os.fspath(MAIN), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                 start_new_session=True, cwd="/")
    deadline = time.monotonic() + START_LIMIT
    try:
        while time.monotonic() < deadline:
            if (directory / "ready").exists():
                return
            if child.poll() is not None:
                break
            time.sleep(0.05)
        raise EstateError("the estate did not come up:\n" + log.read_text(errors="replace")[-2000:])
    except BaseException:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                child.kill()
        raise


def down(directory: Path) -> None:
    """Stop the server (if it lives) and remove the directory."""
    if not (directory / SIGN).exists():
        if directory.exists() and any(directory.iterdir()):
            raise EstateError("%s is not an estate's directory" % directory)
        return
    server = _server_of(directory)
    if server and server.alive():
        try:
            Control(directory, timeout=5.0).ask("down")
        except (EstateError, OSError):
            os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_LIMIT
        while server.alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        if server.alive():
            os.kill(server.pid, signal.SIGKILL)
    kill_left_behind(directory)
    shutil.rmtree(directory, ignore_errors=True)


def _server_of(directory: Path) -> Identity | None:
    try:
        found = json.loads((directory / PID_FILE).read_text())
        return Identity(int(found["pid"]), str(found["started"]))
    except (OSError, ValueError, KeyError):
        return None
