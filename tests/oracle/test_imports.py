"""What is read of foreign formats agrees with the runtime/pprof profile that the files were made of."""

import collections
import gzip

import pytest

import otlp_profiles_pb2 as otlp
import profile_pb2
from pgoprof_testing import foreign, go
from pgoprof_testing.verdicts import tool

PREEMPTION = b"runtime.asyncPreempt"


@pytest.fixture(scope="module")
def captured():
    return foreign.captured()


@pytest.fixture
def capture_file(captured, tmp_path):
    path = tmp_path / "capture.pprof"
    path.write_bytes(captured[1].SerializeToString())
    return path


def edges(path):
    """{(caller, callee, offset): weight} as the compiler has it."""
    lines = go.run_preprofile(path).decode(errors="replace").split("\n")[1:-1]
    found = {}
    for caller, callee, numbers in zip(*[iter(lines)] * 3):
        offset, weight = map(int, numbers.split())
        found[caller, callee, offset] = weight
    return found


def overlap(a, b):
    return sum(min(weight / sum(a.values()), b.get(edge, 0) / sum(b.values())) for edge, weight in a.items())


@pytest.mark.parametrize("kind", ["gperftools", "firefox"])
def test_addresses_are_symbolized_as_the_runtime_did(kind, captured, tmp_path):
    binary, profile = captured
    (tmp_path / "in").write_bytes(getattr(foreign, kind)(profile, binary))
    foreign.read(kind, tmp_path / "in", tmp_path / "out.pprof", binary)
    theirs = foreign.named_stacks(profile)
    ours = foreign.named_stacks(foreign.message(tmp_path / "out.pprof"))
    assert sum(ours.values()) == sum(theirs.values()) > 0
    same = sum(min(weight, ours.get(stack, 0)) for stack, weight in theirs.items())
    # The rest are frameless leaves, whose caller is put in where it is taken to be lost.
    assert same / sum(theirs.values()) > 0.9, [stack for stack in theirs if stack not in ours][:3]


def test_folded_stacks_get_their_call_sites_back(captured, capture_file, tmp_path):
    binary, _ = captured
    folded = tmp_path / "stacks.folded"
    assert tool("pgo-report", "--format", "folded", "-o", folded, capture_file).returncode == 0
    notes = foreign.read("folded", folded, tmp_path / "out.pprof", binary)
    counts = dict(line.rsplit(" ", 1) for line in notes.splitlines() if line.rsplit(" ", 1)[-1].isdigit())
    assert int(counts["unknown_functions"]) == 0
    assert int(counts["unique"]) > 2 * int(counts["ambiguous"]) > 0
    theirs = {edge: weight for edge, weight in edges(capture_file).items() if edge[1] != PREEMPTION.decode()}
    ours = {edge: weight for edge, weight in edges(tmp_path / "out.pprof").items() if edge[1] != PREEMPTION.decode()}
    assert overlap(theirs, ours) > 0.75


def converted(stacks, binary, out, *options):
    return tool("pgo-convert", "--binary", binary, "-", "-o", out, "--from", "folded", *options, input=stacks)


@pytest.mark.parametrize("stacks", [b"runtime.main;main.main;example.org/shop.Serve;example.org/shop.find 9\n",
                                    b"java/lang/Thread.run;java/lang/Thread.sleep 4\n", b"start;work 1\n"])
def test_another_programs_stacks_are_refused(stacks, captured, tmp_path):
    binary, _ = captured
    out = tmp_path / "out.pprof"
    result = converted(stacks, binary, out)
    assert result.returncode == 3 and b"that is another program" in result.stderr and b"--force" in result.stderr
    assert not out.exists()


def test_what_the_binary_does_not_have_gets_no_call_site(captured, tmp_path):
    binary, _ = captured
    out = tmp_path / "out.pprof"
    result = converted(b"main.main;main.nosuch 3\nruntime.main;main.main 97\n", binary, out, "--force")
    assert result.returncode == 0, result.stderr
    assert b"97.0% of the weight has got them" in result.stderr, result.stderr
    message = profile_pb2.Profile.FromString(gzip.decompress(out.read_bytes()))
    names = {function.id: message.string_table[function.name] for function in message.function}
    lines = {names[line.function_id]: line.line for place in message.location for line in place.line if line.line}
    assert set(lines) == {b"runtime.main"}


def test_preprofiled_edges_become_a_profile_that_has_them(capture_file, tmp_path):
    preprofiled = go.run_preprofile(capture_file)
    (tmp_path / "edges").write_bytes(preprofiled)
    foreign.read("preprofile", tmp_path / "edges", tmp_path / "out.pprof")
    assert go.run_preprofile(tmp_path / "out.pprof") == preprofiled


def as_otlp(profile):
    """As opentelemetry-proto 1.11.0 has it: tables begin with an empty entry, a profile holds one sample type."""
    text = [string.decode() for string in profile.string_table]
    dictionary = otlp.ProfilesDictionary(string_table=text, stack_table=[otlp.Stack()], link_table=[otlp.Link()],
                                         attribute_table=[otlp.KeyValueAndUnit()])
    positions = collections.defaultdict(int)
    dictionary.function_table.add()
    for position, function in enumerate(profile.function, 1):
        positions["f", function.id] = position
        dictionary.function_table.add(name_strindex=function.name, system_name_strindex=function.system_name,
                                      filename_strindex=function.filename, start_line=function.start_line)
    dictionary.mapping_table.add()
    for position, mapping in enumerate(profile.mapping, 1):
        positions["m", mapping.id] = position
        dictionary.mapping_table.add(memory_start=mapping.memory_start, memory_limit=mapping.memory_limit,
                                     file_offset=mapping.file_offset, filename_strindex=mapping.filename)
    dictionary.location_table.add()
    for position, location in enumerate(profile.location, 1):
        positions["l", location.id] = position
        lines = [otlp.Line(function_index=positions["f", line.function_id], line=line.line) for line in location.line]
        dictionary.location_table.add(mapping_index=positions["m", location.mapping_id], address=location.address,
                                      lines=lines)
    for sample in profile.sample:
        dictionary.stack_table.add(location_indices=[positions["l", id] for id in sample.location_id])
    data = otlp.ProfilesData(dictionary=dictionary)
    scope = data.resource_profiles.add().scope_profiles.add()
    for column, kind in enumerate(profile.sample_type):
        out = scope.profiles.add(time_unix_nano=profile.time_nanos, duration_nano=profile.duration_nanos,
                                 period=profile.period)
        out.sample_type.type_strindex, out.sample_type.unit_strindex = kind.type, kind.unit
        out.period_type.type_strindex = profile.period_type.type
        out.period_type.unit_strindex = profile.period_type.unit
        for position, sample in enumerate(profile.sample, 1):
            out.samples.add(stack_index=position, values=[sample.value[column]])
    return data.SerializeToString()


def test_otlp_keeps_all_that_the_profile_has(captured, capture_file, tmp_path):
    _, profile = captured
    (tmp_path / "in").write_bytes(as_otlp(profile))
    foreign.read("otlp", tmp_path / "in", tmp_path / "out.pprof")
    ours = foreign.message(tmp_path / "out.pprof")
    assert foreign.named_stacks(ours) == foreign.named_stacks(profile)
    for field in ("time_nanos", "duration_nanos", "period"):
        assert getattr(ours, field) == getattr(profile, field)
    assert go.run_preprofile(tmp_path / "out.pprof") == go.run_preprofile(capture_file)
