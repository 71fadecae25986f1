"""pgo-lint's formats for code hosts: SARIF for GitHub code scanning, and annotations of GitHub Actions."""

import json
import os
import pathlib
import re
import urllib.parse

import jsonschema
import pytest

from pgoprof_testing import profiles
from pgoprof_testing.verdicts import tool

STACKS = [(["main.leaf", "main.caller", "main.main"], 5)]
WARNED = profiles.from_stacks(STACKS, duration_nanos=0).SerializeToString()
HOSTILE = b"\x1b[31m\x07\n::error::x\r##[error]y\xff\xe2\x80\xae<b>[link](https://evil.example) {0} `%0A::stop-commands::z` ,:"
SCHEMA = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "build/sarif/sarif-schema-2.1.0.json"


def with_many_faults(count):
    """One function with `count` samples, each of one value too many: more findings than are listed of one rule."""
    message = profiles.from_stacks(STACKS)
    for _ in range(count):
        message.sample.add(location_id=[1], value=[1, 2])
    return message.SerializeToString()


def hostile_profile():
    """Its sample type, whose name messages repeat, is hostile."""
    return profiles.from_stacks(STACKS, sample_types=[(HOSTILE, HOSTILE)]).SerializeToString()


@pytest.fixture
def repository(tmp_path):
    """repository(files): the root of a repository with them."""
    def make(files):
        (tmp_path / ".git").mkdir()
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path
    return make


def sarif(*arguments, **options):
    run = tool("pgo-lint", "--format", "sarif", *arguments, **options)
    assert run.stdout, run.stderr
    return json.loads(run.stdout)


def results_of(document):
    return document["runs"][0]["results"]


def uri_of(result):
    return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


@pytest.fixture(scope="module")
def validate():
    """Against the schema of SARIF 2.1.0 (errata 01) as OASIS published it."""
    if not SCHEMA.exists():
        pytest.skip("needs SARIF's schema, which scripts/setup --test gets")
    schema = json.loads(SCHEMA.read_text())
    assert "sarif-schema-2.1.0" in schema["id"]
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.draft4_format_checker)

    def check(document):
        errors = [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)]
        assert not errors
    return check


def test_the_schema_is_one_that_refuses(validate):
    for broken in ({"version": "2.1.0"}, {"version": "2.2", "runs": []},
                   {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{}]}]}):
        with pytest.raises(AssertionError):
            validate(broken)


