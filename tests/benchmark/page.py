# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md, as the benchmark found it: machine, tables, goals met or not, what the time is spent on."""

from __future__ import annotations

import datetime
import os
import pathlib
import platform
import re
import subprocess

import contenders
import rig
from ansible.release import __version__ as ansible_version

DOCS = rig.ROOT / "docs"
PLOT = "performance-judgement.svg"


def load() -> float:
    return os.getloadavg()[0]


def write(result: dict, args, load_before: float, seconds: float) -> None:
    """The whole page; without some of the contenders, what depends on them is left out."""
    text = "\n\n".join(part for part in _parts(result, args, load_before, seconds) if part) + "\n"
    if args.output:
        pathlib.Path(args.output).write_text(text, encoding="utf-8")
    else:
        (DOCS / "performance.md").write_text(text, encoding="utf-8")
        if result["judgement"]:
            (DOCS / PLOT).write_text(plot(result["judgement"]), encoding="utf-8")
    print(text)


def _parts(result: dict, args, load_before: float, seconds: float) -> list[str]:
    largest = max(args.hosts)
    by_name = {row.name: row for row in result["warm"] if row.hosts == largest}
    return [
        "# Performance",
        "Written by `make bench` (tests/benchmark). Simulated LPARs and HMCs over real ssh; "
        "controller and targets share the CPUs of one machine, so the CPU time of either side is given beside the wall time. "
        "Compare the rows of one table with each other, not with those of another machine.",
        _machine(args, load_before, seconds),
        "## Goals\n\n" + _goals(result, by_name, largest),
        f"## Side by side, connections open\n\n{_runs(args.pairs)} The ssh connections were open before every run, for all alike.\n\n" + _table(result["warm"]),
        result["cold"] and "## Side by side, every host logged in to anew\n\n"
        f"{_runs(args.cold_pairs)} All ssh connections were closed before every run, for all alike.\n\n" + _table(result["cold"]),
        "## What one run asks of a host\n\n"
        "Largest number on any one host, from the log of the simulator, one run with open connections.\n\n" + _counts(result["warm"]),
        _memory(result["warm"]),
        result["judgement"] and "## Judgement of a large estate\n\n" + _judgement(result["judgement"]),
        _spent(by_name),
    ]


def _machine(args, load_before: float, seconds: float) -> str:
    cpu = next((line.split(":", 1)[1].strip() for line in _read("/proc/cpuinfo").splitlines() if line.startswith("model name")), platform.machine())
    memory = int(re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo")).group(1)) / 1024 / 1024
    ssh = subprocess.run(["ssh", "-V"], check=False, capture_output=True, text=True).stderr.split(",")[0]
    facts = {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} CPUs ({cpu}), {memory:.0f} GB, Linux {platform.release().split('-')[0]}; load {load_before:.1f} before the start",
        "versions": f"aixops.rsct {_version()}, ansible-core {ansible_version}, Python {platform.python_version()}, {ssh}",
        "settings": f"forks {args.forks}, no fact cache, pipelining off (the default)",
        "duration": f"{seconds / 60:.0f} minutes for all of this page",
    }
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in facts.items())


def _version() -> str:
    return re.search(r"^version: *(\S+)", _read(rig.ROOT / "galaxy.yml"), re.MULTILINE).group(1)


def _read(path) -> str:
    return pathlib.Path(path).read_text(encoding="utf-8")


def _runs(rounds: int) -> str:
    return f"Medians of {rounds} interleaved rounds (lowest to highest)." if rounds > 1 else "One round."


# --- goals ---


