# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: getting keys and identity back into step. What is there, which commands follow, what must hold afterwards."""

from __future__ import annotations

import os
import re
import stat
import time

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import lsrsrc, node_id
from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, look, recycle
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot import files
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import (
    ALREADY_ACTIVE,
    RESET_DEADLINE,
    RepairFailed,
    Step,
    Wait,
    carry_out,
    commands_missing,
    listed,
    subsystem_status,
    wait_listening,
    wait_ready,
)

KEY_FILES = {"private": "ct_has.qkf", "public": "ct_has.pkf", "trusted_host_list": "ct_has.thl"}
# Attributes of IBM.MCP that may be corrected; by their type follows how a value is written on the command line.
RECORD_ATTRIBUTES = (
    "ConnectivityNames",
    "HMCAddIPs",
    "HMCAddIPv6s",
    "HMCIPAddr",
    "HMCName",
    "IPAddresses",
    "KeyToken",
    "MNName",
    "NodeID",
)
KEYS_SECONDS = 40
SAFE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.:*_-]*$")


def repair(runner, options, clock, which):
    """The whole of rmc_rekey: look, refuse or plan, carry out, verify. Raises guards.Refused and RepairFailed."""
    evidence = look.before(runner, options)
    guards.check(evidence, options["method"], options["expected"], options["cluster_override"])
    if options["method"] == "targeted":
        return _targeted(runner, options, clock, which, evidence)
    return _reset(runner, options, clock, which, evidence)


def _identity(evidence, options):
    """The part of the evidence that a rekey changes."""
    keys = {role: entry["mode"] for role, entry in key_state(options["var_ct"]).items()}
    return dict(recycle.view(evidence), node_id=dict(evidence["node_id"]), keys=keys)


def _look_again(runner, options):
    return _identity(dict(look.after(runner, options), node_id=look.node_ids(runner, options)), options)


def consistent(ids):
    """The one id that all three copies hold, or None."""
    values = set(ids.values())
    return values.pop() if len(values) == 1 else None


def key_state(var_ct):
    """Per key file: whether it is there, its mode, and what is wrong with it (None: nothing)."""
    state = {}
    for role, name in KEY_FILES.items():
        try:
            mode = stat.S_IMODE(os.lstat(os.path.join(var_ct, "cfg", name)).st_mode)
        except OSError:
            state[role] = {"present": False, "mode": None, "problem": "{0} is missing".format(name)}
            continue
        forbidden = 0o077 if role == "private" else 0o022
        problem = None
        if mode & forbidden:
            problem = "{0} has mode {1:04o}".format(name, mode)
        elif role != "private" and not mode & stat.S_IROTH:
            problem = "{0} is not readable by all (mode {1:04o})".format(name, mode)
        state[role] = {"present": True, "mode": "{0:04o}".format(mode), "problem": problem}
    return state


def key_problems(var_ct):
    return [entry["problem"] for entry in key_state(var_ct).values() if entry["problem"]]


def trusted_hosts(text):
    """ctsthl -l: host name -> {generation_method, identifier}."""
    entries, current, collecting = {}, None, False
    for line in text.splitlines():
        label, colon, value = line.partition(":")
        label = label.strip().lower()
        if colon and label == "host name":
            current = entries.setdefault(value.strip(), {"generation_method": None, "identifier": ""})
            collecting = False
        elif current is not None and colon and label == "identifier generation method":
            current["generation_method"] = value.strip()
        elif current is not None and colon and label == "identifier value":
            current["identifier"], collecting = value.strip().lower(), True
        elif collecting and re.match(r"^\s*[0-9a-fA-F]+\s*$", line):
            current["identifier"] += line.strip().lower()
        else:
            collecting = False
    return entries


# Reset: recfgct


def _reset(runner, options, clock, which, evidence):
    ids = evidence["node_id"]
    result = {"changed": False, "before": _identity(evidence, options), "after": _identity(evidence, options)}
    result["problems"] = _reset_reasons(evidence, options)
    if not result["problems"] and not options["force"]:
        return dict(result, msg="Nothing to do: the node id is in order and nothing is wrong that a reset is for.")
    refusals = [refusal for refusal in (_id_refusal(ids, options),) if refusal]
    if refusals:
        raise guards.Refused(refusals)
    guards.check_change(
        evidence,
        look.snapshot_problem(options["snapshot"], evidence, options["var_ct"]),
        # Two hosts with one node id take turns in being up: that an HMC is up now says nothing.
        disruptive=options["method"] == "reset_keep_id",
    )
    steps = _reset_steps(options)
    commands_missing(steps, which)
    result["changed"] = True
    try:
        carry_out(runner, steps, clock, options)
        if runner.check_mode:
            return dict(result, after=_promised(result["before"], options), msg="Would run: " + listed(steps))
        # recfgct may leave the making of the keys to daemons that are just starting.
        clock.until(lambda: not _broken_promises(runner, options, ids), KEYS_SECONDS)
        broken = _broken_promises(runner, options, ids)
        if broken:
            raise RepairFailed("{0} did not lead to what it should: {1}.".format(listed(steps), "; ".join(broken)))
    except RepairFailed as failure:
        failure.result.update(result, after=_look_again(runner, options))
        raise
    return dict(result, after=_look_again(runner, options), msg="Ran: " + listed(steps))


