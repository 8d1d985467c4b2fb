# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection. The way between LPAR and HMC."""

from __future__ import annotations

from .. import filters, rmcd_log, symptoms
from ..link import ACTIVE, INACTIVE, NO_CAPS, UNASKED, UNREAD
from ..finding import CERTAIN, FAULT, LIKELY, POSSIBLE, WARNING, Finding, hmcs, line, names

_CLOSED = ("timeout", "unreachable", "refused")


def flows(case, links) -> list:
    """What a firewall must let through for these connections, for a request with exact addresses."""
    found = []
    for link in links:
        source = next((path.source for path in link.paths if path.source), "")
        lpar = source or (link.row.address if link.row else "") or (min(case.lpar.addresses) if case.lpar and case.lpar.addresses else "")
        for address in link.addresses():
            found.append({"lpar": lpar, "hmc": address, "hmc_name": link.name, "port": _port([link]), "protocols": ["tcp", "udp"], "directions": "both"})
    return found


def _request(case, links) -> str:
    """The same as one sentence."""
    wanted = flows(case, links)
    ends = ", ".join(dict.fromkeys("%s (%s)" % (flow["hmc"], flow["hmc_name"]) for flow in wanted)) or names(links)
    lpars = ", ".join(dict.fromkeys(flow["lpar"] for flow in wanted if flow["lpar"])) or case.name
    return "TCP and UDP %d, both directions, between %s and %s" % (_port(links), lpars, ends)


def _port(links) -> int:
    return next((path.port for link in links for path in link.paths), 657)


def _silent(case) -> list:
    """Connections without a heartbeat although rmcd runs, the record is right and the HMC looks in the right place."""
    lpar = case.lpar
    if lpar is None or not lpar.active("ctrmc") or lpar.tcp is False or case.in_band_only() or symptoms.inconsistent_ids(case) or case.fleet.twins:
        return []
    return [
        link for link in case.links
        if link.token == "O" and link.managing() and link.record and not link.replaced and not symptoms.sharers(case, link)
        and link.state in (INACTIVE, UNREAD, UNASKED, ACTIVE, NO_CAPS) and not symptoms.stale_address(case, link)
    ]


def _sure(links, sure) -> str:
    """An HMC that did not answer may be down itself: then a silent path says little."""
    return sure if any(link.known() for link in links) else POSSIBLE


def _severity(case, links):
    return WARNING if symptoms.works_elsewhere(case, links) else FAULT


def network_segment(case):
    if not case.fleet.segments:
        return None
    segments = case.fleet.segments
    links = [link for link in case.links if link.name in [segment.hmc for segment in segments]]
    told = "%s: %d of %d partitions" % (segments[0].subnet, len(segments[0].members), segments[0].running)
    return Finding(
        "NETWORK_SEGMENT", "subnet %s, no heartbeat to %s, while other subnets work." % (told, hmcs(links)),
        [line("fleet", "inactive on %s without a reason of their own: %s" % (names(links), told))] + case.both_sides(links) + case.path_lines(links),
        severity=_severity(case, links), confidence=CERTAIN if case.lpar else LIKELY, owner="network", rungs=(), links=links, flows=flows(case, links),
        text="Network owner, one request for all members: open %s. Nothing on the LPARs." % _request(case, links))


def network_tcp_blocked(case):
    links = [link for link in _silent(case) if link.tcp() in _CLOSED]
    if not links:
        return None
    result = links[0].tcp()
    why = {
        "timeout": "the connect is dropped on the way",
        "unreachable": "there is no route to it",
        "refused": "it is refused: a firewall that rejects, or RMC on the HMC does not listen",
    }[result]
    ends = ", ".join(dict.fromkeys(path.address for link in links for path in link.paths if path.result in _CLOSED))
    return Finding(
        "NETWORK_TCP_BLOCKED", "TCP %d to %s (%s): %s. rmcd runs and listens." % (_port(links), hmcs(links), ends, why),
        case.both_sides(links) + case.path_lines(links), severity=_severity(case, links), owner="network", rungs=(), links=links, flows=flows(case, links),
        confidence=_sure(links, LIKELY if result == "refused" else CERTAIN),
        text="Network owner: open %s. Nothing on RSCT." % _request(case, links))


def network_udp_blocked(case):
    links = [link for link in _silent(case) if link.tcp() == "open"]
    if not links:
        return None
    young = case.rmcd_young(case.thresholds.rmcd_settle_seconds)
    return Finding(
        "NETWORK_UDP_BLOCKED", "TCP %d to %s works, but no heartbeat arrives (token O): UDP is suspected." % (_port(links), hmcs(links)),
        case.both_sides(links) + case.path_lines(links), severity=_severity(case, links), owner="network", rungs=(), links=links, flows=flows(case, links),
        confidence=_sure(links, POSSIBLE if young else LIKELY),
        text="Network owner: open %s; an open TCP port proves nothing here. Proof: ctsyschk -C m on the LPAR. Nothing on RSCT." % _request(case, links))


