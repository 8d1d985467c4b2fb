# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the targeted rekey. One trusted host, one IBM.MCP record, or the key pair."""

from __future__ import annotations

import os
import re
import time

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import ctskeygen, ctsthl, lsrsrc, node_id
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, keys, look, recycle
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import files
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import (
    ALREADY_ACTIVE,
    RepairFailed,
    Step,
    Wait,
    carry_out,
    commands_missing,
    listed,
    subsystem_status,
)

# Attributes of IBM.MCP that may be corrected, with their type.
RECORD_ATTRIBUTES = {
    "ConnectivityNames": list,
    "HMCAddIPs": str,
    "HMCAddIPv6s": str,
    "HMCIPAddr": str,
    "HMCName": str,
    "IPAddresses": list,
    "KeyToken": str,
    "MNName": str,
    "NodeID": int,
}
# What may stand in a selection string or be the argument of a flag.
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:*_-]*\Z")
SAFE_VALUE = re.compile(r"[A-Za-z0-9.:,*_ -]*\Z")


def invalid(options):
    """What is wrong with the options, None if nothing is."""
    host, record = options["trusted_host"], options["mcp_record"]
    targets = [name for name in ("trusted_host", "mcp_record", "key_pair") if options[name]]
    if len(targets) != (1 if options["method"] == "targeted" else 0):
        return "Method targeted needs exactly one of trusted_host, mcp_record and key_pair; the other methods take none of them."
    if options["replace_node_id"] and node_id.parse(options["replace_node_id"]) != options["replace_node_id"]:
        return "replace_node_id must be 16 lower-case hexadecimal digits."
    if host and not SAFE_NAME.match(host["name"]):
        return "{0!r} is no host name.".format(host["name"])
    if host and host["state"] == "present" and not re.match(r"(?:[0-9a-fA-F]{2})+\Z", host["identifier"] or ""):
        return "A trusted host needs its identifier: the public key of that host, as hexadecimal digits."
    if not record:
        return None
    if not SAFE_NAME.match(record["hmc_name"]):
        return "{0!r} is no HMCName.".format(record["hmc_name"])
    if record.get("hmc_ip_addr") and not SAFE_NAME.match(record["hmc_ip_addr"]):
        return "{0!r} is no HMCIPAddr.".format(record["hmc_ip_addr"])
    if record.get("node_id") and node_id.parse(record["node_id"]) != record["node_id"]:
        return "The node_id of a record must be 16 lower-case hexadecimal digits."
    if record["state"] == "present" and not record["attributes"]:
        return "An IBM.MCP record to be changed needs attributes."
    unknown = sorted(set(record["attributes"] or {}) - set(RECORD_ATTRIBUTES))
    if unknown:
        return "Not an attribute of IBM.MCP that may be changed: {0}.".format(", ".join(unknown))
    try:
        _typed(record["attributes"])
    except (TypeError, ValueError) as error:
        return "A value of IBM.MCP is not usable: {0}".format(error)
    return None


def _typed(attributes):
    """The attributes with the types that IBM.MCP has them in; from a template they may all arrive as text."""
    values = {}
    for name, value in (attributes or {}).items():
        kind = RECORD_ATTRIBUTES[name]
        words = value if isinstance(value, list) else [value]
        if not all(SAFE_VALUE.match(str(word)) for word in words):
            raise ValueError("{0}: {1!r}".format(name, value))
        values[name] = [str(word) for word in words] if kind is list else kind(value)
    return values


class Target:
    """One targeted change. text: what is there now, kept as a copy; steps: none when it is as wanted; open_points(runner): what is not, afterwards."""

    def __init__(self, name, text, steps, before, after, open_points):
        self.name = name
        self.text = text
        self.steps = steps
        self.before = before
        self.after = after
        self.open_points = open_points


