# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: every failure mode is one pure function of the same name in lower case, (case) -> Finding or None."""

from __future__ import annotations

from . import advisories, hmc_side, network, not_a_fault, rsct, trust
from ..precedence import ADVISORIES, CODES

_MODULES = (not_a_fault, hmc_side, network, rsct, trust, advisories)


def _rule(code):
    """The function that tells the code."""
    (found,) = [getattr(module, code.lower()) for module in _MODULES if hasattr(module, code.lower())]
    return found


REGISTRY = {code: _rule(code) for code in CODES + ADVISORIES}
