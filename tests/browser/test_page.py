# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a real browser: it works, it shows what it should, it can be used without a mouse, and nothing breaks out of it."""

from __future__ import annotations

import pages
import pytest

VISIBLE_ROWS = "return [...document.querySelectorAll('#body tr.lpar')].filter(row => !row.hidden).map(row => row.querySelector('button').textContent)"

# Contrast of every visible text against what is painted behind it, by the formula of WCAG 2; the worst offenders come back.
CONTRAST = r"""
const parse = (color) => { const n = color.match(/[\d.]+/g).map(Number); return [n[0], n[1], n[2], n.length > 3 ? n[3] : 1]; };
const part = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
const light = (c) => .2126 * part(c[0]) + .7152 * part(c[1]) + .0722 * part(c[2]);
const behind = (node) => {
  for (let n = node; n; n = n.parentElement) { const c = parse(getComputedStyle(n).backgroundColor); if (c[3] > .99) return c; }
  return [255, 255, 255, 1];
};
const poor = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'OPTION'].includes(node.tagName) || !node.checkVisibility()) continue;
  const a = light(parse(getComputedStyle(node).color)), b = light(behind(node));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < 4.5) poor.push([walker.currentNode.data.trim().slice(0, 40), node.className, ratio.toFixed(2)]);
}
return poor;
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The pages, made once."""
    directory = tmp_path_factory.mktemp("pages")
    for name in ("small", "hostile", "unsure", "large"):
        (directory / f"{name}.html").write_text(getattr(pages, name)(), encoding="utf-8")
    return directory


@pytest.fixture
def page(browser, files):
    """Open a page in a fresh state, and see at the end that the browser had nothing to complain of."""

    def open_page(name, scheme="light"):
        browser.size(1280, 900)
        browser.media(scheme=scheme)
        browser.log()
        browser.open(files / f"{name}.html")
        assert browser.run("return document.documentElement.dataset.ready") == "yes"
        return browser

    yield open_page
    assert browser.log() == []


@pytest.mark.parametrize("name", ["small", "hostile", "unsure", "large"])
def test_it_loads_nothing_and_complains_of_nothing(page, name):
    browser = page(name)
    assert browser.run("return performance.getEntriesByType('resource').length") == 0


def test_the_answers_come_in_their_order(page):
    browser = page("small")
    titles = browser.run("return [...document.querySelectorAll('main > section:not([hidden]) > h2')].map(h => h.textContent)")
    assert titles == ["Is the picture complete?", "What is wrong", "Estate", "LPARs", "What changed", "Firewall request"]
    assert browser.run("return document.querySelector('#complete-body .banner').textContent").startswith("No.")
    assert "aix00008" in browser.run("return document.querySelector('.gaps').textContent")


def test_no_name_of_a_host_becomes_markup(page):
    browser = page("hostile")
    assert browser.run("return window.pwned") is None
    assert browser.run("return document.querySelectorAll('img, b b, main script').length") == 0
    assert browser.run(VISIBLE_ROWS)[0] == pages.HOSTILE
    browser.click("#body tr.lpar button")
    assert browser.run("return document.querySelector('tr.story').textContent.includes(arguments[0])", pages.HOSTILE)
    assert browser.run("return document.querySelectorAll('img, main script').length") == 0


def test_search_and_filters(page):
    browser = page("small")
    everything = browser.run(VISIBLE_ROWS)
    assert len(everything) == 12
    browser.type("#search", "AIX00003")
    assert browser.run(VISIBLE_ROWS) == ["aix00003"]
    assert browser.run("return document.querySelector('#count').textContent") == "1 of 12 LPARs"
    browser.click("#reset")
    browser.choose("#f-code", "RSCT_DOWN")
    assert browser.run(VISIBLE_ROWS) == ["aix00003"]
    browser.click("#reset")
    browser.choose("#f-state", "unread")
    assert browser.run(VISIBLE_ROWS) == ["aix00008"]
    browser.type("#search", "nothing has this name")
    assert browser.run(VISIBLE_ROWS) == []
    assert browser.run("return document.querySelector('#none').hidden") is False
    browser.click("#reset")
    assert browser.run(VISIBLE_ROWS) == everything


