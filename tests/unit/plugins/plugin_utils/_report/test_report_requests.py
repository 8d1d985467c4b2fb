# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall request and the inventory of partitions that nobody asked for."""

from __future__ import annotations

import pytest
import report_builder as build
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import firewall, inventory, survey, view


def _blocked(name: str, number: int, code: str = "NETWORK_TCP_BLOCKED", flows: bool = True, port: int = 657) -> dict:
    states = {
        hmc: {"rmc_state": state, "rmc_ipaddr": build.address(number), "dlpar": [1, 1, 1]}
        for hmc, state in (("hmcalpha", "active"), ("hmcbeta", "inactive"))
    }
    found = build.finding(code)
    if flows:
        found["flows"] = [
            {
                "lpar": build.address(number),
                "hmc": "192.0.2.12",
                "hmc_name": "hmcbeta",
                "port": port,
                "protocols": ["tcp", "udp"],
                "directions": "both",
            }
        ]
    return build.host(name, number, code, hmc_states=states, findings=[found])


@pytest.mark.parametrize("flows", [True, False], ids=["the host told", "the consoles told"])
def test_the_request_has_exact_addresses_both_protocols_and_both_directions(flows):
    text = firewall.render(build.report([_blocked("aix00001", 1, flows=flows), _blocked("aix00002", 2, flows=flows), build.host("aix00003", 3)]))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "198.18.1.2 aix00001" in lines
    assert "198.18.1.3 aix00002" in lines
    assert [line for line in lines if line.startswith(("TCP ", "UDP "))] == [
        "TCP the partitions above 192.0.2.12 657",
        "TCP 192.0.2.12 the partitions above 657",
        "UDP the partitions above 192.0.2.12 657",
        "UDP 192.0.2.12 the partitions above 657",
    ]
    # The other HMC works and the third LPAR is healthy: neither has a place in a request.
    assert "192.0.2.11" not in text
    assert "aix00003" not in text


def test_one_partition_under_two_findings_is_asked_for_once():
    twice = _blocked("aix00001", 1)
    twice["findings"] *= 2
    assert firewall.render(build.report([twice])) == firewall.render(build.report([_blocked("aix00001", 1)]))


def test_the_port_of_the_estate_is_the_port_of_the_request():
    assert "10657" in firewall.render(build.report([_blocked("aix00001", 1, port=10657)]))


def test_no_network_cause_no_request():
    assert firewall.render(build.report([build.host("aix1", 1, "RSCT_DOWN")])) == ""


def _local_filter(made: dict, rmc: dict) -> None:
    everybody = {
        "number": "2", "action": "deny", "source": "0.0.0.0", "source_mask": "0.0.0.0", "destination": "0.0.0.0", "destination_mask": "0.0.0.0",
        "source_routing": "yes", "protocol": "all", "source_operation": "any", "source_port": "0", "destination_operation": "any", "destination_port": "0",
        "scope": "both", "direction": "both",
    }
    rmc["network"]["local_filter"] = {"active": True, "rules": [everybody]}


def _filesystem_full(made: dict, rmc: dict) -> None:
    rmc["filesystems"][1].update(used_percent=100, free_mb=0)


def _booting(made: dict, rmc: dict) -> None:
    rmc["partition"]["uptime_seconds"] = 120


def _keys_damaged(made: dict, rmc: dict) -> None:
    rmc["security"]["keys"]["private"]["present"] = False


def _wrong_host(made: dict, rmc: dict) -> None:
    """The login to aix00001 reaches aix00002, and that one is cut off."""
    for hmc in made["hmcs"]:
        build.block(made, "aix00002", hmc)
    made["hosts"]["aix00001"] = {**made["hosts"].pop("aix00002"), "expected": {"machine": build.machine_name(1), "lpar_id": 1}}


def _hmc_wide(made: dict, rmc: dict) -> None:
    for name in list(made["hosts"]):
        build.block(made, name, "hmcbeta")


@pytest.mark.parametrize("change", [_local_filter, _filesystem_full, _booting, _keys_damaged, _wrong_host, _hmc_wide])
def test_a_cause_that_is_not_the_network_is_no_matter_for_its_owner(change):
    made = build.survey(4)
    for hmc in made["hmcs"]:
        build.block(made, "aix00001", hmc)
    change(made, made["hosts"]["aix00001"]["rmc"])
    report = diagnose(made)
    host = report["hosts"][0]
    assert host["verdict"] == change.__name__[1:].upper()
    # The network is suspected too, as a consequence.
    assert {"NETWORK_TCP_BLOCKED", "NETWORK_UDP_BLOCKED"} & {found["code"] for found in host["findings"]}
    assert firewall.render(report) == ""


