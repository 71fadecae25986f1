"""The packages that pgo-report --by package finds in linker names are those that debug/gosym finds."""

import collections
import json
import pathlib
import subprocess
import urllib.parse

from pgoprof_testing import go, verdicts

PROGRAM = pathlib.Path(go.__file__).resolve().parent.parent / "go/packagename"


def names_of(binary):
    """The names of the functions in a Go program, all on one line each."""
    symbols = go.go("tool", "nm", "-type", binary).stdout.splitlines()
    names = {line.split(None, 2)[2] for line in symbols if line.split()[1] in "Tt"}
    # What the compiler makes for a type has no package: gosym finds one in names that no Go before 1.20 knew.
    return sorted(name for name in names if not name.startswith(("type:", "go:")))


def test_packages_of_a_real_program(tmp_path):
    binary = tmp_path / "packagename"
    go.go("build", "-o", binary, ".", cwd=PROGRAM)
    gofmt = tmp_path / "gofmt"
    go.go("build", "-o", gofmt, "cmd/gofmt")
    names = names_of(gofmt)
    names += ["example.com/yaml%2ev3.(*T[go.shape.struct { a/b.X }]).M.func1", "x/y.Map[...]", "main.T.M-fm"]
    theirs = subprocess.run([binary], input="\n".join(names), capture_output=True, check=True, text=True).stdout.splitlines()
    assert len(theirs) == len(names) > 3000
    weights = collections.Counter()
    for package in theirs:
        weights[urllib.parse.unquote(package)] += 1
    profile = tmp_path / "profile"
    edges = "".join(f"{name}\nmain.callee\n{i} 1\n" for i, name in enumerate(names))
    profile.write_text("GO PREPROFILE V1\n" + edges)
    document = json.loads(verdicts.tool("pgo-report", "--by", "package", "--all", "--format", "json", profile).stdout)
    assert {group["name"]: group["weight"] for group in document["groups"]} == weights
