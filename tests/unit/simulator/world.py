# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate without a server and with a clock that the test moves: nothing here sleeps."""

from __future__ import annotations

import sys
import time
from pathlib import Path

SIMULATOR = Path(__file__).resolve().parents[2] / "simulator"
if str(SIMULATOR) not in sys.path:
    sys.path.insert(0, str(SIMULATOR))

from rsctsim import aix, estates, faults, link  # noqa: E402


class World:
    def __init__(self, directory, name="clean", **settings):
        self.estate = estates.new(Path(directory) / "estate", name, rmc_port=10657, **settings)
        self.now = time.time() + 1

    def __getitem__(self, name):
        return self.estate.lpars[name]

    def run(self, host, command, user="root", **env):
        """A command line without quoting, or a list of words."""
        argv = command.split() if isinstance(command, str) else command
        reply = aix.run(self.estate, self[host], user, argv, dict({"LC_ALL": "C", "PWD": "/"}, **env), self.now)
        if reply.after:
            reply.after()
        return reply

    def out(self, host, command, **env):
        reply = self.run(host, command, **env)
        assert reply.rc == 0, (command, reply)
        return reply.stdout

    def repair(self, host, *commands):
        """Commands one after the other, with the time each needs; then both ends have settled."""
        for command in commands:
            self.run(host, command)
            self.pass_time(self.estate.settle)
        self.settle()

    def pass_time(self, seconds):
        self.now += seconds
        link.observe(self.estate, self.now)

    def settle(self):
        """Long enough for a restart, discovery, exchange, token and cache, with somebody looking now and then."""
        for _look in range(6):
            self.pass_time(self.estate.settle)

    def break_(self, code, host=None, settle=True, **options):
        touched = faults.inject(self.estate, code, host=host, now=self.now, **options)
        if settle:
            self.settle()
        return touched

    def tokens(self, host):
        return [token for _record, token, _queue in link.tokens(self.estate, self[host], self.now)]

    def states(self, host):
        """(rmc_state, the three capabilities) per HMC, as lssyscfg shows them."""
        lpar = self[host]
        views = [link.cached_view(self.estate, hmc, lpar, self.now) for hmc in self.estate.hmcs_of(lpar.machine)]
        return [(view.rmc_state, view.dlpar) for view in views]

    def raw(self, host):
        lpar = self[host]
        views = [link.raw_view(self.estate, hmc, lpar, self.now) for hmc in self.estate.hmcs_of(lpar.machine)]
        return [(view.active, view.dcaps) if view else None for view in views]

    def well(self, host):
        return all(state == ("active", (1, 1, 1)) for state in self.states(host))
