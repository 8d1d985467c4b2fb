# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import json
import pathlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import (
    activity,
    cluster,
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
    probes,
    ps,
    rmcdomainstatus,
    runact,
    uname,
)
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.assemble import assemble

PARSERS = {
    "lssrc": lssrc.parse,
    "mcproxy": lssrc.hostnames,
    "rmcdomainstatus": rmcdomainstatus.parse,
    "lsrsrc": lambda text: lsrsrc.control_points(lsrsrc.parse(text)),
    "lsnodeid": node_id.parse,
    "netstat_an": lambda text: netstat_an.listening(netstat_an.parse(text), "tcp", 657),
    "netstat_ni": netstat_ni.parse,
    "ifconfig": ifconfig.parse,
    "lslpp": lslpp.parse,
    "df": df.parse,
    "errpt": lambda text: activity.parse([], errpt.parse(text), datetime.datetime(2025, 11, 15)),
    "lsattr": lambda text: lsattr.machine(lsattr.parse(text)),
    "uname": uname.parse,
    "oslevel": oslevel.parse,
    "ps": lambda text: activity.parse(ps.parse(text), [], None),
    "lsrpdomain": lsrpdomain.parse,
    "ct_clusterinfo": ct_clusterinfo.parse,
    "lspv": lspv.parse,
    "odmget": odmget.parse,
    "ctsvhbac": ctsvhbac.parse,
    "ctsthl": ctsthl.parse,
    "ctskeygen": ctskeygen.parse,
    "lsdev": lsdev.parse,
    "lsfilt": lambda text: lsfilt.concerning(lsfilt.parse(text), 657),
    "runact": runact.parse,
}
SAMPLES = pathlib.Path(__file__).resolve().parents[3] / "samples"
TEXTS = [path.read_text(encoding="utf-8").split("\n", 2)[2] for path in sorted(SAMPLES.glob("aix*.txt"))]

# A busy machine is no finding.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def mangled():
    """Output of a real command: cut off, with a piece of something else in it, or with columns squeezed."""
    return st.builds(
        lambda text, start, stop, piece, squeeze: (" ".join(text.split(" ")[::squeeze]))[:start] + piece + text[stop:],
        st.sampled_from(TEXTS),
        st.integers(0, 2000),
        st.integers(0, 2000),
        st.text(max_size=20),
        st.integers(1, 3),
    )


@pytest.mark.parametrize("name", sorted(PARSERS))
@settings(max_examples=60, **PATIENT)
@given(text=st.one_of(st.text(), mangled()))
def test_no_text_crashes_a_parser(name, text):
    # What comes out can travel: it is plain data.
    json.dumps(PARSERS[name](text))


def records():
    names = [probe["name"] for probe in probes.table()] + ["path:192.0.2.11", "host", "unknown"]
    return st.lists(
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(names),
                "outcome": st.sampled_from(["ok", "ok", "failed", "timeout", "missing"]),
                "rc": st.one_of(st.none(), st.integers(-15, 255)),
                "seconds": st.floats(0, 60),
                "stdout": st.one_of(st.text(), mangled()),
                "stderr": st.text(max_size=100),
            }
        ),
        max_size=12,
    )


@settings(max_examples=200, **PATIENT)
@given(records=records())
def test_no_records_crash_the_assembly(records):
    evidence = assemble({"collector": "perl", "collected_at": "2026-11-15T09:07:12Z", "records": records}, {})
    json.dumps(evidence)
    asked = {probe["name"] for probe in probes.table() if not probe["when"]}
    assert asked <= {row["name"] for row in evidence["probes"]}


@settings(max_examples=200, **PATIENT)
@given(records=records())
def test_a_check_that_failed_never_means_that_there_is_no_cluster(records):
    evidence = assemble({"collector": "perl", "collected_at": "", "records": records}, {})
    answered = {row["name"] for row in evidence["probes"] if row["outcome"] == "ok"}
    if evidence["cluster"]["member"] is False:
        assert {"lssrc", "odmget_cluster0", "lspv"} <= answered
        assert evidence["filesets"] is not None
    assert cluster.census({})["member"] is None
