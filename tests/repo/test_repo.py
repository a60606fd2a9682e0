#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each check finds what it is there for, in a tree made up here, and leaves a good one alone."""

import json
import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

import docs  # noqa: E402
import examples  # noqa: E402
import layers  # noqa: E402
import memory  # noqa: E402
import monitoring  # noqa: E402
import options  # noqa: E402
import policy  # noqa: E402
import rules  # noqa: E402
import shape  # noqa: E402
import symbols  # noqa: E402
import tree  # noqa: E402

LICENCE = "/* SPDX-License-Identifier: Apache-2.0 */\n"


def found(check, files):
    """Where the check finds something: file:line."""
    return [":".join(fault.split(":")[:2]) for fault in check(tree.Tree(files))]


def function(name, lines):
    return f"int {name}(void)\n{{\n" + "    x();\n" * lines + "}\n"


class Reading(unittest.TestCase):
    def test_bare(self):
        self.assertEqual(tree.bare('a /* "b\n*/ "c/*" // d\n\'"\' e'), 'a      \n   "   "     \n\' \' e')

    def test_functions(self):
        text = ("struct a {\n    int b;\n};\n\nstatic const int t[] = {\n    1,\n};\n\n"
                "/* f(x) */\nstatic const char *\nname_of(enum a b,\n        int (*c)(void))\n"
                "    __attribute__((cold))\n{\n    return \"}\";\n}\n\nint g(void)\n{\n"
                "    static const int u[] = {\n        1,\n        2,\n    };\n\n    return u[0];\n}\n")
        self.assertEqual(list(tree.functions(text)), [(13, "name_of", 1), (18, "g", 2)])

    def test_includes(self):
        text = '#include "core/a.h"\n/* #include "b.h" */\n#  include <c/d.h>\n'
        self.assertEqual(list(tree.includes(text)), [(1, "core/a.h", True), (3, "c/d.h", False)])


class Layers(unittest.TestCase):
    def test_includes(self):
        good = {"webhook/ray/a.c": '#include "core/b.h"\n#include "ray/c.h"\n#include <string.h>\n',
                "webhook/cli/a.c": '#include "admission/b.h"\n#include <unistd.h>\n',
                "certs/a.c": '#include "core/b.h"\n#include "certs/c.h"\n',
                "webhook/main.c": '#include "server/a.h"\n#include "certs/a.h"\n'}
        self.assertEqual(found(layers.check_includes, good), [])
        for name, header in (("webhook/core/a.c", '"ray/b.h"'), ("webhook/ray/a.c", '"rules/b.h"'),
                             ("webhook/cli/a.c", '"server/b.h"'), ("certs/a.c", '"ray/b.h"'),
                             ("webhook/odd/a.c", '"core/b.h"'), ("webhook/rules/a.c", "<time.h>"),
                             ("webhook/core/a.c", '"b.h"'), ("webhook/core/a.c", '"certs/b.h"'),
                             ("webhook/admission/a.h", "<sys/stat.h>")):
            with self.subTest(name=name, header=header):
                self.assertEqual(found(layers.check_includes, {name: f"\n#include {header}\n"}),
                                 [name + ":2"])

    def test_links(self):
        good = {"webhook/ray/CMakeLists.txt": "add_layer(ray\n  SOURCES a.c\n  USES core\n  PRIVATE m)\n",
                "certs/CMakeLists.txt": "add_layer(certs SOURCES a.c USES core)\n"}
        self.assertEqual(found(layers.check_links, good), [])
        bad = {"webhook/ray/CMakeLists.txt": "\nadd_layer(ray\n  SOURCES a.c\n  USES core rules)\n"}
        self.assertEqual(found(layers.check_links, bad), ["webhook/ray/CMakeLists.txt:2"])
        bad = {"webhook/core/CMakeLists.txt": "add_layer(core USES ray SOURCES a.c)\n"}
        self.assertEqual(found(layers.check_links, bad), ["webhook/core/CMakeLists.txt:1"])

    def test_libraries(self):
        self.assertEqual(found(layers.check_libraries, {
            "webhook/core/json.c": "#include <cjson/cJSON.h>\n", "webhook/core/y.c": "#include <yaml.h>\n",
            "webhook/core/z.c": '#include "core/yaml.h"\n', "certs/a.c": "#include <openssl/x509.h>\n"}), [])
        self.assertEqual(found(layers.check_libraries, {"webhook/ray/a.c": "#include <cjson/cJSON.h>\n"}),
                         ["webhook/ray/a.c:1"])
        self.assertEqual(found(layers.check_libraries, {"webhook/core/a.c": "#include <yaml.h>\n",
                                                        "webhook/core/b.c": "\n#include <yaml.h>\n"}),
                         ["webhook/core/b.c:2"])
        self.assertEqual(found(layers.check_libraries, {"webhook/server/a.c": "#include <openssl/ssl.h>\n"}),
                         ["webhook/server/a.c:1"])

    def test_picture(self):
        files = {"webhook/core/a.c": "", "webhook/main.c": "", "webhook/ARCHITECTURE.md": "`core/`"}
        self.assertEqual(found(layers.check_picture, files), [])
        self.assertEqual(found(layers.check_picture, files | {"webhook/ray/a.c": ""}),
                         ["webhook/ARCHITECTURE.md:1"])
        self.assertEqual(found(layers.check_picture, files | {"webhook/odd/a.c": ""}),
                         ["webhook/odd:1", "webhook/ARCHITECTURE.md:1"])
        self.assertEqual(found(layers.check_picture, {}), ["webhook/ARCHITECTURE.md:1"])


