"""A large fleet of distinct CPU profiles for measuring: captured here from several builds, then multiplied.

    python3 -m pgoprof_testing.fleet CACHE COUNT    puts COUNT profiles into CACHE/fleet-COUNT
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from pgoprof_testing import go

_PROGRAMS = pathlib.Path(__file__).resolve().parent.parent / "go"

# Of tests/support/go/fleet; linked statically, so that no library of this machine stands in the profiles.
_BUILDS = {
    "plain": [],
    "pie": ["-buildmode=pie"],
    "noinline": ["-gcflags=all=-l"],
    "stripped": ["-trimpath", "-gcflags=-l", "-ldflags=-s -w"],
}
_PROCESSES, _PROFILES, _MILLISECONDS = 2, 8, 1600


def build_program(name, binary, *flags, **options):
    go.go("build", *flags, "-o", binary, ".", cwd=_PROGRAMS / name,
          env={**go.environment(), "CGO_ENABLED": "0"}, **options)
    return binary


def _capture_builds(directory):
    """Profiles of a program that works in ever other mixes, from several processes of each build."""
    for number, (name, flags) in enumerate(_BUILDS.items()):
        binary = build_program("fleet", directory / name, "-tags=large", *flags)
        profiles = directory / f"{name}.d"
        profiles.mkdir()
        first = 1000 * number
        running = [subprocess.Popen([binary, f"-dir={profiles}", f"-first={first + n * _PROFILES}", f"-count={_PROFILES}",
                                     f"-millis={_MILLISECONDS}", "-depth=6", "-routes=60"], stderr=subprocess.DEVNULL)
                   for n in range(_PROCESSES)]
        assert [process.wait() for process in running] == [0] * _PROCESSES
        binary.unlink()
    return sorted(directory.glob("*.d/*.pprof"))


def _capture_compiler(directory):
    """Profiles of the Go compiler at work on packages of its own."""
    profiles = directory / "compile.d"
    profiles.mkdir()
    environment = {**go.environment(), "CGO_ENABLED": "0", "GOCACHE": str(directory / "gocache")}
    go.go("build", f"-gcflags=all=-cpuprofile={profiles}", "cmd/gofmt", "net/http", env=environment)
    shutil.rmtree(directory / "gocache")
    return sorted(profiles.iterdir())


def capture(directory):
    """Profiles really captured, once: later calls find them."""
    if not directory.exists():
        unfinished = directory.with_name(f"{directory.name}.{os.getpid()}")
        unfinished.mkdir(parents=True)
        _capture_builds(unfinished)
        _capture_compiler(unfinished)
        unfinished.rename(directory)
    return sorted(directory.glob("*.d/*"))


def derive(captured, directory, count, *options):
    """`count` profiles of 100-250 KB made out of the captured ones by tests/support/go/derive, once."""
    if not directory.exists():
        unfinished = directory.with_name(f"{directory.name}.{os.getpid()}")
        unfinished.mkdir(parents=True)
        binary = build_program("derive", unfinished / "derive")
        run = subprocess.run([binary, f"-dir={unfinished}", f"-count={count}", *options, *captured], check=True,
                             stdout=subprocess.PIPE)
        binary.unlink()
        (unfinished / "figures.json").write_bytes(run.stdout)
        unfinished.rename(directory)
    return sorted(directory.glob("*.pprof")), json.loads((directory / "figures.json").read_text())


def cached(cache, count):
    """(`count` profiles, figures about them) from `cache`, made first where they are not there."""
    return derive(capture(cache / "captured"), cache / f"fleet-{count}", count)


if __name__ == "__main__":
    print(json.dumps(cached(pathlib.Path(sys.argv[1]), int(sys.argv[2]))[1], indent=2))
