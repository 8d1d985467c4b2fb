# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the figures that the rules go by. All of them are proposals that an estate may change.

Users set them by the dictionary rmc_diagnose_thresholds; docs/failure-modes.md lists them.
"""

from __future__ import annotations

from .reading import number

DEFAULTS = {
    # A host that booted, or moved to another machine, less than this ago is left alone.
    "boot_grace_seconds": 900,
    "migration_grace_seconds": 900,
    # rmcd that started less than this ago may still be binding its ports and starting its managers.
    "rmcd_start_seconds": 120,
    # ... and may still be on its way through the tokens O, i, I.
    "rmcd_settle_seconds": 300,
    # Token i with an rmcd older than this is no hand-shake under way any more.
    "auth_pending_seconds": 900,
    # Two samples of a token count as two when they are at least this far apart.
    "second_sample_seconds": 60,
    "clock_skew_seconds": 300,
    "filesystem_full_percent": 100,
    "inodes_full_percent": 100,
    # One HMC lost its partitions: at least so many, and at least this share of the running AIX and VIOS partitions.
    "hmc_wide_min_lpars": 3,
    "hmc_wide_min_percent": 50,
    # ... within this time: what an earlier report of at least this age shows as down is not part of it.
    "hmc_wide_window_seconds": 900,
    # One subnet is cut off: at least so many of its partitions, and at least this share of them, while another subnet works.
    "segment_min_lpars": 3,
    "segment_min_percent": 80,
    # ... which is one of which at most this share is down. A single one may be always where two others are connected.
    "segment_other_max_percent": 20,
    # Size of a subnet where no host told its netmask.
    "segment_prefix_ipv4": 24,
    "segment_prefix_ipv6": 64,
    # One RSCT level is bad: so many hosts of it, this share of them down, and at most that share of all others.
    "level_min_lpars": 3,
    "level_min_percent": 80,
    "level_other_max_percent": 10,
    # PORT_CONFLICT: a sender that goes on sending, not one that did so once; lines with a date count this long.
    "foreign_min_messages": 3,
    "foreign_seconds": 86400,
    # Over the reports of the last hour.
    "flapping_transitions_per_hour": 3,
}


class Thresholds:
    """The figures in force, as attributes."""

    __slots__ = tuple(DEFAULTS)

    def __init__(self, changes=None):
        unknown = sorted(set(changes or {}) - set(DEFAULTS))
        if unknown:
            raise ValueError("unknown threshold: %s (known: %s)" % (", ".join(map(str, unknown)), ", ".join(sorted(DEFAULTS))))
        for name, default in DEFAULTS.items():
            value = number((changes or {}).get(name, default))
            if value is None or value < 0:
                raise ValueError("threshold %s must be a number that is not negative" % name)
            setattr(self, name, value)
