"""pgo-merge --summary, and what it says on stderr of inputs that differ."""

import hashlib
import json

import pytest

from pgoprof_testing.merge_tool import SECOND, cpu_profile, framed, run, store, stored


@pytest.fixture
def paths(tmp_path):
    return [store(tmp_path / f"{i}.pprof", cpu_profile(b"main.f%d" % i, value=300 * (i + 1))) for i in range(3)]


@pytest.fixture
def summary(tmp_path):
    return tmp_path / "summary.json"


def test_says_what_went_in(paths, summary, tmp_path):
    output = tmp_path / "merged.pprof"
    result = run(paths[2], paths[0], "--weighted-input", f"2,{paths[1]}", "-o", output, "--summary", summary)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    document = json.loads(summary.read_bytes())
    assert document["schema"] == "pgoprof.pgo-merge/1"
    assert document["output"] == str(output)
    provenance = {"inputs": 3, "failed": 0, "shortest_nanos": 30 * SECOND, "longest_nanos": 30 * SECOND, "scaled": False}
    assert document["provenance"] == provenance
    assert document["totals"] == {"inputs": 3, "merged": 3, "failed": 0, "duplicates": 0}
    assert document["dropped"] == {"sample_types": [], "labels": [], "notes": []}
    assert document["errors"] == []
    assert [entry["name"] for entry in document["inputs"]] == list(map(str, (paths[2], paths[0], paths[1])))
    assert document["inputs"][2] == {
        "name": str(paths[1]), "outcome": "merged", "error": None, "bytes": paths[1].stat().st_size,
        "sha256": hashlib.sha256(paths[1].read_bytes()).hexdigest(), "weight": 2, "factor": 2,
        "content": {"provenance": {**provenance, "inputs": 1}, "duration_nanos": 30 * SECOND, "samples": 600,
                    "cpu_nanos": 6 * SECOND, "cpu_cores": 0.2}}


def test_goes_to_stdout_or_stderr_s_place(paths, tmp_path):
    result = run(*paths, "-o", tmp_path / "merged.pprof", "--summary", "-")
    assert result.returncode == 0
    assert len(json.loads(result.stdout)["inputs"]) == 3
    assert (tmp_path / "merged.pprof").read_bytes() == run(*paths).stdout
    result = run(*paths, "--summary", tmp_path / "summary")
    assert json.loads((tmp_path / "summary").read_bytes())["output"] == "<stdout>"
    assert result.stdout == run(*paths).stdout


def test_scaled_inputs_have_no_cpu_time(tmp_path, summary):
    paths = [store(tmp_path / f"{s}", cpu_profile(value=s, duration=s * SECOND)) for s in (10, 60)]
    part = tmp_path / "part"
    assert run("--durations=scale", *paths, "-o", part, "--summary", summary).returncode == 0
    document = json.loads(summary.read_bytes())
    assert [entry["factor"] for entry in document["inputs"]] == [300, 50]
    assert document["provenance"]["scaled"] is True
    assert [entry["content"]["samples"] for entry in document["inputs"]] == [10, 60]
    assert run("--durations=scale", part, paths[0], "-o", "/dev/null", "--summary", summary).returncode == 0
    content = json.loads(summary.read_bytes())["inputs"][0]["content"]
    assert content["provenance"]["inputs"] == 2
    assert (content["samples"], content["cpu_nanos"], content["cpu_cores"]) == (None, None, None)


def test_what_is_not_known_is_null(tmp_path, summary):
    message = cpu_profile(duration=0)
    message.string_table[1] = b"allocations"
    message.sample.add(location_id=[1], value=[1, (1 << 63) - 1])
    path = store(tmp_path / "odd", message)
    assert run(path, "--summary", summary).returncode == 3
    document = json.loads(summary.read_bytes())
    assert document["output"] is document["provenance"] is None
    assert "does not fit" in document["errors"][0]["message"] and document["errors"][0]["rule"] == "PGO126"
    assert document["errors"][0]["input"] == str(path)
    content = document["inputs"][0]["content"]
    assert (content["samples"], content["cpu_nanos"], content["cpu_cores"]) == (None, None, None)


