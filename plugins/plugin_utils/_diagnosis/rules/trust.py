# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection. Identity and trust."""

from __future__ import annotations

from .. import levels, symptoms
from ..finding import CERTAIN, FAULT, LIKELY, POSSIBLE, WARNING, Finding, hmcs, line, names
from ..reading import moment


# What an HMC, or RSCT, calls the mode that shuts nobody out.
_LAX_MODES = ("legacy", "none", "default")


def mcp_stale(case):
    lpar = case.lpar
    if lpar is None or not lpar.active("ctrmc") or not lpar.records or case.in_band_only():
        return None
    managing = [link for link in case.managing() if link.row or link.system]
    if not managing:
        return None
    replaced = [link for link in managing if link.replaced and link.token != "I"]
    if replaced:
        return _replaced(case, replaced)
    if any(link.record for link in managing) or any(link.token == "I" for link in case.links):
        return None
    strangers = [link for link in case.links if link.record and not (link.row or link.system)]
    if not strangers:
        return None
    told = ", ".join(sorted("%s (%s)" % (link.name, link.record.hmc_name or "no serial") for link in strangers))
    return Finding(
        "MCP_STALE", "IBM.MCP names only %s, which does not manage this machine; managed by %s." % (told, hmcs(managing)),
        _record_lines(case, strangers) + case.both_sides(), links=managing,
        text="On %s as root: rmcctrl -p, rmcrefreshMD -s ctrmc; if IBM.MCP does not name %s after 5 min: recycle, which adds it. No recfgct, no rebuild, "
             "and the old record stays." % (case.name, names(managing)))


def _replaced(case, links):
    """The address is right and the HMC behind it is another one: refreshing does not correct such a record."""
    link = links[0]
    return Finding(
        "MCP_STALE", "the HMC was replaced under the same address: IBM.MCP says %s, HMC %s is %s*%s." % (
            link.record.hmc_name, link.hmc.name, link.hmc.model, link.hmc.serial),
        _record_lines(case, links) + [line("lshmc -v on HMC %s" % link.hmc.name, "%s*%s" % (link.hmc.model, link.hmc.serial))] + case.both_sides(links),
        rungs=("targeted", "recycle"), links=links,
        text="On %s: correct the one IBM.MCP record with HMCName %s (chrsrc, saved copy first), then recycle. refrsrc and an HMC rebuild did not help "
             "others; no recfgct first." % (case.name, link.record.hmc_name))


def _record_lines(case, links) -> list:
    return [
        line("lsrsrc IBM.MCP on %s" % case.name, "HMCName %s, address %s" % (link.record.hmc_name or "empty", ", ".join(link.record.addresses) or "none"))
        for link in links if link.record
    ]


def _pending(case) -> list:
    return [link for link in case.links if link.token == "i" and link.managing()]


def auth_pending(case):
    links = _pending(case)
    if not links or not case.lpar.active("ctrmc"):
        return None
    limits = case.thresholds
    age = case.lpar.rmcd_seconds()
    sure = POSSIBLE if age is not None and age < limits.rmcd_settle_seconds else LIKELY
    if (age is not None and age > limits.auth_pending_seconds) or _seen_before(case, links):
        sure = CERTAIN
    attention = case.lpar.attention
    evidence = case.both_sides(links) + [line("ctsvhbac on %s" % case.name, "Status: Attention for %s" % entry) for entry in attention]
    if age is not None:
        evidence.append(line("ps on %s" % case.name, "rmcd runs for %d s" % age))
    if attention:
        text = "Repair the resolution of %s first (owner; ctsvhbal here, ctsvhbar on the other side). Then one trusted-host entry, or recycle." % (
            ", ".join(attention))
        rungs = None
    else:
        text = "Read again after 60 s; if i stays: recycle on %s (keys are exchanged anew), then diagrmc --autocorrect on the HMC." % case.name
        rungs = ("recycle", "targeted", "hmc_autocorrect")
    return Finding(
        "AUTH_PENDING", "packets pass, the hand-shake with %s does not complete (token i)." % hmcs(links), evidence, confidence=sure, links=links,
        rungs=rungs, text=text + " Never delete key files, no recfgct first.")


