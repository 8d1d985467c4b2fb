# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.aixops.rsct.plugins.plugin_utils._plan import rollback

SNAPSHOT = {"name": "before", "created_at": "2026-11-20T03:12:44Z", "path": "/var/adm/rsct_snapshots/before.ctsnapshot.tar"}
WOULD = {"actions": [{"argv": ["rmcctrl", "-z"]}, {"argv": ["rmcctrl", "-A"]}], "differences": [{"path": "cfg", "what": "missing"}], "snapshot": SNAPSHOT}
SAME = {"changed": False, "actions": [], "differences": [], "snapshot": SNAPSHOT}
ACCEPTED = {"accepted": True, "checks": []}
NOT_ACCEPTED = {"accepted": False, "checks": [{"what": "HMC h", "passed": False, "detail": "inactive"}, {"what": "diagnosis", "passed": True, "detail": "x"}]}


def test_check_mode_names_snapshot_and_commands():
    told = rollback.planned("aixdb01", WOULD, True)
    assert told == "aixdb01: the snapshot before of 2026-11-20T03:12:44Z would be put back. 1 difference. Commands: rmcctrl -z; rmcctrl -A."
    assert "Nothing is to be put back" in rollback.planned("aixdb01", SAME, True)


@pytest.mark.parametrize(
    ("done", "accepted", "became", "words"),
    [
        (dict(WOULD, changed=True), ACCEPTED, "rolled_back", "put back from the snapshot before of 2026-11-20T03:12:44Z; both ends agree"),
        (dict(WOULD, changed=True), NOT_ACCEPTED, "rolled_back", "NOT accepted: HMC h: inactive"),
        (dict(WOULD, changed=True), None, "rolled_back", "was not verified"),
        (SAME, ACCEPTED, "unchanged", "nothing was put back; both ends agree"),
        ({"failed": True, "actions": [], "msg": "Refused"}, None, "refused", "Refused"),
        (dict(WOULD, failed=True, msg="rmcctrl -A failed"), None, "restore_failed", "rmcctrl -A failed"),
        ({"failed": True, "rc": 137, "msg": "MODULE FAILURE"}, None, "unreachable", "no known end"),
        ({"unreachable": True, "msg": "timed out"}, None, "unreachable", "no known end"),
    ],
)
def test_how_it_ended(done, accepted, became, words):
    found, why = rollback.ended(done, accepted)
    assert found == became
    assert words in why