def test_failures_and_copies(paths, summary, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(paths[0].read_bytes()[:-5])
    negative = store(tmp_path / "negative", cpu_profile(value=-1))
    missing = tmp_path / "missing"
    arguments = ["--shard=1/1", paths[0], missing, damaged, paths[0], negative, "--summary", summary]
    for extra, code in ([], 4), (["--min-success=1"], 5):
        result = run(*arguments, *extra)
        assert result.returncode == code
        document = json.loads(summary.read_bytes())
        assert [entry["outcome"] for entry in document["inputs"]] == [
            "merged", "failed", "failed", "duplicate", "failed"]
        assert document["totals"] == {"inputs": 5, "merged": 1, "failed": 3, "duplicates": 1}
        assert (document["provenance"] is None) == (code == 4)
    assert document["provenance"]["failed"] == 3
    _, missing, damaged, copy, negative = document["inputs"]
    assert (missing["bytes"], missing["sha256"], missing["content"], missing["factor"]) == (None, None, None, None)
    assert "No such file" in missing["error"]["message"] and missing["error"]["rule"] is None
    assert damaged["error"]["offset"] == {"value": damaged["bytes"], "of": "stored"}
    assert damaged["error"]["rule"].startswith("PGO1") and damaged["sha256"]
    assert copy["factor"] is None and copy["content"]["samples"] == 300
    assert "negative" in negative["error"]["message"] and negative["content"]["samples"] == -1


def test_differing_durations(paths, summary, tmp_path):
    short = store(tmp_path / "short", cpu_profile(duration=SECOND))
    assert run(paths[0], short, "--summary", summary).returncode == 1
    document = json.loads(summary.read_bytes())
    assert "durations differ" in document["errors"][0]["message"]
    assert document["output"] is None and len(document["inputs"]) == 2


def test_frames(summary):
    contents = [stored(cpu_profile()), stored(cpu_profile(b"main.b"))]
    assert run("--framed", "--summary", summary, input=framed(*contents)).returncode == 0
    assert [(entry["name"], entry["sha256"]) for entry in json.loads(summary.read_bytes())["inputs"]] == [
        (f"stdin, profile {i + 1}", hashlib.sha256(content).hexdigest()) for i, content in enumerate(contents)]


def test_is_valid_whatever_the_names_hold(summary, tmp_path):
    message = cpu_profile(b"\xff\"")
    message.string_table.extend([b"key\xfe\n", b"type\xfd\x1b"])
    message.sample_type.add(type=8, unit=2)
    message.sample[0].value.append(1)
    message.sample[0].label.add(key=7, num=1)
    path = store(tmp_path / "\udcff\x1b\"name", message)
    result = run("--drop-labels", path, store(tmp_path / "plain", cpu_profile()), "--summary", summary)
    assert result.returncode == 0
    assert b"\x1b" not in result.stderr
    text = summary.read_text("utf-8")
    assert "\x1b" not in text
    document = json.loads(text)
    assert document["dropped"]["labels"] == ["key\\xfe\\x0a"]
    assert document["dropped"]["sample_types"] == ["type\\xfd\\x1b"]
    assert document["inputs"][0]["name"].endswith('\\xff\\x1b"name')


def test_is_written_whole_or_not_at_all(paths, tmp_path):
    result = run(*paths, "-o", tmp_path / "merged", "--summary", tmp_path / "no/such/folder")
    assert (result.returncode, (tmp_path / "merged").exists()) == (4, True)
    assert b"no/such/folder" in result.stderr
    with open("/dev/full", "wb") as full:
        assert run(*paths, "-o", "/dev/null", "--summary", "-", stdout=full, stderr=None,
                   capture_output=False).returncode == 4


@pytest.mark.parametrize("arguments", [["--summary", "-"], ["--summary", "-", "-o", "-"], ["--summary="],
                                       ["--summary", "same", "-o", "same"], ["--summary", "a", "--summary", "b"]])
def test_senseless(arguments, tmp_path):
    result = run("missing", *arguments, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"--summary" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_never_takes_the_output_s_place(paths, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    for output, other in [("out", "./out"), ("out", tmp_path / "out"), ("link/out", "folder/../folder/out")]:
        result = run(*paths, "-o", output, "--summary", other, cwd=tmp_path)
        assert (result.returncode, (tmp_path / output).exists()) == (2, False)
        assert b"--summary and --output are the same" in result.stderr
    assert run(*paths, "-o", "/dev/null", "--summary", "/dev/./null").returncode == 0


class TestMixtures:
    """stderr and the summary say in what the inputs differ."""

    @staticmethod
    def notes(summary, *paths):
        result = run(*paths, "--summary", summary)
        assert result.returncode == 0
        document = json.loads(summary.read_bytes())
        assert result.stderr.decode().splitlines() == [f"pgo-merge: {note}" for note in document["dropped"]["notes"]]
        return document["dropped"]["notes"]

    def test_header_texts(self, summary, tmp_path):
        paths = []
        for name in (b"http://b", b"http://a", b"http://c", b""):
            message = cpu_profile()
            message.string_table.append(name)
            message.doc_url = len(message.string_table) - 1 if name else 0
            paths.append(store(tmp_path / str(len(paths)), message))
        assert self.notes(summary, *paths) == [
            "doc_url differs between the inputs: http://a stays, 2 others are left out"]
        assert self.notes(summary, paths[0], paths[3], paths[0]) == []

    def test_units(self, summary, tmp_path):
        message = cpu_profile()
        message.string_table.append(b"ms")
        message.sample_type[1].unit = 7
        notes = self.notes(summary, store(tmp_path / "ms", message), store(tmp_path / "ns", cpu_profile()))
        assert notes == ["sample type cpu comes in ms, nanoseconds: converted to the finest"]

    def test_builds(self, summary, tmp_path):
        paths = []
        for i in range(5):
            message = cpu_profile()
            message.string_table.extend([b"/bin/service", b"build-%d" % i])
            message.mapping.add(id=1, memory_start=0x1000, memory_limit=0x9000, filename=7, build_id=8)
            paths.append(store(tmp_path / f"{i}.pprof", message))
        assert self.notes(summary, paths[0], paths[0]) == []
        assert self.notes(summary, *paths) == [
            "the inputs come from 5 builds, whose addresses stay apart: build-0, build-1, build-2 and 2 more"]
