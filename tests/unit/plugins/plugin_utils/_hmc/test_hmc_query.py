# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of an HMC, in which order, and what becomes of every kind of answer."""

from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._hmc.query import DeadlinePassed, Unreachable, read_hmc

NOW = "2026-03-02T03:04:04Z"
LONG = "name,lpar_id,lpar_env,state,rmc_state,rmc_ipaddr,os_version,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable"
P10A, P10B = "9105-22A*78F0A10", "9105-42A*78F0B20"
TWO_SYSTEMS = (0, "DC1-P10A,9105-22A,78F0A10,Operating\nDC1-P10B,9105-42A,78F0B20,Standby\n")
RUNNING = "aixapp09,9,aixlinux,Running,active,192.0.2.29,AIX 7.3 7300-02-02-2420,1,1,1\n"
NO_AUTHORITY = (1, "HSCL350B The user does not have the appropriate authority.\n")


@pytest.fixture
def replies(sample):
    """An HMC with two systems, everything readable. The first entry whose key is in the command answers it."""
    return {
        "date -u": (0, "2026-03-02T03:04:05Z\n"),
        "-r sys": TWO_SYSTEMS,
        "lshmc -V": (0, sample("hmc_v10_lshmc_cap_v.txt")),
        "lshmc -v": (0, sample("hmc_v10_lshmc_v_physical.txt")),
        "lshmc -n": (0, sample("hmc_v8_lshmc_n.txt")),
        "lshmc -r": (0, sample("hmc_v8_lshmc_r.txt")),
        "lspartition": (0, sample("hmc_v8_lspartition_dlpar_healthy.txt")),
        f"-r lpar -m '{P10A}'": (0, sample("hmc_v10_lssyscfg_lpar_mixed.txt")),
        f"-r lpar -m '{P10B}'": (0, RUNNING),
    }


@pytest.fixture
def read(scripted_hmc, replies):
    """Ask the HMC of replies; changes replace answers."""

    def ask(changes=None, failure=None, **options):
        hmc = scripted_hmc({**replies, **(changes or {})})
        hmc.failure = failure or {}
        return read_hmc(hmc, now=lambda: NOW, **options), hmc

    return ask


def states(result):
    return {(row["system"], row["lpar_id"]): row["rmc_state"] for row in result["partitions"]}


def outcomes(result):
    return [(system["machine"], system["outcome"]) for system in result["systems"]]


def test_everything_in_two_batches(read):
    result, hmc = read()
    assert hmc.asked == [
        ["date -u +%Y-%m-%dT%H:%M:%SZ", "lssyscfg -r sys -F name,type_model,serial_num,state", "lshmc -V", "lshmc -v", "lshmc -n", "lshmc -r",
         "lspartition -dlpar"],
        [f"lssyscfg -r lpar -m '{machine}' -F {LONG}" for machine in (P10A, P10B)],
    ]
    assert result["hmc"] == {
        "outcome": "ok", "message": "", "name": "hmcbeta", "version": "V10R3", "service_pack": "1063", "model": "7063-CR2", "serial": "13A4F10",
        "addresses": ["192.0.2.12", "2001:db8:0:1::12", "fe80::a00:27ff:fe3c:51d"], "security_mode": "nist_sp800_131a", "clock_utc": "2026-03-02T03:04:05Z",
        "queried_at": NOW, "raw_view": "ok",
    }
    assert outcomes(result) == [(P10A, "ok"), (P10B, "ok")]
    assert result["partitions"][2] == {
        "machine": P10A, "system": "DC1-P10A", "lpar_id": 3, "name": "aixdb01", "environment": "aixlinux", "state": "Running", "rmc_state": "active",
        "rmc_ipaddr": "192.0.2.21", "os_version": "AIX 7.2 7200-05-06-2320", "dlpar_mem": 1, "dlpar_proc": 1, "dlpar_io": 1,
        "raw_connection": {"active": True, "dcaps": "0x2c5f"},
    }
    assert result["partitions"][-1]["raw_connection"] is None
    assert result["notes"] == []
    assert [(record["rc"], record["outcome"]) for record in result["commands"]] == [(0, "ok")] * 9


def test_lssyscfg_runs_once_and_once_a_readable_system(read, sample):
    dummy, hmc = read({"-r sys": (0, sample("hmc_v10_lssyscfg_sys_states.txt"))})
    assert [line for line in hmc.lines if "-r lpar" in line] == [
        f"lssyscfg -r lpar -m '{machine}' -F {LONG}" for machine in (P10A, P10B, "9009-42A*78E0C30")
    ]


