# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scenarios of repair share: an estate of their own, runs of the repair playbooks, and what those runs left behind."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from estate import SIMULATOR, Estate

# All hosts of an estate live on one machine: what a real host has below /var lies below its own directory.
OWN_VAR = "{{ rsct_var_ct | dirname }}"
PATHS = {
    "rmc_fix_snapshot_dir": OWN_VAR + "/adm/rsct_snapshots",
    "rmc_fix_audit_log": OWN_VAR + "/adm/rsct_audit.log",
    "rmc_fix_ctsnap_dir": OWN_VAR + "/adm/ctsnap",
    "rmc_rollback_snapshot_dir": OWN_VAR + "/adm/rsct_snapshots",
}
# The estate settles in a fraction of a second, not in minutes.
PACE = {
    "rmc_fix_settle_seconds": 1, "rmc_fix_verify_timeout": 7, "rmc_fix_verify_interval": 1, "rmc_verify_interval": 1,
    "rmc_diagnose_deadline": 6, "rmc_verify_deadline": 6,
    "rmc_diagnose_formats": ["json"],
}


@dataclass
class Run:
    """One run of a playbook: how it ended, and the files that it wrote."""

    rc: int
    output: str
    started: float
    directory: Path
    report: dict
    plan: dict
    stories: dict

    @property
    def verdicts(self):
        return {host["host"]: host["verdict"] for host in self.report.get("hosts", [])}

    @property
    def planned(self):
        return {host["host"]: host for host in self.plan.get("hosts", [])}

    def rungs(self):
        """host -> rung of those that the plan lets through."""
        return {name: host["rung"] for name, host in self.planned.items() if host["decision"] == "apply"}

    def refusals(self):
        """host -> reasons of those that it does not."""
        return {name: [why["reason"] for why in host["refused"]] for name, host in self.planned.items() if host["refused"]}

    def outcomes(self):
        return {name: story["outcome"] for name, story in self.stories.items()}

    def commands(self):
        """host -> the commands of the plan that run on it, in order, as the log of the estate has them."""
        found = {}
        for host in self.planned.values():
            if host["decision"] in ("apply", "waits_for_approval"):
                for command in host["commands"]:
                    words = command.get("argv") or [word for word in shlex.split(command["command"]) if "=" not in word or word.startswith("-")]
                    found.setdefault(command["host"], []).append(spoken(words))
        return found


def spoken(argv):
    return " ".join([os.path.basename(argv[0]), *argv[1:]])


class Rehearsal(Estate):
    """An estate that belongs to one scenario."""

    def start(self, name="rehearsal", hosts=0, settle=0.3):
        shutil.rmtree(self.results)
        self.results.mkdir()
        command = [sys.executable, str(SIMULATOR), "up", "--dir", str(self.directory), "--estate", name, "--settle", str(settle), "--parent", str(os.getpid())]
        if hosts:
            command += ["--hosts", str(hosts), "--python-share", "1"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return self

    def run(self, name, *arguments, label="run", inventory=None, **variables):
        started = time.time()
        directory = self.results / label
        result = self.playbook(name, *arguments, inventory=inventory, rmc_diagnose_report_dir=str(directory), rmc_fix_report_dir=str(directory),
                               **{**PATHS, **PACE, **variables})

        (self.results / (label + ".log")).write_text(result.stdout, encoding="utf-8")

        def written(file):
            path = directory / file
            return json.loads(path.read_text(encoding="utf-8")) if path.exists() and path.stat().st_mtime >= started else {}
        # Read at once: the next run writes over them. An approved plan stays as it is, what comes of it lies beside it.
        plan = written("rmc-plan-run.json") or written("rmc-plan.json")
        return Run(result.returncode, result.stdout, started, directory, written("rmc-report.json"), plan, written("rmc-repair.json").get("stories", {}))

    def remediate(self, *arguments, **more):
        return self.run("rmc_remediate", *arguments, **more)

    def approved(self, *arguments, label="run", **more):
        """A plan by check mode, then that very plan, approved by its id: (check run, real run)."""
        checked = self.remediate("--check", *arguments, label=label, **more)
        approved = self.results / (label + "-approved.json")
        shutil.copy(checked.directory / "rmc-plan.json", approved)
        real = self.remediate(*arguments, label=label, rmc_fix_plan_file=str(approved), rmc_fix_plan_id=checked.plan["id"], **more)
        return checked, real

    def attempts(self, wanted, directory):
        """Bare modules, forced: host -> [{method, ...}]. What they said lies in the directory, a file for each host."""
        command = ["ansible-playbook", str(Path(__file__).with_name("attempts.yml")), "-i", str(self.inventory), "-l", ",".join(wanted)]
        command += ["-e", json.dumps({"attempts": wanted, "attempts_dir": str(directory)})]
        return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def ran(self, since=0.0):
        """host -> every command that changed something there, or tried to, in order."""
        found = {}
        for entry in self.changing(since):
            found.setdefault(entry["host"], []).append(spoken(entry["argv"]))
        return found

    def harm(self):
        """All damage: what the log has of it also after it was healed, and what no command logged."""
        return [entry["harm"] for entry in self.commands() if entry["harm"]] + self.control.harm()


def own():
    """The estate of the scenario that runs."""
    return Rehearsal(os.environ["RSCT_ESTATE"])