def test_a_filter_on_the_host_against_one_hmc_is_no_matter_for_the_network_owner():
    made = build.survey(4)
    build.block(made, "aix00001", "hmcbeta")
    _local_filter(made, made["hosts"]["aix00001"]["rmc"])
    report = diagnose(made)
    assert report["hosts"][0]["verdict"] == "HMC_PATH"
    assert firewall.render(report) == ""


def test_a_partition_that_works_elsewhere_is_asked_for():
    made = build.survey(4)
    build.block(made, "aix00001", "hmcbeta")
    report = diagnose(made)
    assert report["hosts"][0]["verdict"] == "HMC_PATH"
    assert "198.18.1.2" in firewall.render(report)


def test_a_partition_that_was_not_wholly_read_is_asked_for():
    """hmcbeta does not answer, and the partition does not reach it either."""
    made = build.survey(4)
    build.block(made, "aix00001", "hmcbeta")
    made["hmcs"]["hmcbeta"] = survey.not_read("unreachable", "timed out")
    report = diagnose(made)
    assert report["hosts"][0]["verdict"] == "UNDETERMINED"
    assert "198.18.1.2" in firewall.render(report)


def test_a_member_of_a_fleet_cause_without_addresses_is_named():
    lost = build.host("aix9", 9, "UNDETERMINED", hmc_states={})
    text = firewall.render(build.report([lost], fleet=[build.finding("NETWORK_SEGMENT", members=["aix9"])]))
    assert "to be added by hand: aix9" in text


# --- inventory ---


def _outside(name: str, number: int, code: str = "HMC_PATH", **changes) -> dict:
    return build.host("", number, code, lpar_name=name, **{"host": None, **changes})


def _load(text: str) -> dict:
    return DataLoader().load(text)["aix_lpars"]["hosts"]


def _inventory(outside, hosts=()):
    return inventory.render(view.build(build.report(list(hosts), outside=outside)))


def test_broken_partitions_are_in_the_inventory_with_identity():
    hosts = _load(_inventory([_outside("aixdb01", 3), _outside("aixdb02", 4, hmc_states={})]))
    assert hosts["aixdb01"] == {"ansible_host": "198.18.1.4", "rsct_machine": build.machine_name(1), "rsct_lpar_id": 3, "rsct_lpar_name": "aixdb01"}
    assert "ansible_host" not in hosts["aixdb02"]


def test_ibm_i_is_left_out():
    assert _inventory([_outside("ibmi01", 1, "OUT_OF_SCOPE")]) == ""


def test_what_may_be_a_known_host_is_no_second_host():
    text = _inventory([_outside("aixdb09", 2, maybe_host="aixdb09.example.com")])
    assert DataLoader().load(text) == {"aix_lpars": {"hosts": {}}}
    assert f"aixdb09.example.com: rsct_machine {build.machine_name(1)}, rsct_lpar_id 2" in text


def test_two_partitions_of_one_name_are_two_hosts_and_no_known_host_is_overwritten():
    other = _outside("aixdb01", 4, machine=2)
    hosts = _load(_inventory([_outside("aixdb01", 3), other, _outside("aix1", 7)], [build.host("aix1", 1)]))
    assert sorted(hosts) == ["aix1-7", "aixdb01", "aixdb01-4"]


def test_a_name_is_never_a_pattern_an_expression_or_yaml(tmp_path):
    evil = ["{{ lookup('pipe', 'id') }}", "{% raw %}", "db[01:99]", "a b: c", '"\n  evil: true', "db:22", "!unsafe x"]
    text = _inventory([_outside(name, number) for number, name in enumerate(evil, 1)])
    path = tmp_path / "inventory.yml"
    path.write_text(text, encoding="utf-8")
    hosts = InventoryManager(loader=DataLoader(), sources=[str(path)]).get_hosts()
    assert len(hosts) == len(evil)
    for host in hosts:
        assert not set(str(host.name)) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
    assert [line.split(": ", 1)[1][:9] for line in text.splitlines() if "rsct_lpar_name" in line and "{" in line] == ["!unsafe \""] * 2


def test_an_address_that_is_none_is_not_written():
    state = {"hmcalpha": {"rmc_state": "active", "rmc_ipaddr": "evil host", "dlpar": [1, 1, 1]}}
    assert "ansible_host" not in _load(_inventory([_outside("aixdb01", 3, hmc_states=state)]))["aixdb01"]
