# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: what forbids a change on this host. Pure functions over evidence of the shape of rmc_facts.

Every guard takes the evidence (and what it needs beside) and gives a Refusal or None. What cannot be told counts as
forbidden. No guard has a force; the cluster guard alone has an override, which covers the method refresh and nothing else.
"""

from __future__ import annotations

MINIMUM_UPTIME = 15 * 60
ACTIVITIES = {
    "dlpar": "a dynamic LPAR operation",
    "lpm": "a Live Partition Mobility move",
    "lku": "a Live Kernel Update",
    "installp": "an installation",
    "backup": "a backup",
}
# The only method that may run in a cluster at all, and there with explicit approval only.
ALLOWED_IN_CLUSTER = ("refresh",)


class Refusal:
    """Why nothing may be changed here, what shows it, and what to do instead."""

    def __init__(self, reason, message, evidence, next_step):
        self.reason = reason
        self.message = message
        self.evidence = evidence
        self.next_step = next_step

    def as_dict(self):
        return {"reason": self.reason, "evidence": self.evidence, "next_step": self.next_step}


class Refused(Exception):
    """Raised before any changing command ran; carries every refusal that was found, the most decisive first."""

    def __init__(self, refusals):
        super().__init__("Refused: {0}".format(refusals[0].message))
        self.refusals = refusals

    def result(self):
        """What a module adds to its failure."""
        return {
            "changed": False,
            "refusal": self.refusals[0].as_dict(),
            "refusals": [refusal.as_dict() for refusal in self.refusals],
        }


def refuse(reason, message, source, detail, next_step):
    return Refusal(reason, message, [{"source": source, "detail": detail}], next_step)


def check(evidence, method, expected=None, cluster_override=None):
    """What forbids any change of this host by this method; raises Refused with every refusal found, the most decisive first."""
    raise_any(
        [
            not_root(evidence),
            wrong_host(evidence, expected),
            cluster(evidence, method, cluster_override),
            restore_in_progress(evidence),
            rmcd_unknown(evidence),
            activity(evidence),
            recently_booted(evidence),
            recently_migrated(evidence),
            suspended(evidence),
            filesystem_full(evidence),
        ]
    )


def check_change(evidence, snapshot_problem, disruptive=True):
    """What forbids recycle and everything above it, once it is known that there is something to do."""
    raise_any([active_on_hmc(evidence) if disruptive else None, no_snapshot(snapshot_problem)])


def raise_any(found):
    refusals = [refusal for refusal in found if refusal]
    if refusals:
        raise Refused(refusals)


def not_root(evidence):
    if evidence.get("uid") == 0:
        return None
    return refuse(
        "not_root",
        "this needs root",
        "id -u",
        "user id {0}".format(evidence.get("uid")),
        "Run the task with become, or log in as root.",
    )


def wrong_host(evidence, expected):
    """The identity interlock: partition id and machine serial of this host against the HMC's row."""
    partition = evidence.get("partition") or {}
    for key, source in (("machine", "lsattr -El sys0"), ("lpar_id", "uname -L")):
        wanted = (expected or {}).get(key)
        if wanted is None:
            continue
        actual = partition.get(key)
        if actual is None:
            return refuse(
                "unknown_state",
                "the identity of this host could not be read",
                source,
                "{0} is not known, expected {1}".format(key, wanted),
                "Find out why the command does not answer; nothing is changed on a host that cannot be told apart.",
            )
        if actual != wanted:
            return refuse(
                "wrong_host",
                "this is not the partition that was meant",
                source,
                "{0} is {1}, expected {2}".format(key, actual, wanted),
                "Correct the address in the inventory, or the address that the HMC keeps for the partition.",
            )
    return None


def cluster(evidence, method, override=None):
    """Member of a cluster, or not to be told. The override must name this very host and a ticket."""
    census = evidence.get("cluster") or {}
    member = census.get("member")
    if member is False:
        return None
    hostname = (evidence.get("partition") or {}).get("hostname")
    next_step = "Leave RSCT of this node to the owner of the cluster. " + _override_advice(method, override, hostname)
    if _override_holds(method, override, hostname):
        return None
    reason = "cluster_member" if member else "cluster_unknown"
    message = "this host is a member of a cluster" if member else "it cannot be excluded that this host is a member of a cluster"
    shown = census.get("evidence") or [{"source": "cluster census", "detail": "no check answered"}]
    return Refusal(reason, message, shown, next_step)


def restore_in_progress(evidence):
    """The tree in place may be about to go: what runs, or is written, in it would go with it."""
    found = evidence.get("interrupted_restore")
    if not found:
        return None
    return refuse(
        "restore_in_progress",
        "a restore of the RSCT data is at work, or was cut off",
        "journal",
        found,
        "Wait while it is at work. If it was cut off, restore that snapshot with aixops.rsct.ct_snapshot, which finishes or undoes it first.",
    )


def _override_holds(method, override, hostname):
    return bool(method in ALLOWED_IN_CLUSTER and override and override.get("ticket") and hostname and override.get("host") == hostname)


