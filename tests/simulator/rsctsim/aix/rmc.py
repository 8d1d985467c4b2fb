# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RMC: rmcctrl, rmcdomainstatus, rmcrefreshMD and the resource commands lsrsrc, chrsrc, rmrsrc, refrsrc, runact."""

from __future__ import annotations

import getopt
import re
from typing import Dict, List, Optional, Union

from .. import daemons, harm, identity, link, subsystems
from ..model import McpRecord, Reply
from . import src
from .call import Call, always, command, given, unless_help

Value = Union[str, int, List[str]]

RMCCTRL_FLAGS = "aAdskKzpPqQm:M:b:Bt:Tu:Uv:Vw:WxXh"
STOPPING = {"-k", "-K", "-z"}
CLASSES = ("IBM.Association", "IBM.AuditLog", "IBM.Condition", "IBM.DRM", "IBM.EthernetDevice", "IBM.FileSystem", "IBM.Host", "IBM.LPCommands", "IBM.MCP",
           "IBM.ManagedNode", "IBM.Sensor")


@command("rmcctrl", rsct=True, root=True, changes=unless_help)
def rmcctrl(call: Call) -> Reply:
    """Documented exit codes are 0 and 1 only, and one flag a call."""
    try:
        flags, rest = call.options(RMCCTRL_FLAGS)
    except getopt.GetoptError:
        flags, rest = {}, call.args
    if "-h" in flags:
        return Reply(call.say("rmcctrl_usage"))
    if len(flags) != 1 or rest:
        return call.fail("rmcctrl_usage")
    (flag, value), = flags.items()
    return _rmcctrl(call, flag, value)


def _rmcctrl(call: Call, flag: str, value: str) -> Reply:
    lpar, loaded = call.lpar, call.lpar.loaded
    if flag in ("-a", "-A"):
        said = "".join(call.say("added", name=name) for name in daemons.define_rsct(lpar) if name == "ctrmc")
        lpar.inittab_ctrmc = True
        if flag == "-a":
            return Reply(said)
        started = src.start(call, "ctrmc")
        return Reply((said or call.say("added", name="ctrmc")) + started.stdout if not started.rc else said, started.stderr, started.rc)
    if flag == "-d":
        if "ctrmc" not in lpar.subsystems:
            return call.fail("not_on_file", name="ctrmc")
        daemons.stop_all(lpar, call.now)
        lpar.subsystems.pop("ctrmc")
        lpar.inittab_ctrmc = False
        harm.stopped(call.estate, lpar, "rmcctrl -d")
        return Reply(call.say("deleted"))
    if flag == "-s":
        started = src.start(call, "ctrmc")
        return Reply(stderr=started.stderr, rc=started.rc)
    if flag in STOPPING:
        return _stop(call, flag)
    if flag in ("-q", "-Q"):
        lpar.remote_next = flag == "-q"
        return Reply()
    if flag == "-M":
        lpar.daemon_policy_next = value
        return Reply()
    if loaded is None and flag in ("-p", "-P", "-m"):
        return call.fail("not_passed", name="ctrmc")
    if flag in ("-p", "-P"):        # the run-time setting; whether it outlives a restart is not documented
        loaded.remote = flag == "-p"
        if call.estate.remote_persists:
            lpar.remote_next = loaded.remote
    elif flag == "-m":
        loaded.client_policy = lpar.client_policy_next = value
    return Reply()


def _stop(call: Call, flag: str) -> Reply:
    lpar = call.lpar
    if flag == "-k":
        subsystems.stop(lpar, "ctrmc", call.now)
    else:
        daemons.stop_all(lpar, call.now)
    harm.stopped(call.estate, lpar, "rmcctrl " + flag)
    return Reply(delay=0.1 * call.estate.settle if flag == "-z" else 0.0)


@command("rmcrefreshMD", rsct=True, root=True, changes=always)
def rmcrefreshmd(call: Call) -> Reply:
    if not call.ready():
        return Reply(stderr=call.say("not_passed", name="ctrmc"), rc=1)
    daemons.refresh_domain(call.estate, call.lpar, call.now)
    return Reply()