def test_systems_that_cannot_be_read_are_listed_and_not_asked(read, sample):
    result, dummy = read({"-r sys": (0, sample("hmc_v10_lssyscfg_sys_states.txt")), "9009-42A*78E0C30": (0, sample("hmc_v10_lssyscfg_lpar_power_off.txt"))})
    assert [outcome for dummy, outcome in outcomes(result)] == ["ok", "ok", "ok", "failed", "failed", "failed"]
    assert "No Connection" in result["systems"][4]["message"]
    assert result["systems"][4]["name"] == "198.51.100.40"
    assert {row["state"] for row in result["partitions"] if row["system"] == "DC2-P9A"} == {"Not Available"}


def test_systems_of_one_name_keep_their_partitions(read, sample):
    result, dummy = read({"-r sys": (0, sample("hmc_v10_lssyscfg_sys_same_name_twice.txt")), "9009-42A*78E0C30": (0, RUNNING)})
    assert {row["machine"] for row in result["partitions"]} == {P10A, "9009-42A*78E0C30"}


@pytest.mark.parametrize("reply", [
    (1, "HSCL0237 This operation is not allowed when the managed system is in the No Connection state.\n"),
    (0, "HSCL9999 An error in spite of rc 0.\n"),
    (1, RUNNING),
    (0, RUNNING + "HSCL9999 And there it broke off.\n"),
    (127, "bash: lssyscfg: command not found\n"),
    "hang",
])
def test_a_system_that_fails_has_no_partitions_and_spoils_no_other(read, reply):
    result, dummy = read({f"-r lpar -m '{P10B}'": reply})
    assert outcomes(result) == [(P10A, "ok"), (P10B, "failed")]
    assert result["systems"][1]["message"]
    assert {row["machine"] for row in result["partitions"]} == {P10A}
    assert result["hmc"]["outcome"] == "ok"


def test_system_without_partitions(read):
    result, dummy = read({f"-r lpar -m '{P10B}'": (0, "No results were found.\n")})
    assert outcomes(result) == [(P10A, "ok"), (P10B, "ok")]
    assert result["systems"][1]["message"] == "No results were found."


def test_a_remark_beside_rows_is_kept(read):
    result, dummy = read({f"-r lpar -m '{P10B}'": (0, RUNNING + "The console will be restarted tonight.\n")})
    assert result["systems"][1] == {
        "name": "DC1-P10B", "machine": P10B, "state": "Standby", "outcome": "ok", "message": "The console will be restarted tonight.",
    }
    assert states(result)[("DC1-P10B", 9)] == "active"


def test_level_without_capabilities_is_asked_once_more(read):
    unknown = (1, "An invalid attribute was entered.  The invalid attribute is dlpar_mem_capable.  Please correct your entry and retry the command.\n")
    result, hmc = read({
        f"-r lpar -m '{P10A}'": lambda line: unknown if line.endswith("_capable") else (0, RUNNING.replace(",1,1,1", "")),
        f"-r lpar -m '{P10B}'": unknown,
    })
    assert hmc.asked[2:] == [[
        f"lssyscfg -r lpar -m '{machine}' -F name,lpar_id,lpar_env,state,rmc_state,rmc_ipaddr,os_version" for machine in (P10A, P10B)
    ]]
    assert [(row["rmc_state"], row["dlpar_mem"]) for row in result["partitions"]] == [("active", None)]
    # The second system refuses again: that is its answer.
    assert outcomes(result) == [(P10A, "ok"), (P10B, "failed")]


def test_unreachable_is_a_result(read):
    result, hmc = read(failure={1: Unreachable("Failed to connect to the host via ssh: No route to host")})
    assert result["hmc"]["outcome"] == "unreachable"
    assert "No route to host" in result["hmc"]["message"]
    assert (result["systems"], result["partitions"], len(hmc.asked)) == ([], [], 1)


def test_connection_lost_between_the_batches(read):
    result, dummy = read(failure={2: Unreachable("Connection reset by peer")})
    assert outcomes(result) == [(P10A, "failed"), (P10B, "failed")]
    assert "lost" in result["systems"][0]["message"]
    assert result["partitions"] == []


def test_hmc_that_never_ends_the_batch(read):
    result, dummy = read(failure={2: DeadlinePassed()})
    assert outcomes(result) == [(P10A, "failed"), (P10B, "failed")]
    assert result["commands"][-1]["outcome"] == "timeout"


