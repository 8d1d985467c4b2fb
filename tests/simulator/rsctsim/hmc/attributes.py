# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which attributes a level knows.

The columns of V7 and V8 were seen, and the safe set holds from V7R7.9 to V11. Which level brought which other attribute is
not documented: everything in INVENTED is a stand-in that only makes the levels differ.
"""

from __future__ import annotations

LPAR_V8 = (
    "name", "lpar_id", "lpar_env", "state", "resource_config", "os_version", "logical_serial_num", "default_profile",
    "curr_profile", "work_group_id", "shared_proc_pool_util_auth", "allow_perf_collection", "power_ctrl_lpar_ids",
    "boot_mode", "ipl_source", "lpar_keylock", "auto_start", "redundant_err_path_reporting", "rmc_state", "rmc_ipaddr",
    "rmc_osshutdown_capable", "dlpar_mem_capable", "dlpar_proc_capable", "dlpar_io_capable", "sync_curr_profile", "uuid",
)  # fmt: skip
LPAR_CAPABILITIES = ("rmc_osshutdown_capable", "dlpar_mem_capable", "dlpar_proc_capable", "dlpar_io_capable")
# Left out of the form without -F, as in the dumps of V8: to be had by name only.
LPAR_BY_NAME_ONLY = LPAR_CAPABILITIES + ("uuid",)
SYS = (
    "name", "type_model", "serial_num", "ipaddr", "state", "sys_time", "power_off_policy", "active_lpar_mobility_capable",
    "max_lpars",
)  # fmt: skip
PROF = (
    "name", "lpar_name", "lpar_id", "lpar_env", "all_resources", "min_mem", "desired_mem", "max_mem", "mem_mode", "hpt_ratio",
    "proc_mode", "min_procs", "desired_procs", "max_procs", "sharing_mode", "uncap_weight", "io_slots", "lpar_io_pool_ids",
    "max_virtual_slots", "virtual_serial_adapters", "virtual_scsi_adapters", "virtual_eth_adapters", "boot_mode",
    "conn_monitoring", "auto_start", "power_ctrl_lpar_ids", "work_group_id", "redundant_err_path_reporting",
)  # fmt: skip

# major version -> attributes that -r lpar has from there on [unverified].
INVENTED = {
    9: ("simplified_remote_restart_capable", "remote_restart_status"),
    10: ("virtual_serial_num", "secure_boot"),
    11: ("keystore_kbytes",),
}
# Levels before V7R7.9 stand for one that lacks the capabilities, so that the query without them can be rehearsed [inferred].
CAPABILITIES_SINCE = (7, 7, 9)


def lpar_attributes(level: tuple[int, ...]) -> tuple[str, ...]:
    """Attributes of lssyscfg -r lpar at a level such as (10, 3, 1063), in column order."""
    known = LPAR_V8
    if level < CAPABILITIES_SINCE:
        known = tuple(name for name in known if name not in LPAR_CAPABILITIES)
    for since, names in sorted(INVENTED.items()):
        if level[0] >= since:
            known += names
    return known
