# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import acceptance, outcome, text

RECYCLE = {"host": "a", "rung": "recycle", "steps": [{}], "restorable": True, "verdict": "DRM_DOWN"}
START = {"host": "a", "rung": "start", "steps": [{}], "restorable": False, "verdict": "DRM_DOWN"}
SNAPSHOT = {"name": "before"}
UP = {"connected": True, "accepted": True, "seen_down": False, "verdict": "HEALTHY", "checks": []}
DOWN = {"connected": False, "accepted": False, "seen_down": True, "verdict": "DRM_DOWN", "checks": [{"what": "HMC h", "passed": False, "detail": "inactive"}]}
# No HMC answered.
SILENT = {"connected": False, "accepted": False, "seen_down": False, "verdict": "UNDETERMINED", "checks": [{"what": "HMC", "passed": None, "detail": "none"}]}
KNOWN = dict(DOWN, checks=[{"what": "rmcdomainstatus for h", "passed": True, "detail": "I"}])
RAN = {"changed": True, "actions": [{"argv": ["rmcctrl", "-z"], "outcome": "ok"}], "msg": "Ran: rmcctrl -z"}
REFUSED = {"failed": True, "changed": False, "actions": [], "msg": "Refused", "refusals": [{"reason": "no_snapshot", "evidence": [], "next_step": ""}]}
BROKE = {"failed": True, "changed": True, "actions": [{"argv": ["rmcctrl", "-z"], "outcome": "failed"}], "msg": "rmcctrl -z ended with rc 1"}
LOST = {"unreachable": True, "msg": "connection lost"}
# As Ansible gives it for a module that was killed, and for a task that ran into its timeout.
KILLED = {"failed": True, "changed": False, "module_stdout": "", "rc": 137, "msg": "MODULE FAILURE: No start of json char found"}
TIMED_OUT = {"failed": True, "changed": False, "msg": "The aixops.rsct.rmc_recycle action failed to execute in the expected time frame (3600)",
             "timedout": {"period": 3600}}
GOOD, BAD = {"ok": True, "message": "put back"}, {"ok": False, "message": "ctrmc is inoperative"}


def done(entry, *results):
    return outcome.applied(entry, [("a", result) for result in results])


@pytest.mark.parametrize(
    ("entry", "result", "accepted", "restored", "expected"),
    [
        (RECYCLE, RAN, UP, None, "healed"),
        (RECYCLE, RAN, DOWN, GOOD, "rolled_back"),
        (RECYCLE, RAN, DOWN, BAD, "restore_failed"),
        (RECYCLE, BROKE, DOWN, GOOD, "rolled_back"),
        (RECYCLE, BROKE, UP, None, "healed"),
        (START, RAN, DOWN, None, "not_healed"),
        (START, BROKE, DOWN, None, "not_healed"),
        (RECYCLE, REFUSED, None, None, "refused"),
        (RECYCLE, {"changed": False, "actions": [], "msg": "Nothing to do"}, None, None, "unchanged"),
        (RECYCLE, LOST, None, None, "unreachable"),
        (RECYCLE, LOST, UP, None, "healed"),
        # Lost is lost: nothing can be put back on it, whatever its HMCs show.
        (RECYCLE, LOST, DOWN, None, "unreachable"),
        (RECYCLE, LOST, SILENT, None, "unreachable"),
        # Of what was cut off anything may have run.
        (RECYCLE, KILLED, UP, None, "healed"),
        (RECYCLE, KILLED, DOWN, GOOD, "rolled_back"),
        (RECYCLE, TIMED_OUT, DOWN, BAD, "restore_failed"),
        (START, KILLED, DOWN, None, "not_healed"),
        (START, TIMED_OUT, SILENT, None, "not_verified"),
        # Nobody shows that it failed.
        (RECYCLE, RAN, SILENT, None, "not_verified"),
        (RECYCLE, BROKE, SILENT, None, "not_verified"),
        (RECYCLE, RAN, None, None, "not_verified"),
        (dict(RECYCLE, prepares=True), RAN, DOWN, None, "continues"),
        (dict(RECYCLE, prepares=True), BROKE, DOWN, GOOD, "rolled_back"),
    ],
)
def test_stories(entry, result, accepted, restored, expected):
    assert outcome.story(entry, done(entry, result), accepted, restored)["outcome"] == expected


