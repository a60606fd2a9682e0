#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`rayservice-webhook check -o html` from outside. Usage: test_check_html.py PROGRAM"""

import html.parser
import json
import re
import unittest

import program
from program import DENIED, MANIFEST, Place, run

VOID = {"meta", "input", "br"}
TOO_MANY = MANIFEST.replace("num_replicas: 2", "num_replicas: 4")
TOO_FEW = MANIFEST.replace("num_replicas: 2", "num_replicas: 1")
GROUP = MANIFEST[MANIFEST.index("    - groupName"):]


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children = []  # elements and strings

    def text(self):
        parts = [child if isinstance(child, str) else child.text() for child in self.children]
        return " ".join("".join(parts).split())

    def all(self, tag, **wanted):
        """Elements below, in order; class_="x" asks for one class among others."""
        return (each for each in self.below() if each.tag == tag and each.matches(wanted))

    def below(self):
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.below()

    def matches(self, wanted):
        return all(value in self.attributes.get(name.rstrip("_"), "").split()
                   for name, value in wanted.items())


class Page(html.parser.HTMLParser):
    """Refuses what is not balanced, so a page that parses has the structure it seems to have."""

    def __init__(self, text):
        super().__init__()
        self.root = self.open = Element("", (), None)
        self.feed(text)
        self.close()
        assert self.open is self.root, f"<{self.open.tag}> is never closed"

    def handle_starttag(self, tag, attrs):
        element = Element(tag, attrs, self.open)
        assert len(attrs) == len(element.attributes), f"<{tag}> has an attribute twice"
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag):
        assert self.open.tag == tag, f"</{tag}> closes <{self.open.tag}>"
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.children.append(data)


def page_of(text):
    return Page(run("check", "-o", "html", "-", text=text).stdout).root


def rows(element, table):
    """The texts of the cells of a table of that class, without its head."""
    return [[cell.text() for cell in row.children if isinstance(cell, Element)]
            for found in element.all("table", class_=table)
            for body in found.all("tbody") for row in body.all("tr")]


def said(number):
    return "unknown" if number is None else str(number)


class Structure(Place):
    def test_it_is_one_page_that_loads_nothing(self):
        text = run("check", "-o", "html", "-", text=MANIFEST).stdout
        self.assertTrue(text.startswith("<!DOCTYPE html>\n<html lang=\"en\">\n"), text[:60])
        self.assertNotRegex(text, r"<(script|link|img|iframe)|https?:|url\(|@import|\bon\w+=")
        self.assertIn("default-src 'none'", text)
        root = Page(text).root
        self.assertEqual([len(list(root.all(tag))) for tag in ("title", "h1", "h2", "main")], [1] * 4)

    def test_tables_say_what_their_cells_are(self):
        root = page_of(TOO_MANY)
        tables = list(root.all("table"))
        self.assertEqual([next(table.all("caption")).text() for table in tables],
                         ["Workers", "Findings", "Deployments", "Injected"])
        for table in tables:
            self.assertTrue(all(cell.attributes.get("scope") for cell in table.all("th")))
            columns = len(list(next(table.all("thead")).all("th")))
            for row in next(table.all("tbody")).all("tr"):
                self.assertEqual(len([*row.all("th"), *row.all("td")]), columns)

    def test_names_of_things_in_the_page_are_unique(self):
        found = re.findall(r' id="([^"]*)"', run("check", "-o", "html", "-",
                                                 text="---\n".join([MANIFEST] * 3)).stdout)
        self.assertEqual(len(found), len(set(found)))
        self.assertIn("object-3", found)

    def test_what_is_good_is_folded_and_what_is_not_is_open(self):
        root = page_of("---\n".join((MANIFEST, DENIED, TOO_FEW)))
        self.assertEqual(["open" in each.attributes for each in root.all("details")],
                         [False, True, True])
        self.assertEqual([next(each.all("span", class_="level")).text()
                          for each in root.all("article")], ["✓ good", "✗ denied", "! warned"])

    def test_no_object(self):
        self.assertIn("No RayService found.", page_of("").text())


class Hostile(Place):
    NAMES = ("<script>alert(1)</script>", "</bdi></td></table><img src=x onerror=alert(1)>",
             "\"' autofocus onfocus='x", "&lt;&#60;&amp;", "]]><!--", "</style><b>", "\u202e\u2066x")

    def test_nothing_of_others_becomes_markup(self):
        plain = {each.tag for each in page_of(TOO_MANY).below()}
        for name in self.NAMES:
            quoted = json.dumps(name)
            for part in ("name: svc", "groupName: small", "name: app", "name: Model"):
                key = part.split(":", maxsplit=1)[0]
                root = page_of(MANIFEST.replace(part, f"{key}: {quoted}"))
                self.assertIn(name, root.text(), part)
                self.assertLessEqual({each.tag for each in root.below()}, plain, part)

    def test_a_file_name_is_text_too(self):
        path = self.write("<b>&amp;'\".yaml", MANIFEST)
        root = Page(run("check", "-o", "html", path).stdout).root
        self.assertIn(f"{path}:1", root.text())
        self.assertEqual(list(root.all("b")), [])

    def test_control_characters_are_replaced(self):
        output = run("check", "-o", "html", "-", text=MANIFEST.replace(
            "name: Model", 'name: "a\\e[31m\\x07\\x7fb"')).stdout
        self.assertNotRegex(output, "[\x00-\x08\x0b-\x1f\x7f]")
        self.assertIn("a\ufffd[31m\ufffd\ufffdb", output)


