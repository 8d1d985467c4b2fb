# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a Python process of a simulated host see AIX, the host's own clock, and the network as the estate has it.

sys.platform and os.name stay as they are: the standard library of this interpreter was built for them.
"""

from __future__ import annotations

import os
import sys


def _state():
    facts = {"path": {}}
    try:
        with open(os.environ["SIM_STATE"], encoding="utf-8") as handle:
            for line in handle:
                words = line.split()
                if words[0] == "path":
                    facts["path"][words[1]] = words[2]
                else:
                    facts[words[0]] = words[1]
    except (KeyError, OSError, IndexError):
        pass
    return facts


def _uname():
    facts = _state()
    version, release = (os.environ.get("SIM_AIX", "7 2").split() + ["0"])[:2]
    return os.uname_result(("AIX", facts.get("host", "localhost"), release, version, "00F0A1004C00"))


def _skew_clock(offset):
    import datetime
    import time

    real_time, real_gmtime, real_localtime, real_strftime = time.time, time.gmtime, time.localtime, time.strftime
    time.time = lambda: real_time() + offset
    time.gmtime = lambda seconds=None: real_gmtime(time.time() if seconds is None else seconds)
    time.localtime = lambda seconds=None: real_localtime(time.time() if seconds is None else seconds)
    time.strftime = lambda form, when=None: real_strftime(form, time.localtime() if when is None else when)

    class Datetime(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls):
            return cls.utcfromtimestamp(time.time())

    Datetime.__name__ = Datetime.__qualname__ = "datetime"
    datetime.datetime = Datetime


def _patch_sockets(module):
    import errno

    real_connect, real_connect_ex = module.socket.connect, module.socket.connect_ex

    def prepare(sock, address):
        """Bind to the host's own address; the address to use in place of the given one, or an errno."""
        if sock.family != module.AF_INET or not isinstance(address, tuple):
            return address
        facts = _state()
        if not str(address[0]).startswith(facts.get("base", "?")):
            return address
        if sock.getsockname()[1] == 0:
            sock.bind((facts["own"], 0))
        if sock.type & 0xF != module.SOCK_STREAM or str(address[1]) != facts.get("port"):
            return address
        result = facts["path"].get(address[0], "timeout")
        if result == "unreachable":
            return errno.EHOSTUNREACH
        if result == "open":
            return address
        # A port where nobody listens, or one whose queue is full: the kernel itself refuses or stays silent.
        return (os.environ["SIM_HOLE"], int(os.environ["SIM_REFUSED_PORT" if result == "refused" else "SIM_HOLE_PORT"]))

    def connect(self, address):
        instead = prepare(self, address)
        if isinstance(instead, int):
            raise OSError(instead, os.strerror(instead))
        return real_connect(self, instead)

    def connect_ex(self, address):
        instead = prepare(self, address)
        return instead if isinstance(instead, int) else real_connect_ex(self, instead)

    module.socket.connect, module.socket.connect_ex = connect, connect_ex


def _patch_subprocess(module):
    """Commands called by their full AIX path are the simulated ones."""
    real_init = module.Popen.__init__
    places = ("/usr/bin/", "/usr/sbin/", "/usr/sbin/rsct/bin/", "/opt/rsct/bin/", "/usr/sbin/rsct/install/bin/", "/opt/rsct/install/bin/", "/usr/ios/cli/")
    simulated = os.environ.get("PATH", "").split(os.pathsep)[0]

    def here(word):
        text = os.fsdecode(word)
        directory, name = os.path.split(text)
        found = os.path.join(simulated, name)
        return found if directory + "/" in places and os.path.exists(found) else word

    def init(self, args, *rest, **named):
        if isinstance(args, (list, tuple)) and args and isinstance(args[0], (str, bytes)):
            args = [here(args[0])] + list(args[1:])
        real_init(self, args, *rest, **named)

    module.Popen.__init__ = init


_PATCHES = {"socket": _patch_sockets, "subprocess": _patch_subprocess}


class _Watcher:
    """Patches a module when somebody imports it; most processes never do."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        patch = _PATCHES.pop(name, None)
        if patch is None:
            return None
        import importlib.util

        spec = importlib.util.find_spec(name)
        real_exec = spec.loader.exec_module

        def exec_module(module):
            real_exec(module)
            patch(module)

        spec.loader.exec_module = exec_module
        return spec


def _install():
    os.uname = _uname
    offset = float(_state().get("clock", 0))
    if offset:
        _skew_clock(offset)
    for name in [name for name in _PATCHES if name in sys.modules]:
        _PATCHES.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, _Watcher)


if "SIM_STATE" in os.environ:
    _install()
