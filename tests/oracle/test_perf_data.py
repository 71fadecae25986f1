"""Recordings are read as perf itself reads them: `perf script -D`, `perf buildid-list`, `perf report --stats`."""

import re
import subprocess
import time

import pytest

from pgoprof_testing import perf

WAYS = {
    "frames": ["-g"],
    "stacks": ["--call-graph", "dwarf,1024"],
    "compressed": ["-z", "-g"],
    "compressed_stacks": ["-z", "-F", "2000", "--call-graph", "dwarf,512"],
    "plain": [],
    "two_events": ["-g", "-e", "cpu-clock:u,task-clock"],
    "group": ["-g", "-e", "{cpu-clock,task-clock}:S"],
    "frequency": ["-g", "-F", "999"],
    "period": ["-g", "-c", "500000"],
    "cpus_and_ids": ["-g", "--sample-cpu", "--data", "--sample-identifier"],
    "build_ids": ["-g", "--buildid-mmap"],
    "no_inherit": ["-g", "-i"],
    "small_buffer": ["-g", "-m", "1", "-F", "10000"],
}


@pytest.fixture(scope="module", autouse=True)
def needs():
    perf.need_perf()


def ours(path):
    """As perf.dump: without what that does not say."""
    for line in perf.read_items(path):
        kind, _, rest = line.partition(" ")
        if kind == "sample":
            fields = rest.split(" ")
            del fields[4]  # the event
            yield "sample " + " ".join(fields)
        elif kind == "mapping":
            yield re.sub(r"^(mapping \S+ \S+ \S+ \S+) \S+ (kernel|user)", r"\1", line)
        elif kind in ("name", "fork"):
            yield line


def assert_same(path):
    expected = list(perf.dump(path))
    assert sum(line.startswith("sample") for line in expected) > 10
    assert list(ours(path)) == expected
    return expected


def events_of_samples(path):
    """The name of each sample's event, in order."""
    lines = perf.read_items(path)
    names = [line.split(" ")[1] for line in lines if line.startswith("event ")]
    return [names[int(line.split(" ")[5])] for line in lines if line.startswith("sample ")]


@pytest.mark.parametrize("way", WAYS)
def test_file(way, tmp_path):
    recording = perf.record(tmp_path / "recording", WAYS[way], [perf.program(), "-rounds=200"])
    assert_same(recording)


@pytest.mark.parametrize("way", ["frames", "stacks", "two_events"])
def test_pipe(way, tmp_path):
    recording = perf.record_pipe(tmp_path / "recording", WAYS[way], [perf.program(), "-rounds=200"])
    assert_same(recording)


def test_processes(tmp_path):
    recording = perf.record(tmp_path / "recording", ["-g"], [perf.program(), "-rounds=100", "-children=3"])
    items = assert_same(recording)
    assert sum(item.startswith("name") and " exec " in item for item in items) == 4
    # Now and then there is one more: Go's os package forks a child of its own, to see what the kernel can do (checkPidfd).
    assert len({item.split(" ")[1] for item in items if item.startswith("sample")}) >= 4


def test_whole_system(tmp_path):
    recording = tmp_path / "recording"
    if subprocess.run(["perf", "record", "-a", "-g", "-o", recording, perf.program(), "-rounds=200"],
                      capture_output=True, check=False).returncode != 0:
        pytest.skip("perf may not record the whole system here")
    assert_same(recording)


def test_running_process(tmp_path):
    # Ends when its pipe does, so that perf surely found it running.
    with subprocess.Popen([perf.program(), "-rounds=100000000"], stdout=subprocess.DEVNULL) as process:
        try:
            recording = perf.record(tmp_path / "recording", ["-g", "-p", process.pid], ["sleep", "0.3"])
        finally:
            process.kill()
    items = assert_same(recording)
    assert any(item.startswith(f"mapping {process.pid} ") and item.endswith(str(perf.program())) for item in items)


