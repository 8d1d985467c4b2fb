# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plain things: uname, hostname, id, date, uptime, who, ps, df, ls."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Dict, List, Tuple

from ..model import Filesystem, Reply
from . import src
from .call import Call, command

ACTIVITIES = {
    "dlpar": "/usr/sbin/drslot_chrp_mem -a -c mem -q 4", "lku": "/usr/sbin/lvupdate_kernel", "installp": "/usr/sbin/installp -acgXd /mnt all",
    "backup": "/usr/bin/mksysb -eXpi /backup/mksysb.img"}


@command("uname")
def uname(call: Call) -> Reply:
    lpar = call.lpar
    model, _star, serial = lpar.machine.partition("*")
    values = {"s": "AIX", "n": lpar.hostname, "r": lpar.oslevel[1], "v": lpar.oslevel[0], "m": "00F0A1004C00", "p": "powerpc", "M": "IBM," + model,
              "u": "IBM,02" + serial, "L": "%d %s" % (lpar.lpar_id, lpar.name), "F": "0" * 16, "W": "0"}
    letters = "".join(word[1:] for word in call.args if word.startswith("-")) or "s"
    if "a" in letters:
        letters = "snrvm"
    if any(letter not in values for letter in letters):
        return Reply(stderr="uname: illegal option\n", rc=1)
    return Reply(" ".join(values[letter] for letter in dict.fromkeys(letters)) + "\n")


@command("hostname")
def hostname(call: Call) -> Reply:
    return Reply(call.lpar.hostname + "\n")


@command("whoami", "logname")
def whoami(call: Call) -> Reply:
    return Reply(call.user + "\n")


@command("id")
def id_(call: Call) -> Reply:
    number, group, group_name = ("0", "0", "system") if call.root else ("204", "1", "staff")
    if "-u" in call.args:
        return Reply((call.user if "-n" in call.args else number) + "\n")
    if "-un" in call.args or "-nu" in call.args:
        return Reply(call.user + "\n")
    if "-g" in call.args or "-G" in call.args:
        return Reply(group + "\n")
    return Reply("uid=%s(%s) gid=%s(%s)\n" % (number, call.user, group, group_name))


