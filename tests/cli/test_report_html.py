"""pgo-report --format html: what can be seen of the page without a browser (tests/browser has the rest)."""

import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess

import profile_pb2
import pytest

from pgoprof_testing import profiles, stacks
from pgoprof_testing.html_page import Page, csp_hash
from pgoprof_testing.verdicts import tool

REAL = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"

HOSTILE = [
    b"</script><script>alert(1)</script>", b"<!--<script>", b"-->", b"]]>", b"<img src=x onerror=alert(1)>",
    "main.\u2028line\u2029".encode(), "main.\u202eltr".encode(), b"main.\xff\xfe", b"main.\x00\x1b[31m\x7f", b"\\u003c/script>",
    b"&lt;b&gt;&amp;\"'`${x}", b"__proto__", b"constructor", b"@DATA@@TITLE@", b"",
]


def html(*arguments):
    run = tool("pgo-report", "--format", "html", *arguments)
    assert (run.returncode, run.stderr) == (0, b""), run.stderr
    return run.stdout


def by_path(data):
    """The embedded frames as stacks.merged has them."""
    frames, names = data["stacks"], data["names"]
    paths = [()]
    for name, parent in zip(frames["name"][1:], frames["parent"][1:]):
        paths.append(paths[parent] + (names[name],))
    return {path: [weight, self] for path, weight, self in zip(paths, frames["weight"], frames["self"])}


def edge_rows(data):
    """The embedded edges as the JSON report has them."""
    edges, names = data["edges"], data["names"]
    return [(names[caller], names[callee], offset, weight, names[file] or None, line)
            for caller, callee, offset, weight, file, line in zip(*(
                edges[field] for field in ("caller", "callee", "offset", "weight", "file", "line")))]


@pytest.mark.parametrize("name", ["mixed-go1.26.pprof", "labels-go1.26.pprof"])
def test_the_page_has_what_the_profile_has(name):
    path = REAL / name
    data = Page(html(path)).data
    report = json.loads(tool("pgo-report", "--format", "json", "--all", path).stdout)
    for field in ("file", "sample_type", "ignored", "total_weight", "edge_count", "hot_edge_count", "threshold_percent"):
        assert data[field] == report[field]
    assert edge_rows(data) == [tuple(edge[field] for field in (
        "caller", "callee", "call_site_offset", "weight", "file", "line")) for edge in report["edges"]]
    tree = stacks.merged(profile_pb2.Profile.FromString(gzip.decompress(path.read_bytes())))
    assert by_path(data) == tree
    assert data["stacks"]["hidden_weight"] == data["stacks"]["negative_samples"] == 0
    shown = dict(zip(data["names"], data["totals"]["self"]))
    for function in {stack[-1] for stack in tree if stack}:
        assert shown[function] == sum(own for stack, (_, own) in tree.items() if stack and stack[-1] == function)


def test_nothing_is_loaded_from_elsewhere():
    page = Page(html(REAL / "mixed-go1.26.pprof"))
    assert "link" not in page.tags and "base" not in page.tags and "iframe" not in page.tags
    for tag, attributes, _ in page.elements:
        assert not {"src", "href", "srcset", "data", "style", "action"} & attributes.keys(), tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert "url(" not in page.one("style")[2] and "@import" not in page.one("style")[2]


