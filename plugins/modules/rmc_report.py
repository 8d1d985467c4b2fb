#!/usr/bin/python
# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of rmc_report; it runs as an action on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rmc_report
short_description: Judge the evidence of both ends and write the report
version_added: 0.1.0
description:
  - Takes what M(aixops.rsct.rmc_facts) and M(aixops.rsct.hmc_rmc_info) left behind for the hosts of the play, judges every partition and the fleet as a whole,
    prints a table and writes the report on the controller.
  - It runs once for the play and asks no host anything. What could not be read is reported as not read, never as healthy.
  - With O(evidence_files) it judges saved evidence instead, of one run or of several slices of one estate.
author:
  - aixops team (@aixops)
extends_documentation_fragment:
  - aixops.rsct._attributes
  - aixops.rsct._attributes.action
options:
  report_dir:
    description:
      - Directory on the controller that the files are written to. It is made where it is missing.
      - A relative path is relative to the working directory.
    type: path
    default: rmc-report
  formats:
    description:
      - What to write beside C(rmc-report.json) and C(rmc-evidence.json), which are always written.
      - V(html) is one page that needs no network, V(csv) is for spreadsheets, V(junit) for pipelines, V(text) for tickets and mail.
      - V(firewall), and V(text) too, write a request to the owner of the network where a partition needs one.
      - V(inventory) writes the partitions that the HMCs know and the inventory does not, as an inventory.
    type: list
    elements: str
    choices: [json, html, csv, junit, text, firewall, inventory]
    default: [json, html]
  fail_on:
    description:
      - Codes that make the task fail, after everything was written, when they are the verdict on a partition or a finding on the fleet.
      - Advisories and flags, which are never a verdict, count wherever they were found.
      - V(any-fault) stands for every code that is a fault, and for partitions that could not be read.
      - V(incomplete) stands for a report in which an HMC, a system or a partition is missing.
    type: list
    elements: str
    default: []
  history:
    description:
      - How many reports to keep in the directory C(history) below O(report_dir). They tell since when, what is new, fixed or flapping.
      - A partition that a run could not read, or did not look at, keeps its last known state.
      - V(0) keeps none and compares with none.
    type: int
    default: 0
  thresholds:
    description: Thresholds of the judgement that differ from their defaults. The guide on failure modes lists them.
    type: dict
    default: {}
  lpars:
    description: Inventory hosts to report on. The default is all hosts of the play, those included that dropped out of it, without the HMCs.
    type: list
    elements: str
  hmcs:
    description: Inventory hosts that are HMCs. One without a result is reported as not read. The default is the group C(hmcs).
    type: list
    elements: str
  lpar_results:
    description:
      - Name of the variable under which the hosts registered M(aixops.rsct.rmc_facts).
      - Where a host has no such variable, its fact C(ansible_facts['rmc']) is taken if it is not older than O(max_age).
    type: str
    default: __rmc_diagnose_facts
  hmc_results:
    description:
      - Name of the variable under which hosts registered M(aixops.rsct.hmc_rmc_info), with or without a loop; or a list of such results.
      - The item of the loop is the inventory name of the HMC; without a loop it is the key C(_hmc) or the HMC's own name.
    type: raw
    default: __rmc_diagnose_hmc
  survey:
    description: A survey to judge instead of the hosts of the play, in the form of C(rmc-evidence.json).
    type: dict
  evidence_files:
    description:
      - Saved C(rmc-evidence.json) files to judge instead of the hosts of the play.
      - Several files are merged before they are judged, so the slices of one estate give the report of one run.
      - Mutually exclusive with O(survey).
    type: list
    elements: path
    default: []
  max_age:
    description: How old evidence out of the facts of a host may be, in seconds. Older evidence, from a fact cache, counts as not read.
    type: int
    default: 3600
  max_spread:
    description:
      - How far apart in time the O(evidence_files) may be, in seconds. What is older than the newest of them by more than this counts as not read,
        its HMCs too, so that a slice that failed is not judged by what it left behind in the run before.
      - Keep it below the time between two runs.
    type: int
    default: 1800
  return_report:
    description: Also return the whole report. It is large, and registered for every host of the play.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details:
      - Does the same with and without check mode. Files of the report are written on the controller in both; no host is touched in either.
  diff_mode:
    support: N/A
    details:
      - It changes nothing on any host.
  idempotent:
    support: full
    details:
      - The same evidence gives the same report, and it never reports a change.
seealso:
  - module: aixops.rsct.rmc_facts
  - module: aixops.rsct.hmc_rmc_info
"""

EXAMPLES = r"""
- name: Ask the HMCs, shared out among the hosts of the play
  aixops.rsct.hmc_rmc_info:
  delegate_to: "{{ item }}"
  loop: "{{ groups['hmcs'][ansible_play_batch.index(inventory_hostname) :: ansible_play_batch | length] }}"
  register: consoles

- name: Collect the evidence of the LPARs
  aixops.rsct.rmc_facts:
  ignore_unreachable: true
  register: partitions

- name: Judge and report, and fail a pipeline if a node id is there twice or anything could not be read
  aixops.rsct.rmc_report:
    hmc_results: consoles
    lpar_results: partitions
    formats: [html, csv, junit]
    fail_on: [NODE_ID_DUPLICATE, incomplete]
    history: 100

- name: One report out of the evidence of four slices
  aixops.rsct.rmc_report:
    report_dir: rmc-report-all
    evidence_files:
      - slice-1/rmc-evidence.json
      - slice-2/rmc-evidence.json
      - slice-3/rmc-evidence.json
      - slice-4/rmc-evidence.json
"""

RETURN = r"""
report_path:
  description: The report.
  returned: success or a word of O(fail_on) is true
  type: str
  sample: /home/ops/rmc-report/rmc-report.json
evidence_path:
  description: The evidence behind it, which gives the same report again. Mode 0600.
  returned: success or a word of O(fail_on) is true
  type: str
  sample: /home/ops/rmc-report/rmc-evidence.json
files:
  description: All files that were written.
  returned: success or a word of O(fail_on) is true
  type: list
  elements: str
complete:
  description: Whether every HMC, system and partition could be read.
  returned: success or a word of O(fail_on) is true
  type: bool
totals:
  description: How many partitions have which verdict.
  returned: success or a word of O(fail_on) is true
  type: dict
  sample:
    HEALTHY: 10
    RSCT_DOWN: 2
worst:
  description: The codes that need somebody, worst first.
  returned: success or a word of O(fail_on) is true
  type: list
  elements: str
  sample: [NETWORK_SEGMENT, RSCT_DOWN]
text:
  description: The table that was printed, 100 columns of plain ASCII.
  returned: success
  type: str
report:
  description: The whole report, see the guide on reports.
  returned: O(return_report) is true
  type: dict
"""
