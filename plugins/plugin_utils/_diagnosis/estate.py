# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what the HMCs of a survey said, indexed once, so that judging an LPAR costs the same in any estate."""

from __future__ import annotations

from .reading import address, machine_name, mapping, moment, rows, short_name, text, texts, truth, whole

# The HMC can talk to the partitions of a system in these states only.
CONNECTED_STATES = ("operating", "standby")
# The link to the service processor works, the machine itself does not run.
POWERED_DOWN_STATES = ("power off", "power off in progress", "initializing")
_ZERO = ("0x0", "0", "")


def hmc_identity(name) -> str:
    """Type-model and serial as IBM.MCP spells them: without the dash."""
    return name.replace("-", "").lower()


class Row:
    """One partition as one HMC sees it."""

    __slots__ = (
        "machine", "system", "lpar_id", "name", "environment", "state", "rmc_state", "address", "os_version", "caps", "raw_active", "raw_dcaps", "hmc",
    )

    def __init__(self, raw, hmc):
        self.hmc = hmc
        self.machine = machine_name(raw.get("machine"))
        self.system = text(raw.get("system"))
        self.lpar_id = whole(raw.get("lpar_id"))
        self.name = text(raw.get("name"))
        self.environment = text(raw.get("environment")).lower()
        self.state = text(raw.get("state"))
        self.rmc_state = text(raw.get("rmc_state")).lower()
        self.address = address(raw.get("rmc_ipaddr"))
        self.os_version = text(raw.get("os_version"))
        self.caps = tuple(whole(raw.get(name)) for name in ("dlpar_mem", "dlpar_proc", "dlpar_io"))
        connection = mapping(raw.get("raw_connection"))
        self.raw_active = truth(connection.get("active"))
        self.raw_dcaps = text(connection.get("dcaps")).lower() or None

    @property
    def key(self):
        return (self.machine, self.lpar_id)

    def running(self) -> bool:
        state = self.state.lower()
        return state == "running" or (state.startswith("migrating") and "running" in state)

    def capable(self):
        """True: DLPAR works. False: some of it does not. None: this HMC could not say."""
        if all(cap == 1 for cap in self.caps):
            return True
        if any(cap == 0 for cap in self.caps):
            return False
        if self.raw_active and self.raw_dcaps is not None:
            return self.raw_dcaps not in _ZERO
        return None

    def is_linux(self) -> bool:
        return self.os_version.lower().startswith("linux")

    def is_aix(self) -> bool:
        return self.environment == "vioserver" or self.os_version.upper().startswith(("AIX", "VIOS"))

    def describe(self) -> str:
        caps = ",".join("?" if cap is None else str(cap) for cap in self.caps)
        raw = "" if self.raw_active is None else "; lspartition Active:<%d>%s" % (self.raw_active, ", DCaps:<%s>" % self.raw_dcaps if self.raw_dcaps else "")
        return "%s (id %s): %s, rmc_state=%s, rmc_ipaddr=%s, dlpar=%s%s" % (
            self.name or "?", self.lpar_id, self.state or "?", self.rmc_state or "empty", self.address or "empty", caps, raw)


class System:
    """One managed system on one HMC."""

    __slots__ = ("name", "machine", "state", "outcome", "message", "hmc")

    def __init__(self, raw, hmc):
        self.hmc = hmc
        self.name = text(raw.get("name"))
        self.machine = machine_name(raw.get("machine"))
        self.state = text(raw.get("state"))
        self.outcome = text(raw.get("outcome")) or "ok"
        self.message = text(raw.get("message"))

    def disconnected(self) -> bool:
        state = self.state.lower()
        return bool(state) and state not in CONNECTED_STATES and state not in POWERED_DOWN_STATES

    def powered_down(self) -> bool:
        return self.state.lower() in POWERED_DOWN_STATES

    def unread(self) -> bool:
        return self.outcome != "ok" and not self.disconnected() and not self.powered_down()


