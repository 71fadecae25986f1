import gzip
import json

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import tool

CLEAN = [(["main.leaf", "main.caller", "main.main"], 3000)]


def rules(path):
    document = json.loads(tool("pgo-lint", "--format", "json", path).stdout)
    return {finding["rule"]: finding["message"] for finding in document["files"][0]["findings"]}


def test_a_clean_profile(write):
    run = tool("pgo-lint", write(profiles.from_stacks(CLEAN)))
    assert (run.returncode, run.stdout, run.stderr) == (0, b"1 file: 0 errors, 0 warnings\n", b"")


def with_start_lines(stacks, start_lines):
    message = profiles.from_stacks(stacks)
    for function, start_line in zip(message.function, start_lines):
        function.start_line = start_line
    return message


def without_period_type():
    message = profiles.from_stacks(CLEAN)
    message.ClearField("period_type")
    return message


CASES = {
    "PGO107": (b"<html><body>404</body></html>", "HTML"),
    "PGO115": (profiles.from_stacks(CLEAN).SerializeToString() + b"\x12\x02\x08\x01", "0 values"),
    "PGO201": (profiles.from_stacks(CLEAN, sample_types=[("cpu", "milliseconds")]), "cpu/milliseconds"),
    "PGO202": (profiles.from_stacks(CLEAN, start_line=0), "Go 1.20"),
    "PGO203": (b"", "empty"),
    "PGO204": (profiles.from_stacks([]), "no samples"),
    "PGO205": (profiles.from_stacks([(["f", "g"], 5), (["f", "h"], -5)]), "weigh nothing"),
    "PGO206": (b"GO PREPROFILE V1\na\nb\n1 2\n", "preprofile"),
    "PGO207": (profiles.from_stacks([(["f\n", "g"], 1000)]), "f\\x0a"),
    "PGO208": (profiles.from_stacks([(["f" * 70000, "g"], 1000)]), "fff..."),
    "PGO301": (with_start_lines([(["f", "g"], 1000), (["g", "h"], 3000)], [5, 5, 0]), "75.0%"),
    "PGO302": (profiles.from_stacks([(["f", "g"], 1000), (["", "g"], 1000)]), "50.0%"),
    "PGO303": (profiles.from_stacks([(["f", "g"], 5000), (["f", "g"], -1)]), "1 of 2 samples"),
    "PGO304": (profiles.from_stacks([(["f", "g"], 5000), (["f", "h"], -1)]), "1 of 2 call edges"),
    "PGO401": (profiles.from_stacks(CLEAN, duration_nanos=0), "no duration"),
    "PGO402": (without_period_type(), "no period type"),
}


@pytest.mark.parametrize("rule", CASES)
def test_each_rule(rule, write):
    content, expected = CASES[rule]
    path = write(content)
    found = rules(path)
    assert expected in found[rule]
    assert set(found) - {rule} <= ({"PGO303"} if rule == "PGO304" else set()), "nothing else is wrong with it"
    is_error = rule < "PGO3"
    run = tool("pgo-lint", path)
    assert run.returncode == (1 if is_error else 0)
    assert f"{path}: {'error' if is_error else 'warning'}: ".encode() in run.stdout
    assert f" [{rule} ".encode() in run.stdout


def test_no_start_line_says_when_in_truth_the_column_is_zero(write):
    zero = profiles.from_stacks([(["f", "g"], 0)], sample_types=[("cpu", "nanoseconds")])
    assert "cpu/nanoseconds, is zero" in rules(write(zero))["PGO202"]


def test_zero_weight_says_when_all_stacks_are_of_one_frame(write):
    assert "no stack has two frames" in rules(write(profiles.from_stacks([(["f"], 5)])))["PGO205"]


def test_an_odd_period_type_is_named(write):
    heap = profiles.from_stacks(CLEAN)
    heap.string_table.append(b"space")
    heap.period_type.type = len(heap.string_table) - 1
    assert "space/nanoseconds" in rules(write(heap))["PGO402"]