def test_the_policy_allows_what_is_in_the_page_and_nothing_else():
    page = Page(html(REAL / "mixed-go1.26.pprof"))
    data, script = page.all("script")
    assert data[1]["type"] == "application/json" and script[1] == {}
    assert page.policy == {
        "default-src": ["'none'"], "script-src": [csp_hash(script[2])], "style-src": [csp_hash(page.one("style")[2])],
        "base-uri": ["'none'"], "form-action": ["'none'"], "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    assert page.tags.index("meta") < page.tags.index("style") and page.comments == []


def test_hostile_text_stays_text(write, tmp_path):
    content = profiles.from_stacks([([name, b"main.main"], 9) for name in HOSTILE])
    folder = tmp_path / "<"
    folder.mkdir()
    path = folder / "title><script>&amp;\x1b.pprof"
    path.write_bytes(content.SerializeToString())
    content = html(path)
    page = Page(content)
    assert page.tags == Page(html(write(profiles.from_stacks([(["main.f", "main.main"], 9)])))).tags
    assert page.one("title")[2].startswith(f"{folder}/title><script>&amp;\\x1b.pprof ")
    assert page.data["file"] == f"{folder}/title><script>&amp;\\x1b.pprof"
    assert b"<" not in content.split(b'id="data">')[1].split(b"</script>")[0]
    shown = set(page.data["names"])
    for name in (r"\\u003c/script>", r"main.\xff\xfe", r"main.\x00\x1b[31m\x7f", r"main.\u202eltr", r"main.\u2028line\u2029"):
        assert name in shown
    for name in (b"</script><script>alert(1)</script>", b"<!--<script>", b"__proto__", b"@DATA@@TITLE@"):
        assert name.decode() in shown
    text = content.decode()
    assert all(c == "\n" or c.isprintable() for c in text)


def test_the_same_profile_gives_the_same_page(write):
    message = profile_pb2.Profile.FromString(gzip.decompress((REAL / "mixed-go1.26.pprof").read_bytes()))
    path = write(message)
    page = html(path)
    assert html(path) == page
    shuffled = list(message.sample)
    random.Random(1).shuffle(shuffled)
    del message.sample[:]
    message.sample.extend(shuffled)
    again = Page(html(write(message)))
    assert by_path(again.data) == by_path(Page(page).data) and edge_rows(again.data) == edge_rows(Page(page).data)


def test_a_preprofiled_file_has_no_stacks(write):
    preprofiled = write(tool("pgo-report", "--format", "preprofile", REAL / "mixed-go1.26.pprof").stdout, "preprofiled")
    data = Page(html(preprofiled)).data
    assert data["stacks"] is None and data["totals"] is None and data["sample_type"] is None
    assert len(data["edges"]["weight"]) == data["edge_count"] > 0


@pytest.mark.parametrize("content, why, frames", [
    (b"", "the file is empty", None),
    (profiles.from_stacks([]), "no samples", None),
    (profiles.from_stacks([(["f"], 1)]), "weigh nothing", {(): [1, 0], ("f",): [1, 1]}),
])
def test_a_profile_that_the_compiler_ignores(content, why, frames, write):
    run = tool("pgo-report", "--format", "html", write(content))
    assert run.returncode == 0 and b"warning: " in run.stderr
    data = Page(run.stdout).data
    assert why in data["ignored"] and data["edges"]["weight"] == []
    assert (data["stacks"] and by_path(data)) == frames


def many_functions(count, name):
    """As many samples: each function calls another, with less and less weight."""
    message = profile_pb2.Profile(string_table=[b"", b"samples", b"count"])
    message.sample_type.add(type=1, unit=2)
    for i in range(1, count + 1):
        message.string_table.append(name(i))
        message.function.add(id=i, name=i + 2, start_line=1)
        message.location.add(id=i, address=i).line.add(function_id=i, line=2)
        message.sample.add(location_id=[i, i % count + 1], value=[2 * count - i])
    return message


def test_the_page_stays_small_whatever_the_profile(write):
    count = 40_000
    content = html(write(many_functions(count, lambda i: b"main.%d." % i + b"\xff" * 2000)))
    assert len(content) < 16e6  # of 80 MB of names
    data = Page(content).data
    assert data["edge_count"] == count and len(data["edges"]["weight"]) == 20_000
    assert len(data["stacks"]["name"]) == 20_001 and data["stacks"]["hidden_weight"] > 0
    weights = data["stacks"]["weight"][1:]
    assert weights == sorted(weights, reverse=True)
    cut = [name for name in data["names"] if "\u2026" in name]
    assert len(cut) > 20_000 and all(name.endswith(" bytes)") and len(name) < 1100 for name in cut)

    usual = html(write(many_functions(count, lambda i: b"github.com/example/service/package.(*Type).method%d" % i)))
    assert len(usual) < 4e6


def test_a_stack_of_any_depth(write):
    deep = profiles.from_stacks([([f"main.f{i % 7}" for i in range(60_000)], 3)])
    data = Page(html(write(deep))).data
    assert len(data["stacks"]["name"]) == 513 and data["stacks"]["hidden_weight"] == 3


def test_long_stacks_times_deep_inlining_is_no_bomb(write):
    message = profiles.from_stacks([(["main.f", "main.g"], 1)])
    for _ in range(30_000):
        message.location[1].line.add(function_id=1, line=1)
    del message.sample[:]
    for _ in range(1_000):
        message.sample.add(location_id=[1, 1] + [2] * 1_000, value=[1])
    run = tool("pgo-report", "--format", "html", write(message))
    assert run.returncode == 3 and b"too many frames" in run.stderr


def test_negative_samples_are_counted(write):
    data = Page(html(write(profiles.from_stacks([(["f", "g"], 5), (["h", "g"], -2)])))).data
    assert data["stacks"]["negative_samples"] == 1
    assert by_path(data) == {(): [5, 0], ("g",): [5, 0], ("g", "f"): [5, 5]}


def test_licences_are_in_the_page():
    page = Page(html(REAL / "mixed-go1.26.pprof"))
    notices = (pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "NOTICES.txt").read_text()
    assert page.one("pre")[2] == notices
    for name in ("d3-flame-graph", "@dagrejs/dagre", "d3-zoom", "Apache License", "Permission is hereby granted"):
        assert name in notices


@pytest.mark.skipif(shutil.which("tidy") is None, reason="needs tidy")
def test_the_page_is_valid_html(tmp_path):
    page = tmp_path / "page.html"
    page.write_bytes(html(REAL / "mixed-go1.26.pprof"))
    run = subprocess.run(["tidy", "-quiet", "-errors", "-utf8", page], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
