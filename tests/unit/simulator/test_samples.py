# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated commands print what the samples show: same lines, same columns, other values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from world import World

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
HOST = "aixdb01"


def sample(name):
    """(rc, text) of a sample file."""
    lines = (SAMPLES / (name + ".txt")).read_text(encoding="utf-8").splitlines(keepends=True)
    head = 3 if "".join(lines[2:3]).startswith("# format:") else 2
    return int(lines[1].split(":")[1]), "".join(lines[head:])


def shape(text):
    """Numbers, keys, addresses and names out; words and punctuation stay. Padding counts as one blank."""
    text = re.sub(r"0x[0-9a-f]{16}|\b[0-9a-f]{16,}\b", "HEX", text)
    text = re.sub(r"\b[0-9a-f]+(\.[0-9a-f]+){5}\b", "MAC", text)
    text = re.sub(r"\b\d+(\.\d+)+\b|\b\d+\b", "N", text)
    text = re.sub(r"\b(aix\w+|hmc\w+|vios\d|\w+_dom|dom_\w+)\b", "NAME", text)
    text = re.sub(r"\b[0-9A-Za-z]{6,9}\*\w+", "MTMS", text)
    return [re.sub(r"[ \t]+", " ", line).rstrip() for line in text.splitlines()]


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("samples"))
    world[HOST].loaded.mcps[1].hmc_add_ips = "198.51.100.11"
    return world


# sample, command on a calm host
CALM = [
    ("aix72_lssrc_g_rsct_healthy", "lssrc -g rsct"),
    ("aix72_lssrc_g_rsct_rm_healthy", "lssrc -g rsct_rm"),
    ("aix72_rmcdomainstatus_dual_mcp_up", "rmcdomainstatus -s ctrmc"),
    ("aix72_lsrsrc_ibm_mcp_dual_hmc", "lsrsrc IBM.MCP"),
    ("aix72_lsrsrc_classes_ready", "lsrsrc"),
    ("aix72_lsnodeid_ok", "lsnodeid"),
    ("aix72_ct_clusterinfo_c_no_cluster", "ct_clusterinfo -c"),
    ("aix72_lsrpdomain_none", "lsrpdomain"),
    ("aix72_lscluster_m_not_active", "lscluster -m"),
    ("aix72_ctsvhbac_trusted", "ctsvhbac"),
    ("aix72_df_pk_healthy", "df -Pk"),
    ("aix72_ifconfig_a_no_ipv6", "ifconfig -a"),
    ("aix72_lsattr_mem0", "lsattr -El mem0"),
    ("aix72_lsattr_sys0_systemid", "lsattr -El sys0 -a systemid"),
    ("aix72_lsitab_ctrmc", "lsitab ctrmc"),
    ("aix72_lslpp_lcq_rsct_core", "lslpp -Lcq rsct.core.*"),
    ("aix72_lparstat_i_shared", "lparstat -i"),
    ("aix72_odmget_srcsubsys_ctrmc", "odmget -q subsysname=ctrmc SRCsubsys"),
    ("aix72_uname_cap_l", "uname -L"),
    ("aix72_startsrc_ibm_drm_already_active", "startsrc -s IBM.DRM"),
    ("aix72_netstat_ni_mtu_9000", "netstat -ni"),
]


@pytest.mark.parametrize(("name", "command"), CALM)
def test_calm(calm, name, command):
    rc, text = sample(name)
    reply = calm.run(HOST, command)
    assert shape(reply.stdout + reply.stderr) == shape(text)
    assert reply.rc == rc


