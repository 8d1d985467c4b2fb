# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the HMC says, in English and in one more language.

VERIFIED texts are known from real consoles. Everything in INVENTED was never seen, or not as a whole, and
may be replaced in a running estate; no test may assert its wording.
"""

from __future__ import annotations

from typing import Mapping, Optional

ENGLISH = "en"
POLISH = "pl"

VERIFIED = {
    "no_results": "No results were found.",
    "missing_parameter": (
        "The command entered is either missing a required parameter or a parameter value is invalid. The parameters that are"
        " missing or have an invalid value are {parameters}. Please check your entry and retry the command."
    ),
    "partition_not_found": "HSCL8012 The partition named {name} was not found.",
    "has_connection": "{address} has RMC connection.",
}

INVENTED = {
    "invalid_attribute": (
        "An invalid attribute was entered.  The invalid attribute is {attribute}.  Please correct your entry and retry the command."
    ),
    "invalid_option": "An invalid command line option was entered. The option is {parameters}. Please check your entry and retry the command.",
    "invalid_filter": "An invalid filter was entered. The invalid filter is {part}. Please check your entry and retry the command.",
    "partition_id_not_found": "HSCL8013 The partition with ID {lpar_id} was not found.",
    "system_not_found": "HSCL8018 The managed system {name} was not found.",
    "ambiguous_system": "HSCL8019 More than one managed system has the name {name}. Use its type, model and serial number.",
    "no_authority": "HSCL350B The user does not have the appropriate authority.",
    "account_expired": "Your password has expired. Change it and log in again.",
    "not_connected": (
        "HSCL0237 This operation is not allowed when the managed system is in the {state} state. After you have established a"
        " connection to the managed system and have entered a valid HMC access password, try the operation again."
    ),
    "incomplete": "HSCL03F2 The managed system is in the {state} state. Rebuild the managed system and retry the operation.",
    "not_simulated": "This simulated console does not know how to run: {command}",
    "diagrmc_network": "Checking the network setup.",
    "diagrmc_firewall": "Checking the firewall permissions of the RMC ports.",
    "diagrmc_subsystem": "Checking the RMC subsystem.",
    "diagrmc_no_connection": "{address} does not have RMC connection.",
    "diagrmc_console_port": "The RMC ports are not open in the firewall of this management console.",
    "diagrmc_console_full": "There is no space left for the RMC subsystem of this management console.",
    "diagrmc_duplicate_id": "The partition {name} has a NodeID that another partition has as well.",
    "diagrmc_address_in_use": "The address {address} is registered for the partition {name}.",
    "diagrmc_address_removed": "The registration of {address} for the partition {name} was removed.",
    "diagrmc_address_differs": "The partition {name} does not use the address {address}.",
    "diagrmc_address_changed": "The address of the partition {name} was changed to {address}.",
    "diagrmc_keys": "The keys of the partition {name} and of this management console do not match.",
    "diagrmc_keys_exchanged": "The keys were exchanged with the partition {name}.",
    "diagrmc_console_unknown": "The management console {address} is not known.",
    "no_dlpar": "HSCL2957 Either there is currently no RMC connection between the management console and the partition {name} or the partition does not"
                " support dynamic partitioning operations.",
    "partition_runs": "HSCL05F6 The partition {name} is not in the Not Activated state.",
    "pesh_password": "You must have a password from your service provider to use this command.",
    "lost_partition": "Communications to the SFP component on partition {name} are unavailable.",
    "lost_service_processor": "ACT04284I A management console connection failed.",
    "usage": "Usage: {command}, see the manual page.",
}

# Only what a survey can run into. The invalid attribute's beginning was seen on a V7R7.9.0 console; the rest is a translation.
TRANSLATED = {
    "invalid_attribute": (
        "Wprowadzono niepoprawny atrybut.  Niepoprawnym atrybutem jest {attribute}.  Popraw wprowadzone dane i ponów komendę."
    ),
    "no_results": "Nie znaleziono wyników.",
    "missing_parameter": (
        "We wprowadzonej komendzie brakuje wymaganego parametru albo wartość parametru jest niepoprawna. Brakujące lub niepoprawne"
        " parametry to {parameters}. Sprawdź wprowadzone dane i ponów komendę."
    ),
    "partition_not_found": "HSCL8012 Nie znaleziono partycji o nazwie {name}.",
    "system_not_found": "HSCL8018 Nie znaleziono systemu zarządzanego {name}.",
    "no_authority": "HSCL350B Użytkownik nie ma odpowiednich uprawnień.",
    "not_connected": "HSCL0237 Ta operacja nie jest dozwolona, gdy system zarządzany jest w stanie {state}.",
}

# Other spellings of what was never seen: a reader that knows only one of them is wrong.
VARIANTS = {
    "wide": {
        "not_connected": "HSCL03CD  The managed system is not available.  Its state is: {state}",
        "incomplete": "HSCL03CD  The managed system is not available.  Its state is: {state}",
        "no_authority": "HSCL350B  You do not have authority to perform this task.  Ask your administrator.",
        "system_not_found": "HSCL8018  Managed system {name} does not exist.",
        "invalid_attribute": "An invalid attribute was entered. Attribute: {attribute}",
        "diagrmc_no_connection": "No RMC connection to {address} could be established.",
    }
}

# Values that are translated inside of rows as well; the states of partitions and systems are not known to be.
VALUES = {"Unknown": "Nieznane"}


def language(env: Mapping[str, str], default: str = "") -> str:
    """The language of the answer: LC_ALL, LANG, then the setting of the user."""
    chosen = env.get("LC_ALL") or env.get("LANG") or default
    return POLISH if chosen.lower().startswith(POLISH) else ENGLISH


class Messages:
    """The texts of one answer: one language, with the estate's replacements."""

    def __init__(self, lang: str = ENGLISH, replacements: Optional[Mapping[str, str]] = None) -> None:
        self.lang = lang
        self._texts = {**VERIFIED, **INVENTED}
        if lang == POLISH:
            self._texts.update(TRANSLATED)
        self._texts.update(replacements or {})

    def text(self, key: str, **values: object) -> str:
        return self._texts[key].format(**values)

    def value(self, value: str) -> str:
        """A value of a row as this language prints it."""
        return VALUES.get(value, value) if self.lang == POLISH else value
