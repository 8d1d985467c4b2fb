# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the state of a managed system allows. States are compared without regard to case."""

from __future__ import annotations

from .call import Call, Connected

_POWERED = ("operating", "standby", "service processor failover")
_NO_SESSION = ("no connection", "failed authentication", "version mismatch")


def powered(system: Connected) -> bool:
    """Partitions can run."""
    return system.link.state.lower() in _POWERED


def connected(system: Connected) -> bool:
    """The console holds a session with the service processor."""
    state = system.link.state.lower()
    return state not in _NO_SESSION and not state.startswith("pending authentication")


def never_connected(system: Connected) -> bool:
    """Such a system is named by the address of its service processor."""
    return system.name == system.system.service_processor


def need_partitions(call: Call, system: Connected) -> None:
    """Refuse where the console cannot list the partitions of a system."""
    state = system.link.state.lower()
    if state == "incomplete":
        raise call.refuse("incomplete", state=system.link.state)
    if not connected(system) or state == "recovery":
        raise call.refuse("not_connected", state=system.link.state)
