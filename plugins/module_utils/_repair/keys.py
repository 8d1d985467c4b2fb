# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the key files of RSCT, by presence, size, owner and mode, and what ctsvhbac has against them.

What is in them is nobody's business.
"""

from __future__ import annotations

import os
import stat

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import ctsvhbac, probes

KEY_FILES = {"private": "ct_has.qkf", "public": "ct_has.pkf", "trusted_host_list": "ct_has.thl"}
VERIFY = ["ctsvhbac"]


def state(var_ct):
    """Per key file: whether it is there, its mode, and what is wrong with it (None: nothing)."""
    found = {}
    for role, name in KEY_FILES.items():
        try:
            status = os.lstat(os.path.join(var_ct, "cfg", name))
        except OSError:
            found[role] = {"present": False, "mode": None, "problem": "{0} is missing".format(name)}
            continue
        mode = "{0:04o}".format(stat.S_IMODE(status.st_mode))
        found[role] = {"present": True, "mode": mode, "problem": _problem(role, name, status)}
    return found


def _problem(role, name, status):
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISREG(status.st_mode):
        return "{0} is no regular file".format(name)
    if not status.st_size:
        return "{0} is empty".format(name)
    # Root; in the simulated estate, where root is not user 0, the one that runs this.
    if status.st_uid not in (0, os.geteuid()):
        return "{0} belongs to user {1}".format(name, status.st_uid)
    if mode & (0o077 if role == "private" else 0o022):
        return "{0} has mode {1:04o}".format(name, mode)
    if role != "private" and not mode & stat.S_IROTH:
        return "{0} is not readable by all (mode {1:04o})".format(name, mode)
    return None


def problems(var_ct):
    return [entry["problem"] for entry in state(var_ct).values() if entry["problem"]]


def own_names(runner):
    """The names and addresses of this host for which ctsvhbac wants an entry in the trusted host list."""
    told = _verification(runner)
    return [item["value"] for item in told["items"] if item["label"] == "Identity"] if told else []


def broken(runner, var_ct):
    """What is wrong with the files; if nothing is, with the keys in them and the entries of this host. No answer is no proof."""
    found = problems(var_ct)
    if found:
        return found
    told = _verification(runner)
    if told is None:
        return ["ctsvhbac gave no answer"]
    if told["pair"] is not True:
        found.append("ctsvhbac: the keys are not in pair" if told["pair"] is False else "ctsvhbac does not tell whether the keys are in pair")
    return found + ["ctsvhbac: Attention for {0}".format(name) for name in told["attention"]]


def _verification(runner):
    result = runner.run(VERIFY)
    return ctsvhbac.parse(result.stdout) if probes.answered(probes.named("ctsvhbac"), result) else None
