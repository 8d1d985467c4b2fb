# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: one restore as a transaction over two things, the tree /var/ct and the file /etc/ct_node_id.

The new tree is built and synced beside the old one. From the moment the journal says swap, the next run goes forward;
before that, back. Each direction is one idempotent function, _arrange, so that a run which is killed on the way back from
being killed is no special case. The old tree goes only after RSCT answered from the new one.
"""

from __future__ import annotations

import hashlib
import os

from ..._evidence import node_id as node_ids
from .. import guards
from . import build, journal as journals
from .errors import SnapshotError
from .files import decode, encode, printable, remove_file, sync_directory, write_private
from .tree import differences, file_entry, file_is, open_file

OLD, NEW = "old", "new"
FOREIGN_START = "Somebody else started RSCT while it was stopped for the restore; it was stopped again."
KEY_FILES = ("cfg/ct_has.qkf", "cfg/ct_has.pkf")


class Restore:
    def __init__(self, var_ct, node_id_file, daemons, notes):
        """var_ct, node_id_file: bytes. The trees and the file are those behind any symbolic link.

        notes: a list of the caller's, for what people must know however it ends.
        """
        self.var_ct = os.path.realpath(var_ct)
        self.node_id_file = os.path.realpath(node_id_file)
        self.node_id_aside = os.path.join(
            os.path.dirname(self.node_id_file), b"." + os.path.basename(self.node_id_file) + b".snapshot"
        )
        self.daemons = daemons
        self.workspace = journals.Workspace(self.var_ct)
        self.dry = daemons.runner.check_mode
        self.ask_to_stop = None
        self.journal = {}
        self.notes = notes

    def differences(self, manifest):
        """[{path, what}] between this host and the snapshot, the node id file included."""
        result = differences(self.var_ct, manifest["entries"])
        if not self._node_id_is(manifest["node_id_file"]):
            result.append({"path": decode(self.node_id_file), "what": "differs from the snapshot"})
        return result

    # The way there.

    def run(self, archive, approval):
        """Put the verified archive in place. approval: what the guards saw, kept in the journal for whoever has to end it."""
        if self.dry:
            self.daemons.stop()
            self.daemons.start()
            return
        try:
            self._build(archive, approval)
            self.workspace.write(self.journal, phase=journals.STOP)
            self.daemons.stop()
            if _inode(self.var_ct) is not None:
                build.carry(self.var_ct, self.workspace.inside(b"new"), archive.manifest["entries"])
            self.workspace.write(self.journal, phase=journals.SWAP)
        except BaseException:
            self._abandon()
            raise
        self._forward()

    def _build(self, archive, approval):
        self.journal = {
            "schema": 1,
            "phase": journals.PREPARE,
            "snapshot": archive.manifest["name"],
            "var_ct": decode(self.var_ct),
            "node_id_file": decode(self.node_id_file),
            "approval": approval,
            OLD: _inode(self.var_ct),
        }
        self.workspace.write(self.journal)
        old_node_id = file_entry(self.node_id_file)
        if old_node_id:
            with open_file(self.node_id_file) as stream:
                data = stream.read()
            old_node_id.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
            write_private(self.workspace.inside(b"node_id.old"), data)
        build.extract(archive, self.workspace.inside(b"new"), self.workspace.inside(b"node_id.new"))
        self.journal.update(
            {
                NEW: _inode(self.workspace.inside(b"new")),
                "node_id_old": old_node_id,
                "node_id_new": archive.manifest["node_id_file"],
                "node_id": archive.manifest["node_id"],
                "keys": [item for item in archive.manifest["entries"] if item["path"] in KEY_FILES and item["type"] == "file"],
            }
        )

    def _abandon(self):
        """Before the swap: the old tree was never touched. Start what was stopped, remove the rest."""
        if self.journal["phase"] == journals.STOP:
            self._start_again()
        self._clear()

    def _start_again(self):
        """RSCT from the tree that it had before. That it does not answer is said, and no reason to leave the restore undecided."""
        try:
            self.daemons.start()
        except SnapshotError as problem:
            shown = "; ".join("{source}: {detail}".format(**line) for line in problem.evidence)
            self.notes.append("RSCT was started again with the tree from before the restore, but does not answer yet ({0}).".format(shown))

    # The two ends of it.

    def _forward(self):
        """Swap, start, verify, remove the old tree; or put everything back and say so."""
        try:
            exchanged = not self._is_arranged(NEW)
            if exchanged:
                self._require_stopped()
                self._arrange(NEW)
            self._start(exchanged)
            self._verify()
        except (SnapshotError, OSError) as error:
            self._note_undo()
            self._back()
            raise SnapshotError(
                "restore_undone",
                "The restore was undone, the tree from before it is in place and RSCT answers. What went wrong: {0}".format(error),
                getattr(error, "evidence", []),
                getattr(error, "next_step", ""),
            ) from error
        try:
            if not self.dry:
                self.workspace.write(self.journal, phase=journals.CLEANUP)
            self._clear()
        except OSError as error:
            self.notes.append("Restored and verified, but the old tree could not be removed yet ({0}); the next run does it.".format(error))

    def _note_undo(self):
        try:
            self.workspace.write(self.journal, phase=journals.UNDO)
        except OSError:
            # A full file system must not stop the way back. Killed on it, the next run goes forward: whole as well.
            pass

    def _back(self):
        """The old tree, and RSCT started from it."""
        exchanged = not self._is_arranged(OLD)
        if exchanged:
            try:
                self._stop()
                self._require_stopped()
            except guards.Refused:
                self.notes.append("RSCT does not work with the restored tree, and the way back was not gone; both trees are kept.")
                raise
            except SnapshotError as error:
                raise SnapshotError(
                    "undo_pending",
                    "RSCT does not work with the restored tree and cannot be stopped either. The restored tree is still in place, "
                    "the old one is kept; the next restore goes on with the way back.",
                    error.evidence,
                    error.next_step,
                ) from error
            self._arrange(OLD)
        try:
            self._start(exchanged)
        except SnapshotError as error:
            self._clear()
            raise SnapshotError(
                "undone_but_no_answer",
                "The restore was undone, the tree from before it is in place, but RSCT does not answer from that either.",
                error.evidence,
                error.next_step,
            ) from error
        self._clear()

    def _start(self, exchanged):
        if self.daemons.start(exchanged):
            self.notes.append(FOREIGN_START)

    def _require_stopped(self):
        """Right before the trees change places: what somebody else started since the stop is stopped again."""
        active = [] if self.dry else self.daemons.active()
        if active == []:
            return
        self.daemons.stop()
        if active:
            self.notes.append(FOREIGN_START)

    def _stop(self):
        """RSCT stopped, once nothing forbids it. Asked once a run: after the stop RSCT could not answer any more."""
        if self.ask_to_stop:
            self.ask_to_stop(self)
            self.ask_to_stop = None
        self.daemons.stop()

    def _clear(self):
        if not self.dry:
            remove_file(self.node_id_aside)
            self.workspace.clear()

    # The next run.

    def pending(self):
        """The journal of a restore that was killed, or None. Only looks."""
        if not os.path.lexists(self.workspace.path):
            return None
        self.workspace.require_safe()
        journal = self.workspace.journal()
        if journal is None:
            self.workspace.require_no_orphans()
        return journal

    def recover(self, ask_to_stop):
        """Finish or undo what a killed run left: None, or {snapshot, phase, outcome}. Only while the workspace is held.

        ask_to_stop(restore) is called before RSCT is stopped for it, and raises where that must not be. Everything then stays as it is.
        """
        journal = self.pending()
        if journal is None:
            # A run that was killed before its journal stood may have left the draft of it.
            self._clear()
            return None
        self.journal = journal
        self.ask_to_stop = ask_to_stop
        phase = journal["phase"]
        if phase == journals.SWAP:
            if not self._is_arranged(NEW):
                # Whatever was started meanwhile, by a boot for one, must not run while the trees change places.
                self._stop()
            self._forward()
        elif phase == journals.UNDO:
            self._back()
        else:
            if phase == journals.STOP:
                self._start_again()
            self._clear()
        self.ask_to_stop = None
        finished = phase in (journals.SWAP, journals.CLEANUP)
        return {"snapshot": journal["snapshot"], "phase": phase, "outcome": "finished" if finished else "undone"}

    def silent(self):
        """Whether RSCT could not answer from what is in place: no tree, or the new one, which was not proven yet."""
        return _inode(self.var_ct) in (None, self.journal[NEW])

    # Both directions.

    def _is_arranged(self, which):
        """Whether the tree and the node id file of that side are in place."""
        return _inode(self.var_ct) == self.journal[which] and self._node_id_is(self.journal["node_id_" + which])

    def _arrange(self, which):
        """Tree and node id file of that side in place; what lies there instead steps aside. May be cut off and repeated."""
        if self.dry:
            return
        present, wanted = _inode(self.var_ct), self.journal[which]
        if present != wanted:
            if wanted is not None and _inode(self._place_of(wanted)) != wanted:
                raise self.workspace.unusable("the {0} tree is neither in place nor in that directory".format(which))
            if present is not None:
                os.rename(self.var_ct, self._place_of(present))
            if wanted is not None:
                os.rename(self._place_of(wanted), self.var_ct)
            sync_directory(self.workspace.parent)
            sync_directory(self.workspace.path)
        self._arrange_node_id(which)

    def _place_of(self, inode):
        for which in (OLD, NEW):
            if inode == self.journal[which]:
                return self.workspace.inside(which.encode("ascii"))
        # Somebody (RSCT at a boot, or a person) made it while the tree was away. It may be precious: kept, and said.
        aside = self.workspace.path + ".set-aside.{0}".format(inode).encode("ascii")
        self.notes.append("A tree that was neither the old nor the new one was kept as {0}.".format(printable(decode(aside))))
        return aside

    def _node_id_is(self, entry):
        return file_is(self.node_id_file, entry)

    def _arrange_node_id(self, which):
        entry = self.journal["node_id_" + which]
        if self._node_id_is(entry):
            return
        if entry is None:
            remove_file(self.node_id_file)
        else:
            with open_file(self.workspace.inside(b"node_id." + which.encode("ascii"))) as stream:
                data = stream.read()
            remove_file(self.node_id_aside)
            build.write_file(self.node_id_aside, [data], entry)
            os.rename(self.node_id_aside, self.node_id_file)
        sync_directory(os.path.dirname(self.node_id_file))

    def _verify(self):
        """RSCT answers; now see that it runs with the identity and the keys of the snapshot."""
        if self.dry:
            return
        node_id = self.journal["node_id"]
        wanted = node_id["var_ct"] or node_id["etc"]
        found = self.daemons.runner.run(["lsnodeid"])
        answer = node_ids.parse(found.stdout)
        # A snapshot of a host whose copies differed does not say which of them RSCT would take.
        if found.outcome != "missing" and wanted and node_id["etc"] in (None, wanted) and answer != wanted:
            raise _not_restored("lsnodeid", "answers {0}, the snapshot has {1}".format(answer, wanted))
        if not self._node_id_is(self.journal["node_id_new"]):
            raise _not_restored(printable(decode(self.node_id_file)), "differs from the snapshot")
        for entry in self.journal["keys"]:
            if not file_is(os.path.join(self.var_ct, encode(entry["path"])), entry):
                raise _not_restored(printable(entry["path"]), "differs from the snapshot")


def _not_restored(source, detail):
    return SnapshotError("not_restored", "RSCT answers, but not with what was restored.", [{"source": source, "detail": detail}])


def _inode(path):
    try:
        return os.lstat(path).st_ino
    except FileNotFoundError:
        return None