@command("rmcdomainstatus", rsct=True, root=True)
def rmcdomainstatus(call: Call) -> Reply:
    call.options("s:a:")
    lpar = call.lpar
    if not call.ready():
        return call.fail("not_passed", name="ctrmc")
    link.observe(call.estate, call.now, lpar)
    form, blank = ("   %s %s  0x%s %04d  %s", "") if call.estate.variant == "wide" else ("  %s %s  0x%s  %04d  %s", "\n")
    sections = []
    cluster = call.estate.clusters.get(lpar.cluster or "")
    if cluster and cluster.online and cluster.kind != "ssp":
        rows = []
        for number, name in enumerate(cluster.members, 1):
            other = call.estate.lpars.get(name)
            itself = name == lpar.name
            up = other is None or (other.up and not other.wrecked and other.loaded is not None)
            rows.append(_peer_row(form, call, name, number, itself, up))
        sections.append("\n".join(["Peer Domain Status"] + rows))
    points = link.tokens(call.estate, lpar, call.now)
    if points:
        rows = [form % (token, queue, record.node_id, number, record.hmc_ip_addr or record.key_token)
                for number, (record, token, queue) in enumerate(points, 1)]
        sections.append("\n".join(["Management Domain Status: Management Control Points"] + rows))
    return Reply("".join(blank + section + "\n" for section in sections))


def _peer_row(form: str, call: Call, name: str, number: int, itself: bool, up: bool) -> str:
    other = call.estate.lpars.get(name)
    node_id = other.loaded.node_id if other and other.loaded and other.loaded.node_id else "%016x" % (0xA100000000000000 + number)
    return form % ("S" if itself else "I" if up else "O", "S" if itself else "A", node_id, number, name)


# --- resources ---------------------------------------------------------------------------------------------------------

def mcp_attributes(call: Call, record: McpRecord) -> Dict[str, Value]:
    values: Dict[str, Value] = {
        "MNName": record.mn_name, "NodeID": int(record.node_id, 16), "KeyToken": record.key_token, "IPAddresses": record.ip_addresses,
        "ConnectivityNames": record.connectivity_names, "HMCName": record.hmc_name, "HMCIPAddr": record.hmc_ip_addr, "HMCAddIPs": record.hmc_add_ips,
        "HMCAddIPv6s": record.hmc_add_ipv6s, "ActivePeerDomain": record.active_peer_domain, "NodeNameList": record.node_names}
    if call.lpar.oslevel.startswith("7300"):
        values["ActiveCommMode"] = record.comm_mode
    return values


def _shown(value: Value) -> str:
    if isinstance(value, list):
        return "{%s}" % ",".join('"%s"' % each for each in value)
    return str(value) if isinstance(value, int) else '"%s"' % value


TERM = re.compile(r"""^\s*(\w+)\s*(==|=\?|!=|like|LIKE)\s*(?:"([^"]*)"|'([^']*)'|(\S+))\s*$""")


def selects(selection: str, values: Dict[str, Value]) -> bool:
    """A selection string: comparisons joined by && (that much of the language is needed here)."""
    for part in re.split(r"&&|\band\b", selection):
        found = TERM.match(part)
        if not found:
            return False
        name, operator = found.group(1), found.group(2)
        wanted = next((group for group in found.groups()[2:] if group is not None), "")
        if name not in values:
            return False
        value = values[name]
        texts = [str(each) for each in value] if isinstance(value, list) else [str(value)]
        if operator == "!=":
            matches = wanted not in texts
        elif operator in ("like", "LIKE", "=?"):
            matches = any(re.fullmatch(wanted.replace("%", ".*"), each) for each in texts)
        else:
            matches = wanted in texts
        if not matches:
            return False
    return True


def _no_session(call: Call) -> Optional[Reply]:
    return None if call.ready() else call.fail("no_session", api=call.name + "-api", command=call.name)


def classes(call: Call) -> Dict[str, None]:
    old = call.lpar.domain_manager != "IBM.MgmtDomainRM"
    return dict.fromkeys("IBM.ManagementServer" if old and name == "IBM.MCP" else name for name in CLASSES)


