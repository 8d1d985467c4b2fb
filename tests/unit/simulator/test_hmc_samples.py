# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated HMC prints has the shape of the samples: same columns, same layout, other values."""

from __future__ import annotations

import csv
import pathlib
import re
import time

import pytest

from rsctsim import daemons, estates, hmc, link

SAMPLES = pathlib.Path(__file__).resolve().parents[1] / "samples"
EAST = "9105-22A*78F0A10"


def sample(name):
    lines = (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines(keepends=True)
    head = 3 if lines[2].startswith("# format:") else 2
    return "".join(lines[head:])


def columns(text):
    """The set of column lists that occur in the rows of the form without -F."""
    return {tuple(cell.partition("=")[0] for cell in row) for row in csv.reader(text.splitlines())}


def layout(text):
    """The text with names, numbers and addresses taken out."""
    text = re.sub(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+", "ADDRESS", text)
    return re.sub(r"(0x)?[0-9a-f]*[0-9][0-9a-fA-F]*", "N", text)


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    return estates.new(tmp_path_factory.mktemp("samples") / "estate", "clean")


@pytest.fixture
def ask(estate):
    def run(level, *argv, where="hmcalpha"):
        console = estate.hmcs[where]
        console.version = level
        return hmc.run(estate, console, "hscroot", list(argv), {}, time.time() + 60).stdout

    return run


def test_columns_of_partitions(ask):
    printed = columns(ask("V8R8.7.0.2", "lssyscfg", "-r", "lpar", "-m", EAST, "--filter", '"lpar_names=vios1,aixdb01,aixtest09"'))
    assert printed == columns(sample("hmc_v8_lssyscfg_lpar_default_form"))
    header = ask("V7R7.9.0.3", "lssyscfg", "-r", "lpar", "-m", EAST, "-F", "--header").splitlines()[0]
    assert header == sample("hmc_v7_lssyscfg_lpar_all_columns_header").splitlines()[0]


def test_columns_of_profiles(ask):
    printed = columns(ask("V10R3.1063.0", "lssyscfg", "-r", "prof", "-m", EAST, "--filter", "lpar_names=aixapp01"))
    assert printed == columns(sample("hmc_v10_lssyscfg_prof_nested_quotes"))


@pytest.mark.parametrize("name", ["hmc_v8_lshwres_mem_lpar", "hmc_v8_lshwres_proc_lpar_shared_and_dedicated"])
def test_columns_of_resources(ask, name):
    kind = name.split("_")[3]
    assert columns(ask("V8R8.7.0.2", "lshwres", "-r", kind, "-m", EAST, "--level", "lpar")) == columns(sample(name))


def test_columns_of_connections(ask, estate):
    connections = estate.hmcs["hmcalpha"].systems
    connections["9009-22A*78F0C10"].state = "No Connection"
    try:
        printed = columns(ask("V8R8.7.0.2", "lssysconn", "-r", "all"))
    finally:
        connections["9009-22A*78F0C10"].state = "Operating"
    assert printed == columns(sample("hmc_v8_lssysconn_mixed"))


def test_network_settings(ask):
    assert columns(ask("V8R8.7.0.2", "lshmc", "-n")) == columns(sample("hmc_v8_lshmc_n"))


@pytest.mark.parametrize(("level", "name"), [("V8R8.7.0.2", "hmc_v8_lshmc_cap_v"), ("V10R3.1063.0", "hmc_v10_lshmc_cap_v")])
def test_version_text(ask, level, name):
    def without_fixes(text):
        return [layout(line) for line in text.splitlines() if not line.startswith(("MF", "HMC Build"))]

    assert without_fixes(ask(level, "lshmc", "-V")) == without_fixes(sample(name))


@pytest.mark.parametrize(
    ("where", "level", "name"),
    [("hmcalpha", "V10R3.1063.0", "hmc_v10_lshmc_v_physical"), ("hmcbeta", "V8R8.7.0.2", "hmc_v8_lshmc_v_virtual")],
)
def test_vital_product_data(ask, where, level, name):
    def labels(text):
        return [line.split()[0] for line in text.splitlines()]

    assert labels(ask(level, "lshmc", "-v", where=where)) == labels(sample(name))


def test_raw_rows(ask, estate):
    rows = sample("hmc_v8_lspartition_dlpar_healthy").splitlines()
    known = {layout(rows[0] + rows[1]), layout(rows[6] + rows[7])}
    known.add(layout("".join(sample("hmc_v8_lspartition_dlpar_active_0").splitlines()[:2])))
    lines = ask("V8R8.7.0.2", "lspartition", "-dlpar").splitlines()
    assert lines and {layout(one + two) for one, two in zip(lines[::2], lines[1::2])} <= known
    old = sample("hmc_v7_lspartition_dlpar_dcaps_zero_old_word")
    assert " LPAR:<" in old and " LPAR:<" in ask("V7R7.9.0.3", "lspartition", "-dlpar").splitlines()[0]


def test_short_raw_rows(ask):
    def shapes(text):
        return {len(row.split(",")) for row in text.strip().split(";")}

    assert shapes(ask("V8R8.7.0.2", "lspartition", "-ix")) == shapes(sample("hmc_v8_lspartition_ix"))


@pytest.mark.parametrize(
    ("level", "argv", "name"),
    [
        ("V10R3.1063.0", ("-m", "DC1-P10A", "-r", "lpar", "--filter", "lpar_names=aixdb99", "-F", "name,rmc_state"), "hmc_v10_lssyscfg_partition_not_found"),
        ("V10R3.1063.0", ("-r", "frame"), "hmc_v10_lssyscfg_missing_parameter"),
        ("V9R2.951.2", ("-r", "frame"), "hmc_v9_lssyscfg_frame_no_results"),
    ],
)
def test_texts_that_are_known(ask, level, argv, name):
    assert ask(level, "lssyscfg", *argv) == sample(name)


def test_a_dead_drm_has_no_capabilities_in_the_raw_row(ask, estate):
    lpar = estate.lpars["aixnim01"]
    daemons.stop(lpar, "IBM.DRM", time.time())
    link.observe(estate, time.time(), lpar)
    lines = ask("V8R8.7.0.2", "lspartition", "-dlpar", "-c", lpar.machine).splitlines()
    assert next(two for one, two in zip(lines[::2], lines[1::2]) if f"<{lpar.lpar_id}*" in one).count("DCaps:<0x0>") == 1
