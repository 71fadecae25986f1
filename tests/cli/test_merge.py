"""pgo-merge as its users run it: exit codes, messages, outputs."""

import itertools
import os
import pty
import subprocess

import pytest

from pgoprof_testing.merge_tool import SECOND, TOOL, cpu_profile, parse, run, store


@pytest.fixture
def a(tmp_path):
    return store(tmp_path / "a.pprof", cpu_profile(b"main.a"))


@pytest.fixture
def b(tmp_path):
    return store(tmp_path / "b.pprof", cpu_profile(b"main.b", duration=29 * SECOND))


def test_merges_to_stdout_file_and_dash_alike(a, b, tmp_path):
    to_stdout = run(a, b)
    assert (to_stdout.returncode, to_stdout.stderr) == (0, b"")
    output = tmp_path / "merged.pprof"
    to_file = run(a, b, "-o", output)
    assert (to_file.returncode, to_file.stdout, to_file.stderr) == (0, b"", b"")
    assert output.read_bytes() == to_stdout.stdout == run(a, b, "-o", "-").stdout
    merged = parse(to_stdout.stdout)
    assert sorted(merged.string_table[function.name] for function in merged.function) == [b"main.a", b"main.b"]
    assert [list(sample.value) for sample in merged.sample] == [[1, 10_000_000]] * 2
    assert merged.duration_nanos == 59 * SECOND
    assert [merged.string_table[index] for index in merged.comment] == [
        b"pgoprof/1 inputs=2 failed=0 duration=29000000000..30000000000 scaled=0"]


