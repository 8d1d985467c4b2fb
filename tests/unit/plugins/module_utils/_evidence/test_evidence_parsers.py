# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime

import pytest

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import (
    activity,
    ct_clusterinfo,
    ctskeygen,
    ctsthl,
    ctsvhbac,
    df,
    errpt,
    ifconfig,
    lsattr,
    lsdev,
    lsfilt,
    lslpp,
    lspv,
    lsrpdomain,
    lsrsrc,
    lssrc,
    netstat_an,
    netstat_ni,
    node_id,
    odmget,
    oslevel,
    ps,
    rmcdomainstatus,
    runact,
    uname,
)

NOW = datetime.datetime(2025, 11, 14, 22, 20)


# --- lssrc ---


def test_lssrc_reads_all_columns(sample):
    rows = {row["name"]: row for row in lssrc.parse(sample("aix72_lssrc_a_healthy"))}
    assert rows["ctrmc"] == {"name": "ctrmc", "group": "rsct", "pid": 7340312, "status": "active"}
    assert rows["aso"] == {"name": "aso", "group": "", "pid": 6291806, "status": "active"}
    assert rows["cdromd"] == {"name": "cdromd", "group": "", "pid": None, "status": "inoperative"}
    assert rows["ctcas"]["status"] == "inoperative"
    assert len(rows) == 35


def test_lssrc_other_widths_and_no_leading_blank(sample):
    rows = {row["name"]: row["status"] for row in lssrc.parse(sample("aix73_lssrc_g_rsct_in_band"))}
    assert rows == {"ctrmc": "active", "mcproxy": "active", "ctcas": "inoperative"}


def test_lssrc_two_rows_the_active_one_counts(sample):
    text = sample("aix72_lssrc_s_ctrmc_two_rows")
    header, first, second = text.splitlines()
    for order in (text, "\n".join((header, second, first))):
        assert lssrc.parse(order) == [{"name": "ctrmc", "group": "rsct", "pid": 7340312, "status": "active"}]


def test_lssrc_messages_are_no_rows(sample):
    assert lssrc.parse(sample("aix72_lssrc_s_ctrmc_not_on_file")) == []
    assert lssrc.parse("0513-001 The System Resource Controller daemon is not active.\n") == []


def test_lssrc_active(sample):
    rows = lssrc.parse(sample("aix72_lssrc_s_ctrmc_inoperative"))
    assert not lssrc.active(rows, "ctrmc")
    assert not lssrc.active(rows, "IBM.DRM")


def test_lssrc_mcproxy_hostnames(sample):
    assert lssrc.hostnames(sample("aix73_lssrc_ls_mcproxy_hostname")) == ["hmcalpha"]


# --- rmcdomainstatus ---


@pytest.mark.parametrize("name", ["aix72_rmcdomainstatus_dual_mcp_up", "aix72_rmcdomainstatus_dual_mcp_up_other_spacing"])
def test_rmcdomainstatus_spacing_does_not_matter(sample, name):
    rows = rmcdomainstatus.parse(sample(name))["control_points"]
    assert [(row["state"], row["node_id"], row["number"], row["name"]) for row in rows] == [
        ("I", "7b3e91c05fa2d846", 1, "192.0.2.11"),
        ("I", "a4d20f6be8193c57", 2, "192.0.2.12"),
    ]


def test_rmcdomainstatus_sections(sample):
    domains = rmcdomainstatus.parse(sample("aix71_rmcdomainstatus_peer_and_mcp"))
    assert domains["peer_section"]
    assert [(row["state"], row["queue"], row["name"]) for row in domains["peer"]] == [("I", "A", "aixha02"), ("O", "A", "aixha03"), ("S", "S", "aixha01")]
    assert [row["name"] for row in domains["control_points"]] == ["192.0.2.11"]


