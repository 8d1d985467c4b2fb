# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node id and cluster security: recfgct, lsnodeid, ctskeygen, ctsthl, ctsvhbac, ctsvhbal."""

from __future__ import annotations

import re
import textwrap
from typing import Dict, List

from .. import daemons, harm, identity
from ..model import Reply
from .call import Call, command, given

UNGUARDED = ("ssp", "caa", "tsa")   # recfgct's guard sees online peer domains; on a TSA node it was reported to run all the same
NODE_ID = re.compile(r"^[0-9a-fA-F]{9,16}$")


@command("recfgct", rsct=True, root=True, changes=lambda args: "-h" not in args)
def recfgct(call: Call) -> Reply:
    flags, _rest = call.options("i:nsh")
    lpar = call.lpar
    if "-h" in flags:
        return Reply("Usage: recfgct [-i Node_ID | -n | -s | -h]\n")
    cluster = call.estate.clusters.get(lpar.cluster or "")
    if cluster and cluster.online and cluster.kind not in UNGUARDED:
        return call.fail("online_domain")
    if "-s" in flags:
        node_id = identity.read_node_id(identity.etc_node_id(lpar))
        if node_id is None:
            return call.fail("no_node_id")      # nothing to keep
    elif "-i" in flags:
        if not NODE_ID.match(flags["-i"]):
            return Reply(stderr=call.say("bad_flag", command="recfgct", flag=flags["-i"]), rc=1)
        node_id = flags["-i"].lower().zfill(16)
    else:
        node_id = identity.new_node_id()
    clones, old_id = harm.clones_of(call.estate, lpar), identity.read_node_id(identity.etc_node_id(lpar))
    pid = daemons.reset(call.estate, lpar, node_id, call.now)
    if clones:
        harm.original_was_reset(call.estate, lpar, clones, node_id == old_id)
    harm.stopped(call.estate, lpar, "recfgct")
    said = [call.text("mdsdr"), call.text("added", name="ctcas"), call.text("added", name="ctrmc"), call.text("started", name="ctrmc", pid=pid)]
    return Reply("\n".join(said) + "\n", delay=0.25 * call.estate.settle)


@command("lsnodeid", rsct=True)
def lsnodeid(call: Call) -> Reply:
    lpar = call.lpar
    node_id = lpar.loaded.node_id if lpar.loaded else identity.read_node_id(identity.cfg(lpar, "ct_node_id"))
    return Reply(node_id + "\n") if node_id else call.fail("no_node_id")


@command("ctskeygen", rsct=True, root=True, changes=given("-n"))
def ctskeygen(call: Call) -> Reply:
    flags, _rest = call.options("cndfim:p:q:h")
    lpar = call.lpar
    if "-n" in flags:
        # The trusted host list is left to ctsthl.
        identity.write_keys(lpar)
        lpar.exchange_at = call.now     # node and MCP exchange keys by themselves [doc AUTKEY]
        return Reply()
    key = identity.public_key(lpar)
    if "-d" not in flags or not key:
        return Reply(stderr="ctskeygen: 2641-200 The public key file could not be read.\n", rc=1)
    return Reply("%s \n(generation method: %s) \n" % ("\n".join(textwrap.wrap(key, 75)), identity.KEY_METHOD))


@command("ctsthl", rsct=True, root=True, changes=given("-a", "-d", "-s"))
def ctsthl(call: Call) -> Reply:
    flags, _rest = call.options("adlsf:n:m:p:h")
    lpar, host = call.lpar, flags.get("-n", "")
    entries = identity.trusted_hosts(lpar)
    if "-l" in flags:
        if entries is None:
            return Reply(stderr="ctsthl: 2641-210 The trusted host list file could not be read.\n", rc=1)
        return Reply("".join(_entry(name, value) for name, value in entries.items()))
    entries = entries or {}
    if "-s" in flags:
        (identity.trust_own_names if call.estate.ctsthl_replaces else identity.add_own_names)(lpar)
    elif "-a" in flags and host and flags.get("-p"):
        entries[host] = flags["-p"].lower()
        identity.write_trusted_hosts(lpar, entries)
    elif "-d" in flags and host in entries:
        del entries[host]
        identity.write_trusted_hosts(lpar, entries)
        lpar.exchange_at = call.now     # a missing entry is asked for anew
    else:
        return Reply(stderr="ctsthl: 2641-211 The entry could not be found or is not complete.\n", rc=1)
    return Reply()


