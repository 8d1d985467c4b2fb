# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pieces of the benchmark on three hosts. What it measures is nobody's business here."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import pytest

BENCHMARK = pathlib.Path(__file__).resolve().parents[2] / "benchmark"
sys.path.insert(0, str(BENCHMARK))

import contenders  # noqa: E402  (the path above makes them known)
import page  # noqa: E402
import rig  # noqa: E402
import run  # noqa: E402

HOSTS = 3


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("b")
    estate = rig.Estate(scratch / "e", HOSTS, 1.0, "127.29")
    env = dict(os.environ, PATH=os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]), ANSIBLE_HOME=str(scratch / "home"))
    estate.up()
    try:
        made = contenders.Bench(estate, scratch, env, forks=HOSTS)
        made.warm()
        yield made
    finally:
        estate.down()


@pytest.mark.parametrize(
    ("name", "lpar", "hmc"),
    [("a", 5, 0), ("b", 1, 2), ("d", 1, 1), ("start", 0, 0), ("raw", 1, 0)],
)
def test_contender_does_its_work_and_is_counted(bench, name, lpar, hmc):
    cost = bench.run(name)
    assert cost.rc == 0
    assert (cost.counts["lpar"]["exec"], cost.counts["hmc"]["exec"]) == (lpar, hmc)
    assert cost.wall > 0 and cost.controller > 0 and cost.peak_mb > 0


def test_plain_ssh_asks_what_the_diagnosis_asks(bench):
    ours, plain = bench.run("b"), bench.run("d")
    assert plain.counts["hmc"]["command"] == ours.counts["hmc"]["command"]
    # The keys and the peer domains are looked at by ls there.
    assert plain.counts["lpar"]["command"] == ours.counts["lpar"]["command"] + 2


def test_a_run_that_did_not_do_its_work_is_no_measurement(bench, monkeypatch):
    monkeypatch.setattr(bench, "argv", lambda name: ["false"])
    with pytest.raises(SystemExit, match="exit code 1"):
        bench.run("b")


def test_a_capped_run_is_stopped_with_all_that_it_started(bench, tmp_path):
    """In a process of its own, which adopts orphans as the benchmark does; this one is not to change."""
    program = (
        "import os, pathlib, subprocess, sys; sys.path.insert(0, sys.argv[1]); import rig; rig.adopt_orphans();"
        "process = subprocess.Popen(['sh', '-c', 'setsid sleep 60 & echo $! > ' + sys.argv[2] + '; wait'], start_new_session=True);"
        "rc = rig._wait(process, 3)[0];"
        "print(rc, os.path.exists('/proc/' + pathlib.Path(sys.argv[2]).read_text().strip()))"
    )
    result = subprocess.run([sys.executable, "-c", program, str(BENCHMARK), str(tmp_path / "pid")], check=True, capture_output=True, text=True)
    assert result.stdout.split() == ["None", "False"]


def test_judgement_of_a_synthetic_estate():
    result = json.loads(subprocess.run([sys.executable, str(BENCHMARK / "judge.py"), "60"], check=True, capture_output=True).stdout)
    assert result["lpars"] == 60
    assert result["codes"] >= 4


def _row(name, hosts, wall, **more):
    counts = {kind: {"login": 0, "exec": 1, "command": 6 + -(-hosts // 20)} for kind in ("lpar", "hmc")}
    values = {"runs": 3, "spread": (wall, wall), "controller": wall, "targets": wall, "peak_mb": 60.0 + hosts / 10, "capped": False, "counts": counts, **more}
    return run.Row(name=name, hosts=hosts, wall=wall, **values)


def _page(tmp_path, **walls):
    rows = [_row("b", 50, 4.0), *(_row(name.replace("_", "-"), 200, wall, **({"capped": True} if name == "c" else {})) for name, wall in walls.items())]
    judged = [{"lpars": size, "seconds": size / 10000, "peak_mb": size / 100} for size in (1000, 10000)]
    args = argparse.Namespace(hosts=[50, 200], pairs=3, cold_pairs=1, forks=50, output=str(tmp_path / "page.md"))
    page.write({"warm": rows, "cold": [], "judgement": judged}, args, 0.1, 60.0)
    return (tmp_path / "page.md").read_text(encoding="utf-8"), judged


def test_the_page_says_which_goals_are_met(tmp_path):
    text, judged = _page(tmp_path, a=20.0, b=8.0, c=220.0, d=5.0, start=1.5, raw=6.0)
    assert text.count("| yes |") == 8 and "**no**" not in text
    assert "more than 28 x" in text
    assert "stopped after 220" in text
    assert str(rig.ROOT) not in text and os.uname().nodename not in text
    text, dummy = _page(tmp_path, a=7.0, b=8.0, c=100.0, d=3.0)
    assert text.count("**no**") == 4
    assert len(xml.etree.ElementTree.fromstring(page.plot(judged)).findall("{*}circle")) == 2
