# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check and test of the collection: `make test`, or by group: check.py lint|sanity|unit|molecule|docs."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import tree

BIN = tree.BIN
ROOT = tree.ROOT


def run(*argv: object, cwd: pathlib.Path, env: dict[str, str]) -> None:
    """Run a tool with its output on the terminal; a failure ends the check that called."""
    subprocess.run([str(part) for part in argv], cwd=cwd, env=env, check=True)


class Skipped(Exception):
    """A check that could not run here; the text says what it wants."""


class Checks:
    """One method a check; groups() says which belong together."""

    def __init__(self, target: pathlib.Path) -> None:
        self.target = target
        self.env = tree.environment(target.parents[2])

    def changelog(self) -> None:
        """Changelog fragments are well formed."""
        run(BIN / "antsibull-changelog", "lint", cwd=self.target, env=self.env)

    def ansible_lint(self) -> None:
        """ansible-lint, profile production, without network."""
        run(BIN / "ansible-lint", "--offline", "--profile", "production", "--strict", cwd=self.target, env=self.env)

    def antsibull_docs(self) -> None:
        """The documentation of modules, filters, roles and playbooks renders."""
        run(BIN / "antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", ".", cwd=self.target, env=self.env)

    def ansible_test_sanity(self) -> None:
        """ansible-test sanity in virtual environments, without ignore entries."""
        # ansible-test asks for a bootstrap script from its own site; the standard library's ensurepip does the same.
        requirements = (pathlib.Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
                        / "site-packages/ansible_test/_internal/python_requirements.py").read_text(encoding="utf-8")
        pip_version = re.search(r"pip='([\d.]+)'", requirements).group(1)
        stub = pathlib.Path(self.env["HOME"]) / ".ansible/test/cache" / f"get_pip_{pip_version.replace('.', '_')}.py"
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("import ensurepip\nensurepip.bootstrap()\n", encoding="utf-8")
        # It looks for a git checkout to know which files there are.
        if not (self.target / ".git").exists():
            run("git", "init", "--quiet", ".", cwd=self.target, env=self.env)
        python = f"{sys.version_info[0]}.{sys.version_info[1]}"
        run(BIN / "ansible-test", "sanity", "--venv", "--python", python, "--color", "no", cwd=self.target, env=self.env)

    def galaxy_importer(self) -> None:
        """What Galaxy checks when the archive is uploaded, and that its log holds no warning or error."""
        archive = tree.build(tree.CACHE / "build")
        result = subprocess.run(
            [str(BIN / "python"), "-m", "galaxy_importer.main", str(archive)],
            cwd=tree.CACHE / "build", env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )
        print(result.stdout)
        # Its own advice about tools which it then does not run is no finding about the collection.
        findings = [line for line in result.stdout.splitlines() if re.match(r"(WARNING|ERROR|CRITICAL)", line)]
        if result.returncode or findings or "Importer processing completed successfully" not in result.stdout:
            raise AssertionError("galaxy-importer: " + ("; ".join(findings) or f"exit {result.returncode}"))

    def unit_tests(self) -> None:
        """Parsers, rules, modules as real processes, the simulator itself."""
        run(BIN / "python", "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-q", "tests/unit", cwd=self.target, env=self.env)

    def browser_tests(self) -> None:
        """The HTML report in headless Chromium, which root on a Debian gets installed; skipped, and said so, where there is none."""
        browser = ("chromium", "chromium-driver")
        if not shutil.which("chromedriver") and os.geteuid() == 0 and shutil.which("apt-get"):
            print(f"installing {' and '.join(browser)}", flush=True)
            quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            for command in (["update"], ["install", "-y", "--no-install-recommends", *browser]):
                subprocess.run(["apt-get", "-qq", *command], env=quiet, check=False, stdout=subprocess.DEVNULL)
        if not shutil.which("chromedriver"):
            raise Skipped(f"no chromedriver here; on Debian: apt-get install {' '.join(browser)}")
        run(BIN / "python", "-m", "pytest", "-q", "tests/browser", cwd=self.target, env=self.env)

    def molecule_scenarios(self) -> None:
        """Every scenario over real ssh against the simulated estate."""
        # In a place of their own: what an interrupted run left must not look like an estate that is up. A short path, for ssh's sockets.
        with tempfile.TemporaryDirectory(prefix="rsct-") as scratch:
            env = self.env | {
                "ANSIBLE_HOME": f"{scratch}/ansible",
                "RSCT_ESTATES": f"{scratch}/estates",
                "RSCT_PARENT": str(os.getpid()),
            }
            missing = 0
            with subprocess.Popen(
                [str(BIN / "molecule"), "test", "--all", "--report", "--no-command-borders"],
                cwd=self.target, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            ) as molecule:
                for line in molecule.stdout:
                    print(line, end="", flush=True)
                    # A step without its playbook is a warning for molecule, and a test that did not run for us.
                    missing += "Missing playbook" in line
            if molecule.returncode or missing:
                raise AssertionError(f"molecule: exit {molecule.returncode}, {missing} missing playbooks")

    def groups(self) -> dict[str, list]:
        return {
            "lint": [self.changelog, self.ansible_lint, self.galaxy_importer],
            "docs": [self.antsibull_docs],
            "sanity": [self.ansible_test_sanity],
            "unit": [self.unit_tests, self.browser_tests],
            "molecule": [self.molecule_scenarios],
        }


def main(wanted: list[str]) -> int:
    checks = Checks(tree.stage())
    groups = checks.groups()
    unknown = sorted(set(wanted) - set(groups))
    if unknown:
        print(f"check: no such group: {', '.join(unknown)}; there are {', '.join(groups)}", file=sys.stderr)
        return 2
    outcomes: list[tuple[str, str, float]] = []
    for check in [check for name, members in groups.items() for check in members if not wanted or name in wanted]:
        print(f"\n=== {check.__name__}: {check.__doc__}", flush=True)
        start = time.monotonic()
        try:
            check()
            outcome = "passed"
        except Skipped as reason:
            print(f"--- skipped: {reason}", flush=True)
            outcome = "skipped"
        except (subprocess.CalledProcessError, AssertionError) as problem:
            print(f"--- {problem}", flush=True)
            outcome = "FAILED"
        outcomes.append((check.__name__, outcome, time.monotonic() - start))
    print("\n=== summary")
    for name, outcome, seconds in outcomes:
        print(f"{outcome:7} {seconds:6.0f} s  {name}")
    counts = {kind: sum(outcome == kind for dummy, outcome, seconds in outcomes) for kind in ("passed", "FAILED", "skipped")}
    print("checks: " + ", ".join(f"{count} {kind.lower()}" for kind, count in counts.items()))
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    if shutil.which("git") is None:
        sys.exit("check: git is needed")
    sys.exit(main(sys.argv[1:]))
