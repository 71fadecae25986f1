"""What pgo-convert rewrites, against the Go toolchain: preprofile, pprof, and the compiler itself."""

import os
import pathlib
import re
import subprocess

import pytest

from pgoprof_testing import compiler_view, go, peer, verdicts

TESTDATA = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
REFACTORED = pathlib.Path(__file__).resolve().parent.parent / "support/go/refactored"
KEY = b"a key of thirty-two bytes, or so"


def profiles():
    compiler = go.goroot() / "src/cmd/compile/default.pgo"
    return [compiler, *(TESTDATA / f"{name}.pprof" for name in ("mixed-go1.26", "labels-go1.26", "mixed-again-go1.26"))]


def convert(profile, output, *options):
    run = verdicts.tool("pgo-convert", profile, "-o", output, *options)
    assert run.returncode == 0, run.stderr
    return output


def edges(profile):
    """As `go tool preprofile` has them."""
    lines = go.run_preprofile(profile).decode("latin-1").split("\n")[1:-1]
    return [(lines[i], lines[i + 1], *map(int, lines[i + 2].split())) for i in range(0, len(lines), 3)]


def preprofiled(some_edges):
    """In the order of `go tool preprofile`."""
    ordered = sorted(some_edges, key=lambda edge: (-edge[3], edge[0], edge[1], edge[2]))
    return "".join(["GO PREPROFILE V1\n", *(f"{edge[0]}\n{edge[1]}\n{edge[2]} {edge[3]}\n" for edge in ordered)])


def moved(name, old, new):
    """Textually: wherever a path begins with `old`, which ends a path or an element of it."""
    return re.sub(rf"(^type:\.\w+\.|(?<![\w./%-])){re.escape(old)}(?=[./])", rf"\g<1>{new}", name)


MOVES = [("cmd/compile/internal", "example.com/moved.x/c"), ("runtime", "rt/other"), ("main", "example.com/command")]


@pytest.mark.parametrize("profile", profiles(), ids=lambda path: path.name)
def test_renamed_edges_are_the_edges_renamed(profile, tmp_path):
    rules = [part for old, new in MOVES for part in ("--rename", f"{old}={new}")]
    renamed = convert(profile, tmp_path / "renamed", *rules)
    expected = []
    for caller, callee, offset, weight in edges(profile):
        for old, new in MOVES:
            caller, callee = moved(caller, old, new), moved(callee, old, new)
        expected.append((caller, callee, offset, weight))
    assert go.run_preprofile(renamed).decode("latin-1") == preprofiled(expected)
    assert expected != edges(profile)


@pytest.mark.parametrize("profile", profiles(), ids=lambda path: path.name)
def test_selecting_everything_changes_no_edge(profile, tmp_path):
    whole = convert(profile, tmp_path / "whole", "--focus", ".", "--drop-labels")
    assert go.run_preprofile(whole) == go.run_preprofile(profile)


@pytest.mark.parametrize("options", [
    ["--focus", "mallocgc"], ["--ignore", r"runtime\.gc"], ["--focus", r"\.go$", "--ignore", "^main"],
    ["--focus", r"sort|fmt\.", "--ignore", "asyncPreempt|mcall"], ["--ignore", "pprof"]])
def test_stacks_are_chosen_as_pprof_does(options, tmp_path):
    for profile in profiles()[1:]:
        ours = convert(profile, tmp_path / "ours", *options)
        theirs = tmp_path / "theirs"
        single = ["-" + option.removeprefix("--") if option.startswith("--") else option for option in options]
        flags = [f"{single[i]}={single[i + 1]}" for i in range(0, len(single), 2)]
        subprocess.run([peer.pprof(), "-proto", "-symbolize=none", *flags, f"-output={theirs}", profile], check=True,
                       capture_output=True, env=peer.environment(tmp_path))
        assert edges(ours) == edges(theirs), profile
        assert peer.View(peer.parse(ours.read_bytes())).samples() == peer.View(peer.parse(theirs.read_bytes())).samples()


