# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the simulated HMC against an estate without a server."""

from __future__ import annotations

import csv
import io
import time

import pytest

from rsctsim import daemons, estates, hmc, identity, link
from rsctsim.hmc import messages, odd
from rsctsim.model import FrozenRow, NodeRow

EAST = "9105-22A*78F0A10"
SAFE = "name,lpar_id,lpar_env,state,rmc_state,rmc_ipaddr,os_version,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable"
SETTLED = 60.0


class Console:
    """One HMC of the clean estate, asked at a clock of its own."""

    def __init__(self, directory):
        self.estate = estates.new(directory, "clean")
        self.alpha, self.beta = self.estate.hmcs["hmcalpha"], self.estate.hmcs["hmcbeta"]
        self.now = time.time() + SETTLED

    def reply(self, *argv, user="hmcview", where=None, **env):
        return hmc.run(self.estate, where or self.alpha, user, list(argv), env, self.now)

    def ask(self, *argv, **more):
        answer = self.reply(*argv, **more)
        assert answer.stderr == "", "errors of the console go to stdout"
        assert answer.rc == 0, answer.stdout
        return answer.stdout

    def refused(self, *argv, **more):
        answer = self.reply(*argv, **more)
        assert (answer.rc, answer.stderr) == (1, "")
        return answer.stdout

    def rows(self, machine=EAST, names=SAFE, **more):
        text = self.ask("lssyscfg", "-r", "lpar", "-m", machine, "-F", names, **more)
        return {row[0]: row[1:] for row in csv.reader(io.StringIO(text))}

    def rmc(self, name, machine=EAST, **more):
        """(rmc_state, rmc_ipaddr, three capabilities) of one partition."""
        row = self.rows(machine, "name,rmc_state,rmc_ipaddr,dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable", **more)[name]
        return row[0], row[1], "".join(row[2:])

    def raw(self, slot, **more):
        """The two lines of lspartition for a partition as one, or an empty string."""
        lines = self.ask("lspartition", "-dlpar", user="hmcoper", **more).splitlines()
        pairs = zip(lines[::2], lines[1::2])
        return next((one + two for one, two in pairs if f"<{slot[1]}*{slot[0]}," in one), "")

    def change(self, lpar, settled=True):
        """Let the link see that somebody changed something."""
        link.observe(self.estate, self.now, lpar)
        if settled:
            self.now += SETTLED


@pytest.fixture
def console(tmp_path):
    return Console(tmp_path)


@pytest.fixture
def odd_console(tmp_path):
    made = Console(tmp_path)
    odd.add_oddities(made.estate, made.alpha)
    return made


# --- lssyscfg: forms ----------------------------------------------------------------------------------------------------


def test_systems_of_a_console(console):
    text = console.ask("lssyscfg", "-r", "sys", "-F", "name,type_model,serial_num,state")
    assert text.splitlines()[0] == "DC1-P10A,9105-22A,78F0A10,Operating"
    assert len(text.splitlines()) == 3
    assert console.ask("lssyscfg", "-r", "sys", "-F", "type_model*serial_num").splitlines()[0] == EAST


def test_healthy_partitions_follow_from_both_ends(console):
    rows = console.rows()
    assert rows["aixdb01"] == ["3", "aixlinux", "Running", "active", console.estate.lpars["aixdb01"].address, "AIX 7.2 7200-05-06-2320", "1", "1", "1"]
    assert rows["vios1"][1] == "vioserver" and rows["vios1"][5] == "VIOS 3.1.4.10 "


def test_ibm_i_and_inactive_partitions(console):
    rows = console.rows()
    assert rows["ibmi01"] == ["10", "os400", "Running", "none", "", "Unknown", "1", "1", "1"]
    assert rows["aixtest09"] == ["11", "aixlinux", "Not Activated", "inactive", "", "Unknown", "0", "0", "0"]


