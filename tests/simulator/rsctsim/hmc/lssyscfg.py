# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lssyscfg: managed systems, partitions, profiles."""

from __future__ import annotations

import time

from .. import link
from ..model import CachedView, Partition
from . import attributes, lists, options, states
from .call import Call, Connected

_KNOWN = {
    **lists.FORM,
    "-r": options.VALUE,
    "-m": options.VALUE,
    "-e": options.VALUE,
    "--osrefresh": options.FLAG,
    "--lastvalidcfg": options.FLAG,
}
# The console asks the partitions themselves: slower [unverified].
_OSREFRESH_SECONDS = 1.0
_FRAMES_DROPPED = 10


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    if "--help" in given:
        return call.said.text("usage", command="lssyscfg") + "\n"
    resource = given.need("-r")
    if resource == "sys":
        return _systems(call, given)
    if resource in ("frame", "cage", "sysprof"):
        if resource != "sysprof" and call.level[0] >= _FRAMES_DROPPED:
            raise call.refuse("missing_parameter", parameters="-r")
        return call.said.text("no_results") + "\n"
    if resource not in ("lpar", "prof"):
        raise call.refuse("missing_parameter", parameters="-r")
    system = call.system(given.need("-m"))
    states.need_partitions(call, system)
    chosen = lists.partitions(call, given, system)
    if resource == "prof":
        return lists.answer(call, given, [profile_row(one) for one in chosen], attributes.PROF)
    if "--osrefresh" in given:
        call.delay += _OSREFRESH_SECONDS
    rows = [partition_row(call, system, one) for one in chosen]
    left_out = attributes.LPAR_BY_NAME_ONLY
    return lists.answer(call, given, rows, attributes.lpar_attributes(call.level), left_out)


def _systems(call: Call, given: options.Options) -> str:
    wanted = given.get("-m")
    chosen = call.systems() if wanted is None else [call.system(wanted)]
    lists.filters_of(call, given, ())
    return lists.answer(call, given, [_system_row(call, one) for one in chosen], attributes.SYS)


def _system_row(call: Call, system: Connected) -> dict[str, str]:
    # A system that is off or not connected reads "unavailable" [field]; which of its attributes do is inferred.
    running = states.powered(system)
    return {
        "name": system.name,
        "type_model": system.type_model,
        "serial_num": system.serial,
        "ipaddr": system.system.service_processor,
        "state": system.link.state,
        "sys_time": time.strftime("%m/%d/%Y %H:%M:%S", call.clock) if running else "unavailable",
        "power_off_policy": "0" if running else "unavailable",
        "active_lpar_mobility_capable": "1" if running else "unavailable",
        "max_lpars": "480" if running else "unavailable",
    }


def partition_row(call: Call, system: Connected, partition: Partition) -> dict[str, str]:
    """All attributes of one partition; what does not apply to it is missing."""
    view = link.cached_view(call.estate, call.hmc, (system.machine, partition.lpar_id), call.now)
    if not states.powered(system):
        # What is left when the system is off: the address is kept [unverified].
        view = CachedView("none" if partition.lpar_env == "os400" else "inactive", view.rmc_ipaddr, (0, 0, 0), 0, "Unknown")
    running = partition.state == "Running"
    row = {
        "name": partition.name,
        "lpar_id": str(partition.lpar_id),
        "lpar_env": partition.lpar_env,
        "state": partition.state if states.powered(system) else "Not Available",
        "resource_config": "1" if running else "0",
        "os_version": view.os_version,
        "logical_serial_num": f"{system.serial}{partition.lpar_id:X}",
        "default_profile": "std",
        "curr_profile": "std" if running else "",
        "work_group_id": "none",
        "shared_proc_pool_util_auth": "1" if running else "0",
        "allow_perf_collection": "1" if running else "0",
        "power_ctrl_lpar_ids": "none",
    }
    if partition.lpar_env != "vioserver":
        row["boot_mode"] = "norm" if running else "sms"
    if partition.lpar_env == "os400":
        row["ipl_source"] = "b"
    row.update(
        {
            "lpar_keylock": "norm",
            "auto_start": "1" if running else "0",
            "redundant_err_path_reporting": "1" if partition.lpar_env == "vioserver" else "0",
            "rmc_state": view.rmc_state,
            "rmc_ipaddr": view.rmc_ipaddr,
            "rmc_osshutdown_capable": str(view.osshutdown),
            "dlpar_mem_capable": str(view.dlpar[0]),
            "dlpar_proc_capable": str(view.dlpar[1]),
            "dlpar_io_capable": str(view.dlpar[2]),
            "sync_curr_profile": "0",
            "uuid": partition.uuid.upper(),
        }
    )
    for since, names in attributes.INVENTED.items():
        if call.level[0] >= since:
            row.update(dict.fromkeys(names, "0"))
    return row


def profile_row(partition: Partition) -> dict[str, str]:
    """The profile of a partition, as far as anybody asks for it: memory, and whether the console watches the connection."""
    least, desired, most = partition.memory_mb
    row = {
        "name": "std",
        "lpar_name": partition.name,
        "lpar_id": str(partition.lpar_id),
        "lpar_env": partition.lpar_env,
        "all_resources": "0",
        "min_mem": str(least),
        "desired_mem": str(desired),
        "max_mem": str(most),
        "mem_mode": "ded",
        "hpt_ratio": "1:128",
        "proc_mode": "shared",
        "min_procs": "1",
        "desired_procs": "2",
        "max_procs": "8",
        "sharing_mode": "uncap",
        "uncap_weight": "128",
        "io_slots": "none",
        "lpar_io_pool_ids": "none",
        "max_virtual_slots": "200",
        "virtual_serial_adapters": "0/server/1/any//any/1,1/server/1/any//any/1",
        "virtual_scsi_adapters": "none" if partition.lpar_env == "vioserver" else "20/client/1/vios1/25/1,21/client/2/vios2/25/1",
        "virtual_eth_adapters": '"2/1/1/30,31,32/0/1"',
    }
    if partition.lpar_env != "vioserver":
        row["boot_mode"] = "norm"
    row["conn_monitoring"] = str(int(partition.conn_monitoring))
    row.update({"auto_start": "0", "power_ctrl_lpar_ids": "none", "work_group_id": "none", "redundant_err_path_reporting": "0"})
    return row