@pytest.mark.parametrize("result", [KILLED, TIMED_OUT, LOST])
def test_what_has_no_known_end_is_verified_and_never_told_as_refused(result):
    found = done(RECYCLE, result)
    assert outcome.to_verify(RECYCLE, found)
    assert not found["refused"]
    told = outcome.story(RECYCLE, found, SILENT, None, "rmc-fix-20251116T080000Z")
    assert told["outcome"] in outcome.STOPPING
    assert "what of it ran is not known" in told["why"] and result["msg"] in told["why"]
    assert "rmc_verify" in told["why"] and "rmc_rollback_snapshot=rmc-fix-20251116T080000Z" in told["why"]


def test_without_a_snapshot_no_rollback_is_proposed():
    why = outcome.story(START, done(START, RAN), SILENT, None)["why"]
    assert "rmc_verify" in why and "rmc_rollback" not in why


def test_waiting_that_did_not_help_stops_nobody():
    entry = {"host": "a", "rung": "wait", "steps": [], "restorable": False, "verdict": "BOOTING"}
    told = outcome.story(entry, done(entry), DOWN, None)
    assert told["outcome"] == "still_waiting"
    assert told["outcome"] not in outcome.STOPPING


@pytest.mark.parametrize(
    ("entry", "result", "accepted", "snapshot", "expected"),
    [
        (RECYCLE, RAN, DOWN, SNAPSHOT, True),
        (RECYCLE, BROKE, DOWN, SNAPSHOT, True),
        (RECYCLE, KILLED, DOWN, SNAPSHOT, True),
        (RECYCLE, TIMED_OUT, DOWN, SNAPSHOT, True),
        # The repair may have healed what nobody could look at.
        (RECYCLE, RAN, None, SNAPSHOT, False),
        (RECYCLE, RAN, SILENT, SNAPSHOT, False),
        (RECYCLE, KILLED, SILENT, SNAPSHOT, False),
        (RECYCLE, RAN, UP, SNAPSHOT, False),
        (RECYCLE, RAN, DOWN, None, False),
        (RECYCLE, REFUSED, None, SNAPSHOT, False),
        (RECYCLE, LOST, DOWN, SNAPSHOT, False),
        (START, RAN, DOWN, SNAPSHOT, False),
        (dict(RECYCLE, prepares=True), RAN, DOWN, SNAPSHOT, False),
        (dict(RECYCLE, prepares=True), BROKE, DOWN, SNAPSHOT, True),
        # Keys that an HMC has taken up stay: it would not take the old ones back.
        (RECYCLE, RAN, KNOWN, SNAPSHOT, True),
        (dict(RECYCLE, rung="reset_keep_id"), RAN, KNOWN, SNAPSHOT, False),
        (dict(RECYCLE, rung="reset_keep_id"), RAN, DOWN, SNAPSHOT, True),
        (dict(RECYCLE, rung="targeted", steps=[{"options": {"key_pair": True}}]), RAN, KNOWN, SNAPSHOT, False),
        (dict(RECYCLE, rung="targeted", steps=[{"options": {}}]), RAN, KNOWN, SNAPSHOT, True),
    ],
)
def test_what_is_put_back(entry, result, accepted, snapshot, expected):
    assert outcome.to_restore(entry, done(entry, result), accepted, snapshot) is expected


