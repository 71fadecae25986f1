"""A profile that is renamed as its program was refactored says to the compiler what it said before.

The program is built as it was, and profiled; then package, type, functions and a method get other names (package
money.v1 becomes cash.v2, and so on), which changes neither lines nor code.
"""

import pathlib
import re
import shutil
import subprocess

import pytest

from pgoprof_testing import compiler_view, go, verdicts

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "support/go/refactored"

# What was refactored, word by word, in sources and directories.
WORDS = {"money": "cash", "v1": "v2", "Ledger": "Book", "Fold": "Reduce", "Scaled": "Times", "tally": "addUp",
         "Apply": "Execute", "Box": "Crate", "pair": "couple"}

# The same as a user says it.
RULES = [
    "example.com/shop/money.v1=example.com/shop/cash.v2",  # a dot that the linker escapes
    "example.com/shop/cash%2ev2.Ledger=example.com/shop/cash%2ev2.Book",
    "example.com/shop/cash%2ev2.Fold=example.com/shop/cash%2ev2.Reduce",
    "example.com/shop/cash%2ev2.Scaled=example.com/shop/cash%2ev2.Times",
    "example.com/shop/cash%2ev2.tally=example.com/shop/cash%2ev2.addUp",
    "example.com/shop/cash%2ev2.(*Book).Apply=example.com/shop/cash%2ev2.(*Book).Execute",
    "example.com/shop/cash%2ev2.Box=example.com/shop/cash%2ev2.Crate",
    "main.pair=main.couple",
]


def refactored_name(name):
    return re.sub(r"%2e|\w+", lambda word: WORDS.get(word[0], word[0]), name)


def refactor(directory):
    """A copy of the program, refactored."""
    copy = directory / "after"
    shutil.copytree(SOURCE, copy)
    (copy / "money.v1").rename(copy / "cash.v2")
    (copy / "cash.v2/money.go").rename(copy / "cash.v2/cash.go")
    for path in copy.rglob("*.go"):
        path.write_text(refactored_name(path.read_text()))
    return copy


def convert(profile, output, *options):
    run = verdicts.tool("pgo-convert", profile, "-o", output, *options)
    assert run.returncode == 0, run.stderr
    return run.stderr.decode()


def names(profile):
    """Of all functions that call edges have."""
    lines = go.run_preprofile(profile).decode().split("\n")[1:-1]
    return set(lines[0::3]) | set(lines[1::3])


def edges(profile):
    lines = go.run_preprofile(profile).decode().split("\n")[1:-1]
    return sorted((lines[i], lines[i + 1], *map(int, lines[i + 2].split())) for i in range(0, len(lines), 3))


def missing(profile, binary):
    """Go functions of the profile that the program's table of names, inlined functions' included, has not."""
    content = binary.read_bytes()
    return {name for name in names(profile) if b"\0" + name.encode() + b"\0" not in content}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Profile of the old program, renamed one, new sources and new binary."""
    directory = tmp_path_factory.mktemp("refactored")
    old_binary, new_binary = directory / "old", directory / "new"
    profile, renamed = directory / "old.pprof", directory / "renamed.pprof"
    after = refactor(directory)
    go.go("build", "-pgo=off", "-o", old_binary, ".", cwd=SOURCE)
    go.go("build", "-pgo=off", "-o", new_binary, ".", cwd=after)
    subprocess.run([old_binary, profile], check=True)
    messages = convert(profile, renamed, *[part for rule in RULES for part in ("--rename", rule)])
    return {"directory": directory, "profile": profile, "renamed": renamed, "after": after, "messages": messages,
            "old_binary": old_binary, "new_binary": new_binary}


def test_every_function_of_the_renamed_profile_is_in_the_new_program(program):
    assert not missing(program["profile"], program["old_binary"])
    assert not missing(program["renamed"], program["new_binary"])
    lost = missing(program["profile"], program["new_binary"])
    assert len(lost) >= 8, "without renaming, what was refactored is lost"
    assert names(program["profile"]) - lost == names(program["profile"]) & names(program["renamed"])


def test_all_kinds_of_names_were_sampled(program):
    seen = "\n".join(sorted(names(program["profile"])))
    for pattern in (r"\.\(\*Ledger\)\.Apply$", r"Ledger\.Weigh$", r"\.Apply\.func1$", r"\(\*Box\[",
                    r"\.Fold\[go\.shape\.\[\]main\.pair\]", r"main\.work\.Scaled\.func\d+$", r"\.tally$"):
        assert re.search(pattern, seen, re.MULTILINE), (pattern, seen)


def test_every_rule_says_what_it_touched(program):
    lines = program["messages"].splitlines()
    assert len(lines) == len(RULES) and "warning" not in program["messages"]
    for rule, line in zip(RULES, lines):
        assert re.fullmatch(rf"pgo-convert: --rename {re.escape(rule)}: \d+ functions? renamed, on \d+\.\d\d% of the edges' weight",
                            line), line
    old_weight = sum(edge[3] for edge in edges(program["profile"]))
    moved = sum(edge[3] for edge in edges(program["profile"]) if "money%2ev1" in edge[0] + edge[1])
    assert f"on {100 * moved / old_weight:.2f}% of the edges' weight" in lines[0]


def test_the_edges_are_the_old_ones_renamed(program):
    expected = sorted((refactored_name(caller), refactored_name(callee), offset, weight)
                      for caller, callee, offset, weight in edges(program["profile"]))
    assert edges(program["renamed"]) == expected


def hot(profile, sources, directory):
    """What the compiler takes for hot, and where it knows weights, in the program's own packages."""
    view = compiler_view.build(profile, ".", "example.com/shop/...", 99, directory, cwd=sources)
    weights = {(call.caller, call.offset, call.weight) for call in view.calls if call.weight}
    return view.hot_functions, view.hot_calls, weights


def test_the_compiler_finds_the_same_hot(program):
    directory = program["directory"]
    before = hot(program["profile"], SOURCE, directory)
    after = hot(program["renamed"], program["after"], directory)
    stale = hot(program["profile"], program["after"], directory)
    for kind, (old, new, unrenamed) in enumerate(zip(before, after, stale)):
        assert len(old) >= 3, (kind, old)
        expected = {tuple(refactored_name(part) if isinstance(part, str) else part for part in item)
                    if isinstance(item, tuple) else refactored_name(item) for item in old}
        assert new == expected, kind
        assert len(unrenamed) < len(old) / 2, kind