@pytest.mark.parametrize("profile", profiles(), ids=lambda path: path.name)
def test_anonymous_edges_differ_in_names_alone(profile, tmp_path):
    key = tmp_path / "key"
    key.write_bytes(KEY)
    anonymous = convert(profile, tmp_path / "anonymous", "--anonymize", "--anonymize-key-file", key)
    before, after = edges(profile), edges(anonymous)
    assert sorted((edge[2], edge[3]) for edge in before) == sorted((edge[2], edge[3]) for edge in after)

    def by_neighbours(some):
        """What a function is without its name: its weights as a caller and a callee."""
        ends = {}
        for caller, callee, offset, weight in some:
            ends.setdefault(caller, []).append((0, offset, weight))
            ends.setdefault(callee, []).append((1, offset, weight))
        return sorted(sorted(end) for end in ends.values())

    assert by_neighbours(before) == by_neighbours(after)
    own = [name for name in {name for edge in before for name in edge[:2]} if name.startswith(("cmd/", "main."))]
    assert own
    names = {name for edge in after for name in edge[:2]}
    assert not {name for name in own if not re.fullmatch(r"main\.(init|main)(\.(func)?\d+)*", name)} & names
    kept = {name for edge in before for name in edge[:2] if re.match(r"(runtime|sort|strings)\.[^\[]*$", name)}
    assert kept and kept <= names


def test_the_standard_library_is_known(tmp_path):
    """A function of each package, and of packages that only look alike."""
    packages = go.go("list", "std").stdout.split()
    assert len(packages) > 300
    others = ["log/tenants", "index", "nets", "internal/app", "cmd/compile/internal/ssa", "vendor/example"]
    escaped = [re.sub(r"\.(?=[^/]*$)", "%2e", package) for package in packages + others]
    folded = tmp_path / "folded"
    folded.write_text("".join(f"main.main;{package}.Function 1\n" for package in escaped))
    run = verdicts.tool("pgo-convert", folded, "--to", "folded", "--anonymize")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode()
    assert [package for package in escaped[:len(packages)] if f";{package}.Function 1\n" not in lines] == []
    assert [package for package in others if f";{package}." in lines] == []


def compiled(profile, directory):
    """What the compiler says of the program: the threshold, and its view of functions."""
    flags = "example.com/shop/...=-d=pgodebug=1"
    run = go.go("build", f"-pgo={profile}", f"-gcflags={flags}", "-o", directory / "built", ".", cwd=REFACTORED)
    thresholds = set(re.findall(r"hot-callsite-thres-from-CDF=(\S+)", run.stdout + run.stderr))
    assert len(thresholds) == 1
    return thresholds.pop(), compiler_view.build(profile, ".", "example.com/shop/...", 99, directory, cwd=REFACTORED)


def test_a_function_that_is_not_to_be_inlined_is_not(tmp_path):
    """Nor is it where the profile is of a program that had inlined it: there, it is the leaf of no sample."""
    function = "example.com/shop/money%2ev1.tally"
    plain, inlined = tmp_path / "plain.pprof", tmp_path / "inlined.pprof"
    for profile, pgo in ((plain, "off"), (inlined, plain)):
        go.go("build", f"-pgo={pgo}", "-o", tmp_path / "shop", ".", cwd=REFACTORED)
        subprocess.run([tmp_path / "shop", profile], check=True)
    for profile in (plain, inlined):
        calm = convert(profile, tmp_path / "calm", "--no-inline", function)
        before_threshold, before = compiled(profile, tmp_path)
        after_threshold, after = compiled(calm, tmp_path)
        assert after_threshold == before_threshold
        cost = next(cost for name, cost in before.costs.items() if name.endswith(".tally"))
        assert cost > 80
        assert not [name for name in after.costs if name.endswith(".tally")]
        assert {name for name in before.hot_functions if not name.endswith(".tally")} == after.hot_functions
        assert sum(edge[3] for edge in edges(calm)) == sum(edge[3] for edge in edges(profile))