def test_header_and_all_columns(console):
    header, first, *_rest = console.ask("lssyscfg", "-r", "lpar", "-m", "DC1-P10A", "-F", "--header").splitlines()
    assert header.startswith("name,lpar_id,lpar_env,state,resource_config,os_version,logical_serial_num,")
    assert len(next(csv.reader([first]))) == len(header.split(","))


def test_default_form_leaves_out_what_does_not_apply_and_the_capabilities(console):
    lines = console.ask("lssyscfg", "-r", "lpar", "-m", "DC1-P10A").splitlines()
    vios, aix = (next(line for line in lines if line.startswith(f"name={name},")) for name in ("vios1", "aixdb01"))
    assert "boot_mode=" in aix and "boot_mode=" not in vios
    assert "rmc_state=active" in aix and "dlpar_mem_capable" not in aix
    assert console.ask("lssyscfg", "-r", "lpar", "-m", "DC1-P10A", "-F", "name,boot_mode").splitlines()[0] == "vios1,null"


def test_profile_has_nested_quotes_and_tells_whether_the_connection_is_watched(console):
    line = console.ask("lssyscfg", "-r", "prof", "-m", "DC1-P10A", "--filter", "lpar_names=aixapp01").strip()
    cells = next(csv.reader([line]))
    assert 'virtual_eth_adapters="2/1/1/30,31,32/0/1"' in cells and "conn_monitoring=1" in cells


def test_one_unknown_attribute_fails_the_whole_command(console):
    said = console.refused("lssyscfg", "-r", "lpar", "-m", "DC1-P10A", "-F", "name,lpar_type")
    assert said.startswith("An invalid attribute was entered.") and "lpar_type" in said and "aixdb01" not in said


def test_missing_parameters_are_named(console):
    assert "invalid value are -r." in console.refused("lssyscfg", "-F", "name")
    assert "invalid value are -m." in console.refused("lssyscfg", "-r", "lpar")
    assert "-F" in console.refused("lssyscfg", "-r", "sys", "--header")


@pytest.mark.parametrize("level", ["V8R8.7.0.2", "V9R2.951.2"])
def test_frames_before_v10_have_no_results_and_rc_0(console, level):
    console.alpha.version = level
    assert console.ask("lssyscfg", "-r", "frame") == "No results were found.\n"


def test_frames_are_unknown_since_v10(console):
    assert console.refused("lssyscfg", "-r", "frame").startswith("The command entered is either missing a required parameter")


def test_attributes_by_level(console):
    asked = ("lssyscfg", "-r", "lpar", "-m", "DC1-P10A", "-F", "name,virtual_serial_num")
    assert console.ask(*asked)
    console.alpha.version = "V9R2.951.2"
    assert "virtual_serial_num" in console.refused(*asked)
    console.alpha.version = "V7R7.7.0.1"
    assert "dlpar_mem_capable" in console.refused("lssyscfg", "-r", "lpar", "-m", "DC1-P10A", "-F", SAFE)
    assert console.ask("lssyscfg", "-r", "lpar", "-m", "DC1-P10A", "-F", "name,rmc_state,rmc_ipaddr")


# --- lssyscfg: filters and names ------------------------------------------------------------------------------------------


def test_filter_by_names_and_ids(console):
    asked = ("lssyscfg", "-r", "lpar", "-m", EAST, "-F", "name", "--filter")
    assert console.ask(*asked, "lpar_names=aixdb02") == "aixdb02\n"
    assert console.ask(*asked, '"lpar_names=aixdb01,aixdb02"') == "aixdb01\naixdb02\n"
    assert console.ask(*asked, "lpar_ids=5") == "aixapp01\n"
    assert console.refused(*asked, "lpar_names=aixdb99") == "HSCL8012 The partition named aixdb99 was not found.\n"
    assert "aixdb02" in console.refused(*asked, "lpar_names=aixdb01,aixdb02")