class Hmc:
    """One HMC of the survey."""

    __slots__ = ("name", "outcome", "message", "host_name", "identity", "model", "serial", "version", "addresses", "clock_offset", "security_mode",
                 "systems", "rows", "by_address", "raw")

    def __init__(self, name, result):
        result = mapping(result)
        raw = mapping(result.get("hmc"))
        self.raw = raw
        self.name = name
        # A result without an outcome and without data says nothing: that is no answer either.
        self.outcome = text(raw.get("outcome")) or ("ok" if rows(result.get("systems")) or rows(result.get("partitions")) else "failed")
        self.message = text(raw.get("message"))
        self.host_name = text(raw.get("name"))
        self.model, self.serial, self.version = text(raw.get("model")), text(raw.get("serial")), text(raw.get("version"))
        self.identity = hmc_identity(self.model + "*" + self.serial) if self.model and self.serial else ""
        self.addresses = [entry for entry in dict.fromkeys(map(address, texts(raw.get("addresses")))) if entry]
        self.security_mode = text(raw.get("security_mode")).lower()
        clock, asked = moment(raw.get("clock_utc")), moment(raw.get("queried_at"))
        self.clock_offset = clock - asked if clock is not None and asked is not None else None
        self.systems = {}
        self.rows = {}
        self.by_address = {}
        for entry in rows(result.get("systems")):
            system = System(entry, self)
            self.systems.setdefault(system.machine, system)
        for entry in rows(result.get("partitions")):
            row = Row(entry, self)
            if row.machine and row.lpar_id is not None:
                self.rows.setdefault(row.key, row)
        for row in self.rows.values():
            if row.address:
                self.by_address.setdefault(row.address, []).append(row)
        for entry in rows(result.get("raw_partitions")):
            self._add_dead(entry)

    def _add_dead(self, entry) -> None:
        """A row of lspartition that outlived its partition still holds an address."""
        key, found = (machine_name(entry.get("machine")), whole(entry.get("lpar_id"))), address(entry.get("ipaddr"))
        alive = self.rows.get(key)
        if not found or key[1] is None or truth(entry.get("active")) or (alive and alive.running()) or (alive and alive.address == found):
            return
        dead = {"machine": key[0], "lpar_id": key[1], "name": alive.name if alive else entry.get("hostname"), "rmc_ipaddr": found,
                "state": alive.state if alive else "only in lspartition"}
        self.by_address.setdefault(found, []).append(Row(dead, self))

    def answered(self) -> bool:
        return self.outcome == "ok"


class Estate:
    """All HMCs, and where to find what they say of a partition."""

    def __init__(self, survey, thresholds, reports=()):
        survey = mapping(survey)
        self.thresholds = thresholds
        self.collected_at = moment(survey.get("collected_at"))
        self.hosts = {str(name): mapping(host) for name, host in mapping(survey.get("hosts")).items()}
        self.hmcs = [Hmc(str(name), result) for name, result in sorted(mapping(survey.get("hmcs")).items(), key=lambda item: str(item[0]))]
        self.answering = [hmc for hmc in self.hmcs if hmc.answered()]
        self.silent = [hmc for hmc in self.hmcs if not hmc.answered()]
        # HMCs that answered when the newest earlier report was made: what they did not list then, they do not manage.
        self.answered_before = {
            text(hmc.get("host") or hmc.get("name")) for report in reports[:1] for hmc in rows(report.get("hmcs")) if text(hmc.get("outcome")) == "ok"
        }
        self.rows = {}
        self.systems = {}
        self.by_identity, self.by_address, self.by_name = {}, {}, {}
        self.keys_by_name = {}
        for hmc in self.hmcs:
            self._index(hmc)

    def _index(self, hmc):
        for system in hmc.systems.values():
            if system.machine:
                self.systems.setdefault(system.machine, []).append(system)
        for row in hmc.rows.values():
            self.rows.setdefault(row.key, []).append(row)
            self.keys_by_name.setdefault(short_name(row.name), set()).add(row.key)
        if hmc.identity:
            self.by_identity.setdefault(hmc.identity, hmc)
        for entry in hmc.addresses:
            # HMCs share the address of their private network towards the service processors: such an address names nobody.
            self.by_address[entry] = None if entry in self.by_address else hmc
        for name in {short_name(hmc.name), short_name(hmc.host_name)} - {""}:
            self.by_name.setdefault(name, hmc)

    def hmc_of(self, record):
        """(the HMC that an IBM.MCP record means or None, whether only its address fits while its identity does not)."""
        if record.hmc_name:
            found = self.by_identity.get(hmc_identity(record.hmc_name))
            if found:
                return found, False
        by_address = next((found for found in map(self.by_address.get, record.addresses) if found), None)
        if by_address is None:
            by_name = self.by_name.get(short_name(record.key_token))
            # A name proves nothing against an identity that is known and differs.
            return (by_name, False) if by_name and not (by_name.identity and record.hmc_name) else (None, False)
        replaced = bool(by_address.identity and record.hmc_name)
        return by_address, replaced
