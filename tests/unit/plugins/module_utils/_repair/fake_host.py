# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A partition with state, for the tests of the repair: answers commands in this process, or as real commands on a PATH.

Whatever a test wants different is set in the state, or overridden for one command line in state["answers"].
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys

NODE_ID = "5d1c7a90e3f2b864"
NEW_NODE_ID = "8e40f1b2c3d4a596"
MACHINE = "9105-22A*78F0A10"
HMC_ALPHA = {"node": "7b3e91c05fa2d846", "name": "192.0.2.11", "hmc": "7063CR2*13A4F10", "token": "hmcalpha"}
HMC_OLD = {"node": "11aa22bb33cc44dd", "name": "192.0.2.10", "hmc": "7042CR6*10B2C3D", "token": "hmcold"}
COMMANDS = (
    "chrsrc ct_clusterinfo ctskeygen ctsnap ctsthl ctsvhbac df errpt id lsattr lsitab lslpp lsnodeid lspv lsrpdomain lsrsrc lssrc "
    "netstat odmget ps recfgct refresh rmcctrl rmcdomainstatus rmcrefreshMD rmrsrc runact startsrc stopsrc uname"
).split()
# Commands, or command lines, that change something.
CHANGING = tuple("chrsrc;ctskeygen -n;ctsnap;ctsthl -a;ctsthl -d;ctsthl -s;recfgct;refresh;rmcctrl;rmcrefreshMD;rmrsrc;startsrc;stopsrc".split(";"))


OWN_NAMES = ("aixdb01", "localhost")


def public_of(number):
    return "1204{0:08x}".format(number)


def changing(argv):
    return " ".join(argv).startswith(CHANGING)