def server_attributes(call: Call, record: McpRecord) -> Dict[str, Value]:
    """IBM.ManagementServer, the class before IBM.MCP."""
    return {"Name": record.hmc_ip_addr, "Hostname": record.hmc_ip_addr, "ManagerType": "HMC", "LocalHostname": record.mn_name,
            "ClusterTM": "9078-160", "ClusterSNum": "", "ActivePeerDomain": record.active_peer_domain, "NodeNameList": record.node_names}


@command("lsrsrc", "lsrsrc-api", rsct=True)
def lsrsrc(call: Call) -> Reply:
    flags, rest = call.options("s:aA:clitdD:xhTV")
    refused = _no_session(call)
    if refused:
        return refused
    if not rest:
        return Reply("class_name\n" + "".join('"%s"\n' % name for name in classes(call)))
    name, wanted = rest[0], rest[1:]
    attributes = {"IBM.MCP": mcp_attributes, "IBM.ManagementServer": server_attributes}.get(name)
    if name not in classes(call) or name in call.lpar.broken_classes or (attributes and not call.lpar.active(call.lpar.domain_manager)):
        return call.fail("not_found", command="lsrsrc-api", api="lsrsrc-api")
    link.observe(call.estate, call.now, call.lpar)
    rows = [attributes(call, record) for record in call.lpar.loaded.mcps] if attributes else []
    rows = [row for row in rows if "-s" not in flags or selects(flags["-s"], row)]
    if any(attribute not in rows[0] for attribute in wanted) if rows else False:
        return call.fail("not_found", rc=5, command="lsrsrc-api", api="lsrsrc-api")
    rows = [{attribute: row[attribute] for attribute in wanted or row} for row in rows]
    if "-d" in flags or "-D" in flags:
        return Reply(_delimited(rows, wanted, flags))
    return Reply(_long(name, rows, "-x" in flags))


def _long(name: str, rows: List[Dict[str, Value]], bare: bool) -> str:
    lines = [] if bare else ["Resource Persistent Attributes for %s" % name]
    for number, row in enumerate(rows, 1):
        width = max(len(attribute) for attribute in row)
        lines += ["resource %d:" % number] + ["        %s = %s" % (attribute.ljust(width), _shown(value)) for attribute, value in row.items()]
    return "".join(line + "\n" for line in lines)


def _delimited(rows: List[Dict[str, Value]], wanted: List[str], flags: Dict[str, str]) -> str:
    mark = flags.get("-D", ":")
    lines = [] if "-x" in flags else ["Resource Persistent Attributes for IBM.MCP", mark.join(wanted or (list(rows[0]) if rows else [])) + mark]
    lines += [mark.join(_shown(value).strip('"') for value in row.values()) + mark for row in rows]
    return "".join(line + "\n" for line in lines)


ASSIGNMENT = re.compile(r"^\s*(\w+)\s*=\s*(.*?)\s*$")
FIELDS = {"MNName": "mn_name", "KeyToken": "key_token", "IPAddresses": "ip_addresses", "ConnectivityNames": "connectivity_names", "HMCName": "hmc_name",
          "HMCIPAddr": "hmc_ip_addr", "HMCAddIPs": "hmc_add_ips", "HMCAddIPv6s": "hmc_add_ipv6s", "NodeNameList": "node_names"}


def _assign(record: McpRecord, line: str) -> None:
    found = ASSIGNMENT.match(line)
    if not found:
        return
    name, text = found.groups()
    if name == "NodeID":
        record.node_id = "%016x" % int(text.strip("\"'"), 0)
    elif name in FIELDS:
        is_list = isinstance(getattr(record, FIELDS[name]), list)
        value = [each.strip(" \"'") for each in text.strip("{}").split(",") if each.strip(" \"'")] if is_list else text.strip("\"'")
        setattr(record, FIELDS[name], value)


def _selected(call: Call, selection: str) -> List[McpRecord]:
    link.observe(call.estate, call.now, call.lpar)
    return [record for record in call.lpar.loaded.mcps if selects(selection, mcp_attributes(call, record))]


