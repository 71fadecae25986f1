"""pgo-lint finds the default.pgo that the go command would build with, in trees with all that it skips."""

import json
import os
import pathlib
import random
import re

import pytest

from pgoprof_testing import go
from pgoprof_testing.verdicts import in_pool, tool

# A file is built for some system if it is for one of these; constraints in the trees name no other.
SYSTEMS = [("linux", "1"), ("windows", "0"), ("darwin", "0")]

FOLDERS = ["a", "b", "cmd", "internal", "vendor", "testdata", ".hidden", "_under", "node_modules", "x.y", "vendors"]

# What a folder may hold: {file name: source}. Go refuses a mixture of packages, so there is one of these a folder.
MAIN, LIBRARY = "package main\n", "package lib\n"
CONTENTS = [
    {"main.go": MAIN},
    {"main.go": MAIN},
    {"lib.go": LIBRARY},
    {},
    {"lib.go": LIBRARY, "gen.go": "//go:build ignore\n\n" + MAIN},
    {"lib.go": LIBRARY, "gen.go": "// +build ignore\n\n" + MAIN},
    {"lib.go": LIBRARY, "a.go": "//go:build tools && linux\n\n" + MAIN},
    {"lib.go": LIBRARY, "lib_test.go": "package lib_test\n", "_main.go": MAIN, ".main.go": MAIN, "main.txt": MAIN},
    {"main_test.go": MAIN},
    {"main_windows.go": MAIN},
    {"main_windows.go": MAIN, "other.go": "//go:build !windows\n\n" + MAIN},
    {"win.go": "//go:build windows && !linux\n\n" + MAIN},
    {"win.go": "// +build windows,ignore darwin\n\n" + MAIN},
    {"c.go": "//go:build cgo && linux\n\n" + MAIN},
    {"old.go": "//go:build go1.18 && !go1.99\n\n" + MAIN},
    {"new.go": "//go:build go1.99\n\n" + MAIN},
    {"gc.go": "//go:build !(gccgo || ignore)\n\n" + MAIN},
    {"bad.go": "//go:build linux darwin\n\n" + MAIN},
    {"plus.go": "// +build ignore\n" + MAIN},
    {"header.go": "/*\n//go:build ignore\n*/\n\n// package lib\n/* package lib */ package /* x */ main // y\n"},
    {"header.go": "\ufeff// Copyright\r\n\r\n//go:build unix\r\n\r\npackage main\r\n"},
    {"doc.go": "// Package main\n" + MAIN, "late.go": MAIN + "\n//go:build ignore\n"},
    {"comment.go": "// +build ignore\n/* x */\n\n" + MAIN},
    {"documentation.go": "//go:build ignore\n\npackage documentation\n", "main.go": MAIN},
]


@pytest.fixture(scope="module", autouse=True)
def _go_with_all_of_it():
    """`ignore` in go.mod and the pattern `work` are of Go 1.25."""
    version = go.go("env", "GOVERSION").stdout
    if int(re.match(r"go1\.(\d+)", version)[1]) < 25:
        pytest.skip(f"needs Go 1.25, not {version}")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make_tree(root, rng):
    """Folders up to three deep, each with a default.pgo; links; nested modules; what go.mod ignores; a go.work."""
    folders = [root]
    for _ in range(14):
        folders.append(rng.choice(folders) / rng.choice(FOLDERS))
    folders = sorted(set(folders))
    for folder in folders:
        for name, source in rng.choice(CONTENTS).items():
            write(folder / name, source + ("func main() {}\n" if "func" not in source and "main" in source else ""))
        write(folder / "default.pgo", "")
    ignored = rng.sample(["ignore ./a", "ignore b", "ignore (\n\t./cmd/b // x\n\tnode_modules\n)"], rng.randrange(3))
    write(root / "go.mod", "\n".join(["module m", "go 1.25", *ignored]) + "\n")
    nested = [folder for folder in folders[1:] if rng.random() < 0.15]
    for number, folder in enumerate(nested):
        write(folder / "go.mod", f"module n{number}\ngo 1.25\n")
    if rng.random() < 0.5:
        uses = [folder.relative_to(root) for folder in nested if rng.random() < 0.7]
        write(root / "go.work", "go 1.25\nuse .\n" + "".join(f'use "./{use}"\n' for use in uses))
    outside = root.parent / "outside"
    write(outside / "main.go", MAIN)
    write(outside / "default.pgo", "")
    link_into = rng.choice(folders)
    (link_into / "to_folder").symlink_to(outside)
    elsewhere = rng.choice(folders) / "linked"
    elsewhere.mkdir()
    (elsewhere / "main.go").symlink_to(outside / "main.go")
    (elsewhere / "default.pgo").symlink_to(outside / "default.pgo")


