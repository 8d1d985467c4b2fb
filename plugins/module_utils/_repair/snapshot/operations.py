# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the states of ct_snapshot. Each takes the options of the module and gives its result.

notes is a list of the caller's: what people must know is put there, also by a run that fails.
"""

from __future__ import annotations

import contextlib
import os
import time

from .. import guards, look
from ..steps import actions
from . import archive, build, identity, manifest, recovery
from .daemons import Daemons
from .errors import SnapshotError
from .files import MEBIBYTE, decode, encode, printable, require_space
from .restore import KEY_FILES, Restore
from .store import Store, summary
from .tree import scan


class Host:
    """What every state works with."""

    def __init__(self, options, runner, clock, notes):
        self.options = options
        self.runner = runner
        self.var_ct = os.fsencode(options["var_ct"])
        self.node_id_file = os.fsencode(options["ct_node_id_file"])
        self.store = Store(os.path.realpath(os.fsencode(options["path"])))
        self.restore = Restore(self.var_ct, self.node_id_file, Daemons(runner, clock, options["deadline"]), notes)
        self.notes = notes
        self.warnings = []

    @contextlib.contextmanager
    def alone(self):
        """Nothing else of this module at work on this host. A check looks and does not wait."""
        if self.runner.check_mode:
            yield
            return
        with self.restore.workspace.held(), self.store.held():
            yield

    def recover(self):
        """Finish or undo a restore that was cut off, where the guards do not forbid it."""

        def ask(restore):
            try:
                recovery.check(restore.journal, look.before(self.runner, self.options), self.options, restore.silent())
            except (guards.Refused, SnapshotError):
                self.notes.append(_left_as_it_is(restore))
                raise

        return self.restore.recover(ask)

    def recover_without_stop(self):
        """The same, as far as RSCT is not stopped for it: taking a snapshot is no reason for that, and asks no guard."""

        def ask(restore):
            raise guards.Refused([guards.restore_in_progress({"interrupted_restore": restore.workspace.interrupted()})])

        return self.restore.recover(ask)

    def identity(self):
        found = identity.read(self.runner, self.var_ct, self.node_id_file)
        identity.require_known(found)
        return found

    def result(self, changed, before="", after="", **more):
        result = {
            "changed": changed,
            "actions": actions(self.runner),
            "warnings": self.warnings + self.notes,
            "diff": {"before": before, "after": after},
        }
        result.update(more)
        return result


def present(options, runner, clock, notes):
    host = Host(options, runner, clock, notes)
    name = options["name"] or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with host.alone():
        recovered = host.recover_without_stop()
        found = host.identity()
        existed = host.store.has(name)
        if existed:
            described = archive.verify(host.store.file_of(name))
            identity.require_same(described, found, options["reidentified"])
        else:
            described = _create(host, name, found)
        removed = host.store.surplus(options["keep"], found["partition"], added=name)
        if not runner.check_mode:
            for surplus in removed:
                host.store.remove(surplus)
    return host.result(
        bool(not existed or removed or recovered),
        before=_lines(removed + ([name] if existed else [])),
        after=_lines([name]),
        snapshot=dict(summary(described), path=printable(decode(host.store.file_of(name)))),
        removed=removed,
        recovered=recovered,
    )


def restored(options, runner, clock, notes):
    host = Host(options, runner, clock, notes)
    with host.alone():
        recovered = host.recover()
        with archive.Archive(host.store.file_of(options["name"])) as opened:
            opened.verify()
            described = dict(summary(opened.manifest), path=printable(decode(opened.path)))
            if recovered and recovered["outcome"] == "finished" and recovered["snapshot"] == options["name"]:
                return host.result(True, snapshot=described, recovered=recovered, differences=[])
            # What was cut off is ended by now, or would be but for the check.
            evidence = dict(look.before(runner, options), interrupted_restore=None)
            identity.require_same(opened.manifest, evidence, options["reidentified"])
            guards.check(evidence, "restored", expected=options["expected"])
            differences = host.restore.differences(opened.manifest)
            if differences:
                build.require_possible(host.restore.var_ct, opened.manifest["entries"])
                _warn_of_keys(host, differences)
                host.restore.run(opened, {key: evidence[key] for key in ("partition", "node_id", "cluster", "activity")})
    shown = [{"path": printable(item["path"]), "what": item["what"]} for item in differences]
    return host.result(
        bool(differences or recovered),
        before=_lines("{path}: {what}".format(**item) for item in shown),
        snapshot=described,
        recovered=recovered,
        differences=shown,
    )


def absent(options, runner, clock, notes):
    host = Host(options, runner, clock, notes)
    name = options["name"]
    existed = host.store.has(name)
    if existed and not runner.check_mode:
        with host.store.held():
            host.store.remove(name)
    removed = [name] if existed else []
    return host.result(existed, before=_lines(removed), removed=removed)


def listed(options, runner, clock, notes):
    host = Host(options, runner, clock, notes)
    journal = host.restore.pending()
    interrupted = {key: journal[key] for key in ("snapshot", "phase")} if journal else None
    return host.result(False, snapshots=host.store.listing(options["verify"]), interrupted_restore=interrupted)


STATES = {"present": present, "restored": restored, "absent": absent, "listed": listed}


def _left_as_it_is(restore):
    return "The restore of {snapshot} that was cut off in phase {phase} was left as it is.".format(**restore.journal)


def _create(host, name, found):
    """Write the snapshot, or in check mode say what it would be; its manifest either way."""
    if not os.path.isdir(host.var_ct):
        raise SnapshotError(
            "nothing_to_save",
            "{0} is not a directory.".format(printable(decode(host.var_ct))),
            [],
            "RSCT is not installed, or its data is gone; there is nothing that a snapshot could keep.",
        )
    tree = os.path.realpath(host.var_ct)
    if (host.store.path + b"/").startswith(tree + b"/"):
        raise SnapshotError(
            "unsafe_directory",
            "The directory of snapshots lies inside of {0}.".format(printable(decode(tree))),
            [],
            "A restore would take it away. Name another directory in the option path.",
        )
    looked = scan(tree)
    _warn_of_tree(host, looked)
    require_space(_existing(host.store.path), archive.needed_space(looked), reserve=host.options["reserve_mb"] * MEBIBYTE)
    created_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    def describe(scanned, node_id_entry):
        return manifest.build(name, created_at, found, scanned, node_id_entry)

    if host.runner.check_mode:
        return describe(looked, None)
    final = host.store.file_of(name)
    described = archive.create(final, tree, host.node_id_file, describe)
    try:
        archive.verify(final)
    except SnapshotError:
        host.store.remove(name)
        raise
    return described


def _warn_of_keys(host, differences):
    if any(item["path"] in KEY_FILES for item in differences):
        host.warnings.append(
            "The key pair of this host differs from that in the snapshot. If it was made anew since and the HMC has learnt it, "
            "the connection stays pending (token i) until the keys are exchanged again."
        )


def _warn_of_tree(host, looked):
    for path in looked.mounts:
        host.warnings.append("{0} is a mount point: the snapshot can be restored only after it is unmounted.".format(printable(path)))
    for item in looked.skipped:
        if item["why"] == "device":
            host.warnings.append("{0} is a device and is not kept.".format(printable(item["path"])))
    for entry in looked.entries:
        if entry["type"] == "symlink" and _leaves(host, entry):
            host.warnings.append("{0} leads out of the tree: the link is kept, not what it leads to.".format(printable(entry["path"])))


def _leaves(host, entry):
    tree = os.path.realpath(host.var_ct)
    start = os.path.dirname(os.path.join(tree, encode(entry["path"])))
    end = os.path.normpath(os.path.join(start, encode(entry["target"])))
    return not any((end + b"/").startswith(root.rstrip(b"/") + b"/") for root in (tree, host.var_ct))


def _existing(path):
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def _lines(texts):
    return "".join(text + "\n" for text in texts)