def test_login_without_data_is_an_account_problem():
    result = read_hmc(lambda text, deadline: (1, "Your password has expired.\n", "BANNER\n"), now=lambda: NOW)
    assert result["hmc"]["outcome"] == "failed"
    assert "Account" in result["hmc"]["message"]
    assert "password has expired" in result["hmc"]["message"]


@pytest.mark.parametrize("reply", ["hang", (1, "The system is busy.\n"), (0, "Welcome!\n"), NO_AUTHORITY])
def test_list_of_systems_that_cannot_be_read(read, reply):
    result, dummy = read({"-r sys": reply})
    assert result["hmc"]["outcome"] == "failed"
    assert result["hmc"]["message"]
    assert result["partitions"] == []


def test_hmc_without_systems(read):
    result, dummy = read({"-r sys": (0, "No results were found.\n")})
    assert (result["hmc"]["outcome"], result["systems"]) == ("ok", [])


@pytest.mark.parametrize("reply", [NO_AUTHORITY, (127, "bash: lspartition: command not found\n"), "hang", (0, "You may not do this here.\n")])
def test_viewer_without_raw_view(read, reply):
    result, dummy = read({"lspartition": reply})
    assert (result["hmc"]["outcome"], result["hmc"]["raw_view"]) == ("ok", "failed")
    assert result["partitions"][2]["raw_connection"] is None
    assert any("lspartition" in note for note in result["notes"])


def test_empty_raw_view_is_an_answer(read):
    result, dummy = read({"lspartition": (0, "")})
    assert (result["hmc"]["raw_view"], result["raw_partitions"], result["notes"]) == ("ok", [], [])


def test_rows_of_dead_partitions_stay_in_the_raw_view(read, sample):
    result, dummy = read({"lspartition": (0, sample("hmc_v8_lspartition_dlpar_recycled_ip.txt"))})
    assert [(entry["lpar_id"], entry["ipaddr"]) for entry in result["raw_partitions"]] == [(31, "192.0.2.27"), (3, "192.0.2.21")]


def test_less_is_asked_when_less_is_wanted(read):
    result, hmc = read(raw=False, identity=False, systems=["DC1-P10B"])
    assert hmc.asked == [["date -u +%Y-%m-%dT%H:%M:%SZ", "lssyscfg -r sys -F name,type_model,serial_num,state"], [f"lssyscfg -r lpar -m '{P10B}' -F {LONG}"]]
    assert result["hmc"]["raw_view"] == "not_asked"
    assert outcomes(result) == [(P10B, "ok")]


def test_system_that_is_not_listed_is_noted(read):
    result, dummy = read(systems=[P10A, "9105-22A*78FFFFF"])
    assert outcomes(result) == [(P10A, "ok")]
    assert ["9105-22A*78FFFFF" in note for note in result["notes"]] == [True]


def test_memory(read):
    result, hmc = read({f"lshwres -r mem -m '{P10A}'": (0, "3,32768,32768,16384\n"), "lshwres": NO_AUTHORITY}, memory=True)
    by_id = {(row["system"], row["lpar_id"]): row["mem"] for row in result["partitions"]}
    assert by_id[("DC1-P10A", 3)] == {"curr": 32768, "pend": 32768, "run": 16384}
    assert by_id[("DC1-P10A", 4)] is None
    assert by_id[("DC1-P10B", 9)] is None
    assert any("DC1-P10B" in note for note in result["notes"])
    assert len(hmc.asked) == 2


def test_identity_that_fails_is_noted(read):
    result, dummy = read({"lshmc -V": (1, "no\n"), "lshmc -n": "hang", "date -u": (0, "Mon Mar 2\n")})
    hmc = result["hmc"]
    assert (hmc["version"], hmc["name"], hmc["clock_utc"]) == (None, None, None)
    # The address in the vital product data is better than none.
    assert hmc["addresses"] == ["192.0.2.11"]
    assert len(result["notes"]) == 2


def test_more_systems_than_a_batch_holds(read):
    many = "".join(f"S{number},9105-22A,78F{number:04d},Operating\n" for number in range(100))
    result, hmc = read({"-r sys": (0, many), "-r lpar": (0, RUNNING)})
    assert [len(batch) for batch in hmc.asked] == [7, 62, 38]
    assert len(result["partitions"]) == 100