def repair(runner, options, clock, which, evidence):
    if "ctrmc" in recycle.missing(evidence):
        raise guards.Refused([recycle.ctrmc_down(evidence)])
    if options["key_pair"] and not options["force"] and recycle.connected(evidence) and not keys.problems(options["var_ct"]):
        same = {"key_pair": keys.state(options["var_ct"])}
        return {"changed": False, "problems": [], "before": same, "after": same, "msg": "Nothing to do: the keys are in order and an HMC is up."}
    target = _target(runner, options, evidence)
    result = {"changed": False, "problems": [], "before": {target.name: target.before}, "after": {target.name: target.before}}
    if not target.steps:
        return dict(result, msg="Nothing to do: {0} is as wanted.".format(target.name))
    guards.check_change(
        evidence,
        look.snapshot_problem(options["snapshot"], evidence, options["var_ct"], runner.check_mode),
        # One entry or record leaves a working connection alone, a new key pair does not.
        disruptive=options["key_pair"],
    )
    steps = target.steps + [recycle.enable_remote(evidence, options)]
    commands_missing(steps + ([Step(keys.VERIFY)] if options["key_pair"] else []), which)
    if not runner.check_mode:
        try:
            result["saved_copy"] = _save(options["saved_copies"], target)
        except SnapshotError as error:
            raise guards.Refused([guards.Refusal(error.code, error.text, error.evidence, error.next_step)]) from error
    result["changed"] = True
    try:
        carry_out(runner, steps, clock, options)
    except RepairFailed as failure:
        failure.result.update(result)
        raise
    result["after"] = {target.name: target.after}
    if runner.check_mode:
        return dict(result, msg="Would run: " + listed(steps))
    wrong = target.open_points(runner)
    if wrong:
        raise RepairFailed("{0} is not as wanted after {1}: {2}.".format(target.name, listed(steps), "; ".join(wrong)), **result)
    return dict(result, msg="Ran: " + listed(steps))


def _target(runner, options, evidence):
    if options["trusted_host"]:
        return trusted_host_target(runner, options["trusted_host"])
    if options["mcp_record"]:
        return record_target(runner, options["mcp_record"], recycle.control_points(evidence))
    return key_pair_target(runner, options["var_ct"])


def _save(directory, target):
    """What is there now, readable by root only, before it is changed."""
    where = os.fsencode(directory)
    files.private_directory(where)
    name = "{0}-{1}.txt".format(time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), re.sub(r"[^A-Za-z0-9._-]", "_", target.name))
    path = os.path.join(where, os.fsencode(name))
    files.write_private(path, target.text.encode("utf-8"))
    return os.fsdecode(path)


def trusted_host_target(runner, wanted):
    listing = runner.run(["ctsthl", "-l"])
    if listing.outcome != "ok":
        raise guards.Refused([_unreadable("the trusted host list", "ctsthl -l", listing)])
    entry = ctsthl.parse(listing.stdout).get(wanted["name"])
    if wanted["state"] == "absent":
        after, argv = None, ["ctsthl", "-d", "-n", wanted["name"]]
    else:
        after = {"generation_method": wanted["generation_method"], "identifier": wanted["identifier"].lower()}
        argv = ["ctsthl", "-a", "-n", wanted["name"], "-m", wanted["generation_method"], "-p", wanted["identifier"].lower()]

    def open_points(again):
        now = again.run(["ctsthl", "-l"])
        if now.outcome != "ok":
            return ["ctsthl -l gave no answer"]
        left = ctsthl.parse(now.stdout).get(wanted["name"])
        return [] if left == after else ["there is {0}".format("another entry" if left else "no entry")]

    return Target("trusted_host-" + wanted["name"], listing.stdout, [] if entry == after else [Step(argv)], entry, after, open_points)


def record_target(runner, wanted, control_points):
    """One IBM.MCP record, selected by the name of its HMC, and by address or node id where two have the same name."""
    listing = runner.run(["lsrsrc", "IBM.MCP"], deadline=60)
    if listing.outcome != "ok":
        raise guards.Refused([_unreadable("IBM.MCP", "lsrsrc IBM.MCP", listing)])
    records = lsrsrc.parse(listing.stdout)
    selection = {"HMCName": wanted["hmc_name"]}
    if wanted.get("hmc_ip_addr"):
        selection["HMCIPAddr"] = wanted["hmc_ip_addr"]
    if wanted.get("node_id"):
        selection["NodeID"] = int(wanted["node_id"], 16)
    matching = [record for record in records if _has(record, selection)]
    attributes = _typed(wanted["attributes"])
    done = not matching and (wanted["state"] == "absent" or _corrected(records, attributes, selection))
    if not done:
        _one_record(matching, records, wanted, control_points)
    before = matching[0] if matching else None
    select = " && ".join("{0} == {1}".format(name, written(value)) for name, value in selection.items())
    if wanted["state"] == "absent":
        after, argv = None, ["rmrsrc", "-s", select, "IBM.MCP"]
    else:
        after = dict(before or {}, **attributes)
        argv = ["chrsrc", "-s", select, "IBM.MCP"] + ["{0}={1}".format(name, written(value)) for name, value in sorted(attributes.items())]

    def open_points(again):
        now = again.run(["lsrsrc", "IBM.MCP"], deadline=60)
        if now.outcome != "ok":
            return ["lsrsrc IBM.MCP gave no answer"]
        left = lsrsrc.parse(now.stdout)
        if wanted["state"] == "absent":
            return ["the record is still there"] if any(_has(record, selection) for record in left) else []
        return [] if _corrected(left, attributes, selection) else ["no record has these attributes"]

    unchanged = done or (wanted["state"] == "present" and _has(before, attributes))
    return Target("mcp_record-" + wanted["hmc_name"], listing.stdout, [] if unchanged else [Step(argv)], before, after, open_points)