def _entry(host: str, value: str) -> str:
    return "--------------------\nHost name: %s\nIdentifier Generation Method: %s\nIdentifier Value:\n%s\n" % (
        host, identity.KEY_METHOD, "\n".join(textwrap.wrap(value, 66)))


RULE = "-" * 72


@command("ctsvhbac", rsct=True, root=True)
def ctsvhbac(call: Call) -> Reply:
    call.options("dhmse:l:bp:q:t:")
    lpar = call.lpar
    entries, own = identity.trusted_hosts(lpar), identity.public_key(lpar)
    attention = False

    def block(label: str, value: str, rows: List[str]) -> List[str]:
        return ["%21s:  %s" % (label, value)] + rows + [""]

    def file_block(label: str, path: str, present: bool, key: bool) -> List[str]:
        rows = ["%21s:  Configuration file" % "Source", "%21s:  %s" % ("Status", "Available" if present else "Attention")]
        if key and present:
            rows += ["%21s:  rsa1024" % "Key Type", " " * 24 + "RSA key generation method, 1024-bit key"]
        return block(label, path, rows)

    private, public = bool(identity.private_seed(lpar)), bool(own)
    paired = identity.keys_pair(lpar)
    lines = [RULE, "Host Based Authentication Mechanism Verification Check", "", "Private and Public Key Verifications", ""]
    lines += block("Configuration file", "/opt/rsct/cfg/ctcasd.cfg", [
        "%21s:  Available" % "Status", "%21s:  rsa1024" % "Key Type", " " * 24 + "RSA key generation method, 1024-bit key"])
    lines += file_block("Private Key file", "/var/ct/cfg/ct_has.qkf", private, True)
    lines += file_block("Public Key file", "/var/ct/cfg/ct_has.pkf", public, True)
    lines += block("Key Parity", "Public and private keys are in pair" if paired else "Attention - public and private keys are not a pair", [])
    lines += ["Trusted Host List File Verifications", ""]
    lines += file_block("Trusted Host List file", "/var/ct/cfg/ct_has.thl", entries is not None, False)
    attention = not (paired and entries is not None)
    for name in identity.own_names(lpar):
        trusted = bool(entries) and entries.get(name) == own and bool(own)
        attention = attention or not trusted
        lines += block("Identity", name, ["%21s:  %s" % ("Status", "Trusted host" if trusted else "Attention")])
    lines += ["Host Based Authentication Mechanism Verification Check completed", RULE]
    return Reply("\n".join(lines) + "\n", rc=1 if attention else 0)


@command("ctsvhbal", rsct=True, root=True)
def ctsvhbal(call: Call) -> Reply:
    names: Dict[str, None] = dict.fromkeys(identity.own_names(call.lpar)[:-2])
    shown = [name if call.lpar.names_ok else name + ".wrong" for name in names]
    return Reply("ctsvhbal: The Host Based Authentication (HBA) mechanism identities for\nthe local system are:\n\n"
                 + "".join("               Identity:  %s\n" % name for name in shown))


@command("ctsvhbar", rsct=True, root=True)
def ctsvhbar(call: Call) -> Reply:
    said = []
    for name in call.args:
        hmc = next((h for h in call.estate.hmcs.values() if name in (h.name, h.address)), None)
        known = hmc.name if hmc and call.lpar.names_ok else "[Cannot determine host name]"
        said.append("Host name or network address: %s\nFully qualified host name\nused for authentication: %s\n" % (name, known))
    return Reply("\n".join(said))