class SameAsJson(Place):
    def test_findings_patch_placement_and_summary(self):
        unknown = MANIFEST.replace("        num_replicas: 2\n", "")
        text = "---\n".join((MANIFEST, DENIED, TOO_MANY, TOO_FEW, unknown))
        document = json.loads(run("check", "-o", "json", "-", text=text).stdout)
        root = page_of(text)
        articles = list(root.all("article"))
        self.assertEqual(len(articles), len(document["objects"]))
        for article, found in zip(articles, document["objects"]):
            self.compare(article, found)
        summary = document["summary"]
        good = summary["objects"] - summary["denied"] - summary["warned"]
        self.assertEqual([int(each.text()) for each in next(root.all("section")).all("dd")],
                         [*summary.values(), good])

    def compare(self, article, found):
        self.assertEqual(next(article.all("h2")).text(), f"{found['namespace']}/{found['name']}")
        self.assertIn(f"{found['file']}:{found['line']} Ray {found['rayVersion']}", article.text())
        for row, finding in zip(rows(article, "findings"), found["findings"], strict=True):
            self.assertEqual(row[0].split()[1], finding["level"])
            self.assertEqual(row[1], f"{finding['line']}:{finding['column']}")
            for part in ("rule", "field", "message", "fix"):
                self.assertIn(" ".join(finding[part].split()), row[2])
        self.assertEqual([row[1] for row in rows(article, "patch")],
                         [each["path"] for each in found["patch"]])
        self.compare_placement(article, found["placement"])

    def compare_placement(self, article, placement):
        workers, without = placement["workers"], placement["withoutReplica"]
        self.assertIn(f"Do all replicas fit? {placement['verdict']}. "
                      f"Workers: {said(workers['min'])} at start, {said(workers['max'])} at most. "
                      "Without a replica on the largest cluster: "
                      f"at least {said(without['atLeast'])}, at most {said(without['atMost'])}.",
                      article.text())
        self.assertEqual([row[:5] for row in rows(article, "deployments")],
                         [[each["name"], each["app"], said(each["replicas"]["start"]),
                           said(each["replicas"]["max"]), said(each["roomFor"])]
                          for each in placement["deployments"]])


class Picture(Place):
    def boxes(self, text):
        return [each.attributes["class"] for found in page_of(text).all("table", class_="workers")
                for each in (*found.all("i"), *found.all("b"))]

    def test_a_box_is_a_worker_or_a_replica_without_a_place(self):
        self.assertEqual(self.boxes(MANIFEST), ["full"] * 2)
        self.assertEqual(self.boxes(TOO_FEW), ["full", "none"])
        self.assertEqual(self.boxes(TOO_MANY), ["full"] * 2 + ["never"] * 2)

    def test_the_rows_say_the_same_in_words(self):
        self.assertEqual(rows(page_of(TOO_MANY), "workers"), [
            ["head", "num-cpus 0", "", "takes no replica"],
            ["small", "2 workers × 2 CPU", "", "2 of 2 ready"],
            ["never", "2 replicas", "✗✗", "have no place"]])
        self.assertEqual([each.text() for each in page_of(MANIFEST).all("s")], ["head"])

    def test_500_workers_are_a_bar_with_numbers(self):
        text = TOO_FEW.replace("plicas: 2", "plicas: 500").replace("num_replicas: 1",
                                                                   "num_replicas: 300")
        self.assertEqual(self.boxes(text), ["full", "none"])
        self.assertEqual(rows(page_of(text), "workers")[1],
                         ["small", "500 workers × 2 CPU", "300200", "300 of 500 ready"])

    def test_many_groups_are_folded_away(self):
        groups = "".join(GROUP.replace("small", f"group-{i}") for i in range(300))
        root = page_of(MANIFEST.replace(GROUP, groups))
        shown, rest = list(root.all("table", class_="workers"))
        self.assertEqual(len(rows(root, "workers")), 301)
        self.assertEqual(len(list(shown.all("tr"))), 1 + 1 + 20)
        self.assertEqual(rest.parent.tag, "details")
        self.assertIn("and 280 more groups", rest.parent.text())
        few = "".join(GROUP.replace("small", f"group-{i}") for i in range(21))
        *_, rest = page_of(MANIFEST.replace(GROUP, few)).all("table", class_="workers")
        self.assertIn("and 1 more group ", rest.parent.text())

    def test_a_thousand_objects_stay_balanced(self):
        root = page_of("---\n".join([MANIFEST] * 1000))
        self.assertEqual(len(list(root.all("article"))), 1000)


if __name__ == "__main__":
    program.main()
