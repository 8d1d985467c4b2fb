# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody may run as a repair, and what people run all the same: odmdelete, mkfilt, rmsock, uncfgct, cfgct, shutdown, ctcasd ...

Each does the damage that the documents tell of; the others change nothing and are recorded as attempts.
"""

from __future__ import annotations

from .. import daemons, harm, identity
from ..model import Reply
from .call import Call, always, command, unless_help
from .src import has_caa, odm_query


@command("odmdelete", root=True, changes=always)
def odmdelete(call: Call) -> Reply:
    flags, _rest = call.options("o:q:")
    query, deleted = odm_query(flags), 0
    if flags.get("-o") == "CuAt" and query.startswith("name=cluster0") and has_caa(call):
        harm.unclustered(call.estate, call.lpar, "odmdelete of cluster0")
        deleted = 1
    elif flags.get("-o") == "SRCsubsys" and query == "subsysname=ctrmc" and call.lpar.subsystems.get("ctrmc"):
        daemons.stop_all(call.lpar, call.now)
        del call.lpar.subsystems["ctrmc"]
        harm.stopped(call.estate, call.lpar, "odmdelete of ctrmc")
        deleted = 1
    return Reply(call.say("odm_deleted", count=deleted))


@command("mkfilt", root=True, changes=always)
def mkfilt(call: Call) -> Reply:
    """-u activates everything that was ever stored: here a forgotten rule that shuts the HMCs out is among it."""
    flags, _rest = call.options("v:udg:iz:")
    if "-u" in flags:
        call.lpar.ipsec_available = True
        call.lpar.filter_rules.append("%d|deny|0.0.0.0|0.0.0.0|0.0.0.0|0.0.0.0|yes|all|any|0|eq|%d|both|both|no|all packets|0|all|0|||" % (
            len(call.lpar.filter_rules) + 1, call.estate.rmc_port))
        harm.note(call.lpar, "mkfilt -u activated all stored rules: the HMCs are shut out")
    elif "-d" in flags:
        call.lpar.ipsec_available = False
    return Reply()


@command("genfilt", root=True, changes=always)
def genfilt(_call: Call) -> Reply:
    return Reply()      # only stores


@command("rmsock", root=True, changes=always)
def rmsock(call: Call) -> Reply:
    if len(call.args) < 2:
        return Reply(stderr="usage: rmsock address tcpcb|inpcb|socket|rawcb|unpcb\n", rc=1)
    return Reply("socket 0x%s is being held by proccess %d (rmcd).\n" % (call.args[0], call.lpar.subsystems["ctrmc"].pid if call.lpar.loaded else 1))


# --- the two halves of recfgct, without its guard ----------------------------------------------------------------------

@command("uncfgct", rsct=True, root=True, changes=unless_help)
def uncfgct(call: Call) -> Reply:
    flags, _rest = call.options("nh")
    clones = harm.clones_of(call.estate, call.lpar)
    daemons.unconfigure(call.lpar, call.now)
    if "-n" in flags:
        identity.etc_node_id(call.lpar).unlink(missing_ok=True)
        if clones:
            harm.original_was_reset(call.estate, call.lpar, clones, same_id=False)
    harm.stopped(call.estate, call.lpar, "uncfgct")
    return Reply()


@command("cfgct", rsct=True, root=True, changes=lambda args: "-h" not in args)
def cfgct(call: Call) -> Reply:
    call.options("nh")
    if call.lpar.loaded or identity.tree_usable(call.lpar):
        return call.fail("already_active", name="ctrmc")
    node_id = identity.read_node_id(identity.etc_node_id(call.lpar)) or identity.new_node_id()
    pid = daemons.configure(call.estate, call.lpar, node_id, call.now)
    harm.wreck(call.estate, call.lpar, "cfgct")
    return Reply(call.say("started", name="ctrmc", pid=pid))


# --- ctcasd ------------------------------------------------------------------------------------------------------------

@command("ctcasd", rsct=True, root=True, changes=always)
def ctcasd(call: Call) -> Reply:
    """-b makes keys and list where there are none, and ends. There is no -a."""
    call.options("b")
    return Reply(rc=0 if daemons.ctcasd_can_run(call.lpar) else 1)


@command("ctstrtcasd", rsct=True, root=True, changes=always)
def ctstrtcasd(call: Call) -> Reply:
    call.options("av")
    if "ctcas" not in call.lpar.subsystems:
        return call.fail("not_on_file", name="ctcas")
    if not call.lpar.active("ctcas"):
        daemons.start(call.estate, call.lpar, "ctcas", call.now)
    return Reply(rc=0 if call.lpar.active("ctcas") else 1)


# --- the whole host, the whole domain ----------------------------------------------------------------------------------

@command("shutdown", "reboot", root=True, changes=always)
def shutdown(call: Call) -> Reply:
    lpar = call.lpar
    harm.interrupted(lpar, call.name)
    harm.unclustered(call.estate, lpar, call.name, "after the boot it forms a cluster of its own")
    if call.name == "reboot" or "r" in "".join(word[1:] for word in call.args if word.startswith("-")):
        daemons.boot(call.estate, lpar, call.now)
    else:
        daemons.stop_all(lpar, call.now)
        lpar.up = False
        call.estate.systems[lpar.machine].partition(lpar.lpar_id).state = "Not Activated"
        harm.note(lpar, "%s: the partition is not running any more" % call.name)
    return Reply("\nSHUTDOWN PROGRAM\n")


@command("rmrpdomain", "rmrpnode", "stoprpdomain", "stoprpnode", rsct=True, root=True, changes=unless_help)
def rmrpdomain(call: Call) -> Reply:
    cluster = call.estate.clusters.get(call.lpar.cluster or "")
    if cluster is None or cluster.kind in ("ssp", "caa"):
        return call.fail("not_found", command=call.name, api=call.name)
    harm.unclustered(call.estate, call.lpar, call.name)
    return Reply()


@command("mkrsrc", rsct=True, root=True, changes=unless_help)
def mkrsrc(call: Call) -> Reply:
    """Records of IBM.MCP are made by IBM.MgmtDomainRM; those written by hand are refused here."""
    return call.fail("not_found", rc=5, command="mkrsrc-api", api="mkrsrc-api")