def _change_refused(call: Call, rest: List[str]) -> Optional[Reply]:
    refused = _no_session(call)
    if refused is None and not call.root:
        refused = call.fail("not_authenticated", command=call.name, api=call.name + "-api")
    if refused is None and (rest[:1] != ["IBM.MCP"] or "IBM.MCP" not in classes(call)):
        refused = call.fail("not_found", command=call.name + "-api", api=call.name + "-api")
    return refused


@command("chrsrc", rsct=True, changes=unless_help)
def chrsrc(call: Call) -> Reply:
    flags, rest = call.options("s:f:r:vchaTV")
    refused = _change_refused(call, rest)
    if refused:
        return refused
    lines = rest[1:]
    if "-f" in flags:
        lines = call.real_path(flags["-f"]).read_text(encoding="utf-8", errors="replace").splitlines()
    records = _selected(call, flags.get("-s", ""))
    if not records:
        return Reply(stderr=call.say("nothing_selected", command="chrsrc-api", api="chrsrc-api"), rc=6)
    for record in records:
        for line in lines:
            _assign(record, line)
    identity.write_registry(call.lpar)
    return Reply()


@command("rmrsrc", rsct=True, changes=unless_help)
def rmrsrc(call: Call) -> Reply:
    flags, rest = call.options("s:r:haTV")
    refused = _change_refused(call, rest)
    if refused:
        return refused
    records = _selected(call, flags.get("-s", ""))
    if not records:
        return Reply(stderr=call.say("nothing_selected", command="rmrsrc-api", api="rmrsrc-api"), rc=6)
    call.lpar.loaded.mcps = [record for record in call.lpar.loaded.mcps if record not in records]
    identity.write_registry(call.lpar)
    return Reply()


@command("refrsrc", rsct=True, changes=unless_help)
def refrsrc(call: Call) -> Reply:
    _flags, rest = call.options("haTV")
    return _change_refused(call, rest) or Reply()     # harmless, and no help [field EBOOK]


@command("runact", rsct=True, changes=given("SetSuspendState"))
def runact(call: Call) -> Reply:
    flags, rest = call.options("s:f:r:cn:dtD:xlhaTV")
    refused = _no_session(call)
    if refused:
        return refused
    if rest[:1] != ["IBM.MCP"] or len(rest) < 2 or "IBM.MCP" not in classes(call):
        return call.fail("not_found", command="runact-api", api="runact-api")
    loaded = call.lpar.loaded
    records = [record for record in loaded.mcps if "-s" not in flags or selects(flags["-s"], mcp_attributes(call, record))]
    action = rest[1]
    if action == "GetNodeState":
        lines = ["Resource Action Response for GetNodeState"]
        for number, record in enumerate(records, 1):
            lines += ["resource %d:" % number, "        NodeState = %d" % loaded.suspends(record)]
        return Reply("".join(line + "\n" for line in lines))
    if action != "SetSuspendState":
        return call.fail("not_found", rc=5, command="runact-api", api="runact-api")
    if not call.root:
        return call.fail("not_authenticated", command="runact-api", api="runact-api")
    return _set_suspend_state(call, records, rest[2:])


SUSPEND_STATE = re.compile(r"^\s*\w+\s*=\s*([01])\s*$")     # the name of the argument is not published


def _set_suspend_state(call: Call, records: List[McpRecord], arguments: List[str]) -> Reply:
    loaded, wanted = call.lpar.loaded, [SUSPEND_STATE.match(word) for word in arguments]
    if len(wanted) != 1 or not wanted[0]:
        return call.fail("bad_flag", rc=4, command="runact", flag=" ".join(arguments))
    if not records:
        return call.fail("nothing_selected", rc=6, command="runact-api", api="runact-api")
    if call.lpar.activity.lku:
        harm.interrupted(call.lpar, "SetSuspendState")
    chosen = {record.node_id for record in records}
    before = {record.node_id for record in loaded.mcps if loaded.suspends(record)}
    after = before | chosen if wanted[0].group(1) == "1" else before - chosen
    loaded.suspended, loaded.awake = bool(after), {record.node_id for record in loaded.mcps} - after
    return Reply("Resource Action Response for SetSuspendState\n")