class Shape(unittest.TestCase):
    def test_banned(self):
        name = "webhook/core/a.c"
        good = 'text_strcpy(a); /* strcpy(a) */ x("atoi(b)"); p->system(c); my_rand (d);\n'
        self.assertEqual(found(shape.check_banned, {name: good}), [])
        for call in ("strcpy(a, b)", "x = atoi (c)", "(void)sprintf(a)", "gmtime(&t)"):
            with self.subTest(call=call):
                self.assertEqual(found(shape.check_banned, {name: f"\n{call};\n"}), [name + ":2"])

    def test_licence(self):
        self.assertEqual(found(shape.check_licence, {
            "a.c": LICENCE, "b.py": "#!x\n# SPDX-License-Identifier: Apache-2.0\n", "c.md": "x"}), [])
        self.assertEqual(found(shape.check_licence, {"tests/CMakeLists.txt": "x\n"}), ["tests/CMakeLists.txt:1"])

    def test_files(self):
        self.assertEqual(found(shape.check_files, {"webhook/a.c": "x\n" * 400}), [])
        self.assertEqual(found(shape.check_files, {"webhook/a.c": "x\n" * 401}), ["webhook/a.c:400"])
        self.assertEqual(found(shape.check_files, {"webhook/a.c": "x\ny"}), ["webhook/a.c:2"])

    def test_functions(self):
        name = "webhook/core/a.c"
        small = function("s", 3) * 5
        self.assertEqual(found(shape.check_functions, {name: small + function("f", 60)}), [])
        self.assertEqual(found(shape.check_functions, {name: small + function("f", 61)}), [name + ":31"])
        self.assertEqual(found(shape.check_functions, {name: function("f", 16)}), ["webhook:1"])

    def test_duplicates(self):
        block = "".join(f"    call_{i}(a, b);\n" for i in range(7))
        good = {"webhook/a.c": block, "webhook/b.c": block.replace("call_3", "call_x"), "c.md": block}
        self.assertEqual(found(shape.check_duplicates, good), [])
        bad = good | {"webhook/b.c": "\n\n" + block.replace("    ", "  ")}
        self.assertEqual(found(shape.check_duplicates, bad), ["webhook/b.c:3"])

    def test_comments_and_conditionals(self):
        name = "webhook/core/a.c"
        self.assertEqual(found(shape.check_comments, {name: '"http://x" /* // */\n'}), [])
        self.assertEqual(found(shape.check_comments, {name: "\nx; // y\n"}), [name + ":2"])
        self.assertEqual(found(shape.check_conditionals, {name: "#ifdef A\n" + function("f", 1) + "#endif\n"}), [])
        self.assertEqual(found(shape.check_conditionals, {name: "int f(void)\n{\n#ifdef A\n#endif\n}\n"}),
                         [name + ":3"])


class Docs(unittest.TestCase):
    def test_links(self):
        good = {"README.md": "[a](docs/b.md#two-words) [c](https://x.y/z) [d](#top) ![e](docs) `[f](g)`\n# Top\n"
                             "```\n[h](i)\n```\n",
                "docs/b.md": "## Two `words`\n[up](../README.md)\n"}
        self.assertEqual(found(docs.check_links, good), [])
        for link in ("b.md", "docs/b.md#three", "#nowhere", "../README.md"):
            with self.subTest(link=link):
                self.assertEqual(found(docs.check_links, good | {"x.md": f"\n[a]({link})\n"}), ["x.md:2"])

    def test_private(self):
        good = {"a.c": "a framework/work.c; libshared/x", "tests/a.py": "../shared/kuberay"}
        self.assertEqual(found(docs.check_private, good), [])
        for text in ("/work/x", "see shared/facts.md", "/tmp/wt/a", "/root/x", "../shared/x"):
            with self.subTest(text=text):
                self.assertEqual(found(docs.check_private, {"webhook/a.c": "\n" + text}), ["webhook/a.c:2"])