def test_odd_names_are_quoted_by_the_delimiter(odd_console):
    machine = "9009-42A*78E0C30"
    assert set(odd_console.rows(machine)) == {"vios30", odd.BLANK_NAME, odd.COMMA_NAME, odd.QUOTE_NAME, "ibmi02", "aixold31"}
    lines = odd_console.ask("lssyscfg", "-r", "lpar", "-m", machine, "-F", "name lpar_id").splitlines()
    assert '"training 07 old" 6' in lines and '"batch, night" 7' in lines


def test_systems_of_one_name_need_type_model_and_serial(odd_console):
    both = odd_console.ask("lssyscfg", "-r", "sys", "-F", "name,type_model,serial_num")
    assert both.count(odd.SAME_NAME + ",") == 2
    assert "HSCL" in odd_console.refused("lssyscfg", "-r", "lpar", "-m", odd.SAME_NAME, "-F", "name")
    assert odd_console.ask("lssyscfg", "-r", "lpar", "-m", "9105-22A*78F0D10", "-F", "name") == "vios10\n"


def test_a_system_that_never_connected_is_named_by_its_address(odd_console):
    line = next(one for one in odd_console.ask("lssyscfg", "-r", "sys", "-F", "name,type_model,serial_num,state").splitlines() if "78F0D40" in one)
    assert line == f"{odd_console.estate.base}.0.80,9105-22A,78F0D40,No Connection"
    connections = odd_console.ask("lssysconn", "-r", "all")
    assert f"type_model_serial_num=unavailable,sp=unavailable,sp_phys_loc=unavailable,ipaddr={odd_console.estate.base}.0.80," in connections


# --- states of systems ------------------------------------------------------------------------------------------------------

REFUSING = {
    "No Connection", "Pending Authentication", "Pending Authentication - Password Updates Required", "Failed Authentication",
    "Recovery", "Incomplete", "Version Mismatch",
}  # fmt: skip


@pytest.mark.parametrize("state", odd.STATES)
def test_every_state_of_a_system(odd_console, state):
    system = next(one for one, connection in odd_console.alpha.systems.items() if connection.state == state)
    answer = odd_console.reply("lssyscfg", "-r", "lpar", "-m", system, "-F", "name,state,rmc_state")
    if state in REFUSING:
        assert answer.rc == 1 and answer.stdout.startswith("HSCL") and state in answer.stdout
    elif state in ("Standby", "Service Processor Failover"):
        assert answer.rc == 0 and ",Running," in answer.stdout
    else:
        assert answer.rc == 0 and ",Not Available,inactive" in answer.stdout


def test_a_powered_off_system_keeps_addresses_and_reads_unavailable(console):
    console.alpha.systems[EAST].state = "Power Off"
    assert console.rmc("aixdb01") == ("inactive", console.estate.lpars["aixdb01"].address, "000")
    assert console.rows()["ibmi01"][3:] == ["none", "", "Unknown", "0", "0", "0"]
    assert console.ask("lssyscfg", "-r", "sys", "-F", "state,sys_time", "-m", EAST) == "Power Off,unavailable\n"


def test_connections(odd_console):
    text = odd_console.ask("lssysconn", "-r", "all")
    assert f"type_model_serial_num={EAST},sp=primary,sp_phys_loc=unavailable,ipaddr=" in text
    assert text.count("state=Connected\n") == sum(1 for one in odd_console.alpha.systems.values() if one.state not in REFUSING - {"Recovery", "Incomplete"})
    assert "state=Failed Authentication,connection_error_code=Incorrect password 0802-0001-00000026" in text
    assert "state=Pending Authentication\n" in text


def test_slow_and_hanging_systems_do_not_hold_the_list_of_systems(odd_console):
    assert odd_console.reply("lssyscfg", "-r", "sys", "-F", "name").delay == pytest.approx(0.1)
    assert odd_console.reply("lssyscfg", "-r", "lpar", "-m", "slow", "-F", "name").delay == pytest.approx(3.1)
    assert odd_console.reply("lssyscfg", "-r", "lpar", "-m", "hanging", "-F", "name").hang
    assert odd_console.reply("lshwres", "-r", "mem", "--level", "lpar", "-m", "hanging").hang


