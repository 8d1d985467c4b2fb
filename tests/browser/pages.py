# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages for the tests: a small broken estate, a hostile one, and one of 2,000 LPARs."""

from __future__ import annotations

import report_builder as build

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._report import history, html, view

HOSTILE = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=2"><b>=1+1</b>'


def render(survey: dict, state: dict | None = None) -> str:
    report = diagnose(survey)
    if state is not None:
        history.track(state, report, 5)
    return html.render(view.build(report), report, survey)


def lose(survey: dict, name: str) -> None:
    """A host that does not answer, and of which the inventory says where it is."""
    partition = survey["hosts"][name]["rmc"]["partition"]
    build.lose(survey, name)
    survey["hosts"][name]["expected"] = {"machine": partition["machine"], "lpar_id": partition["lpar_id"]}


def small() -> str:
    """Twelve LPARs, and yesterday all of them were well."""
    survey = build.survey(12, per_machine=6)
    state = history.track(history.empty(), {**diagnose(survey), "generated_at": "2026-11-19T03:12:44Z"}, 5)
    build.break_rsct(survey, "aix00003")
    build.block(survey, "aix00005", "hmcbeta")
    build.block(survey, "aix00005", "hmcalpha")
    lose(survey, "aix00008")
    del survey["hosts"]["aix00012"]
    return render(survey, state)


def hostile() -> str:
    survey = build.survey(3)
    build.break_rsct(survey, "aix00001")
    survey["hosts"][HOSTILE] = survey["hosts"].pop("aix00001")
    for result in survey["hmcs"].values():
        result["partitions"][0]["name"] = HOSTILE
        result["systems"][0]["name"] = HOSTILE
    survey["hosts"][HOSTILE]["rmc"]["partition"].update(lpar_name=HOSTILE, hostname=HOSTILE, os_level=HOSTILE)
    return render(survey)


def unsure() -> str:
    """HMCs that cannot say whether DLPAR works: judged by the raw view, not to be judged; one that is busy; and one without DLPAR."""
    survey = build.survey(4)
    for result in survey["hmcs"].values():
        by_raw_view, not_known, busy, without = result["partitions"]
        by_raw_view.update(dlpar_mem=None, dlpar_proc=None, dlpar_io=None)
        not_known.update(dlpar_mem=None, dlpar_proc=None, dlpar_io=None, raw_connection=None)
        busy.update(rmc_state="busy")
        without.update(dlpar_mem=1, dlpar_proc=0, dlpar_io=None)
    return render(survey)


def large(lpars: int = 2000) -> str:
    """One subnet cut off from one HMC, some rmcd down, some hosts lost."""
    survey = build.survey(lpars)
    for number, name in enumerate(list(survey["hosts"]), 1):
        if number <= 40:
            build.block(survey, name, "hmcbeta")
        elif number % 40 == 0:
            build.break_rsct(survey, name)
        elif number % 97 == 0:
            lose(survey, name)
    return render(survey)
