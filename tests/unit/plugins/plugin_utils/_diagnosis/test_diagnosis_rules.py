# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every failure mode: a case that fires, and a neighbour that must not."""

from __future__ import annotations

import pytest

from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis import ADVISORIES, CODES, diagnose
from ansible_collections.aixops.rsct.plugins.plugin_utils._diagnosis.rules import REGISTRY

from builder import MACHINE, NOW, Estate, estate, record

HOST = "lpar1"
CASES = {}


def case(code, verdict=None, **expected):
    """Register a builder of an estate in which lpar1 has the code; verdict where another code decides."""

    def register(build):
        CASES.setdefault(code, []).append((build, True, verdict or code, expected))
        return build

    return register


def neighbour(code, verdict="HEALTHY"):
    """Register an estate that is close to the code, and in which it must not be told."""

    def register(build):
        CASES.setdefault(code, []).append((build, False, verdict, {}))
        return build

    return register


def told(built, host=HOST, **more):
    report = diagnose(built.survey(), **more)
    return next(entry for entry in report["hosts"] if entry["host"] == host)


# --- 2.1 -----------------------------------------------------------------------------------------------------------------

@case("HEALTHY", confidence="certain", next_rung=None, blocked_by=[])
def healthy():
    return estate()


@neighbour("HEALTHY", "DRM_DOWN")
def active_without_capabilities():
    built = estate()
    for row in built.rows(HOST):
        row.update(dlpar_mem=0, dlpar_proc=0, dlpar_io=0, raw_connection={"active": True, "dcaps": "0x0"})
    return built


@neighbour("HEALTHY", "UNDETERMINED")
def active_with_capabilities_unread():
    built = estate()
    for row in built.rows(HOST):
        row.update(dlpar_mem=None, dlpar_proc=None, dlpar_io=None, raw_connection=None)
    return built


@neighbour("OUT_OF_SCOPE")
def ordinary_aix():
    return estate()


@case("OUT_OF_SCOPE", next_rung=None)
def ibm_i():
    built = estate()
    built.unreachable(HOST)
    for result in built.hmcs.values():
        for row in result["partitions"]:
            if row["name"] == HOST:
                row.update(environment="os400", rmc_state="none", rmc_ipaddr=None, os_version=None)
    return built


