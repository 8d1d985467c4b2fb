# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import probes
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.assemble import assemble

# name of the probe: sample, or its output as it stands
HEALTHY = {
    "lssrc": "aix72_lssrc_a_healthy",
    "ps": "    USER     PID     ELAPSED COMMAND\n    root       1 10-00:00:00 /etc/init\n"
    "    root 7340312    01:00:00 /usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r\n",
    "rmcdomainstatus": "aix72_rmcdomainstatus_dual_mcp_up",
    "lsrsrc": "aix72_lsrsrc_ibm_mcp_dual_hmc",
    "netstat_an": "aix72_netstat_an_657_listening",
    "netstat_ni": "aix72_netstat_ni_mtu_9000",
    "ifconfig": "aix72_ifconfig_a_ipv6_link_local",
    "lslpp": "aix72_lslpp_lcq_rsct_core",
    "df": "aix72_df_pk_healthy",
    "errpt": "aix72_errpt_after_lpm",
    "lsattr_sys0": "modelname IBM,9105-22A  Machine name               False\nsystemid  IBM,0278F0A10 Hardware system identifier False\n",
    "uname": "aix72_uname_cap_l",
    "oslevel": "7200-05-06-2320\n",
    "lsnodeid": "aix72_lsnodeid_ok",
    "ct_clusterinfo": "aix72_ct_clusterinfo_c_no_cluster",
    "lsrpdomain": "aix72_lsrpdomain_none",
    "odmget_cluster0": "",
    "odmget_ctrmc": "aix72_odmget_srcsubsys_ctrmc",
    "lspv": "",
    "node_id_etc": "aix72_cat_etc_ct_node_id",
    "node_id_var_ct": "aix72_cat_etc_ct_node_id",
    "rmcd_log": "",
    "private_key": "0600 root",
    "public_key": "0444 root",
    "trusted_host_list": "0444 root",
    "peer_domain_trees": "IW\n",
    "path:192.0.2.12": "timeout 192.0.2.21",
    "path:192.0.2.11": "open 192.0.2.21",
    "host": "nodename=aixdb01\nuid=0\nioscli=0\nlocal_time=2025-11-14T22:20:00\nepoch=1763151600\n",
}


@pytest.fixture
def collect(sample):
    def _collect(options=None, collector="perl", **changes):
        """changes: a text, None for a probe that was not asked, or (outcome, rc, stdout, stderr)."""
        records = []
        for name, answer in dict(HEALTHY, **changes).items():
            if answer is None:
                continue
            outcome, rc, stdout, stderr = answer if isinstance(answer, tuple) else ("ok", 0, answer, "")
            text = sample(stdout) if stdout.startswith("aix") else stdout
            records.append({"name": name, "outcome": outcome, "rc": rc, "seconds": 0.25, "stdout": text, "stderr": stderr})
        raw = {"collector": collector, "collected_at": "2025-11-14T20:20:01Z", "records": records}
        return assemble(raw, options or {})

    return _collect


def test_healthy(collect):
    rmc = collect()
    assert (rmc["schema"], rmc["collected_at"], rmc["elapsed_seconds"], rmc["collector"], rmc["uid"]) == (1, "2025-11-14T20:20:01Z", 0.25, "perl", 0)
    assert rmc["partition"] == {
        "lpar_id": 3,
        "lpar_name": "aixdb01",
        "machine": "9105-22A*78F0A10",
        "hostname": "aixdb01",
        "os_level": "7200-05-06-2320",
        "kind": "aix",
        "uptime_seconds": 864000,
    }
    assert rmc["node_id"] == {"live": "5d1c7a90e3f2b864", "etc": "5d1c7a90e3f2b864", "var_ct": "5d1c7a90e3f2b864", "consistent": True}
    assert rmc["listeners"] == {"tcp_657": True, "udp_657": True}
    assert [row["state"] for row in rmc["domains"]["control_points"]] == ["I", "I"]
    assert {record["node_id"] for record in rmc["control_points"]} == {row["node_id"] for row in rmc["domains"]["control_points"]}
    assert rmc["rmcd"] == {"pid": 7340312, "seconds": 3600, "args": "/usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r", "remote_flag": True}
    assert rmc["src_arguments"] == "-a IBM.LPCommands -r"
    assert rmc["in_band"] == {"status": "absent", "hmcs": []}
    assert rmc["cluster"] == {"member": False, "online": False, "evidence": []}
    assert rmc["suspended"] is False
    assert rmc["security"]["keys"]["private"] == {"present": True, "mode": "0600", "owner": "root"}
    assert rmc["security"]["clock_utc"] == "2025-11-14T20:20:00Z"
    assert rmc["activity"] == {"dlpar": False, "lpm": False, "lku": False, "installp": False, "backup": False}
    assert rmc["migration"]["age_seconds"] == 300
    assert {row["outcome"] for row in rmc["probes"]} == {"ok"}


