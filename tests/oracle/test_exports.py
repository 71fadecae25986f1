"""What is written in other formats is opened by those who read them: libprotobuf, callgrind_annotate, speedscope's own
schema. Each has what the profile has."""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from google.protobuf import text_format

import profile_pb2
from pgoprof_testing import foreign, peer, profiles

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
REAL = SOURCE / "testdata/real"
NAMES = ["mixed-go1.26", "labels-go1.26", "heap-go1.26"]
SPEEDSCOPE = SOURCE / "build/speedscope/node_modules/speedscope/dist/release"


def inflated(path):
    return subprocess.run(["gzip", "-cd", path], capture_output=True, check=True).stdout


@pytest.fixture(params=[*NAMES, "hostile"])
def profile(request, tmp_path):
    path = tmp_path / "profile.pprof"
    if request.param == "hostile":
        names = [b"main.\xff\"\\\n\t;'", "main.(*T).ü\u202e".encode(), b"(1) first", b"</script>"]
        path.write_bytes(profiles.from_stacks([(names, 3), (names[1:], 4), ([names[0], names[1], names[0]], 5)])
                         .SerializeToString())
    else:
        path.write_bytes(inflated(REAL / f"{request.param}.pprof"))
    return path


def written(kind, profile, tmp_path):
    out = tmp_path / f"out.{kind}"
    foreign.write(kind, profile, out)
    return out


def test_text_is_what_protoc_prints(profile, tmp_path):
    canonical = profile_pb2.Profile.FromString(profile.read_bytes())
    text = written("text", profile, tmp_path).read_text()
    parsed = text_format.Parse(text, profile_pb2.Profile())
    assert foreign.named_stacks(parsed) == foreign.named_stacks(canonical)
    decoded = subprocess.run(["protoc", "--decode=perftools.profiles.Profile", f"-I{SOURCE / 'proto'}", "profile.proto"],
                             input=parsed.SerializeToString(), capture_output=True, check=True).stdout
    assert decoded.decode() == text


def unescaped(text):
    """What base/text.h's escape_line escaped."""
    def byte(match):
        escape = match[0]
        if escape == b"\\\\":
            return b"\\"
        return bytes([int(escape[2:], 16)]) if escape[1:2] == b"x" else chr(int(escape[2:], 16)).encode()
    return re.sub(rb"\\(\\|x[0-9a-f]{2}|u[0-9a-f]{4})", byte, text.encode())


def test_json_has_all_that_the_profile_has(profile, tmp_path):
    theirs = profile_pb2.Profile.FromString(profile.read_bytes())
    ours = json.loads(written("json", profile, tmp_path).read_text())
    assert ours["schema"] == "pgoprof.profile/1"
    text = theirs.string_table
    functions = [(unescaped(f["name"]), unescaped(f["system_name"]), unescaped(f["file"]), f["start_line"])
                 for f in ours["functions"]]
    assert functions == [(text[f.name], text[f.system_name], text[f.filename], f.start_line) for f in theirs.function]
    assert [(int(m["start"], 16), int(m["limit"], 16), unescaped(m["file"]), m["has_functions"]) for m in ours["mappings"]] == [
        (m.memory_start, m.memory_limit, text[m.filename], m.has_functions) for m in theirs.mapping]
    position = {function.id: i for i, function in enumerate(theirs.function)}
    assert [(int(o["address"], 16), [(x["function"], x["line"]) for x in o["lines"]]) for o in ours["locations"]] == [
        (o.address, [(position[x.function_id], x.line) for x in o.line]) for o in theirs.location]
    place = {location.id: i for i, location in enumerate(theirs.location)}
    labels = [[(unescaped(x["key"]), unescaped(x.get("str", "")), x.get("num", 0)) for x in s.get("labels", [])]
              for s in ours["samples"]]
    assert labels == [[(text[x.key], text[x.str], x.num) for x in s.label] for s in theirs.sample]
    assert [(s["stack"], s["values"]) for s in ours["samples"]] == [
        ([place[id] for id in s.location_id], list(s.value)) for s in theirs.sample]
    assert [ours[name] for name in ("time_nanos", "duration_nanos", "period")] == [
        theirs.time_nanos, theirs.duration_nanos, theirs.period]


