# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node id copies, keys, trusted hosts and registry of a simulated host: real files, read whenever somebody asks.

Snapshot and restore tools therefore work on the very state the simulator judges by.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Dict, List, Optional, Set

from .model import Estate, Lpar, McpRecord

KEY_METHOD = "rsa1024"
NODE_ID_TEXT = "%s\n#\n# RSCT node identifier of this system\n#\n"
HEX16 = re.compile(r"^[0-9a-f]{16}$")


def var_ct(lpar: Lpar) -> Path:
    return lpar.root / "var/ct"


def etc_node_id(lpar: Lpar) -> Path:
    return lpar.root / "etc/ct_node_id"


def cfg(lpar: Lpar, name: str = "") -> Path:
    return lpar.root / "var/ct/cfg" / name


def registry(lpar: Lpar) -> Path:
    return lpar.root / "var/ct/IW/registry/local_tree/IBM.MCP.json"


def new_node_id() -> str:
    return "%016x" % (secrets.randbits(63) | 1 << 60)


def public_of(seed: str) -> str:
    """The public key that belongs to a private one (256 hex digits between the usual marks)."""
    digits = "".join(hashlib.sha512(("%s/%d" % (seed, i)).encode()).hexdigest() for i in range(2))
    return "120400" + digits + "0103"


def new_seed() -> str:
    return secrets.token_hex(16)


