# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the collector in Python. It works through the table of probes and returns raw records.

The collector in Perl (plugin_utils/_collector) does the same; nothing is judged or parsed here.
"""

from __future__ import annotations

import concurrent.futures
import errno
import os
import re
import socket
import time

from . import files, probes
from .. import _command

_REFUSED = (errno.ECONNREFUSED, errno.ECONNRESET)


def collect(options):
    """[{name, outcome, rc, seconds, stdout, stderr}] from the table of probes, the paths and the host."""
    started = time.monotonic()
    options = dict(probes.DEFAULTS, **options)
    table = probes.table(options)
    records = {}
    with concurrent.futures.ThreadPoolExecutor(probes.SIDE_BY_SIDE) as pool:
        for stage in probes.STAGES:
            todo = [probe for probe in table if probe["stage"] == stage and _wanted(probe, records)]
            answers = {probe["name"]: pool.submit(_ask, probe, probes.seconds(probe, options)) for probe in todo}
            if stage == probes.PATHS["stage"]:
                records.update(_paths(records, options))
            records.update((name, answer.result()) for name, answer in answers.items())
    records["host"] = _host(started)
    return [dict(record, name=name) for name, record in records.items()]


def _wanted(probe, records):
    return not probe["when"] or any(_holds(records.get(name), matches, regex) for name, matches, regex in probe["when"])


def _holds(record, matches, regex):
    text = record["stdout"] + record["stderr"] if record else ""
    return bool(re.search(regex, text)) == matches


def _ask(probe, deadline):
    if probe["kind"] == "file":
        result = files.content(probe["path"], probe["limit"], probe["tail"])
    elif probe["kind"] == "attributes":
        result = files.attributes(probe["path"])
    elif probe["kind"] == "children":
        result = files.children(probe["path"], probe["having"])
    else:
        result = _command.run(probe["argv"], deadline, limit=probes.READ_LIMIT)
        if result.truncated:
            return _record(result.outcome, result.rc, result.seconds, "", "more output than is read")
    return _record(result.outcome, result.rc, result.seconds, _picked(result.stdout, probe)[: probe["limit"]], result.stderr[:4096])


def _picked(text, probe):
    if not probe["keep"]:
        return text
    keep = re.compile(probe["keep"])
    return "".join(line + "\n" for line in text.split("\n") if keep.search(line))


def _record(outcome, rc, seconds, stdout, stderr=""):
    return {"outcome": outcome, "rc": rc, "seconds": round(seconds, 3), "stdout": stdout, "stderr": stderr}


def _paths(records, options):
    text = records[probes.PATHS["probe"]]["stdout"] if probes.PATHS["probe"] in records else ""
    lines = (re.search(probes.PATHS["line"], line) for line in text.split("\n"))
    known = [address for match in lines if match for address in re.findall(probes.PATHS["address"], match.group(1))]
    addresses = list(dict.fromkeys(known + list(options["hmc_addresses"])))[: probes.MAX_ADDRESSES]
    if not addresses:
        return {}
    with concurrent.futures.ThreadPoolExecutor(len(addresses)) as pool:
        answers = pool.map(lambda address: _path(address, options["rmc_port"], options["connect_timeout"]), addresses)
        return {"path:" + address: answer for address, answer in zip(addresses, answers)}


def _path(address, port, timeout):
    """Try a TCP connection. The answer is "RESULT SOURCE": open, refused, timeout or unreachable, and the address chosen here."""
    started = time.monotonic()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect((address, port))
            result = "open"
    except (socket.timeout, TimeoutError):
        result = "timeout"
    except OSError as error:
        result = "refused" if error.errno in _REFUSED else "unreachable"
    return _record("ok", 0, time.monotonic() - started, "{0} {1}".format(result, _source(family, address, port)))


def _source(family, address, port):
    """The source address that routing chooses. A UDP socket tells it without sending anything."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, port))
            return probe.getsockname()[0]
    except OSError:
        return "-"


def _host(started):
    """What is known without asking anybody. The clock is read last, right before the answer travels."""
    path = _command.environment()["PATH"].split(os.pathsep)
    now = time.time()
    facts = {
        "nodename": os.uname().nodename,
        "uid": os.geteuid(),
        "ioscli": int(any(os.path.exists(os.path.join(directory, "ioscli")) for directory in path)),
        "local_time": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(now)),
        "epoch": int(now),
    }
    return _record("ok", 0, time.monotonic() - started, "".join("{0}={1}\n".format(*fact) for fact in facts.items()))