class FakeHost:
    def __init__(self, root, state=None):
        self.root = str(root)
        self.var_ct = os.path.join(self.root, "var_ct")
        self.node_id_file = os.path.join(self.root, "ct_node_id")
        self.log = []
        self.state = state or {
            "subsystems": {
                "ctrmc": ["rsct", "active"],
                "ctcas": ["rsct", "inoperative"],
                "IBM.MgmtDomainRM": ["rsct_rm", "active"],
                "IBM.DRM": ["rsct_rm", "active"],
                "IBM.HostRM": ["rsct_rm", "active"],
            },
            "remote": True,
            "hmcs": [dict(HMC_ALPHA, state="O")],
            "looks_until_ready": 0,
            "uptime": "40-03:02:01",
            "rmcd_age": "12-00:10:00",
            "processes": [],
            "errors": [],
            "used": 19,
            "uid": 0,
            "trusted": {"aixdb01": public_of(1), "localhost": public_of(1), "hmcalpha": "bb02"},
            "key": 1,
            "dying": [],
            "answers": {},
        }

    def build(self):
        """The files that a partition has: node ids and keys."""
        os.makedirs(os.path.join(self.var_ct, "cfg"))
        os.makedirs(os.path.join(self.var_ct, "IW", "registry"))
        self.write_node_id(NODE_ID)
        self.write_keys()
        return self

    def write_node_id(self, value):
        for path in (self.node_id_file, os.path.join(self.var_ct, "cfg", "ct_node_id")):
            with open(path, "w", encoding="ascii") as stream:
                stream.write(value + "\n# This file is made by RSCT.\n")

    def write_keys(self):
        for name, mode in (("ct_has.qkf", 0o600), ("ct_has.pkf", 0o444), ("ct_has.thl", 0o444)):
            path = os.path.join(self.var_ct, "cfg", name)
            if os.path.exists(path):
                os.chmod(path, 0o600)
            with open(path, "w", encoding="ascii") as stream:
                stream.write("{0} {1}\n".format(name, self.state["key"]))
            os.chmod(path, mode)

    def options(self, **more):
        common = {
            "rmc_port": 657,
            "var_ct": self.var_ct,
            "ct_node_id_file": self.node_id_file,
            "expected": None,
            "cluster_override": None,
            "snapshot": None,
            "force": False,
            "settle_seconds": 300,
            "ready_timeout": 20,
        }
        return dict(common, **more)

    def changed(self):
        """The changing commands that really ran."""
        return [" ".join(argv) for argv in self.log if changing(argv)]

    # In this process: takes the place of _command.run.

    def run(self, argv, deadline, **_unused):
        from ansible_collections.aixops.rsct.plugins.module_utils._command import Result

        self.log.append(list(argv))
        rc, stdout, stderr, outcome = self.answer(list(argv))
        return Result(argv, rc, stdout, stderr, 0.01, outcome)

    # As a real command.

    def install(self, directory):
        """A directory for PATH; every command of it comes back here."""
        os.makedirs(directory)
        with open(os.path.join(self.root, "state.json"), "w", encoding="utf-8") as stream:
            json.dump(self.state, stream)
        for name in COMMANDS:
            path = os.path.join(directory, name)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write("#!/bin/sh\nexec {0} -S -E {1} {2} {3} \"$@\"\n".format(sys.executable, os.path.abspath(__file__), self.root, name))
            os.chmod(path, 0o755)

    def answer(self, argv):
        """(rc, stdout, stderr, outcome)"""
        line = " ".join(argv)
        for pattern, reply in self.state["answers"].items():
            if line == pattern:
                return tuple(reply)
        rc, text = getattr(self, "_" + argv[0].lower())(argv[1:])
        return rc, text if rc == 0 else "", "" if rc == 0 else text, "ok" if rc == 0 else "failed"

    # Commands that look.

    def _id(self, _args):
        return 0, "{0}\n".format(self.state["uid"])

    def _uname(self, _args):
        return 0, "3 aixdb01\n"

    def _lsattr(self, _args):
        return 0, "modelname IBM,9105-22A Machine name False\nsystemid  IBM,0278F0A10 Hardware system identifier False\n"

    def _ps(self, _args):
        rows = ["root 1 {0} /etc/init".format(self.state["uptime"])]
        if self._active("ctrmc"):
            rows.append("root 7340312 {0} /usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r".format(self.state["rmcd_age"]))
        return 0, "    USER      PID     ELAPSED COMMAND\n" + "".join("  {0}\n".format(row) for row in rows + self.state["processes"])

    def _netstat(self, _args):
        text = "Active Internet connections (including servers)\nProto Recv-Q Send-Q  Local Address  Foreign Address  (state)\n"
        text += "tcp4  0  0  *.22  *.*  LISTEN\n"
        if self._active("ctrmc") and self.state["remote"]:
            text += "tcp  0  0  *.657  *.*  LISTEN\n"
        if self._active("ctrmc") and self.state["hmcs"]:
            text += "udp  0  0  *.657  *.*\n"
        return 0, text

    def _df(self, _args):
        free = 4194304 * (100 - self.state["used"]) // 100
        if "-Pk" in _args:
            return 0, "Filesystem    1024-blocks      Used Available Capacity Mounted on\n/dev/hd3  4194304 1 {0} {1}% /tmp\n".format(free, self.state["used"])
        header = "Filesystem    1024-blocks      Free %Used    Iused %Iused Mounted on\n"
        return 0, header + "".join("/dev/{0} 4194304 {1} {2}% 8000 4% {0}\n".format(mount, free, self.state["used"]) for mount in ("/", "/var", "/tmp"))

    def _errpt(self, _args):
        return 0, "IDENTIFIER TIMESTAMP  T C RESOURCE_NAME  DESCRIPTION\n" + "".join(row + "\n" for row in self.state["errors"])

    def _lsnodeid(self, _args):
        try:
            with open(os.path.join(self.var_ct, "cfg", "ct_node_id"), encoding="ascii") as stream:
                return 0, stream.readline()
        except OSError:
            return 1, "2641-036 The node does not have an assigned node identifier.\n"

    def _ct_clusterinfo(self, _args):
        return 0, "IW\n"

    def _lsrpdomain(self, _args):
        return (0, "") if self._active("ctrmc") else (1, "2612-022 A session could not be established.\n")

    def _odmget(self, _args):
        return 0, ""

    def _lspv(self, _args):
        return 0, "hdisk0          00f8a0b1c2d3e4f5                    rootvg          active\n"

    def _lslpp(self, _args):
        return 0, "rsct.core:rsct.core.rmc:3.2.6.2: : :C: :RSCT Resource Monitoring and Control: : : : : : :0:0:/:\n"

    def _lsitab(self, _args):
        return 0, "ctrmc:2:once:/usr/bin/startsrc -s ctrmc > /dev/console 2>&1\n"

    def _lssrc(self, args):
        rows = self.state["subsystems"].items()
        if args[0] == "-s":
            rows = [(name, row) for name, row in rows if name == args[1]]
            if not rows:
                return 1, "0513-085 The {0} Subsystem is not on file.\n".format(args[1])
        text = "Subsystem         Group            PID          Status\n"
        for name, (group, status) in rows:
            text += " {0:16} {1:16} {2:12} {3}\n".format(name, group, "7340312" if status == "active" else "", status)
            if name in self.state["dying"] and status == "active" and args[0] == "-s":
                self.state["subsystems"][name][1] = "inoperative"
        return 0, text

    def _rmcdomainstatus(self, _args):
        if not self._active("ctrmc"):
            return 1, "2612-022 A session could not be established.\n"
        if not self.state["hmcs"]:
            return 0, ""
        rows = "".join("  {0} A  0x{1}  0001  {2}\n".format(hmc["state"], hmc["node"], hmc["name"]) for hmc in self.state["hmcs"])
        return 0, "\nManagement Domain Status: Management Control Points\n" + rows

    def _lsrsrc(self, args):
        if not self._active("ctrmc"):
            return 1, "2612-022 A session could not be established with the RMC daemon.\n"
        if not args:
            if self.state["looks_until_ready"] > 0:
                self.state["looks_until_ready"] -= 1
                return 1, "2612-022 A session could not be established with the RMC daemon.\n"
            return 0, 'class_name\n"IBM.MCP"\n'
        text = "Resource Persistent Attributes for IBM.MCP\n"
        for number, hmc in enumerate(self.state["hmcs"], 1):
            text += "resource {0}:\n".format(number)
            text += '        MNName            = "192.0.2.21"\n        NodeID            = {0}\n'.format(int(hmc["node"], 16))
            text += '        KeyToken          = "{token}"\n        IPAddresses       = {{"{name}"}}\n        HMCName           = "{hmc}"\n'.format(**hmc)
            text += '        HMCIPAddr         = "{name}"\n        ActivePeerDomain  = ""\n'.format(**hmc)
        return 0, text

    def _runact(self, _args):
        return 1, "2612-023 Resource not found.\n"

    # Commands that change.

    def _rmcctrl(self, args):
        flag = args[0]
        if flag == "-z":
            for name, row in self.state["subsystems"].items():
                if name == "ctrmc" or row[0] == "rsct_rm":
                    row[1] = "inoperative"
        elif flag == "-A":
            self.state["subsystems"]["ctrmc"] = ["rsct", "active"]
            self._start_managers()
        elif flag == "-s":
            if "ctrmc" not in self.state["subsystems"]:
                return 1, "0513-085 The ctrmc Subsystem is not on file.\n"
            self.state["subsystems"]["ctrmc"][1] = "active"
        elif flag == "-p":
            self.state["remote"] = True
        return 0, ""

    def _startsrc(self, args):
        row = self.state["subsystems"][args[1]]
        if row[1] == "active":
            return 1, "0513-029 The {0} Subsystem is already active.\nMultiple instances are not supported.\n".format(args[1])
        row[1] = "active"
        return 0, "0513-059 The {0} Subsystem has been started. Subsystem PID is 12320910.\n".format(args[1])

    def _stopsrc(self, args):
        self.state["subsystems"][args[1]][1] = "inoperative"
        return 0, "0513-044 The {0} Subsystem was requested to stop.\n".format(args[1])

    def _refresh(self, _args):
        return 0, ""

    def _rmcrefreshmd(self, _args):
        return 0, ""

    def _recfgct(self, args):
        with open(self.node_id_file, encoding="ascii") as stream:
            kept = stream.readline().strip()
        self.write_node_id(kept if "-s" in args else NEW_NODE_ID)
        self.state["key"] += 1
        self.write_keys()
        self.state["trusted"] = {name: public_of(self.state["key"]) for name in OWN_NAMES}
        self.state["hmcs"] = []
        self.state["subsystems"]["ctrmc"] = ["rsct", "active"]
        self._start_managers()
        return 0, "0513-059 The ctrmc Subsystem has been started. Subsystem PID is 12451992.\n"

    def _ctsthl(self, args):
        if args[0] == "-l":
            text = ""
            for name, value in self.state["trusted"].items():
                text += "--------------------\nHost name: {0}\nIdentifier Generation Method: rsa1024\n".format(name)
                text += "Identifier Value:\n{0}\n{1}\n".format(value[:2], value[2:])
            return 0, text + "--------------------\n"
        if args[0] == "-a":
            self.state["trusted"][args[2]] = args[6]
        elif args[0] == "-d":
            del self.state["trusted"][args[2]]
        elif args[0] == "-s":
            for name in OWN_NAMES:
                self.state["trusted"].setdefault(name, public_of(self.state["key"]))
        return 0, ""

    def _ctsvhbac(self, _args):
        """Files that are there, keys of one number, and an entry of this host for each of its names."""
        numbers = {}
        for name in ("ct_has.qkf", "ct_has.pkf"):
            try:
                with open(os.path.join(self.var_ct, "cfg", name), encoding="ascii") as stream:
                    numbers[name] = stream.read().split()[1]
            except (OSError, IndexError):
                pass
        files = {"Private Key file": "ct_has.qkf", "Public Key file": "ct_has.pkf"}
        text = ""
        for label, name in files.items():
            text += "{0}:  /var/ct/cfg/{1}\nStatus:  {2}\n".format(label, name, "Available" if name in numbers else "Attention")
        pair = len(numbers) == 2 and len(set(numbers.values())) == 1
        text += "Key Parity:  {0}\n".format("Public and private keys are in pair" if pair else "Attention - public and private keys are not a pair")
        for name in OWN_NAMES:
            trusted = pair and self.state["trusted"].get(name) == public_of(int(numbers["ct_has.pkf"]))
            text += "Identity:  {0}\nStatus:  {1}\n".format(name, "Trusted host" if trusted else "Attention")
        return 0, text

    def _ctskeygen(self, args):
        if args[0] == "-d":
            if not os.path.exists(os.path.join(self.var_ct, "cfg", "ct_has.pkf")):
                return 1, "2641-200 The public key file could not be read.\n"
            return 0, "{0} \n(generation method: rsa1024) \n".format(public_of(self.state["key"]))
        if "-f" not in args and os.path.exists(os.path.join(self.var_ct, "cfg", "ct_has.qkf")):
            return 1, "The key files exist.\n"
        self.state["key"] += 1
        self.write_keys()
        return 0, ""

    def _selected(self, selection):
        """Texts are quoted in a selection, the NodeID is a number."""
        wanted = dict(part.split(" == ") for part in selection.split(" && "))
        for hmc in self.state["hmcs"]:
            values = {"HMCName": '"%s"' % hmc["hmc"], "KeyToken": '"%s"' % hmc["token"], "HMCIPAddr": '"%s"' % hmc["name"], "NodeID": str(int(hmc["node"], 16))}
            if all(values[name] == value for name, value in wanted.items()):
                yield hmc

    def _chrsrc(self, args):
        names = {"HMCName": "hmc", "KeyToken": "token", "HMCIPAddr": "name"}
        for hmc in self._selected(args[1]):
            for item in args[3:]:
                name, _equals, value = item.partition("=")
                hmc[names[name]] = value.strip('"')
        return 0, ""

    def _rmrsrc(self, args):
        gone = list(self._selected(args[1]))
        self.state["hmcs"] = [hmc for hmc in self.state["hmcs"] if hmc not in gone]
        return 0, ""

    def _ctsnap(self, args):
        stem = os.path.join(args[args.index("-d") + 1], "ctsnap.aixdb01.11161039")
        with open(stem + ".log", "w", encoding="ascii") as stream:
            stream.write("collecting\n")
        with open(stem + ".tar.gz", "wb") as stream:
            stream.write(gzip.compress(b"everything", mtime=0))
        return 0, ""

    def _active(self, name):
        return self.state["subsystems"].get(name, ["", ""])[1] == "active"

    def _start_managers(self):
        for row in self.state["subsystems"].values():
            if row[0] == "rsct_rm":
                row[1] = "active"


def main():
    root, argv = sys.argv[1], sys.argv[2:]
    path = os.path.join(root, "state.json")
    with open(path, encoding="utf-8") as stream:
        host = FakeHost(root, json.load(stream))
    environment = {name: os.environ.get(name) for name in ("LC_ALL", "LANG", "CT_CONTACT", "CT_MANAGEMENT_SCOPE")}
    with open(os.path.join(root, "commands.jsonl"), "a", encoding="utf-8") as stream:
        stream.write(json.dumps({"argv": argv, "environment": environment}) + "\n")
    if host.state.get("signal_at") == " ".join(argv):
        # As when the connection is lost: the module is told to end in the middle of its work.
        os.kill(os.getppid(), signal.SIGTERM)
    rc, stdout, stderr, _outcome = host.answer(argv)
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(host.state, stream)
    os.rename(path + ".new", path)
    sys.stdout.write(stdout)
    sys.stderr.write(stderr)
    sys.exit(rc)


if __name__ == "__main__":
    main()
