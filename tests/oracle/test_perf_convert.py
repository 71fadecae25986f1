"""Profiles from perf's recordings of a real program, against the program's own runtime, Go's tools, and perf's counts."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from pgoprof_testing import edge_overlap, go, perf, recordings, verdicts

CONVERT = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs/recording_profile"
SOME_SECONDS = 3
BUILDS = {"plain": [], "position-independent, stripped": ["-buildmode=pie", "-ldflags=-s -w"]}


class Recorded:
    """A run of a program under runtime/pprof and perf at once."""

    def __init__(self, directory, flags):
        self.binary = recordings.build(directory, "service", *flags)
        self.runtime, self.recordings = recordings.record(self.binary, SOME_SECONDS, hertz=997)
        self.profiles, self.reports = {}, {}
        for kind, recording in self.recordings.items():
            self.profiles[kind] = directory / f"{kind.replace(' ', '-')}.pprof"
            self.reports[kind] = report_of(convert(recording, self.profiles[kind]))


@pytest.fixture(scope="module", params=BUILDS)
def recorded(request, tmp_path_factory):
    perf.need_perf()
    return Recorded(tmp_path_factory.mktemp("recorded"), BUILDS[request.param])


def convert(recording, output, *options):
    return subprocess.run([CONVERT, *options, recording, output], capture_output=True, text=True, check=False)


def report_of(run):
    assert run.returncode == 0, run.stderr
    return {name: int(count) for name, count in map(str.split, run.stdout.splitlines())}


def lines_by_address(path):
    profile = edge_overlap.load(path)
    text, functions = profile.string_table, {function.id: function for function in profile.function}
    found = {}
    for location in profile.location:
        lines = [(functions[line.function_id], line.line) for line in location.line]
        found[location.address] = [(text[function.name], function.start_line, line) for function, line in lines]
    return found


def files_of_functions(path):
    profile = edge_overlap.load(path)
    return {profile.string_table[function.name]: profile.string_table[function.filename] for function in profile.function}


def edges(path, directory):
    return edge_overlap.edges_of(edge_overlap.load(path), directory / "edges")


@pytest.mark.parametrize("kind", recordings.STACKS)
def test_no_sample_is_lost(recorded, kind):
    names = perf.run_perf("script", "-F", "comm", "-i", recorded.recordings[kind], text=True).split()
    report, profile = recorded.reports[kind], edge_overlap.load(recorded.profiles[kind])
    # A process has its new name before its new program is mapped: a sample or two may fall in between.
    assert 0 <= names.count("service") - report["samples"] <= 2 and report["samples"] > 1000
    assert report["samples"] + report["elsewhere"] == len(names)
    assert sum(sample.value[0] for sample in profile.sample) == report["samples"]
    period = 10**9 / 997
    assert sum(sample.value[1] for sample in profile.sample) == pytest.approx(report["samples"] * period, rel=0.01)


@pytest.mark.parametrize("kind", recordings.STACKS)
def test_locations_are_those_of_the_program_itself(recorded, kind):
    """Linked and mapped addresses are the same unless the program is position-independent: then the runtime's are moved."""
    ours, theirs = lines_by_address(recorded.profiles[kind]), lines_by_address(recorded.runtime)
    profile, runtime = edge_overlap.load(recorded.profiles[kind]), edge_overlap.load(recorded.runtime)
    assert profile.string_table[profile.mapping[0].build_id] == runtime.string_table[runtime.mapping[0].build_id]
    moved = runtime.mapping[0].memory_start - runtime.mapping[0].file_offset \
        - profile.mapping[0].memory_start + profile.mapping[0].file_offset
    common = [address for address in ours if address + moved in theirs]
    assert len(common) > 200
    assert [ours[address] for address in common] == [theirs[address + moved] for address in common]


@pytest.mark.parametrize("kind", recordings.STACKS)
def test_files_are_those_of_the_program_itself(recorded, kind):
    """runtime/pprof names the file of whichever line of a function came first: once in a while an inlined function's."""
    ours, theirs = files_of_functions(recorded.profiles[kind]), files_of_functions(recorded.runtime)
    common = ours.keys() & theirs.keys()
    assert len(common) > 200
    assert sum(ours[name] != theirs[name] for name in common) <= len(common) / 50


@pytest.mark.parametrize("kind", recordings.STACKS)
def test_preprofile_and_lint_accept_the_profile(recorded, kind, tmp_path):
    profile = recorded.profiles[kind]
    lint = json.loads(verdicts.tool("pgo-lint", "--format", "json", profile).stdout)
    assert verdicts.rules(lint) <= verdicts.OF_A_SHORT_CAPTURE | {"PGO313"}
    assert len(edges(profile, tmp_path)) > 500


def test_the_compiler_uses_the_profile(recorded):
    """One package, which the program uses much: to build all of it takes a minute."""
    build = go.go("build", f"-pgo={recorded.profiles['dwarf']}", "-gcflags=encoding/json=-d=pgodebug=1", "encoding/json",
                  cwd=recorded.binary.parent / "service-source")
    assert re.search(r"hot-callsite-thres-from-CDF=0\.\d*[1-9]", build.stderr)


def test_repaired_chains_agree_with_unwound_stacks(recorded, tmp_path):
    report = recorded.reports["frame pointers"]
    assert report["repaired"] > 0.85 * report["frameless_leaves"] > 0.1 * report["samples"]
    as_recorded = tmp_path / "as-recorded.pprof"
    report_of(convert(recorded.recordings["frame pointers"], as_recorded, "--as-recorded"))
    unwound = edges(recorded.profiles["dwarf"], tmp_path)
    repaired = edges(recorded.profiles["frame pointers"], tmp_path)
    assert edge_overlap.overlap(unwound, repaired) > edge_overlap.overlap(unwound, edges(as_recorded, tmp_path)) + 0.05