def test_every_kind_of_run_is_valid_sarif(validate, repository):
    root = repository({"bad.pprof": b"<html>", "hostile.pprof": hostile_profile(), "many.pprof": with_many_faults(30),
                       "warned.pprof": WARNED, "clean.pprof": profiles.from_stacks(STACKS).SerializeToString()})
    for arguments in (["clean.pprof"], ["bad.pprof", "hostile.pprof", "many.pprof", "warned.pprof"], ["missing.pprof"],
                      ["--severity=PGO401=info", "warned.pprof"], []):
        validate(sarif(*arguments, cwd=root))
    for name in sorted((pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real").glob("*.pprof")):
        validate(sarif(name, cwd=root))


def test_what_code_scanning_reads(repository):
    """docs.github.com, "SARIF support for code scanning": what is required, and what tells alerts apart."""
    root = repository({"cmd/a b/default.pgo": WARNED, "warned.pprof": WARNED})
    document = sarif("--severity", "PGO401=error", "a b/default.pgo", "../warned.pprof", cwd=root / "cmd")
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "pgo-lint" and driver["version"] in tool("pgo-lint", "--version").stdout.decode()
    listed = json.loads(tool("pgo-lint", "--list-rules", "--format=json").stdout)["rules"]
    assert [rule["id"] for rule in driver["rules"]] == [rule["id"] for rule in listed]
    for rule in driver["rules"]:
        for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"]):
            assert 0 < len(text) <= 1024
        assert rule["help"]["text"] and "markdown" not in rule["help"]
        assert urllib.parse.urlsplit(rule["helpUri"]).scheme == "https"
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")

    found = [result for result in run["results"] if result["ruleId"] == "PGO401"]
    assert [uri_of(result) for result in found] == ["cmd/a%20b/default.pgo", "warned.pprof"]
    for result in found:
        assert driver["rules"][result["ruleIndex"]]["id"] == "PGO401"
        assert result["level"] == "error" and "duration" in result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%" in run["originalUriBaseIds"]
        assert place["region"] == {"startLine": 1}
    assert run["invocations"][0] == {"executionSuccessful": True, "toolExecutionNotifications": []}


def test_levels_are_mapped_and_the_worst_comes_first(repository):
    root = repository({"a.pprof": WARNED, "b.pprof": b"<html>"})
    levels = [result["level"] for result in results_of(sarif("--severity=PGO401=info", "a.pprof", "b.pprof", cwd=root))]
    assert levels[0] == "error" and levels[-1] == "note"
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_fingerprints_are_stable_and_tell_results_apart(repository):
    def fingerprints(*arguments, **options):
        return [result["partialFingerprints"]["primaryLocationLineHash"]
                for result in results_of(sarif(*arguments, **options))]

    root = repository({"a/many.pprof": with_many_faults(5), "b/many.pprof": with_many_faults(5)})
    both = fingerprints("a/many.pprof", "b/many.pprof", cwd=root)
    assert len(both) == len(set(both)) == 10
    assert all(re.fullmatch(r"[0-9a-f]{16}:[1-5]", fingerprint) for fingerprint in both)
    assert set(fingerprints("many.pprof", cwd=root / "b")) < set(both), "whatever the working directory"
    (root / "a/many.pprof").write_bytes(with_many_faults(6))
    assert set(fingerprints("a/many.pprof", cwd=root)) >= set(both[:5]), "however the profile changes"


def test_unreadable_files_and_files_elsewhere(repository):
    root = repository({"in/warned.pprof": WARNED})
    (root / "elsewhere.pprof").write_bytes(WARNED)
    (root / ".git").rename(root / "in/.git")
    document = sarif("warned.pprof", "missing.pprof", root / "elsewhere.pprof", cwd=root / "in")
    uris = {uri_of(result) for result in results_of(document)}
    assert uris == {"warned.pprof", (root / "elsewhere.pprof").as_uri()}
    (invocation,) = document["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["level"] == "error" and "No such file" in notification["message"]["text"]
    assert uri_of(notification) == "missing.pprof"
    assert uri_of(results_of(sarif("-", input=WARNED))[0]) == "%3Cstdin%3E"


def test_no_more_results_than_github_accepts(validate, repository):
    root = repository({"many.pprof": with_many_faults(20), "warned.pprof": WARNED})
    document = sarif(*["warned.pprof"] * 100, *["many.pprof"] * 2600, cwd=root)
    validate(document)
    results = results_of(document)
    assert len(results) == 25_000
    assert {result["level"] for result in results} == {"error"}
    (notification,) = document["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert re.match(r"\d+ less severe results are left out", notification["message"]["text"])
    assert int(notification["message"]["text"].split()[0]) >= 1000


# Annotations

def annotations(text):
    """[(command, properties, data)] and the other lines, as actions/runner reads a log (ActionCommand.cs)."""
    commands, others = [], []
    for line in text.split("\n"):
        match = re.match(r"::(\w[\w-]*)(?: (.*?))?::(.*)", line.lstrip(), re.DOTALL)
        if not match:
            others.append(line)
            continue
        properties = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if "=" in pair)
        for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
            properties = {key: value.replace(escaped, plain) for key, value in properties.items()}
        data = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        commands.append((match[1], properties, data))
    return commands, others


def github(*arguments, **options):
    return annotations(tool("pgo-lint", "--format", "github", *arguments, **options).stdout.decode())


def test_annotations_name_the_file_from_the_root_of_the_repository(repository):
    root = repository({"cmd/a%,:b/default.pgo": WARNED})
    commands, others = github("a%,:b/default.pgo", cwd=root / "cmd")
    (found,) = [command for command in commands if command[1]["title"].startswith("PGO401")]
    assert found[:2] == ("warning", {"file": "cmd/a%,:b/default.pgo", "line": "1", "title": "PGO401 missing-duration"})
    assert found[2].split("\n")[1] == "pgo-lint --explain PGO401 tells more"
    assert others[-1] == "" and re.fullmatch(r"1 file: 0 errors, \d+ warnings?", others[-2])


def test_the_worst_ten_of_each_level_are_annotated(repository):
    root = repository({"a.pprof": WARNED, "many.pprof": with_many_faults(20), "b.pprof": b"<html>"})
    commands, others = github("--severity=PGO402=info", *["a.pprof"] * 15, "b.pprof", "many.pprof", "gone", cwd=root)
    levels = [command[0] for command in commands]
    assert levels == ["error"] * 10 + ["warning"] * 10 + ["notice"] * levels.count("notice")
    assert levels.count("notice") <= 10
    assert commands[0][1] == {"file": "gone", "line": "1", "title": "unreadable"}
    assert commands[1][1]["file"] == "b.pprof" and commands[2][1]["file"] == "many.pprof"
    (summary,) = [line for line in others if line]
    assert re.fullmatch(r"18 files: 21 errors, \d+ warnings(, \d+ infos?)?, 1 unreadable; GitHub shows 10 annotations of "
                        r"each level, \d+ more are left out", summary)


# Hostile text

@pytest.mark.parametrize("format", ["text", "json", "sarif", "github"])
def test_hostile_names_and_content(format, validate, tmp_path):
    """Everything that a terminal, a CI log, a link or a placeholder could be made of, in names of files and types."""
    folder = tmp_path / "::error file=x::" / HOSTILE.decode("latin-1").replace("/", "")
    folder.mkdir(parents=True)
    (folder / "default.pgo").write_bytes(hostile_profile())
    (folder / "main.go").write_text("package main\n")
    (tmp_path / "go.mod").write_text("module m\n")
    run = tool("pgo-lint", "--format", format, cwd=tmp_path)
    assert run.returncode == 1
    for stream in (run.stdout, run.stderr):
        text = stream.decode()
        assert all(c == "\n" or c.isprintable() for c in text), "no control character reaches the terminal"
        commands, _ = annotations(text)
        assert {command[0] for command in commands} <= ({"error", "warning", "notice"} if format == "github" else set())
        own_commands = [line for line in text.split("\n") if line.lstrip().startswith("::")]
        assert len(own_commands) == len(commands)
        assert all("##[" not in line for line in text.split("\n"))
    if format == "sarif":
        document = json.loads(run.stdout)
        validate(document)
        texts = [result["message"]["text"] for result in results_of(document)]
        assert any("link" in text for text in texts)
        for text in texts:
            assert not re.search(r"(?<!\\)\]\(", text) and not re.search(r"(?<!\{)\{\d", text)
        assert all(re.fullmatch(r"[\w.~/%-]+", uri_of(result)) for result in results_of(document))
        decoded = urllib.parse.unquote_to_bytes(uri_of(results_of(document)[0])).decode()
        assert "default.pgo" in decoded and "::error file=x::" in decoded
    if format == "github":
        commands, _ = annotations(run.stdout.decode())
        assert commands[0][1]["title"].startswith("PGO2") and "default.pgo" in commands[0][1]["file"]
