# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, and pages made of reports as the judgement makes them."""

from __future__ import annotations

import pathlib
import sys

import pytest
import webdriver

# The builder of synthetic surveys belongs to the unit tests of the reports.
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "unit/plugins/plugin_utils/_report"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    if not (webdriver.CHROMIUM and webdriver.CHROMEDRIVER):
        pytest.skip("no chromium and chromedriver here; on Debian: apt-get install chromium chromium-driver")
    started = webdriver.Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()
