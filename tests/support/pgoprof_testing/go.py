"""The Go toolchain as the oracle: its tools as binaries, and profiles of a real program."""

import functools
import os
import pathlib
import subprocess

import pytest

_SUPPORT = pathlib.Path(__file__).resolve().parent.parent


def cache_directory():
    """Under the build tree, shared by all tests."""
    directory = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "oracle_cache"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@functools.cache
def go_command():
    """Go 1.23 or newer, which has cmd/preprofile; tests that need it are skipped where there is none."""
    found = subprocess.run([_SUPPORT.parent.parent / "scripts/find-go"], capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else pytest.skip("needs Go 1.23 or newer")


def environment():
    return {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off", "GOPROXY": "off"}


def go(*arguments, **options):
    options = {"check": True, "capture_output": True, "text": True, "env": environment(), **options}
    return subprocess.run([go_command(), *map(str, arguments)], **options)


@functools.cache
def goroot():
    return pathlib.Path(go("env", "GOROOT").stdout.strip())


@functools.cache
def preprofile():
    """cmd/preprofile as a binary: the `go tool` wrapper costs more than the tool. Built once where Go has none ready."""
    ready = pathlib.Path(go("tool", "-n", "preprofile").stdout.strip())
    if ready.is_file():
        return ready
    version = go("env", "GOVERSION").stdout.strip()
    built = cache_directory() / f"preprofile-{version}"
    if not built.exists():
        unfinished = built.with_suffix(f".{os.getpid()}")
        go("build", "-o", unfinished, "cmd/preprofile")
        unfinished.rename(built)
    return built


def run_preprofile(path):
    """The output's bytes, or None if preprofile refuses the profile or panics."""
    run = subprocess.run([preprofile(), "-i", path], capture_output=True, check=False)
    return run.stdout if run.returncode == 0 else None


def toolchain_profiles():
    """Every profile that comes with Go: the compiler's own, and those of its tests."""
    found = [path for pattern in ("*.pprof", "*.pgo", "*.prof") for path in goroot().rglob(pattern)]
    assert any(path.name == "default.pgo" for path in found)
    return sorted(found)


def capture(directory, *build_flags, name="busy", program="busy"):
    """A profile captured now from a real program (of those in tests/support/go), built with these flags."""
    binary, profile = directory / name, directory / f"{name}.pprof"
    go("build", *build_flags, "-o", binary, ".", cwd=program_directory(program))
    subprocess.run([binary, profile], check=True)
    return profile


def program_directory(name):
    return _SUPPORT / "go" / name
