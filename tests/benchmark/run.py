# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: the diagnosis beside a ping, plain ssh and what people write today; writes docs/performance.md.

python tests/benchmark/run.py [--hosts 50,200] [--pairs 3] [--only a,b,d] [--output FILE]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import contenders
import page
import rig

sys.path.insert(0, str(rig.ROOT / "tests" / "tools"))

import tree  # noqa: E402  (the path above makes it known)

JUDGED = (1000, 2000, 5000, 10000)
# What is compared, in the order of a round. "b-half" runs on an estate of its own, "b-python" on the smallest one only.
SIDE_BY_SIDE = ("a", "b", "b-python", "d", "start", "raw", "c")
COLD = ("a", "b", "d")
# (c) at the largest of several sizes is stopped when it has taken this many times as long as (b) of its round: the goal is 25.
TODAY_CAP = 27


@dataclasses.dataclass
class Row:
    """Medians of the runs of one contender on one estate."""

    name: str
    hosts: int
    runs: int
    wall: float
    spread: tuple[float, float]
    controller: float
    targets: float
    peak_mb: float
    capped: bool
    counts: dict


def row(name: str, bench: contenders.Bench, costs: list[rig.Cost]) -> Row:
    walls = [cost.wall for cost in costs]
    return Row(
        name, bench.estate.hosts, len(costs), statistics.median(walls), (min(walls), max(walls)),
        statistics.median(cost.controller for cost in costs), statistics.median(cost.targets for cost in costs),
        max(cost.peak_mb for cost in costs), any(cost.capped for cost in costs), costs[-1].counts,
    )


def say(text: str) -> None:
    print(f"bench: {text}", flush=True)


def side_by_side(entries: list[tuple[str, contenders.Bench]], pairs: int, cold: bool, cap_today: bool = False, today_pairs: int = 0) -> list[Row]:
    """a b c d a b c d ...: whatever else the machine does meanwhile hits all of them."""
    costs: dict[int, list[rig.Cost]] = {number: [] for number in range(len(entries))}
    for done in range(pairs):
        walls: dict[str, float] = {}
        for number, (name, bench) in enumerate(entries):
            if name == "c" and done >= today_pairs:
                continue
            if cold:
                rig.close_connections()
            cost = bench.run(name, TODAY_CAP * walls["b"] if name == "c" and cap_today and "b" in walls else None)
            rig.reap()
            walls[name] = cost.wall
            costs[number].append(cost)
            say(
                f"{bench.estate.hosts:5} LPARs  {'cold' if cold else 'warm'}  {name:9} {cost.wall:7.1f} s, "
                + ("stopped" if cost.capped else f"CPU {cost.controller:6.1f} + {cost.targets:6.1f} s")
            )
    return [row(name, bench, costs[number]) for number, (name, bench) in enumerate(entries)]


def judgement() -> list[dict]:
    found = []
    for lpars in JUDGED:
        judge = [sys.executable, str(contenders.HERE / "judge.py"), str(lpars)]
        runs = [json.loads(subprocess.run(judge, check=True, capture_output=True).stdout) for dummy in range(3)]
        found.append(dict(runs[0], seconds=statistics.median(run["seconds"] for run in runs), peak_mb=max(run["peak_mb"] for run in runs)))
        say(f"judgement of {lpars} LPARs: {found[-1]['seconds']:.2f} s, {found[-1]['peak_mb']:.0f} MB")
    return found


def measure(args: argparse.Namespace, scratch: pathlib.Path) -> dict:
    """All measurements: {"warm": [Row], "cold": [Row], "judgement": [...]}."""
    env = tree.environment(tree.install())
    result: dict = {"warm": [], "cold": [], "judgement": []}
    estates = []
    try:
        for number, hosts in enumerate(args.hosts):
            largest = hosts == max(args.hosts)
            estate = rig.Estate(scratch / f"e{number}", hosts, 1.0, f"127.{30 + 2 * number}")
            estates.append(estate)
            estate.up()
            bench = contenders.Bench(estate, scratch, env, args.forks)
            bench.warm()
            entries = [(name, bench) for name in SIDE_BY_SIDE if name in args.only and (name != "b-python" or hosts == min(args.hosts))]
            if "b-half" in args.only and largest:
                half = rig.Estate(scratch / f"h{number}", hosts, 0.5, f"127.{31 + 2 * number}")
                estates.append(half)
                half.up()
                entries.append(("b-half", contenders.Bench(half, scratch, env, args.forks)))
                entries[-1][1].warm()
            cap_today = largest and len(args.hosts) > 1 and not args.whole
            result["warm"] += side_by_side(entries, args.pairs, cold=False, cap_today=cap_today, today_pairs=args.today_pairs)
            if largest and args.cold_pairs:
                result["cold"] = side_by_side([(name, bench) for name in COLD if name in args.only], args.cold_pairs, cold=True)
            rig.close_connections()
            for each in estates:
                each.down()
            estates.clear()
    finally:
        for each in estates:
            each.down()
        rig.close_connections()
    if "judgement" in args.only:
        result["judgement"] = judgement()
    return result


def options() -> argparse.Namespace:
    everything = [*SIDE_BY_SIDE, "b-half", "judgement"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", default="50,200", help="sizes of the estates (default: %(default)s)")
    parser.add_argument("--pairs", type=int, default=3, help="how often everything runs (default: %(default)s)")
    parser.add_argument("--only", default=",".join(everything), help="of these: %(default)s")
    parser.add_argument("--forks", type=int, default=50, help="hosts at a time (default: %(default)s)")
    parser.add_argument("--cold-pairs", dest="cold_pairs", type=int, default=1, help="rounds in which every host is logged in to anew (default: %(default)s)")
    parser.add_argument("--today-pairs", dest="today_pairs", type=int, help="in how many of these (c) runs too, which takes most of the time (default: all)")
    parser.add_argument("--whole", action="store_true", help="let (c) come to its end on the largest estate too")
    parser.add_argument("--output", help="a file for the tables instead of docs/performance.md")
    args = parser.parse_args()
    args.only = args.only.split(",")
    args.today_pairs = args.pairs if args.today_pairs is None else max(1, args.today_pairs)
    args.hosts = sorted(int(size) for size in args.hosts.split(","))
    unknown = sorted(set(args.only) - set(everything))
    if unknown:
        parser.error("no such part: " + ", ".join(unknown))
    return args


def main() -> int:
    args = options()
    # Terminated, it cleans up as if it were interrupted.
    signal.signal(signal.SIGTERM, lambda *dummy: sys.exit(143))
    rig.adopt_orphans()
    begin = time.monotonic()
    load = page.load()
    # Short: the path of a control socket must fit into 108 bytes.
    with tempfile.TemporaryDirectory(prefix="rb-") as scratch:
        result = measure(args, pathlib.Path(scratch))
    page.write(result, args, load, time.monotonic() - begin)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