def test_an_hmc_that_refuses_changed_nothing():
    entry = {"host": "a", "rung": "hmc_rebuild", "steps": [{}], "restorable": False, "verdict": "HMC_CACHE_MISMATCH"}
    told = {"failed": True, "changed": False, "actions": [{"command": "chsysstate", "rc": 1, "outcome": "failed"}], "msg": "no authority"}
    assert outcome.story(entry, done(entry, told), None, None)["outcome"] == "refused"


def row(lpar_id, rmc_state, state="Running"):
    return {"machine": "m", "lpar_id": lpar_id, "name": "p%d" % lpar_id, "rmc_state": rmc_state, "state": state}


def test_partitions_that_were_lost_meanwhile():
    before = {"h": {"partitions": [row(1, "active"), row(2, "active"), row(3, "inactive"), row(4, "active"), row(5, "active"), row(6, "active")]}}
    after = {
        "h": {"partitions": [
            row(1, "inactive"), row(2, "inactive"), row(3, "inactive"), row(4, "active"), row(5, "inactive", state="Not Activated"),
            row(6, "busy"), row(7, "none"),
        ]}
    }
    assert [each["name"] for each in outcome.dropped(before, after, {("m", 2)})] == ["p1"]
    assert outcome.dropped(before, {"h": {"partitions": []}}, set()) == []


def test_the_stories_as_text():
    repair = {
        "plan": "0" * 12, "breaker": "a did not recover", "dropped": [{"hmc": "h", "machine": "m", "lpar_id": 1, "name": "p1"}],
        "stories": {
            "a": {"host": "a", "verdict": "DRM_DOWN", "rung": "recycle", "outcome": "rolled_back", "why": "both\x1b[31m ends"},
            "b": {"host": "b", "verdict": "DRM_DOWN", "rung": "recycle", "outcome": "not_started", "why": "stopped before"},
        },
    }
    told = text.stories(repair)
    assert "THE RUN STOPS HERE" in told and "LOST MEANWHILE" in told and "not started" in told
    assert "\x1b" not in told


# The acceptance test.

MEMORY = "Online Memory                              : 32768 MB\nsize           32768 Total amount of physical memory in Mbytes             False\n"


def memory(estate, curr=32768, run=32768):
    for result in estate.hmcs.values():
        for each in result["partitions"]:
            each["mem"] = {"curr": curr, "pend": curr, "run": run}


def judged(estate, host="lpar2", waits=None, output=MEMORY):
    return acceptance.judge(estate.survey(), [host], waits or {}, None if output is None else {host: output})[host]


def failed(result):
    return [check["what"] for check in result["checks"] if not check["passed"]]


def test_both_ends_agree(estate):
    memory(estate)
    result = judged(estate)
    assert (result["connected"], result["accepted"], failed(result)) == (True, True, [])
    assert len(result["checks"]) == 6