def _seen_before(case, links) -> bool:
    """The same token in an earlier report, long enough ago."""
    now = case.lpar.collected_at or case.estate.collected_at
    before = (case.previous or {}).get("hmc_states")
    then = moment((case.previous or {}).get("collected_at"))
    if not isinstance(before, dict) or now is None or then is None or now - then < case.thresholds.second_sample_seconds:
        return False
    return any(isinstance(before.get(link.name), dict) and before[link.name].get("token") == "i" for link in links)


def keys_damaged(case):
    lpar = case.lpar
    if lpar is None:
        return None
    missing = [file for name, file in (("private", "ct_has.qkf"), ("public", "ct_has.pkf")) if lpar.key_present(name) is False]
    pair = lpar.pair
    if not missing and pair is not False:
        return None
    if missing:
        what = "%s is missing" % " and ".join(missing)
    else:
        what = "private and public key are no pair"
    suffering = case.suffering()
    evidence = [line("/var/ct/cfg on %s" % case.name, "%s missing" % name) for name in missing]
    if pair is False:
        evidence.append(line("ctsvhbac on %s" % case.name, "keys are not in pair"))
    return Finding(
        "KEYS_DAMAGED", "the host's keys are damaged: %s." % what, evidence + case.both_sides(), severity=FAULT if suffering else WARNING, decides=suffering,
        confidence=CERTAIN if len(missing) == 1 or pair is False else LIKELY, links=case.down_links(),
        text="Restore the own snapshot of %s if no re-key happened since it was taken; else recycle; then ctskeygen -n, recfgct -s. "
             "Never delete the other key file, never copy keys between hosts." % case.name)


def clock_skew(case):
    lpar = case.lpar
    if lpar is None or lpar.clock_offset is None:
        return None
    limit = case.thresholds.clock_skew_seconds
    far = []
    for link in case.links:
        offset = link.hmc.clock_offset if link.hmc else None
        if link.managing() and offset is not None and abs(lpar.clock_offset - offset) > limit:
            far.append((link, lpar.clock_offset - offset))
    pending = _pending(case)
    if not far and not (abs(lpar.clock_offset) > limit and any(link.hmc is None or link.hmc.clock_offset is None for link in pending)):
        return None
    links = [link for link, dummy in far] or pending
    against = hmcs(links) if far else "the controller (the HMC's clock is not known)"
    skew = max((skew for dummy, skew in far), key=abs) if far else lpar.clock_offset
    decides = any(link.token == "i" for link in links)
    hmc_is_off = [link for link, dummy in far if abs(link.hmc.clock_offset) > abs(lpar.clock_offset)]
    whose = hmcs(hmc_is_off) if hmc_is_off else case.name
    evidence = [line("date on %s" % case.name, "%+d s against the controller" % lpar.clock_offset)]
    evidence += [line("date on HMC %s" % link.name, "%+d s against the controller" % link.hmc.clock_offset) for link, dummy in far]
    return Finding(
        "CLOCK_SKEW", "the clock is %d s %s %s; credentials live 300 s." % (abs(skew), "ahead of" if skew > 0 else "behind", against),
        evidence + case.token_lines(links), severity=FAULT if decides else WARNING, decides=decides, confidence=CERTAIN if far else LIKELY, rungs=(),
        links=[link for link in links if link.down()],
        text="Time service owner: correct the clock of %s (xntpd, chrony), then refresh. Nothing on the keys." % whose)


def security_mode(case):
    lpar = case.lpar
    links = _pending(case)
    level = lpar.level("rsct.core.rmc") if lpar else ""
    found = levels.parse(level)
    if not links or not found or found >= levels.STRICT_MODE_LEVEL or lpar.attention or not lpar.active("ctrmc"):
        return None
    modes = [(link, link.hmc.security_mode if link.hmc else "") for link in links]
    strict = [(link, mode) for link, mode in modes if mode and mode not in _LAX_MODES]
    # A mode that nobody could tell is a question worth to be asked, and no cause.
    asked = strict or [(link, mode) for link, mode in modes if not mode]
    if not asked:
        return None
    links = [link for link, dummy in asked]
    told = [line("lshmc -r on HMC %s" % link.name, "security=%s" % (mode or "not told")) for link, mode in asked]
    return Finding(
        "SECURITY_MODE", "token i with the old rsct.core.rmc %s: an HMC in NIST SP800-131A mode shuts it out." % level,
        [line("lslpp on %s" % case.name, "rsct.core.rmc %s" % level)] + told + case.both_sides(links), owner="security", rungs=(), links=links,
        confidence=CERTAIN if strict else POSSIBLE, severity=FAULT if strict else WARNING, decides=bool(strict),
        text="HMC owner: which security mode is set on %s, and since when? Cure: update RSCT on %s, driven from the HMC. No new keys on the LPAR alone." % (
            names(links), case.name))


