# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no repair may run on a console: hmcshutdown, rmsyscfg, rmsysconn, chhmc, chhwres, pesh. Each does what it is for, and is recorded."""

from __future__ import annotations

from .. import harm, link
from . import options
from .call import Call

_SHUTDOWN = {"-t": options.VALUE, "-r": options.FLAG, "--help": options.FLAG}
_DELETE = {"-r": options.VALUE, "-m": options.VALUE, "-n": options.VALUE, "--id": options.VALUE, "--help": options.FLAG}
_CONNECTION = {"-o": options.VALUE, "-m": options.VALUE, "--ip": options.VALUE, "--help": options.FLAG}
_RESOURCE = {"-r": options.VALUE, "-m": options.VALUE, "-o": options.VALUE, "-p": options.VALUE, "--id": options.VALUE, "-q": options.VALUE,
             "-w": options.VALUE, "--rsubtype": options.VALUE, "-l": options.VALUE, "-s": options.VALUE, "-a": options.VALUE, "--procs": options.VALUE,
             "--procunits": options.VALUE, "--force": options.FLAG, "--help": options.FLAG}


def hmcshutdown(call: Call) -> str:
    given = options.parse(call.arguments, _SHUTDOWN)
    given.need("-t")
    count = len(call.hmc.nodes)
    if "-r" in given:
        call.hmc.restarted_at = call.now
        harm.note(call.hmc, "restarted: the connections of %d partitions broke" % count)
    else:
        call.hmc.up = False
        harm.note(call.hmc, "shut down: the connections of %d partitions are gone" % count)
    link.observe(call.estate, call.now)
    return ""


def rmsyscfg(call: Call) -> str:
    """Deletes a partition that does not run. What RMC has of it stays until the next rebuild."""
    given = options.parse(call.arguments, _DELETE)
    if given.need("-r") != "lpar":
        raise call.refuse("not_simulated", command="rmsyscfg " + " ".join(call.arguments))
    system = call.system(given.need("-m")).system
    name, lpar_id = given.get("-n"), given.get("--id")
    partition = next((one for one in system.partitions if one.name == name or str(one.lpar_id) == lpar_id), None)
    if partition is None:
        raise call.refuse("partition_not_found", name=name or lpar_id)
    if partition.state != "Not Activated":
        raise call.refuse("partition_runs", name=partition.name)
    system.partitions.remove(partition)
    return ""


def rmsysconn(call: Call) -> str:
    """reset lets go of addresses that were kept; remove and drop end the connection."""
    given = options.parse(call.arguments, _CONNECTION)
    what, wanted = given.need("-o"), given.get("-m") or given.need("--ip")
    system = call.system(next((one.machine for one in call.systems() if one.system.service_processor == wanted), wanted))
    if what == "reset":
        for slot, row in call.hmc.nodes.items():
            lpar = call.estate.lpar_at(slot)
            if slot[0] == system.machine and row.pinned and lpar:
                row.pinned, row.address = False, lpar.address
                call.hmc.cached_address.pop(slot, None)
    elif what in ("remove", "drop"):
        system.link.state = "No Connection"
        harm.note(call.hmc, "the connection to %s was removed" % system.name)
    else:
        raise call.refuse("missing_parameter", parameters="-o")
    link.observe(call.estate, call.now)
    return ""


def chhmc(_call: Call) -> str:
    return ""


def chhwres(call: Call) -> str:
    """DLPAR: needs the connection, and really changes the memory of the partition."""
    given = options.parse(call.arguments, _RESOURCE)
    given.need("-r")
    system = call.system(given.need("-m"))
    name, lpar_id = given.get("-p"), given.get("--id")
    partition = next((one for one in system.system.partitions if one.name == name or str(one.lpar_id) == lpar_id), None)
    if partition is None:
        raise call.refuse("partition_not_found", name=name or lpar_id)
    view = link.raw_view(call.estate, call.hmc, (system.machine, partition.lpar_id), call.now)
    if partition.state == "Running" and not (view and view.active and view.dcaps != "0x0"):
        raise call.refuse("no_dlpar", name=partition.name)
    lpar = call.estate.lpars.get(partition.lpar or "")
    sign = {"a": 1, "r": -1}.get(given.get("-o") or "", 0)
    if lpar and given.need("-r") == "mem" and sign:
        least, online, most = lpar.memory_mb
        lpar.memory_mb = (least, min(most, max(least, online + sign * int(given.need("-q")))), most)
    return ""


def pesh(call: Call) -> str:
    raise call.refuse("pesh_password")      # IBM's own, of the day