def local_filter(case):
    denials = filters.denials(case)
    if not denials:
        return None
    told = list(dict.fromkeys(" ".join(str(value) for value in denial.rule.values()) for denial in denials))
    links = [link for link in case.links if any(denial.link is link for denial in denials)]
    sure = any(denial.sure for denial in denials)
    return Finding(
        "LOCAL_FILTER", "the host's own IP filter denies port %d to %s (%d rule%s)%s." % (
            _port(links), hmcs(links), len(told), "" if len(told) == 1 else "s", "" if sure else ", unless a rule before that could not be read permits it"),
        [line("lsfilt on %s" % case.name, rule) for rule in told] + case.both_sides() + case.path_lines(), owner="security", rungs=(),
        links=links, confidence=CERTAIN if sure else LIKELY,
        text="Owner of the host's firewall: permit TCP and UDP 657 both ways%s. The collection never changes filters: mkfilt -u would activate "
             "every stored rule." % (" (viosecure -firewall on a VIOS)" if case.kind() == "vios" else ""))


def mtu_mismatch(case):
    links = [link for link in case.links if link.token == "X" and link.managing()]
    if not links:
        return None
    large = [
        (interface.get("name"), interface.get("mtu")) for interface in case.lpar.interfaces
        if isinstance(interface.get("mtu"), int) and interface["mtu"] > 1500 and not str(interface.get("name")).startswith("lo")
    ]
    told = ", ".join("%s MTU %s" % entry for entry in large)
    return Finding(
        "MTU_MISMATCH", "rmcd suspended %s (token X): heartbeats pass, larger packets do not%s." % (hmcs(links), "; " + told if told else ""),
        case.both_sides(links) + [line("netstat -in on %s" % case.name, told or "no interface above 1500")], owner="network", rungs=(), links=links,
        confidence=CERTAIN if large else LIKELY,
        text="Network owner: one MTU on the whole path (host, SEA, switches, HMC); prove it with a large ping. Then refresh -s ctrmc. "
             "The collection never changes an MTU.")


def multi_homed(case):
    links = [link for link in _silent(case) if symptoms.source_differs(link)]
    if not links:
        return None
    link = links[0]
    sources = ", ".join(symptoms.source_differs(link))
    return Finding(
        "MULTI_HOMED", "packets to HMC %s leave from %s; the HMC was told %s." % (link.name, sources, ", ".join(link.record.own_addresses)),
        case.both_sides(links) + case.path_lines(links), owner="network", rungs=(), links=links, confidence=_sure(links, LIKELY),
        text="Network owner: one route to the HMC, by the address that it knows (netstat -rn; a host route). No recycle.")


def mgmt_if_lost(case):
    links = [link for link in case.links if link.record and link.token != "I" and _over_link_local(link)]
    if not links or case.lpar.has_fe80() is not False:
        return None
    return Finding(
        "MGMT_IF_LOST", "the management runs over IPv6 link-local, but no interface has an fe80:: address.",
        case.token_lines(links) + case.path_lines(links) + [line("ifconfig -a on %s" % case.name, "no fe80:: address")], owner="network", rungs=(), links=links,
        confidence=LIKELY,
        text="Owner of the host: create the link-local address of the management interface again (autoconf6 -i enN), then refresh; wait 15 min. "
             "A recycle without it does nothing.")


def _over_link_local(link) -> bool:
    record = link.record
    return any(entry.startswith("fe80:") for entry in record.addresses + record.own_addresses)


def port_conflict(case):
    told = rmcd_log.foreign_messages(case)
    if len(told) < case.thresholds.foreign_min_messages:
        return None
    suffering = case.suffering()
    return Finding(
        "PORT_CONFLICT", "rmcd receives messages that are not its own on UDP 657, again and again (2610-217, %d lines)." % len(told),
        told[-3:] + case.both_sides(), owner="network", rungs=(),
        severity=FAULT if suffering else WARNING, decides=suffering, confidence=LIKELY, links=case.down_links(),
        text="Network owner: find the foreign sender (tcpdump -n udp port 657 on the host) and stop it. RMCD_INFO_2_ST is no fault.")


def in_band_down(case):
    lpar = case.lpar
    if lpar is None or lpar.in_band != "inoperative":
        return None
    alone = case.in_band() and case.suffering()
    closed = [line("netstat -an on %s" % case.name, "no TCP listener on port 657")] if lpar.tcp is False else []
    return Finding(
        "IN_BAND_DOWN", "mcproxy is defined but inoperative%s." % ("; no IP path is expected here" if alone else ""),
        [line("lssrc -g rsct on %s" % case.name, "mcproxy inoperative")] + closed + case.both_sides(), severity=FAULT if alone else WARNING, decides=alone,
        links=case.down_links(), text="On %s as root: startsrc -s mcproxy. Rules about port 657 do not apply here." % case.name)
