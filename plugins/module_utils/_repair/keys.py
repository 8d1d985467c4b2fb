# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the key files of RSCT, by presence and mode. Their content is nobody's business."""

from __future__ import annotations

import os
import stat

KEY_FILES = {"private": "ct_has.qkf", "public": "ct_has.pkf", "trusted_host_list": "ct_has.thl"}


def state(var_ct):
    """Per key file: whether it is there, its mode, and what is wrong with it (None: nothing)."""
    found = {}
    for role, name in KEY_FILES.items():
        try:
            mode = stat.S_IMODE(os.lstat(os.path.join(var_ct, "cfg", name)).st_mode)
        except OSError:
            found[role] = {"present": False, "mode": None, "problem": "{0} is missing".format(name)}
            continue
        forbidden = 0o077 if role == "private" else 0o022
        problem = None
        if mode & forbidden:
            problem = "{0} has mode {1:04o}".format(name, mode)
        elif role != "private" and not mode & stat.S_IROTH:
            problem = "{0} is not readable by all (mode {1:04o})".format(name, mode)
        found[role] = {"present": True, "mode": "{0:04o}".format(mode), "problem": problem}
    return found


def problems(var_ct):
    return [entry["problem"] for entry in state(var_ct).values() if entry["problem"]]