def key_pair_target(runner, var_ct):
    """A new pair. ctskeygen overwrites only with -f; the files themselves are never deleted."""
    state = keys.state(var_ct)
    exists = state["private"]["present"] or state["public"]["present"]
    public, listing = runner.run(["ctskeygen", "-d"]), runner.run(["ctsthl", "-l"])
    old = ctskeygen.parse(public.stdout) if public.outcome == "ok" else ""
    entries = ctsthl.parse(listing.stdout) if listing.outcome == "ok" else {}
    # What the list has for this very host is the old key, and ctsthl -s is only known to add what is missing.
    own = set(keys.own_names(runner))
    stale = [name for name, entry in entries.items() if name in own or (old and entry["identifier"] == old)]
    steps = [Step(["ctskeygen", "-n"] + (["-f"] if exists else []))]
    steps += [Step(["ctsthl", "-d", "-n", name]) for name in stale] + [Step(["ctsthl", "-s"])]
    if subsystem_status(runner, "ctcas") == "active":
        steps.append(Step(["stopsrc", "-s", "ctcas"], waits=(Wait("ctcas was not down", _ctcas_down, 20),)))
        steps.append(Step(["startsrc", "-s", "ctcas"], accept=(ALREADY_ACTIVE,)))

    def open_points(again):
        shown, now = again.run(["ctskeygen", "-d"]), again.run(["ctsthl", "-l"])
        new = ctskeygen.parse(shown.stdout) if shown.outcome == "ok" else ""
        if not new or new == old:
            return ["ctskeygen -d shows {0} public key".format("the old" if new else "no")]
        if now.outcome != "ok":
            return ["ctsthl -l gave no answer"]
        left = [name for name, entry in ctsthl.parse(now.stdout).items() if name in own.union(stale) and entry["identifier"] != new]
        return keys.broken(again, var_ct) + ["the trusted host list has another key for {0}".format(name) for name in left]

    return Target("key_pair", public.stdout + public.stderr + listing.stdout, steps, state, "a new pair", open_points)


def written(value):
    """A value as chrsrc takes it: quoted strings, bare numbers, lists in braces."""
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(written(item) for item in value) + "}"
    if isinstance(value, int):
        return str(value)
    return '"{0}"'.format(value)


def _has(record, attributes):
    return bool(attributes) and all(record.get(name) == value for name, value in attributes.items())


def _corrected(records, attributes, selection):
    """Whether one record has the attributes, and what they leave of the selection as it was."""
    kept = {name: value for name, value in selection.items() if name not in attributes}
    return any(_has(record, dict(kept, **attributes)) for record in records)


def _one_record(matching, records, wanted, control_points):
    detail = "{0} of {1} records have HMCName {2}, HMCIPAddr {3} and node id {4}".format(
        len(matching), len(records), wanted["hmc_name"], wanted.get("hmc_ip_addr") or "(any)", wanted.get("node_id") or "(any)"
    )
    if len(matching) != 1:
        raise guards.Refused(
            [
                guards.refuse(
                    "record_unclear",
                    "the IBM.MCP record to change is not exactly one",
                    "lsrsrc IBM.MCP",
                    detail,
                    "Look at the records with lsrsrc IBM.MCP and name one of them, with hmc_ip_addr or node_id if two have the same name.",
                )
            ]
        )
    if wanted["state"] != "absent":
        return
    own = node_id.from_number(matching[0].get("NodeID"))
    up = [row["node_id"] for row in control_points if row["state"] == "I"]
    if own in up or own is None or not up:
        raise guards.Refused(
            [
                guards.refuse(
                    "record_in_use",
                    "only the record of a retired HMC beside a live one may be removed",
                    "rmcdomainstatus",
                    ", ".join("{0} {1}".format(row["name"], row["state"]) for row in control_points) or "no control point",
                    "Keep the record; refresh or recycle makes RSCT read the HMC's data again.",
                )
            ]
        )


def _ctcas_down(runner):
    return subsystem_status(runner, "ctcas") == "inoperative"


def _unreadable(what, source, result):
    return guards.refuse(
        "unknown_state",
        "{0} could not be read".format(what),
        source,
        "{0}: {1}".format(result.outcome, (result.stderr or result.stdout).strip()[:200]),
        "Find out why; nothing is changed that could not be read before.",
    )
