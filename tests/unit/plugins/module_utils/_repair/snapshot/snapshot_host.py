# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host in a directory: a /var/ct with everything that makes it hard, and an RSCT whose state survives a kill.

Started as a program (by a link named after a command of RSCT or AIX) it answers as that command.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys

SAMPLES = pathlib.Path(__file__).resolve().parents[4] / "samples"
NODE_ID, OTHER_NODE_ID = "1c7e5a90b3d2f864", "0a1b2c3d4e5f6071"
ODD_NAMES = (b"cfg/\xff\xfe odd", b"cfg/two\nlines", b"cfg/\xe2\x82\xac", b"IW/registry/ -rf *", b"IW/registry/" + b"L" * 200)
OLD_TIME = 1700000000123456789
COMMANDS = (
    "rmcctrl stopsrc lssrc lsrsrc lsnodeid uname lsattr lslpp odmget lsitab ct_clusterinfo lsrpdomain rmcdomainstatus lspv ps netstat df errpt id runact"
).split()


def sample(name):
    lines = (SAMPLES / (name + ".txt")).read_text().splitlines(keepends=True)
    skip = 3 if lines[2].startswith("# format:") else 2
    return "".join(lines[skip:])


def answer(base, argv):
    """(rc, stdout, stderr) of a command on the host in base."""
    state = json.loads((base / "state.json").read_text())
    with open(base / "commands.log", "a", encoding="utf-8") as log:
        log.write(line_of(argv) + "\n")
    rc, text = _answer(base, state, argv)
    aside = base / "state.json.new"
    aside.write_text(json.dumps(state))
    os.rename(aside, base / "state.json")
    if line_of(argv) in state["dies"]:
        # The process that asks; it is the parent, because the link to this program is an exec. Last: the test goes on at once.
        os.kill(os.getppid(), 9)
    return (rc, text, "") if rc == 0 else (rc, "", text)


def line_of(argv):
    return " ".join(argv)


def _answer(base, state, argv):
    line = line_of(argv)
    if line == "rmcctrl -z":
        if state["stops_left"] != 0:
            state.update(ctrmc="inoperative", drm="inoperative", remote=False)
        if state["stops_left"]:
            state["stops_left"] -= 1
        return 0, ""
    if line == "rmcctrl -A":
        state["answering"] = not state["deaf"]
        if state["ctrmc"] == "active":
            return 1, "0513-029 The ctrmc Subsystem is already active."
        if os.path.exists(base / "var/ct/cfg/ct_node_id"):
            state.update(
                ctrmc="active", drm="active", node_id=(base / "var/ct/cfg/ct_node_id").read_text()[:16], tree=os.stat(base / "var/ct").st_ino
            )
        return 0, ""
    if line == "rmcctrl -p":
        state["remote"] = True
        return 0, ""
    if line == "stopsrc -s ctcas":
        if state["ctcas"] != "active":
            return 1, "0513-004 The Subsystem or Group, ctcas, is currently inoperative."
        state["ctcas"] = "inoperative"
        return 0, ""
    if argv[0] == "lssrc":
        rows = (("ctrmc", "rsct", state["ctrmc"]), ("IBM.DRM", "rsct_rm", state["drm"]), ("ctcas", "rsct", state["ctcas"]))
        return 0, "Subsystem         Group            PID          Status\n" + "".join(
            " {0:<17}{1:<17}{2:<13}{3}\n".format(name, group, "" if status == "inoperative" else 77, status) for name, group, status in rows
        )
    if argv[0] == "lsrsrc":
        if not _answers(base, state):
            return 1, "2612-022 no session"
        return 0, sample("aix72_lsrsrc_ibm_mcp_dual_hmc" if argv[1:] else "aix72_lsrsrc_classes_ready")
    if argv[0] == "lsnodeid":
        return 0, state["node_id"] + "\n"
    if argv[0] == "rmcdomainstatus":
        return (0, sample("aix72_rmcdomainstatus_dual_mcp_up")) if state["ctrmc"] == "active" else (1, "0513-036")
    if line in state["answers"]:
        return tuple(state["answers"][line])
    if argv[0] == "lsrpdomain" and not _answers(base, state):
        return 1, "2612-022 no session"
    if argv[0] == "ct_clusterinfo" and not os.path.exists(base / "var/ct/cfg"):
        return 1, "2632-058 no configuration"
    return 0, {
        "ct_clusterinfo": "IW\n",
        "lsrpdomain": sample("aix72_lsrpdomain_none"),
        "uname": sample("aix72_uname_cap_l"),
        "lsattr": "modelname IBM,9105-22A     Machine name               False\nsystemid  IBM,0278F0A10    Hardware system identifier False\n",
        "lslpp": sample("aix72_lslpp_lcq_rsct_core"),
        "odmget": "" if "name=cluster0" in argv else sample("aix72_odmget_srcsubsys_ctrmc"),
        "lsitab": sample("aix72_lsitab_ctrmc"),
        "lspv": sample("aix72_lspv_no_cluster"),
        "ps": "    USER      PID     ELAPSED COMMAND\n    root        1 12-03:04:05 /etc/init\n",
        "netstat": sample("aix72_netstat_an_657_listening"),
        "df": sample("aix72_df_pk_healthy"),
        "errpt": "",
        "id": "0\n",
        "runact": "",
    }[argv[0]]