def test_text_gives_the_same_edges(recorded, tmp_path):
    recording = recorded.recordings["frame pointers"]
    text, profile = tmp_path / "perf.txt", tmp_path / "text.pprof"
    text.write_bytes(perf.run_perf("script", "-i", recording))
    assert report_of(convert(text, profile, "--binary", recorded.binary))["samples"] > 1000
    assert edges(profile, tmp_path) == edges(recorded.profiles["frame pointers"], tmp_path)


def test_another_build_is_refused(recorded, tmp_path):
    other = recordings.build(tmp_path, "service", "-gcflags=all=-l")
    run = convert(recorded.recordings["dwarf"], tmp_path / "out.pprof", "--binary", other)
    assert run.returncode == 3 and "another build" in run.stderr and "--binary" in run.stderr
    assert not (tmp_path / "out.pprof").exists()


def run_and_record(directory, *options):
    """A recording of a short run of a program in `directory`, which may then be taken away."""
    binary = recordings.build(directory, "service")
    recording = directory / "perf.data"
    perf.record(recording, [*options, "-e", "cpu-clock", "-F", "997"],
                [binary, "-cpu", "200ms", "-profile", directory / "runtime.pprof"])
    return binary, recording


@pytest.mark.parametrize("kind", recordings.STACKS)
def test_another_build_is_told_by_its_code_where_there_is_no_build_id(kind, tmp_path):
    perf.need_perf()
    (tmp_path / "recorded").mkdir()
    binary, recording = run_and_record(tmp_path / "recorded", "-B", *recordings.STACKS[kind])
    other = recordings.build(tmp_path / "other", "service", "-gcflags=all=-l")
    run = convert(recording, tmp_path / "out.pprof", "--binary", other)
    assert run.returncode == 3 and not (tmp_path / "out.pprof").exists()
    assert re.search(r"does not fit .*service: \d+% of its return addresses follow a call\n.*--binary", run.stderr)
    run = verdicts.tool("pgo-convert", "--force", "--binary", other, recording, "-o", tmp_path / "forced", text=True)
    assert "does not fit" in run.stderr and "record with" not in run.stderr
    run = convert(recording, tmp_path / "out.pprof", "--binary", binary)
    assert report_of(run)["samples"] > 10 and "the recording has no build id" in run.stderr


def test_a_binary_that_is_gone(tmp_path):
    perf.need_perf()
    binary, recording = run_and_record(tmp_path, "-g")
    moved = tmp_path / "elsewhere"
    shutil.move(binary, moved)
    run = convert(recording, tmp_path / "out.pprof")
    assert run.returncode == 3 and str(binary) in run.stderr and "--binary" in run.stderr
    assert report_of(convert(recording, tmp_path / "out.pprof", "--binary", moved))["samples"] > 10


def test_a_recording_without_stacks(tmp_path):
    perf.need_perf()
    _, recording = run_and_record(tmp_path)
    run = convert(recording, tmp_path / "out.pprof")
    assert run.returncode == 3 and "no stacks" in run.stderr and "--call-graph dwarf,1024" in run.stderr


def test_no_go_program(tmp_path):
    perf.need_perf()
    recording = perf.record(tmp_path / "perf.data", ["-g", "-e", "cpu-clock"], ["sort", "--parallel=1", go.goroot() / "VERSION"])
    run = convert(recording, tmp_path / "out.pprof")
    assert run.returncode == 3 and ("no samples of a Go program" in run.stderr or "no samples of any" in run.stderr)


def test_arm64_is_refused(tmp_path):
    binary = recordings.build(tmp_path, "typecheck", arch="arm64")
    text = tmp_path / "perf.txt"
    text.write_text(f"typecheck 7 1.000000: 1000000 cpu-clock: \n\t 1234 main.main+0x4 ({binary})\n"
                    f"\t 2345 runtime.main+0x4 ({binary})\n\n")
    run = convert(text, tmp_path / "out.pprof")
    assert run.returncode == 3 and "arm64" in run.stderr


def script(binary, event, *frames):
    lines = "".join(f"\t 1234 {frame} ({binary})\n" for frame in frames)
    return f"typecheck 7 1.000000: 1000000 {event}: \n{lines}\n"


@pytest.mark.parametrize("event,frames,message,remedy", [
    ("cpu-clock:u", ["main.main+0x4"], "1 of 1 samples have no callers", "convert the perf.data"),
    ("page-faults:u", ["main.main+0x4", "runtime.main+0x4"], "samples of page-faults:u do not tell where CPU time goes", "-e cpu-clock"),
    ("sched:sched_switch", ["main.main+0x4", "runtime.main+0x4"], "samples of sched:sched_switch do not tell", "-e cpu-clock"),
    ("cpu-clock:u", None, "the recording has no stacks", "--call-graph dwarf,1024"),
])
def test_text_of_too_little(event, frames, message, remedy, tmp_path):
    binary = recordings.build(tmp_path, "typecheck")
    text = tmp_path / "perf.txt"
    text.write_text(script(binary, event, *frames) if frames else
                    f"   typecheck 7 1.000000: 1000000 {event}: 1234 main.main+0x4 ({binary})\n")
    run = verdicts.tool("pgo-convert", text, "-o", tmp_path / "out", text=True)
    assert run.returncode == 3 and message in run.stderr and remedy in run.stderr
    forced = verdicts.tool("pgo-convert", "--force", text, "-o", tmp_path / "out", text=True)
    assert (forced.returncode == 0) == (frames is not None) and message in forced.stderr
