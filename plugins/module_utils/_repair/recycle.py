# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: refresh, start and recycle of RMC. What is wrong, which commands follow from it."""

from __future__ import annotations

from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards, look
from ansible_collections.aixops.rsct.plugins.module_utils._repair.steps import (
    ALREADY_ACTIVE,
    ENABLE_REMOTE,
    STOP_DEADLINE,
    RepairFailed,
    Step,
    carry_out,
    commands_missing,
    listed,
    wait_down,
    wait_listening,
    wait_ready,
    wait_stays_active,
)

# Started as a repair, in this order. Everything else is on demand, or belongs to a cluster, and is left alone.
STARTABLE = ("ctrmc", "IBM.MgmtDomainRM", "IBM.DRM", "mcproxy")


def statuses(evidence):
    """Subsystem name -> status, of those that a repair may start."""
    return {row["name"]: row["status"] for row in evidence.get("subsystems") or [] if row["name"] in STARTABLE}


def control_points(evidence):
    return (evidence.get("domains") or {}).get("control_points") or []


def connected(evidence):
    return any(row["state"] == "I" for row in control_points(evidence))


def remote_clients(evidence):
    """Whether rmcd listens for remote clients; None when that could not be read."""
    return (evidence.get("listeners") or {}).get("tcp_657")


def in_band(evidence):
    """RMC goes through the hypervisor: neither the port nor the control points tell whether it works."""
    return statuses(evidence).get("mcproxy") == "active"


def enable_remote(evidence, options):
    """Remote clients switched on, and the listener awaited where there must be one."""
    return Step(ENABLE_REMOTE, waits=() if in_band(evidence) else (wait_listening(options["rmc_port"]),))


def missing(evidence):
    """What should run and does not. A manager that is not on file cannot be started; an in-band proxy counts while nothing is up."""
    status = statuses(evidence)
    down = [name for name in STARTABLE[:3] if status.get(name) == "inoperative"]
    if "ctrmc" not in status:
        down.insert(0, "ctrmc")
    if status.get("mcproxy") == "inoperative" and not connected(evidence):
        down.append("mcproxy")
    return down


def problems(evidence, options):
    """What is wrong, as seen from this partition, that the method is for; one sentence each."""
    stopped = ["{0} is not running".format(name) for name in _wanted(evidence, options)]
    if options["method"] == "start":
        return stopped
    if "ctrmc" in missing(evidence):
        return stopped
    found = []
    if not in_band(evidence) and remote_clients(evidence) is False and options["remote_clients"] == "enabled":
        found.append("rmcd does not listen for remote clients")
    if not in_band(evidence) and not connected(evidence) and not _settling(evidence, options):
        shown = ", ".join("{0} {1}".format(row["name"], row["state"]) for row in control_points(evidence))
        found.append("no HMC is up ({0})".format(shown or "no management domain"))
    # A refresh starts nothing.
    return found if options["method"] == "refresh" else stopped + found


def _wanted(evidence, options):
    """The subsystems to start: those that are missing, or the one that was named, if it does not run."""
    name = options["subsystem"]
    if options["method"] != "start" or name == "auto":
        return missing(evidence)
    return [name] if options["force"] or statuses(evidence).get(name) != "active" else []


def _settling(evidence, options):
    """An rmcd that just started is given time to connect, so that a second run does not recycle again."""
    age = (evidence.get("rmcd") or {}).get("seconds")
    return age is not None and age < options["settle_seconds"]


def view(evidence):
    """The part of the evidence that a repair changes, before and after it."""
    return {
        "subsystems": statuses(evidence),
        "remote_clients": remote_clients(evidence),
        "udp": (evidence.get("listeners") or {}).get("udp_657"),
        "control_points": ["{0} {1}".format(row["name"], row["state"]) for row in control_points(evidence)],
    }


