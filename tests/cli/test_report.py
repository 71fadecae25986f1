import gzip
import json
import os
import subprocess

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import HEADER_ONLY, tool


def thirty_edges():
    # Weights 1000, 990, ...; the last ones are beyond 99% of the total.
    return profiles.from_stacks([([f"main.f{i:02}", "main.main"], 1000 - 10 * i if i < 25 else 1) for i in range(30)])


def report(*arguments):
    return json.loads(tool("pgo-report", "--format", "json", *arguments).stdout)


def test_the_table(write):
    run = tool("pgo-report", write(profiles.from_stacks([(["main.leaf", "main.caller", "main.main"], 995),
                                                         (["main.cold", "main.caller"], 5)])))
    assert run.returncode == 0 and run.stderr == b""
    lines = run.stdout.decode().splitlines()
    assert lines[1] == "total weight: 1000 (samples/count)"
    assert lines[2] == "call edges:   2 (1 hot)"
    assert lines[3].startswith("threshold:    99.5% ")
    assert lines[6].split() == ["1", "995", "99.500%", "99.500%", "hot", "main.caller", "+3", "(main.go:13)"]
    assert lines[7].split() == ["->", "main.leaf"]
    assert lines[7].index("->") == lines[6].index("main.caller")
    assert lines[8].split() == ["2", "5", "0.500%", "100.000%", "-", "main.caller", "+3", "(main.go:13)"]


def test_long_names_disturb_no_column(write):
    name = "main.Map[" + "go.shape.struct { Field int }," * 40 + "]"
    text = tool("pgo-report", write(profiles.from_stacks([([name, "main.main"], 2), (["main.f", name], 1)]))).stdout.decode()
    rows = [line for line in text.splitlines() if "hot " in line and "main" in line]
    assert {line.index("hot ") for line in rows} == {text.splitlines()[5].index("hot ")}


def test_the_json_document(write):
    path = write(thirty_edges())
    document = report("--all", path)
    assert document["schema"] == "pgoprof.pgo-report/1" and document["file"] == str(path)
    assert document["sample_type"] == "samples/count" and document["ignored"] is None
    assert document["edge_count"] == len(document["edges"]) == 30
    assert 0 < document["hot_edge_count"] < 30
    assert document["total_weight"] == sum(edge["weight"] for edge in document["edges"])
    assert document["edges"][-1]["cumulative_percent"] == pytest.approx(100)
    assert document["edges"][0] == {
        "rank": 1, "weight": 1000, "percent": 1000 / document["total_weight"] * 100,
        "cumulative_percent": 1000 / document["total_weight"] * 100, "hot": True, "caller": "main.main",
        "call_site_offset": 3, "file": "main.go", "line": 13, "callee": "main.f00"}


def test_top_and_all(write):
    path = write(thirty_edges())
    assert len(report(path)["edges"]) == 20
    assert len(report("--top", 3, path)["edges"]) == 3
    assert len(report("--top", 1000, path)["edges"]) == 30
    assert report("--top", 0, path)["edges"] == []
    text = tool("pgo-report", "--top", "29", path).stdout.decode()
    assert text.splitlines()[-1] == "and 1 more (0 hot); --all lists them"
    assert "--all lists them" not in tool("pgo-report", "--all", path).stdout.decode()
    assert tool("pgo-report", "--all", "--top", "3", path).returncode == 2
    assert tool("pgo-report", "--top", "-3", path).returncode == 2


def test_stdin_and_output_file(write, tmp_path):
    data = thirty_edges().SerializeToString()
    out = tmp_path / "out"
    run = tool("pgo-report", "--format", "preprofile", "-o", out, "-", input=data)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"")
    assert out.read_bytes().startswith(HEADER_ONLY + b"main.main\nmain.f00\n3 1000\n")
    from_stdin = tool("pgo-report", "-", input=data).stdout.decode()
    assert from_stdin.startswith("file:         <stdin>\n")


def test_a_preprofiled_file(write):
    pprof = write(thirty_edges())
    preprofiled = write(tool("pgo-report", "--format", "preprofile", pprof).stdout, "preprofiled")
    a, b = report("--all", pprof), report("--all", preprofiled)
    assert b["sample_type"] is None and {edge["file"] for edge in b["edges"]} == {None}
    for document in (a, b):
        for key in ("file", "sample_type"):
            document.pop(key)
        for edge in document["edges"]:
            del edge["file"], edge["line"]
    assert a == b


@pytest.mark.parametrize("content, why", [
    (b"", "the file is empty"),
    (profiles.from_stacks([]), "no samples"),
    (profiles.from_stacks([(["f"], 1)]), "weigh nothing"),
])
def test_silently_ignored_profiles_come_with_a_warning(content, why, write):
    path = write(content)
    run = tool("pgo-report", "--format", "preprofile", path)
    assert (run.returncode, run.stdout) == (0, HEADER_ONLY)
    assert b"warning: " in run.stderr and why.encode() in run.stderr
    document = report("--all", path)
    assert document["edges"] == [] and why in document["ignored"]
    assert tool("pgo-report", path).returncode == 0