@pytest.mark.parametrize(
    "name, tokens",
    [
        ("mcp_down", [("O", "A"), ("O", "A")]),
        ("mcp_pending_up", [("i", "A")]),
        ("mcp_suspended_mtu", [("X", "R")]),
        ("one_hmc_down_one_up", [("O", "R"), ("I", "A")]),
        ("no_domain", []),
        ("ctrmc_inoperative", []),
    ],
)
def test_rmcdomainstatus_tokens(sample, name, tokens):
    domains = rmcdomainstatus.parse(sample("aix72_rmcdomainstatus_" + name))
    assert [(row["state"], row["queue"]) for row in domains["control_points"]] == tokens
    assert domains["peer"] == []


def test_rmcdomainstatus_managed_nodes_are_not_control_points():
    text = "Management Domain Status: Managed Nodes\n  I A  0x36f9d2e84b07a15c  0001  aixdb01\n"
    assert rmcdomainstatus.parse(text)["control_points"] == []


# --- lsrsrc ---


def test_lsrsrc_dual_hmc(sample):
    records = lsrsrc.control_points(lsrsrc.parse(sample("aix72_lsrsrc_ibm_mcp_dual_hmc")))
    assert [record["node_id"] for record in records] == ["a4d20f6be8193c57", "7b3e91c05fa2d846"]
    assert records[1] == {
        "mn_name": "192.0.2.21",
        "node_id": "7b3e91c05fa2d846",
        "key_token": "hmcalpha",
        "ip_addresses": ["192.0.2.11"],
        "connectivity_names": ["192.0.2.21"],
        "hmc_name": "7063CR2*13A4F10",
        "hmc_ip_addr": "192.0.2.11",
        "hmc_additional_ips": ["198.51.100.11"],
        "active_peer_domain": "",
        "node_names": ["aixdb01"],
        "active_comm_mode": None,
    }


def test_lsrsrc_ipv6_and_new_attributes(sample):
    record = lsrsrc.control_points(lsrsrc.parse(sample("aix73_lsrsrc_ibm_mcp_ipv6_new_attributes")))[0]
    assert record["ip_addresses"] == ["192.0.2.11", "2001:db8:0:1::11"]
    assert record["hmc_additional_ips"] == ["2001:db8:0:1::11"]
    assert record["active_comm_mode"] == 1


def test_lsrsrc_in_band_without_address(sample):
    record = lsrsrc.control_points(lsrsrc.parse(sample("aix73_lsrsrc_ibm_mcp_in_band_no_ip")))[0]
    assert (record["ip_addresses"], record["hmc_ip_addr"], record["active_comm_mode"]) == ([], "", 2)


@pytest.mark.parametrize("name", ["ibm_mcp_no_resources", "session_not_established", "resource_not_found_localised"])
def test_lsrsrc_without_resources(sample, name):
    assert lsrsrc.parse(sample("aix72_lsrsrc_" + name)) == []


def test_lsrsrc_first_equals_sign_separates():
    text = 'resource 1:\n        HMCName = "a=b:c"\n        NodeID  = 18446744073709551616\n'
    assert lsrsrc.parse(text) == [{"HMCName": "a=b:c", "NodeID": 18446744073709551616}]
    assert lsrsrc.control_points(lsrsrc.parse(text))[0]["node_id"] is None


def test_lsrsrc_management_server_of_old_levels():
    text = (
        "Resource Persistent Attributes for IBM.ManagementServer\nresource 1:\n"
        '        Name             = "192.0.2.11"\n        Hostname         = "192.0.2.11"\n        ManagerType      = "HMC"\n'
        '        LocalHostname    = "192.0.2.21"\n        ClusterTM        = "9078-160"\n        ClusterSNum      = "13A4F10"\n'
        '        ActivePeerDomain = ""\n        NodeNameList     = {"aixdb01"}\n'
    )
    record = lsrsrc.control_points(lsrsrc.parse(text))[0]
    assert record["hmc_name"] == "9078160*13A4F10"
    assert (record["ip_addresses"], record["hmc_ip_addr"], record["node_id"]) == (["192.0.2.11"], "192.0.2.11", None)