def test_refuses_to_write_to_a_terminal(a):
    controller, terminal = pty.openpty()
    try:
        result = subprocess.run([TOOL, a], stdout=terminal, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(terminal)
        os.close(controller)
    assert result.returncode == 2
    assert b"terminal" in result.stderr and b"-o" in result.stderr


def test_reads_stdin_once(a, b):
    from_stdin = run("-", b, input=a.read_bytes())
    assert from_stdin.returncode == 0
    assert from_stdin.stdout == run(a, b).stdout
    twice = run("-", "-", input=a.read_bytes())
    assert (twice.returncode, twice.stdout) == (2, b"")
    broken = run("-", b, input=a.read_bytes()[:-1])
    assert (broken.returncode, broken.stdout) == (3, b"")
    assert b"<stdin>" in broken.stderr


def test_one_input_becomes_canonical(a):
    once = run(a)
    assert once.returncode == 0
    assert run("-", input=once.stdout).stdout == once.stdout


def test_output_may_be_an_input(a, b):
    expected = run(a, b).stdout
    assert run(a, b, "-o", a).returncode == 0
    assert a.read_bytes() == expected


def test_orders_threads_and_partial_merges_change_no_byte(tmp_path):
    paths = []
    for i in range(5):
        message = cpu_profile(b"main.f%d" % (i % 3), value=i + 1)
        message.mapping.add(id=9, memory_start=0x1000 * i, memory_limit=0x1000 * i + 0x4000, filename=6)
        message.location[0].mapping_id = 9
        message.location[0].address = 0x1000 * i + 0x42
        paths.append(store(tmp_path / f"{i}.pprof", message))
    whole = run(*paths).stdout
    assert len(parse(whole).sample) == 3
    for count, order in enumerate(itertools.permutations(paths)):
        if count % 6 == 0:
            assert run(*order, f"-j{1 + count % 4}").stdout == whole
    for cut in range(1, 5):
        left, right = tmp_path / "left.pprof", tmp_path / "right.pprof"
        assert run(*paths[:cut], "-o", left).returncode == 0
        assert run(*paths[cut:], "-o", right).returncode == 0
        assert run(right, left).stdout == whole


@pytest.mark.parametrize("jobs", ["1", "2", "8"])
def test_names_every_unusable_input_and_writes_nothing(a, tmp_path, jobs):
    truncated = tmp_path / "truncated.pprof"
    truncated.write_bytes(a.read_bytes()[:-5])
    page = tmp_path / "page.html"
    page.write_text("<html></html>")
    empty = tmp_path / "empty.pprof"
    empty.write_bytes(b"")
    negative = store(tmp_path / "negative.pprof", cpu_profile(value=-1))
    output = tmp_path / "merged.pprof"
    output.write_bytes(b"old")
    unusable = [truncated, page, empty, negative]
    result = run(truncated, a, page, empty, a, negative, "-o", output, f"-j{jobs}")
    assert result.returncode == 3
    assert output.read_bytes() == b"old"
    errors = [line for line in result.stderr.decode().splitlines() if ": error: " in line]
    assert [line.split(": ")[2] for line in errors] == list(map(str, unusable))

    missing = run(truncated, tmp_path / "missing.pprof", page, "-o", output, f"-j{jobs}")
    assert missing.returncode == 4
    assert missing.stderr.count(b": error: ") == 3
    assert output.read_bytes() == b"old"


def test_directory(a, tmp_path):
    result = run(a, tmp_path)
    assert (result.returncode, result.stdout) == (4, b"")
    assert b"is a directory" in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_preprofiled_input(a, tmp_path):
    edges = tmp_path / "edges.pgo"
    edges.write_text("GO PREPROFILE V1\nmain.a\nmain.b\n1 5\n")
    result = run(a, edges)
    assert (result.returncode, result.stdout) == (3, b"")
    assert str(edges).encode() in result.stderr and b"preprofiled" in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_negative_values(a, tmp_path):
    negative = store(tmp_path / "negative.pprof", cpu_profile(b"main.a", value=-3))
    refused = run(a, negative)
    assert (refused.returncode, refused.stdout) == (3, b"")
    assert b"--allow-negative" in refused.stderr
    allowed = run(a, negative, "--allow-negative")
    assert allowed.returncode == 0
    assert list(parse(allowed.stdout).sample[0].value) == [-2, -20_000_000]


def test_overflow(a, tmp_path):
    message = cpu_profile(b"main.a")
    message.sample[0].value[1] = (1 << 63) - 1
    huge = store(tmp_path / "huge.pprof", message)
    for order in ([a, huge], [huge, a]):
        result = run(*order)
        assert (result.returncode, result.stdout) == (3, b"")
        assert b"cpu/nanoseconds" in result.stderr and b"9223372036854775807" in result.stderr
        assert str(order[1]).encode() in result.stderr


def test_sample_types_that_not_all_have_are_said_to_be_left_out(a, tmp_path):
    message = cpu_profile()
    message.string_table.append(b"wall")
    message.sample_type.add(type=7, unit=4)
    message.sample[0].value.append(5)
    result = run(a, store(tmp_path / "wall.pprof", message))
    assert result.returncode == 0
    assert b"wall" in result.stderr
    assert len(parse(result.stdout).sample_type) == 2


def test_a_merge_without_samples_is_warned_of(tmp_path):
    result = run(store(tmp_path / "idle.pprof", cpu_profile(value=0)))
    assert result.returncode == 0
    assert b"warning" in result.stderr


class TestDurations:
    def test_different_durations_are_named_with_a_remedy(self, a, b, tmp_path):
        short = store(tmp_path / "short.pprof", cpu_profile(duration=10 * SECOND))
        result = run(a, b, short)
        assert (result.returncode, result.stdout) == (1, b"")
        text = result.stderr.decode()
        for path, duration in ((a, "30s"), (b, "29s"), (short, "10s")):
            assert f"pgo-merge: {path}: {duration}\n" in text
        assert "--durations=ignore" in text

    @pytest.mark.parametrize("tolerance, code", [("70%", 0), ("66.7%", 0), ("66.6%", 1), ("0%", 1), ("1%", 1)])
    def test_tolerance(self, a, tmp_path, tolerance, code):
        short = store(tmp_path / "short.pprof", cpu_profile(duration=10 * SECOND))
        assert run(a, short, "--duration-tolerance", tolerance).returncode == code

    @pytest.mark.parametrize("tolerance", ["", "%", "x", "-1%", "101%", "1", "0.5", "nan%", "inf%", "10 percent"])
    def test_senseless_tolerance(self, a, tolerance):
        assert run(a, f"--duration-tolerance={tolerance}").returncode == 2

    def test_missing_duration(self, a, tmp_path):
        without = store(tmp_path / "without.pprof", cpu_profile(duration=0))
        result = run(a, without)
        assert result.returncode == 1
        assert f"{without}: no duration".encode() in result.stderr
        assert run(without).returncode == 0
        assert run(a, without, "--durations=ignore").returncode == 0

    def test_sampling_rates_must_be_equal(self, a, tmp_path):
        fast = store(tmp_path / "fast.pprof", cpu_profile(period=1_000_000))
        result = run(a, fast)
        assert result.returncode == 1
        assert b"1000000 nanoseconds" in result.stderr
        ignored = run(a, fast, "--durations=ignore")
        assert ignored.returncode == 0
        assert parse(ignored.stdout).period == 10_000_000

    def test_partial_merges_remember_their_extremes(self, a, b, tmp_path):
        short = store(tmp_path / "short.pprof", cpu_profile(duration=15 * SECOND))
        partial, unfair = tmp_path / "partial.pprof", tmp_path / "unfair.pprof"
        assert run(a, b, "-o", partial).returncode == 0
        assert run(partial, a).returncode == 0
        assert run(partial, short).returncode == 1
        assert run(partial, short, "--durations=ignore", "-o", unfair).returncode == 0
        assert run(unfair, a).returncode == 1
        assert b"15s to 30s in 3 inputs" in run(unfair).stderr

    def test_unknown_mode(self, a):
        assert run(a, "--durations=fair").returncode == 2

    @pytest.mark.parametrize("mode", ["scale", "ignore"])
    def test_a_tolerance_is_for_the_check(self, a, mode):
        result = run(a, f"--durations={mode}", "--duration-tolerance=5%")
        assert (result.returncode, result.stdout) == (2, b"")
        assert b"--duration-tolerance" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--unknown", "x"], ["x", "-j0"], ["x", "-j", "many"], ["x", "-o"]])
def test_usage(arguments):
    result = run(*arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.startswith(b"pgo-merge: error: ")


def test_help_and_version():
    text = run("--help").stdout.decode()
    assert "pgo-merge a.pprof b.pprof -o default.pgo" in text
    for option in ("--durations", "--duration-tolerance", "--allow-negative", "--jobs", "--output", "--max-input-size"):
        assert option in text
    assert run("--version").stdout.startswith(b"pgo-merge ")


def test_a_full_disk_is_an_error(a):
    with open("/dev/full", "wb") as full:
        result = subprocess.run([TOOL, a], stdout=full, stderr=subprocess.PIPE, check=False)
    assert result.returncode == 4
    assert b"No space left" in result.stderr


def test_hostile_names_are_escaped(tmp_path):
    message = cpu_profile(b"evil\x1b[31m\nname")
    message.sample[0].value[1] = (1 << 63) - 1
    path = store(tmp_path / "evil\x1b.pprof", message)
    result = run(path, path)
    assert result.returncode == 3
    assert b"\x1b" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
