# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: where RSCT lives on an LPAR."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  rmc_port:
    description:
      - The TCP and UDP port of RMC, on the partition as on the HMC.
      - It is 657 on every real system. Another value is for the simulated estate, which cannot bind ports below 1024.
    type: int
    default: 657
  var_ct:
    description: The directory tree of RSCT. It is V(/var/ct) on every real system.
    type: path
    default: /var/ct
  ct_node_id_file:
    description: The persistent copy of the RSCT node id. It is V(/etc/ct_node_id) on every real system.
    type: path
    default: /etc/ct_node_id
attributes:
  platform:
    description: Operating systems that the module works on.
    platforms: aix
    support: full
    details:
      - AIX 7.1 to 7.3 and VIOS 3.1 and 4.1. Nothing here was tried on a real AIX machine by the authors; see the README.
"""