@pytest.mark.parametrize("content, remedy", [
    (profiles.from_stacks([(["f", "g"], 1)], sample_types=[("inuse_space", "bytes")]), "CPU profile"),
    (profiles.from_stacks([(["f", "g"], 1)], start_line=0), "Go 1.20"),
    (b"<html>", ""),
])
def test_what_the_compiler_would_refuse_ends_with_3(content, remedy, write, tmp_path):
    out = tmp_path / "out"
    out.write_bytes(b"old")
    run = tool("pgo-report", "-o", out, write(content))
    assert run.returncode == 3 and run.stdout == b"" and remedy.encode() in run.stderr
    assert out.read_bytes() == b"old"


def test_missing_files_and_failed_writes_end_with_4(write, tmp_path):
    assert tool("pgo-report", tmp_path / "missing").returncode == 4
    path = write(thirty_edges())
    assert tool("pgo-report", "-o", tmp_path / "no" / "such" / "directory", path).returncode == 4
    with open("/dev/full", "wb") as full:
        run = subprocess.run([os.path.join(os.environ["PGOPROF_BIN"], "pgo-report"), path], stdout=full,
                             stderr=subprocess.PIPE, check=False)
    assert run.returncode == 4 and b"error: " in run.stderr


@pytest.mark.parametrize("name", ["pgo-report", "pgo-lint"])
def test_closed_stdout(name, write):
    binary = os.path.join(os.environ["PGOPROF_BIN"], name)
    run = subprocess.run(["/bin/sh", "-c", '"$0" "$1" >&-', binary, write(thirty_edges())], stderr=subprocess.PIPE,
                         check=False)
    assert run.returncode == 4 and b"error: " in run.stderr


@pytest.mark.parametrize("format", ["text", "json"])
def test_hostile_text_is_escaped(format, write):
    hostile = b"\x1b[31mred\x07\n::error::x\xff\xe2\x80\xae<b>"
    run = tool("pgo-report", "--format", format, write(profiles.from_stacks([([hostile, "g" + "\r"], 1)])))
    text = run.stdout.decode()
    assert run.returncode == 0 and all(c == "\n" or c.isprintable() for c in text)
    assert "::error::" in text and not any(line.startswith("::") for line in text.splitlines())
    if format == "json":
        assert json.loads(text)["edges"][0]["callee"] == r"\x1b[31mred\x07\x0a::error::x\xff\u202e<b>"


@pytest.mark.parametrize("format,refused", [("text", False), ("json", False), ("dot", False),
                                            ("preprofile", True), ("folded", True), ("html", True)])
def test_top_is_for_what_has_a_list(format, refused, write):
    path = write(profiles.from_stacks([(["main.a", "main.b"], 5)]))
    run = tool("pgo-report", "--format", format, "--top", "1", path)
    assert run.returncode == (2 if refused else 0)
    if refused:
        assert run.stdout == b"" and f"--format {format} has all, and no place for --top".encode() in run.stderr
    assert tool("pgo-report", "--format", format, "--all", path).returncode == 0


@pytest.mark.parametrize("name", ["pgo-report", "pgo-merge"])
def test_what_no_option_raises_is_not_said_to_be_raised(name, write):
    def stderr(content):
        run = tool(name, write(content), "-o", "/dev/null")
        assert run.returncode == 3
        return run.stderr.decode()

    for content in (profiles.from_stacks([(["main.a"] * 65537, 5)]),
                    profiles.from_stacks([(["main.a", "main.b"], 5)], sample_types=[("samples", "count")] * 257),
                    profiles.from_stacks([(["main.a" * 200_000, "main.b"], 5)])):
        assert "exceeds a size limit" in stderr(content) and "--max-input-size" not in stderr(content)
    assert "raise --max-input-size" in stderr(gzip.compress(bytes(80 << 20)))


@pytest.mark.parametrize("name,code", [(b"main.a", 0), (b"\x1b[31m", 2), (b"\xff", 2), (b"main.\xe2\x80\xae", 2)])
def test_a_terminal_gets_no_escapes_of_preprofiles(name, code, write):
    path = write(profiles.from_stacks([([name, "main.b"], 5)]))
    ours, terminal = os.openpty()
    run = subprocess.run([os.path.join(os.environ["PGOPROF_BIN"], "pgo-report"), "--format=preprofile", path],
                         stdout=terminal, stderr=subprocess.PIPE, check=False)
    os.close(terminal)
    assert run.returncode == code
    assert code == 0 or b"fit for a terminal" in run.stderr
    os.close(ours)
    assert tool("pgo-report", "--format=preprofile", path).returncode == 0
