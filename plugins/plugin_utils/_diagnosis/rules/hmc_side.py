# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection. The HMC's side and the fleet."""

from __future__ import annotations

from .. import symptoms
from ..link import INACTIVE, NOT_CONNECTED
from ..finding import CERTAIN, FAULT, LIKELY, POSSIBLE, WARNING, Finding, hmcs, line, names
from ..reading import short_name
from .network import flows


def _severity(case, links):
    """A fault, unless the LPAR works by way of another HMC."""
    return WARNING if symptoms.works_elsewhere(case, links) else FAULT


def wrong_host(case):
    lpar = case.lpar
    if lpar is None or not lpar.machine or lpar.lpar_id is None:
        return None
    reached = "partition %s of %s, named %s" % (lpar.lpar_id, lpar.machine, lpar.lpar_name or lpar.hostname or "?")
    text = "Nothing may be changed on this host. Correct its address in the inventory or in DNS, and the address that the HMC keeps."
    evidence = [line("uname -L, lsattr -El sys0 on %s" % case.name, reached)]
    if case.expected and case.expected != case.key:
        meant = "partition %s of %s" % (case.expected[1], case.expected[0])
        return Finding("WRONG_HOST", "the login reached %s instead of %s." % (reached, meant), evidence + [line("inventory", meant)] + case.hmc_lines(),
                       text, owner="network", rungs=())
    if case.expected:
        return None
    own_names = {short_name(lpar.lpar_name), short_name(lpar.hostname)}
    if short_name(case.name) in own_names:
        return None
    keys = case.estate.keys_by_name.get(short_name(case.name), set())
    if len(keys) == 1 and case.key not in keys:
        row = case.estate.rows[min(keys)][0]
        evidence.append(line("lssyscfg on HMC %s" % row.hmc.name, "%s on %s" % (row.describe(), row.machine)))
        return Finding("WRONG_HOST", "the login to %s reached %s; the HMC knows %s as partition %s." % (case.name, reached, case.name, row.lpar_id),
                       evidence, text, confidence=LIKELY, owner="network", rungs=())
    if case.fleet.same_partition:
        others = ", ".join(sorted(other.name for other in case.fleet.same_partition))
        evidence += [line("uname -L, lsattr -El sys0 on %s" % other.name, "the same partition") for other in case.fleet.same_partition]
        return Finding("WRONG_HOST", "the inventory names %s and %s reach one and the same partition." % (case.name, others), evidence, text,
                       confidence=POSSIBLE, owner="network", rungs=())
    return None


def system_not_connected(case):
    links = [link for link in case.links if link.state == NOT_CONNECTED]
    if not links:
        return None
    systems = sorted({link.system.name or link.system.machine for link in links})
    return Finding(
        "SYSTEM_NOT_CONNECTED", "managed system %s is lost to %s (%s)." % (", ".join(systems), hmcs(links), links[0].system.state),
        case.hmc_lines(links) + case.token_lines(links), severity=_severity(case, links), owner="hmc", rungs=(), links=links,
        text="HMC owner: lssysconn -r all on %s, then the network between the HMC and the service processor. Nothing on the LPAR." % names(links))


def hmc_wide(case):
    if not case.fleet.wide:
        return None
    outages = case.fleet.wide
    links = [link for link in case.links if link.name in [outage.hmc for outage in outages]]
    told = ", ".join("%s: %d of %d running, %s" % (outage.hmc, len(outage.members), outage.running, outage.reach()) for outage in outages)
    return Finding(
        "HMC_WIDE", "%s lost many partitions at once (%s)." % (hmcs(links), told),
        [line("fleet", "inactive without a reason of their own on %s" % told)] + case.both_sides(links) + case.path_lines(links),
        severity=_severity(case, links), confidence=wide_confidence(outages), owner="hmc", rungs=(), links=links, flows=flows(case, links),
        text="HMC owner: on %s look at lshmc -V, lshmc -n, the firewall of the LAN adapter (RMC, 657 TCP and UDP), a full /tmp, "
             "diagrmc without --autocorrect. Nothing on the LPARs." % names(links))