@case("NOT_RUNNING", next_rung=None, blocked_by=[])
def not_activated():
    built = estate()
    built.unreachable(HOST)
    for result in built.hmcs.values():
        for row in result["partitions"]:
            if row["name"] == HOST:
                row.update(state="Not Activated", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    return built


@case("NOT_RUNNING")
def system_powered_off():
    built = estate()
    for name in list(built.hosts):
        built.unreachable(name)
    for result in built.hmcs.values():
        result["systems"][0]["state"] = "Power Off"
        for row in result["partitions"]:
            row.update(state="Not Available", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    return built


@neighbour("NOT_RUNNING", "HEALTHY")
def migrating():
    built = estate()
    for row in built.rows(HOST):
        row["state"] = "Migrating - Running"
    return built


@case("BOOTING", next_rung="wait", blocked_by=["recently_booted"])
def up_four_minutes():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["partition"]["uptime_seconds"] = 240
    return built


@case("BOOTING", next_rung="wait")
def just_moved():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["migration"] = {"event": "completed", "time": "2025-11-16T07:55", "age_seconds": 300}
    return built


@neighbour("BOOTING", "HEALTHY")
def booted_and_connected():
    built = estate()
    built.rmc(HOST)["partition"]["uptime_seconds"] = 240
    return built


@case("SUSPENDED", next_rung=None)
def suspended_after_live_update():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["suspended"] = True
    return built


@case("SUSPENDED", next_rung="wait")
def live_update_running():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["activity"]["lku"] = True
    return built


@neighbour("SUSPENDED", "NETWORK_UDP_BLOCKED")
def not_suspended():
    built = estate()
    built.down(HOST)
    return built


@case("CO_MANAGED", next_rung=None)
def novalink():
    built = estate()
    built.inactive(HOST)
    rmc = built.rmc(HOST)
    internal = {"address": "fe80::1", "node_id": "00000000000000aa", "model": "", "serial": ""}
    rmc["control_points"] = [dict(record(internal, "novalink", HOST, "fe80::2"), hmc_name="")]
    rmc["domains"]["control_points"] = [{"state": "I", "queue": "A", "node_id": internal["node_id"], "number": "0001", "name": "fe80::1"}]
    rmc["network"]["interfaces"][0]["addresses"].append("fe80::2")
    return built


@neighbour("CO_MANAGED", "MCP_MISSING")
def neither_novalink_nor_hmc():
    built = estate()
    built.no_records(HOST)
    return built


@case("UNDETERMINED", next_rung="wait")
def lpar_unreachable():
    built = estate()
    built.inactive(HOST)
    built.unreachable(HOST)
    return built


@case("UNDETERMINED")
def lpar_unreachable_but_active():
    built = estate()
    built.unreachable(HOST)
    return built


@case("UNDETERMINED")
def one_hmc_silent():
    built = estate()
    built.silent("hmcbeta")
    return built


@case("UNDETERMINED")
def no_hmc_at_all():
    built = estate()
    built.hmcs = {}
    return built


@case("UNDETERMINED")
def busy_is_asked_again():
    built = estate()
    built.rows(HOST, "hmcalpha")[0]["rmc_state"] = "busy"
    return built


@case("UNDETERMINED")
def system_unread():
    built = estate()
    result = built.hmcs["hmcalpha"]
    result["systems"][0].update(outcome="failed", message="no answer within 60 s")
    result["partitions"] = []
    return built


@case("UNDETERMINED")
def not_root():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST).update(control_points=None, domains={"peer": None, "control_points": None})
    return built


@case("UNDETERMINED")
def resource_role_hides_it():
    built = estate()
    for result in built.hmcs.values():
        result["partitions"] = [row for row in result["partitions"] if row["name"] != HOST]
    return built


@case("UNDETERMINED")
def lpar_names_an_hmc_that_was_not_asked():
    built = estate()
    built.hmcs.pop("hmcbeta")
    return built


@neighbour("UNDETERMINED", "RSCT_DOWN")
def a_gap_does_not_hide_what_was_seen():
    built = estate()
    built.rmcd_stopped(HOST)
    return built


@case("UNKNOWN", next_rung="escalate", blocked_by=["unknown_cause"])
def nothing_fits():
    built = estate()
    built.inactive(HOST)
    return built


@neighbour("UNKNOWN", "DRM_DOWN")
def a_known_cause():
    return active_without_capabilities()


# --- 2.2 -----------------------------------------------------------------------------------------------------------------

@case("WRONG_HOST", confidence="certain", next_rung=None)
def identity_differs_from_the_inventory():
    built = estate()
    built.hosts[HOST]["expected"] = {"machine": MACHINE, "lpar_id": 9}
    return built


@case("WRONG_HOST", confidence="likely")
def address_reaches_a_neighbour():
    built = estate()
    built.hosts[HOST] = dict(built.hosts["lpar2"])
    return built


@neighbour("WRONG_HOST", "HEALTHY")
def the_right_one():
    built = estate()
    built.hosts[HOST]["expected"] = {"machine": MACHINE.lower(), "lpar_id": "1"}
    return built


@case("SYSTEM_NOT_CONNECTED", next_rung=None)
def no_connection():
    built = estate()
    result = built.hmcs["hmcalpha"]
    result["systems"][0].update(state="No Connection", outcome="failed", message="HSCL0237")
    result["partitions"] = []
    return built


@neighbour("SYSTEM_NOT_CONNECTED", "HEALTHY")
def standby():
    built = estate()
    built.hmcs["hmcalpha"]["systems"][0]["state"] = "Standby"
    return built


@case("HMC_WIDE", confidence="certain", next_rung=None)
def hmc_lost_all():
    built = estate()
    for host in built.hosts:
        built.down(host, hmc="hmcalpha", path="timeout")
    return built


@neighbour("HMC_WIDE", "NETWORK_TCP_BLOCKED")
def two_are_not_many():
    built = estate()
    built.down(HOST, path="timeout")
    built.down("lpar2", path="timeout")
    return built


@neighbour("HMC_WIDE", "RSCT_DOWN")
def many_with_reasons_of_their_own():
    built = estate()
    for host in built.hosts:
        built.rmcd_stopped(host)
    return built


def two_subnets():
    built = estate(4)
    for number in range(11, 19):
        built.add("lpar%d" % number, number, "198.51.100.%d" % number)
    return built


@case("NETWORK_SEGMENT", next_rung=None, blocked_by=["fleet_cause", "network_cause", "no_rung"])
def one_vlan_blocked():
    built = two_subnets()
    for host in built.hosts:
        if len(host) == len(HOST):
            built.down(host, path="timeout")
    return built


@neighbour("NETWORK_SEGMENT", "NETWORK_TCP_BLOCKED")
def two_of_a_subnet():
    built = two_subnets()
    for host in (HOST, "lpar2"):
        built.down(host, path="timeout")
    return built


@case("HMC_PATH", confidence="certain", next_rung=None)
def inactive_on_one():
    built = estate()
    built.down(HOST, hmc="hmcalpha", path="timeout")
    return built


@neighbour("HMC_PATH", "NETWORK_TCP_BLOCKED")
def inactive_on_both():
    built = estate()
    built.down(HOST, path="timeout")
    return built


@case("HMC_CACHE_MISMATCH", confidence="certain", next_rung="hmc_rebuild", blocked_by=[])
def two_stores_disagree():
    built = estate()
    built.inactive(HOST, raw=True)
    return built


@case("HMC_CACHE_MISMATCH", confidence="possible", next_rung="hmc_rebuild")
def raw_view_not_allowed():
    built = estate()
    built.inactive(HOST, raw=None)
    return built


@neighbour("HMC_CACHE_MISMATCH", "UNKNOWN")
def both_stores_say_down():
    built = estate()
    built.inactive(HOST, raw=False)
    return built


@case("HMC_CACHE_MISMATCH", "REMOTE_DISABLED")
def what_was_seen_outranks_a_guess():
    built = estate()
    built.inactive(HOST, raw=None)
    built.rmc(HOST)["listeners"]["tcp_657"] = False
    built.rmc(HOST)["rmcd"].update(args="/opt/rsct/bin/rmcd -a IBM.LPCommands", remote_flag=False)
    return built


@case("RECYCLED_IP", confidence="certain", next_rung=None)
def dead_partition_keeps_the_address():
    built = estate()
    built.down(HOST)
    for hmc in built.hmcs:
        built.add_row(hmc, "dead", 31, "192.0.2.21", state="Not Activated", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    return built


@neighbour("RECYCLED_IP", "HEALTHY")
def kept_address_does_no_harm():
    built = estate()
    for hmc in built.hmcs:
        built.add_row(hmc, "dead", 31, "192.0.2.21", state="Not Activated", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    return built


@case("STALE_ADDRESS", next_rung="hmc_autocorrect")
def hmc_keeps_the_old_address():
    built = estate()
    built.down(HOST)
    for row in built.rows(HOST):
        row["rmc_ipaddr"] = "192.0.2.77"
    return built


@neighbour("STALE_ADDRESS", "HEALTHY")
def other_address_and_active():
    built = estate()
    for row in built.rows(HOST):
        row["rmc_ipaddr"] = "192.0.2.77"
    return built


# --- 2.3 -----------------------------------------------------------------------------------------------------------------

@case("NETWORK_TCP_BLOCKED", confidence="certain", next_rung=None, blocked_by=["network_cause", "no_rung"])
def tcp_times_out():
    built = estate()
    built.down(HOST, path="timeout")
    return built


@neighbour("NETWORK_TCP_BLOCKED", "NETWORK_UDP_BLOCKED")
def tcp_works():
    built = estate()
    built.down(HOST)
    return built


@case("NETWORK_UDP_BLOCKED", confidence="likely", next_rung=None)
def heartbeat_missing():
    built = estate()
    built.down(HOST)
    return built


@neighbour("NETWORK_UDP_BLOCKED", "RSCT_DOWN")
def no_rmcd_no_network_finding():
    built = estate()
    built.rmcd_stopped(HOST)
    return built


DENY = {
    "number": "3", "action": "deny", "source": "0.0.0.0", "source_mask": "0.0.0.0", "destination": "0.0.0.0", "destination_mask": "0.0.0.0",
    "source_routing": "no", "protocol": "udp", "source_operation": "any", "source_port": "0", "destination_operation": "eq", "destination_port": "657",
    "scope": "both", "direction": "both",
}


@case("LOCAL_FILTER", next_rung=None)
def own_filter_denies():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["network"]["local_filter"] = {"active": True, "rules": [DENY]}
    return built


@neighbour("LOCAL_FILTER", "NETWORK_UDP_BLOCKED")
def filter_for_somebody_else():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["network"]["local_filter"] = {"active": True, "rules": [dict(DENY, source="203.0.113.9", source_mask="255.255.255.255")]}
    return built


@neighbour("LOCAL_FILTER", "NETWORK_UDP_BLOCKED")
def stored_but_not_active():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["network"]["local_filter"] = {"active": False, "rules": [DENY]}
    return built


@case("MTU_MISMATCH", confidence="certain", next_rung=None)
def jumbo_frames():
    built = estate()
    built.down(HOST, "X")
    built.rmc(HOST)["network"]["interfaces"][0]["mtu"] = 9000
    return built


@neighbour("MTU_MISMATCH", "HEALTHY")
def jumbo_frames_that_work():
    built = estate()
    built.rmc(HOST)["network"]["interfaces"][0]["mtu"] = 9000
    return built


@case("MULTI_HOMED", next_rung=None)
def other_source_address():
    built = estate()
    built.down(HOST)
    rmc = built.rmc(HOST)
    rmc["network"]["interfaces"].append({"name": "en1", "mtu": 1500, "addresses": ["198.51.100.21"], "networks": ["198.51.100.21/24"]})
    for path in rmc["network"]["paths"]:
        path["source_address"] = "198.51.100.21"
    return built


@neighbour("MULTI_HOMED", "NETWORK_UDP_BLOCKED")
def second_interface_not_used():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["network"]["interfaces"].append({"name": "en1", "mtu": 1500, "addresses": ["198.51.100.21"], "networks": ["198.51.100.21/24"]})
    return built


def link_local(own):
    built = estate()
    built.down(HOST)
    rmc = built.rmc(HOST)
    for entry in rmc["control_points"]:
        entry["connectivity_names"] = ["fe80::21"]
    rmc["network"]["interfaces"][0]["addresses"] += [own] if own else []
    return built


@case("MGMT_IF_LOST", next_rung=None)
def link_local_address_lost():
    return link_local("")


@neighbour("MGMT_IF_LOST", "NETWORK_UDP_BLOCKED")
def link_local_address_there():
    return link_local("fe80::21")


FOREIGN = "2610-217 Received 193 unrecognized messages in the last 10.183333 minutes. Service is rmc."


@case("PORT_CONFLICT", next_rung=None, blocked_by=["network_cause", "no_rung"])
def foreign_sender():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["rmcd_log"] = [FOREIGN] * 3
    return built


@case("PORT_CONFLICT")
def foreign_sender_of_today():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["rmcd_log"] = ["11/15/25 22:10:01 " + FOREIGN, "Nov 16 07:40:12 2025 " + FOREIGN, "2025-11-16 07:50:01 " + FOREIGN]
    return built


@neighbour("PORT_CONFLICT", "UNKNOWN")
def foreign_sender_of_last_year():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["rmcd_log"] = ["11/16/24 07:40:01 " + FOREIGN, "Nov 16 07:40:12 2024 " + FOREIGN, "2024-11-16 07:50:01 " + FOREIGN, FOREIGN]
    return built


@neighbour("PORT_CONFLICT", "RSCT_DOWN")
def two_foreign_messages_of_any_age():
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["rmcd_log"] = [FOREIGN] * 2
    return built


@case("PORT_CONFLICT", "RSCT_DOWN", next_rung="start", blocked_by=[])
def a_foreign_sender_keeps_nobody_from_starting_rmcd():
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["rmcd_log"] = [FOREIGN] * 3
    return built


@neighbour("PORT_CONFLICT", "HEALTHY")
def rotated_log():
    built = estate()
    built.rmc(HOST)["errors"] = [{"id": "573790AA", "time": "2025-11-13T04:00", "description": "The default log file has been changed."}]
    return built


def in_band_estate(status, token):
    built = estate()
    rmc = built.rmc(HOST)
    rmc["in_band"] = {"status": status, "hmcs": ["hmcalpha"]}
    for entry in rmc["control_points"]:
        entry.update(ip_addresses=[], hmc_ip_addr="", connectivity_names=[HOST])
    for line in rmc["domains"]["control_points"]:
        line.update(state=token, name=HOST)
    rmc["listeners"] = {"tcp_657": False, "udp_657": False}
    rmc["network"]["paths"] = []
    if token != "I":
        built.inactive(HOST)
    return built


@case("IN_BAND_DOWN", next_rung="start", blocked_by=[])
def mcproxy_stopped():
    return in_band_estate("inoperative", "O")


@neighbour("IN_BAND_DOWN", "HEALTHY")
def in_band_works_without_port():
    return in_band_estate("active", "I")


def in_band_beside_ip(status="active", tcp=False, hmc_active=True, token="I"):
    """mcproxy, and records with addresses too."""
    built = estate()
    built.rmc(HOST)["in_band"] = {"status": status, "hmcs": ["hmcalpha"]}
    built.rmc(HOST)["listeners"]["tcp_657"] = tcp
    built.token(HOST, token)
    if not hmc_active:
        built.inactive(HOST)
    return built


@case("IN_BAND_DOWN", next_rung="start", blocked_by=[])
def mcproxy_stopped_and_no_port_in_its_place():
    return in_band_beside_ip("inoperative", hmc_active=False, token="O")


@case("IN_BAND_DOWN", "NETWORK_TCP_BLOCKED", confidence="certain")
def mcproxy_stopped_and_the_ip_path_in_use():
    built = in_band_beside_ip("inoperative", tcp=True, hmc_active=False, token="O")
    built.path(HOST, "timeout")
    return built


@case("IN_BAND_DOWN", "RSCT_DOWN", next_rung="start")
def mcproxy_and_rmcd_stopped():
    built = in_band_beside_ip("inoperative")
    records = built.rmc(HOST)["control_points"]
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["control_points"] = records
    return built


# --- 2.4 -----------------------------------------------------------------------------------------------------------------

@case("RSCT_MISSING", next_rung=None)
def fileset_missing():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["filesets"] = [row for row in built.rmc(HOST)["filesets"] if row["name"] != "devices.chrp.base.ServiceRM"]
    return built


@neighbour("RSCT_MISSING", "NETWORK_UDP_BLOCKED")
def filesets_unread():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["filesets"] = None
    return built


@case("RSCT_BAD_LEVEL", next_rung=None)
def listed_level():
    built = estate()
    built.inactive(HOST)
    for row in built.rmc(HOST)["filesets"]:
        row["level"] = "3.2.0.0"
    return built


@neighbour("RSCT_BAD_LEVEL", "HEALTHY")
def good_level():
    return estate()


@case("RSCT_DOWN", confidence="certain", next_rung="start", blocked_by=[])
def rmcd_stopped():
    built = estate()
    built.rmcd_stopped(HOST)
    return built


@case("RSCT_DOWN", next_rung="start")
def rmcd_not_on_file():
    built = estate()
    built.rmcd_stopped(HOST, None)
    return built


@case("RSCT_DOWN", next_rung="start")
def management_domain_manager_down():
    built = estate()
    built.down(HOST)
    built.subsystem(HOST, "IBM.MgmtDomainRM", "inoperative")
    return built


@neighbour("RSCT_DOWN", "HEALTHY")
def on_demand_managers_and_ctcas():
    built = estate()
    built.subsystem(HOST, "ctcas", "inoperative")
    built.subsystem(HOST, "IBM.HostRM", "inoperative")
    return built


@case("REMOTE_DISABLED", confidence="certain", next_rung="refresh", blocked_by=[])
def remote_clients_disabled():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["listeners"]["tcp_657"] = False
    built.rmc(HOST)["rmcd"].update(args="/opt/rsct/bin/rmcd -a IBM.LPCommands", remote_flag=False)
    return built


@neighbour("REMOTE_DISABLED", "HMC_CACHE_MISMATCH")
def rmcd_just_started():
    built = estate()
    built.inactive(HOST, raw=None)
    built.rmc(HOST)["listeners"]["tcp_657"] = False
    built.rmc(HOST)["rmcd"]["seconds"] = 30
    return built


@case("MESSAGE_POLICY", next_rung=None)
def message_policy_changed():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["src_arguments"] = "-a IBM.LPCommands -r -M D"
    return built


@neighbour("MESSAGE_POLICY", "UNKNOWN")
def default_arguments():
    built = estate()
    built.inactive(HOST)
    return built


@case("DRM_DOWN", confidence="certain", next_rung="start", blocked_by=[])
def drm_inoperative():
    built = active_without_capabilities()
    built.subsystem(HOST, "IBM.DRM", "inoperative")
    return built


@neighbour("DRM_DOWN", "NETWORK_UDP_BLOCKED")
def drm_without_connection():
    built = estate()
    built.down(HOST)
    built.subsystem(HOST, "IBM.DRM", "inoperative")
    return built


@case("FILESYSTEM_FULL", next_rung=None)
def var_full():
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["filesystems"][1].update(used_percent=100, free_mb=0)
    return built


@case("FILESYSTEM_FULL")
def no_inodes():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["filesystems"][1]["inodes_used_percent"] = 100
    return built


@case("FILESYSTEM_FULL", next_rung=None)
def var_ct_on_a_file_system_of_its_own_full():
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["filesystems"].append({"mount": "/var/ct", "free_mb": 0, "used_percent": 100, "inodes_used_percent": 5})
    return built


@neighbour("FILESYSTEM_FULL", "RSCT_DOWN")
def var_nearly_full():
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["filesystems"][1].update(used_percent=99, free_mb=12)
    return built


# --- 2.5 -----------------------------------------------------------------------------------------------------------------

@case("MCP_MISSING", confidence="certain", next_rung="refresh", blocked_by=[])
def no_control_point():
    built = estate()
    built.no_records(HOST)
    return built


@neighbour("MCP_MISSING", "UNDETERMINED")
def lsrsrc_hung():
    built = estate()
    built.inactive(HOST)
    built.rmc(HOST)["control_points"] = []
    built.rmc(HOST)["probes"][0].update(outcome="timeout", rc=None)
    return built


def stale_only():
    built = estate()
    built.no_records(HOST)
    built.rmc(HOST)["listeners"]["udp_657"] = True
    built.retired_record(HOST)
    return built


@case("MCP_STALE", next_rung="refresh", blocked_by=[])
def only_the_old_hmc():
    return stale_only()


@case("MCP_STALE", next_rung="targeted")
def replaced_under_the_same_address():
    built = estate()
    built.down(HOST)
    for entry in built.rmc(HOST)["control_points"]:
        entry["hmc_name"] = "7042CR9*21B7C30"
    return built


@neighbour("MCP_STALE", "HEALTHY")
def old_record_beside_good_ones():
    built = estate()
    built.retired_record(HOST)
    return built


@case("AUTH_PENDING", confidence="certain", next_rung="recycle")
def handshake_stays():
    built = estate()
    built.down(HOST, "i")
    return built


@case("AUTH_PENDING", next_rung="targeted")
def names_differ():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["attention"] = ["198.51.100.21"]
    return built


@case("AUTH_PENDING", "CLOCK_SKEW")
def handshake_fails_by_time():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["clock_utc"] = "2025-11-16T08:10:00Z"
    return built


@neighbour("AUTH_PENDING", "NETWORK_UDP_BLOCKED")
def no_packets_at_all():
    built = estate()
    built.down(HOST, "O")
    return built


@case("KEYS_DAMAGED", confidence="certain", next_rung="recycle")
def private_key_missing():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["keys"]["private"] = {"present": False, "mode": None, "owner": None}
    return built


@case("KEYS_DAMAGED")
def keys_no_pair():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["ctsvhbac"] = {"items": [], "pair": False, "attention": []}
    return built


@neighbour("KEYS_DAMAGED", "AUTH_PENDING")
def keys_could_not_be_seen():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["keys"]["private"] = {"present": None, "mode": None, "owner": None}
    return built


@case("CLOCK_SKEW", confidence="certain", next_rung=None)
def clock_ahead():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["clock_utc"] = "2025-11-16T08:05:02Z"
    return built


@neighbour("CLOCK_SKEW", "AUTH_PENDING")
def clock_within_bounds():
    built = estate()
    built.down(HOST, "i")
    built.rmc(HOST)["security"]["clock_utc"] = "2025-11-16T08:04:58Z"
    return built


def old_level_pending(mode):
    built = estate()
    built.down(HOST, "i")
    for row in built.rmc(HOST)["filesets"]:
        row["level"] = "3.1.4.0"
    for result in built.hmcs.values():
        result["hmc"]["security_mode"] = mode
    return built


@case("SECURITY_MODE", confidence="certain", next_rung=None)
def old_level_shut_out():
    return old_level_pending("nist_sp800_131a")


@neighbour("SECURITY_MODE", "AUTH_PENDING")
def old_level_and_an_hmc_that_shuts_nobody_out():
    return old_level_pending("legacy")


@case("SECURITY_MODE", "AUTH_PENDING", next_rung="recycle")
def old_level_and_a_mode_that_nobody_told():
    return old_level_pending(None)


@case("SECURITY_MODE", "AUTH_PENDING", confidence="possible")
def old_level_and_a_mode_that_nobody_told_soon_after_a_start():
    built = old_level_pending(None)
    built.rmc(HOST)["rmcd"]["seconds"] = 200
    return built


@case("SECURITY_MODE", confidence="certain")
def old_level_shut_out_by_one_of_two():
    built = old_level_pending("legacy")
    built.hmcs["hmcbeta"]["hmc"]["security_mode"] = "NIST_SP800_131A"
    return built


@neighbour("SECURITY_MODE", "AUTH_PENDING")
def new_level_pending():
    built = estate()
    built.down(HOST, "i")
    return built


def twins():
    built = estate()
    node_id = built.rmc("lpar2")["node_id"]
    built.rmc(HOST)["node_id"] = dict(node_id)
    built.down(HOST, "Z", path=None)
    return built


@case("NODE_ID_DUPLICATE", confidence="certain", next_rung=None)
def one_id_on_two_hosts():
    return twins()


@case("NODE_ID_DUPLICATE", next_rung="reset_new_id")
def the_clone_names_the_original():
    built = twins()
    for entry in built.rmc(HOST)["control_points"]:
        entry.update(node_names=["lpar2"])
    return built


@case("NODE_ID_DUPLICATE")
def one_id_and_seen_active():
    built = estate()
    built.rmc(HOST)["node_id"] = dict(built.rmc("lpar2")["node_id"])
    return built


@case("NODE_ID_DUPLICATE", confidence="possible", next_rung=None, blocked_by=["no_rung"])
def token_z_and_no_twin_in_sight():
    built = estate()
    built.down(HOST, "Z")
    return built


@case("NODE_ID_DUPLICATE", "CLOCK_SKEW")
def token_z_and_no_twin_in_sight_gives_way_to_what_was_seen():
    built = estate()
    built.down(HOST, "i", "hmcalpha")
    built.down(HOST, "Z", "hmcbeta")
    built.rmc(HOST)["security"]["clock_utc"] = "2025-11-16T08:10:00Z"
    return built


@neighbour("NODE_ID_DUPLICATE", "WRONG_HOST")
def one_partition_under_two_names():
    built = estate()
    built.hosts[HOST] = dict(built.hosts["lpar2"])
    return built


@case("NODE_ID_INCONSISTENT", next_rung="reset_keep_id")
def working_copy_differs():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["node_id"].update(var_ct="00000000000000ff", consistent=False)
    return built


@case("NODE_ID_INCONSISTENT", next_rung="reset_new_id")
def copy_in_etc_gone():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["node_id"].update(etc=None, consistent=False)
    return built


@neighbour("NODE_ID_INCONSISTENT", "NETWORK_UDP_BLOCKED")
def one_copy_not_readable():
    built = estate()
    built.down(HOST)
    built.rmc(HOST)["node_id"].update(var_ct=None, consistent=None)
    return built


# --- 2.6 -----------------------------------------------------------------------------------------------------------------

@case("MCP_RESIDUE", "HEALTHY")
def retired_hmc_beside_a_live_one():
    built = estate()
    built.retired_record(HOST)
    return built


@neighbour("MCP_RESIDUE", "UNDETERMINED")
def that_hmc_is_alive():
    built = estate(hmcs=("hmcalpha",))
    built.retired_record(HOST)
    built.retired_record("lpar2", token="I", path="open")
    return built


@case("CONFIGRM_NOISE", "HEALTHY")
def config_rm_without_basic():
    built = estate()
    built.subsystem(HOST, "IBM.ConfigRM", "inoperative")
    built.rmc(HOST)["filesets"] = [row for row in built.rmc(HOST)["filesets"] if row["name"] != "rsct.basic.rte"]
    return built


@neighbour("CONFIGRM_NOISE", "HEALTHY")
def config_rm_with_basic():
    built = estate()
    built.subsystem(HOST, "IBM.ConfigRM", "inoperative")
    return built


def in_cluster(online):
    built = estate()
    built.rmcd_stopped(HOST)
    built.rmc(HOST)["cluster"] = {"member": True, "online": online, "evidence": [{"source": "lsrpdomain", "detail": "peer domain dbpair_dom Online"}]}
    return built


@case("CLUSTERED", "RSCT_DOWN", next_rung="start", blocked_by=["cluster_member"])
def powerha_node():
    return in_cluster(True)


@neighbour("CLUSTERED", "RSCT_DOWN")
def no_cluster():
    return rmcd_stopped()


@case("CLUSTERED_OFFLINE", "RSCT_DOWN", blocked_by=["cluster_member"])
def peer_domain_offline():
    return in_cluster(False)


@neighbour("CLUSTERED_OFFLINE", "RSCT_DOWN")
def peer_domain_online():
    return in_cluster(True)


@case("IN_BAND", "HEALTHY")
def in_band_flag():
    return in_band_estate("active", "I")


@neighbour("IN_BAND", "HEALTHY")
def no_in_band():
    return estate()


@case("PARTIAL_HMC", "UNDETERMINED")
def one_of_two_answered():
    return one_hmc_silent()


@neighbour("PARTIAL_HMC", "HEALTHY")
def both_answered():
    return estate()


@case("FLAPPING", "NODE_ID_DUPLICATE")
def token_z():
    return twins()


@neighbour("FLAPPING", "HEALTHY")
def steady():
    return estate()


@pytest.mark.parametrize(
    ("code", "verdict", "build"),
    [
        ("REMOTE_DISABLED", "HEALTHY", in_band_beside_ip),
        ("REMOTE_DISABLED", "UNKNOWN", lambda: in_band_beside_ip(hmc_active=False)),
        ("REMOTE_DISABLED", "IN_BAND_DOWN", lambda: in_band_beside_ip("inoperative", hmc_active=False)),
        ("NETWORK_TCP_BLOCKED", "UNKNOWN", lambda: blocked(in_band_beside_ip(token="O", tcp=True))),
        ("NETWORK_TCP_BLOCKED", "UNKNOWN", lambda: blocked(in_band_beside_ip(hmc_active=False, token="O", tcp=True))),
        ("NETWORK_UDP_BLOCKED", "UNKNOWN", lambda: in_band_beside_ip(hmc_active=False, token="O", tcp=True)),
        ("PORT_CONFLICT", "HEALTHY", lambda: with_foreign_sender(in_band_beside_ip())),
        ("RECYCLED_IP", "UNKNOWN", lambda: with_dead_partition(in_band_beside_ip(hmc_active=False))),
    ],
)
def test_in_band_neither_port_657_nor_an_address_decides(code, verdict, build):
    host = told(build())
    assert host["verdict"] == verdict
    note = next(finding for finding in host["findings"] if finding["code"] == code)
    assert (note["severity"], note["confidence"], note["remedy"]["rung"], note["blocked_by"]) == ("note", "possible", None, [])
    assert "flows" not in note and "in-band" in note["remedy"]["text"]


def test_in_band_a_closed_ip_path_forbids_no_repair():
    built = blocked(in_band_beside_ip(tcp=True))
    for row in built.rows(HOST):
        row.update(dlpar_mem=0, dlpar_proc=0, dlpar_io=0, raw_connection={"active": True, "dcaps": "0x0"})
    built.subsystem(HOST, "IBM.DRM", "inoperative")
    host = told(built)
    assert (host["verdict"], host["next_rung"], host["blocked_by"]) == ("DRM_DOWN", "start", [])


def test_in_band_an_address_that_the_hmc_keeps_is_no_stale_one():
    built = in_band_beside_ip(hmc_active=False)
    for row in built.rows(HOST):
        row["rmc_ipaddr"] = "192.0.2.77"
    assert "STALE_ADDRESS" not in [finding["code"] for finding in told(built)["findings"]]


def test_in_band_partitions_without_the_port_count_when_an_hmc_loses_its_partitions():
    built = estate()
    for host in built.hosts:
        built.rmc(host)["in_band"] = {"status": "active", "hmcs": ["hmcalpha"]}
        built.rmc(host)["listeners"]["tcp_657"] = False
        built.down(host, hmc="hmcalpha")
    assert told(built)["verdict"] == "HMC_WIDE"


def blocked(built):
    built.path(HOST, "timeout")
    return built


def with_foreign_sender(built):
    built.rmc(HOST)["rmcd_log"] = [FOREIGN] * 3
    return built


def with_dead_partition(built):
    for hmc in built.hmcs:
        built.add_row(hmc, "dead", 31, "192.0.2.21", state="Not Activated", rmc_state="inactive", dlpar_mem=0, dlpar_proc=0, dlpar_io=0)
    return built


PARAMETERS = [pytest.param(code, *entry, id="%s-%s" % (code, entry[0].__name__)) for code, entries in CASES.items() for entry in entries]


@pytest.mark.parametrize(("code", "build", "fires", "verdict", "expected"), PARAMETERS)
def test_rule(code, build, fires, verdict, expected):
    host = told(build())
    codes = [finding["code"] for finding in host["findings"]]
    assert (code in codes) is fires, codes
    assert host["verdict"] == verdict, codes
    assert codes[0] == verdict
    for key, value in expected.items():
        assert host[key] == value, (key, host[key])


@pytest.mark.parametrize("code", CODES + ADVISORIES)
def test_every_code_has_a_rule_and_both_kinds_of_cases(code):
    assert REGISTRY[code].__name__ == code.lower()
    assert any(entry[1] for entry in CASES[code]), "no case that fires"
    assert any(not entry[1] for entry in CASES[code]), "no neighbour"


@pytest.mark.parametrize("build", [entry[0] for entries in CASES.values() for entry in entries if entry[1]], ids=lambda build: build.__name__)
def test_what_an_administrator_reads(build):
    host = told(build())
    for finding in host["findings"]:
        assert finding["summary"].endswith((".", "!")) and len(finding["summary"]) < 400
        assert finding["evidence"] and all(entry["source"] and entry["detail"] for entry in finding["evidence"])
        assert finding["remedy"]["text"] or finding["severity"] == "note" or finding["code"] in ("PARTIAL_HMC", "FLAPPING", "CLUSTERED_OFFLINE")
        assert "None" not in finding["summary"] + finding["remedy"]["text"]


def test_flapping_from_earlier_reports():
    reports = []
    for minute, state in ((10, "inactive"), (25, "active"), (40, "inactive")):
        built = estate()
        if state == "inactive":
            built.down(HOST)
        survey = built.survey()
        survey["collected_at"] = NOW.replace("08:00", "07:%02d" % minute)
        reports.append(diagnose(survey))
    assert "FLAPPING" in told(estate(), previous=reports)["flags"]
    assert "FLAPPING" not in told(estate(), previous=reports[-1:])["flags"]


def test_a_single_young_sample_of_token_i_is_only_possible_and_a_second_one_makes_it_certain():
    def pending(at):
        built = estate()
        built.down(HOST, "i")
        built.rmc(HOST)["rmcd"]["seconds"] = 200
        built.rmc(HOST)["collected_at"] = at
        built.rmc(HOST)["security"]["clock_utc"] = at
        survey = built.survey()
        survey["collected_at"] = at
        return survey

    first = diagnose(pending("2025-11-16T07:58:00Z"))
    host = first["hosts"][0]
    assert (host["verdict"], host["confidence"]) == ("AUTH_PENDING", "possible")
    second = diagnose(pending(NOW), previous=first)
    assert (second["hosts"][0]["verdict"], second["hosts"][0]["confidence"]) == ("AUTH_PENDING", "certain")


def test_without_identity_a_name_is_a_hint_and_no_more():
    built = estate()
    built.unreachable(HOST, expected=False)
    host = told(built)
    assert host["verdict"] == "UNDETERMINED" and host["hmc_states"] == {}
    assert any(entry["source"] == "hint by name only" for entry in host["findings"][0]["evidence"])


def test_an_earlier_report_knows_who_an_unreachable_host_is():
    before = diagnose(estate().survey())
    built = not_activated()
    built.hosts[HOST]["expected"] = None
    assert told(built, previous=before)["verdict"] == "NOT_RUNNING"


def test_estate_class_is_healthy_by_itself():
    assert told(Estate_with_one())["verdict"] == "HEALTHY"


def Estate_with_one():
    built = Estate()
    built.add(HOST, 1)
    return built
