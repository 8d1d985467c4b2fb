# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list out of what a survey or the command line gives for one."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError

from ansible_collections.aixops.rsct.plugins.plugin_utils import _given


def listed(value, default=()):
    """A list, see listed.yml."""
    try:
        return _given.listed(value, default)
    except ValueError as error:
        raise AnsibleFilterError("aixops.rsct.listed: %s" % error) from error


class FilterModule:
    """Filters of aixops.rsct."""

    def filters(self):
        return {"listed": listed}