def _reset_reasons(evidence, options):
    """Why a reset makes sense; none means that nothing is wrong, or that it was done before."""
    ids = evidence["node_id"]
    found = ["the copies of the node id differ ({0})".format(_shown(ids))] if not consistent(ids) else []
    if options["method"] == "reset_new_id":
        replace = options["replace_node_id"]
        if not found and (replace is None or replace == consistent(ids)):
            found.append("the node id {0} is to be given up".format(consistent(ids)))
        return found
    return found + key_problems(options["var_ct"]) + recycle.problems(evidence, dict(options, method="recycle", remote_clients="enabled"))


def _reset_steps(options):
    flags = ["-s"] if options["method"] == "reset_keep_id" else []
    running = Wait("ctrmc was not started", lambda runner: subsystem_status(runner, "ctrmc") == "active", 20)
    return [
        Step(["recfgct"] + flags, deadline=RESET_DEADLINE, waits=(running, wait_ready(options["ready_timeout"])), stops=True),
        Step(["rmcctrl", "-p"], waits=(wait_listening(options["rmc_port"]),)),
    ]


def _id_refusal(ids, options):
    if options["method"] == "reset_keep_id":
        if ids["etc"]:
            return None
        # recfgct -s takes the id from the persistent copy: without one it would make a new identity.
        return guards.refuse(
            "node_id_unclear",
            "there is no persistent copy of the node id that could be kept",
            "ct_node_id",
            _shown(ids),
            "Restore the snapshot that holds the id, or approve reset_new_id.",
        )
    replace = options["replace_node_id"]
    if replace in ids.values() if replace else not consistent(ids):
        return None
    return guards.refuse(
        "node_id_not_named",
        "the node id to give up was not named, or is not the one of this host",
        "ct_node_id",
        "replace_node_id {0}; {1}".format(replace, _shown(ids)),
        "Name the duplicated node id of the proven clone in replace_node_id; never that of the original.",
    )


def _broken_promises(runner, options, before):
    """What of the promise does not hold: the id kept or changed, three equal copies, keys with right modes, ctrmc running."""
    after = look.node_ids(runner, options)
    found, now = [], consistent(after)
    if now is None:
        found.append("the copies of the node id differ ({0})".format(_shown(after)))
    elif options["method"] == "reset_keep_id" and now != before["etc"]:
        found.append("the node id changed from {0} to {1}".format(before["etc"], now))
    elif options["method"] == "reset_new_id" and (now in before.values() or set(now) == {"0"}):
        found.append("the node id is {0}, which is no new one".format(now))
    found += key_problems(options["var_ct"])
    if subsystem_status(runner, "ctrmc") != "active":
        found.append("ctrmc is not running")
    return found


def _promised(before, options):
    kept = before["node_id"]["etc"] if options["method"] == "reset_keep_id" else "a new one"
    return dict(before, node_id={"live": kept, "etc": kept, "var_ct": kept})


def _shown(ids):
    return "live {live}, etc {etc}, var_ct {var_ct}".format(**ids)


# Targeted: one entry, one record, or the key pair


class Target:
    """One targeted change. text: what is there now, kept as a copy; steps: none when it is as wanted; holds(runner) verifies."""

    def __init__(self, name, text, steps, before, after, holds):
        self.name = name
        self.text = text
        self.steps = steps
        self.before = before
        self.after = after
        self.holds = holds