def test_interfaces_and_paths(collect):
    network = collect()["network"]
    assert network["interfaces"][0] == {
        "name": "en0",
        "mtu": 9000,
        "addresses": ["192.0.2.21", "fe80::301a:c4ff:fe07:51a3"],
        "up": True,
        "networks": ["192.0.2.21/24", "fe80::301a:c4ff:fe07:51a3/64"],
    }
    assert [(path["address"], path["result"], path["source_address"], path["interface"]) for path in network["paths"]] == [
        ("192.0.2.11", "open", "192.0.2.21", "en0"),
        ("192.0.2.12", "timeout", "192.0.2.21", "en0"),
    ]


def test_path_without_route(collect):
    paths = collect(**{"path:192.0.2.12": "unreachable -"})["network"]["paths"]
    assert (paths[1]["result"], paths[1]["source_address"], paths[1]["interface"]) == ("unreachable", None, None)


def test_path_that_the_collector_could_not_try(collect):
    rmc = collect(**{"path:2001:db8::11": ("failed", None, "", "this Perl does not know IPv6")})
    assert len(rmc["network"]["paths"]) == 2
    assert rmc["probes"][-1]["message"] == "2001:db8::11: this Perl does not know IPv6"


def test_another_port(collect, sample):
    text = sample("aix72_netstat_an_657_listening").replace(".657 ", ".20657 ")
    assert collect({"rmc_port": 20657}, netstat_an=text)["listeners"] == {"tcp_657": True, "udp_657": True}
    assert collect(netstat_an=text)["listeners"] == {"tcp_657": False, "udp_657": False}


def test_listeners_are_unknown_without_the_answer_of_netstat(collect):
    assert collect(netstat_an=("timeout", None, "", ""))["listeners"] == {"tcp_657": None, "udp_657": None}
    assert collect(netstat_an="")["listeners"] == {"tcp_657": None, "udp_657": None}


def test_hung_command_is_a_line_in_probes(collect):
    rmc = collect({"deadline": 7}, lsrsrc=("timeout", None, "Resource Persistent Attributes for IBM.MCP\n", ""))
    assert rmc["control_points"] is None
    line = next(row for row in rmc["probes"] if row["name"] == "lsrsrc")
    assert (line["argv"], line["outcome"], line["message"]) == (["lsrsrc", "IBM.MCP"], "timeout", "no answer within 7 s; killed")


def test_no_record_of_an_hmc_is_not_the_same_as_unread(collect):
    assert collect(lsrsrc="aix72_lsrsrc_ibm_mcp_no_resources")["control_points"] == []
    assert collect(rmcdomainstatus="aix72_rmcdomainstatus_no_domain")["domains"] == {"peer": [], "control_points": []}
    assert collect(rmcdomainstatus=("failed", 1, "", "0513-036"))["domains"] == {"peer": None, "control_points": None}


def test_old_level(collect):
    text = (
        'Resource Persistent Attributes for IBM.ManagementServer\nresource 1:\n        Hostname    = "192.0.2.11"\n'
        '        ManagerType = "HMC"\n        ClusterTM   = "9078-160"\n        ClusterSNum = "13A4F10"\n'
    )
    rmc = collect(lsrsrc=("failed", 1, "", "2612-023 not found"), lsrsrc_management_server=text)
    assert [record["hmc_name"] for record in rmc["control_points"]] == ["9078160*13A4F10"]


@pytest.mark.parametrize(
    "changes, consistent",
    [
        ({"node_id_var_ct": "aix72_cat_var_ct_cfg_ct_node_id_differs"}, False),
        ({"lsnodeid": ("failed", 1, "", "2641-036 The node does not have an assigned node identifier.")}, False),
        ({"node_id_etc": ("missing", None, "", "No such file or directory")}, False),
        ({"node_id_etc": ""}, False),
        ({"node_id_etc": ("failed", None, "", "Permission denied")}, None),
        ({"lsnodeid": ("timeout", None, "", "")}, None),
        ({"lsnodeid": ("timeout", None, "", ""), "node_id_etc": "36f9d2e84b07a15c\n"}, False),
    ],
)
def test_node_id_copies(collect, changes, consistent):
    assert collect(**changes)["node_id"]["consistent"] is consistent