# sample, fault, options, command
BROKEN = [
    ("aix72_lssrc_g_rsct_rm_all_down", "RSCT_DOWN", {}, "lssrc -g rsct_rm"),
    ("aix72_lssrc_g_rsct_rm_drm_down", "DRM_DOWN", {}, "lssrc -g rsct_rm"),
    ("aix72_lssrc_g_rsct_rm_configrm_down", "CONFIGRM_NOISE", {}, "lssrc -g rsct_rm"),
    ("aix72_lssrc_s_ctrmc_inoperative", "RSCT_DOWN", {}, "lssrc -s ctrmc"),
    ("aix72_lssrc_s_ctrmc_not_on_file", "RSCT_DOWN", {"how": "undefined"}, "lssrc -s ctrmc"),
    ("aix72_rmcdomainstatus_ctrmc_inoperative", "RSCT_DOWN", {}, "rmcdomainstatus -s ctrmc"),
    ("aix72_lsrsrc_session_not_established", "RSCT_DOWN", {}, "lsrsrc IBM.MCP"),
    ("aix72_rmcdomainstatus_no_domain", "MCP_MISSING", {}, "rmcdomainstatus -s ctrmc"),
    ("aix72_lsrsrc_ibm_mcp_no_resources", "MCP_MISSING", {}, "lsrsrc IBM.MCP"),
    ("vios31_lsrsrc_ibm_mcp_stale_hmc", "MCP_STALE", {}, "lsrsrc IBM.MCP"),
    ("aix72_rmcdomainstatus_mcp_down", "NETWORK_TCP_BLOCKED", {}, "rmcdomainstatus -s ctrmc"),
    ("aix72_lsfilt_deny_657", "LOCAL_FILTER", {"hmc": "hmcalpha"}, "lsfilt -v4 -O"),
    ("aix72_lsdev_ipsec_available", "LOCAL_FILTER", {}, "lsdev -Cc ipsec"),
    ("aix72_df_pk_var_full", "FILESYSTEM_FULL", {}, "df -Pk"),
    ("aix72_lsnodeid_none", "NODE_ID_INCONSISTENT", {"how": "missing"}, "lsnodeid"),
    ("aix73_lssrc_g_rsct_in_band", "IN_BAND", {}, "lssrc -g rsct"),
    ("aix73_lssrc_g_rsct_mcproxy_down", "IN_BAND_DOWN", {}, "lssrc -g rsct"),
    ("aix72_lsrpdomain_online", "CLUSTERED", {}, "lsrpdomain"),
    ("aix72_lsrpdomain_offline", "CLUSTERED_OFFLINE", {}, "lsrpdomain"),
    ("aix72_lspv_caa_repository_disk", "CLUSTERED", {}, "lspv"),
    ("aix72_recfgct_refused_online_peer_domain", "CLUSTERED", {}, "recfgct"),
    ("aix72_recfgct_success", "HEALTHY", {}, "recfgct"),
    ("aix72_rmcctrl_cap_a_added_and_started", "RSCT_DOWN", {}, "rmcctrl -A"),
    ("aix72_startsrc_ctrmc_started", "RSCT_DOWN", {}, "startsrc -s ctrmc"),
]


@pytest.mark.parametrize(("name", "code", "options", "command"), BROKEN)
def test_broken(tmp_path, name, code, options, command):
    world = World(tmp_path)
    world.break_(code, HOST, **options)
    rc, text = sample(name)
    reply = world.run(HOST, command)
    assert sorted(shape(reply.stdout + reply.stderr)) == sorted(shape(text))
    assert reply.rc == rc


def test_columns_of_lssrc(calm):
    text = calm.out(HOST, "lssrc -a")
    assert all(line[18:].startswith(subsystem.group) for line, subsystem in [
        (next(line for line in text.splitlines() if line.split()[0] == name), calm[HOST].subsystems[name]) for name in ("ctrmc", "IBM.DRM", "ctcas")])
    assert {line.index(line.split()[-1]) for line in text.splitlines()} == {48}


def test_a_subsystem_changed_while_active_has_two_rows(tmp_path):
    world = World(tmp_path)
    world[HOST].subsystems["ctrmc"].ghost_row = True
    assert shape(world.out(HOST, "lssrc -s ctrmc")) == shape(sample("aix72_lssrc_s_ctrmc_two_rows")[1])


def test_listeners_follow_from_state(tmp_path):
    world = World(tmp_path)

    def listens():
        return re.findall(r"^(tcp|udp) .*\*\.10657 ", world.out(HOST, "netstat -an"), re.MULTILINE)
    assert listens() == ["tcp", "udp"]
    world.break_("REMOTE_DISABLED", HOST)
    assert listens() == ["udp"]
    world.repair(HOST, "rmcctrl -p")
    world.break_("MCP_MISSING", HOST)
    assert listens() == ["tcp"]
    world.break_("RSCT_DOWN", HOST)
    assert listens() == []


def test_wide_variant_keeps_the_words(tmp_path):
    world = World(tmp_path, variant="wide")
    assert world.out(HOST, "lssrc -s ctrmc").split() == World(tmp_path / "plain").out(HOST, "lssrc -s ctrmc").split()
    assert world.out(HOST, "rmcdomainstatus -s ctrmc").startswith("Management Domain Status: Management Control Points\n   I A  0x")


def test_rsct_commands_are_gone_with_rsct(tmp_path):
    world = World(tmp_path)
    world.break_("RSCT_MISSING", HOST)
    assert world.run(HOST, "lsrsrc").rc == 127
    assert shape(world.run(HOST, "lslpp -Lcq rsct.core.rmc").stderr) == shape(sample("aix72_lslpp_rsct_core_rmc_not_installed")[1])


def test_texts_can_be_replaced(tmp_path):
    world = World(tmp_path)
    (world.estate.directory / "aix_texts.json").write_text('{"not_on_file": "0513-085 {name}: no such thing."}')
    assert world.run(HOST, "lssrc -s x").stderr == "0513-085 x: no such thing.\n"
