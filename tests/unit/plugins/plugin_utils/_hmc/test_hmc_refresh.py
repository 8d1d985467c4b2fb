# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rebuild and diagrmc: the exact command, and what is concluded from its answer."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc import refresh
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query import DeadlinePassed
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.shell import Answer

P10A = "9105-22A*78F0A10"
PARTITION = {"lpar_id": 4, "ip": "192.0.2.22"}


def answer(text: str = "", rc: int | None = 0, outcome: str | None = None) -> Answer:
    return Answer("command", rc, text, 1, outcome or ("ok" if rc == 0 else "failed"))


def conclude(operation, given):
    return refresh.conclusion(operation, given, 600, "hmcalpha", "hmcview")


@pytest.mark.parametrize("operation, argv", [
    ("rebuild", ["chsysstate", "-r", "sys", "-m", P10A, "-o", "rebuild"]),
    ("diagrmc", ["diagrmc", "-m", P10A, "--ip", "192.0.2.22", "--id", "4", "-v"]),
    ("diagrmc_autocorrect", ["diagrmc", "-m", P10A, "--ip", "192.0.2.22", "--id", "4", "--autocorrect", "-v"]),
])
def test_command(operation, argv):
    assert refresh.command(operation, P10A, PARTITION) == argv


@pytest.mark.parametrize("operation, changed", [("rebuild", True), ("diagrmc", False), ("diagrmc_autocorrect", True)])
def test_success(operation, changed):
    assert conclude(operation, answer()) == {"changed": changed, "failed": False, "msg": f"hmcalpha: {operation} done"}


@pytest.mark.parametrize("operation, role", [("rebuild", "RebuildCEC"), ("diagrmc", "hmcsuperadmin"), ("diagrmc_autocorrect", "hmcsuperadmin")])
@pytest.mark.parametrize("rc", [0, 1])
def test_no_authority_names_user_and_role(operation, role, rc):
    result = conclude(operation, answer("HSCL350B The user does not have the appropriate authority.\n", rc))
    assert (result["changed"], result["failed"]) == (False, True)
    assert all(word in result["msg"] for word in ("hmcview", "hmcalpha", "HSCL350B", role))


@pytest.mark.parametrize("text, rc, changed", [
    ("HSCL8018 The managed system X was not found.", 1, False),
    ("HSCL0237 This operation is not allowed when the managed system is in the No Connection state.", 1, False),
    ("bash: diagrmc: command not found", 127, False),
    # It may have done something before it failed.
    ("Half of it went wrong.", 1, True),
])
def test_failure(text, rc, changed):
    result = conclude("diagrmc_autocorrect", answer(text, rc))
    assert (result["changed"], result["failed"]) == (changed, True)
    assert text in result["msg"]


def test_findings_of_a_diagnosis_are_no_failure():
    assert not conclude("diagrmc", answer("HSCL2957 was logged for this partition.\n"))["failed"]


@pytest.mark.parametrize("operation, changed, word", [
    ("diagrmc", False, "stopped"), ("diagrmc_autocorrect", True, "may still run"), ("rebuild", True, "may still run"),
])
def test_deadline(operation, changed, word):
    result = conclude(operation, answer(rc=None, outcome="timeout"))
    assert (result["changed"], result["failed"]) == (changed, True)
    assert word in result["msg"]
    assert "600 s" in result["msg"]


def test_no_answer_at_all():
    result = conclude("rebuild", answer(rc=None, outcome="no_answer"))
    assert (result["changed"], result["failed"]) == (True, True)
    assert "look there with lssyscfg" in result["msg"]
    assert conclude("diagrmc", answer(rc=None, outcome="no_answer")) == {"changed": False, "failed": True, "msg": "hmcalpha: diagrmc failed: no answer"}


def test_what_a_login_said_in_place_of_an_answer_is_told():
    got = refresh.run(lambda text, deadline: (1, "Your password has expired.\n", "BANNER\n"), "rebuild", refresh.command("rebuild", P10A), 600)
    assert "BANNER Your password has expired." in conclude("rebuild", got)["msg"]


@pytest.mark.parametrize("name, connected", [("hmc_v10_diagrmc_partition_ok.txt", True), ("hmc_v10_diagrmc_partition_down.txt", None)])
def test_the_one_line_that_proves_a_connection(sample, name, connected):
    address = "192.0.2.21" if connected else "192.0.2.22"
    assert refresh.has_connection(sample(name), address) is connected
    assert refresh.has_connection(sample(name), "192.0.2.2") is None


@pytest.mark.parametrize("operation, killed", [("rebuild", False), ("diagrmc", True), ("diagrmc_autocorrect", False)])
def test_only_a_diagnosis_is_ended_on_the_hmc(operation, killed):
    seen = []

    def execute(text, deadline):
        seen.append((text, deadline))
        raise DeadlinePassed()

    got = refresh.run(execute, operation, refresh.command(operation, P10A, PARTITION), 600)
    assert got.outcome == "timeout"
    (text, deadline), = seen
    assert ("kill" in text) is killed
    assert deadline >= 600
