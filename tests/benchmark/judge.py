# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the judgement of a synthetic estate takes: python tests/benchmark/judge.py LPARS, one line of JSON."""

from __future__ import annotations

import importlib
import json
import pathlib
import resource
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "unit" / "plugins" / "plugin_utils" / "_diagnosis")]

importlib.import_module("conftest")     # makes the collection importable

from builder import NOW, Estate  # noqa: E402

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose  # noqa: E402

PER_MACHINE = 20
MACHINES_PER_PAIR = 50
BROKEN_EVERY = 20


def synthetic(lpars: int) -> dict:
    """20 LPARs to a machine, 50 machines to a pair of HMCs; every twentieth LPAR is broken in one of four ways."""
    estate = Estate(hmcs=(), machines=())
    for first in range(0, lpars, PER_MACHINE * MACHINES_PER_PAIR):
        pair = first // (PER_MACHINE * MACHINES_PER_PAIR)
        count = min(lpars - first, PER_MACHINE * MACHINES_PER_PAIR)
        machines = ["9105-22A*78F%04d" % (pair * MACHINES_PER_PAIR + number) for number in range(-(-count // PER_MACHINE))]
        hmcs = ["hmc%02d%s" % (pair, side) for side in "ab"]
        for number, hmc in enumerate(hmcs):
            estate.add_hmc(hmc, 1 + 2 * pair + number, machines)
        for number in range(count):
            name = "lpar%05d" % (first + number)
            address = "10.%d.%d.%d" % (pair, number // 200, 10 + number % 200)
            rmc = estate.add(name, number % PER_MACHINE + 1, address, machines[number // PER_MACHINE], hmcs=hmcs)
            if number % BROKEN_EVERY == 0:
                rows = [estate.hmcs[hmc]["partitions"][-1] for hmc in hmcs]
                BREAKS[number // BROKEN_EVERY % len(BREAKS)](rmc, rows)
    return {"schema": 1, "collected_at": NOW, "hosts": estate.hosts, "hmcs": estate.hmcs}


def _down(rmc: dict, rows: list) -> None:
    for row in rows:
        row.update(rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0, raw_connection={"active": False, "dcaps": "0x0"})
    for line in rmc["domains"]["control_points"]:
        line["state"] = "O"


def _daemon_down(rmc: dict, rows: list) -> None:
    _down(rmc, rows)
    for subsystem in rmc["subsystems"]:
        subsystem.update(status="inoperative", pid=None)
    rmc.update(listeners={"tcp_657": False, "udp_657": False}, rmcd=None, domains={"peer": None, "control_points": None}, control_points=[])


def _blocked(rmc: dict, rows: list) -> None:
    _down(rmc, rows)
    for path in rmc["network"]["paths"]:
        path["result"] = "timeout"


def _untrusted(rmc: dict, rows: list) -> None:
    _down(rmc, rows)
    for line in rmc["domains"]["control_points"]:
        line["state"] = "i"


BREAKS = (_down, _daemon_down, _blocked, _untrusted)


def main(lpars: int) -> None:
    survey = synthetic(lpars)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    report = diagnose(survey)
    seconds = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({
        "lpars": len(report["hosts"]), "seconds": seconds, "peak_mb": peak / 1024, "judgement_mb": (peak - before) / 1024, "codes": len(report["totals"]),
    }))


if __name__ == "__main__":
    main(int(sys.argv[1]))
