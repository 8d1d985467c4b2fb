# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.aixops.rsct.plugins.module_utils._command import Result
from ansible_collections.aixops.rsct.plugins.module_utils._evidence import cluster, probes

NO_CAA = ""


@pytest.fixture
def alone(sample):
    """What a node without any cluster answers."""
    texts = {
        "lssrc": "aix72_lssrc_a_healthy",
        "rmcdomainstatus": "aix72_rmcdomainstatus_dual_mcp_up",
        "lsrsrc": "aix72_lsrsrc_ibm_mcp_dual_hmc",
        "lslpp": "aix72_lslpp_lcq_rsct_core",
        "ct_clusterinfo": "aix72_ct_clusterinfo_c_no_cluster",
        "lsrpdomain": "aix72_lsrpdomain_none",
        "lspv": "aix72_lspv_no_cluster",
    }
    results = {name: Result([], 0, sample(text)) for name, text in texts.items()}
    results["odmget_cluster0"] = Result([], 0, NO_CAA)
    results["peer_domain_trees"] = Result([], 0, "IW\n")
    return results


@pytest.fixture
def rmcd_down(alone, sample):
    """The same while rmcd is stopped: what asks rmcd fails."""
    alone["lssrc"] = Result([], 0, sample("aix72_lssrc_s_ctrmc_inoperative"))
    alone["rmcdomainstatus"] = Result([], 1, "", sample("aix72_rmcdomainstatus_ctrmc_inoperative"), outcome="failed")
    for name in ("lsrsrc", "lsrpdomain"):
        alone[name] = Result([], 1, "", sample("aix72_lsrsrc_session_not_established"), outcome="failed")
    return alone


def test_no_cluster(alone):
    assert cluster.census(alone) == {"member": False, "online": False, "evidence": []}


@pytest.mark.parametrize(
    "probe, text, online",
    [
        ("ct_clusterinfo", "dbpair_dom\n", True),
        ("lsrpdomain", "aix72_lsrpdomain_online", True),
        ("lsrpdomain", "aix72_lsrpdomain_offline", False),
        ("rmcdomainstatus", "aix71_rmcdomainstatus_peer_and_mcp", True),
        ("lsrsrc", "aix71_lsrsrc_ibm_mcp_peer_domain", True),
        ("lssrc", "Subsystem Group PID Status\n ctrmc rsct 1 active\n clstrmgrES cluster 4128996 active\n", True),
        ("lssrc", "aix71_lssrc_g_rsct_rm_powerha_node", True),
        ("lslpp", "cluster:cluster.es.server.rte:7.2.5.1: : :C: :Base Server Runtime: : : : : : :0:0:/:\n", False),
        ("lslpp", "sam:sam.core.rte:4.1.0.5: : :C: :SA CAT: : : : : : :0:0:/:\n", False),
        ("odmget_cluster0", '\nCuAt:\n\tname = "cluster0"\n\tattribute = "node_uuid"\n', True),
        ("lspv", "aix72_lspv_caa_repository_disk", True),
    ],
)
def test_any_hit_means_member(alone, sample, probe, text, online):
    alone[probe] = Result([], 0, sample(text) if text.startswith("aix") else text)
    census = cluster.census(alone)
    assert (census["member"], census["online"]) == (True, online)
    assert census["evidence"]


@pytest.mark.parametrize("name", probes.CLUSTER[:-1])
@pytest.mark.parametrize("outcome", ["timeout", "missing", "failed"])
def test_a_check_without_answer_leaves_it_open(alone, name, outcome):
    alone[name] = Result([], outcome=outcome)
    assert cluster.census(alone)["member"] is (False if (name, outcome) in _TOLD_OTHERWISE else None)


# Of RSCT without rsct.basic, as in the sample, neither of these commands is a part.
_TOLD_OTHERWISE = (("lsrpdomain", "missing"), ("ct_clusterinfo", "missing"))


def test_return_code_1_of_lslpp_is_normal(alone, sample):
    alone["lslpp"] = Result([], 1, sample("aix72_lslpp_lcq_rsct_core"), "lslpp: 0504-132  Fileset csm.client not installed.", outcome="failed")
    assert cluster.census(alone)["member"] is False


NOT_INSTALLED = "lslpp: 0504-132  Fileset csm.client not installed."


@pytest.mark.parametrize(
    "ended",
    [
        {"rc": -9, "stderr": NOT_INSTALLED},
        {"rc": -15, "stderr": ""},
        {"rc": 1, "stderr": "lslpp: cannot open the ODM"},
        {"rc": None, "stderr": NOT_INSTALLED},
        {"rc": 1, "stderr": NOT_INSTALLED, "truncated": True},
    ],
)
def test_an_lslpp_that_was_cut_off_tells_nothing(alone, sample, ended):
    alone["lslpp"] = Result([], stdout=sample("aix72_lslpp_lcq_rsct_core"), outcome="failed", **ended)
    assert cluster.census(alone)["member"] is None


def test_clcomd_alone_is_no_cluster(alone):
    assert "clcomd" in alone["lssrc"].stdout
    assert cluster.census(alone)["member"] is False


def test_hits_count_even_if_another_check_fails(alone):
    alone["lspv"] = Result([], outcome="timeout")
    alone["ct_clusterinfo"] = Result([], 0, "dbpair_dom\n")
    census = cluster.census(alone)
    assert census["member"] is True
    assert [row["source"] for row in census["evidence"]] == ["ct_clusterinfo -c", "lspv"]


def test_while_rmcd_is_down_the_trees_answer(rmcd_down):
    assert cluster.census(rmcd_down)["member"] is False
    rmcd_down["peer_domain_trees"] = Result([], 0, "IW\ndbpair_dom\n")
    assert cluster.census(rmcd_down) == {
        "member": True,
        "online": False,
        "evidence": [{"source": "directory of RSCT", "detail": "tree of peer domain dbpair_dom"}],
    }


def test_while_rmcd_is_down_and_the_trees_cannot_be_read(rmcd_down):
    rmcd_down["peer_domain_trees"] = Result([], outcome="missing")
    assert cluster.census(rmcd_down)["member"] is None


def test_a_hanging_check_is_not_excused_by_rmcd_being_down(rmcd_down):
    rmcd_down["lsrpdomain"] = Result([], outcome="timeout")
    assert cluster.census(rmcd_down)["member"] is None


def test_old_level_without_ibm_mcp(alone):
    alone["lsrsrc"] = Result([], 1, "", "2612-023 Resource class not found.", outcome="failed")
    assert cluster.census(alone)["member"] is False


def test_ask_runs_the_probes_of_the_census(alone, tmp_path):
    (tmp_path / "IW" / "registry").mkdir(parents=True)

    class Runner:
        asked = []

        def run(self, argv):
            self.asked.append(argv)
            return next(alone[name] for name in probes.CLUSTER if probes.named(name)["argv"] == argv)

    assert cluster.ask(Runner(), str(tmp_path))["member"] is False
    assert len(Runner.asked) == len(probes.CLUSTER) - 1
