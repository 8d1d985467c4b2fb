# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""lshmc: the console itself."""

from __future__ import annotations

import re
import time

from . import lists, options
from .call import Call

_TOPICS = ("-V", "-v", "-n", "-r", "-l", "-L", "--firewall")
_KNOWN = {**dict.fromkeys(_TOPICS, options.FLAG), "-F": options.OPTIONAL, "--header": options.FLAG, "--help": options.FLAG}
_FIREWALL_SINCE = 9
# V7 and V8 print "8.7.0" as release; later ones split release and service pack.
_SPLIT_SINCE = 9


def run(call: Call) -> str:
    given = options.parse(call.arguments, _KNOWN)
    topic = next((one for one in _TOPICS if one in given), None)
    if topic is None or (topic == "--firewall" and call.level[0] < _FIREWALL_SINCE):
        raise call.refuse("missing_parameter", parameters="-V")
    row = {"-V": _version, "-v": _vital_data, "-n": _network, "-r": _remote, "-l": _locale, "-L": _locale, "--firewall": _firewall}[topic](call)
    return lists.answer(call, given, [row], tuple(row))


def _version(call: Call) -> dict[str, str]:
    version, release, *rest = call.level
    fixes = ""
    if version >= _SPLIT_SINCE:
        release_text, service_pack, base = str(release), str(rest[0]), f"V{version}R{release}"
        fixes = f"MF{70000 + rest[0]} - HMC {base} M{rest[0]}\n"
    else:
        release_text, service_pack = f"{release}.{rest[0]}.{rest[1]}", str(rest[2] if len(rest) > 2 else 0)
        base = f"V{version}R{release_text}"
    text = f" Version: {version}\n Release: {release_text}\n Service Pack: {service_pack}\nHMC Build level 2503110042\n{fixes}"
    return {"version": text, "base_version": base + "\n"}


def _vital_data(call: Call) -> dict[str, str]:
    hmc = call.hmc
    lines = [
        "*FC ????????",
        "*VC 20.0",
        "*N2 " + time.strftime("%a %b %d %H:%M:%S UTC %Y", call.clock),
        "*FC ????????",
        "*DS Hardware Management Console",
        f"*TM {hmc.type_model}",
        f"*SE {hmc.serial}",
        "*MN IBM",
        "*PN N/A",
        "*SZ 66840911872",
        "*OS Embedded Operating Systems",
        f"*NA {hmc.address}",
        "*FC ????????",
        "*DS Platform Firmware",
        f"*RM {hmc.version}",
    ]
    if hmc.type_model.startswith("V"):
        unique = re.sub("[^0-9a-f]", "", hmc.type_model + hmc.serial + hmc.node_id)
        lines.append(f"*UVMID {unique[:16]}")
    return {"vpd": "".join(line + "\n" for line in lines)}


def _network(call: Call) -> dict[str, str]:
    hmc = call.hmc
    row = {
        "hostname": hmc.name,
        "domain": hmc.domain,
        "ipaddr": f"{hmc.address},0.0.0.0",
        "networkmask": "255.255.255.0,255.255.255.0",
        "gateway": hmc.address.rpartition(".")[0] + ".1",
        "nameserver": "",
        "domainsuffix": hmc.domain,
        "slipipaddr": "",
        "slipnetmask": "255.255.255.0",
        "ipaddrlpar": hmc.address,
        "networkmasklpar": "255.255.255.0",
        "clients": "",
        "ipv6addrlpar": "",
        "slpipaddrs": hmc.address,
    }
    for number, address in enumerate((hmc.address, "0.0.0.0")):
        row.update(
            {
                f"ipv4addr_eth{number}": address,
                f"ipv4netmask_eth{number}": "255.255.255.0",
                f"ipv4dhcp_eth{number}": "off",
                f"ipv6addr_eth{number}": "",
                f"ipv6auto_eth{number}": "off",
                f"ipv6privacy_eth{number}": "off",
                f"ipv6dhcp_eth{number}": "off",
                # "off" was seen on a console with working RMC: it proves nothing.
                f"lparcomm_eth{number}": "off",
                f"jumboframe_eth{number}": "off",
                f"speed_eth{number}": "auto",
                f"duplex_eth{number}": "auto",
                f"tso_eth{number}": "",
            }
        )
    return row


def _remote(call: Call) -> dict[str, str]:
    mode = call.hmc.security_mode
    return {"ssh": "enable", "sshprotocol": "", "remotewebui": "enable", "ldap": "disable", "kerberos": "disable", "security": mode}


def _locale(call: Call) -> dict[str, str]:
    return {"locale": call.user.language}


def _firewall(call: Call) -> dict[str, str]:
    # The real output is not known: only that newer levels have one.
    return {"interface": "eth0", "applications": "ssh,rmc" if call.hmc.firewall_open else "ssh"}