def wide_confidence(outages) -> str:
    """Sure where LPARs of it work by way of their other HMC: then it is this HMC."""
    return CERTAIN if any(outage.elsewhere * 2 >= len(outage.members) for outage in outages) else LIKELY


def hmc_path(case):
    """The LPAR works by way of one HMC. Tokens i and X on the other have causes of their own, and so has a record of a replaced HMC."""
    down = [link for link in case.links if link.state == INACTIVE and link.token in ("O", None) and not link.replaced]
    working = symptoms.works_elsewhere(case, down)
    working += [link for link in case.managing() if link not in down and link not in working and not link.known() and link.token == "I"]
    # Two hosts with one node id take turns on every HMC: that is no path.
    if not down or not working or case.fleet.twins:
        return None
    text = "HMC or network owner: the path between the LPAR and %s, or RMC there" % hmcs(down)
    closed = [link for link in down if link.tcp() in ("timeout", "refused", "unreachable")]
    if closed:
        text += " (TCP 657: %s)" % closed[0].tcp()
    return Finding(
        "HMC_PATH", "inactive on %s, working on %s: the LPAR itself is fine." % (hmcs(down), names(working)),
        case.both_sides(down + working) + case.path_lines(down + working), severity=WARNING, owner="network",
        confidence=CERTAIN if case.lpar and all(link.token == "O" for link in down) else LIKELY, rungs=(), links=down, flows=flows(case, down),
        text=text + ". Nothing disruptive on the LPAR for the second connection's sake.")


def hmc_cache_mismatch(case):
    links = [link for link in case.links if link.state == INACTIVE and link.row.raw_active is not False and (link.token == "I" or link.row.raw_active)]
    links = [link for link in links if link.token in (None, "I")]
    if not links or case.fleet.twins or symptoms.suspended(case):
        return None
    proven = all(link.row.raw_active and not symptoms.sharers(case, link) for link in links)
    return Finding(
        "HMC_CACHE_MISMATCH", "inactive on %s although the connection is up: the two stores of the HMC disagree." % hmcs(links),
        case.both_sides(links), confidence=CERTAIN if proven else POSSIBLE, owner="hmc", links=links,
        text="On %s: chsysstate -r sys -m '%s' -o rebuild. Effect within 5 min. Nothing on the LPAR, no HMC restart." % (hmcs(links), case.machine))


def recycled_ip(case):
    for link in case.links:
        others = symptoms.sharers(case, link)
        if not others:
            continue
        other = others[0]
        address = other.address
        return Finding(
            "RECYCLED_IP", "HMC %s keeps the address %s for the partition %s (id %s, %s) too." % (link.name, address, other.name, other.lpar_id, other.state),
            case.both_sides([link]) + [line("lssyscfg on HMC %s" % link.name, "%s on %s" % (row.describe(), row.machine)) for row in others],
            owner="hmc", rungs=(), links=[link], confidence=CERTAIN if not other.running() else LIKELY,
            text="HMC owner: on %s remove the dead partition %s or its address, then chsysstate -r sys -m '%s' -o rebuild. "
                 "Restarting the HMC did not help others; nothing on the LPAR." % (link.name, other.name, case.machine))
    return None


def stale_address(case):
    links = [link for link in case.links if symptoms.stale_address(case, link)]
    if not links:
        return None
    link = links[0]
    real = ", ".join(sorted(case.lpar.addresses))
    source = next((path.source for path in link.paths if path.source), sorted(case.lpar.addresses)[0])
    return Finding(
        "STALE_ADDRESS", "looked for at %s by %s; its real address: %s." % (link.row.address, hmcs(links), real),
        case.both_sides(links) + [line("ifconfig -a on %s" % case.name, real)], confidence=LIKELY, owner="hmc", links=links,
        text="On HMC %s: diagrmc -m '%s' --ip %s --id %s --autocorrect -v (up to 10 min). If it stays: reset the connection to the service "
             "processor. A rebuild did not help others." % (link.name, case.machine, source, case.lpar_id))