def top(profile):
    """{function: (flat, cum)} of the first sample type, as go tool pprof has it."""
    kind = profile_pb2.Profile.FromString(profile.read_bytes())
    index = kind.string_table[kind.sample_type[0].type].decode()
    out = subprocess.run([peer.pprof(), "-top", "-symbolize=none", f"-sample_index={index}", "-unit=minimum",
                          "-nodecount=100000", "-nodefraction=0", "-edgefraction=0", "-functions", profile],
                         capture_output=True, text=True, check=True).stdout
    rows = out[out.index("flat%"):].splitlines()[1:]
    found = {}
    for row in rows:
        flat, _, _, cum, _, name = row.split(None, 5)
        flat, cum = (int(re.sub(r"[A-Za-z]+$", "", value)) for value in (flat, cum))
        found[name.removesuffix(" (inline)")] = (flat, cum)
    return found


def annotated(path, inclusive):
    """{function: cost of the first event}, as callgrind_annotate has it."""
    command = ["callgrind_annotate", f"--inclusive={inclusive}", "--threshold=100", "--auto=no", path]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = collections.Counter()
    for line in out.splitlines():
        match = re.match(r" *([0-9,]+) \([^)]*\)(?: +(?:[0-9,]+ \([^)]*\)|\.))*  +(\S+?):(.*?)(?: \[[^\]]*\])?$", line)
        if match and "PROGRAM TOTALS" not in line:
            found[match[3]] += int(match[1].replace(",", ""))
    return found


@pytest.mark.parametrize("name", ["mixed-go1.26", "labels-go1.26"])
def test_callgrind_annotate_counts_as_pprof_does(name, tmp_path):
    if not shutil.which("callgrind_annotate"):
        pytest.skip("needs valgrind")
    profile = tmp_path / "profile.pprof"
    profile.write_bytes(inflated(REAL / f"{name}.pprof"))
    out = written("callgrind", profile, tmp_path)
    theirs = top(profile)
    flat = {name: flat for name, (flat, _) in theirs.items() if flat}
    assert dict(annotated(out, "no")) == flat
    # Inclusive costs are what comes in by calls. Nothing comes in where a stack begins, as those do that the runtime cut.
    cut = {stack[-1][0].decode() for stack in foreign.named_stacks(foreign.message(profile))}
    inclusive = {name: cost for name, cost in annotated(out, "yes").items() if name not in cut}
    assert {name: cum for name, (_, cum) in theirs.items() if cum and name not in cut} == inclusive
    assert len(inclusive) > 100


def test_speedscope_files_fit_the_published_schema(profile, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    if not SPEEDSCOPE.exists():
        pytest.skip("needs speedscope: scripts/setup --test")
    document = json.loads(written("speedscope", profile, tmp_path).read_text())
    schema = json.loads((SPEEDSCOPE / "file-format-schema.json").read_text())
    jsonschema.validate(document, schema)


@pytest.mark.parametrize("name", NAMES)
def test_speedscope_files_are_read_back(name, tmp_path):
    profile = tmp_path / "profile.pprof"
    profile.write_bytes(inflated(REAL / f"{name}.pprof"))
    foreign.read("speedscope", written("speedscope", profile, tmp_path), tmp_path / "again.pprof")
    def kept(path):
        stacks = collections.Counter()
        for stack, value in foreign.named_stacks(foreign.message(path)).items():
            stacks[tuple((name, file, line) for name, file, _, line in stack)] += value
        return {stack: value for stack, value in stacks.items() if value}
    assert kept(tmp_path / "again.pprof") == kept(profile)
    message, again = (foreign.message(path) for path in (profile, tmp_path / "again.pprof"))
    types = [[(m.string_table[t.type], m.string_table[t.unit]) for t in m.sample_type] for m in (message, again)]
    assert types[0] == types[1]


def test_losses_are_said(tmp_path):
    profile = tmp_path / "profile.pprof"
    profile.write_bytes(inflated(REAL / "labels-go1.26.pprof"))
    said = foreign.write("speedscope", profile, tmp_path / "out")
    assert "speedscope cannot hold labels" in said and "the lines where functions begin" in said
    assert foreign.write("json", profile, tmp_path / "out") == ""
    assert foreign.write("text", profile, tmp_path / "out") == ""
