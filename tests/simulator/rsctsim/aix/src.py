# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System Resource Controller: lssrc, startsrc, stopsrc, refresh, lsitab, odmget of SRCsubsys."""

from __future__ import annotations

from typing import Dict, List, Optional

from .. import daemons, harm, subsystems
from ..model import Reply, Subsystem
from .call import Call, always, command

NO_LEADING_BLANK = "7300"   # seen on the in-band sample of 7.3


def src_arguments(call: Call) -> str:
    """cmdargs of ctrmc: what the next start will be told."""
    lpar = call.lpar
    words = ["-a IBM.LPCommands"] + (["-r"] if lpar.remote_next else [])
    words += ["-m " + lpar.client_policy_next] if lpar.client_policy_next != "E" else []
    words += ["-M " + lpar.daemon_policy_next] if lpar.daemon_policy_next != "E" else []
    return " ".join(words)


def _rows(call: Call, subsystems: List[Subsystem]) -> str:
    wide = 4 if call.estate.variant == "wide" else 0
    in_band_layout = call.lpar.oslevel.startswith(NO_LEADING_BLANK) and call.lpar.in_band
    lead = "" if in_band_layout else " "
    form = "{:<%d}{:<%d}{:<%d}{}" % (18 + wide, 17 + wide, 13 + wide)
    row_form = "%s{:<%d}{:<%d}{:<%d}{}" % (lead, 18 + wide - len(lead), 17 + wide, 13 + wide)
    lines = [form.format(call.text("subsystem"), call.text("group"), "PID", call.text("status"))]
    for each in sorted(subsystems, key=lambda s: not s.active):
        states = [each.active] + ([False] if each.active and each.ghost_row else [])
        for active in states:
            lines.append(row_form.format(each.name, each.group, each.pid if active else "", call.text("active" if active else "inoperative")))
    return "\n".join(lines) + "\n"


@command("lssrc")
def lssrc(call: Call) -> Reply:
    flags, _rest = call.options("h:ag:ls:p:ST")
    known = call.lpar.subsystems
    if "-a" in flags:
        return Reply(_rows(call, list(known.values())))
    if "-g" in flags:
        members = [s for s in known.values() if s.group == flags["-g"]]
        if not members:
            return call.fail("group_not_on_file", name=flags["-g"])
        return Reply(_rows(call, members))
    name = flags.get("-s", "")
    if name not in known:
        return _not_on_file(call, name)
    if "-l" not in flags:
        return Reply(_rows(call, [known[name]]))
    return _long_status(call, known[name])


def _not_on_file(call: Call, name: str) -> Reply:
    text = call.say("not_on_file", name=name)       # which stream it is differs between levels
    return Reply(stdout=text, rc=1) if call.estate.variant == "wide" else Reply(stderr=text, rc=1)


def _long_status(call: Call, subsystem: Subsystem) -> Reply:
    if not subsystem.active:
        return call.fail("not_passed", name=subsystem.name)
    extra = ""
    if subsystem.name == "mcproxy":
        extra = "".join("Hostname: %s\n" % hmc.name for hmc in call.estate.hmcs_of(call.lpar.machine))
    elif subsystem.name == "cthags":
        extra = "Dead man switch: enabled\n"
    return Reply(_rows(call, [subsystem]) + extra)


@command("startsrc", changes=always)
def startsrc(call: Call) -> Reply:
    flags, _rest = call.options("h:s:g:a:e:")
    refused = _not_root(call)
    if refused:
        return refused
    if "-g" in flags:
        names = [s.name for s in call.lpar.subsystems.values() if s.group == flags["-g"]]
        replies = [start(call, name) for name in names]
        return Reply("".join(r.stdout for r in replies), "".join(r.stderr for r in replies), max([r.rc for r in replies], default=1))
    return start(call, flags.get("-s", ""))


def start(call: Call, name: str) -> Reply:
    subsystem = call.lpar.subsystems.get(name)
    if subsystem is None:
        return Reply(stderr=call.say("not_on_file", name=name), rc=1)
    if subsystem.active:
        return Reply(stderr=call.say("already_active", name=name), rc=1)
    pid = daemons.start(call.estate, call.lpar, name, call.now)
    return Reply(call.say("started", name=name, pid=pid))


