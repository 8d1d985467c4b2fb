# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import datetime
import ipaddress
import json
import uuid

from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.aixops.rsct.plugins.module_utils._evidence import probes
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.assemble import assemble
from ansible_collections.aixops.rsct.plugins.module_utils._evidence.options import ARGUMENT_SPEC, OF_THE_ACTION
from ansible_collections.aixops.rsct.plugins.plugin_utils._client import LOGIN_SECONDS, Hangs, within
from ansible_collections.aixops.rsct.plugins.plugin_utils._collector import perl


class ActionModule(ActionBase):
    """Asks one LPAR in one round trip. The answers travel raw and are read here, on the controller."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        del tmp
        self._task.args = self._with_variables(self._task.args, task_vars or {})
        _validated, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        as_fact = options["as_fact"]
        options = {name: value for name, value in options.items() if name not in OF_THE_ACTION}
        warnings = []
        options["hmc_addresses"] = _addresses(options["hmc_addresses"], warnings)
        raw = None
        if options["collector"] == "perl":
            raw = self._in_time(options, self._by_perl, options, warnings)
        if raw is None:
            raw = self._in_time(options, self._by_python, options, task_vars)
        result["changed"] = False
        evidence = assemble(raw, options)
        if as_fact:
            result["ansible_facts"] = {"rmc": evidence}
        else:
            result["evidence"] = json.dumps(evidence, separators=(",", ":"))
        if warnings:
            result["warnings"] = warnings
        return result

    def _with_variables(self, args, task_vars):
        """The options of the task, and from variables those that it does not give; the first prefix that has one wins."""
        found = {}
        for prefix in reversed(args.get("variables") or []):
            for name in ARGUMENT_SPEC:
                value = task_vars.get(f"{prefix}_{name}")
                if value is not None:
                    found[name] = self._templar.template(value)
        return {**found, **args}

    @staticmethod
    def _in_time(options, collect, *args):
        """A connection that died without a word must not hold up the diagnosis of all others."""
        seconds = probes.longest(options) + LOGIN_SECONDS
        try:
            with within(seconds):
                return collect(*args)
        except Hangs:
            raise AnsibleConnectionFailure("no answer within {0} s: the connection or the host hangs".format(seconds)) from None

    def _by_perl(self, options, warnings):
        nonce = "rmc-" + uuid.uuid4().hex
        text = perl.program(options, nonce)
        if self._hands_over_input():
            answer = self._low_level_execute_command(perl.COMMAND_WITH_INPUT, in_data=text.encode("utf-8"), sudoable=True)
        else:
            answer = self._low_level_execute_command(perl.command_with_argument(text), sudoable=True)
        try:
            records, complete = perl.records(answer["stdout"], nonce)
        except perl.NoAnswer:
            said = (answer["stderr"] or answer["stdout"]).strip().splitlines()
            warnings.append("rmc_facts: Perl could not collect (rc {0}: {1}), so Python does".format(answer["rc"], said[-1][:200] if said else "no output"))
            return None
        if not complete:
            warnings.append("rmc_facts: the collector was cut off; what is missing is listed in probes")
        return _raw("perl", records)

    def _hands_over_input(self):
        """Whether the program can go in by standard input: not where the become method wants a terminal."""
        if not self._connection.become:
            return self._connection.has_pipelining
        # Connections can be asked themselves from ansible-core 2.19 on.
        return self._is_pipelining_enabled("new")

    def _by_python(self, options, task_vars):
        answer = self._execute_module(module_name="aixops.rsct.rmc_facts", module_args=options, task_vars=task_vars)
        if "records" not in answer:
            raise AnsibleActionFail(answer.get("msg") or "rmc_facts could not run", result=answer)
        return _raw("python", answer["records"])


def _raw(collector, records):
    return {
        "collector": collector,
        "collected_at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "records": records,
    }


def _addresses(values, warnings):
    """Names are not resolved: the LPAR may know another address by that name."""
    addresses = []
    for value in values:
        try:
            addresses.append(str(ipaddress.ip_address(value.strip())))
        except ValueError:
            warnings.append("rmc_facts: hmc_addresses holds {0!r}, which is not an IP address; no connection to it was tried".format(value))
    return addresses[: probes.MAX_ADDRESSES]