# --- what the console says follows from both ends -----------------------------------------------------------------------------


def test_drm_down_is_active_with_no_capabilities(console):
    lpar = console.estate.lpars["aixapp01"]
    daemons.stop(lpar, "IBM.DRM", console.now)
    console.change(lpar)
    assert console.rmc("aixapp01") == ("active", lpar.address, "000")
    assert "Active:<1>" in console.raw(lpar.slot) and "DCaps:<0x0>" in console.raw(lpar.slot)


def test_rmcd_down_is_inactive_with_the_address_kept_and_known_raw(console):
    lpar = console.estate.lpars["aixdb01"]
    daemons.stop_all(lpar, console.now)
    console.change(lpar)
    assert console.rmc("aixdb01") == ("inactive", lpar.address, "000")
    assert "Active:<0>" in console.raw(lpar.slot) and "PinnedMem:<0>" in console.raw(lpar.slot)


def test_the_cache_lags_behind_the_raw_view(console):
    lpar = console.estate.lpars["aixdb01"]
    daemons.stop_all(lpar, console.now)
    console.change(lpar, settled=False)
    console.now += console.estate.settle / 2
    assert "Active:<0>" in console.raw(lpar.slot)
    assert console.rmc("aixdb01")[0] == "active"
    console.now += console.estate.settle
    assert console.rmc("aixdb01")[0] == "inactive"


def test_one_console_may_see_what_the_other_does_not(console):
    console.alpha.firewall_open = False
    console.change(None)
    assert console.rmc("aixdb01")[0] == "inactive"
    assert console.rmc("aixdb01", where=console.beta)[0] == "active"


def test_only_a_rebuild_brings_the_cache_in_line(console):
    lpar = console.estate.lpars["aixdb01"]
    console.alpha.frozen[lpar.slot] = FrozenRow()
    console.now += SETTLED
    assert "Active:<1>" in console.raw(lpar.slot) and console.rmc("aixdb01") == ("inactive", lpar.address, "000")
    answer = console.reply("chsysstate", "-m", "DC1-P10A", "-r", "sys", "-o", "rebuild", user="hmcoper")
    assert (answer.rc, answer.stdout, answer.changes) == (0, "", True)
    console.now += SETTLED
    assert console.rmc("aixdb01") == ("active", lpar.address, "111")


def test_busy_is_said_for_a_while(console):
    lpar = console.estate.lpars["vios1"]
    console.alpha.busy[lpar.slot] = console.now + 30
    assert console.rmc("vios1") == ("busy", lpar.address, "111")
    console.now += 31
    assert console.rmc("vios1")[0] == "active"


def test_an_lpar_that_never_connected_has_no_raw_row_and_no_state(console):
    lpar = console.estate.lpars["aixdb01"]
    daemons.stop_all(lpar, console.now)
    console.change(lpar)
    for each in (console.alpha, console.beta):
        del each.nodes[lpar.slot]
    console.change(lpar)
    assert console.rmc("aixdb01") == ("none", "", "000")
    assert console.raw(lpar.slot) == ""


# --- lspartition --------------------------------------------------------------------------------------------------------------


def test_raw_rows(console):
    text = console.ask("lspartition", "-dlpar", user="hmcoper")
    address = console.estate.lpars["aixdb01"].address
    assert f"Partition:<3*{EAST}, , {address}>\n       Active:<1>, OS:<AIX, 7.2, 7200-05-06-2320>, DCaps:<0x2c5f>, CmdCaps:<0x4000001b, 0x1b>, " in text
    assert "DCaps:<0x14f9f>, CmdCaps:<0x4000003a, 0x3a>" in console.raw((EAST, 1))
    console.alpha.version = "V7R7.9.0.3"
    assert f"LPAR:<3*{EAST}" in console.ask("lspartition", "-dlpar", user="hmcoper")


