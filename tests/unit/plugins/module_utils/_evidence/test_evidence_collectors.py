# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both collectors against the same commands: real processes, and the same evidence from either."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import socket
import subprocess

import pytest

from ansible_collections.aixops.rsct.plugins.module_utils import _command
from ansible_collections.aixops.rsct.plugins.module_utils._evidence import gather, probes
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.assemble import assemble
from ansible_collections.aixops.rsct.plugins.plugin_utils._collector import perl

NONCE = "rmc-0123456789abcdef"
COMMANDS = {
    "lssrc": "aix72_lssrc_a_healthy",
    "ps": "    USER     PID     ELAPSED COMMAND\n    root       1 10-00:00:00 /etc/init\n    root      77       00:10 /usr/bin/vi installp\n"
    "    root 7340312    01:00:00 /usr/sbin/rsct/bin/rmcd -a IBM.LPCommands -r\n",
    "rmcdomainstatus": "aix72_rmcdomainstatus_dual_mcp_up",
    "lsrsrc": "aix72_lsrsrc_ibm_mcp_no_resources",
    "netstat": "aix72_netstat_an_657_listening",
    "ifconfig": "aix72_ifconfig_a_ipv6_link_local",
    "lslpp": "aix72_lslpp_lcq_rsct_core",
    "df": "aix72_df_pk_healthy",
    "errpt": "aix72_errpt_after_lpm",
    "lsattr": "modelname IBM,9105-22A  Machine name               False\nsystemid  IBM,0278F0A10 Hardware system identifier False\n",
    "uname": "aix72_uname_cap_l",
    "oslevel": "7200-05-06-2320\n",
    "lsnodeid": "aix72_lsnodeid_ok",
    "ct_clusterinfo": "aix72_ct_clusterinfo_c_no_cluster",
    "lsrpdomain": "aix72_lsrpdomain_none",
    "odmget": "",
    "lspv": "aix72_lspv_no_cluster",
    "runact": "        NodeState = 0\n",
    "ctsvhbac": "aix72_ctsvhbac_trusted",
    "lsdev": "",
}


class Host:
    """A directory of commands and one of RSCT data."""

    def __init__(self, root, sample):
        self.bin = root / "bin"
        self.var_ct = root / "ct"
        self.sample = sample
        self.bin.mkdir()
        (self.var_ct / "cfg").mkdir(parents=True)
        (self.var_ct / "IW" / "registry").mkdir(parents=True)
        (self.var_ct / "cfg" / "ct_node_id").write_text("5d1c7a90e3f2b864\n# comment\n")
        (self.var_ct / "cfg" / "ct_has.qkf").write_text("key")
        (self.var_ct / "cfg" / "ct_has.qkf").chmod(0o600)
        for name, answer in COMMANDS.items():
            self.answer(name, answer)

    def answer(self, name, text, rc=0, stderr=""):
        output = self.bin.parent / (name + ".out")
        output.write_text(self.sample(text) if text.startswith("aix") else text)
        self.script(name, "/bin/cat {0}\nprintf '%s' '{1}' >&2\nexit {2}\n".format(output, stderr, rc))

    def script(self, name, body):
        command = self.bin / name
        command.write_text("#!/bin/sh\necho \"{0} $*\" >> {1}\n{2}".format(name, self.bin.parent / "log", body))
        command.chmod(0o755)

    def asked(self):
        return (self.bin.parent / "log").read_text().splitlines()

    def options(self, **options):
        return dict({"var_ct": str(self.var_ct), "ct_node_id_file": str(self.var_ct / "cfg" / "ct_node_id"), "deadline": 20}, **options)


