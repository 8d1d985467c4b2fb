# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity and trust: records, keys, names, node ids."""

from __future__ import annotations

from .. import identity
from ..model import Lpar
from .base import EITHER, LINK, Where, fault, old_record, set_level, set_records


@fault()
def mcp_missing(where: Where, seen: bool = True) -> None:
    """No IBM.MCP record: the node is in no management domain, UDP 657 is not bound (option seen=false: and never was, the HMCs have no row of it)."""
    for lpar in where.lpars:
        for hmc in [] if seen else where.estate.hmcs_of(lpar.machine):
            hmc.nodes.pop(lpar.slot, None)
        set_records(lpar, [])


@fault()
def mcp_stale(where: Where, same_ip: bool = False) -> None:
    """The only IBM.MCP record is that of a retired HMC (option same_ip=true: replaced under the same address)."""
    for lpar in where.lpars:
        addresses = [hmc.address for hmc in where.estate.hmcs_of(lpar.machine)] if same_ip else [where.estate.base + ".0.10"]
        set_records(lpar, [old_record(where, lpar, address) for address in addresses])


@fault(LINK)
def auth_pending(where: Where, how: str = "list") -> None:
    """Trust is out of step: wrong entries in the trusted host list (option how=hmc_key: the HMC holds an old key; how=names: names resolve differently)."""
    for lpar in where.lpars:
        if how == "names":
            lpar.names_ok = False
        elif how == "hmc_key":
            for hmc in where.hmcs(lpar):
                hmc.keys[lpar.name] = identity.public_of("before")
        else:
            entries = identity.trusted_hosts(lpar) or {}
            own = [] if where.hmc else [lpar.address]
            for name in [hmc.name for hmc in where.hmcs(lpar)] + own:
                entries[name] = identity.public_of("wrong")
            identity.write_trusted_hosts(lpar, entries)


@fault()
def keys_damaged(where: Where, how: str = "public") -> None:
    """The public key file is gone (option how=private: the private one; how=pair: they do not belong together; how=new: a new pair nobody knows)."""
    for lpar in where.lpars:
        if how in ("public", "private"):
            identity.cfg(lpar, "ct_has.pkf" if how == "public" else "ct_has.qkf").unlink(missing_ok=True)
        elif how == "pair":
            public = identity.cfg(lpar, "ct_has.pkf")
            public.chmod(0o644)
            public.write_text("%s %s\n" % (identity.KEY_METHOD, identity.public_of("another")), encoding="utf-8")
            public.chmod(0o444)
        else:
            identity.write_keys(lpar)
            identity.trust_own_names(lpar)


@fault(EITHER)
def clock_skew(where: Where, seconds: float = 900.0) -> None:
    """The clock of the host, or of the HMC, is 15 minutes ahead (option seconds)."""
    for host in where.lpars or [where.hmc]:
        host.clock_offset = seconds


@fault(EITHER)
def security_mode(where: Where) -> None:
    """The HMCs are in NIST mode and the host's RSCT is too old for it."""
    for lpar in where.lpars:
        set_level(lpar, "3.1.4.9")
        for hmc in where.hmcs(lpar):
            hmc.security_mode = "nist_sp800_131a"
    if where.hmc and not where.lpars:
        where.hmc.security_mode = "nist_sp800_131a"


@fault()
def node_id_duplicate(where: Where, original: str = "", registry: bool = True) -> None:
    """The host is a clone: it carries node id and registry of another one (options original=NAME, registry=false: records of its own)."""
    for lpar in where.lpars:
        if original and (original == lpar.name or original not in where.estate.lpars):
            raise ValueError("NODE_ID_DUPLICATE: no other host %r" % original)
        source = where.estate.lpars[original] if original else _neighbour(where, lpar)
        lpar.clone_of = source.name
        node_id = identity.read_node_id(identity.etc_node_id(source))
        for path in (identity.etc_node_id(lpar), identity.cfg(lpar, "ct_node_id")):
            identity.write_node_id(path, node_id)
        records = identity.records(lpar)
        for record in records if registry else []:
            record.node_names = [source.hostname]
        identity.store_records(lpar, records)
        if lpar.loaded:
            lpar.loaded.node_id = node_id


def _neighbour(where: Where, lpar: Lpar) -> Lpar:
    others = [each for each in where.estate.lpars.values() if each.machine == lpar.machine and each not in where.lpars]
    if not others:
        raise ValueError("NODE_ID_DUPLICATE: %s has no neighbour to be a clone of; use original=NAME" % lpar.name)
    return others[-1]


@fault()
def node_id_inconsistent(where: Where, how: str = "differs") -> None:
    """The copies of the node id differ (option how=missing: the working copy is gone; how=etc: the one in /etc is)."""
    for lpar in where.lpars:
        if how == "etc":
            identity.etc_node_id(lpar).unlink(missing_ok=True)
        elif how == "missing":
            identity.cfg(lpar, "ct_node_id").unlink(missing_ok=True)
        else:
            identity.write_node_id(identity.cfg(lpar, "ct_node_id"), identity.new_node_id())
        if lpar.loaded:
            lpar.loaded.consistent = False
            lpar.loaded.node_id = identity.read_node_id(identity.cfg(lpar, "ct_node_id"))
