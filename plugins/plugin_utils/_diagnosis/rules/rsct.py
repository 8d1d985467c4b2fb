# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection. RSCT on the LPAR."""

from __future__ import annotations

from .. import levels, symptoms
from ..link import NO_CAPS
from ..finding import CERTAIN, FAULT, LIKELY, POSSIBLE, WARNING, Finding, hmcs, line


def _grade(case) -> dict:
    """A fault that decides where a connection is down, else worth a warning."""
    return {} if case.suffering() else {"severity": WARNING, "decides": False}


def filesystem_full(case):
    full = symptoms.full_filesystems(case)
    if not full:
        return None
    mounts = ", ".join(mount for mount, dummy in full)
    logged = [line("errpt on %s" % case.name, "%s %s %s" % (entry.get("time"), entry.get("resource"), entry.get("description")))
              for entry in case.lpar.errors if str(entry.get("resource")) == "SYSJ2"]
    return Finding(
        "FILESYSTEM_FULL", "%s is full: rmcd cannot write, every other RSCT symptom follows from it." % mounts,
        [line("df on %s" % case.name, "%s: %s" % entry) for entry in full] + logged[:3], rungs=(), links=case.down_links(), **_grade(case),
        text="Owner of the host: free space in %s (find large files, chfs), then start what is down. No snapshot and no repair into a full "
             "file system." % mounts)


def rsct_missing(case):
    lpar = case.lpar
    if lpar is None or lpar.filesets is None:
        return None
    missing = [name for name in levels.NEEDED if name not in lpar.filesets or lpar.filesets[name][1].upper() in ("B", "?", "BROKEN")]
    if not missing:
        return None
    return Finding(
        "RSCT_MISSING", "needed filesets are not installed: %s." % ", ".join(missing),
        [line("lslpp on %s" % case.name, "%s: %s" % (name, "not installed" if name not in lpar.filesets else "broken")) for name in missing],
        rungs=(), links=case.down_links(), **_grade(case),
        text="AIX owner: install %s from the installation media of this level (installp -acgXd), then diagnose again. No recfgct." % ", ".join(missing))


def rsct_bad_level(case):
    lpar = case.lpar
    level = lpar.level("rsct.core.rmc") if lpar else ""
    if not level:
        return None
    told = levels.trouble(level)
    fact = case.fleet.bad_level
    if not told and not fact:
        return None
    evidence = [line("lslpp on %s" % case.name, "rsct.core.rmc %s: %s" % (level, entry)) for entry in told or ("no APAR is known to us",)]
    if fact:
        evidence.append(line("fleet", "%d of %d hosts with this level are down without another reason; other levels are fine" % (len(fact[1]), fact[2])))
    listed = any("HIPER" not in entry for entry in told)
    warning = " Clustered: update before the next HMC work, in the cluster's own order." if told and case.lpar.cluster_member else ""
    return Finding(
        "RSCT_BAD_LEVEL", "rsct.core.rmc %s: %s." % (level, told[0] if told else "down all over the fleet, and only this level"), evidence, rungs=(),
        links=case.down_links(), confidence=LIKELY if listed and case.suffering() else POSSIBLE, **_grade(case),
        text="AIX owner: update RSCT (update wave for this level).%s Recycling again and again does not help." % warning)


def rsct_down(case):
    lpar = case.lpar
    if lpar is None or lpar.subsystems is None:
        return None
    if lpar.active("ctrmc"):
        if lpar.on_file("IBM.MgmtDomainRM") and not lpar.active("IBM.MgmtDomainRM"):
            young = case.rmcd_young(case.thresholds.rmcd_start_seconds)
            return Finding(
                "RSCT_DOWN", "IBM.MgmtDomainRM is inoperative: the LPAR does not learn of its HMCs.",
                [line("lssrc -a on %s" % case.name, "ctrmc active, IBM.MgmtDomainRM inoperative")] + case.both_sides(), links=case.down_links(),
                confidence=POSSIBLE if young else CERTAIN, text="On %s as root: startsrc -s IBM.MgmtDomainRM." % case.name)
        return None
    on_file = lpar.on_file("ctrmc")
    state = "inoperative" if on_file else "not on file (0513-085)"
    closed = [line("netstat -an on %s" % case.name, "port 657: TCP %s, UDP %s" % (_listens(lpar.tcp), _listens(lpar.udp)))]
    return Finding(
        "RSCT_DOWN", "rmcd is down: ctrmc is %s." % state,
        [line("lssrc -a on %s" % case.name, "ctrmc %s" % state)] + closed + case.both_sides() + case.path_lines(), links=case.down_links(),
        text="On %s as root: rmcctrl %s; then lsrsrc answers within 20 s, and the HMC follows within 5 min. Check lsitab ctrmc. No recfgct." % (
            case.name, "-s" if on_file else "-A"))


