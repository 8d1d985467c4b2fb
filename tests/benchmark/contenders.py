# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is compared: one command each, on the same hosts, with the same number of hosts at a time and the same ssh connections."""

from __future__ import annotations

import json
import os
import pathlib
import shlex

import rig
import yaml

HERE = pathlib.Path(__file__).resolve().parent
SSH_ARGUMENTS = "-o ControlMaster=auto -o ControlPersist=1800s"

NAMES = {
    "a": "floor: ansible -m ping",
    "b": "rmc_diagnose",
    "b-python": "rmc_diagnose, collector: python",
    "b-half": "rmc_diagnose, half of the LPARs without Python",
    "c": "today: a playbook of command tasks",
    "d": "plain ssh, no Ansible",
    "start": "rmc_diagnose on saved evidence: no host asked",
    "raw": "ansible -m raw -a true: the least that Ansible can do on a host",
}

# What rmc_diagnose reads without a command: both node ids, the log of rmcd, the keys, the trees of peer domains.
FILES = """
cat {node_id} {var_ct}/cfg/ct_node_id
tail -c 65536 {var_ct}/IW/log/mc/default
ls -l {var_ct}/cfg/ct_has.qkf {var_ct}/cfg/ct_has.pkf {var_ct}/cfg/ct_has.thl
ls -d {var_ct}/*/registry"""


class Bench:
    """The contenders on one estate."""

    def __init__(self, estate: rig.Estate, scratch: pathlib.Path, env: dict[str, str], forks: int) -> None:
        self.estate, self.scratch, self.forks = estate, scratch, forks
        self.bin = pathlib.Path(env["PATH"].split(os.pathsep)[0])
        self.env = dict(
            env,
            ANSIBLE_FORKS=str(forks),
            ANSIBLE_SSH_ARGS=SSH_ARGUMENTS,
            ANSIBLE_SSH_CONTROL_PATH_DIR=str(scratch / "cm"),
            ANSIBLE_SSH_CONTROL_PATH="%(directory)s/%%C",
        )
        self.reports = scratch / f"reports-{estate.base}"
        self.plain = scratch / f"plain-{estate.base}"

    def argv(self, name: str) -> list[str]:
        inventory = str(self.estate.inventory)
        if name in ("a", "raw"):
            return [str(self.bin / "ansible"), "aix_lpars", "-i", inventory, *(["-m", "ping"] if name == "a" else ["-m", "raw", "-a", "true"])]
        if name == "c":
            return [str(self.bin / "ansible-playbook"), "-i", inventory, str(HERE / "today.yml")]
        if name == "d":
            return ["sh", str(HERE / "plain.sh"), str(self.plain), str(self.forks)]
        more = {"rmc_diagnose_report_dir": str(self.reports / name)}
        if name == "b-python":
            more["rmc_diagnose_collector"] = "python"
        if name == "start":
            more["rmc_diagnose_evidence_files"] = [str(self.reports / "b" / "rmc-evidence.json")]
        return [str(self.bin / "ansible-playbook"), "aixops.rsct.rmc_diagnose", "-i", inventory, "-l", "aix_lpars", "-e", json.dumps(more)]

    def run(self, name: str, cap: float | None = None) -> rig.Cost:
        """Run one; a run that did not do its work is no measurement."""
        output = self.scratch / f"{name}-{self.estate.base}.out"
        cost = rig.measure(self.argv(name), self.estate, self.env, self.scratch, output, cap)
        if not cost.capped:
            problem = self._problem(name, cost)
            if problem:
                raise SystemExit(f"benchmark: {name} on {self.estate.hosts} LPARs: {problem}\n" + output.read_text(encoding="utf-8", errors="replace")[-2000:])
        return cost

    def warm(self) -> None:
        """Connections to all hosts, a saved survey, and the files of plain ssh; nothing of it is timed."""
        self.run("b")
        self._prepare_plain()

    def _problem(self, name: str, cost: rig.Cost) -> str:
        if cost.rc:
            return f"exit code {cost.rc}"
        if name == "c" and cost.counts["hmc"]["command"] < self.estate.hosts:
            return "not every LPAR was asked for on every HMC"
        if name.startswith("b") or name == "start":
            report = json.loads((self.reports / name / "rmc-report.json").read_text(encoding="utf-8"))
            if not report["complete"] or report["totals"] != {"HEALTHY": self.estate.hosts}:
                return f"not all LPARs were told healthy: {report['totals']}"
        if name == "d":
            short = [path.name for path in (self.plain / "out").iterdir() if path.stat().st_size < 500]
            if short or len(list((self.plain / "out").iterdir())) != len(self.plain.joinpath("hosts").read_text(encoding="utf-8").split()):
                return f"hosts without an answer: {short[:5]}"
        return ""

    def _prepare_plain(self) -> None:
        """For plain ssh: a client configuration, and what to run on an LPAR and on an HMC (what rmc_diagnose ran there)."""
        (self.plain / "out").mkdir(parents=True, exist_ok=True)
        survey = json.loads((self.reports / "b" / "rmc-evidence.json").read_text(encoding="utf-8"))
        tree = yaml.safe_load(self.estate.inventory.read_text(encoding="utf-8"))["all"]
        common = tree["vars"]
        lines, names = [], []
        for group in tree["children"].values():
            for name, variables in group["hosts"].items():
                names.append(name)
                lines.append(f"Host {name}\n HostName {variables['ansible_host']}\n User {group['vars']['ansible_user']}\n")
        options = shlex.split(SSH_ARGUMENTS + " " + common["ansible_ssh_common_args"])
        for option in [*options[1::2], f"ControlPath={self.env['ANSIBLE_SSH_CONTROL_PATH_DIR']}/%C"]:
            lines.append("Host *\n {0} {1}\n".format(*option.split("=", 1)))
        lines.append(f"Host *\n Port {common['ansible_port']}\n IdentityFile {common['ansible_ssh_private_key_file']}\n BatchMode yes\n")
        (self.plain / "config").write_text("".join(lines), encoding="utf-8")
        (self.plain / "hosts").write_text("\n".join(names) + "\n", encoding="utf-8")
        for name in names:
            if name in survey["hmcs"]:
                text = "\n".join(command["command"] for command in survey["hmcs"][name]["commands"])
            else:
                probes = survey["hosts"][name]["rmc"]["probes"]
                variables = tree["children"]["aix_lpars"]["hosts"][name]
                text = "\n".join("LC_ALL=C " + shlex.join(probe["argv"]) for probe in probes if probe["argv"])
                text += FILES.format(var_ct=variables["rsct_var_ct"], node_id=variables["rsct_ct_node_id_file"])
            (self.plain / f"{name}.commands").write_text(text, encoding="utf-8")
