"""Real programs that run under runtime/pprof and perf at once: tests/support/go/profiled."""

import os
import pathlib
import shutil
import subprocess

from pgoprof_testing import go

_SOURCES = go.program_directory("profiled")
_SERVICE = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "examples/service"

PROGRAMS = {
    "service": [_SOURCES / "service.go", *(_SERVICE / name for name in ("handlers.go", "orders.go", "pricing.go"))],
    "typecheck": [_SOURCES / "typecheck.go"],
}

STACKS = {"dwarf": ["--call-graph", "dwarf,1024"], "frame pointers": ["-g"]}


def environment(toolchain="local", arch="amd64"):
    return {**os.environ, "GOTOOLCHAIN": toolchain, "GOARCH": arch, "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}


def build(directory, program, *flags, **go_choice):
    """Builds `program` in `directory` with this Go (toolchain, arch); returns the binary."""
    sources = directory / f"{program}-source"
    sources.mkdir(parents=True)
    for path in [_SOURCES / "harness.go", *PROGRAMS[program]]:
        shutil.copy(path, sources)
    (sources / "go.mod").write_text(f"module example.com/{program}\n\ngo 1.20\n")
    binary = directory / program
    subprocess.run([go.go_command(), "build", *flags, "-o", binary, "."], cwd=sources,
                   env=environment(**go_choice), check=True)
    return binary


def goroot(toolchain="local"):
    return subprocess.run([go.go_command(), "env", "GOROOT"], env=environment(toolchain), check=True, text=True,
                          capture_output=True).stdout.strip()


def record(binary, cpu_seconds, stacks=tuple(STACKS), hertz=997, toolchain="local", workers=2):
    """Runs it under one perf for each kind of stacks, one within the other; returns (profile, {kind: perf.data})."""
    directory = binary.parent
    recordings = {kind: directory / f"{kind.replace(' ', '-')}.data" for kind in stacks}
    profile = directory / "runtime.pprof"
    command = []
    for kind, path in recordings.items():
        command += ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(hertz), *STACKS[kind], "-o", path, "--"]
    command += [binary, "-profile", profile, "-cpu", f"{cpu_seconds}s", "-workers", str(workers)]
    subprocess.run(list(map(str, command)), check=True, stderr=subprocess.PIPE,
                   env={**environment(toolchain), "GOROOT": goroot(toolchain), "GOMAXPROCS": "2"})
    return profile, recordings
