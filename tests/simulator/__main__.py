# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated estate of AIX LPARs and HMCs: python tests/simulator up|status|break|heal|set|log|estates|codes|down."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rsctsim.control import Control, EstateError  # noqa: E402  (the path above makes the package known)

DEFAULT_DIRECTORY = Path(tempfile.gettempdir()) / "rsct-estate"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="simulator", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--dir", default=str(DEFAULT_DIRECTORY), help="directory of the estate (default: %(default)s)")
        return sub

    for name, text in (("up", "bring an estate up"), ("serve", "what up starts in the background")):
        up = command(name, text)
        up.add_argument("--estate", default="demo", help="which estate (see: estates)")
        up.add_argument("--hosts", type=int, default=0, help="instead: a calm fleet of that many LPARs")
        up.add_argument("--settle", type=float, default=2.0, help="seconds until both ends agree after a change (real: minutes)")
        up.add_argument("--python", default="", help="interpreter of the hosts that have Python, or 'none' for no Python anywhere")
        up.add_argument("--python-share", type=float, default=0.5, help="share of a fleet's LPARs that have Python")
        up.add_argument("--base", default="127.20", help="first two numbers of all addresses")
        up.add_argument("--rmc-port", type=int, default=0, help="stands for port 657 (default: a free one)")
        up.add_argument("--ssh-port", type=int, default=0, help="ssh port of all hosts (default: a free one)")
        up.add_argument("--parent", type=int, default=0, help="stop when this process is gone")
        up.add_argument("--variant", default="default", choices=("default", "wide"), help="spelling of the texts that are not known for certain")
        up.add_argument("--foreground", action="store_true", help="do not go to the background")

    status = command("status", "say how every LPAR really is")
    status.add_argument("--json", action="store_true")
    break_ = command("break", "inject a fault by its code (see: codes)")
    break_.add_argument("code")
    break_.add_argument("--host", help="LPAR")
    break_.add_argument("--subnet", help="for example 127.20.1.0/24")
    break_.add_argument("--hmc", help="HMC")
    break_.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="variant of the fault (see: codes)")
    heal = command("heal", "put a host back to how it was built")
    heal.add_argument("host", nargs="?", help="LPAR or HMC; default: everything")
    set_ = command("set", "change one value of the state, e.g. set aixdb01 activity.lpm true")
    set_.add_argument("host")
    set_.add_argument("path")
    set_.add_argument("value", help="JSON, or plain text")
    log = command("log", "show what ran")
    log.add_argument("--json", action="store_true")
    log.add_argument("--changes", action="store_true", help="only what changes something")
    log.add_argument("--host")
    log.add_argument("--last", type=float, default=0.0, metavar="SECONDS", help="only the last seconds")
    command("estates", "list the ready estates")
    command("codes", "list the faults")
    command("down", "stop the estate and remove its directory")
    return top