@command("date")
def date(call: Call) -> Reply:
    form = next((word[1:] for word in call.args if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    return Reply(time.strftime(form, time.gmtime(call.clock)) + "\n")


@command("uptime")
def uptime(call: Call) -> Reply:
    minutes = int(call.now - call.lpar.boot_time) // 60
    days, rest = divmod(minutes, 1440)
    since = ("%d days, " % days if days else "") + ("%2d:%02d" % divmod(rest, 60) if rest >= 60 else "%d mins" % rest)
    return Reply("  %s   up %s,  1 user,  load average: 0.12, 0.10, 0.09\n" % (time.strftime("%I:%M%p", time.gmtime(call.clock)), since))


@command("who")
def who(call: Call) -> Reply:
    boot = time.strftime("%b %d %H:%M", time.gmtime(call.lpar.boot_time + call.lpar.clock_offset))
    return Reply("   .        system boot %s\n" % boot if "-b" in call.args else "")


# --- ps ----------------------------------------------------------------------------------------------------------------

def processes(call: Call) -> List[Dict[str, str]]:
    lpar = call.lpar
    found = [_process(call, "root", 1, 0, lpar.boot_time, "/etc/init"), _process(call, "root", 3932430, 1, lpar.boot_time + 30, "/usr/sbin/srcmstr")]
    for each in lpar.subsystems.values():
        if each.active:
            args = "/usr/sbin/%s" % each.name
            if each.group in ("rsct", "rsct_rm"):
                args = "/usr/sbin/rsct/bin/%s%s" % (each.name, "d" if each.group == "rsct_rm" else "")
            if each.name == "ctrmc":
                args = "/usr/sbin/rsct/bin/rmcd " + (src.src_arguments(call).replace(" -r", "") + (" -r" if lpar.loaded and lpar.loaded.remote else ""))
            found.append(_process(call, "root", each.pid, 3932430, each.started_at, args))
    for name, args in ACTIVITIES.items():
        if getattr(lpar.activity, name):
            found.append(_process(call, "root", 9000000 + len(found), 1, call.now - 90, args))
    found.append(_process(call, call.user, 9999990, 1, call.now, "-ksh"))
    return found


def _process(call: Call, user: str, pid: int, ppid: int, started: float, args: str) -> Dict[str, str]:
    seconds = max(0, int(call.now - started))
    days, rest = divmod(seconds, 86400)
    clock = "%02d:%02d:%02d" % (rest // 3600, rest % 3600 // 60, rest % 60)
    etime = "%d-%s" % (days, clock) if days else clock if rest >= 3600 else clock[3:]
    begun = time.gmtime(started + call.lpar.clock_offset)
    return {"user": user, "ruser": user, "uid": "0" if user == "root" else "204", "pid": str(pid), "ppid": str(ppid), "etime": etime, "args": args,
            "comm": args.split()[0].rsplit("/", 1)[-1], "time": "00:00:21", "tty": "-", "vsz": "10240",
            "stime": time.strftime("%b %d" if days else "%H:%M:%S", begun), "cmd": args, "command": args}


TITLES = {"user": "USER", "ruser": "RUSER", "pid": "PID", "ppid": "PPID", "etime": "ELAPSED", "args": "COMMAND", "comm": "COMMAND", "time": "TIME",
          "tty": "TT", "vsz": "VSZ", "uid": "UID"}


@command("ps")
def ps(call: Call) -> Reply:
    flags, _rest = call.options("eAfadklo:p:u:U:t:g:G:F:T:")
    rows = processes(call)
    if "-p" in flags:
        rows = [row for row in rows if row["pid"] in flags["-p"].split(",")]
    if "-o" not in flags:
        lines = ["     UID      PID     PPID   C    STIME    TTY  TIME CMD"]
        lines += ["%8s %8s %8s   0 %8s      - %5s %s" % (row["user"], row["pid"], row["ppid"], row["stime"], "0:21", row["args"]) for row in rows]
        return Reply("\n".join(lines) + "\n", rc=0 if rows else 1)
    columns: List[Tuple[str, str]] = []
    for value in (word for flag, word in zip(call.args, call.args[1:]) if flag.endswith("o") and flag.startswith("-")):
        for part in value.replace(",", " ").split():
            name, equals, title = part.partition("=")
            columns.append((name, title if equals else TITLES.get(name, name.upper())))
    lines = ["".join("%8s " % title for _name, title in columns).rstrip()] if any(title for _name, title in columns) else []
    for row in rows:
        lines.append(" ".join("%8s" % row.get(name, "-") if name not in ("args", "comm", "command") else row[name] for name, _title in columns))
    return Reply("\n".join(lines) + "\n", rc=0 if rows else 1)


# --- df ----------------------------------------------------------------------------------------------------------------

@command("df")
def df(call: Call) -> Reply:
    flags, rest = call.options("PkmgiIMstTv")
    unit = 1 if "-k" in flags else 1024 if "-m" in flags else 1048576 if "-g" in flags else 0.5
    known = call.lpar.filesystems
    shown = [_holding(known, call.path_on_host(os.path.join(call.env.get("PWD", "/"), path))) for path in rest] if rest else list(known)
    title = {1: "1024-blocks", 1024: "MB blocks", 1048576: "GB blocks"}.get(unit, "512-blocks")
    if "-P" in flags:
        lines = ["%-13s %11s %9s %9s %8s %s" % ("Filesystem", title, "Used", "Available", "Capacity", "Mounted on")]
        for fs in shown:
            free = max(0, fs.size_kb - fs.used_kb)
            used = _percent(fs.used_kb, fs.size_kb)
            lines.append("%-13s %11d %9d %9d %7d%% %s" % (fs.device, fs.size_kb / unit, fs.used_kb / unit, free / unit, used, fs.mount))
        if not rest:
            lines.insert(-1, "%-13s %11s %9s %9s %8s %s" % ("/proc", "-", "-", "-", "-", " /proc"))
    else:
        lines = ["%-13s %11s %9s %5s %8s %6s %s" % ("Filesystem", title, "Free", "%Used", "Iused", "%Iused", "Mounted on")]
        for fs in shown:
            free = max(0, fs.size_kb - fs.used_kb)
            lines.append("%-13s %11d %9d %4d%% %8d %5d%% %s" % (
                fs.device, fs.size_kb / unit, free / unit, _percent(fs.used_kb, fs.size_kb), fs.inodes_used, _percent(fs.inodes_used, fs.inodes), fs.mount))
        if not rest:
            lines.insert(-1, "%-13s %11s %9s %5s %8s %6s %s" % ("/proc", "-", "-", "-", "-", "-", "/proc"))
    return Reply("\n".join(lines) + "\n")


def _percent(used: int, size: int) -> int:
    return min(100, -(-used * 100 // size))


def _holding(known: List[Filesystem], path: str) -> Filesystem:
    return max((fs for fs in known if path == fs.mount or path.startswith(fs.mount.rstrip("/") + "/")), key=lambda fs: len(fs.mount))


# --- ls ----------------------------------------------------------------------------------------------------------------

@command("ls")
def ls(call: Call) -> Reply:
    """Of real files, in AIX's shape, and owned by root whoever runs the simulator."""
    flags = set("".join(word[1:] for word in call.args if word.startswith("-")))
    paths = [word for word in call.args if not word.startswith("-")] or [call.env.get("PWD", "/")]
    out, errors = [], ""
    for name in paths:
        path = call.real_path(name)
        try:
            status = path.lstat()
        except OSError:
            errors += call.say("no_file", name=name)
            continue
        if stat.S_ISDIR(status.st_mode) and "d" not in flags:
            children = sorted(child for child in path.iterdir() if "a" in flags or not child.name.startswith("."))
            if "l" in flags:
                out.append("total %d" % sum(-(-child.lstat().st_size // 1024) for child in children))
            out += [_listed(call, child, child.name, flags) for child in children]
        else:
            out.append(_listed(call, path, name, flags))
    return Reply("".join(line + "\n" for line in out), errors, 2 if errors else 0)


def _listed(call: Call, path: Path, name: str, flags: set) -> str:
    if "l" not in flags:
        return name
    status = path.lstat()
    recent = call.now - status.st_mtime < 180 * 86400
    when = time.strftime("%b %d %H:%M" if recent else "%b %d  %Y", time.gmtime(status.st_mtime + call.lpar.clock_offset))
    arrow = " -> " + os.readlink(path) if path.is_symlink() else ""
    return "%s %4d %-8s %-8s %11d %s %s%s" % (stat.filemode(status.st_mode), status.st_nlink, "root", "system", status.st_size, when, name, arrow)