@pytest.fixture
def host(tmp_path, sample, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return Host(tmp_path, sample)


def by_python(options):
    return gather.collect(dict(options, hmc_addresses=options.get("hmc_addresses", [])))


def by_perl(options):
    command = perl.COMMAND_WITH_INPUT.replace("perl", PERL)
    run = subprocess.run(
        ["/bin/sh", "-c", command], input=perl.program(options, NONCE), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True, timeout=60
    )
    assert run.stderr == ""
    records, complete = perl.records(run.stdout, NONCE)
    assert complete
    return records


PERL = shutil.which("perl") or "perl"
COLLECTORS = [pytest.param(by_perl, id="perl"), pytest.param(by_python, id="python")]


def evidence(collect, options):
    return assemble({"collector": "either", "collected_at": "", "records": collect(options)}, options)


def timeless(value):
    """Without what differs from one run to the next."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in ("seconds", "elapsed_seconds", "clock_utc", "age_seconds")}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def mcp_down(host):
    host.answer("rmcdomainstatus", "aix72_rmcdomainstatus_mcp_down")


def ipsec(host):
    mcp_down(host)
    host.answer("lsdev", "aix72_lsdev_ipsec_available")
    host.answer("lsfilt", "aix72_lsfilt_deny_657")


def rmcd_down(host):
    host.answer("lssrc", "aix72_lssrc_s_ctrmc_inoperative")
    host.answer("rmcdomainstatus", "", 1, "0513-036 The request could not be passed to the ctrmc subsystem.")
    host.answer("lsrsrc", "", 1, "2612-022 A session could not be established.")


def hung(host):
    host.script("lsrsrc", "trap '' TERM\necho before\n(trap '' TERM; exec /bin/sleep 600) &\necho $! > {0}\nwait\n".format(host.bin.parent / "child"))


@pytest.fixture
def short_for_lsrsrc(monkeypatch):
    """However busy the machine is, the others get all the time that they need."""
    monkeypatch.setattr(probes, "seconds", lambda probe, options: 1.5 if probe["name"] == "lsrsrc" else 60)


def missing(host):
    for name in ("lsrsrc", "ct_clusterinfo", "lsnodeid"):
        (host.bin / name).unlink()


def forbidden(host):
    (host.bin / "rmcdomainstatus").chmod(0o600)


def old_level(host):
    host.answer("lsrsrc", "", 1, "2612-023 Resource class not found.")


def in_band(host):
    host.answer("lssrc", "aix73_lssrc_g_rsct_in_band")


def odd_bytes(host):
    host.script("uname", "printf '3 \\377name\\r\\n'\n")


def half_installed(host):
    shutil.rmtree(host.var_ct)


def killed(host):
    host.script("lspv", "kill -9 $$\n")


def daemon(host):
    host.script("odmget", "/bin/sleep 600 > /dev/null &\necho $! > {0}\nexit 0\n".format(host.bin.parent / "child"))


def locked(host):
    (host.var_ct / "cfg" / "ct_node_id").unlink()
    (host.var_ct / "cfg" / "ct_node_id").mkdir()


FAULTS = [
    mcp_down, ipsec, rmcd_down, hung, missing, forbidden, old_level, in_band, odd_bytes, half_installed, killed, daemon, locked,
]


def test_healthy_host_by_either_collector(host):
    found = [timeless(evidence(collect, host.options())) for collect in (by_perl, by_python)]
    assert found[0] == found[1]
    assert found[0]["partition"]["machine"] == "9105-22A*78F0A10"
    assert found[0]["cluster"]["member"] is False
    assert found[0]["security"]["keys"]["private"]["mode"] == "0600"
    assert found[0]["node_id"]["consistent"] is True
    assert {row["outcome"] for row in found[0]["probes"] if row["argv"]} == {"ok"}


@pytest.fixture
def toolbox(host, monkeypatch):
    """GNU commands first in PATH, as /etc/environment has them where the AIX Toolbox is at home."""
    directory = host.bin.parent / "freeware" / "bin"
    directory.mkdir(parents=True)
    for name, body in (
        ("uname", "echo \"uname: invalid option -- 'L'\" >&2\nexit 1\n"),
        ("df", "echo 'Filesystem 1K-blocks Used Available Use% Mounted on'\necho '/dev/hd4 2097152 314572 1782580 15% /'\n"),
        ("ps", "echo 'USER PID ELAPSED COMMAND'\n"),
        ("lscfg", "echo only here\n"),
    ):
        (directory / name).write_text("#!/bin/sh\n" + body)
        (directory / name).chmod(0o755)
    monkeypatch.setenv("PATH", "{0}:{1}".format(directory, host.bin))
    monkeypatch.setattr(_command, "PATH_BEHIND", "^" + re.escape(str(directory.parent)) + "(?:/|$)", raising=False)


@pytest.mark.parametrize("collect", COLLECTORS)
def test_commands_of_aix_answer_and_not_their_gnu_namesakes(host, toolbox, collect):
    host.answer("df", "Filesystem    1024-blocks      Free %Used    Iused %Iused Mounted on\n/dev/hd4          2097152   1795908   15%    11234     3% /\n")
    found = evidence(collect, host.options())
    assert found["partition"]["lpar_id"] is not None and found["partition"]["uptime_seconds"] == 864000
    assert found["filesystems"][0]["inodes_used_percent"] == 3


@pytest.mark.parametrize("collect", COLLECTORS)
def test_what_only_the_toolbox_has_is_found_there(host, toolbox, collect, monkeypatch):
    monkeypatch.setattr(probes, "PROBES", [{"name": "lscfg", "argv": ["lscfg"]}])
    assert [row["stdout"] for row in collect(host.options()) if row["name"] == "lscfg"] == ["only here\n"]


@pytest.mark.parametrize("fault", FAULTS)
def test_both_collectors_give_the_same_evidence(host, fault, short_for_lsrsrc):
    fault(host)
    found = [timeless(evidence(collect, host.options())) for collect in (by_perl, by_python)]
    child = host.bin.parent / "child"
    if fault is daemon:
        os.kill(int(child.read_text()), 9)
    assert found[0] == found[1]


@pytest.mark.parametrize("collect", COLLECTORS)
def test_hung_command_is_killed_with_its_children(host, collect, short_for_lsrsrc, dies):
    hung(host)
    rows = {row["name"]: row for row in collect(host.options())}
    assert (rows["lsrsrc"]["outcome"], rows["lsrsrc"]["rc"]) == ("timeout", None)
    assert rows["lssrc"]["outcome"] == "ok"
    assert dies(int((host.bin.parent / "child").read_text()))


@pytest.mark.parametrize("collect", COLLECTORS)
def test_a_healthy_host_is_asked_no_more_than_stage_1(host, collect):
    collect(host.options())
    stage_1 = [probe for probe in probes.table(host.options()) if probe["kind"] == "command" and probe["stage"] == 1]
    assert sorted(line.rstrip() for line in host.asked()) == sorted(" ".join(probe["argv"]) for probe in stage_1)
    # Forks are dear on AIX: one more process on every host needs a reason.
    assert len(stage_1) <= 19


@pytest.mark.parametrize("collect", COLLECTORS)
@pytest.mark.parametrize(
    "fault, names",
    [
        (mcp_down, {"runact", "ctsvhbac", "lsdev_ipsec"}),
        (rmcd_down, {"runact", "ctsvhbac", "lsdev_ipsec"}),
        (ipsec, {"runact", "ctsvhbac", "lsdev_ipsec", "lsfilt"}),
        (old_level, {"lsrsrc_management_server"}),
        (in_band, {"lssrc_mcproxy"}),
    ],
)
def test_what_is_asked_in_later_stages(host, collect, fault, names):
    fault(host)
    later = {probe["name"] for probe in probes.table() if probe["stage"] > 1}
    assert {row["name"] for row in collect(host.options())} & later == names


@pytest.mark.parametrize("collect", COLLECTORS)
@pytest.mark.parametrize(
    "text, asked",
    [
        ("aix72_rmcdomainstatus_dual_mcp_up_other_spacing", False),
        ("aix71_rmcdomainstatus_peer_and_mcp", True),  # a peer is down
        ("aix72_rmcdomainstatus_one_hmc_down_one_up", True),
        ("aix72_rmcdomainstatus_mcp_pending_up", True),
        ("aix72_rmcdomainstatus_mcp_suspended_mtu", True),
        ("aix72_rmcdomainstatus_no_domain", True),
        ("Peer Domain Status\n  I A  0xe2740fb8365ac19d  0002  aixha02\n\nManagement Domain Status: Management Control Points\n", True),
    ],
)
def test_reasons_are_asked_for_unless_all_hmcs_are_up(host, collect, text, asked):
    host.answer("rmcdomainstatus", text)
    assert ("runact" in {row["name"] for row in collect(host.options())}) is asked


@pytest.mark.parametrize("collect", COLLECTORS)
def test_only_the_lines_that_matter_travel(host, collect):
    host.script("netstat", "printf 'Proto\\n'\ni=0; while [ $i -lt 3000 ]; do echo 'tcp4 0 0 *.22 *.* LISTEN'; i=$((i+1)); done\necho 'udp 0 0 *.657 *.*'\n")
    rows = {row["name"]: row["stdout"] for row in collect(host.options())}
    assert rows["netstat_an"] == "Proto\nudp 0 0 *.657 *.*\n"
    assert "vi installp" in rows["ps"]
    assert "573790AA" not in rows["errpt"]
    assert rows["lspv"] == ""


@pytest.mark.parametrize("collect", COLLECTORS)
def test_more_output_than_is_read_is_no_answer(host, collect, monkeypatch):
    monkeypatch.setattr(probes, "READ_LIMIT", 100000)
    host.script("ps", "/bin/cat {0}\n/usr/bin/head -c 300000 /dev/zero\n".format(host.bin.parent / "ps.out"))
    rmc = evidence(collect, host.options())
    told = next(row for row in rmc["probes"] if row["name"] == "ps")
    assert (told["outcome"], told["message"]) == ("failed", "more output than is read")
    assert rmc["activity"]["installp"] is None and rmc["partition"]["uptime_seconds"] is None


@pytest.mark.parametrize("collect", COLLECTORS)
def test_environment_of_the_commands(host, collect, monkeypatch):
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    monkeypatch.setenv("CT_CONTACT", "elsewhere")
    host.script("uname", "read -r line\necho \"$LC_ALL $LANG ${CT_CONTACT-unset} $CT_MANAGEMENT_SCOPE $PATH ${line-}\"\n")
    text = next(row["stdout"] for row in collect(host.options()) if row["name"] == "uname")
    assert text.startswith("C C unset 0 {0}:/opt/rsct/bin:".format(host.bin))


@pytest.mark.parametrize("collect", COLLECTORS)
def test_log_of_rmcd_is_read_from_its_end(host, collect):
    log = host.var_ct / "IW" / "log" / "mc" / "default"
    log.parent.mkdir(parents=True)
    log.write_text("2610-217 old\n" + "x" * 100000 + "\n2610-217 new\nanything else\n")
    assert evidence(collect, host.options())["rmcd_log"] == ["2610-217 new"]


@pytest.fixture
def port():
    """One port that is open on 127.0.0.1, closed on 127.0.0.2, and on 127.0.0.3 open without anybody who accepts."""
    with socket.socket() as listener, socket.socket() as hole, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        number = listener.getsockname()[1]
        hole.bind(("127.0.0.3", number))
        hole.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(("127.0.0.3", number))
        yield number


@pytest.mark.parametrize("collect", COLLECTORS)
def test_paths(host, collect, port):
    records = (host.sample("aix72_lsrsrc_ibm_mcp_one_hmc")).replace("192.0.2.11", "127.0.0.1")
    host.answer("lsrsrc", records)
    options = host.options(rmc_port=port, connect_timeout=0.3, hmc_addresses=["127.0.0.2", "127.0.0.1", "127.0.0.3"])
    paths = evidence(collect, options)["network"]["paths"]
    assert [(path["address"], path["port"], path["result"], path["source_address"]) for path in paths] == [
        ("127.0.0.1", port, "open", "127.0.0.1"),
        ("127.0.0.2", port, "refused", "127.0.0.1"),
        ("127.0.0.3", port, "timeout", "127.0.0.1"),
    ]


@pytest.mark.parametrize(
    "line, addresses",
    [
        ('        IPAddresses       = {"192.0.2.11","2001:db8:0:1::11"}', ["192.0.2.11", "2001:db8:0:1::11"]),
        ('        HMCAddIPs         = "198.51.100.11,198.51.100.12"', ["198.51.100.11", "198.51.100.12"]),
        ('        HMCAddIPv6s       = "fe80::1"', ["fe80::1"]),
        ('        HMCIPAddr         = ""', []),
        ('        ConnectivityNames = {"192.0.2.21"}', []),
        ('        IPAddresses       = {"hmc.example.com"}', []),
    ],
)
def test_addresses_are_found_in_the_records(line, addresses):
    match = re.search(probes.PATHS["line"], line)
    assert (re.findall(probes.PATHS["address"], match.group(1)) if match else []) == addresses


def test_regular_expressions_have_no_groups_that_return():
    assert re.compile(probes.PATHS["address"]).groups == 0


# --- what is particular to the collector in Perl ---


def test_perl_program_compiles():
    run = subprocess.run([PERL, "-wc", "-"], input=perl.program({}, NONCE), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True)
    assert (run.returncode, run.stderr.strip()) == (0, "- syntax OK")


def test_perl_program_keeps_to_perl_5_8():
    text = (pathlib.Path(perl.__file__).parent / "collect.pl").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    # say, given, when, state, defined-or, s///r, JSON::PP: all of Perl 5.10 or later.
    assert not re.search(r"\b(say|given|state)\b[^>}]|//=|\s//\s|/[a-z]*r[a-z]*;|JSON", code)


def test_perl_as_an_argument(host):
    command = perl.command_with_argument(perl.program(host.options(), NONCE)).replace("perl", PERL, 1)
    run = subprocess.run(["/bin/sh", "-c", command], stdout=subprocess.PIPE, check=False, text=True)
    # As a terminal would give it back.
    records, complete = perl.records(run.stdout.replace("\n", "\r\n"), NONCE)
    assert complete
    assert timeless(assemble({"collector": "", "collected_at": "", "records": records}, host.options()))["node_id"]["consistent"] is True


def test_noise_around_the_answer():
    records = "{0} RECORD uname ok 0 0.010 MyBhaXhkYjAxCg== -\r\n".format(NONCE)
    text = "Welcome!\r\n*** {0} BEGIN\r\nmail for root\r\n{1}{0} END\r\nlogout".format(NONCE, records)
    assert perl.records(text, NONCE) == (
        [{"name": "uname", "outcome": "ok", "rc": 0, "seconds": 0.01, "stdout": "3 aixdb01\n", "stderr": ""}],
        True,
    )


def test_answer_that_was_cut_off():
    text = "{0} BEGIN\n{0} RECORD uname ok 0 0.010 MyBhaXhkYjAxCg== -\n{0} RECORD lssrc ok 0 0.0".format(NONCE)
    records, complete = perl.records(text, NONCE)
    assert ([record["name"] for record in records], complete) == (["uname"], False)


def test_a_record_that_noise_ran_into_is_left_out():
    text = "{0} BEGIN\n{0} RECORD uname ok 0 0.010 M!!! -\n{0} RECORD lspv ok x 0.010 - -\n{0} END\n".format(NONCE)
    assert perl.records(text, NONCE) == ([], True)


@pytest.mark.parametrize("text", ["", "sh: perl: not found.\n", "rmc-other BEGIN\n"])
def test_no_answer_at_all(text):
    with pytest.raises(perl.NoAnswer):
        perl.records(text, NONCE)
