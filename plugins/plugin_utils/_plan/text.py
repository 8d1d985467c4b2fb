# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: plan, acceptance and stories as tables of plain ASCII."""

from __future__ import annotations

import shlex
import textwrap

from .._report.text import ascii_line, plural

WIDTH = 100
_WORDS = {
    "apply": "will be repaired", "waits_for_approval": "waiting for approval", "refused": "refused", "deferred": "deferred to a later run",
    "nothing": "in no need of repair",
}
_OUTCOMES = {
    "healed": "healed", "continues": "prepared, go on with the next run", "still_waiting": "still to be waited for",
    "rolled_back": "NOT healed and put back as before", "restore_failed": "NOT healed and NOT put back", "not_healed": "NOT healed",
    "not_verified": "changed and NOT verified, nothing put back", "unreachable": "LOST during the change",
    "refused": "refused, nothing changed", "unchanged": "nothing to do", "not_started": "not started",
}


def shown(command: dict) -> str:
    return f"{command['host']}: " + (command["command"] if "command" in command else shlex.join(command["argv"]))


def plan(sealed: dict) -> str:
    lines = [f"Repair plan {sealed['id']}".ljust(WIDTH - 20) + f"{sealed['created_at']:>20}", "=" * WIDTH]
    for decision in ("apply", "waits_for_approval", "refused", "deferred"):
        hosts = [host for host in sealed["hosts"] if host["decision"] == decision]
        if not hosts:
            continue
        lines += ["", f"{plural(len(hosts), 'partition')} {_WORDS[decision]}:"]
        for host in hosts:
            lines.append(_line(f"  {host['host']}", f"{host['verdict']} -> {host['rung'] or 'no rung'}"))
            lines += [_wrap(shown(command), "      $ ") for command in host["commands"]]
            if host.get("shares"):
                lines.append(f"      served by the command of {host['shares']}")
            for why in host["refused"]:
                detail = "; ".join(f"{each['source']}: {each['detail']}" for each in why["evidence"][:2])
                lines.append(_wrap(f"{why['reason']}: {detail.rstrip('.')}. {why['next_step']}", "      - "))
    healthy = sum(1 for host in sealed["hosts"] if host["decision"] == "nothing")
    if healthy:
        lines += ["", f"{plural(healthy, 'partition')} {_WORDS['nothing']}."]
    if sealed["waves"]:
        lines.append(_wrap("; ".join(", ".join(wave) for wave in sealed["waves"]), f"{plural(len(sealed['waves']), 'wave')}: "))
    return "\n".join(lines)


def acceptance(found: dict) -> str:
    lines = [f"Acceptance of {plural(len(found), 'partition')}", "=" * WIDTH]
    for name, result in sorted(found.items(), key=lambda item: (item[1]["accepted"], item[0])):
        lines.append(_line(f"  {name}", "accepted" if result["accepted"] else "NOT accepted"))
        for check in result["checks"]:
            mark = {True: "ok     ", False: "FAILED ", None: "UNKNOWN"}[check["passed"]]
            lines.append(_wrap(f"{check['what']}: {check['detail']}", f"      {mark} "))
    return "\n".join(lines)


def stories(repair: dict) -> str:
    lines = [f"Repair by plan {repair['plan']}", "=" * WIDTH]
    told = list(repair["stories"].values())
    for outcome, words in _OUTCOMES.items():
        hosts = sorted((story for story in told if story["outcome"] == outcome), key=lambda story: story["host"])
        if hosts:
            lines += ["", f"{plural(len(hosts), 'partition')} {words}:"]
            for story in hosts:
                lines.append(_line(f"  {story['host']}", f"{story['verdict']}, {story['rung']}"))
                lines.append(_wrap(ascii_line(story["why"]), "      "))
    for each in repair["dropped"]:
        lines += ["", f"LOST MEANWHILE, not touched: {each['name']} (id {each['lpar_id']} of {each['machine']}) on HMC {each['hmc']}"]
    if repair["breaker"]:
        lines += ["", _wrap(f"THE RUN STOPS HERE: {repair['breaker']}", "")]
    return "\n".join(lines)


def _line(left: str, right: str) -> str:
    return f"{ascii_line(left) if not left.startswith(' ') else '  ' + ascii_line(left):<28} {ascii_line(right)}"


def _wrap(text: str, head: str) -> str:
    return textwrap.fill(ascii_line(text), WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)
