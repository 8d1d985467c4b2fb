# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rmc_facts through Ansible, action and module as real processes, on this Python and on the oldest one of AIX."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

from ansible_collections.aixops.rsct.plugins.action import rmc_facts as action
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.options import ARGUMENT_SPEC
from ansible_collections.aixops.rsct.plugins.modules import rmc_facts


def _old_python():
    """Python 3.9, the one of AIX 7.3, where one is installed and runs: the shims of pyenv are there for versions that do not."""
    found = shutil.which("python3.9")
    roots = [pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv"), *([pathlib.Path(found).parents[1]] if found else [])]
    candidates = [*(str(path) for root in roots for path in root.glob("versions/3.9.*/bin/python3.9")), *([found] if found else [])]
    return next((path for path in candidates if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0), None)


PYTHONS = [pytest.param(sys.executable, id="this"), pytest.param(_old_python(), id="3.9", marks=pytest.mark.skipif(not _old_python(), reason="no Python 3.9"))]


@pytest.fixture
def run(tmp_path, monkeypatch):
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, text in (("uname", "3 aixdb01"), ("lsnodeid", "5d1c7a90e3f2b864"), ("oslevel", "7300-02-02-2420")):
        (commands / name).write_text("#!/bin/sh\necho '{0}'\n".format(text))
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", "{0}:{1}".format(commands, os.environ["PATH"]))
    monkeypatch.setenv("ANSIBLE_LOCAL_TEMP", str(tmp_path / "local"))
    monkeypatch.setenv("ANSIBLE_REMOTE_TMP", str(tmp_path / "remote"))
    monkeypatch.setenv("ANSIBLE_NOCOLOR", "1")

    def _run(python, *arguments, **options):
        tree = tmp_path / "tree"
        options = dict({"var_ct": str(tmp_path / "ct"), "ct_node_id_file": str(tmp_path / "id")}, **options)
        command = [sys.executable, "-m", "ansible", "adhoc", "lpar", "-i", "lpar,", "-c", "local", "-t", str(tree), "-m", "aixops.rsct.rmc_facts"]
        command += ["-a", json.dumps(options), "-e", json.dumps({"ansible_python_interpreter": python}), *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stdout
        return json.loads((tree / "lpar").read_text()), done.stdout

    return _run


def test_no_python_is_needed(run):
    result, dummy = run("/no/such/python")
    rmc = result["ansible_facts"]["rmc"]
    assert (rmc["collector"], rmc["partition"]["lpar_name"], rmc["node_id"]["live"]) == ("perl", "aixdb01", "5d1c7a90e3f2b864")


@pytest.mark.parametrize("python", PYTHONS)
def test_module(run, python):
    result, dummy = run(python, "--check", collector="python")
    rmc = result["ansible_facts"]["rmc"]
    assert (rmc["collector"], rmc["partition"]["lpar_name"], rmc["partition"]["os_level"]) == ("python", "aixdb01", "7300-02-02-2420")
    assert result["changed"] is False


def test_module_takes_over_with_a_warning(run, tmp_path):
    (tmp_path / "bin" / "perl").write_text("#!/bin/sh\necho 'perl: cannot execute' >&2\nexit 126\n")
    (tmp_path / "bin" / "perl").chmod(0o755)
    result, output = run(sys.executable)
    assert result["ansible_facts"]["rmc"]["collector"] == "python"
    assert "perl: cannot execute" in output


def test_documentation_names_the_options_as_they_are():
    documented = yaml.safe_load(rmc_facts.DOCUMENTATION)["options"]
    for name, option in documented.items():
        assert option["type"] == ARGUMENT_SPEC[name]["type"]
        assert option["default"] == ARGUMENT_SPEC[name]["default"]
    assert set(ARGUMENT_SPEC) - set(documented) == {"rmc_port", "var_ct", "ct_node_id_file"}


def test_documentation_names_every_key(tmp_path):
    documented = yaml.safe_load(rmc_facts.RETURN)["ansible_facts"]["contains"]["rmc"]["contains"]
    assert set(documented) == set(action.assemble({"collector": "perl", "collected_at": "", "records": []}, {}))
