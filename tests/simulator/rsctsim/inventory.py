# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ready Ansible inventory of an estate (written by hand: the simulator needs no YAML library)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

from .model import Estate, Lpar

SSH_ARGUMENTS = ("-o UserKnownHostsFile=%s -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
                 " -o KexAlgorithms=curve25519-sha256 -o ControlMaster=auto -o ControlPersist=60s")


def _yaml(value: Any, indent: int = 0) -> List[str]:
    lines = []
    for key, each in value.items():
        if isinstance(each, dict):
            lines.append("%s%s:%s" % (" " * indent, key, "" if each else " {}"))
            lines += _yaml(each, indent + 2)
        else:
            lines.append("%s%s: %s" % (" " * indent, key, json.dumps(each)))
    return lines


def write(estate: Estate, interpreter: Callable[[Lpar], str]) -> Path:
    directory = estate.directory
    common = {"ansible_connection": "ssh", "ansible_port": estate.ssh_port, "ansible_ssh_private_key_file": str(directory / "ssh_client_key"),
              "ansible_ssh_common_args": SSH_ARGUMENTS % (directory / "known_hosts")}
    lpars: Dict[str, Any] = {}
    for lpar in estate.lpars.values():
        lpars[lpar.name] = {"ansible_host": lpar.address, "rsct_var_ct": str(lpar.root / "var/ct"), "rsct_ct_node_id_file": str(lpar.root / "etc/ct_node_id")}
        if lpar.python:
            lpars[lpar.name]["ansible_python_interpreter"] = interpreter(lpar)
    tree = {"all": {
        "vars": common,
        "children": {
            "aix_lpars": {"vars": {"ansible_user": "root", "rsct_rmc_port": estate.rmc_port}, "hosts": lpars},
            "hmcs": {"vars": {"ansible_user": "hmcoper"}, "hosts": {hmc.name: {"ansible_host": hmc.address} for hmc in estate.hmcs.values()}}}}}
    path = directory / "inventory.yml"
    path.write_text("\n".join(["---"] + _yaml(tree)) + "\n", encoding="utf-8")
    return path