# --- node id ---


def test_node_id_of_command_and_files(sample):
    assert node_id.parse(sample("aix72_lsnodeid_ok")) == "5d1c7a90e3f2b864"
    assert node_id.parse(sample("aix72_cat_etc_ct_node_id")) == "5d1c7a90e3f2b864"
    assert node_id.parse(sample("aix72_cat_var_ct_cfg_ct_node_id_differs")) == "36f9d2e84b07a15c"


@pytest.mark.parametrize("text", ["", "\n\n", "# comment\n5d1c7a90e3f2b864\n", "5d1c7a90\n", "zz1c7a90e3f2b864\n", "5d1c7a90e3f2b8645\n"])
def test_node_id_that_is_none(text):
    assert node_id.parse(text) is None


def test_node_id_none_assigned(sample):
    assert node_id.parse(sample("aix72_lsnodeid_none")) is None


def test_node_id_short_and_upper_case():
    assert node_id.parse("0xABCDEF012\n") == "0000000abcdef012"


# --- network ---


@pytest.mark.parametrize("name, tcp, udp", [("657_listening", True, True), ("no_tcp_657", False, True), ("no_udp_657", True, False)])
def test_netstat_an_listeners(sample, name, tcp, udp):
    text = sample("aix72_netstat_an_" + name)
    rows = netstat_an.parse(text)
    assert netstat_an.complete(text)
    assert netstat_an.listening(rows, "tcp", 657) is tcp
    assert netstat_an.listening(rows, "udp", 657) is udp


def test_netstat_an_an_established_connection_does_not_listen():
    rows = netstat_an.parse("Proto\ntcp4       0      0  192.0.2.21.657         192.0.2.11.40318       ESTABLISHED\n")
    assert len(rows) == 1
    assert not netstat_an.listening(rows, "tcp", 657)


def test_netstat_an_other_port_with_the_same_end():
    assert not netstat_an.listening(netstat_an.parse("tcp 0 0 *.1657 *.* LISTEN\n"), "tcp", 657)


def test_netstat_ni_addresses(sample):
    assert netstat_ni.parse(sample("aix72_netstat_ni_two_interfaces_ipv6")) == [
        {"name": "en0", "mtu": 1500, "addresses": ["192.0.2.23", "fe80::301a:c4ff:fe07:51b4"]},
        {"name": "en1", "mtu": 1500, "addresses": ["198.51.100.23"]},
        {"name": "lo0", "mtu": 16896, "addresses": ["127.0.0.1", "::1"]},
    ]


def test_netstat_ni_jumbo_frames(sample):
    assert netstat_ni.parse(sample("aix72_netstat_ni_mtu_9000"))[0] == {"name": "en0", "mtu": 9000, "addresses": ["192.0.2.21"]}


def test_ifconfig_networks(sample):
    interfaces = ifconfig.parse(sample("aix72_ifconfig_a_ipv6_link_local"))
    assert interfaces[0] == {
        "name": "en0",
        "up": True,
        "addresses": [{"address": "192.0.2.21", "prefix": 24}, {"address": "fe80::301a:c4ff:fe07:51a3", "prefix": 64}],
    }
    assert interfaces[1]["addresses"][1] == {"address": "::1", "prefix": 0}


def test_ifconfig_interface_that_is_down():
    assert ifconfig.parse("en1: flags=1e084862,480<BROADCAST,SIMPLEX>\n") == [{"name": "en1", "up": False, "addresses": []}]


# --- system ---


def test_lslpp(sample):
    rows = lslpp.parse(sample("aix72_lslpp_lcq_rsct_core"))
    assert {"name": "rsct.core.rmc", "level": "3.2.6.2", "state": "C"} in rows
    assert len(rows) == 11


