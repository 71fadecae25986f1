"""pgo-report --by, --call-sites and --function."""

import json

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import tool


def example():
    return profiles.from_stacks([
        (["net/http.(*conn).serve", "main.handler", "main.main"], 700),
        (["main.parse", "main.handler", "main.main"], 200),
        (["main.handler.func1", "main.handler", "main.main"], 60),
        (["main.encode", "main.handler", "main.main"], 25),
        (["main.parse", "main.main"], 11),
        (["runtime.gopark", "net/http.(*conn).serve", "main.main"], 4),
    ])


@pytest.fixture
def path(write):
    return write(example())


def report(*arguments):
    run = tool("pgo-report", "--format", "json", *arguments)
    assert (run.returncode, run.stderr) == (0, b"")
    return json.loads(run.stdout)


def test_by_package(path):
    lines = tool("pgo-report", "--by", "package", path).stdout.decode().splitlines()
    assert lines[1] == "total weight: 1000 (samples/count)"
    assert lines[5].split()[-3:] == ["of", "the", "caller"]
    assert lines[6].split() == ["1", "996", "99.600%", "99.600%", "5", "5", "main"]
    assert lines[7].split() == ["2", "4", "0.400%", "0.000%", "1", "0", "net/http"]


@pytest.mark.parametrize("by, first", [("caller", ("main.handler", 985, 4)), ("callee", ("net/http.(*conn).serve", 700, 1)),
                                       ("package", ("main", 996, 5))])
def test_groups_as_json(by, first, path):
    document = report("--by", by, path)
    assert (document["view"], document["by"]) == ("groups", by)
    assert document["group_count"] == len(document["groups"])
    group = document["groups"][0]
    assert (group["name"], group["weight"], group["edges"]) == first
    assert sum(group["weight"] for group in document["groups"]) == document["total_weight"] == 1000


def test_by_edge_is_the_usual_view(path):
    assert tool("pgo-report", "--by", "edge", path).stdout == tool("pgo-report", path).stdout


def test_top_and_all_of_groups(path):
    assert len(report("--by", "callee", "--top", 2, path)["groups"]) == 2
    text = tool("pgo-report", "--by", "callee", "--top", "2", path).stdout.decode()
    assert text.splitlines()[-1] == "and 3 more; --all lists them"
    assert "--all lists" not in tool("pgo-report", "--by", "callee", "--all", path).stdout.decode()


def test_call_sites(path):
    document = report("--call-sites", "--all", path)
    assert (document["view"], document["call_site_count"], document["go_version"]) == ("call_sites", 3, "1.26")
    first = document["call_sites"][0]
    assert (first["caller"], first["call_site_offset"], first["weight"], first["hot"]) == ("main.handler", 3, 985, True)
    assert [(callee["callee"], callee["devirtualized_as"]) for callee in first["callees"]] == [
        ("net/http.(*conn).serve", "interface call"), ("main.parse", "function value"), ("main.handler.func1", None),
        ("main.encode", "function value")]
    assert [site["hot"] for site in document["call_sites"]] == [True, True, False]


def test_call_sites_as_text(path):
    lines = tool("pgo-report", "--call-sites", "--top", "1", path).stdout.decode().splitlines()
    assert lines[4] == "call sites:   3 (2 hot)"
    assert lines[8].split() == ["1", "985", "98.500%", "hot", "main.handler", "+3", "(main.go:13)"]
    assert lines[9].split() == ["700", "71.066%", "interface", "->", "net/http.(*conn).serve"]
    assert lines[11].split() == ["60", "6.091%", "-", "->", "main.handler.func1"]
    assert "and 2 more; --all lists them" in lines


@pytest.mark.parametrize("version, expected", [
    ("1.20", [None, None]), ("1.21", ["interface call", None]), ("1.22", ["interface call", "function value"])])
def test_what_each_go_devirtualizes(version, expected, path):
    callees = report("--call-sites", "--go-version", version, path)["call_sites"][0]["callees"]
    assert [callee["devirtualized_as"] for callee in callees[:2]] == expected
    text = tool("pgo-report", "--call-sites", "--go-version", version, path).stdout.decode()
    assert ("devirtualizes nothing" in text) == (version == "1.20")


@pytest.mark.parametrize("version", ["1.19", "1.2", "2.26", "latest", ""])
def test_unknown_go_versions(version, path):
    run = tool("pgo-report", "--go-version", version, path)
    assert run.returncode == 2 and b"--go-version must be a Go version from 1.20 on" in run.stderr


def test_many_callees_are_cut_unless_all_are_asked_for(write):
    path = write(profiles.from_stacks([([f"main.f{i}", "main.main"], 10 - i) for i in range(7)]))
    [site] = report("--call-sites", path)["call_sites"]
    assert (site["callee_count"], len(site["callees"])) == (7, 4)
    assert len(report("--call-sites", "--all", path)["call_sites"][0]["callees"]) == 7
    assert "3 more" in tool("pgo-report", "--call-sites", path).stdout.decode()


