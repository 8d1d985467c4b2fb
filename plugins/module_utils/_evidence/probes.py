# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what is asked of an LPAR, as one table that both collectors work through.

A probe is plain data, so that a program in any language can execute it:
  name   key of its record among the raw records
  kind   command (argv), file (path; first bytes, or last ones with tail), attributes (path), or
         children (path, having: the directories in path that have such an entry)
  stage  probes of one stage run side by side, the stages one after the other
  slow   gets twice the deadline
  partial  what the output must match to count though the command returns an error, which says that some of it is missing or bad
  keep   only the lines of stdout that match travel
  limit  bytes of output that travel
  when   [[probe, matches, regex]]: run it if any of these holds for the output of a probe of an earlier stage

On AIX forks are dear: a healthy partition answers with the commands of stage 1 alone.
Regular expressions are for single lines ((?m) is understood) and restricted to what Perl 5.8 and Python share.
"""

from __future__ import annotations

import re

STAGES = (1, 2, 3)
SIDE_BY_SIDE = 8
LIMIT = 256 * 1024
# What is read of a command before lines are picked from it.
READ_LIMIT = 4 * 1024 * 1024
MAX_ADDRESSES = 16

DEFAULTS = {
    "deadline": 15,
    "connect_timeout": 5,
    "rmc_port": 657,
    "var_ct": "/var/ct",
    "ct_node_id_file": "/etc/ct_node_id",
    "hmc_addresses": (),
}

# Processes that tell of work in progress, by the names in activity.py; pid 1 tells the uptime.
_PS_KEEP = r"^\s*\S+\s+(?:PID|1)\s|[/\s](?:rmcd|drmgr|drslot|lvup|liveupdate|installp|geninstall|install_all|emgr|updateios|mksysb|savevg|backup|alt_|nimadm)"
_ERRPT_KEEP = r"^(?!573790AA)[0-9A-F]{8}\s+[0-9]{10}\s+\S\s+\S\s+(?:RMCdaemon|ConfigRM|StorageRM|cthags|SRC|pmig|SYSJ2|DRMGR)\s"

# Not every management control point is up: then, and only then, the reasons are looked for.
_NOT_ALL_UP = [
    ["rmcdomainstatus", True, r"(?m)^\s*[iOXZ]\s+\S\s"],
    ["rmcdomainstatus", False, r"(?m)Management Control Points[^\n]*\n(?:.*\n)*?\s*I\s+\S\s"],
]

PROBES = [
    {"name": "lssrc", "argv": ["lssrc", "-a"]},
    {"name": "ps", "argv": ["ps", "-e", "-o", "user,pid,etime,args"], "keep": _PS_KEEP},
    {"name": "rmcdomainstatus", "argv": ["rmcdomainstatus", "-s", "ctrmc"]},
    {"name": "lsrsrc", "argv": ["lsrsrc", "IBM.MCP"]},
    {"name": "netstat_an", "argv": ["netstat", "-an"], "keep": r"^Proto|^(?:tcp|udp)\S*\s.*[.]{rmc_port}\s"},
    {"name": "netstat_ni", "argv": ["netstat", "-ni"]},
    {"name": "ifconfig", "argv": ["ifconfig", "-a"]},
    {
        "name": "lslpp",
        "argv": ["lslpp", "-Lcq", "rsct.*", "devices.chrp.base.ServiceRM", "csm.client", "cluster.es.server.rte", "sam.core.rte", "gpfs.base", "ios.cli.rte"],
        "slow": True,
        "partial": r"0504-132",
    },
    {"name": "df", "argv": ["df", "-k", "/", "/var", "/tmp", "{var_ct}"], "partial": r"(?m)^Filesystem\s"},
    {"name": "errpt", "argv": ["errpt"], "keep": _ERRPT_KEEP, "limit": 16 * 1024},
    {"name": "lsattr_sys0", "argv": ["lsattr", "-El", "sys0"], "keep": r"^(?:systemid|modelname)\s"},
    {"name": "uname", "argv": ["uname", "-L"]},
    {"name": "oslevel", "argv": ["oslevel", "-s"], "slow": True},
    {"name": "lsnodeid", "argv": ["lsnodeid"]},
    {"name": "ct_clusterinfo", "argv": ["ct_clusterinfo", "-c"]},
    {"name": "lsrpdomain", "argv": ["lsrpdomain"]},
    {"name": "odmget_cluster0", "argv": ["odmget", "-q", "name=cluster0", "CuAt"]},
    {"name": "odmget_ctrmc", "argv": ["odmget", "-q", "subsysname=ctrmc", "SRCsubsys"]},
    {"name": "lspv", "argv": ["lspv"], "keep": r"\scaavg"},
    {"name": "node_id_etc", "kind": "file", "path": "{ct_node_id_file}", "limit": 4096},
    {"name": "node_id_var_ct", "kind": "file", "path": "{var_ct}/cfg/ct_node_id", "limit": 4096},
    {"name": "rmcd_log", "kind": "file", "path": "{var_ct}/IW/log/mc/default", "limit": 64 * 1024, "tail": True, "keep": r"2610-217"},
    {"name": "private_key", "kind": "attributes", "path": "{var_ct}/cfg/ct_has.qkf"},
    {"name": "public_key", "kind": "attributes", "path": "{var_ct}/cfg/ct_has.pkf"},
    {"name": "trusted_host_list", "kind": "attributes", "path": "{var_ct}/cfg/ct_has.thl"},
    {"name": "peer_domain_trees", "kind": "children", "path": "{var_ct}", "having": "registry"},
    # Levels without IBM.MCP (AIX 5.3, 6.1 TL5) have this class in its place.
    {"name": "lsrsrc_management_server", "argv": ["lsrsrc", "IBM.ManagementServer"], "stage": 2, "when": [["lsrsrc", True, r"2612-023"]]},
    {"name": "lssrc_mcproxy", "argv": ["lssrc", "-ls", "mcproxy"], "stage": 2, "when": [["lssrc", True, r"(?m)^\s*mcproxy\s.*\sactive\s*$"]]},
    {"name": "runact", "argv": ["runact", "-s", "NodeID != 0", "IBM.MCP", "GetNodeState"], "stage": 2, "when": _NOT_ALL_UP},
    {"name": "ctsvhbac", "argv": ["ctsvhbac"], "stage": 2, "partial": r"(?m)^\s*Status\s*:", "when": _NOT_ALL_UP},
    {"name": "lsdev_ipsec", "argv": ["lsdev", "-Cc", "ipsec"], "stage": 2, "when": _NOT_ALL_UP},
    {"name": "lsfilt", "argv": ["lsfilt", "-v4", "-a", "-O"], "stage": 3, "when": [["lsdev_ipsec", True, r"(?m)^\s*ipsec_v4\s+Available"]]},
]

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# The addresses to which a TCP connection is tried, side by side with stage 2.
PATHS = {
    "stage": 2,
    "probe": "lsrsrc",
    "line": r"^\s*(?:IPAddresses|HMCIPAddr|HMCAddIPs|HMCAddIPv6s)\s*=(.*)$",
    "address": r"(?:" + _OCTET + r"(?:[.]" + _OCTET + r"){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})",
}

# What the census of cluster.py is made of.
CLUSTER = ("lssrc", "rmcdomainstatus", "lsrsrc", "lslpp", "ct_clusterinfo", "lsrpdomain", "odmget_cluster0", "lspv", "peer_domain_trees")


def table(options=None):
    """The probes with every field set and the options filled in."""
    return [_complete(probe, dict(DEFAULTS, **(options or {}))) for probe in PROBES]


def named(name, options=None):
    """One probe of the table."""
    return next(probe for probe in table(options) if probe["name"] == name)


def seconds(probe, options):
    """The deadline of a probe."""
    return options["deadline"] * (2 if probe["slow"] else 1)


def longest(options):
    """After how many seconds the last probe has answered or was given up, even if all of them hang."""
    # Two more to end one that hangs.
    stages = [[seconds(probe, options) + 2 for probe in table(options) if probe["stage"] == stage] for stage in STAGES]
    return sum(sum(deadlines) // SIDE_BY_SIDE + max(deadlines) for deadlines in stages) + options["connect_timeout"]


def answered(probe, result):
    """Whether the output may be believed. One that was cut off, by a deadline, a signal or its length, lacks nobody knows what."""
    if result.outcome == "ok" or not probe["partial"]:
        return result.outcome == "ok"
    ended = result.outcome == "failed" and (result.rc or 0) > 0 and not result.truncated
    return ended and bool(result.stdout.strip()) and bool(re.search(probe["partial"], result.stdout + result.stderr))


def _complete(probe, options):
    whole = {
        "kind": "command",
        "argv": [],
        "path": "",
        "having": "",
        "stage": 1,
        "slow": False,
        "partial": "",
        "tail": False,
        "keep": "",
        "limit": LIMIT,
        "when": [],
    }
    whole.update(probe)
    for name in ("rmc_port", "var_ct", "ct_node_id_file"):
        mark, value = "{" + name + "}", str(options[name])
        for field in ("path", "keep"):
            whole[field] = whole[field].replace(mark, value)
        whole["argv"] = [word.replace(mark, value) for word in whole["argv"]]
    return whole