def _goals(result: dict, rows: dict, largest: int) -> str:
    """One line a goal, with the figure it was judged by. A goal whose contenders did not run has no line."""
    lines = []

    def goal(text: str, figure: str, met: bool) -> None:
        lines.append(f"| {text} | {figure} | {'yes' if met else '**no**'} |")

    ours, ping, plain, today = (rows.get(name) for name in ("b", "a", "d", "c"))
    if ours and ping:
        goal(f"{largest} LPARs: faster than `ansible -m ping`", f"{ours.wall:.1f} s, ping {ping.wall:.1f} s", ours.wall < ping.wall)
        goal("at most 0.5 x ping", f"{ours.wall / ping.wall:.2f} x", ours.wall <= 0.5 * ping.wall)
    if ours and plain:
        goal("at most 2 x plain ssh", f"{ours.wall / plain.wall:.2f} x", ours.wall <= 2 * plain.wall)
    if ours and today:
        more = "more than " if today.capped else ""
        goal("at least 25 x faster than a playbook of command tasks", f"{more}{today.wall / ours.wall:.0f} x", today.wall >= 25 * ours.wall)
    sizes = [row for row in result["warm"] if row.name == "b"]
    if len(sizes) > 1:
        few, many = sizes[0], sizes[-1]
        logins = [row.counts["hmc"]["exec"] for row in (few, many)]
        goal(
            "ssh executions per HMC independent of the number of LPARs",
            f"{logins[0]} at {few.hosts} LPARs, {logins[1]} at {many.hosts}", logins[0] == logins[1],
        )
        fixed = [row.counts["hmc"]["command"] - -(-row.hosts // 20) for row in (few, many)]
        goal(
            "commands per HMC independent of the number of LPARs (one each managed system, of 20 LPARs here)",
            f"{fixed[0]} + systems at {few.hosts} LPARs, {fixed[1]} + systems at {many.hosts}", fixed[0] == fixed[1],
        )
        growth = (many.peak_mb - few.peak_mb) / (many.hosts - few.hosts)
        goal("memory of the controller grows by less than 1 MB a host", f"{growth:.2f} MB", growth < 1)
    if result["judgement"]:
        last = result["judgement"][-1]
        goal(f"judgement of {last['lpars']:,} LPARs under 2 s and 500 MB",
             f"{last['seconds']:.2f} s, {last['peak_mb']:.0f} MB", last["seconds"] < 2 and last["peak_mb"] < 500)
    return "| goal | measured | met |\n|---|---|---|\n" + "\n".join(lines)


# --- tables ---


def _name(row) -> str:
    letter = f"({row.name}) " if row.name in "abcd" else ""
    return letter + contenders.NAMES[row.name]


def _table(rows: list) -> str:
    lines = ["| LPARs | what | wall, s | CPU of the controller, s | CPU of the targets, s | largest process, MB |", "|---:|---|---:|---:|---:|---:|"]
    for row in rows:
        low, high = row.spread
        wall = f"{row.wall:.1f}" + (f" ({low:.1f} to {high:.1f})" if row.runs > 1 else " (one run)")
        if row.capped:
            once = "" if row.runs > 1 else " (one run)"
            lines.append(f"| {row.hosts} | {_name(row)} | stopped after {row.wall:.0f}{once} | | | |")
        else:
            lines.append(f"| {row.hosts} | {_name(row)} | {wall} | {row.controller:.1f} | {row.targets:.1f} | {row.peak_mb:.0f} |")
    return "\n".join(lines)


def _counts(rows: list) -> str:
    lines = ["| LPARs | what | ssh executions, an LPAR | commands, an LPAR | ssh executions, an HMC | commands, an HMC |", "|---:|---|---:|---:|---:|---:|"]
    for row in rows:
        if row.name in ("start", "raw") or row.capped:
            continue
        lpar, hmc = row.counts["lpar"], row.counts["hmc"]
        lines.append(f"| {row.hosts} | {_name(row)} | {lpar['exec']} | {lpar['command']} | {hmc['exec']} | {hmc['command']} |")
    return "\n".join(lines)


def _memory(rows: list) -> str:
    sizes = [row for row in rows if row.name == "b"]
    if len(sizes) < 2:
        return ""
    few, many = sizes[0], sizes[-1]
    growth = (many.peak_mb - few.peak_mb) / (many.hosts - few.hosts)
    return (
        "## Memory of the controller\n\n"
        f"The largest process of a diagnosis takes {few.peak_mb:.0f} MB at {few.hosts} LPARs and {many.peak_mb:.0f} MB at {many.hosts}: "
        f"{growth:.2f} MB more a host. Beside it there are up to `forks` workers, which share most of their memory with it."
    )


def _judgement(found: list[dict]) -> str:
    lines = ["| LPARs | CPU, s | microseconds per LPAR | peak, MB |", "|---:|---:|---:|---:|"]
    lines += [f"| {each['lpars']:,} | {each['seconds']:.2f} | {each['seconds'] / each['lpars'] * 1e6:.0f} | {each['peak_mb']:.0f} |" for each in found]
    return (
        "Synthetic surveys: 20 LPARs to a machine, 50 machines to a pair of HMCs, every twentieth LPAR broken. The peak includes the survey itself.\n\n"
        + "\n".join(lines) + f"\n\n![CPU time of the judgement against the number of LPARs]({PLOT})"
    )


def _spent(rows: dict) -> str:
    """Where the rest of the time goes, by taking parts away."""
    if not {"b", "d", "start", "raw"} <= set(rows):
        return ""
    ours, plain, start, raw = (rows[name] for name in ("b", "d", "start", "raw"))
    hosts = ours.hosts
    cpu = ours.controller + ours.targets
    worker = max(0.0, raw.controller + raw.targets - start.controller)
    parts = [
        ("start of ansible-playbook, inventory, judgement and report", start.controller, "measured: the same playbook on saved evidence"),
        ("one task of Ansible for each LPAR: a worker process and an ssh execution of `true`", worker, "measured: `ansible -m raw -a true`, without the start"),
        ("the probes on the LPARs and the queries of the HMCs", plain.targets, "measured: the targets of plain ssh"),
        ("the Perl program with its deadlines and connections, reading the answers, the evidence on its way to the report",
         cpu - start.controller - worker - plain.targets, "the rest"),
    ]
    lines = ["| part | CPU, s | share | how known |", "|---|---:|---:|---|"]
    lines += [f"| {text} | {value:.1f} | {value / cpu:.0%} | {how} |" for text, value, how in parts]
    return (
        "## What the remaining time is spent on\n\n"
        f"A diagnosis of {hosts} LPARs takes {cpu:.1f} s of CPU on both sides, {cpu / hosts * 1000:.0f} ms for each LPAR.\n\n"
        + "\n".join(lines) + "\n\n" + _KEPT_CHEAP
    )


# Found by profiling the workers of a diagnosis.
_KEPT_CHEAP = """What keeps it low, found by profiling:

- One task for each LPAR, and none that is skipped: a skipped task costs a worker process as well.
- No expression in the options of that task. Ansible compiles each of them anew for every host; six of them and a condition cost more than the whole collection.
- The evidence travels as one text. As a fact, Ansible walks through each of its values several times in the worker and again in the main process.
- The main process, of which there is only one, does not parse: each worker turns the answers of its host into evidence."""


def plot(found: list[dict]) -> str:
    """CPU time against size; a straight line through the origin and the largest one shows how linear it is."""
    width, height, left, bottom, top = 640, 320, 56, 40, 16
    most, slowest = found[-1]["lpars"], max(2.0, found[-1]["seconds"] * 1.1)

    def place(lpars: float, seconds: float) -> tuple[float, float]:
        return left + (width - left - 24) * lpars / most, height - bottom - (height - bottom - top) * seconds / slowest

    def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
        return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{words}</text>'

    zero, end = place(0, 0), place(most, found[-1]["seconds"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12" role="img">',
        "<title>CPU time of the judgement against the number of LPARs</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for tick in range(int(slowest * 2) + 1):
        y = place(0, tick / 2)[1]
        parts += [f'<line x1="{left}" y1="{y:.1f}" x2="{width - 24}" y2="{y:.1f}" stroke="#d0d0d0"/>', text(left - 6, y + 4, f"{tick / 2:.1f} s", "end")]
    parts.append(f'<line x1="{zero[0]:.1f}" y1="{zero[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke="#808080" stroke-dasharray="5 4"/>')
    for each in found:
        x, y = place(each["lpars"], each["seconds"])
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#0b5cad"/>', text(x, height - bottom + 18, f"{each['lpars']:,}")]
    parts += [text((left + width) / 2, height - 6, "LPARs (dashed: proportional to the largest)"), "</svg>"]
    return "\n".join(parts) + "\n"
