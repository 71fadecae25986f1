"""pgo-lint without a FILE: the default.pgo that `go build` would use, and what it says where there is none."""

import json
import os
import pathlib
import re
import subprocess

import pytest

from pgoprof_testing import profiles
from pgoprof_testing.go_service import toolchains
from pgoprof_testing.verdicts import tool

PROFILE = profiles.from_stacks([(["main.leaf", "main.caller", "main.main"], 5)], duration_nanos=0).SerializeToString()
GO_ENVIRONMENT = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""}
# Go takes default.pgo by itself since 1.21.
GOS_OF_AUTO = [go for version, go in toolchains().items() if int(re.search(r"go1\.(\d+)", version)[1]) >= 21]
MAIN = b"package main\n\nfunc main() {}\n"


@pytest.fixture
def tree(tmp_path):
    """tree(files): a folder with them, and a go.mod."""
    def make(files):
        for name, content in {"go.mod": b"module m\n", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path
    return make


def judged(folder, **options):
    run = tool("pgo-lint", "--format=json", cwd=folder, **options)
    return [file["file"] for file in json.loads(run.stdout)["files"]]


def test_every_main_packages_profile_is_judged(tree):
    root = tree({"main.go": MAIN, "default.pgo": PROFILE, "cmd/b/main.go": MAIN, "cmd/b/default.pgo": PROFILE,
                 "cmd/a/main.go": MAIN, "cmd/a/default.pgo": b""})
    run = tool("pgo-lint", cwd=root)
    assert (run.returncode, run.stderr) == (1, b"")
    assert run.stdout.startswith(b"cmd/a/default.pgo: error: ") and b"\ndefault.pgo: warning: " in run.stdout
    assert judged(root) == ["cmd/a/default.pgo", "cmd/b/default.pgo", "default.pgo"]
    assert judged(root / "cmd") == ["a/default.pgo", "b/default.pgo"]
    assert judged(root / "cmd/b") == ["default.pgo"]


def test_a_profile_that_go_ignores_is_told(tree):
    root = tree({"main.go": MAIN, "default.pgo": PROFILE, "lib/lib.go": b"package lib\n", "lib/default.pgo": b"",
                 "docs/default.pgo": b"", "cmd/a/main.go": MAIN})
    run = tool("pgo-lint", cwd=root)
    assert run.returncode == 0
    assert run.stderr.decode().splitlines() == [
        "pgo-lint: Go ignores docs/default.pgo: there is no main package beside it",
        "pgo-lint: Go ignores lib/default.pgo: there is no main package beside it",
        "pgo-lint: Go builds without PGO, for want of a default.pgo: cmd/a",
    ]


@pytest.mark.parametrize("make", [pathlib.Path.mkdir, lambda path: path.symlink_to("cmd")])
def test_a_folder_in_the_place_of_a_profile_is_told_as_go_does(make, tree):
    root = tree({"go.mod": b"module m\n\ngo 1.21\n", "main.go": MAIN, "cmd/a/main.go": MAIN,
                 "cmd/a/default.pgo": PROFILE})
    make(root / "default.pgo")
    run = tool("pgo-lint", cwd=root)
    assert run.returncode == 4 and run.stderr.startswith(b"pgo-lint: error: default.pgo: is a directory\n")
    assert b"cmd/a/default.pgo: warning: " in run.stdout
    for go in GOS_OF_AUTO:
        build = subprocess.run([go, "build", "-o", os.devnull, "."], cwd=root, capture_output=True, check=False,
                               env=GO_ENVIRONMENT)
        assert build.returncode != 0 and b"default.pgo: is a directory" in build.stderr, build.stderr


def test_a_repository_without_a_profile_is_told_how_to_get_one(tree):
    root = tree({f"cmd/{name}/main.go": MAIN for name in "abcdefg"})
    run = tool("pgo-lint", cwd=root)
    assert (run.returncode, run.stdout) == (4, b"0 files: 0 errors, 0 warnings\n")
    first, second = run.stderr.decode().splitlines()
    assert first == ("pgo-lint: error: no main package has a default.pgo, so Go builds without PGO: "
                     "cmd/a, cmd/b, cmd/c, cmd/d, cmd/e and 2 more")
    assert "pgo-fetch" in second and "`pgo-merge --compact *.pprof -o cmd/a/default.pgo`" in second
    assert tool("pgo-lint", "--fail-on", "never", cwd=root).returncode == 4


def test_a_folder_without_main_package(tree):
    root = tree({"lib.go": b"package lib\n", "default.pgo": PROFILE})
    run = tool("pgo-lint", cwd=root)
    assert run.returncode == 4
    assert b"Go ignores default.pgo" in run.stderr and b"there is no Go main package here or below" in run.stderr


def test_go_work_is_the_environments(tree):
    root = tree({"main.go": MAIN, "default.pgo": PROFILE, "n/go.mod": b"module n\n", "n/main.go": MAIN,
                 "n/default.pgo": PROFILE, "go.work": b"go 1.25\nuse (\n.\n./n\n)\n"})
    environment = {key: value for key, value in os.environ.items() if key != "GOWORK"}
    assert judged(root, env=environment) == ["default.pgo", "n/default.pgo"]
    assert judged(root, env={**environment, "GOWORK": "off"}) == ["default.pgo"]


@pytest.mark.parametrize("work,line,message", [
    ("go 1.21\nuses .\n", 2, "unknown directive: uses"),
    ("go 1.21\nuse (\n\t. ./n\n)\n", 3, "usage: use local/dir"),
    ("go 1.21\n\nuses (\n\t.\n)\n", 3, "unknown block type: uses"),
    ("go 1.21\nuse (\n.\n", 2, "unterminated block"),
])
def test_a_go_work_that_go_refuses_is_not_taken_for_an_empty_one(work, line, message, tree):
    root = tree({"n/go.mod": b"module n\n", "n/main.go": MAIN, "n/default.pgo": PROFILE, "go.work": work.encode()})
    environment = {key: value for key, value in GO_ENVIRONMENT.items() if key != "GOWORK"}
    run = tool("pgo-lint", cwd=root, env=environment)
    assert (run.returncode, run.stdout) == (4, b"")
    assert run.stderr == f"pgo-lint: error: {root.resolve()}/go.work:{line}: {message}\n".encode()
    for go in GOS_OF_AUTO:
        refused = subprocess.run([go, "list", "./..."], cwd=root, capture_output=True, check=False, env=environment)
        assert refused.returncode != 0 and message in refused.stderr.decode(), refused.stderr


def test_configurations_and_limits_hold_here_too(tree):
    root = tree({"cmd/a/main.go": MAIN, "cmd/a/default.pgo": b"", "cmd/b/main.go": MAIN, "cmd/b/default.pgo": b"",
                 "cmd/a/.pgo-lint.toml": b"fail-on = 'never'\n"})
    assert tool("pgo-lint", cwd=root / "cmd/a").returncode == 0
    assert tool("pgo-lint", cwd=root).returncode == 1
    (root / "cmd/b/default.pgo").write_bytes(PROFILE)
    assert tool("pgo-lint", cwd=root).returncode == 0


def test_what_cannot_be_read_ends_the_search(tree):
    root = tree({"main.go": MAIN, "go.mod": bytes(257 << 20)})
    run = tool("pgo-lint", cwd=root)
    assert run.returncode == 3 and b"go.mod: " in run.stderr and run.stdout == b""


def test_what_is_no_file_is_not_waited_for(tree):
    root = tree({"main.go": MAIN, "a/main.go": MAIN, "a/default.pgo": PROFILE})
    os.mkfifo(root / "default.pgo")
    run = tool("pgo-lint", cwd=root, timeout=10)
    assert run.returncode == 4 and b"a/default.pgo: warning: " in run.stdout
    assert b"default.pgo: is not a regular file\n" in run.stderr
