# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of AIX. What follows a message id is not known for certain in most cases: one table, replaceable.

A language gets its own text unless LC_ALL is C. ``aix_texts.json`` in the estate's directory replaces single entries.
"""

from __future__ import annotations

import json
from typing import Any, Dict

from ..model import Estate

TEXTS: Dict[str, str] = {
    "rmcctrl_usage": "Usage: rmcctrl [-a|-A|-b|-B|-d|-h|-k|-K|-m|-M|-p|-P|-q|-Q|-s|-t|-T|-u|-U|-v|-V|-w|-W|-x|-X|-z]",
    "subsystem": "Subsystem", "group": "Group", "status": "Status", "active": "active", "inoperative": "inoperative",
    "started": "0513-059 The {name} Subsystem has been started. Subsystem PID is {pid}.",
    "added": "0513-071 The {name} Subsystem has been added.",
    "deleted": "0513-083 Subsystem has been Deleted.",
    "stopping": "0513-044 The {name} Subsystem was requested to stop.",
    "already_active": "0513-029 The {name} Subsystem is already active.\nMultiple instances are not supported.",
    "is_inoperative": "0513-004 The Subsystem or Group, {name}, is currently inoperative.",
    "not_on_file": "0513-085 The {name} Subsystem is not on file.",
    "group_not_on_file": "0513-086 The {name} Group is not on file.",
    "not_passed": "0513-036 The request could not be passed to the {name} subsystem.\nStart the subsystem and try your command again.",
    "refreshed": "0513-095 The request for subsystem refresh was completed successfully.",
    "src_not_allowed": "0513-105 The caller must be root to change a subsystem.",
    "no_session": '/usr/sbin/rsct/bin/{api}: 2612-022 A session could not be established with the RMC daemon on "local_node".',
    "not_found": "({command}) /usr/sbin/rsct/bin/{api}: 2612-023 Resource not found.",
    "not_authenticated": "({command}) /usr/sbin/rsct/bin/{api}: 2612-024 Could not authenticate user.",
    "nothing_selected": "({command}) /usr/sbin/rsct/bin/{api}: 2612-023 No resources were found that match the selection string.",
    "bad_flag": "{command}: 2612-002 Incorrect flag or parameter: {flag}.",
    "no_node_id": "2641-036 The node does not have an assigned node identifier.",
    "no_permission": "ksh: {command}: 0403-006 Execute permission denied.",
    "no_command": "ksh: {command}:  not found.",
    "odm_deleted": "0518-307 odmdelete: {count} objects deleted.",
    "no_space": "{command}: 0519-027 There is not enough space in the file system.",
    "online_domain": "Cannot run if an online Peer Domain exists (see output of lsrpdomain).\n"
                     "For assistance with removing domains, refer to the rmrpnode and rmrpdomain commands.",
    "no_fileset": "lslpp: 0504-132  Fileset {name} not installed.",
    "no_cluster": "Cluster services are not active.",
    "no_device": "lsattr: 0514-519 The following device was not found in the customized\n\tdevice configuration database:\n\t{name}",
    "no_file": "ls: 0653-341 The file {name} does not exist.",
    "mdsdr": "/usr/lib/dr/scripts/all/ctrmc_MDdr               DR script to refresh Management Domain configuration",
}

LANGUAGES: Dict[str, Dict[str, str]] = {
    "pl_PL": {
        "subsystem": "Podsystem", "group": "Grupa", "status": "Status", "active": "aktywny", "inoperative": "nieczynny",
        "not_on_file": "0513-085 Podsystem {name} nie jest zdefiniowany.",
        "already_active": "0513-029 Podsystem {name} jest już aktywny.\nUruchomienie wielu kopii nie jest obsługiwane.",
        "not_passed": "0513-036 Nie można przekazać żądania do podsystemu {name}.\nUruchom podsystem i spróbuj ponownie.",
        "no_session": '/usr/sbin/rsct/bin/{api}: 2612-022 Nie można nawiązać sesji z demonem RMC na "local_node".',
        "not_found": "({command}) /usr/sbin/rsct/bin/{api}: 2612-023 Nie znaleziono zasobu.",
        "no_node_id": "2641-036 Węzeł nie ma przypisanego identyfikatora.",
        "no_fileset": "lslpp: 0504-132  Zestaw plików {name} nie jest zainstalowany.",
        "no_cluster": "Usługi klastra nie są aktywne.",
    },
}
REPLACEMENTS_FILE = "aix_texts.json"


def text(estate: Estate, language: str, key: str, **values: Any) -> str:
    found = LANGUAGES.get(language, {}).get(key, TEXTS[key])
    path = estate.directory / REPLACEMENTS_FILE
    if path.is_file():
        found = json.loads(path.read_text(encoding="utf-8")).get(key, found)
    return found.format(**values)
