# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices and partition: lsattr, lsdev, lsslot, lparstat, drmgr, and chdev of an MTU."""

from __future__ import annotations

from typing import List, Tuple

from .. import harm
from ..model import Reply
from .call import Call, always, command
from .src import has_caa

Row = Tuple[str, str, str, str]


def _attributes(call: Call, device: str) -> List[Row]:
    lpar = call.lpar
    model, _star, serial = lpar.machine.partition("*")
    if device == "sys0":
        return [("SW_dist_intr", "false", "Enable SW distribution of interrupts", "True"),
                ("fwversion", "IBM,FW1060.10 (NL1060_088)", "Firmware version and revision levels", "False"),
                ("modelname", "IBM," + model, "Machine name", "False"),
                ("os_uuid", "5f0c7a32-1d9e-4c1e-9f2a-%012x" % lpar.lpar_id, "N/A", "True"),
                ("realmem", str(lpar.memory_mb[1] * 1024), "Amount of usable physical memory in Kbytes", "False"),
                ("systemid", "IBM,02" + serial, "Hardware system identifier", "False")]
    if device == "mem0":
        size = str(lpar.memory_mb[1])
        return [("ent_mem_cap", "", "I/O memory entitlement in Kbytes", "False"), ("goodsize", size, "Amount of usable physical memory in Mbytes", "False"),
                ("mem_exp_factor", "", "Memory expansion factor", "False"), ("size", size, "Total amount of physical memory in Mbytes", "False"),
                ("var_mem_weight", "", "Variable memory capacity weight", "False")]
    for each in lpar.interfaces:
        if each.name == device:
            return [("mtu", str(each.mtu), "Maximum IP Packet Size for This Device", "True"),
                    ("netaddr", each.addresses[0] if each.addresses else "", "Internet Address", "True"),
                    ("netmask", "255.255.255.0", "Subnet Mask", "True"), ("state", "up", "Current Interface Status", "True")]
    cluster = call.estate.clusters.get(lpar.cluster or "")
    if device == "cluster0" and cluster and cluster.caa:
        return [("clvdisk", "00f0a100-0000-0000-0000-%012x" % lpar.lpar_id, "Cluster repository disk identifier", "True"),
                ("node_uuid", "5f0c7a32-1d9e-11ee-8001-%012x" % lpar.lpar_id, "OS image identifier", "True")]
    return []


@command("lsattr")
def lsattr(call: Call) -> Reply:
    flags, _rest = call.options("EDOHl:a:F:R")
    device = flags.get("-l", "")
    rows = _attributes(call, device)
    if not rows:
        return call.fail("no_device", name=device)
    wanted = [value for flag, value in zip(call.args, call.args[1:]) if flag == "-a"]
    rows = [row for row in rows if not wanted or row[0] in wanted]
    if flags.get("-F") == "value":
        return Reply("".join(row[1] + "\n" for row in rows))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return Reply("".join("%s %s\n" % (" ".join(row[column].ljust(widths[column]) for column in range(3)), row[3]) for row in rows))


@command("chdev", root=True, changes=always)
def chdev(call: Call) -> Reply:
    flags, _rest = call.options("l:a:PTU")
    name, _equals, value = flags.get("-a", "").partition("=")
    if flags.get("-l") == "cluster0" and has_caa(call):
        harm.unclustered(call.estate, call.lpar, "chdev -l cluster0")
        return Reply("cluster0 changed\n")
    for each in call.lpar.interfaces:
        if each.name == flags.get("-l") and name == "mtu" and value.isdigit():
            each.mtu = int(value)
            return Reply("%s changed\n" % each.name)
    return Reply(stderr="chdev: 0514-018 The values specified for the attributes are not valid.\n", rc=1)


@command("lsdev")
def lsdev(call: Call) -> Reply:
    flags, _rest = call.options("Cc:s:t:l:SF:Hrp:")
    if flags.get("-c") == "ipsec" and call.lpar.ipsec_available:
        return Reply("ipsec_v4 Available  IP Version 4 Security Extension\nipsec_v6 Available  IP Version 6 Security Extension\n")
    if flags.get("-c") == "if":
        return Reply("".join("%s Available  Standard Ethernet Network Interface\n" % each.name for each in call.lpar.interfaces))
    return Reply()


@command("lsslot")
def lsslot(call: Call) -> Reply:
    return Reply("# Slot                    Description       Device(s)\nU9105.22A.78F0A10-V%d-C0  Virtual I/O Slot  vsa0\n" % call.lpar.lpar_id)