class Examples(unittest.TestCase):
    page = ("text\n```console\n$ kubectl apply -f a.yaml\nWarning: r: one\nof two. Fix\nservice/x created\n\n"
            "$ rayservice-webhook check a.yaml\na.yaml:1\n\n  fine\n```\n")
    one = {"warnings": ["r: one of two. Fix"]}
    two = {"status": {"details": {"causes": [{"field": "spec.a", "message": "r: m"}]}}}

    def faults(self, page, response, printed="a.yaml:1\n\n  fine\n", where="manifests/examples/a.yaml"):
        files = tree.Tree({"README.md": page, where: ""})
        return [":".join(fault.split(":")[:2])
                for fault in examples.check_sessions(files, lambda _: printed, lambda _: ("x", response))]

    def test_current(self):
        self.assertEqual(self.faults(self.page, self.one), [])
        self.assertEqual(self.faults(self.page, {}), [])
        refused = self.page.replace("Warning: r: one\nof two. Fix", 'The RayService "x" is invalid: spec.a:\nr: m')
        self.assertEqual(self.faults(refused, self.two), [])

    def test_stale(self):
        self.assertEqual(self.faults(self.page, self.two), ["README.md:3"])
        self.assertEqual(self.faults(self.page, {"warnings": ["r: two of two. Fix"]}), ["README.md:3"])
        self.assertEqual(self.faults(self.page, self.one, "a.yaml:1\n\n  bad\n"), ["README.md:8"])
        self.assertEqual(self.faults(self.page, self.one, where="manifests/a.yaml"), ["README.md:3", "README.md:8"])


class Options(unittest.TestCase):
    known = {(): {"help"}, ("check",): {"output", "help"}, ("certs",): {"help"}, ("certs", "init"): {"dir"},
             ("serve",): {"tls-cert", "listen"}}

    def found(self, name, text):
        return [":".join(fault.split(":")[:2])
                for fault in options.check_uses(tree.Tree({name: text}), self.known)]

    def test_good(self):
        for text in ("rayservice-webhook check --output json a.yaml | kubectl apply --server-side -f -",
                     "`rayservice-webhook certs init --dir x` and `kubectl apply --prune`",
                     "the rayservice-webhook Deployment --strictly speaking",
                     "rayservice-webhook certs init \\\n  --dir x\n  kubectl --now",
                     "      args:\n      - serve\n      - --tls-cert=/a\n      - \"--listen=:1\"\n",
                     "      args:\n      - --other\n"):
            with self.subTest(text=text):
                self.assertEqual(self.found("a.md", text), [])

    def test_bad(self):
        for text in ("rayservice-webhook check --out json", "build/rayservice-webhook serve --port=1",
                     "rayservice-webhook certs renew", "rayservice-webhook certs init \\\n  --name x",
                     "  args:\n  - serve\n  - --tls=/a\n", "  args:\n  - certs\n  - init\n  - --tls-cert=x\n"):
            with self.subTest(text=text):
                self.assertEqual(self.found("a.yaml", "\n" + text), ["a.yaml:2"])


class Rules(unittest.TestCase):
    table = [("head", "head-runs-replicas", "warn"), ("probe", "probe-without-handler", "deny")]

    @staticmethod
    def case(name, *rule_names):
        return types.SimpleNamespace(name=name, path=pathlib.Path("tests/cases") / name,
                                     expect={"findings": [{"rule": rule} for rule in rule_names]})

    def whole(self):
        return [self.case("head/head-runs-replicas/one.yaml", "head-runs-replicas"),
                self.case("head/head-runs-replicas/zero.yaml"),
                self.case("probe/probe-without-handler/empty.yaml", "probe-without-handler"),
                self.case("probe/probe-without-handler/exec.yaml", "head-runs-replicas")]

    def test_cases(self):
        self.assertEqual(list(rules.check_cases(self.table, self.whole())), [])
        for index in range(4):
            with self.subTest(missing=self.whole()[index].name):
                rest = self.whole()[:index] + self.whole()[index + 1:]
                self.assertEqual(len(list(rules.check_cases(self.table, rest))), 1)
        self.assertEqual(len(list(rules.check_cases(
            self.table, self.whole() + [self.case("head/no-such-rule/a.yaml")]))), 1)

    def test_case_names(self):
        self.assertEqual(list(rules.check_case_names(self.table, self.whole())), [])
        for case in (self.case("head/x/Bad_Name.yaml"), self.case("head/x/good.yaml", "no-such-rule")):
            self.assertEqual(len(list(rules.check_case_names(self.table, [case]))), 1)

    def test_names(self):
        self.assertEqual(list(rules.check_names(self.table)), [])
        for row in (("head", "Head", "warn"), ("head", "head-runs-replicas", "warn"),
                    ("head", "fine", "fatal"), ("head", "a--b", "warn")):
            self.assertEqual(len(list(rules.check_names(self.table + [row]))), 1)

    def test_page(self):
        page = "head-runs-replicas\nprobe-without-handler\n"
        self.assertEqual(list(rules.check_page(self.table, page, page)), [])
        for old, new in ((None, page), (page, page + "x\n"), (page + "x\n", page), ("x\n" + page, page),
                         ("x\n", "x\n")):
            with self.subTest(old=old, new=new):
                self.assertNotEqual(list(rules.check_page(self.table, old, new)), [])