def repair(runner, options, clock, which):
    """The whole of rmc_recycle: look, refuse or plan, carry out, look again. Raises guards.Refused and RepairFailed."""
    evidence = look.before(runner, options)
    guards.check(evidence, options["method"], options["expected"], options["cluster_override"])
    found = problems(evidence, options)
    result = {"changed": False, "problems": found, "before": view(evidence), "after": view(evidence)}
    if not found and not options["force"]:
        return dict(result, msg="Nothing to do: seen from this partition, nothing is wrong that {0} is for.".format(options["method"]))
    if options["method"] == "recycle":
        guards.check_change(evidence, look.snapshot_problem(options["snapshot"], evidence, options["var_ct"], runner.check_mode))
    steps = plan(evidence, options, which)
    commands_missing(steps, which)
    if not steps:
        return dict(result, msg="Nothing to do.")
    result["changed"] = True
    try:
        carry_out(runner, steps, clock, options)
    except RepairFailed as failure:
        failure.result.update(result, after=view(look.after(runner, options)))
        raise
    if runner.check_mode:
        return dict(result, after=_expected(result["before"], steps), msg="Would run: " + listed(steps))
    result["after"] = view(look.after(runner, options))
    if result["after"]["subsystems"].get("ctrmc") != "active":
        raise RepairFailed("ctrmc does not run after {0}.".format(listed(steps)), **result)
    return dict(result, msg="Ran: " + listed(steps))


def _expected(before, steps):
    """What check mode can promise of the state after the steps; whether an HMC connects is not among it."""
    after = dict(before, subsystems=dict(before["subsystems"]))
    for step in steps:
        if step.argv[0] == "startsrc":
            after["subsystems"][step.argv[-1]] = "active"
        elif step.argv in (["rmcctrl", "-A"], ["rmcctrl", "-s"]):
            after["subsystems"]["ctrmc"] = "active"
        elif step.argv == ENABLE_REMOTE:
            after["remote_clients"] = True
    return after


def plan(evidence, options, which):
    """The steps of the method. Raises guards.Refused where the method cannot do it."""
    return {"refresh": _refresh, "start": _start, "recycle": _recycle}[options["method"]](evidence, options, which)


def _refresh(evidence, options, which):
    if "ctrmc" in missing(evidence):
        raise guards.Refused([ctrmc_down(evidence)])
    steps = _remote_steps(evidence, options)
    if which("rmcrefreshMD"):
        steps.append(Step(["rmcrefreshMD", "-s", "ctrmc"]))
    if not which("rmcrefreshMD") or any(row["state"] in "XZ" for row in control_points(evidence)):
        # Also what takes up again a communication that rmcd itself had suspended (X, Z), once the cause is gone.
        steps.append(Step(["refresh", "-s", "ctrmc"]))
    return steps


def _start(evidence, options, which):
    steps = []
    for name in _wanted(evidence, options):
        if name == "ctrmc":
            # -s starts what is defined; -A also puts a definition back that is gone.
            flag = "-s" if "ctrmc" in statuses(evidence) else "-A"
            steps.append(Step(["rmcctrl", flag], accept=(ALREADY_ACTIVE,), waits=(wait_ready(options["ready_timeout"]),)))
            steps.extend(_remote_steps(evidence, options))
        else:
            _require_defined(evidence, name)
            steps.append(Step(["startsrc", "-s", name], accept=(ALREADY_ACTIVE,), waits=(wait_stays_active(name),)))
    return steps


def _recycle(evidence, options, which):
    steps = []
    if "ctrmc" not in missing(evidence):
        steps.append(Step(["rmcctrl", "-z"], deadline=STOP_DEADLINE, waits=(wait_down(),), stops=True))
    steps.append(Step(["rmcctrl", "-A"], waits=(wait_ready(options["ready_timeout"]),)))
    return steps + _remote_steps(evidence, options)


def _remote_steps(evidence, options):
    """Remote clients: switched on, or left as they were found (rmcd then comes up by its own definition)."""
    if options["remote_clients"] == "preserve" and not remote_clients(evidence):
        return []
    return [enable_remote(evidence, options)]


def _require_defined(evidence, name):
    if name in statuses(evidence):
        return
    raise guards.Refused(
        [
            guards.refuse(
                "not_on_file",
                "{0} is not defined on this host".format(name),
                "lssrc -a",
                "{0} is not on file".format(name),
                "Install the RSCT fileset that brings it; a subsystem that is not defined cannot be started.",
            )
        ]
    )


def ctrmc_down(evidence):
    return guards.refuse(
        "ctrmc_down",
        "ctrmc is not running, so there is nothing to refresh",
        "lssrc -a",
        "ctrmc: {0}".format(statuses(evidence).get("ctrmc", "not on file")),
        "Use the method start.",
    )