def test_in_band(collect):
    rmc = collect(lssrc="aix73_lssrc_g_rsct_in_band", lssrc_mcproxy="aix73_lssrc_ls_mcproxy_hostname")
    assert rmc["in_band"] == {"status": "active", "hmcs": ["hmcalpha"]}
    assert collect(lssrc="aix73_lssrc_g_rsct_mcproxy_down")["in_band"]["status"] == "inoperative"
    assert collect(lssrc=("timeout", None, "", ""))["in_band"]["status"] is None


def test_rmcd_that_does_not_run_is_not_the_same_as_unread(collect):
    assert collect(ps="    root       1 00:10 /etc/init\n")["rmcd"]["pid"] is None
    assert collect(ps=("timeout", None, "", ""))["rmcd"] is None


@pytest.mark.parametrize(
    "changes", [{"host": "nodename=vios1\nuid=0\nioscli=1\n"}, {"lslpp": "ios.cli:ios.cli.rte:3.1.4.21: : :C: :VIOS: : : : : : :0:0:/:\n"}]
)
def test_vios(collect, changes):
    assert collect(**changes)["partition"]["kind"] == "vios"


def test_filesets_are_read_though_one_of_them_is_not_installed(collect, sample):
    rmc = collect(lslpp=("failed", 1, sample("aix72_lslpp_lcq_rsct_core"), "lslpp: 0504-132  Fileset csm.client not installed."))
    assert len(rmc["filesets"]) == 11
    assert next(row for row in rmc["probes"] if row["name"] == "lslpp")["outcome"] == "ok"
    assert collect(lslpp=("failed", 1, "", "lslpp: cannot open the ODM"))["filesets"] is None
    assert collect(lslpp=("failed", 1, "", "lslpp: 0504-132  Fileset rsct.* not installed."))["filesets"] == []
    assert collect(lslpp=("timeout", None, "", ""))["filesets"] is None
    assert collect(lslpp=("failed", -9, sample("aix72_lslpp_lcq_rsct_core"), "lslpp: 0504-132  Fileset csm.client not installed."))["filesets"] is None


def test_a_df_that_failed_counts_for_what_it_could_read_and_a_killed_one_for_nothing(collect, sample):
    text = sample("aix72_df_pk_healthy")
    assert collect(df=("failed", 1, text, "df: /var/ct: No such file or directory"))["filesystems"]
    assert collect(df=("failed", -15, text, ""))["filesystems"] is None


def test_reasons_that_are_asked_for_when_the_connection_is_down(collect, sample):
    rmc = collect(
        runact="Resource Action Response for GetNodeState\nsd_element 1:\n        State = 1\n",
        ctsvhbac=("failed", 1, sample("aix72_ctsvhbac_attention"), ""),
        lsdev_ipsec="aix72_lsdev_ipsec_available",
        lsfilt="aix72_lsfilt_deny_657",
    )
    assert rmc["suspended"] is True
    assert rmc["security"]["attention"] == ["aixdb01-bkp", "198.51.100.21"]
    assert rmc["security"]["ctsvhbac"]["pair"] is True
    assert rmc["network"]["local_filter"]["active"] is True
    assert [rule["action"] for rule in rmc["network"]["local_filter"]["rules"]] == ["deny", "deny", "permit"]


@pytest.mark.parametrize(
    "changes, suspended",
    [
        ({"runact": "        NodeState = 0\n"}, False),
        ({"runact": "no resources\n", "lsrsrc": "aix72_lsrsrc_ibm_mcp_no_resources"}, False),
        ({"runact": ("timeout", None, "", "")}, None),
        ({"rmcdomainstatus": ("timeout", None, "", "")}, None),
    ],
)
def test_suspension(collect, changes, suspended):
    assert collect(**changes)["suspended"] is suspended


def test_key_that_is_missing_is_not_the_same_as_unread(collect):
    keys = collect(private_key=("missing", None, "", "No such file or directory"), public_key=("failed", None, "", "Permission denied"))["security"]["keys"]
    assert keys["private"] == {"present": False, "mode": None, "owner": None}
    assert keys["public"] == {"present": None, "mode": None, "owner": None}


def test_nothing_answered_at_all():
    rmc = assemble({"collector": "python", "collected_at": "2025-11-14T20:20:01Z", "records": []}, {})
    assert rmc["cluster"]["member"] is None
    assert rmc["partition"]["machine"] is None
    unasked = {probe["name"] for probe in probes.table() if not probe["when"]}
    assert {row["name"] for row in rmc["probes"] if row["outcome"] == "failed"} == unasked