class Policy(unittest.TestCase):
    def test_schema(self):
        self.assertEqual(list(policy.check_schema("a", "a")), [])
        self.assertEqual(len(list(policy.check_schema("a", "b")) + list(policy.check_schema(None, "b"))), 2)

    def test_policies(self):
        component = "manifests/components/a/policy.yaml"
        good = tree.Tree({path: "a: 1\n" for path in (policy.EXAMPLE, component, "manifests/a/policy.yaml")})
        self.assertEqual(list(policy.check_policies(good, lambda path: "")), [])
        self.assertEqual(list(policy.check_policies(good, lambda path: "bad")),
                         [f"{policy.EXAMPLE}:1: bad", f"{component}:1: bad"])
        self.assertEqual(len(list(policy.check_policies(tree.Tree({}), lambda path: ""))), 1)

    def test_mentions(self):
        schema = {"properties": {"a": {"items": {"properties": {"b": {}}}}, "rules": {"properties": {"c": {}}}}}
        whole = tree.Tree({policy.EXAMPLE: "a: [b: 1]\nrules: x"})
        self.assertEqual(list(policy.check_mentions(whole, schema)), [])
        self.assertEqual(len(list(policy.check_mentions(tree.Tree({policy.EXAMPLE: "a:"}), schema))), 2)


class Monitoring(unittest.TestCase):
    METRICS = monitoring.OTHERS | monitoring.series('# HELP a_total b\na_total{path="/x",code="200"} 1\na_total{path="/x",code="429"} 0\nb 2.5\n'
                                'c_bucket{le="+Inf"} 1\n')

    def faults(self, query, shown=""):
        return list(monitoring.faults_of_query(query, shown, self.METRICS))

    def test_queries_that_find_something(self):
        for query, shown in (("b", "{{pod}}"), ("absent(b == 1)", ""), ('b{pod=~"$pod"} and b - time() < 7 * 86400', ""),
                             ('sum by (path) (rate(a_total{code=~"4..|200"}[5m])) > 0', "{{path}}"),
                             ("sum(rate(c_bucket[$__rate_interval])) by (le)", ""), ('up{job="x"} == 0 or b == 0', "{{ $labels.job }}"),
                             ('increase(a_total{code!="200"}[15m])', "{{code}} {{instance}}")):
            self.assertEqual(self.faults(query, shown), [], query)

    def test_queries_that_find_nothing(self):
        for query, shown in (("d", ""), ("rate(a_totl[5m])", ""), ('a_total{code="500"}', ""), ('a_total{code=~"2..|5.."}', ""),
                             ('a_total{status="200"}', ""), ('b{path!="/x"}', ""), ("sum by (rule) (a_total)", ""),
                             ("sum by (path) (a_total)", "{{code}}"), ("sum(a_total)", "{{ $labels.path }}"), ("b", "{{path}}")):
            self.assertEqual(len(self.faults(query, shown)), 1, query)

    def test_alerts_are_explained_and_tested(self):
        alert = ("spec: {groups: [{rules: [{alert: A, labels: {severity: warning}, annotations: {summary: s, description: d, "
                 f"runbook: '{monitoring.PAGE}#what-to-watch'}}}}]}}]}}")
        case = "{alertname: A, exp_alerts: [{exp_labels: {severity: warning}}]}"
        files = {monitoring.ALERTS: alert, monitoring.PAGE: "\n## What to watch\n\n| `A` | b |\n",
                 monitoring.TESTS: f"tests: [{{alert_rule_test: [{case}, {{alertname: A}}]}}]", monitoring.DASHBOARD: '{"panels": []}'}
        for check, change in ((monitoring.check_annotations, (monitoring.ALERTS, "summary", "sum")),
                              (monitoring.check_annotations, (monitoring.ALERTS, "warning", "page")),
                              (monitoring.check_annotations, (monitoring.ALERTS, "#what", "#how")),
                              (monitoring.check_table, (monitoring.PAGE, "`A`", "`B`")),
                              (monitoring.check_tests, (monitoring.TESTS, "severity: warning", "severity: critical")),
                              (monitoring.check_tests, (monitoring.TESTS, ", {alertname: A}", ""))):
            name, old, new = change
            self.assertEqual(list(check(tree.Tree(files))), [])
            self.assertEqual(len(list(check(tree.Tree({**files, name: files[name].replace(old, new)})))), 1, change)

    def test_panels_have_places_of_their_own(self):
        def panels(*places):
            return [{"id": index, "title": str(index), "gridPos": {"x": x, "y": 0, "w": 8, "h": 4}} for index, x in enumerate(places)]

        for each, count in ((panels(0, 8, 16), 0), (panels(0, 7), 1), (panels(0, 20), 1), (panels(0) + panels(8), 1)):
            files = {monitoring.DASHBOARD: json.dumps({"panels": each})}
            self.assertEqual(len(list(monitoring.check_panels(tree.Tree(files)))), count)