def test_lslpp_not_installed_between_rows(sample):
    text = sample("aix72_lslpp_rsct_core_rmc_not_installed") + sample("aix71_lslpp_lcq_rsct_core_bad_level")
    assert {row["level"] for row in lslpp.parse(text)} == {"3.2.0.0"}


def test_df_in_posix_form(sample):
    rows = {row["mount"]: row for row in df.parse(sample("aix72_df_pk_var_full"))}
    assert rows["/var"] == {"mount": "/var", "free_mb": 0, "used_percent": 100, "inodes_used_percent": None}
    assert rows["/proc"]["used_percent"] is None


def test_df_in_aix_form():
    text = (
        "Filesystem    1024-blocks      Free %Used    Iused %Iused Mounted on\n"
        "/dev/hd4          2097152   1795908   15%    12345     3% /\n"
        "/dev/hd9var       4194304       512  100%   200000   100% /var\n"
    )
    assert df.parse(text) == [
        {"mount": "/", "free_mb": 1753, "used_percent": 15, "inodes_used_percent": 3},
        {"mount": "/var", "free_mb": 0, "used_percent": 100, "inodes_used_percent": 100},
    ]


def test_df_without_column_names():
    assert df.parse("/dev/hd4 1 2 3 4% /\n") == []


def test_errpt_order_and_time(sample):
    rows = errpt.parse(sample("aix72_errpt_after_boot"))
    assert rows[0] == {
        "id": "A6DF45AA",
        "time": "2025-11-12T03:12",
        "type": "I",
        "class": "O",
        "resource": "RMCdaemon",
        "description": "The daemon is started.",
    }
    assert len(rows) == 4


def test_errpt_log_rotation_is_nothing(sample):
    assert "573790AA" not in {row["id"] for row in errpt.parse(sample("aix72_errpt_after_lpm"))}


def test_lsattr_empty_value(sample):
    values = lsattr.parse(sample("aix72_lsattr_mem0"))
    assert (values["size"], values["goodsize"], values["ent_mem_cap"]) == ("32768", "32768", "")


@pytest.mark.parametrize(
    "model, identifier, expected",
    [
        ("IBM,9105-22A", "IBM,0278F0A10", "9105-22A*78F0A10"),
        ("IBM,9105-22A", "IBM,78F0A10", "9105-22A*78F0A10"),
        ("9105-22A", "0278F0A10", "9105-22A*78F0A10"),
        ("", "IBM,0278F0A10", None),
        ("IBM,9105-22A", "", None),
    ],
)
def test_lsattr_machine(model, identifier, expected):
    assert lsattr.machine({"modelname": model, "systemid": identifier}) == expected


def test_lsattr_systemid_alone(sample):
    assert lsattr.parse(sample("aix72_lsattr_sys0_systemid")) == {"systemid": "IBM,0278F0A10"}


def test_uname(sample):
    assert uname.parse(sample("aix72_uname_cap_l")) == {"lpar_id": 3, "lpar_name": "aixdb01"}
    assert uname.parse("12 db two\n") == {"lpar_id": 12, "lpar_name": "db two"}
    assert uname.parse("-1 NULL\n") == {"lpar_id": None, "lpar_name": None}


@pytest.mark.parametrize("text, level", [("7200-05-06-2320\n", "7200-05-06-2320"), ("7300-00\n", "7300-00"), ("oslevel: failed\n", None), ("", None)])
def test_oslevel(text, level):
    assert oslevel.parse(text) == level


@pytest.mark.parametrize(
    "elapsed, seconds", [("10-03:04:05", 875045), ("03:04:05", 11045), ("04:05", 245), ("00:00", 0), ("-", None), ("5", None), ("1:2:3:4", None)]
)
def test_ps_elapsed(elapsed, seconds):
    assert ps.parse("    USER     PID     ELAPSED COMMAND\n    root 1 {0} /etc/init\n".format(elapsed))[0]["seconds"] == seconds


