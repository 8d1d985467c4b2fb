# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of everything that ran: one JSON object a line, for tests that assert what was not run."""

from __future__ import annotations

import json
import time
import traceback
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from .model import Reply

COMMAND_LENGTH = 200


class CommandLog:
    def __init__(self, path: Path) -> None:
        self._handle = open(path, "a", encoding="utf-8")
        self.counts: Dict[str, int] = {}

    def _write(self, entry: Dict[str, Any]) -> None:
        self._handle.write(json.dumps(entry) + "\n")
        self._handle.flush()

    def command(self, who: Tuple[str, str, str], argv: List[str], rc: Optional[int], started: float, reply: Reply) -> None:
        """``rc`` null: the command hung and was never answered."""
        kind, host, user = who
        argv = [word.encode("utf-8", "backslashreplace").decode("utf-8") for word in argv]
        self._write({"time": started, "host": host, "kind": kind, "user": user, "argv": argv, "rc": rc, "seconds": round(time.time() - started, 3),
                     "changes": reply.changes, "harm": reply.harm})

    def event(self, event: str, host: str, user: str, command: str = "") -> None:
        key = "%s/%s" % (event, host)
        self.counts[key] = self.counts.get(key, 0) + 1
        self._write({"time": time.time(), "event": event, "host": host, "user": user, "command": command[:COMMAND_LENGTH]})

    def problem(self, who: Tuple[str, str, str], argv: List[str], problem: Exception) -> None:
        self._write({"time": time.time(), "event": "simulator_failed", "host": who[1], "argv": argv, "problem": traceback.format_exception(problem)})

    def close(self) -> None:
        self._handle.close()
