# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the estate "catalogue" up, put every fault of expected.yml somewhere in it, and write down where."""

from __future__ import annotations

import fnmatch
import json
import sys

import yaml

from estate import here


def place(estate, expected):
    """Rows {fault, hosts, verdict, flags, rung}, and the LPARs that were left alone."""
    names = list(estate.control.status()["lpars"])
    free = iter([name for name in names if name.startswith("p1") and not name.endswith(("l01", "l02"))])
    placed, known = [], {}
    for row in expected["lpars"]:
        host = next(free)
        hosts, options = [host], dict(row.get("options") or {})
        if row.get("twin"):
            options["original"] = next(free)
            hosts.append(options["original"])
        if row.get("known"):
            known[host] = where(estate, host)
        for code in [row["fault"]] + ([row["with"]] if "with" in row else []):
            estate.break_(code, host=host, hmc=row.get("hmc"), **(options if code == row["fault"] else {}))
        placed.append(wanted(row, hosts))
    for row in expected["consoles"]:
        estate.break_(row["fault"], host=row.get("host"), hmc=row.get("hmc"), **(row.get("options") or {}))
        placed.append(wanted(row, fnmatch.filter(names, row["lpars"])))
    broken = {host for row in placed for host in row["hosts"]}
    return {"placed": placed, "known": known, "healthy": [name for name in names if name not in broken]}


def where(estate, host):
    """The variables by which an inventory says which partition a host is."""
    return {"rsct_machine": estate.control.get(host, "machine"), "rsct_lpar_id": estate.control.get(host, "lpar_id")}


def wanted(row, hosts):
    return {"fault": row["fault"], "options": row.get("options") or {}, "hosts": hosts, "verdict": row.get("verdict", row["fault"]),
            "flags": row.get("flags"), "rung": row.get("rung")}


def main(source):
    estate = here()
    estate.up("catalogue")
    with open(source, encoding="utf-8") as stream:
        result = place(estate, yaml.safe_load(stream))
    (estate.results / "placed.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    # What an inventory may say of a host: needed only where the host itself cannot say it.
    (estate.directory / "known.yml").write_text(json.dumps({"aix_lpars": {"hosts": result["known"]}}), encoding="utf-8")
    estate.settle()


if __name__ == "__main__":
    main(sys.argv[1])