def test_ps_names_see_through_an_interpreter():
    row = ps.parse("root 99 00:10 /usr/bin/ksh /usr/sbin/mksysb -i /backup/image\n")[0]
    assert ps.names(row) == ["ksh", "mksysb"]


# --- cluster, security ---


def test_lsrpdomain(sample):
    assert lsrpdomain.parse(sample("aix72_lsrpdomain_online")) == [{"name": "dbpair_dom", "state": "Online"}]
    assert lsrpdomain.parse(sample("aix72_lsrpdomain_offline")) == [{"name": "dbpair_dom", "state": "Offline"}]
    assert lsrpdomain.parse(sample("aix72_lsrpdomain_none")) == []
    assert lsrpdomain.parse("dbpair_dom Pending online 3.2.5.2  No  12347  12348\n") == [{"name": "dbpair_dom", "state": "Pending online"}]


def test_ct_clusterinfo(sample):
    assert ct_clusterinfo.parse(sample("aix72_ct_clusterinfo_c_cluster")) == "dbpair_dom"
    assert ct_clusterinfo.parse(sample("aix72_ct_clusterinfo_c_no_cluster")) == "IW"
    assert ct_clusterinfo.parse("\n") is None


def test_lspv(sample):
    assert lspv.parse(sample("aix72_lspv_caa_repository_disk"))[2] == {"disk": "hdisk2", "volume_group": "caavg_private"}
    assert lspv.parse("hdisk5          none                                None\n") == [{"disk": "hdisk5", "volume_group": None}]


def test_odmget(sample):
    stanza = odmget.parse(sample("aix72_odmget_srcsubsys_ctrmc"))[0]
    assert (stanza["subsysname"], stanza["cmdargs"]) == ("ctrmc", "-a IBM.LPCommands -r")
    assert odmget.parse("") == []


def test_ctsthl(sample):
    hosts = ctsthl.parse(sample("aix72_ctsthl_l"))
    assert list(hosts) == ["aixdb01", "192.0.2.21", "localhost", "hmcalpha"]
    assert hosts["hmcalpha"]["generation_method"] == "rsa1024"
    assert hosts["hmcalpha"]["identifier"].startswith("1204005b44b0") and hosts["hmcalpha"]["identifier"].endswith("f50b690103")
    assert hosts["aixdb01"] == hosts["localhost"]


def test_ctskeygen():
    assert ctskeygen.parse("1204005B44b0 \nf50b690103\n(generation method: rsa1024) \n") == "1204005b44b0f50b690103"
    assert ctskeygen.parse("") == ""


def test_ctsvhbac(sample):
    trusted = ctsvhbac.parse(sample("aix72_ctsvhbac_trusted"))
    assert (trusted["pair"], trusted["attention"]) == (True, [])
    assert ctsvhbac.parse(sample("aix72_ctsvhbac_attention"))["attention"] == ["aixdb01-bkp", "198.51.100.21"]
    assert ctsvhbac.parse("Key Parity: Public and private keys are not in pair\n")["pair"] is False
    assert ctsvhbac.parse("")["pair"] is None


def test_lsdev(sample):
    assert lsdev.parse(sample("aix72_lsdev_ipsec_available")) == {"ipsec_v4": "Available", "ipsec_v6": "Available"}


def test_lsfilt_rules_that_decide_on_the_port(sample):
    rules = lsfilt.parse(sample("aix72_lsfilt_deny_657"))
    assert [(rule["number"], rule["action"]) for rule in lsfilt.concerning(rules, 657)] == [("2", "deny"), ("3", "deny"), ("0", "permit")]
    assert [rule["number"] for rule in lsfilt.concerning(rules, 4001)] == ["1", "0"]