def test_raw_rows_outlive_partitions_and_leave_gaps(odd_console):
    lines = odd_console.ask("lspartition", "-dlpar", user="hmcoper").splitlines()
    numbers = [int(line[2:line.index(">")]) for line in lines[::2]]
    assert numbers == sorted(numbers) and numbers[-1] > len(numbers) - 1
    deleted = odd_console.raw(("9009-42A*78E0C30", odd.DEAD_ID + 1))
    assert "Active:<0>, OS:< , , >" in deleted
    assert "aixold31" in odd_console.rows("9009-42A*78E0C30")


def test_short_raw_rows(console):
    address = console.estate.lpars["aixdb01"].address
    assert f"3,{address},1;" in console.ask("lspartition", "-i", "-c", EAST, user="hmcoper")
    assert f"3,{address},1,,AIX,7.2;" in console.ask("lspartition", "-ix", user="hmcoper")
    daemons.stop_all(console.estate.lpars["aixdb01"], console.now)
    console.change(None)
    console.estate.variant = "wide"
    assert f"3,{address},3;" in console.ask("lspartition", "-i", user="hmcoper")


# --- roles and languages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [("chsysstate", "-m", "DC1-P10A", "-r", "sys", "-o", "rebuild"), ("lspartition", "-dlpar"), ("diagrmc",), ("lsaccfg", "-t", "taskrole")],
)
def test_the_viewer_may_only_look(console, argv):
    assert console.refused(*argv).startswith("HSCL350B")


def test_a_resource_role_shortens_lists_without_a_word(odd_console):
    systems = odd_console.ask("lssyscfg", "-r", "sys", "-F", "name", user="hmcsome").splitlines()
    assert systems == ["DC1-P10A", odd.SAME_NAME]
    assert set(odd_console.rows(EAST, user="hmcsome")) == {"aixdb01"}
    assert "HSCL8018" in odd_console.refused("lssyscfg", "-r", "lpar", "-m", "DC1-P10B", "-F", "name", user="hmcsome")


def test_the_roles_can_be_listed(console):
    text = console.ask("lsaccfg", "-t", "taskrole", user="hscroot")
    viewer = next(line for line in text.splitlines() if "name=hmcviewer" in line)
    assert "ListLPARProperty" in viewer and "RebuildCEC" not in viewer


def test_the_language_of_the_user_unless_the_command_says_english(odd_console):
    asked = ("lssyscfg", "-r", "lpar", "-m", EAST, "-F")
    said = odd_console.refused(*asked, "name,nonsense", user="hmcpl")
    assert said.startswith("Wprowadzono niepoprawny atrybut.") and "nonsense" in said
    assert "Nieznane" in odd_console.ask(*asked, "name,os_version", user="hmcpl")
    assert "Unknown" in odd_console.ask(*asked, "name,os_version", user="hmcpl", LC_ALL="en_US", LANG="en_US")


def test_unverified_texts_can_be_replaced(console):
    console.alpha.systems[EAST].state = "No Connection"
    asked = ("lssyscfg", "-r", "lpar", "-m", EAST, "-F", "name")
    first = console.refused(*asked)
    console.estate.variant = "wide"
    second = console.refused(*asked)
    (console.estate.directory / hmc.REPLACEMENTS_FILE).write_text('{"not_connected": "HSCL9999 {state}!"}', encoding="utf-8")
    assert first != second and console.refused(*asked) == "HSCL9999 No Connection!\n"
    assert set(messages.VARIANTS["wide"]) <= set(messages.INVENTED)


# --- diagrmc ----------------------------------------------------------------------------------------------------------------------


def diagnose(console, lpar, *more):
    return console.reply("diagrmc", "-m", lpar.machine, "--ip", lpar.address, "--id", str(lpar.lpar_id), *more, user="hscroot")


def test_diagrmc_of_a_working_partition(console):
    lpar = console.estate.lpars["aixdb01"]
    answer = diagnose(console, lpar)
    assert (answer.stdout, answer.rc, answer.changes) == (f"{lpar.address} has RMC connection.\n", 0, False)
    assert answer.delay == pytest.approx(0.1 + console.alpha.diagrmc_seconds)