def _targeted(runner, options, clock, which, evidence):
    if "ctrmc" in recycle.missing(evidence):
        raise guards.Refused([recycle.ctrmc_down(evidence)])
    target = _target(runner, options, evidence)
    result = {"changed": False, "problems": [], "before": {target.name: target.before}, "after": {target.name: target.before}}
    if not target.steps:
        return dict(result, msg="Nothing to do: {0} is as wanted.".format(target.name))
    guards.check_change(
        evidence,
        look.snapshot_problem(options["snapshot"], evidence, options["var_ct"]),
        # One entry or record leaves a working connection alone, a new key pair does not.
        disruptive=options["key_pair"],
    )
    steps = target.steps + [Step(["rmcctrl", "-p"], waits=(wait_listening(options["rmc_port"]),))]
    commands_missing(steps, which)
    result["changed"] = True
    if not runner.check_mode:
        result["saved_copy"] = _save(options["saved_copies"], target)
    try:
        carry_out(runner, steps, clock, options)
    except RepairFailed as failure:
        failure.result.update(result)
        raise
    result["after"] = {target.name: target.after}
    if runner.check_mode:
        return dict(result, msg="Would run: " + listed(steps))
    if not target.holds(runner):
        raise RepairFailed("{0} is not as wanted after {1}.".format(target.name, listed(steps)), **result)
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
    entry = trusted_hosts(listing.stdout).get(wanted["name"])
    if wanted["state"] == "absent":
        after, argv = None, ["ctsthl", "-d", "-n", wanted["name"]]
    else:
        after = {"generation_method": wanted["generation_method"], "identifier": wanted["identifier"].lower()}
        argv = ["ctsthl", "-a", "-n", wanted["name"], "-m", wanted["generation_method"], "-p", wanted["identifier"].lower()]

    def holds(again):
        return trusted_hosts(again.run(["ctsthl", "-l"]).stdout).get(wanted["name"]) == after

    return Target("trusted_host-" + wanted["name"], listing.stdout, [] if entry == after else [Step(argv)], entry, after, holds)


def record_target(runner, wanted, control_points):
    """One IBM.MCP record, selected by the name of its HMC."""
    listing = runner.run(["lsrsrc", "IBM.MCP"], deadline=60)
    if listing.outcome != "ok":
        raise guards.Refused([_unreadable("IBM.MCP", "lsrsrc IBM.MCP", listing)])
    records = lsrsrc.parse(listing.stdout)
    matching = [record for record in records if record.get("HMCName") == wanted["hmc_name"]]
    attributes = wanted["attributes"] or {}
    done = not matching and (wanted["state"] == "absent" or any(_has(record, attributes) for record in records))
    if not done:
        _one_record(matching, records, wanted, control_points)
    before = matching[0] if matching else None
    select = 'HMCName == "{0}"'.format(wanted["hmc_name"])
    if wanted["state"] == "absent":
        after, argv = None, ["rmrsrc", "-s", select, "IBM.MCP"]
    else:
        after = dict(before or {}, **attributes)
        argv = ["chrsrc", "-s", select, "IBM.MCP"] + ["{0}={1}".format(name, written(value)) for name, value in sorted(attributes.items())]

    def holds(again):
        now = lsrsrc.parse(again.run(["lsrsrc", "IBM.MCP"], deadline=60).stdout)
        if wanted["state"] == "absent":
            return not any(record.get("HMCName") == wanted["hmc_name"] for record in now)
        return any(_has(record, attributes) for record in now)

    unchanged = done or (wanted["state"] == "present" and _has(before, attributes))
    return Target("mcp_record-" + wanted["hmc_name"], listing.stdout, [] if unchanged else [Step(argv)], before, after, holds)


def key_pair_target(runner, var_ct):
    """A new pair. ctskeygen overwrites only with -f; the files themselves are never deleted."""
    state = key_state(var_ct)
    exists = state["private"]["present"] or state["public"]["present"]
    steps = [
        Step(["ctskeygen", "-n"] + (["-f"] if exists else [])),
        # The list holds the old public key for the names of this very host.
        Step(["ctsthl", "-s"]),
    ]
    if subsystem_status(runner, "ctcas") == "active":
        steps.append(Step(["stopsrc", "-s", "ctcas"], waits=(Wait("ctcas was not down", _ctcas_down, 20),)))
        steps.append(Step(["startsrc", "-s", "ctcas"], accept=(ALREADY_ACTIVE,)))
    public = runner.run(["ctskeygen", "-d"])

    def holds(again):
        now = again.run(["ctskeygen", "-d"])
        return now.outcome == "ok" and now.stdout != public.stdout and not key_problems(var_ct)

    return Target("key_pair", public.stdout + public.stderr, steps, state, "a new pair", holds)


def written(value):
    """A value as chrsrc takes it: quoted strings, bare numbers, lists in braces."""
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(written(item) for item in value) + "}"
    if isinstance(value, int):
        return str(value)
    return '"{0}"'.format(value)


def _has(record, attributes):
    return bool(attributes) and all(record.get(name) == value for name, value in attributes.items())


def _one_record(matching, records, wanted, control_points):
    detail = "{0} of {1} records have HMCName {2}".format(len(matching), len(records), wanted["hmc_name"])
    if len(matching) != 1:
        raise guards.Refused(
            [
                guards.refuse(
                    "record_unclear",
                    "the IBM.MCP record to change is not exactly one",
                    "lsrsrc IBM.MCP",
                    detail,
                    "Look at the records with lsrsrc IBM.MCP and name one of them.",
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
