# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the options of rmc_facts, for its module and its action."""

from __future__ import annotations

from .probes import DEFAULTS

# What runs on the LPAR does not need these.
OF_THE_ACTION = ("as_fact", "variables")
ARGUMENT_SPEC = {
    "as_fact": {"type": "bool", "default": True},
    "variables": {"type": "list", "elements": "str", "default": []},
    "collector": {"type": "str", "choices": ["perl", "python"], "default": "perl"},
    "deadline": {"type": "int", "default": DEFAULTS["deadline"]},
    "connect_timeout": {"type": "int", "default": DEFAULTS["connect_timeout"]},
    "hmc_addresses": {"type": "list", "elements": "str", "default": []},
    "rmc_port": {"type": "int", "default": DEFAULTS["rmc_port"]},
    "var_ct": {"type": "path", "default": DEFAULTS["var_ct"]},
    "ct_node_id_file": {"type": "path", "default": DEFAULTS["ct_node_id_file"]},
}
