# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: getting keys and identity back into step. The reset (recfgct) here, single changes in targeted.py."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, keys, look, recycle, targeted
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import (
    RESET_DEADLINE,
    RepairFailed,
    Step,
    Wait,
    carry_out,
    commands_missing,
    listed,
    subsystem_status,
    wait_ready,
)

KEYS_SECONDS = 40


def repair(runner, options, clock, which):
    """The whole of rmc_rekey: look, refuse or plan, carry out, verify. Raises guards.Refused and RepairFailed."""
    evidence = look.before(runner, options)
    guards.check(evidence, options["method"], options["expected"], options["cluster_override"])
    if options["method"] == "targeted":
        return targeted.repair(runner, options, clock, which, evidence)
    return _reset(runner, options, clock, which, evidence)


def _identity(evidence, options):
    """The part of the evidence that a rekey changes."""
    modes = {role: entry["mode"] for role, entry in keys.state(options["var_ct"]).items()}
    return dict(recycle.view(evidence), node_id=dict(evidence["node_id"]), keys=modes)


def _look_again(runner, options):
    return _identity(dict(look.after(runner, options), node_id=look.node_ids(runner, options)), options)


def consistent(ids):
    """The one id that all three copies hold, or None."""
    values = set(ids.values())
    return values.pop() if len(values) == 1 else None


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
        look.snapshot_problem(options["snapshot"], evidence, options["var_ct"], runner.check_mode),
        # Two hosts with one node id take turns in being up: that an HMC is up now says nothing.
        disruptive=options["method"] == "reset_keep_id",
    )
    steps = reset_steps(evidence, options)
    commands_missing(steps + [Step(keys.VERIFY)], which)
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
    return found + keys.problems(options["var_ct"]) + recycle.problems(
        evidence, dict(options, method="recycle", subsystem="auto", remote_clients="enabled")
    )


def reset_steps(evidence, options):
    flags = ["-s"] if options["method"] == "reset_keep_id" else []
    running = Wait("ctrmc was not started", lambda runner: subsystem_status(runner, "ctrmc") == "active", 20)
    return [
        Step(["recfgct"] + flags, deadline=RESET_DEADLINE, waits=(running, wait_ready(options["ready_timeout"])), stops=True),
        recycle.enable_remote(evidence, options),
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
    """What of the promise does not hold: the id kept or changed, three equal copies, keys that ctsvhbac finds in order, ctrmc running."""
    after = look.node_ids(runner, options)
    found, now = [], consistent(after)
    if now is None:
        found.append("the copies of the node id differ ({0})".format(_shown(after)))
    elif options["method"] == "reset_keep_id" and now != before["etc"]:
        found.append("the node id changed from {0} to {1}".format(before["etc"], now))
    elif options["method"] == "reset_new_id" and (now in before.values() or set(now) == {"0"}):
        found.append("the node id is {0}, which is no new one".format(now))
    found += keys.broken(runner, options["var_ct"])
    if subsystem_status(runner, "ctrmc") != "active":
        found.append("ctrmc is not running")
    return found


def _promised(before, options):
    kept = before["node_id"]["etc"] if options["method"] == "reset_keep_id" else "a new one"
    return dict(before, node_id={"live": kept, "etc": kept, "var_ct": kept})


def _shown(ids):
    return "live {live}, etc {etc}, var_ct {var_ct}".format(**ids)