def test_the_counts_on_top_filter_the_table(page):
    browser = page("small")
    browser.click(".counts button.healthy")
    assert browser.run("return document.querySelector('#f-state').value") == "healthy"
    assert "aix00003" not in browser.run(VISIBLE_ROWS)


def test_heads_sort_up_and_down(page):
    browser = page("small")
    worst_first = browser.run(VISIBLE_ROWS)
    browser.click("#head th:first-child button")
    assert browser.run(VISIBLE_ROWS) == sorted(worst_first)
    assert browser.run("return document.querySelector('#head th').getAttribute('aria-sort')") == "ascending"
    browser.click("#head th:first-child button")
    assert browser.run(VISIBLE_ROWS) == sorted(worst_first, reverse=True)
    browser.click("#head th:nth-child(2) button")
    assert browser.run(VISIBLE_ROWS)[0] == worst_first[0]


def test_a_story_opens_and_closes_by_keyboard_with_both_ends_in_it(page):
    browser = page("small")
    browser.type("#search", "aix00003")
    browser.run("document.querySelector('#body tr.lpar:not([hidden]) button').focus()")
    browser.press("Enter")
    assert browser.run("return document.activeElement.getAttribute('aria-expanded')") == "true"
    sides = browser.run("return [...document.querySelectorAll('tr.story .side')].map(side => side.innerText)")
    assert len(sides) == 2
    assert "ctrmc" in sides[0] and "inoperative" in sides[0]
    assert "hmcalpha" in sides[1] and "inactive" in sides[1]
    assert "rmcctrl -s" in browser.run("return document.querySelector('tr.story .next').textContent")
    browser.press("Enter")
    assert browser.run("return document.querySelector('tr.story')") is None


def test_an_open_story_moves_with_its_row(page):
    browser = page("small")
    name = browser.run(VISIBLE_ROWS)[0]
    browser.click("#body tr.lpar button")
    browser.click("#head th:first-child button")
    assert browser.run(VISIBLE_ROWS)[0] != name
    assert browser.run("return document.querySelector('tr.story').previousElementSibling.querySelector('button').textContent") == name


def test_a_chip_of_a_cause_leads_to_its_lpar(page):
    browser = page("small")
    browser.choose("#f-state", "healthy")
    browser.click(".cause .chips button")
    name = browser.run("return document.querySelector('.cause .chips button').textContent")
    assert browser.run("return document.activeElement.textContent") == name
    assert browser.run("return document.querySelectorAll('tr.story').length") == 1


def test_the_map_is_one_stop_for_tab_and_arrows_move_in_it(page):
    browser = page("small")
    assert browser.run("return [...document.querySelectorAll('.machine')].map(m => m.querySelectorAll('.sq[tabindex=\"0\"]').length)") == [1, 1]
    browser.run("document.querySelector('.sq[tabindex=\"0\"]').focus()")
    browser.press("ArrowRight", "ArrowRight", "ArrowDown")
    label = browser.run("return document.activeElement.getAttribute('aria-label')")
    assert label == "aix00003 (RSCT_DOWN), hmcbeta: inactive 198.18.1.4"
    assert browser.run("return document.querySelector('#pointed').textContent") == label
    browser.press("End")
    assert browser.run("return document.activeElement.getAttribute('aria-label')").startswith("aix00006")
    browser.press("Home", "ArrowRight", "ArrowRight", "Enter")
    assert browser.run("return document.querySelectorAll('tr.story').length") == 1


def test_squares_tell_states_apart_by_more_than_colour(page):
    browser = page("small")
    look = "const s = getComputedStyle(sq); return s.backgroundImage + s.borderStyle + s.transform;"
    looks = browser.run("return [...document.querySelectorAll('#legend .sq')].map(sq => {" + look + "})")
    # Full, half, a dot, crossed out, small, dashed.
    assert len(set(looks)) == len(looks) == 6