def test_event_names_and_numbers(tmp_path):
    recording = perf.record(tmp_path / "recording", WAYS["two_events"], [perf.program(), "-rounds=200"])
    printed = perf.run_perf("script", "-G", "-F", "event", "-i", recording).decode().split()
    assert events_of_samples(recording) == [name.removesuffix(":") for name in printed]
    stats = perf.run_perf("report", "--stats", "-i", recording).decode()
    for name, count in re.findall(r"^(\S+) stats:\n +SAMPLE events: +(\d+)", stats, re.MULTILINE):
        if name != "Aggregated":
            assert events_of_samples(recording).count(name) == int(count)
    lines = perf.read_items(recording)
    assert [line for line in lines if line.startswith("event ")] == ["event cpu-clock:u nanoseconds frequency 1",
                                                                      "event task-clock nanoseconds frequency 1"]


def test_build_ids(tmp_path):
    recording = perf.record(tmp_path / "recording", ["-g"], [perf.program(), "-rounds=100"])
    listed = dict(reversed(line.split(" ", 1))
                  for line in perf.run_perf("buildid-list", "-i", recording).decode().splitlines())
    found = {}
    for line in perf.read_items(recording):
        if line.startswith("mapping "):
            *_, build_id, _, name = line.split(" ", 7)
            found[name] = build_id
    assert found[str(perf.program())] == listed[str(perf.program())] != "-"


def test_losses(tmp_path):
    recording = perf.record(tmp_path / "recording", ["-g", "-m", "1", "-F", "25000"], [perf.program(), "-rounds=200"])
    text = perf.raw_dump(recording)
    by_buffer = sum(map(int, re.findall(r"PERF_RECORD_LOST: id:\d+: lost:(\d+)", text)))
    by_event = sum(map(int, re.findall(r"PERF_RECORD_LOST_SAMPLES: .*lost samples :(\d+)", text)))
    found = [int(line.split(" ")[1]) for line in perf.read_items(recording) if line.startswith("loss ")]
    assert sum(found) == max(by_buffer, by_event)


def test_time_of_day(tmp_path):
    before = time.time_ns()
    recording = perf.record(tmp_path / "recording", ["-g", "-k", "CLOCK_MONOTONIC"], [perf.program(), "-rounds=200"])
    found = [int(line.split(" ")[1]) for line in perf.read_items(recording) if line.startswith("time ")]
    assert len(found) == 1
    assert before < found[0] < time.time_ns()
    assert_same(recording)


def test_text_has_the_offsets_of_the_chain(tmp_path):
    recording = perf.record(tmp_path / "recording", ["-g"], [perf.program(), "-rounds=200"])
    text = tmp_path / "text"
    text.write_bytes(perf.run_perf("script", "-F", "+pid", "--ns", "-i", recording))
    mappings = []
    chains = []
    for line in perf.read_items(recording):
        words = line.split(" ")
        if words[0] == "mapping" and words[6] == "user":
            mappings.append((*(int(word, 16) for word in words[2:5]), words[7]))
        elif words[0] == "sample":
            chain = [int(word, 16) for word in line[line.index("[") + 1:line.index("]")].split()]
            chains.append((words[1:5], words[6], [stored_at(mappings, address) for address in chain]))
    named = []
    for line in perf.read_items(text, "--script"):
        words = line.split(" ")
        if words[0] == "sample":
            # Symbols have blanks, too: "F[go.shape.interface {}]".
            frames = re.findall(r" (0x[0-9a-f]+)\|.*?\|([^| ]*)(?= 0x[0-9a-f]+\||$)", line)
            named.append((words[1:5], words[6], [(int(address, 16), file) for address, file in frames]))
    assert len(named) > 10
    assert named == chains


def stored_at(mappings, address):
    """(offset, file), or the address itself where no file is."""
    for start, size, offset, name in reversed(mappings):
        if start <= address < start + size:
            return address - start + offset, name
    return address, ""
