"""pgo-report --format dot and --format folded."""

import json
import re
import shutil
import subprocess

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import tool

HOSTILE = [b'a"; evil [label="x"]; "b', b"back\\slash\\N\\", b"semi;colon;", b"new\nline 7\r", b"\x1b[31mred\x07", b"\xff\xfe\xe2\x80\xae",
           b"<b>&amp;</b>", b"space 12", b"x" * 5000, "\u00e9\u2026".encode() * 300, b"a->b", b"{|}", b"#"]


def graph(dot):
    """What Graphviz understands: ({id: label}, [(label of the tail, of the head)])."""
    run = subprocess.run(["dot", "-Tjson"], input=dot, capture_output=True, check=True)
    assert run.stderr == b""
    document = json.loads(run.stdout)
    labels = {node["_gvid"]: node["label"] for node in document.get("objects", [])}
    return labels, [(labels[edge["tail"]], labels[edge["head"]]) for edge in document.get("edges", [])]


@pytest.fixture(autouse=True, scope="module")
def graphviz():
    if shutil.which("dot") is None:
        pytest.skip("needs Graphviz")


def test_the_hot_call_graph(write):
    path = write(profiles.from_stacks([(["main.leaf", "main.caller", "main.main"], 700), (["main.caller", "main.main"], 295),
                                       (["main.cold", "main.caller"], 5)]))
    labels, edges = graph(tool("pgo-report", "--format", "dot", path).stdout)
    assert sorted(labels.values()) == ["main.caller\\n29.50% called", "main.leaf\\n70.00% called", "main.main"]
    assert sorted(edges) == [("main.caller\\n29.50% called", "main.leaf\\n70.00% called"), ("main.main", "main.caller\\n29.50% called")]


def test_call_sites_are_added_up(write):
    # Two functions of one name: two call sites.
    message = profiles.from_stacks([(["main.f", "main.main"], 3), (["main.f", "main.other"], 2)])
    message.function[2].name = message.function[1].name
    message.function[2].start_line = 5
    dot = tool("pgo-report", "--format", "dot", write(message)).stdout.decode()
    assert dot.count("->") == 1 and 'label="100.00%"' in dot


def test_top(write):
    path = write(profiles.from_stacks([([f"main.f{i:03}", "main.main"], 1000 - i) for i in range(100)]))
    assert tool("pgo-report", "--format", "dot", path).stdout.count(b"->") == 80
    assert tool("pgo-report", "--format", "dot", "--top", "3", path).stdout.count(b"->") == 3
    hot = json.loads(tool("pgo-report", "--format", "json", path).stdout)["hot_edge_count"]
    assert tool("pgo-report", "--format", "dot", "--all", path).stdout.count(b"->") == hot


def test_nothing_hot(write):
    run = tool("pgo-report", "--format", "dot", write(profiles.from_stacks([])))
    assert run.returncode == 0 and graph(run.stdout) == ({}, [])


def test_hostile_names_in_dot(write):
    path = write(profiles.from_stacks([([name, b"main.main"], 10) for name in HOSTILE]))
    dot = tool("pgo-report", "--format", "dot", "--all", "--hot-percent", "100", path).stdout
    assert all(c == "\n" or c.isprintable() for c in dot.decode())
    labels, edges = graph(dot)
    assert len(labels) == len(HOSTILE) + 1 and len(edges) == len(HOSTILE)
    assert any("evil" in label for label in labels.values()) and all(len(label) < 200 for label in labels.values())


def folded(*arguments):
    run = tool("pgo-report", "--format", "folded", *arguments)
    assert (run.returncode, run.stderr) == (0, b"")
    return run.stdout.decode()


def test_folded_stacks(write):
    path = write(profiles.from_stacks([(["main.leaf", "main.main"], 3), (["main.main"], 2), (["main.leaf", "main.main"], 4),
                                       (["main.other", "main.main"], 0), ([], 9)]))
    assert folded(path) == "main.main 2\nmain.main;main.leaf 7\n"


def test_inlined_and_nameless_frames(write):
    message = profiles.from_stacks([(["main.leaf", "main.main"], 3)])
    message.location[0].line.add(function_id=2, line=4)  # main.leaf is inlined into main.main
    message.location.add(id=9, address=0x99)
    message.sample.add(location_id=[1, 9], value=[1])
    assert folded(write(message)) == "[unknown];main.main;main.leaf 1\nmain.main;main.main;main.leaf 3\n"


def test_hostile_names_in_folded_stacks(write):
    """As flamegraph.pl reads them: a line is a stack, a space and a number; semicolons are between frames."""
    path = write(profiles.from_stacks([([name, b"main.main"], 10 + i) for i, name in enumerate(HOSTILE)]))
    text = folded(path)
    assert all(c == "\n" or c.isprintable() for c in text)
    lines = text.splitlines()
    assert len(lines) == len(HOSTILE)
    for line in lines:
        stack, weight = re.fullmatch(r"(.*)\s+?(\d+)", line).groups()
        assert len(stack.split(";")) == 2 and 10 <= int(weight) < 10 + len(HOSTILE)
    assert r"semi\x3bcolon\x3b" in text


def test_folded_needs_stacks(write):
    path = write(profiles.from_stacks([(["main.leaf", "main.main"], 3)]))
    preprofiled = write(tool("pgo-report", "--format", "preprofile", path).stdout, "preprofiled")
    run = tool("pgo-report", "--format", "folded", preprofiled)
    assert run.returncode == 3 and b"no stacks" in run.stderr
    assert folded(write(b"", "empty")) == ""
    heap = profiles.from_stacks([(["main.leaf", "main.main"], 3)], sample_types=[("inuse_space", "bytes")])
    assert tool("pgo-report", "--format", "folded", write(heap)).returncode == 3


def test_a_profile_that_the_compiler_refuses_has_stacks(write):
    path = write(profiles.from_stacks([(["main.leaf", "main.main"], 3)], start_line=0))
    assert folded(path) == "main.main;main.leaf 3\n"


def test_folded_stacks_replace_a_file_whole_or_not_at_all(write, tmp_path):
    path = write(profiles.from_stacks([(["main.leaf", "main.main"], 3)]))
    out = tmp_path / "out"
    out.write_bytes(b"old")
    assert folded("-o", out, path) == ""
    assert out.read_text() == "main.main;main.leaf 3\n"
    assert tool("pgo-report", "--format", "folded", "-o", "/dev/full", path).returncode == 4