def test_all_violated_invariants_are_reported_the_first_ten_of_a_rule_in_full(write):
    message = profiles.from_stacks(CLEAN)
    message.function[0].name = 1000
    for _ in range(25):
        message.sample.add(location_id=[77], value=[1])
    document = json.loads(tool("pgo-lint", "--format", "json", write(message)).stdout)
    findings = document["files"][0]["findings"]
    assert [finding["rule"] for finding in findings] == ["PGO113"] + ["PGO123"] * 10
    assert [finding["more"] for finding in findings] == [0] * 10 + [15]
    assert document["summary"]["errors"] == 26
    assert "15 more like this" in tool("pgo-lint", write(message)).stdout.decode()


def test_the_json_document(write):
    path = write(gzip.compress(profiles.from_stacks(CLEAN, duration_nanos=0).SerializeToString())[:-4])
    document = json.loads(tool("pgo-lint", "--format=json", path, write(profiles.from_stacks(CLEAN), "b")).stdout)
    assert document["schema"] == "pgoprof.pgo-lint/1"
    assert document["summary"] == {"files": 2, "errors": 1, "warnings": 0, "infos": 0, "unreadable": 0}
    first, second = document["files"]
    assert first["file"] == str(path) and first["unreadable"] is None
    (finding,) = first["findings"]
    assert set(finding) == {"rule", "name", "severity", "message", "offset", "more"}
    assert (finding["rule"], finding["name"], finding["severity"]) == ("PGO102", "gzip-truncated", "error")
    assert finding["offset"] == {"value": path.stat().st_size, "of": "stored"}
    assert second["findings"] == []


def test_unreadable_files_end_with_4_and_the_others_are_still_judged(write, tmp_path):
    missing, bad = tmp_path / "missing", write(b"", "bad")
    run = tool("pgo-lint", missing, bad, tmp_path)
    assert run.returncode == 4
    assert b"bad: error: " in run.stdout and run.stdout.endswith(b"3 files: 1 error, 0 warnings, 2 unreadable\n")
    assert b"missing: " in run.stderr
    document = json.loads(tool("pgo-lint", "--format=json", missing, bad).stdout)
    assert document["files"][0]["unreadable"] and not document["files"][1]["unreadable"]


def test_stdin(write):
    data = profiles.from_stacks(CLEAN, duration_nanos=0).SerializeToString()
    run = tool("pgo-lint", "-", input=data)
    assert run.returncode == 0 and run.stdout.startswith(b"<stdin>: warning: ")
    assert tool("pgo-lint", "-", "-", input=data).returncode == 2


def test_a_size_limit_is_a_finding(write):
    path = write(gzip.compress(bytes(80 << 20)))
    run = tool("pgo-lint", path)
    assert run.returncode == 1 and b"[PGO106 size-limit]" in run.stdout


@pytest.mark.parametrize("arguments", [["--format", "xml", "f"], ["--nonsense", "f"]])
def test_usage_errors(arguments):
    run = tool("pgo-lint", *arguments)
    assert run.returncode == 2 and run.stdout == b"" and run.stderr


HOSTILE = b"\x1b[31mred\x07\n::error::x\xff\xe2\x80\xae<b>"


@pytest.mark.parametrize("format", ["text", "json"])
def test_hostile_text_is_escaped(format, tmp_path):
    path = tmp_path / "evil\x1b[2J\n::error::.pprof"
    message = profiles.from_stacks([([HOSTILE, "g"], 1)], sample_types=[(HOSTILE, "x"), ("samples", "count")])
    path.write_bytes(message.SerializeToString())
    wrong_type = tmp_path / "type.pprof"
    wrong_type.write_bytes(profiles.from_stacks(CLEAN, sample_types=[(HOSTILE, HOSTILE)]).SerializeToString())
    run = tool("pgo-lint", "--format", format, path, wrong_type)
    text = run.stdout.decode()
    assert run.returncode == 1 and "PGO207" in text and "PGO201" in text and "\\xff" in text
    assert all(c == "\n" or c.isprintable() for c in text)
    assert not any(line.startswith("::") for line in text.splitlines())
    if format == "json":
        json.loads(text)


def test_output_that_cannot_be_written(write):
    path = write(profiles.from_stacks(CLEAN))
    with open("/dev/full", "wb") as full:
        run = _to(full, "pgo-lint", path)
    assert run.returncode == 4 and b"error: " in run.stderr


def _to(stdout, name, *arguments):
    import os
    import subprocess
    return subprocess.run([os.path.join(os.environ["PGOPROF_BIN"], name), *arguments], stdout=stdout,
                          stderr=subprocess.PIPE, check=False)