def _answers(base, state):
    return state["ctrmc"] == "active" and state["answering"] and not os.path.exists(base / "var/ct/cfg/poison")


class Host:
    def __init__(self, base):
        self.base = pathlib.Path(base)
        self.var_ct = self.base / "var/ct"
        self.node_id_file = self.base / "etc/ct_node_id"
        self.snapshots = self.base / "adm"
        self.workspace = self.base / "var/.ct.snapshot"

    @classmethod
    def make(cls, base):
        host = cls(base)
        host.node_id_file.parent.mkdir(parents=True)
        (host.base / "etc").chmod(0o755)
        host.var_ct.mkdir(parents=True)
        host._fill()
        (host.base / "state.json").write_text(
            json.dumps(
                {
                    "ctrmc": "active",
                    "drm": "active",
                    "ctcas": "inoperative",
                    "answering": True,
                    "remote": True,
                    "stops_left": None,
                    "deaf": False,
                    "node_id": NODE_ID,
                    # The directory from which RSCT runs, whatever its name is by now.
                    "tree": host.var_ct.stat().st_ino,
                    "answers": {},
                    "dies": [],
                }
            )
        )
        return host

    def _fill(self):
        root = os.fsencode(self.var_ct)
        for name in (b"cfg", b"IW/registry/local_tree", b"IW/log/mc", b"IW/run/mc", b"IW/lck", b"IW/soc/mc"):
            os.makedirs(os.path.join(root, name))
        files = {
            b"cfg/ct_node_id": (NODE_ID + "\n# do not edit\n").encode(),
            b"cfg/ct_has.qkf": b"private",
            b"cfg/ct_has.pkf": b"public",
            b"cfg/ct_has.thl": b"list",
            b"IW/registry/local_tree/core": b"registry, and no core",
            b"IW/registry/empty": b"",
            b"IW/log/mc/default": b"log",
            b"IW/log/mc/trace.1": b"trace",
            b"IW/run/mc/pid": b"77",
            b"IW/lck/one": b"",
            b"core": b"dump",
            b"RMstart.log": b"started",
        }
        files.update((name, b"odd") for name in ODD_NAMES)
        for name, data in files.items():
            with open(os.path.join(root, name), "wb") as stream:
                stream.write(data)
            os.chmod(os.path.join(root, name), 0o600 if name.endswith(b"qkf") else 0o644)
        self.node_id_file.write_bytes(files[b"cfg/ct_node_id"])
        os.chmod(self.node_id_file, 0o444)
        os.chmod(root + b"/IW/registry", 0o750)
        if os.geteuid() == 0:
            os.chown(root + b"/IW/registry/empty", 4711, 4712)
            os.lchown(root + b"/cfg", 4711, 0)
        os.chmod(root + b"/IW/registry/empty", 0o4751)
        os.symlink("ct_has.pkf", self.var_ct / "cfg/link")
        os.symlink(b"../\xff", root + b"/cfg/dangling")
        os.link(self.var_ct / "cfg/ct_has.thl", self.var_ct / "IW/registry/second name")
        os.mkfifo(self.var_ct / "IW/soc/mc/fifo")
        with socket.socket(socket.AF_UNIX) as unix:
            here = os.open(self.var_ct / "IW/soc/mc", os.O_RDONLY)
            unix.bind("/proc/self/fd/{0}/clsrv".format(here))
            os.close(here)
        for directory, directories, names in os.walk(root, topdown=False):
            for name in names + directories:
                os.utime(os.path.join(directory, name), ns=(OLD_TIME, OLD_TIME), follow_symlinks=False)
        os.utime(root, ns=(OLD_TIME, OLD_TIME))
        os.utime(self.node_id_file, ns=(OLD_TIME, OLD_TIME))

    def reset_identity(self, node_id=OTHER_NODE_ID):
        """What recfgct does: all data gone, new id, new keys; and logs that went on."""
        shutil.rmtree(self.var_ct)
        for name in ("cfg", "IW/log/mc", "IW/log/new", "IW/run/mc"):
            (self.var_ct / name).mkdir(parents=True)
        (self.var_ct / "cfg/ct_node_id").write_text(node_id + "\n")
        (self.var_ct / "cfg/ct_has.qkf").write_text("private 2")
        (self.var_ct / "cfg/ct_has.pkf").write_text("public 2")
        (self.var_ct / "IW/log/mc/default").write_text("log that went on")
        (self.var_ct / "IW/log/new/default").write_text("log of a new directory")
        (self.var_ct / "core.2").write_text("dump 2")
        os.chmod(self.node_id_file, 0o644)
        self.node_id_file.write_text(node_id + "\n")
        self.change_state(node_id=node_id, tree=self.var_ct.stat().st_ino)

    def state(self):
        return json.loads((self.base / "state.json").read_text())

    def change_state(self, **changes):
        (self.base / "state.json").write_text(json.dumps(dict(self.state(), **changes)))

    def commands(self):
        log = self.base / "commands.log"
        return log.read_text().splitlines() if log.exists() else []

    def changing_commands(self):
        return [line for line in self.commands() if line.split()[0] in ("rmcctrl", "stopsrc")]

    def start_rsct(self, **more):
        """What a boot, a person or another program does: RSCT runs from the tree that is in place."""
        tree = self.var_ct.stat().st_ino if self.var_ct.exists() else None
        self.change_state(ctrmc="active", drm="active", remote=True, tree=tree, **more)

    def forget_commands(self):
        if (self.base / "commands.log").exists():
            (self.base / "commands.log").unlink()

    def copy_to(self, base):
        """Another host in the same condition: owners, times, links, sockets and all."""
        subprocess.run(["cp", "-a", str(self.base), str(base)], check=True)
        copy = Host(base)
        copy.change_state(tree=copy.var_ct.stat().st_ino)
        return copy

    def look(self):
        """The tree and the node id file as one finds them."""
        return fingerprint(self.var_ct), fingerprint(self.node_id_file)

    def require_settled(self):
        """Nothing of a restore is left, RSCT runs from the tree that is in place and with the identity that the files have."""
        assert sorted(path.name for path in (self.base / "var").iterdir()) == ["ct"]
        assert sorted(path.name for path in (self.base / "etc").iterdir()) == ["ct_node_id"]
        state = self.state()
        assert (state["ctrmc"], state["remote"], state["tree"]) == ("active", True, self.var_ct.stat().st_ino)
        assert self.node_id_file.read_text()[:16] == (self.var_ct / "cfg/ct_node_id").read_text()[:16] == state["node_id"]

    def options(self, **more):
        options = {
            "state": "present",
            "name": "before",
            "path": str(self.snapshots),
            "keep": 5,
            "reserve_mb": 0,
            "reidentified": False,
            "expected": None,
            "verify": False,
            "deadline": 10,
            "rmc_port": 657,
            "var_ct": str(self.var_ct),
            "ct_node_id_file": str(self.node_id_file),
        }
        options.update(more)
        return options

    def archive(self, name="before"):
        return self.snapshots / (name + ".ctsnapshot.tar")

    def install_commands(self):
        """A directory for PATH with all commands of the host."""
        directory = self.base / "bin"
        directory.mkdir(exist_ok=True)
        for name in COMMANDS:
            (directory / name).unlink(missing_ok=True)
            (directory / name).write_text('#!/bin/sh\nexec "{0}" -S -E "{1}" "{2}" "{3}" "$@"\n'.format(sys.executable, __file__, self.base, name))
            (directory / name).chmod(0o755)
        return directory


def fingerprint(path):
    """Everything that can be told about a tree or a file, times of directories included."""
    path = os.fsencode(path)
    if not os.path.lexists(path):
        return None
    found, groups = {}, {}
    for name in sorted([path] + [os.path.join(top, name) for top, tops, names in os.walk(path) for name in tops + names]):
        status = os.lstat(name)
        content = None
        if stat.S_ISREG(status.st_mode):
            with open(name, "rb") as stream:
                content = hashlib.sha256(stream.read()).hexdigest()
        elif stat.S_ISLNK(status.st_mode):
            content = os.readlink(name)
        group = groups.setdefault(status.st_ino, os.path.relpath(name, path))
        found[os.path.relpath(name, path)] = (status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns, content, group)
    return found


if __name__ == "__main__":
    code, out, err = answer(pathlib.Path(sys.argv[1]), sys.argv[2:])
    sys.stdout.write(out)
    sys.stderr.write(err)
    sys.exit(code)
