# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: on one host a repair and a restore, or two repairs, never work at the same time."""

from __future__ import annotations

import contextlib
import os

from ansible_collections.aixops.rsct.plugins.module_utils._repair import guards
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.errors import SnapshotError
from ansible_collections.aixops.rsct.plugins.module_utils._repair.snapshot.journal import Workspace


def interrupted_restore(options):
    """One line about a restore that is at work or was cut off, or None; for the guard of that name."""
    return _workspace(options).interrupted()


@contextlib.contextmanager
def alone(options, check_mode):
    """Hold the lock of ct_snapshot while something is changed. Refused where it is held, or a restore left its journal since the guards looked.

    A check changes nothing and holds nothing.
    """
    if check_mode:
        yield
        return
    with contextlib.ExitStack() as stack:
        guards.raise_any([_take(stack, _workspace(options))])
        yield


def _take(stack, workspace):
    """What forbids to work now, None if nothing does; the lock is then held until the stack is left."""
    try:
        stack.enter_context(workspace.held())
        return guards.restore_in_progress({"interrupted_restore": workspace.interrupted()})
    except SnapshotError as error:
        return guards.Refusal(error.code, error.text, error.evidence, error.next_step)
    except OSError as error:
        return guards.refuse(
            "unknown_state",
            "it cannot be excluded that a restore is at work",
            "lock",
            str(error),
            "Find out why the lock beside /var/ct cannot be taken.",
        )


def _workspace(options):
    return Workspace(os.path.realpath(os.fsencode(options["var_ct"])))