def test_what_an_hmc_could_not_say_is_not_drawn_as_a_fault(page):
    browser = page("unsure")
    squares = browser.run(
        "return [...document.querySelectorAll('#map .sq')].map(sq => sq.getAttribute('aria-label').replace(/[,:].*/, '') + ' ' + sq.className)"
    )
    assert sorted(set(squares)) == [
        "aix00001 (HEALTHY) sq up",
        "aix00002 (UNDETERMINED) sq unsure",
        "aix00003 (UNDETERMINED) sq unsure",
        "aix00004 (DRM_DOWN) sq half",
    ]
    assert browser.run("return [...document.querySelectorAll('#body .hmcs .sq.down')].length") == 0
    browser.run("document.querySelectorAll('#body tr.lpar button').forEach(button => button.click())")
    lines = browser.run(
        "return [...document.querySelectorAll('tr.story')].map(story => [story.previousElementSibling.querySelector('button').textContent,"
        " ...[...story.querySelectorAll('.side:last-child dd')].slice(0, 2).map(dd => dd.textContent + '|' + dd.className)])"
    )
    assert sorted(lines) == [
        ["aix00001", "active 198.18.1.2|ok", "?, ?, ?|"],
        ["aix00002", "active 198.18.1.3|ok", "?, ?, ?|"],
        ["aix00003", "busy 198.18.1.4|", "1, 1, 1|ok"],
        ["aix00004", "active 198.18.1.5|ok", "1, 0, ?|bad"],
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(page, scheme):
    browser = page("small", scheme)
    assert browser.run("return document.documentElement.dataset.theme") == scheme
    browser.run("document.querySelectorAll('#body tr.lpar button').forEach(button => button.click())")
    assert browser.run(CONTRAST) == []


def test_light_and_dark_can_be_switched(page):
    browser = page("small")
    before = browser.run("return getComputedStyle(document.body).backgroundColor")
    browser.click("#theme")
    assert browser.run("return document.documentElement.dataset.theme") == "dark"
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != before


def test_every_control_has_a_name(page):
    browser = page("small")
    assert browser.run("return [...document.querySelectorAll('input, select')].filter(control => !control.labels.length).length") == 0
    assert (
        browser.run("return [...document.querySelectorAll('button')].filter(b => !(b.textContent.trim() || b.getAttribute('aria-label'))).length")
        == 0
    )


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["small", "hostile"])
def test_nothing_sticks_out_of_the_window(page, name, width):
    browser = page(name)
    browser.size(width, 900)
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_paper_gets_the_content_and_not_the_controls(page):
    browser = page("small", "dark")
    browser.media("print", scheme="dark")
    assert browser.run("return [...document.querySelectorAll('.tools, form')].map(node => getComputedStyle(node).display)") == ["none", "none"]
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run(CONTRAST) == []
    assert browser.pdf().startswith(b"%PDF")


def test_what_changed_since_the_last_report(page):
    browser = page("small")
    text = browser.run("return document.querySelector('#changed-body').innerText")
    assert "2026-11-19T03:12:44Z" in text
    assert "aix00003 HEALTHY" in text
    assert "Not read this time (1)" in text


def test_the_request_is_there_to_be_copied(page):
    browser = page("small")
    text = browser.run("return document.querySelector('#request-text').textContent")
    assert "192.0.2.12" in text and "UDP" in text


def test_two_thousand_lpars(page):
    browser = page("large")
    assert len(browser.run(VISIBLE_ROWS)) == 2000
    # The machines that are well are folded away, and are there when asked for.
    shown = browser.run("return document.querySelectorAll('.machine').length")
    browser.click("#map summary")
    assert shown < browser.run("return document.querySelectorAll('.machine').length") == 100
    browser.type("#search", "aix01")
    assert browser.run("return document.querySelector('#count').textContent") == "1000 of 2000 LPARs"
    browser.click("#reset")
    browser.click("#head th:first-child button")
    assert browser.run(VISIBLE_ROWS)[:2] == ["aix00001", "aix00002"]
    # One cause, one row, whatever the number of its members.
    assert browser.run("return document.querySelectorAll('.cause').length") < 6
