"""Whatever fails while an output is written, or wherever the writer is killed: the old file or the whole new one.

tests/programs/faultshim.cc, preloaded, makes the nth call of one kind fail or kill the process there. Every kind and
every n is tried until a run is left unharmed.
"""

import errno
import os
import pathlib
import resource
import signal
import subprocess
import tempfile

import pytest

from pgoprof_testing import perf

PROGRAMS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs"
TOOLS = pathlib.Path(os.environ["PGOPROF_BIN"])
TESTDATA = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata"

CALLS = ["open", "write", "fsync", "close", "rename"]
OLD = b"the old file\n" * 100
FAILED = 4


class Writer:
    """A program that writes the same content to whatever path it is given."""

    def __init__(self, name, command):
        self.name = name
        self.notes = b""  # what it says though nothing is wrong
        self._command = command

    def run(self, path, environment=None, **options):
        environment = {**os.environ, **(environment or {})}
        # A preloaded library stands before a sanitizer's, which is harmless here.
        environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return subprocess.run(self._command(str(path)), env=environment, capture_output=True, check=False, **options)

    def expected(self, directory):
        """What a run without any fault writes."""
        path = directory / "unharmed"
        unharmed = self.run(path)
        assert unharmed.returncode == 0
        self.notes = unharmed.stderr
        content = path.read_bytes()
        path.unlink()
        return content


def merge_command(path):
    return [PROGRAMS / "dynamic_merge", TESTDATA / "real/block-go1.26.pprof", "-o", path]


def convert_command(*arguments):
    return lambda path: [TOOLS / "pgo-convert", *arguments, "-o", path]


@pytest.fixture(scope="module")
def folded_stacks():
    with tempfile.NamedTemporaryFile("w", suffix=".folded") as file:
        os.chmod(file.name, 0o644)  # other users read it, too
        file.writelines(f"main.main;main.work{i};runtime.mallocgc {i + 1}\n" for i in range(300))
        file.flush()
        yield file.name


COMMANDS = {
    "write_output": lambda request: lambda path: [PROGRAMS / "write_output", path, "3000"],
    "pgo-merge": lambda request: merge_command,
    "pgo-convert of pprof": lambda request: convert_command(TESTDATA / "real/mixed-go1.26.pprof"),
    "pgo-convert of folded": lambda request: convert_command(request.getfixturevalue("folded_stacks"), "--to", "speedscope"),
    # Another build of the program than was recorded, which is gone: what comes out is no matter here.
    "pgo-convert of perf": lambda request: convert_command(TESTDATA / "real/frames.perf", "--force", "--binary", perf.program()),
}


@pytest.fixture(params=COMMANDS)
def writer(request):
    return Writer(request.param.split()[0], COMMANDS[request.param](request))


@pytest.fixture(params=[True, False], ids=["replacing", "creating"])
def old(request):
    """The content that stood there before; None for no file."""
    return OLD if request.param else None


class Place:
    """A directory with the output in it, or not yet."""

    def __init__(self, directory, old):
        self.directory = directory
        self.output = directory / "merged.pprof"
        self._old = old
        self.reset()

    def reset(self):
        for entry in self.directory.iterdir():
            entry.unlink()
        if self._old is not None:
            self.output.write_bytes(self._old)

    def content(self):
        return self.output.read_bytes() if self.output.exists() else None

    def leftovers(self):
        return [entry.name for entry in self.directory.iterdir() if entry != self.output]


@pytest.fixture
def place(tmp_path, old):
    directory = tmp_path / "place"
    directory.mkdir()
    return Place(directory, old)


def runs_with_fault(writer, place, log, call, action, short=0):
    """Yields the result of a run for each n for which there is an nth such call."""
    for nth in range(1, 1000):
        place.reset()
        log.unlink(missing_ok=True)
        result = writer.run(place.output, {
            "LD_PRELOAD": str(PROGRAMS / "faultshim.so"), "FAULT_CALL": call, "FAULT_NTH": str(nth),
            "FAULT_ACTION": str(action), "FAULT_SHORT": str(short), "FAULT_LOG": str(log)})
        if log.read_text().split().count(call) < nth:
            assert result.returncode == 0 and place.leftovers() == []
            assert nth > 1, f"the shim saw no {call}"
            return
        yield result
    raise AssertionError("no end of faults")


def check_failure(writer, path, result, reason):
    assert result.returncode == FAILED
    assert result.stdout == b""
    lines = result.stderr.decode().splitlines()
    errors = lines[next(i for i, line in enumerate(lines) if ": error: " in line):]
    first_line = errors[0]
    assert first_line.startswith(f"{writer.name}: error: {path}: ")
    assert os.strerror(reason) in first_line
    assert len(errors) <= 2  # the error, and perhaps a remedy


@pytest.mark.parametrize("reason", [errno.EIO, errno.ENOSPC, errno.EDQUOT], ids=lambda reason: errno.errorcode[reason])
@pytest.mark.parametrize("call", CALLS)
def test_failing_calls(writer, place, old, tmp_path, call, reason):
    new = writer.expected(tmp_path)
    failures = 0
    for result in runs_with_fault(writer, place, tmp_path / "log", call, reason):
        assert place.content() in (old, new)
        assert place.leftovers() == []
        if result.returncode == 0:  # the directory's descriptor, closed when all is done
            assert call == "close" and place.content() == new
            continue
        failures += 1
        check_failure(writer, place.output, result, reason)
    assert failures > 0


