# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo`: build and install the collection, diagnose a simulated estate with it, print the report, leave nothing running."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import tree

SIMULATOR = tree.ROOT / "tests" / "simulator"
REPORT_DIR = tree.ROOT / "rmc-report"


def step(text: str) -> None:
    print(f"demo: {text}", flush=True)


def main() -> int:
    # A terminated demonstration stops its estate like an interrupted one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    start = time.monotonic()
    step("building and installing the collection")
    collections = tree.install()
    env = tree.environment(collections)
    python = str(tree.BIN / "python")
    with tempfile.TemporaryDirectory(prefix="rsct-demo-") as scratch:
        estate = pathlib.Path(scratch) / "estate"
        # The path of a Unix socket is short, the path of a checkout need not be.
        env["ANSIBLE_SSH_CONTROL_PATH_DIR"] = str(pathlib.Path(scratch) / "cp")
        try:
            step("starting a simulated estate: 12 LPARs on 3 machines, 2 HMCs")
            subprocess.run(
                [python, str(SIMULATOR), "up", "--estate", "demo", "--dir", str(estate), "--parent", str(os.getpid())],
                check=True, env=env, stdout=subprocess.DEVNULL,
            )
            command = ["ansible-playbook", "aixops.rsct.rmc_diagnose", "-i", str(estate / "inventory.yml"), "-l", "aix_lpars"]
            step("running " + " ".join(["ansible-playbook", "aixops.rsct.rmc_diagnose", "-i", "inventory.yml", "-l", "aix_lpars"]))
            result = subprocess.run(
                [str(tree.BIN / command[0]), *command[1:], "-e", f"rmc_diagnose_report_dir={REPORT_DIR}"],
                env=env, check=False, cwd=tree.ROOT,
            )
        finally:
            step("stopping the estate")
            subprocess.run([python, str(SIMULATOR), "down", "--dir", str(estate)], check=False, env=env, stdout=subprocess.DEVNULL)
    if result.returncode == 0:
        step(f"the report lies in {REPORT_DIR}: " + ", ".join(sorted(path.name for path in REPORT_DIR.iterdir() if path.is_file())))
    step(f"done in {time.monotonic() - start:.0f} s" if result.returncode == 0 else f"ansible-playbook ended with {result.returncode}")
    return result.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