def environment(system="linux", cgo="1"):
    return {**go.environment(), "GOWORK": "", "GOOS": system, "CGO_ENABLED": cgo, "GOARCH": "amd64"}


def go_finds(root):
    """The folders of main packages, over all systems, without need of their being free of errors."""
    pattern = "work" if (root / "go.work").exists() else "./..."
    found = set()
    for system, cgo in SYSTEMS:
        listed = go.go("list", "-e", "-f", "{{if .GoFiles}}{{.Name}}{{end}}\t{{.Dir}}", pattern, cwd=root, env=environment(system, cgo))
        found |= {line.split("\t")[1] for line in listed.stdout.splitlines() if line.startswith("main\t")}
    return {str(pathlib.Path(folder).relative_to(root) / "default.pgo") for folder in found}


def we_find(root):
    run = tool("pgo-lint", "--format=json", cwd=root, env=environment())
    assert run.returncode in (1, 4), run.stderr
    files = [file["file"] for file in json.loads(run.stdout)["files"]]
    assert len(files) == len(set(files))
    return set(files)


def test_the_same_packages_in_generated_trees(tmp_path):
    def compare(seed):
        root = tmp_path / str(seed) / "root"
        root.mkdir(parents=True)
        make_tree(root, random.Random(f"pgoprof tree {seed}"))
        theirs, ours = go_finds(root), we_find(root)
        assert ours == theirs, f"seed {seed}: only go {theirs - ours}, only we {ours - theirs}"
        return len(theirs), (root / "go.work").exists()

    counts = in_pool(compare, range(40))
    assert sum(count for count, _ in counts) > 100
    assert 5 < sum(workspace for _, workspace in counts) < 35


@pytest.mark.parametrize("pattern", ["./...", "work"])
def test_the_profiles_that_go_build_uses(pattern, tmp_path):
    """`go build -n` names each file that it gives to preprofile."""
    main = MAIN + "func main() {}\n"
    content = str(tmp_path)  # of its own: -n leaves out what has been preprofiled before
    for folder in (".", "cmd/a", "cmd/b", "nested"):
        write(tmp_path / folder / "main.go", main)
        write(tmp_path / folder / "default.pgo", content)
    write(tmp_path / "cmd/none/main.go", main)
    write(tmp_path / "lib/lib.go", LIBRARY)
    write(tmp_path / "lib/default.pgo", content)
    (tmp_path / "cmd/b/default.pgo").unlink()
    (tmp_path / "cmd/b/default.pgo").symlink_to(tmp_path / "lib/default.pgo")
    write(tmp_path / "go.mod", "module m\ngo 1.25\n")
    write(tmp_path / "nested/go.mod", "module n\ngo 1.25\n")
    if pattern == "work":
        write(tmp_path / "go.work", "go 1.25\nuse (\n\t.\n\t./nested\n)\n")
    run = go.go("build", "-n", pattern, cwd=tmp_path, env=environment())
    used = set(re.findall(r"preprofile\S* .*-i (\S+)", run.stderr))
    assert used and we_find(tmp_path) == {os.path.relpath(path, tmp_path) for path in used}
