# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that fails."""

from __future__ import annotations

import shutil

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader


@pytest.fixture
def ssh_that_fails(tmp_path):
    """The real ssh plugin, told to retry twice, and failing(message, times, path) -> how often its client was started since."""
    log, client = tmp_path / "log", tmp_path / "ssh"
    bash = shutil.which("bash")
    plugin = connection_loader.get("ansible.builtin.ssh", PlayContext(), None)
    plugin.set_options(direct={"host": "hmcalpha", "ssh_executable": str(client), "ssh_args": "", "reconnection_retries": 2})
    plugin._play_context.remote_addr = "hmcalpha"

    def failing(message, times=99, path="/usr/bin:/bin"):
        client.write_text(
            f"#!{bash}\necho start >> {log}\nmapfile -t starts < {log}\n"
            f"[ ${{#starts[@]}} -le {times} ] && {{ echo '{message}' >&2; exit 255; }}\n"
            # The last word is what sshd would hand to the shell.
            f'PATH={path} exec {bash} -c "${{@: -1}}"\n', encoding="utf-8",
        )
        client.chmod(0o755)
        log.write_text("", encoding="utf-8")
        return lambda: log.read_text(encoding="utf-8").count("start")

    return plugin, failing