@command("drmgr")
def drmgr(call: Call) -> Reply:
    """On AIX it only manages DR scripts."""
    if "-l" not in call.args:
        return Reply(stderr="drmgr: 0930-001 Usage: drmgr {-l | -i script | -u script | -R dir | -S id | -b}\n", rc=1)
    registered = bool(call.lpar.rsct_level())
    return Reply("DR Install Root Directory: /usr/lib/dr/scripts\nSyslog ID: DRMGR\n%s\n%s" % ("-" * 60, call.say("mdsdr") if registered else ""))


@command("lparstat")
def lparstat(call: Call) -> Reply:
    lpar = call.lpar
    least, online, most = lpar.memory_mb
    if "-i" not in call.args:
        return Reply("System configuration: type=Shared mode=Uncapped smt=8 lcpu=32 mem=%dMB psize=20 ent=0.40\n" % online)
    rows = [
        ("Node Name", lpar.hostname), ("Partition Name", lpar.name), ("Partition Number", str(lpar.lpar_id)), ("Type", "Shared-SMT-8"), ("Mode", "Uncapped"),
        ("Entitled Capacity", "0.40"), ("Partition Group-ID", str(32768 + lpar.lpar_id)), ("Shared Pool ID", "0"), ("Online Virtual CPUs", "4"),
        ("Maximum Virtual CPUs", "12"), ("Minimum Virtual CPUs", "1"), ("Online Memory", "%d MB" % online), ("Maximum Memory", "%d MB" % most),
        ("Minimum Memory", "%d MB" % least), ("Variable Capacity Weight", "128"), ("Minimum Capacity", "0.10"), ("Maximum Capacity", "6.00"),
        ("Capacity Increment", "0.01"), ("Maximum Physical CPUs in system", "40"), ("Active Physical CPUs in system", "24"), ("Active CPUs in Pool", "20"),
        ("Shared Physical CPUs in system", "20"), ("Maximum Capacity of Pool", "2000"), ("Entitled Capacity of Pool", "1180"), ("Unallocated Capacity", "0.00"),
        ("Physical CPU Percentage", "10.00%"), ("Unallocated Weight", "0"), ("Memory Mode", "Dedicated"), ("Total I/O Memory Entitlement", "-"),
        ("Variable Memory Capacity Weight", "-"), ("Memory Pool ID", "-"), ("Physical Memory in the Pool", "-"), ("Desired Virtual CPUs", "4"),
        ("Desired Memory", "%d MB" % online), ("Desired Variable Capacity Weight", "128"), ("Desired Capacity", "0.40"), ("Power Saving Mode", "Disabled")]
    return Reply("".join("%-43s: %s\n" % row for row in rows))


# --- what Ansible's own setup module asks of AIX ----------------------------------------------------------------------

@command("bootinfo", "getconf")
def bootinfo(call: Call) -> Reply:
    return Reply("chrp\n" if call.args in (["-p"], ["MACHINE_ARCHITECTURE"]) else "64\n")


@command("lsvg")
def lsvg(call: Call) -> Reply:
    if "-p" not in call.args:
        return Reply("rootvg\ndatavg\n")
    heading = "PV_NAME           PV STATE          TOTAL PPs   FREE PPs    FREE DISTRIBUTION\n"
    return Reply("".join("%s:\n%s%-17s active            546         120         00..00..00..26..94\n" % (group, heading, "hdisk%d" % number)
                         for number, group in enumerate(("rootvg", "datavg")) if group in call.args))


@command("lsps")
def lsps(call: Call) -> Reply:
    return Reply("Total Paging Space   Percent Used\n      4096MB               1%\n")


@command("vmstat")
def vmstat(call: Call) -> Reply:
    pages = call.lpar.memory_mb[1] * 256
    return Reply("%21d memory pages\n%21d lruable pages\n%21d free pages\n" % (pages, pages * 9 // 10, pages // 3))


@command("mount")
def mount(call: Call) -> Reply:
    rows = ["  node       mounted        mounted over    vfs       date        options      ",
            "-------- ---------------  ---------------  ------ ------------ --------------- "]
    rows += ["         %-16s %-16s jfs2   Nov 12 03:11 rw,log=/dev/hd8 " % (fs.device, fs.mount) for fs in call.lpar.filesystems]
    return Reply("\n".join(rows) + "\n")
