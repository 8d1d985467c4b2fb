# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to the collection: the report as JUnit XML, for pipelines that show test results."""

from __future__ import annotations

from xml.etree import ElementTree

from . import codes
from .text import one_line, xml_text


def render(model: dict) -> str:
    root = ElementTree.Element("testsuites", name="rmc")
    _suite(
        root, "rmc.completeness", model, [_hmc_case(hmc) for hmc in model["hmcs"]] + [case for hmc in model["hmcs"] for case in _system_cases(hmc)]
    )
    _suite(root, "rmc.lpars", model, [_lpar_case(row) for row in model["rows"] if row["in_inventory"]])
    _suite(root, "rmc.not_in_inventory", model, [_lpar_case(row) for row in model["not_in_inventory"]])
    for what in ("tests", "failures", "errors", "skipped"):
        root.set(what, str(sum(int(suite.get(what)) for suite in root)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root, name: str, model: dict, cases: list) -> None:
    if not cases:
        return
    suite = ElementTree.SubElement(root, "testsuite", name=name)
    if model["generated_at"]:
        # JUnit readers want no zone designator; the time is UTC.
        suite.set("timestamp", xml_text(model["generated_at"]).split("+")[0].rstrip("Z"))
    suite.set("tests", str(len(cases)))
    for counter, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(counter, str(sum(1 for case in cases if case.find(tag) is not None)))
    suite.extend(cases)


def _case(classname: str, name: str, tag: str = "", kind: str = "", message: str = "", text: str = ""):
    case = ElementTree.Element("testcase", classname=xml_text(one_line(classname)), name=xml_text(one_line(name)))
    if tag:
        outcome = ElementTree.SubElement(case, tag, message=xml_text(one_line(message)))
        if kind:
            outcome.set("type", xml_text(kind))
        outcome.text = xml_text(text) or None
    return case


def _hmc_case(hmc: dict):
    if hmc["outcome"] == "ok":
        return _case("hmc", hmc["name"])
    return _case("hmc", hmc["name"], "error", hmc["outcome"], hmc["message"] or hmc["outcome"])


def _system_cases(hmc: dict):
    for system in hmc["systems"]:
        classname, name = f"hmc.{hmc['name']}", system["name"] or system["machine"]
        if system["outcome"] == "ok":
            yield _case(classname, name)
        else:
            yield _case(classname, name, "error", system["outcome"], f"{system['state']} {system['message']}")


def _lpar_case(row: dict):
    classname = row["machine"] or "unknown machine"
    if row["state"] == codes.HEALTHY:
        return _case(classname, row["label"])
    if row["state"] in (codes.WAITING, codes.EXPECTED):
        return _case(classname, row["label"], "skipped", "", f"{row['code']}: {row['summary']}")
    tag = "error" if row["state"] == codes.UNREAD else "failure"
    lines = [row["summary"]]
    if row["next"]:
        lines.append(f"next step: {row['next']}")
    if row["blocked_by"]:
        lines.append(f"not now: {', '.join(row['blocked_by'])}")
    for finding in row["findings"]:
        lines += [f"{finding.get('code')}: {item.get('source')}: {item.get('detail')}" for item in finding.get("evidence") or []]
    return _case(classname, row["label"], tag, row["code"], f"{row['code']}: {row['summary']}", "\n".join(lines))