def test_diagrmc_without_autocorrect_changes_nothing(console):
    lpar = console.estate.lpars["aixdb01"]
    console.alpha.nodes[(EAST, 31)] = NodeRow(lpar.address, stale=True, index=40)
    console.change(lpar)
    assert "has RMC connection" not in diagnose(console, lpar, "-v").stdout
    console.now += SETTLED
    assert console.rmc("aixdb01")[0] == "inactive"


def test_autocorrect_removes_a_recycled_address(console):
    lpar = console.estate.lpars["aixdb01"]
    console.alpha.nodes[(EAST, 31)] = NodeRow(lpar.address, stale=True, index=40)
    console.change(lpar)
    assert console.rmc("aixdb01")[0] == "inactive"
    answer = diagnose(console, lpar, "--autocorrect", "-v")
    assert answer.rc == 0 and answer.changes
    console.now += SETTLED
    assert console.rmc("aixdb01") == ("active", lpar.address, "111")


def test_autocorrect_corrects_a_stale_address(console):
    lpar = console.estate.lpars["aixdb01"]
    row = console.alpha.nodes[lpar.slot]
    row.address, row.pinned = f"{console.estate.base}.1.99", True
    console.change(lpar)
    assert console.rmc("aixdb01")[:2] == ("inactive", f"{console.estate.base}.1.99")
    assert console.reply("chsysstate", "-m", EAST, "-r", "sys", "-o", "rebuild", user="hmcoper").rc == 0
    console.now += SETTLED
    assert console.rmc("aixdb01")[0] == "inactive", "a rebuild does not help here"
    diagnose(console, lpar, "--autocorrect")
    console.now += SETTLED
    assert console.rmc("aixdb01") == ("active", lpar.address, "111")


def test_autocorrect_exchanges_keys(console):
    lpar = console.estate.lpars["aixdb01"]
    identity.write_keys(lpar)
    console.change(lpar)
    assert console.rmc("aixdb01")[0] == "inactive"
    diagnose(console, lpar, "--autocorrect")
    console.now += SETTLED
    assert console.rmc("aixdb01")[0] == "active"


def test_autocorrect_does_not_heal_what_is_not_the_consoles(console):
    lpar = console.estate.lpars["aixdb01"]
    daemons.stop_all(lpar, console.now)
    console.change(lpar)
    diagnose(console, lpar, "--autocorrect")
    console.now += SETTLED
    assert console.rmc("aixdb01")[0] == "inactive"


def test_diagrmc_of_everything_and_of_another_console(console):
    text = console.ask("diagrmc", user="hscroot")
    assert text.count("has RMC connection.") == len(console.alpha.nodes)
    assert console.ask("diagrmc", "--mcip", console.beta.address, user="hscroot") == f"{console.beta.address} has RMC connection.\n"


# --- the rest ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "lines", "base"),
    [
        ("V8R8.7.0.2", [" Release: 8.7.0", " Service Pack: 2"], "V8R8.7.0"),
        ("V9R2.951.2", [" Release: 2", " Service Pack: 951"], "V9R2"),
        ("V10R3.1060.0", [" Release: 3", " Service Pack: 1060"], "V10R3"),
        ("V11R1.1110.0", [" Release: 1", " Service Pack: 1110"], "V11R1"),
    ],
)
def test_levels_of_the_console(console, version, lines, base):
    console.alpha.version = version
    text = console.ask("lshmc", "-V")
    assert text.startswith('"version= Version: ') and text.endswith(f'\n","base_version={base}\n"\n')
    assert all(line in text.splitlines() for line in lines)


def test_vital_product_data_names_the_console_with_a_dash(console):
    text = console.ask("lshmc", "-v")
    assert text.startswith('"vpd=*FC ') and "\n*TM 7063-CR2\n*SE 13A4F10\n" in text and text.endswith('\n"\n')
    assert f"*NA {console.alpha.address}" in text and "*UVMID" not in text
    assert "\n*UVMID " in console.ask("lshmc", "-v", where=console.beta)