def test_a_function_as_the_compiler_counts_it_and_in_whole_stacks(path):
    document = report("--function", "^main\\.handler$", path)
    assert (document["view"], document["function_count"]) == ("functions", 1)
    [function] = document["functions"]
    assert (function["called_weight"], function["calling_weight"]) == (0, 985)
    assert (function["flat"], function["cumulative"]) == (0, 985)
    assert function["callers"] == [{"name": "main.main", "weight": 0, "hot": False, "stack_weight": 985}]
    assert [(row["name"], row["weight"], row["stack_weight"]) for row in function["callees"]] == [
        ("net/http.(*conn).serve", 700, 700), ("main.parse", 200, 200), ("main.handler.func1", 60, 60), ("main.encode", 25, 25)]


def test_functions_as_text(path):
    text = tool("pgo-report", "--function", "serve", "--top", "1", path).stdout.decode()
    lines = text.splitlines()
    assert "functions:    1 match serve" in lines
    start = lines.index("net/http.(*conn).serve")
    assert lines[start + 1].strip() == "called 700, calling 4; whole stacks: flat 700, cumulative 704"
    assert lines[start + 3].split() == ["700", "700", "hot", "from", "main.handler"]
    assert lines[start + 4].split() == ["from", "and", "1", "more;", "--all", "lists", "them"]
    assert lines[start + 5].split() == ["4", "4", "-", "to", "runtime.gopark"]


def test_functions_of_a_preprofiled_file(path, write):
    preprofiled = write(tool("pgo-report", "--format", "preprofile", path).stdout, "preprofiled")
    [function] = report("--function", "handler$", preprofiled)["functions"]
    assert function["calling_weight"] == 985 and function["flat"] is None
    assert {row["stack_weight"] for row in function["callees"]} == {None}
    assert "whole stacks: flat" not in tool("pgo-report", "--function", "handler$", preprofiled).stdout.decode()


def test_no_function_matches(path):
    assert report("--function", "nothing like it", path)["functions"] == []
    assert tool("pgo-report", "--function", "nothing like it", path).returncode == 0


def test_a_bad_pattern_is_a_usage_error(tmp_path):
    run = tool("pgo-report", "--function", "main.(", tmp_path / "no such file is opened")
    assert run.returncode == 2 and b"--function main.(: " in run.stderr


def test_names_of_any_length_and_bytes(write):
    name = b"main." + b"x" * 500_000 + b"\0\xff\x1b[31m"
    path = write(profiles.from_stacks([([name, "main.main"], 1)]))
    run = tool("pgo-report", "--function", "x{3}.*\\[31m$", path)
    assert run.returncode == 0 and b"1 match" in run.stdout
    assert b"\0" not in run.stdout and b"\x1b" not in run.stdout


@pytest.mark.parametrize("options", [
    ["--by", "caller", "--call-sites"], ["--call-sites", "--function", "f"], ["--by", "callee", "--function", "f"],
    ["--function", "f", "--base", "old"], ["--call-sites", "--format", "preprofile"], ["--by", "caller", "--format", "dot"],
    ["--function", "f", "--format", "folded"], ["--by", "file"], ["--function", ""]])
def test_what_does_not_go_together(options, path):
    run = tool("pgo-report", *options, path)
    assert run.returncode == 2 and run.stdout == b""


@pytest.mark.parametrize("percent, hot", [("0", 1), ("69", 1), ("70", 2), ("89.99", 2), ("99", 5), ("100", 6),
                                          ("0%", 1), ("89.99%", 2), ("99%", 5)])
def test_hot_percent(percent, hot, path):
    document = report("--hot-percent", percent, path)
    assert document["hot_edge_count"] == hot and document["hot_percent"] == float(percent.rstrip("%"))


@pytest.mark.parametrize("percent", ["-1", "100.5", "100.5%", "nan", "99%%", "%", "", "hot"])
def test_bad_hot_percents(percent, path):
    run = tool("pgo-report", "--hot-percent", percent, path)
    assert run.returncode == 2 and b"--hot-percent must be a percentage from 0 to 100, such as 99 or 99%\n" in run.stderr


@pytest.mark.parametrize("options", [["--by", "caller"], ["--by", "callee"], ["--by", "package"], ["--call-sites"],
                                     ["--function", "."]])
@pytest.mark.parametrize("format", ["text", "json"])
def test_hostile_text_is_escaped_in_views(options, format, write):
    hostile = b"\x1bc\x07\n::error::x\xff\xe2\x80\xae<b>"
    stacks = [([hostile + b".f", hostile + b"/a.g"], 1), ([hostile + b".f", "main"], 1)]
    run = tool("pgo-report", "--format", format, *options, write(profiles.from_stacks(stacks)))
    text = run.stdout.decode()
    assert run.returncode == 0 and all(c == "\n" or c.isprintable() for c in text)
    assert "::error::" in text and not any(line.startswith("::") for line in text.splitlines())