def _not_root(call: Call) -> Optional[Reply]:
    return None if call.root else call.fail("src_not_allowed")


@command("stopsrc", changes=always)
def stopsrc(call: Call) -> Reply:
    flags, _rest = call.options("h:acfg:s:p:")
    refused = _not_root(call)
    if refused:
        return refused
    lpar = call.lpar
    if "-g" in flags:
        names = [s.name for s in lpar.subsystems.values() if s.group == flags["-g"] and s.active]
    else:
        names = [flags.get("-s", "")]
        if names[0] not in lpar.subsystems:
            return Reply(stderr=call.say("not_on_file", name=names[0]), rc=1)
        if not lpar.subsystems[names[0]].active:
            return Reply(stderr=call.say("is_inoperative", name=names[0]), rc=1)
    for name in names:
        subsystems.stop(lpar, name, call.now)
        if name == "ctrmc" or lpar.subsystems[name].group == "rsct_rm":
            harm.interrupted(lpar, "stopsrc -s " + name)
        if name in daemons.GUARDED:
            harm.wreck(call.estate, lpar, "stopsrc -s " + name)
    return Reply("".join(call.say("stopping", name=name) for name in names))


@command("refresh", changes=always)
def refresh(call: Call) -> Reply:
    flags, _rest = call.options("h:s:g:p:")
    refused = _not_root(call)
    if refused:
        return refused
    name = flags.get("-s", "")
    if name not in call.lpar.subsystems:
        return Reply(stderr=call.say("not_on_file", name=name), rc=1)
    if not call.lpar.active(name):
        return Reply(stderr=call.say("not_passed", name=name), rc=1)
    if name == "ctrmc":
        daemons.refresh(call.estate, call.lpar, call.now)
    return Reply(call.say("refreshed"))


@command("lsitab")
def lsitab(call: Call) -> Reply:
    lines = ["init:2:initdefault:", "brc::sysinit:/sbin/rc.boot 3 >/dev/console 2>&1 # Phase 3 of system boot"]
    if call.lpar.inittab_ctrmc:
        lines.append("ctrmc:2:once:/usr/bin/startsrc -s ctrmc > /dev/console 2>&1")
    if call.args[:1] == ["-a"]:
        return Reply("\n".join(lines) + "\n")
    found = [line for line in lines if call.args and line.split(":", maxsplit=1)[0] == call.args[-1]]
    return Reply(found[0] + "\n") if found else Reply(rc=1)


SRC_OBJECT = (
    '\nSRCsubsys:\n\tsubsysname = "ctrmc"\n\tsynonym = ""\n\tcmdargs = "%s"\n\tpath = "/usr/sbin/rsct/bin/rmcd"\n\tuid = 0\n\tauditid = 0\n'
    '\tstandin = "/dev/console"\n\tstandout = "/dev/console"\n\tstanderr = "/dev/console"\n\taction = 1\n\tmulti = 0\n\tcontact = 3\n\tsvrkey = 0\n'
    '\tsvrmtype = 0\n\tpriority = 20\n\tsignorm = 0\n\tsigforce = 0\n\tdisplay = 1\n\twaittime = 30\n\tgrpname = "rsct"\n')
CLUSTER_OBJECT = (
    '\nCuAt:\n\tname = "cluster0"\n\tattribute = "node_uuid"\n\tvalue = "%s"\n\ttype = "R"\n\tgeneric = "DU"\n\trep = "s"\n\tnls_index = 3\n')


def odm_query(flags: Dict[str, str]) -> str:
    return flags.get("-q", "").replace(" ", "").replace('"', "").replace("'", "")


@command("odmget")
def odmget(call: Call) -> Reply:
    flags, rest = call.options("q:")
    query = odm_query(flags)
    if rest == ["SRCsubsys"] and query == "subsysname=ctrmc" and "ctrmc" in call.lpar.subsystems:
        return Reply(SRC_OBJECT % src_arguments(call))
    if rest == ["CuAt"] and query.startswith("name=cluster0") and has_caa(call):
        return Reply(CLUSTER_OBJECT % "5f0c7a32-1d9e-11ee-8001-%012x" % call.lpar.lpar_id)
    return Reply()


def has_caa(call: Call) -> bool:
    cluster = call.estate.clusters.get(call.lpar.cluster or "")
    return bool(cluster and cluster.caa)