def _read(path: Path) -> Optional[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    os.chmod(path, mode)


def read_node_id(path: Path) -> Optional[str]:
    text = _read(path)
    first = text.splitlines()[0].strip().lower() if text and text.strip() else ""
    return first if HEX16.match(first) else None


def write_node_id(path: Path, node_id: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, NODE_ID_TEXT % node_id, 0o444)


# --- keys --------------------------------------------------------------------------------------------------------------

def write_keys(lpar: Lpar, seed: Optional[str] = None) -> None:
    seed = seed or new_seed()
    _write(cfg(lpar, "ct_has.qkf"), "%s %s\n" % (KEY_METHOD, seed), 0o600)
    _write(cfg(lpar, "ct_has.pkf"), "%s %s\n" % (KEY_METHOD, public_of(seed)), 0o444)


def _key_word(lpar: Lpar, name: str) -> str:
    words = (_read(cfg(lpar, name)) or "").split()
    return words[1] if len(words) == 2 else ""


def private_seed(lpar: Lpar) -> str:
    return _key_word(lpar, "ct_has.qkf")


def public_key(lpar: Lpar) -> str:
    return _key_word(lpar, "ct_has.pkf")


def key_files_present(lpar: Lpar) -> int:
    return sum(1 for name in ("ct_has.qkf", "ct_has.pkf") if cfg(lpar, name).is_file())


def trust_files(lpar: Lpar) -> Set[str]:
    return {name for name in ("ct_has.qkf", "ct_has.pkf", "ct_has.thl") if cfg(lpar, name).is_file()}


def keys_pair(lpar: Lpar) -> bool:
    seed = private_seed(lpar)
    return bool(seed) and public_of(seed) == public_key(lpar)


def trusted_hosts(lpar: Lpar) -> Optional[Dict[str, str]]:
    """Host -> key; None when the list is missing."""
    text = _read(cfg(lpar, "ct_has.thl"))
    if text is None:
        return None
    rows = [line.split() for line in text.splitlines()]
    return {row[0]: row[2] for row in rows if len(row) == 3}


def write_trusted_hosts(lpar: Lpar, entries: Dict[str, str]) -> None:
    text = "".join("%s %s %s\n" % (host, KEY_METHOD, value) for host, value in entries.items())
    _write(cfg(lpar, "ct_has.thl"), text, 0o444)


def own_names(lpar: Lpar) -> List[str]:
    addresses = [address for interface in lpar.interfaces for address in interface.addresses]
    return [lpar.hostname] + addresses + ["localhost", "127.0.0.1"]


def add_own_names(lpar: Lpar) -> None:
    """Only those that the list does not have: an entry with an old key stays."""
    own = public_key(lpar)
    write_trusted_hosts(lpar, {**{name: own for name in own_names(lpar)}, **(trusted_hosts(lpar) or {})})


def trust_own_names(lpar: Lpar) -> None:
    entries = trusted_hosts(lpar) or {}
    own = public_key(lpar)
    entries.update({name: own for name in own_names(lpar)})
    write_trusted_hosts(lpar, entries)


# --- registry ----------------------------------------------------------------------------------------------------------

def read_registry(lpar: Lpar) -> List[McpRecord]:
    try:
        return [McpRecord(**row) for row in json.loads(_read(registry(lpar)) or "[]")]
    except (ValueError, TypeError):
        return []


def write_registry(lpar: Lpar) -> None:
    if lpar.loaded is not None:
        store_records(lpar, lpar.loaded.mcps)


def records(lpar: Lpar) -> List[McpRecord]:
    """What rmcd holds, or will hold when it is started."""
    return lpar.loaded.mcps if lpar.loaded else read_registry(lpar)


def store_records(lpar: Lpar, new: List[McpRecord]) -> None:
    if lpar.loaded:
        lpar.loaded.mcps = new
    if registry(lpar).parent.is_dir():
        _write(registry(lpar), json.dumps([asdict(record) for record in new], indent=1) + "\n", 0o644)


def files(lpar: Lpar) -> Dict[str, bytes]:
    """Keys, lists, node id and settings: /var/ct/cfg as it is."""
    return {path.name: path.read_bytes() for path in cfg(lpar).iterdir() if path.is_file()}


def restore_files(lpar: Lpar, saved: Dict[str, bytes]) -> None:
    for name, content in saved.items():
        path = cfg(lpar, name)
        mode = path.stat().st_mode & 0o777
        path.chmod(0o600)
        path.write_bytes(content)
        path.chmod(mode)


# --- the tree ----------------------------------------------------------------------------------------------------------

def tree_usable(lpar: Lpar) -> bool:
    return cfg(lpar).is_dir() and registry(lpar).parent.is_dir()


def build_tree(lpar: Lpar, node_id: str) -> None:
    """What a fresh RSCT installation leaves under /var/ct, sockets and FIFOs included."""
    top = var_ct(lpar)
    for name in ("cfg", "IW/registry/local_tree", "IW/log/mc/IBM.DRM", "IW/log/ctcas", "IW/run/mc", "IW/soc/mc", "IW/lck"):
        (top / name).mkdir(parents=True, exist_ok=True)
    for name in ("tmp", "etc", "var/adm"):
        (lpar.root / name).mkdir(parents=True, exist_ok=True)
    write_node_id(cfg(lpar, "ct_node_id"), node_id)
    _write(cfg(lpar, "ctcasd.cfg"), "HBA_KEYGEN_METHOD= %s\nHBA2_CRED_TIMETOLIVE= 300\nSERVICES=hba CAS\n" % KEY_METHOD, 0o444)
    _write(cfg(lpar, "ctrmc.acls"), "DEFAULT\n    root@LOCALHOST * rw\n    LOCALHOST * r\n", 0o644)
    _write(cfg(lpar, "ctsec.nodeinfo"), "NODE %s\n" % lpar.hostname, 0o644)
    write_keys(lpar)
    write_trusted_hosts(lpar, {})
    trust_own_names(lpar)
    _write(registry(lpar), "[]\n", 0o644)
    _write(registry(lpar).with_name("IBM.Host.ver"), "1\n", 0o644)
    _write(top / "IW/log/mc/trace", "binary trace of rmcd\n" * 64, 0o644)
    _write(top / "IW/log/mc/default", "", 0o644)
    _write(top / "IBM.DRM.stderr", "", 0o644)
    make_specials(lpar)


def log_foreign_messages(lpar: Lpar) -> None:
    """What rmcd writes when somebody else sends to its port."""
    path = var_ct(lpar) / "IW/log/mc/default"
    if path.parent.is_dir():
        with open(path, "a", encoding="utf-8") as handle:
            for number in range(5):
                handle.write("rmcd: 2610-217 %d unrecognized messages were received in the last %d.18 minutes.\n" % (193 + number, 10 + number))


def make_domain_tree(estate: Estate, lpar: Lpar) -> None:
    """The tree of the peer domain beside that of the stand-alone node. It stays while the domain is offline."""
    cluster = estate.clusters.get(lpar.cluster or "")
    if cluster and cluster.kind not in ("caa", "ssp"):
        for name in ("registry/local_tree", "log/mc", "run/mc", "soc/mc"):
            (var_ct(lpar) / cluster.name / name).mkdir(parents=True, exist_ok=True)


def make_specials(lpar: Lpar) -> None:
    """Sockets, FIFO, pid and lock file as running daemons leave them."""
    top = var_ct(lpar) / "IW"
    fifo, sock = top / "soc/mc/clsrv.fifo", top / "soc/mc/RMIBM.DRM.0"
    for name in ("soc/mc", "run/mc", "lck"):
        (top / name).mkdir(parents=True, exist_ok=True)
    if not fifo.exists():
        os.mkfifo(fifo, 0o600)
    if not sock.exists():
        _bind(sock)
    _write(top / "run/mc/rmcd.pid", "%d\n" % (lpar.subsystems["ctrmc"].pid if "ctrmc" in lpar.subsystems else 0), 0o644)
    _write(top / "lck/rmcd.lock", "", 0o600)


def _bind(path: Path) -> None:
    """Bind a unix socket at a path longer than sun_path allows: by way of the directory's descriptor."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.bind("/proc/self/fd/%d/%s" % (directory, path.name))
    finally:
        os.close(directory)


def wipe_tree(lpar: Lpar) -> None:
    shutil.rmtree(var_ct(lpar), ignore_errors=True)