def _listens(value) -> str:
    return {True: "listens", False: "does not listen"}.get(value, "not known")


def remote_disabled(case):
    lpar = case.lpar
    if lpar is None or not lpar.active("ctrmc") or lpar.tcp is not False or case.in_band_only():
        return None
    if lpar.udp is not True and lpar.records != []:
        return None
    if case.rmcd_young(case.thresholds.rmcd_start_seconds):
        return None
    without_r = lpar.rmcd.get("remote_flag") is False
    evidence = [line("netstat -an on %s" % case.name, "no TCP listener on port 657; UDP %s" % _listens(lpar.udp))]
    if lpar.rmcd.get("args"):
        evidence.append(line("ps on %s" % case.name, lpar.rmcd.get("args")))
    return Finding(
        "REMOTE_DISABLED", "remote clients are disabled: rmcd runs and does not listen on TCP 657.", evidence + case.both_sides(), links=case.down_links(),
        confidence=CERTAIN if without_r else LIKELY,
        text="On %s as root: rmcctrl -p, then rmcrefreshMD -s ctrmc. Find out who ran rmcctrl -P or -Q. No recycle." % case.name)


def message_policy(case):
    lpar = case.lpar
    if lpar is None or not lpar.active("ctrmc"):
        return None
    told = [found for found in lpar.src_arguments.split() if found in ("-m", "-M")]
    if not told or not case.suffering():
        return None
    return Finding(
        "MESSAGE_POLICY", "the message policy of rmcd was changed (%s)." % lpar.src_arguments,
        [line("odmget SRCsubsys ctrmc on %s" % case.name, "cmdargs %s" % lpar.src_arguments)] + case.both_sides(), owner="security", rungs=(),
        confidence=POSSIBLE, links=case.down_links(),
        text="Security owner: why was rmcctrl -m or -M run? Default: rmcctrl -m E and rmcctrl -M E (next start). Policy D is no repair.")


def drm_down(case):
    lpar = case.lpar
    no_caps = [link for link in case.managing() if link.state == NO_CAPS]
    if lpar is None:
        return None if not no_caps else Finding(
            "DRM_DOWN", "active on %s without DLPAR capabilities: IBM.DRM does not answer." % hmcs(no_caps), case.hmc_lines(no_caps), confidence=LIKELY,
            links=no_caps, text="On %s as root: lssrc -s IBM.DRM, startsrc -s IBM.DRM." % case.name)
    if not lpar.active("ctrmc"):
        return None
    up = [link for link in case.managing() if link.token == "I" or link.state == NO_CAPS]
    inoperative = lpar.active("IBM.DRM") is False
    if not up or not (inoperative or no_caps):
        return None
    if case.rmcd_young(case.thresholds.rmcd_start_seconds) and not no_caps:
        return None
    evidence = [line("lssrc -a on %s" % case.name, "IBM.DRM %s" % ("inoperative" if inoperative else "active"))] + case.both_sides(up)
    if inoperative:
        text = "On %s as root: startsrc -s IBM.DRM (0513-029 already active is success). If it dies again: recycle, then recfgct -s." % case.name
        return Finding("DRM_DOWN", "IBM.DRM is inoperative: RMC is up, DLPAR does not work.", evidence, text, links=up)
    return Finding(
        "DRM_DOWN", "active on %s, but a DLPAR capability is 0 although IBM.DRM runs." % hmcs(no_caps), evidence, links=no_caps, confidence=LIKELY,
        rungs=("recycle", "reset_keep_id"), severity=FAULT,
        text="IBM.DRM may be dying and restarting (look at errpt): recycle of RMC on %s." % case.name)


def mcp_missing(case):
    lpar = case.lpar
    if lpar is None or not lpar.active("ctrmc") or lpar.records != [] or lpar.domains or lpar.in_band in ("active", "inoperative"):
        return None
    if lpar.udp is True and lpar.domains is None:
        return None
    young = case.rmcd_young(case.thresholds.rmcd_settle_seconds)
    return Finding(
        "MCP_MISSING", "IBM.MCP is empty: the LPAR does not know of any HMC, and is in no management domain.",
        [line("lsrsrc IBM.MCP on %s" % case.name, "no resource"), line("netstat -an on %s" % case.name, "UDP 657 %s" % _listens(lpar.udp))] + case.both_sides(),
        confidence=POSSIBLE if young else CERTAIN if lpar.udp is False else LIKELY, links=case.down_links(),
        text="First the link between HMC and service processor (lssysconn -r all). Then on %s as root: rmcctrl -p, rmcrefreshMD -s ctrmc; if it "
             "stays empty for 5 min: recycle. No records by hand." % case.name)
