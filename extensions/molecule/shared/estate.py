# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios share: the estate that a scenario runs on, playbooks against it, and the record of what ran there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

COLLECTION = Path(__file__).resolve().parents[3]
SIMULATOR = COLLECTION / "tests" / "simulator"
sys.path.insert(0, str(SIMULATOR))

from rsctsim.control import Control  # noqa: E402  (the path above makes the package known)


class Estate:
    """One simulated estate in its directory, and a directory beside it for what the tests write."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.control = Control(self.directory)
        self.results = Path(str(self.directory) + "-results")
        self.results.mkdir(parents=True, exist_ok=True)
        self.inventory = self.directory / "inventory.yml"

    def up(self, name, settle=0.5):
        shutil.rmtree(self.results)
        self.results.mkdir()
        command = [sys.executable, str(SIMULATOR), "up", "--dir", str(self.directory), "--estate", name, "--settle", str(settle),
                   "--parent", os.environ.get("RSCT_PARENT", "0")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def down(self):
        self.control.down()

    def break_(self, code, **where):
        return self.control.break_(code, **where)

    def settle(self):
        """Let both ends notice: a token needs one settling time, the cache of the HMC another."""
        self.control.status()
        time.sleep(2.5 * self.control.get("estate", "settle"))

    def playbook(self, name, *arguments, inventory=None, **variables):
        """Run a playbook of the collection; its exit code and output. ``variables`` become extra variables."""
        inventories = [str(path) for path in (inventory or [self.inventory])]
        command = ["ansible-playbook", "aixops.rsct." + name, *[word for path in inventories for word in ("-i", path)], *arguments]
        if variables:
            command += ["-e", json.dumps(variables)]
        return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def diagnose(self, label, *arguments, **variables):
        """Run the diagnosis; (result, report). The report is None if there is none."""
        result = self.playbook("rmc_diagnose", *arguments, rmc_diagnose_report_dir=str(self.results / label), **variables)
        return result, self.report(label)

    def report(self, label):
        path = self.results / label / "rmc-report.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    # --- what ran ---

    def commands(self, since=0.0, until=float("inf")):
        return [entry for entry in self.control.log(since) if "argv" in entry and "event" not in entry and entry["time"] <= until]

    def changing(self, since=0.0):
        """Commands that changed something, or did harm. A diagnosis has none."""
        return [entry for entry in self.commands(since) if entry["changes"] or entry["harm"]]

    def events(self, kind, since=0.0, until=float("inf")):
        """How many logins ("login") or executions over ssh ("exec") each host had."""
        counts = {}
        for entry in self.control.log(since):
            if entry.get("event") == kind and entry["time"] <= until:
                counts[entry["host"]] = counts.get(entry["host"], 0) + 1
        return counts


def here():
    """The estate of the scenario that runs."""
    return Estate(os.environ["RSCT_ESTATE"])


def verdicts(report):
    return {host["host"]: host["verdict"] for host in report["hosts"]}


def codes(host):
    return [finding["code"] for finding in host["findings"]]
