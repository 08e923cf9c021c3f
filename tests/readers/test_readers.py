"""The formats of the report, read by programs that know nothing of this one."""

import json
import os
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("AWS_ECS_PREFLIGHT_BINARY", ROOT / "target/release/aws-ecs-preflight"))
FORMATS = ("text", "short", "json", "ndjson", "junit", "github", "gitlab", "markdown", "sarif", "html")
# What an attacker might write into a definition.
HOSTILE = (
    "]]></failure><script>alert(1)</script>",
    "a\r\n::error file=x::y%0A::stop-commands::z",
    "| a | b |\n|---|---|\n</details><img src=x onerror=alert(1)>",
    "``` ` ```` [a](http://evil.example) {0} @team #1 www.evil.example",
    "\x1b[2J\x85\u202e\ufffe'\" onload=\"alert(1)",
)


def run(folder, *arguments):
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return subprocess.run([BINARY, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


class Reports(unittest.TestCase):
    """One run for all tests: broken, healthy and hostile definitions, in every format at once."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        names = ["broken.json", "healthy.json"]
        for name in (*names, "account.json"):
            (cls.folder / name).write_bytes((ROOT / "demo" / name).read_bytes())
        for nth, text in enumerate(HOSTILE):
            definition = json.loads((ROOT / "demo/healthy.json").read_text())
            web = definition["containerDefinitions"][0]
            definition["family"] = text
            web |= {"name": text, "image": text, text: text, "dependsOn": [{"containerName": text, "condition": text}]}
            web["secrets"] = [{"name": text, "valueFrom": text}]
            web["logConfiguration"]["options"][text] = text
            definition["executionRoleArn"] = f"arn:aws:iam::111122223333:role/{text}"
            names.append(f"hostile {nth}, #{nth}.json")
            (cls.folder / names[-1]).write_text(json.dumps(definition, indent=2))
        cls.arguments = ["verify", *names, "--replay", "account.json"]
        cls.names = names
        flags = [flag for it in FORMATS for flag in ("--format", f"{it}={it}")]
        done = run(cls.folder, *cls.arguments, *flags)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", ""), done
        cls.written = {it: (cls.folder / it).read_bytes().decode() for it in FORMATS}
        cls.results = [
            (target["target"], result)
            for target in json.loads(cls.written["json"])["targets"]
            for result in target["checks"]
        ]
        cls.hostile = [result for target, result in cls.results if target["source"].startswith("hostile")]

    def count(self, *statuses):
        return sum(result["status"] in statuses for _, result in self.results)

    def test_the_hostile_definitions_have_something_to_say(self):
        said = "".join(result["message"] for result in self.hostile)
        for text in ("</failure>", "::error", "| a |", "@team", "onload"):
            self.assertIn(text, said)
        self.assertLess(50, sum(it["status"] in ("fail", "unknown") for it in self.hostile))

    def test_no_format_changes_the_exit_code_and_standard_output_has_the_same_text(self):
        for it in FORMATS:
            done = run(self.folder, *self.arguments, "--format", it)
            self.assertEqual((done.returncode, done.stderr), (1, ""), it)
            time = re.compile(r'\d+\.\d+ s|time="[\d.]+"|"elapsed_ms": ?\d+')
            self.assertEqual(time.sub("", done.stdout), time.sub("", self.written[it].replace("\r", "")), it)

    def test_an_unwritable_file_is_found_before_the_run(self):
        done = run(self.folder, *self.arguments, "--format", "junit=nowhere/report.xml", "--format", "sarif=new.sarif")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("cannot write nowhere/report.xml", done.stderr)
        self.assertFalse((self.folder / "new.sarif").exists())

    def test_commands_without_checks_refuse_them(self):
        for it in ("junit", "github", "gitlab", "markdown", "sarif", "html"):
            for command in (["checks"], ["explain", "image-exists"]):
                done = run(self.folder, *command, "--format", it)
                self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_junit(self):
        root = ElementTree.fromstring(self.written["junit"])
        cases = root.findall("./testsuite/testcase")
        self.assertEqual(len(cases), len(self.results))
        kinds = {"failure": ["fail"], "error": ["unknown"], "skipped": ["skip"]}
        for kind, statuses in kinds.items():
            found = root.findall(f"./testsuite/testcase/{kind}")
            self.assertEqual(len(found), self.count(*statuses), kind)
            total = sum(int(suite.get({"failure": "failures", "error": "errors"}.get(kind, kind))) for suite in root)
            self.assertEqual(total, len(found), kind)
        self.assertEqual(len({(it.get("classname"), it.get("name")) for it in cases}), len(cases))
        # The results are in the order of the cases.
        for case, (_, result) in zip(cases, self.results):
            self.assertTrue(case.get("name").startswith(result["id"]))
            for element in case:
                self.assertIn(element.tag, ("failure", "error", "skipped", "system-out"))
                self.assertEqual(len(element), 0)

    def test_github(self):
        *commands, verdict = self.written["github"].splitlines()
        self.assertRegex(verdict, "^FAIL  [0-9]+ failed, ")
        counts = {}
        for line in commands:
            kind, properties, message = re.fullmatch("::(error|warning|notice) ([^:]*)::(.*)", line).groups()
            counts[kind] = counts.get(kind, 0) + 1
            properties = dict(it.split("=", 1) for it in properties.split(","))
            self.assertLessEqual(set(properties), {"file", "line", "col", "title"})
            self.assertNotRegex(message, "%(?!25|0A|0D)")
            if "file" in properties:
                self.assertIn(unquote(properties["file"]), self.names)
        self.assertEqual(counts["error"], 10)
        self.assertLessEqual(max(counts.values()), 10)
        shown = [line for line in commands if line.startswith("::error")]
        self.assertTrue(all("failed" in line for line in shown[:9]))
        self.assertRegex(shown[9], r"title=\d+ more::")

    def test_gitlab(self):
        violations = json.loads(self.written["gitlab"])
        self.assertEqual(len(violations), self.count("fail", "unknown", "warn"))
        for it in violations:
            self.assertEqual(set(it), {"description", "check_name", "fingerprint", "severity", "location"})
            self.assertIn(it["severity"], ("critical", "major", "minor"))
            self.assertIn(it["location"]["path"], self.names)
            self.assertGreaterEqual(it["location"]["lines"]["begin"], 1)
            self.assertNotRegex(it["description"], "[\\x00-\\x1f\\x7f-\\x9f]")
        self.assertEqual(len({it["fingerprint"] for it in violations}), len(violations))
        severities = [it["severity"] for it in violations]
        self.assertEqual(severities.count("critical"), self.count("fail"))
        self.assertEqual(severities.count("major"), self.count("unknown"))

    def test_markdown_as_github_renders_it(self):
        text = self.written["markdown"]
        self.assertLess(len(text.encode()), 65_536)
        page = Page(github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))
        self.assertLessEqual(page.tags, set("details summary b code table thead tbody tr th td h2 p strong ul li pre a blockquote".split()))
        self.assertTrue(all(it.startswith("https://docs.aws.amazon.com/") for it in page.links), page.links)
        self.assertEqual(page.attributes - {"href", "lang"}, set())
        self.assertIn("❌ FAIL: 7 task definitions", page.headings)
        # Every row of a table has as many cells as its head.
        for table in page.tables:
            self.assertEqual(len(set(table)), 1, table)
        self.assertEqual(page.open, [])

    def test_html(self):
        page = Page(self.written["html"])
        self.assertEqual(page.open, [])
        known = "html head meta title style body main header footer nav section article h1 h2 h3 p ul li dl div dt dd"
        known += " table tr td pre code a b small span br details summary figure svg text tspan path rect g"
        self.assertLessEqual(page.tags, set(known.split()))
        known = "lang charset name content http-equiv class id href title tabindex style role"
        known += " xmlns width height viewbox x y dx rx d"
        self.assertLessEqual(page.attributes, set(known.split()))
        self.assertEqual(len(page.ids), len(set(page.ids)))
        for link in page.links:
            if link.startswith("#"):
                self.assertIn(link[1:], page.ids)
            else:
                self.assertTrue(link.startswith("https://docs.aws.amazon.com/"), link)
        self.assertIn("FAIL", page.headings[0])
        # Nothing is loaded.
        self.assertNotRegex(self.written["html"], r"(?i)url\(|@import|<script|<img|<link")

    def test_sarif(self):
        (run,) = json.loads(self.written["sarif"])["runs"]
        self.assertEqual(len(run["results"]), self.count("fail", "unknown", "warn"))
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual(len({it["id"] for it in rules}), len(rules))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            (location,) = result["locations"]
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            self.assertIn(unquote(uri), self.names)
            self.assertRegex(uri, "^[A-Za-z0-9/%._~-]+$")
        # A level other than `none` is for what fails (section 3.27.10).
        levels = {(it["kind"], it["level"]) for it in run["results"]}
        self.assertEqual(levels, {("fail", "error"), ("open", "none"), ("fail", "warning")})


class Page(HTMLParser):
    """What is in a page."""

    VOID = ("br", "hr", "img", "input", "meta", "link")

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []
        self.headings, self.tables, self.open, self.ids = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.ids += [value for name, value in attributes if name == "id"]
        self.links += [value for name, value in attributes if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append(0)
        if tag in ("td", "th"):
            self.tables[-1][-1] += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data.strip())


if __name__ == "__main__":
    unittest.main()