def node_id_duplicate(case):
    twins = case.fleet.twins
    if not twins:
        return _twin_out_of_sight(case)
    others = [other for other in twins.cases if other is not case]
    told = ", ".join("%s (id %s on %s)" % (other.name, other.lpar_id, other.machine) for other in others)
    evidence = [id_line(twins, other) for other in [case] + others] + case.both_sides()
    copies = [case] if case in twins.clones else twins.clones
    evidence += [line("IBM.MCP on %s" % copy.name, sign) for copy in copies for sign in twins.signs(copy)]
    clones = _listed(twins.clones)
    rungs = ()
    if twins.unread:
        unread = _listed(twins.unread)
        role = "%s could not be read, so which of them is the clone cannot be told" % unread
        text = "Make %s answer, then diagnose again. Only a clone gets recfgct. Change none of them before." % unread
    elif not twins.clones:
        role = "which of them is the clone cannot be told from the evidence"
        text = "Decide by hand which host was copied (install date lslpp -h, IBM.MCP, who made the copy). Only the clone gets recfgct. Change neither before."
    elif case in twins.clones:
        role = "this one is the clone" if len(twins.clones) == 1 else "this one is a clone"
        text = "With approval by id, on the clone %s only: recfgct; rmcctrl -p (new node id; 15 min). The original stays untouched." % case.name
        if len(twins.clones) > 1:
            text += " One at a time: the clones are %s." % clones
        rungs = ("reset_new_id",)
    else:
        role = "this one is the original"
        text = "Touch nothing here. The clone %s gets a new node id." % clones
        if len(twins.clones) > 1:
            text = "Touch nothing here. The clones %s get new node ids, one at a time." % clones
    return Finding(
        "NODE_ID_DUPLICATE", "same node id %s as %s: %s." % (twins.node_id, told, role), evidence, text, rungs=rungs, links=case.down_links(),
        # Of a host that could not be read an earlier report decides nothing.
        severity=FAULT if case.lpar else WARNING, decides=case.lpar is not None, confidence=CERTAIN if twins.seen() and case not in twins.unread else LIKELY)


def id_line(twins, case):
    return line("an earlier report of %s" % case.name if case in twins.unread else "lsnodeid on %s" % case.name, twins.node_id)


def _listed(cases) -> str:
    return ", ".join(case.name for case in cases)


def _twin_out_of_sight(case):
    """Token Z says that some node of this id, or the path, goes up and down: the other one need not be in the inventory."""
    links = [link for link in case.links if link.token == "Z" and link.managing()]
    if not links:
        return None
    node_id = case.lpar.node_id or "(not read)"
    return Finding(
        "NODE_ID_DUPLICATE", "suspended towards %s because it goes up and down (token Z): often a second host carries its node id %s." % (
            hmcs(links), node_id),
        [line("lsnodeid on %s" % case.name, node_id)] + case.both_sides(links), rungs=(), links=links, confidence=POSSIBLE,
        severity=WARNING if symptoms.works_elsewhere(case, links) else FAULT,
        text="Find the second host with id %s, also outside this inventory: copies and restores of %s, /etc/ct_node_id of what was cloned, diagrmc on the HMC. "
             "If there is none: a path that is lost again and again. Change nothing before." % (node_id, case.name))


def node_id_inconsistent(case):
    if not symptoms.inconsistent_ids(case) or case.fleet.twins:
        return None
    ids = case.lpar.node_ids
    told = ", ".join("%s %s" % (where, ids[place] or "none") for where, place in (("lsnodeid", "live"), ("/etc/ct_node_id", "etc"), ("/var/ct/cfg", "var_ct")))
    good = bool(ids["etc"])
    return Finding(
        "NODE_ID_INCONSISTENT", "the copies of the node id differ: %s." % told,
        [line("node id on %s" % case.name, told)] + case.both_sides(), links=case.down_links(), rungs=("reset_keep_id",) if good else ("reset_new_id",),
        text="With approval by id, on %s: %s. No cfgct or uncfgct, no editing of the files." % (
            case.name, "recfgct -s (keeps the id of /etc/ct_node_id); rmcctrl -p" if good else "recfgct (the copy in /etc is gone); rmcctrl -p"))