def test_lsfilt_keeps_the_order_and_what_it_cannot_read(sample):
    text = sample("aix72_lsfilt_permit_657_then_deny_all")
    rules = lsfilt.concerning(lsfilt.parse(text), 657)
    assert [rule["number"] for rule in rules] == ["3", "4", "5", "6", "7", "8", "10", "0"]
    assert (rules[3]["protocol"], rules[4]["interface"]) == ("tcp/ack", "en0")
    odd = "3|permit|192.0.2.11\n4|deny|0.0.0.0|0.0.0.0|0.0.0.0|0.0.0.0|yes|tcp|between|600|any|0|both|both\nno rule\n"
    assert lsfilt.concerning(lsfilt.parse(odd), 657) == [{"number": "3", "text": "3|permit|192.0.2.11"}, lsfilt.parse(odd)[1]]
    assert lsfilt.parse(odd)[1]["source_operation"] == "between"


@pytest.mark.parametrize(
    "text, suspended",
    [
        ("Resource Action Response for GetNodeState\nsd_element 1:\n        State = 1\n", True),
        ('        NodeState = "Suspended"\n', True),
        ("        State = 0\n", False),
        ("", None),
        ("2612-023 Resource class not found.\n", None),
    ],
)
def test_runact(text, suspended):
    assert runact.parse(text) is suspended


# --- activity ---


def _errors(sample, name):
    return errpt.parse(sample(name))


@pytest.mark.parametrize(
    "args, kind",
    [
        ("/usr/sbin/drmgr -c mem -a -q 64", "dlpar"),
        ("/usr/sbin/installp -acXg all", "installp"),
        ("/usr/bin/ksh /usr/sbin/mksysb -i /backup/image", "backup"),
        ("/usr/sbin/geninstall -k -d /updates all", "lku"),
        ("/usr/bin/perl /usr/sbin/alt_disk_copy -d hdisk1", "backup"),
    ],
)
def test_activity_of_processes(args, kind):
    found = activity.parse(ps.parse("root 99 00:10 {0}\n".format(args)), [], NOW)
    assert found[kind] is True
    assert found["lpm"] is False


@pytest.mark.parametrize("args", ["/usr/sbin/drmgr -l", "/usr/bin/vi /usr/sbin/installp.notes", "/usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r"])
def test_activity_of_harmless_processes(args):
    assert not any(activity.parse(ps.parse("root 99 00:10 {0}\n".format(args)), [], NOW).values())


def test_activity_that_could_not_be_read():
    assert set(activity.parse(None, None, NOW).values()) == {None}


@pytest.mark.parametrize("name", ["aix72_errpt_after_lpm", "aix71_errpt_after_lpm"])
def test_migration_completed(sample, name):
    errors = _errors(sample, name)
    assert activity.parse([], errors, NOW)["lpm"] is False
    assert activity.last_migration(errors, NOW) == {"event": "completed", "time": "2025-11-14T22:15", "age_seconds": 300}


@pytest.mark.parametrize("name", ["aix72_errpt_after_lpm", "aix71_errpt_after_lpm"])
def test_migration_under_way(sample, name):
    errors = _errors(sample, name)[1:]
    assert activity.parse([], errors, NOW)["lpm"] is True
    assert activity.parse([], errors, NOW + datetime.timedelta(days=2))["lpm"] is False
    assert activity.parse([], errors, None)["lpm"] is True


@pytest.mark.parametrize(
    "row, event",
    [
        ("5E075ADF   1114221525 T S pmig           Client Partition Migration Aborted", "aborted"),
        # The id of a level to come, and a text in another language.
        ("0123ABCD   1114221525 I S pmig           Client Partition Migration Started", "started"),
        ("08917DC6   1114221525 I S pmig           Migracja partycji rozpoczeta", "started"),
        ("0123ABCD   1114221525 I S pmig           Client Partition Suspended", None),
        ("0123ABCD   1114221525 I S SRC            Migration Started", None),
    ],
)
def test_migration_of_any_level(row, event):
    errors = errpt.parse(row + "\n")
    last = activity.last_migration(errors, NOW)
    assert (last["event"] if last else None) == event
    assert activity.parse([], errors, NOW)["lpm"] is (event == "started")