def test_active_without_capabilities_is_not_accepted(estate):
    memory(estate)
    for each in estate.rows("lpar2", "hmcbeta"):
        each.update(dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    assert not judged(estate)["connected"]


def test_capabilities_that_an_hmc_does_not_tell_are_no_reason_to_put_back(estate):
    memory(estate)
    for each in estate.rows("lpar2", "hmcbeta"):
        each.update(dlpar_mem=None, dlpar_proc=None, dlpar_io=None, raw_connection=None)
    result = judged(estate)
    assert (result["connected"], result["accepted"], result["verdict"]) == (True, True, "UNDETERMINED")
    assert "active, DLPAR ?,?,?" in [check["detail"] for check in result["checks"]]
    estate.token("lpar2", "O", "hmcbeta")
    assert {"diagnosis", "rmcdomainstatus for hmcbeta"} <= set(failed(judged(estate)))


def test_the_token_of_every_hmc_counts(estate):
    memory(estate)
    estate.token("lpar2", "O", "hmcbeta")
    result = judged(estate)
    assert not result["connected"]
    assert "rmcdomainstatus for hmcbeta" in failed(result)


def test_who_was_active_once_but_not_stable_is_not_accepted(estate):
    memory(estate)
    waits = {"hmcalpha": {"partitions": [{"machine": "9105-22A*78F0A10", "lpar_id": 2, "outcome": "waiting"}]}}
    assert failed(judged(estate, waits=waits)) == ["HMC hmcalpha"]


@pytest.mark.parametrize(
    ("output", "curr", "run"),
    [("", 32768, 32768), (MEMORY, 16384, 16384), (MEMORY, 32768, 16384), (MEMORY.replace("size           32768", "size           16384"), 32768, 32768)],
)
def test_memory_that_differs_or_could_not_be_read_is_not_accepted_but_connected(estate, output, curr, run):
    memory(estate, curr, run)
    result = judged(estate, output=output)
    assert (result["connected"], result["accepted"], failed(result)) == (True, False, ["memory"])


def test_an_hmc_without_lshwres_leaves_the_memory_unknown(estate):
    assert failed(judged(estate)) == ["memory"]
    assert judged(estate, output=None)["accepted"]


def test_no_evidence_is_not_accepted(estate):
    memory(estate)
    estate.unreachable("lpar2")
    assert not judged(estate)["accepted"]
    assert not judged(estate, "stranger")["accepted"]


def drm_down(estate):
    estate.subsystem("lpar2", "IBM.DRM", "inoperative")


@pytest.mark.parametrize(
    ("silent", "harm", "expected"),
    [
        ([], lambda estate: None, False),
        ([], lambda estate: estate.inactive("lpar2"), True),
        ([], lambda estate: estate.token("lpar2", "O", "hmcbeta"), True),
        (["hmcbeta"], lambda estate: estate.inactive("lpar2", "hmcalpha"), True),
        (["hmcbeta"], lambda estate: None, False),
        # A console that does not answer may be down: its token is lost then, and its record may be.
        (["hmcbeta"], lambda estate: estate.token("lpar2", "O", "hmcbeta"), False),
        (["hmcalpha", "hmcbeta"], lambda estate: estate.token("lpar2", "O"), False),
        (["hmcalpha", "hmcbeta"], lambda estate: estate.no_records("lpar2"), False),
        (["hmcalpha", "hmcbeta"], lambda estate: estate.unreachable("lpar2"), False),
        (["hmcalpha", "hmcbeta"], lambda estate: estate.rmcd_stopped("lpar2"), True),
        (["hmcalpha", "hmcbeta"], drm_down, True),
    ],
)
def test_a_failure_is_seen_only_by_who_answered(estate, silent, harm, expected):
    harm(estate)
    for name in silent:
        estate.silent(name)
    assert judged(estate)["seen_down"] is expected


def test_what_the_hmcs_show_of_a_host_that_was_lost(estate):
    """It cannot say any more which partition it is; who looked before knows."""
    known = acceptance.identities(diagnose(estate.survey()), ["lpar2"])
    assert known == {"lpar2": {"machine": "9105-22A*78F0A10", "lpar_id": 2}}
    estate.inactive("lpar2")
    estate.unreachable("lpar2", expected=False)
    assert failed(judged(estate)) == ["HMC", "diagnosis", "memory"]
    survey = estate.survey()
    acceptance.identify(survey, known)
    result = acceptance.judge(survey, ["lpar2"], {}, None)["lpar2"]
    assert [check["what"] for check in result["checks"] if check["detail"].startswith("inactive")] == ["HMC hmcalpha", "HMC hmcbeta"]
    assert result["seen_down"] and not result["connected"]


def test_who_is_waited_for_on_which_hmc(estate):
    estate.silent("hmcbeta")
    found = acceptance.targets(diagnose(estate.survey()), ["lpar2", "lpar3"])
    assert {hmc: [each["lpar_id"] for each in partitions] for hmc, partitions in found.items()} == {"hmcalpha": [2, 3]}


def test_the_acceptance_as_text(estate):
    memory(estate, 1, 1)
    told = text.acceptance({"lpar2": judged(estate)})
    assert "NOT accepted" in told and "FAILED  memory" in told