def _override_advice(method, override, hostname):
    if method not in ALLOWED_IN_CLUSTER:
        return "Nothing lifts this guard for {0}; cluster_override covers refresh only.".format(method)
    if override:
        return "cluster_override names {0}, this host is {1}.".format(override.get("host"), hostname)
    return "A refresh is possible with cluster_override, which names this host and the approving ticket."


def rmcd_unknown(evidence):
    """No rows at all is an lssrc that did not answer, not a host without subsystems."""
    rows = evidence.get("subsystems") or []
    odd = [row for row in rows if row["name"] == "ctrmc" and row["status"] not in ("active", "inoperative")]
    if rows and not odd:
        return None
    return refuse(
        "unknown_state",
        "the state of ctrmc could not be read",
        "lssrc -a",
        "ctrmc is {0}".format(odd[0]["status"]) if odd else "no answer",
        "Look at the System Resource Controller first (srcmstr).",
    )


def activity(evidence):
    running = evidence.get("activity") or {}
    for kind, what in sorted(ACTIVITIES.items()):
        if running.get(kind):
            return refuse(
                "activity_in_progress",
                "{0} is in progress".format(what),
                "errpt" if kind == "lpm" else "ps",
                what,
                "Wait until it has ended, then diagnose again.",
            )
    unknown = [kind for kind in sorted(ACTIVITIES) if running.get(kind) is None]
    if unknown:
        return refuse(
            "unknown_state",
            "it cannot be excluded that something is in progress",
            "activity",
            "not known: {0}".format(", ".join(unknown)),
            "Find out why ps or errpt do not answer, then try again.",
        )
    return None


def recently_migrated(evidence):
    """RMC of a partition that just moved comes back by itself."""
    last = evidence.get("migration") or {}
    age = last.get("age_seconds")
    if last.get("event") != "completed" or age is None or age >= MINIMUM_UPTIME:
        return None
    return refuse(
        "recently_migrated",
        "this partition moved less than {0} minutes ago".format(MINIMUM_UPTIME // 60),
        "errpt",
        "migration completed at {0}".format(last.get("time")),
        "Wait: RMC needs some minutes after a migration. Then diagnose again.",
    )


def recently_booted(evidence):
    uptime = (evidence.get("partition") or {}).get("uptime_seconds")
    if uptime is None:
        return refuse(
            "unknown_state",
            "the time since the start of this host could not be read",
            "ps",
            "age of init not known",
            "Find out why ps does not answer, then try again.",
        )
    if uptime < MINIMUM_UPTIME:
        return refuse(
            "recently_booted",
            "this host is up for less than {0} minutes".format(MINIMUM_UPTIME // 60),
            "ps",
            "up for {0} s".format(int(uptime)),
            "Wait: RMC needs some minutes after a start. Then diagnose again.",
        )
    return None


def suspended(evidence):
    """Only a clear answer counts: the layout of GetNodeState is not documented, and a Live Kernel Update is also seen by its processes."""
    if not evidence.get("suspended"):
        return None
    return refuse(
        "suspended",
        "RMC was suspended on purpose",
        "IBM.MCP GetNodeState",
        "communication with the HMC is suspended",
        "Find who suspended it (a Live Kernel Update does) and let that end; it is lifted by the action SetSuspendState of IBM.MCP, not by a repair.",
    )


def filesystem_full(evidence):
    """Also refused where the space could not be read: writing into a full /var is how a repair makes it worse."""
    rows = evidence.get("filesystems") or []
    if not rows:
        return refuse(
            "unknown_state",
            "the free space could not be read",
            "df -k",
            "no answer",
            "Find out why df does not answer, then try again.",
        )
    for row in rows:
        used, inodes = row.get("used_percent"), row.get("inodes_used_percent")
        if (used is not None and used >= 100) or (inodes is not None and inodes >= 100) or row.get("free_mb") == 0:
            return refuse(
                "filesystem_full",
                "{0} is full".format(row["mount"]),
                "df -k",
                "{0}: {1} % used, {2} MB free, {3} % of the inodes used".format(row["mount"], used, row.get("free_mb"), inodes),
                "Free space first; until then every other symptom of RSCT is secondary.",
            )
    return None


def active_on_hmc(evidence):
    """Up on one HMC, down on another: nothing disruptive for the other's sake. IBM.DRM down means that up is not enough."""
    points = (evidence.get("domains") or {}).get("control_points") or []
    up = [row for row in points if row["state"] == "I"]
    if not up or len(up) == len(points):
        return None
    drm = [row for row in evidence.get("subsystems") or [] if row["name"] == "IBM.DRM"]
    if not drm or drm[0]["status"] != "active":
        return None
    return refuse(
        "active_on_hmc",
        "the connection to {0} is up and would be cut".format(", ".join(row["name"] for row in up)),
        "rmcdomainstatus",
        ", ".join("{0} {1}".format(row["name"], row["state"]) for row in points),
        "Look at the HMC that is down and at the path to it; a record of a retired HMC is no fault.",
    )


def no_snapshot(problem):
    """problem: None when the named snapshot was verified, otherwise what is wrong with it."""
    if problem is None:
        return None
    return refuse(
        "no_snapshot",
        "there is no verified snapshot of this host",
        "snapshot",
        problem,
        "Take one with aixops.rsct.ct_snapshot and name its archive in the option snapshot.",
    )