@pytest.mark.parametrize("call", CALLS)
def test_kills(writer, place, old, tmp_path, call):
    new = writer.expected(tmp_path)
    for result in runs_with_fault(writer, place, tmp_path / "log", call, "kill"):
        assert result.returncode == -signal.SIGKILL
        assert place.content() in (old, new)
        left_behind = place.leftovers()
        assert len(left_behind) <= 1
        assert writer.run(place.output).returncode == 0, "what a killed run left is in the way"
        assert place.content() == new
        assert place.leftovers() == left_behind


@pytest.mark.parametrize("call", ["open", "write", "fsync", "close"])
def test_interrupted_calls_are_repeated(writer, place, tmp_path, call):
    new = writer.expected(tmp_path)
    for result in runs_with_fault(writer, place, tmp_path / "log", call, errno.EINTR):
        assert (result.returncode, result.stderr) == (0, writer.notes)
        assert place.content() == new
        assert place.leftovers() == []


def test_short_writes(writer, place, old, tmp_path):
    new = writer.expected(tmp_path)
    slice_bytes = len(new) // 7 + 1
    seen = 0
    for result in runs_with_fault(writer, place, tmp_path / "log", "write", errno.ENOSPC, short=slice_bytes):
        seen += 1
        check_failure(writer, place.output, result, errno.ENOSPC)
        assert place.content() == old
        assert place.leftovers() == []
    assert seen == 7
    assert place.content() == new


def test_content_reaches_the_disk_before_the_name(writer, place, tmp_path):
    log = tmp_path / "log"
    no_fault = {"FAULT_CALL": "rename", "FAULT_NTH": "1000", "FAULT_ACTION": str(errno.EIO), "FAULT_LOG": str(log)}
    assert writer.run(place.output, {"LD_PRELOAD": str(PROGRAMS / "faultshim.so"), **no_fault}).returncode == 0
    calls = [call for call in log.read_text().split() if call in ("write", "fsync", "rename")]
    steps = [call for i, call in enumerate(calls) if calls[i - 1:i] != [call]]
    assert steps == ["write", "fsync", "rename"]


def test_failing_cleanup_is_not_what_is_reported(writer, place, old, tmp_path):
    shim = {"LD_PRELOAD": str(PROGRAMS / "faultshim.so"), "FAULT_NTH": "1", "FAULT_LOG": str(tmp_path / "log")}
    result = writer.run(place.output, {**shim, "FAULT_CALL": "rename", "FAULT_ACTION": str(errno.EXDEV)})
    check_failure(writer, place.output, result, errno.EXDEV)
    assert place.content() == old
    assert "unlink" in (tmp_path / "log").read_text().split()


def limit_file_size(size):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def test_file_size_limit(writer, place, old, tmp_path):
    half = len(writer.expected(tmp_path)) // 2
    # Python ignores SIGXFSZ, and so do its children unless the signals are restored.
    result = writer.run(place.output, preexec_fn=limit_file_size(half), restore_signals=False)
    check_failure(writer, place.output, result, errno.EFBIG)
    assert place.content() == old
    assert place.leftovers() == []


def test_file_size_limit_as_a_shell_sets_it(writer, place, old, tmp_path):
    half = len(writer.expected(tmp_path)) // 2
    result = writer.run(place.output, preexec_fn=limit_file_size(half))
    if writer.name == "write_output":
        assert result.returncode == -signal.SIGXFSZ  # the library alone leaves signals as they are; the tools ignore this one
    else:
        check_failure(writer, place.output, result, errno.EFBIG)
        assert place.leftovers() == []
    assert place.content() == old


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB, all but full."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "pgoprof-test", directory],
                             capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("may not mount a tmpfs: " + mounted.stderr.decode().strip())
    yield directory
    subprocess.run(["umount", directory], check=True)


def test_full_disk(writer, old, small_disk):
    place = Place(small_disk, old)
    filler = small_disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        with pytest.raises(OSError):
            while True:
                file.write(bytes(4096))
    result = writer.run(place.output)
    check_failure(writer, place.output, result, errno.ENOSPC)
    assert place.content() == old
    assert place.leftovers() == ["filler"]


def test_full_device(writer):
    check_failure(writer, "/dev/full", writer.run("/dev/full"), errno.ENOSPC)


@pytest.fixture
def unprivileged():
    """A directory of an ordinary user's, and the options to run as that user."""
    with tempfile.TemporaryDirectory() as name:
        if os.geteuid() != 0:
            yield pathlib.Path(name), {}
            return
        nobody = 65534
        os.chown(name, nobody, nobody)
        if not reachable_by(nobody):
            pytest.skip("the build tree is out of an ordinary user's reach")
        yield pathlib.Path(name), {"user": nobody, "group": nobody, "extra_groups": []}


def reachable_by(user):
    try:
        subprocess.run([PROGRAMS / "write_output"], user=user, group=user, extra_groups=[], check=False)
    except PermissionError:
        return False
    return True


def test_files_that_may_not_be_written_are_not_replaced(writer, unprivileged):
    directory, as_user = unprivileged
    output = directory / "merged.pprof"
    output.write_bytes(OLD)
    output.chmod(0o444)
    result = writer.run(output, **as_user)
    check_failure(writer, output, result, errno.EACCES)
    assert output.read_bytes() == OLD
    assert os.listdir(directory) == [output.name]


def test_directories_that_may_not_be_listed_or_written(writer, unprivileged, tmp_path):
    directory, as_user = unprivileged
    new = writer.expected(tmp_path)
    output = directory / "merged.pprof"
    directory.chmod(0o333)
    assert writer.run(output, **as_user).returncode == 0
    assert output.read_bytes() == new
    directory.chmod(0o555)
    check_failure(writer, directory / "other", writer.run(directory / "other", **as_user), errno.EACCES)
    directory.chmod(0o700)