class Memory(unittest.TestCase):
    def found(self, limit, most, name=memory.BASE):
        base = {memory.BASE: "- --max-memory=736Mi\nlimits: {memory: 768Mi}\n"}
        return found(memory.check_limits, {**base, name: f"{most}\nresources:\n  limits: {limit}\n"})

    def test_limits(self):
        for limit, most in (("{memory: 768Mi}", "- --max-memory=736Mi"), ("{cpu: 1, memory: 1Gi}", "- --max-memory=992Mi")):
            self.assertEqual(self.found(limit, most), [])
        for limit, most in (("{memory: 767Mi}", "- --max-memory=736Mi"), ("{cpu: 1}", "- --max-memory=736Mi"),
                            ("{memory: 768Mi}", ""), ("{memory: 768M}", "- --max-memory=736Mi")):
            self.assertEqual(self.found(limit, most), [memory.BASE + ":1"])

    def test_who_else_says_one_says_both(self):
        component = "manifests/components/large/kustomization.yaml"
        self.assertEqual(self.found("{memory: 2Gi}", "value: --max-memory=1Gi", component), [])
        self.assertEqual(self.found("{memory: 64Mi}", "- certs", component), [])
        self.assertEqual(self.found("{memory: 512Mi}", "", component), [component + ":1"])
        self.assertEqual(found(memory.check_limits, {}), [memory.BASE + ":1"])


class Symbols(unittest.TestCase):
    def test_used(self):
        lines = ["", "a.c.o:", "                 U memcpy", "                 U __vsnprintf_chk",
                 "                 U mine", "                 U __asan_report_load8", "b.c.o:",
                 "0000000000000000 T mine"]
        self.assertEqual(list(symbols.check_used(lines)), [])
        for symbol in ("fopen", "time", "getenv", "pthread_create", "__fprintf_chk", "stdout", "cJSON_Print",
                       "strtok"):
            with self.subTest(symbol=symbol):
                faults = list(symbols.check_used(lines + ["b.c.o:", f"                 U {symbol}"]))
                self.assertEqual([fault.split(":")[0] for fault in faults], ["b.c.o"])

    def test_writable(self):
        head = ["In archive libcore.a:", "json.c.o:     file format elf64-x86-64"]
        good = ["0000000000000000 l    d  .data\t0000000000000000 .data",
                "0000000000000000 l     F .text\t0000000000000010 f",
                "0000000000000000 l     O .data.rel.ro.local\t0000000000000010 rows",
                "0000000000000000 l     O .rodata\t0000000000000010 names",
                "0000000000000000 g     O .bss\t0000000000000001 __odr_asan.rows",
                "0000000000000000 l       .tbss\t0000000000000008 parse_arena"]
        self.assertEqual(list(symbols.check_writable(head + good)), [])
        for section, name in ((".bss", "count"), (".data", "table"), (".data.rel.local", "p"), ("*COM*", "c"),
                              (".bss.cache", "cache"), (".tbss", "other"), (".data", "count.0")):
            with self.subTest(section=section):
                line = f"0000000000000000 l     O {section}\t0000000000000004 {name}"
                self.assertEqual(len(list(symbols.check_writable(head + good + [line]))), 1)


if __name__ == "__main__":
    unittest.main()