def main(arguments: Optional[List[str]] = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    args = parser().parse_args(arguments)
    args.dir = Path(args.dir).expanduser().absolute()
    try:
        check(args)
        return COMMANDS[args.command](args, arguments)
    except EstateError as problem:
        print("simulator: %s" % problem, file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0


LIMITS = {"hosts": (0, 2000), "settle": (0.01, 3600.0), "python_share": (0.0, 1.0), "rmc_port": (0, 65535), "ssh_port": (0, 65535), "parent": (0, 1 << 22),
          "last": (0.0, 1e9)}


def check(args: argparse.Namespace) -> None:
    """Refuse what would only fail later, in the background or in silence."""
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(args, name, least) <= most:
            raise EstateError("--%s must be from %s to %s" % (name.replace("_", "-"), least, most))
    if args.command not in ("up", "serve"):
        return
    if not re.fullmatch(r"127\.([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])", args.base):
        raise EstateError("--base must be two numbers of the loopback network, for example 127.21")
    if args.python not in ("", "none") and not shutil.which(args.python):
        raise EstateError("--python: there is no interpreter %s" % args.python)
    if args.parent and not Path("/proc/%d" % args.parent).exists():
        raise EstateError("--parent: there is no process %d" % args.parent)


def up(args: argparse.Namespace, arguments: List[str]) -> int:
    from rsctsim import life
    from rsctsim.estates import ESTATES
    if args.estate not in ESTATES:
        raise EstateError("no estate %r; there are %s" % (args.estate, ", ".join(ESTATES)))
    life.prepare(args.dir)
    if not args.foreground:     # what was started in the background must not outlive an interrupted start
        signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if args.foreground:
        return serve(args, arguments)
    passed = arguments[arguments.index("up") + 1:]
    life.start_in_background(args.dir, ["serve", *passed, "--dir", str(args.dir)])
    print(usage(args))
    return 0


def usage(args: argparse.Namespace) -> str:
    inventory = args.dir / "inventory.yml"
    where = "" if args.dir == DEFAULT_DIRECTORY else " --dir %s" % args.dir
    return "\n".join((
        "The estate is up. Inventory: %s" % inventory,
        "  ansible-playbook -i %s playbooks/rmc_diagnose.yml" % inventory,
        "  ansible -i %s all -m raw -a hostname" % inventory,
        "  python tests/simulator status%s" % where,
        "  python tests/simulator break%s RSCT_DOWN --host NAME" % where,
        "  python tests/simulator down%s" % where))


def serve(args: argparse.Namespace, arguments: List[str]) -> int:
    from rsctsim import estates, inventory, life, server
    from rsctsim.model import Estate
    estate = Estate("fleet" if args.hosts else args.estate, args.dir, base=args.base, rmc_port=args.rmc_port, ssh_port=args.ssh_port, settle=args.settle,
                    python=args.python, variant=args.variant)
    life.record_server(args.dir)
    estates.build(estate, args.estate, args.hosts, args.python_share)

    def ready(running: server.Server) -> None:
        inventory.write(estate, running.rooms.interpreter)
        (args.dir / "ready").touch()
        if args.foreground:
            print(usage(args), flush=True)

    server.serve(estate, args.parent, ready)
    return 0


def status(args: argparse.Namespace, arguments: List[str]) -> int:
    from rsctsim.status import lines
    found = Control(args.dir).status()
    print(json.dumps(found, indent=2) if args.json else "\n".join(lines(found)))
    return 0


def break_(args: argparse.Namespace, arguments: List[str]) -> int:
    options: Dict[str, Any] = {}
    for pair in args.option:
        name, equals, text = pair.partition("=")
        if not name or not equals:
            raise EstateError("--option %s: NAME=VALUE is wanted" % pair)
        options[name] = _value(text)
    touched = Control(args.dir).break_(args.code, host=args.host, subnet=args.subnet, hmc=args.hmc, **options)
    print("%s: %s" % (args.code.upper(), ", ".join(touched) or "nothing to break"))
    return 0


def heal(args: argparse.Namespace, arguments: List[str]) -> int:
    print("healed: %s" % ", ".join(Control(args.dir).heal(args.host)))
    return 0


def set_(args: argparse.Namespace, arguments: List[str]) -> int:
    old = Control(args.dir).set(args.host, args.path, _value(args.value))
    print("%s %s: %s -> %s" % (args.host, args.path, json.dumps(old), args.value))
    return 0


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def log(args: argparse.Namespace, arguments: List[str]) -> int:
    control = Control(args.dir)
    entries = control.log(time.time() - args.last if args.last else 0.0)
    if args.host and not any(entry["host"] == args.host for entry in entries):
        known = control.status()
        if args.host not in {**known["lpars"], **known["hmcs"]}:
            raise EstateError("no host %r; there are %s" % (args.host, ", ".join([*known["lpars"], *known["hmcs"]])))
    for entry in entries:
        if (args.changes and not entry.get("changes")) or (args.host and entry["host"] != args.host):
            continue
        print(json.dumps(entry) if args.json else _line(entry))
    return 0


def _line(entry: Dict[str, Any]) -> str:
    stamp = time.strftime("%H:%M:%S", time.localtime(entry["time"]))
    if "event" in entry:
        return "%s %-12s %s %s" % (stamp, entry["host"], entry["event"], entry.get("command", ""))
    note = " CHANGES" if entry["changes"] else ""
    note += " HARM: " + entry["harm"] if entry["harm"] else ""
    return "%s %-12s rc=%s %s%s" % (stamp, entry["host"], entry["rc"], " ".join(entry["argv"]), note)


def estates_(args: argparse.Namespace, arguments: List[str]) -> int:
    from rsctsim.estates import ESTATES
    for name, build in ESTATES.items():
        print("%-10s %s" % (name, " ".join((build.__doc__ or "").split())))
    print("%-10s %s" % ("--hosts N", "a calm fleet of N LPARs"))
    return 0


def codes(args: argparse.Namespace, arguments: List[str]) -> int:
    from rsctsim.faults import FAULTS
    from rsctsim.scenarios import SCENARIOS
    for code, fault in FAULTS.items():
        print("%-24s %s" % (code, " ".join((fault.__doc__ or "").split())))
    for code, scenario in SCENARIOS.items():
        print("%-24s %s" % (code, scenario.text))
    return 0


def down(args: argparse.Namespace, arguments: List[str]) -> int:
    from rsctsim import life
    life.down(args.dir)
    return 0


COMMANDS = {"up": up, "serve": serve, "status": status, "break": break_, "heal": heal, "set": set_, "log": log, "estates": estates_, "codes": codes,
            "down": down}

if __name__ == "__main__":
    sys.exit(main())