def test_network_settings_have_the_address_for_partitions(console):
    cells = next(csv.reader([console.ask("lshmc", "-n").strip()]))
    assert "hostname=hmcalpha" in cells and f"ipaddrlpar={console.alpha.address}" in cells and f"ipaddr={console.alpha.address},0.0.0.0" in cells
    assert console.ask("lshmc", "-n", "-F", "hostname,ipaddrlpar") == f"hmcalpha,{console.alpha.address}\n"


def test_remote_settings_and_firewall(console):
    assert "security=legacy" in console.ask("lshmc", "-r")
    open_text = console.ask("lshmc", "--firewall")
    console.alpha.firewall_open = False
    assert console.ask("lshmc", "--firewall") != open_text


def test_memory_as_the_console_has_it(console):
    rows = console.ask("lshwres", "-r", "mem", "-m", EAST, "--level", "lpar", "-F", "lpar_name,curr_mem,pend_mem,run_mem").splitlines()
    assert "aixdb01,32768,32768,32768" in rows and "aixtest09,0,0,0" in rows
    console.estate.lpars["aixdb01"].run_memory_mb = 16384
    assert "run_mem=16384" in console.ask("lshwres", "-r", "mem", "-m", EAST, "--level", "lpar", "--filter", "lpar_ids=3")


def test_column_sets_differ_between_rows(console):
    mem = console.ask("lshwres", "-r", "mem", "-m", EAST, "--level", "lpar").splitlines()
    assert ["huge_pages" in line for line in mem if "vios1" in line or "aixdb01" in line] == [False, True]
    proc = console.ask("lshwres", "-r", "proc", "-m", EAST, "--level", "lpar").splitlines()
    assert ["proc_units" in line for line in proc if "vios1" in line or "aixdb01" in line] == [False, True]


def test_events_follow_from_the_state(console):
    asked = ("lssvcevents", "-t", "hardware", "--filter", "status=open", "-F", "first_time~refcode~sys_name~text")
    assert console.ask(*asked) == "No results were found.\n"
    daemons.stop_all(console.estate.lpars["aixdb01"], console.now)
    console.change(None)
    console.alpha.systems["9009-22A*78F0C10"].state = "No Connection"
    events = console.ask(*asked).splitlines()
    assert sorted(line.split("~")[1] for line in events) == ["B3020001", "B3030001"]
    assert any("partition aixdb01" in line for line in events)
    console.estate.systems[EAST].partition(3).conn_monitoring = False
    assert "B3020001" not in console.ask(*asked)


def test_reference_codes(console):
    console.estate.systems[EAST].partition(11).refcode = "00000000"
    asked = ("lsrefcode", "-r", "lpar", "-m", EAST, "-F", "refcode", "--filter")
    assert console.ask(*asked, "lpar_names=aixtest09") == "00000000\n"


def test_the_clock_is_the_consoles_own(console):
    console.alpha.clock_offset = 900.0
    assert int(console.ask("date", "-u", "+%s")) == int(console.now + 900)
    assert "UTC" in console.ask("date")
    assert console.ask("date", "+%Y-%m-%dT%H:%M:%SZ").endswith("Z\n")


def test_host_names_and_scp(console):
    assert console.ask("hostname") == "hmcalpha\n" and console.ask("hostname", "-f") == "hmcalpha.example.com\n"
    assert console.refused("scp", "-t", "x")


def test_a_hanging_command_and_a_slow_one(console):
    console.alpha.hanging.add("lshmc")
    console.alpha.slow["lssysconn"] = 5.0
    assert console.reply("lshmc", "-V").hang
    assert console.reply("lssysconn", "-r", "all").delay == pytest.approx(5.1)


def test_an_expired_account_gets_no_data(console):
    console.alpha.users["hmcview"].expired = True
    said = console.refused("lssyscfg", "-r", "sys", "-F", "name")
    assert "DC1" not in said and said.strip()
