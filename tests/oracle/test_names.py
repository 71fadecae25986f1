"""Names that preprofile writes and the compiler cannot read back: an error here exactly if the compiler fails or goes by
other edges."""

import pytest

from pgoprof_testing import go, profiles, verdicts

CASES = {
    "newline in the callee": ([("main.f\ninjected", "main.main")], {"PGO207"}),
    "newline in the caller": ([("main.f", "main.main\nx")], {"PGO207"}),
    "newlines that forge an edge": ([("main.f", "a\nb\n1 2\nmain.main")], {"PGO207"}),
    "carriage return at the end": ([("main.f", "main.main\r"), ("main.f", "main.main")], {"PGO207"}),
    "carriage return inside": ([("main.f", "main.\rmain")], set()),
    "callee too long": ([("y" * 65536, "main.main")], {"PGO208"}),
    "caller too long": ([("main.f", "x" * 65536), ("main.f", "main.main")], {"PGO208"}),
    "longest callee": ([("y" * 65535, "main.main")], set()),
    "longest caller": ([("main.f", "x" * 65535), ("main.f", "main.main")], set()),
    "NUL, tab, space, invalid UTF-8": ([("main.\0\t \xff".encode("latin-1"), "main.main")], set()),
}


def edges_the_compiler_reads(preprofiled, directory):
    """What the compiler makes of the file: the hot threshold and hot call sites that it prints, or None if it fails."""
    source = directory / "main.go"
    source.write_text("package main\n\nfunc f() int { return 1 }\n\nfunc main() {\n\tprintln(f())\n}\n")
    run = go.go("tool", "compile", "-p=main", f"-pgoprofile={preprofiled}", "-d=pgodebug=1",
                "-o", directory / "main.o", source, check=False)
    return None if run.returncode else run.stdout + run.stderr


@pytest.mark.parametrize("case", CASES)
def test_names(case, tmp_path):
    stacks, expected = CASES[case]
    profile = tmp_path / "cpu.pprof"
    # Heaviest first, so that what the compiler drops or adds changes the threshold.
    weights = [1000, 1]
    profile.write_bytes(profiles.from_stacks(list(zip(stacks, weights))).SerializeToString())
    assert verdicts.lint_errors([profile])[profile] == expected

    preprofiled = tmp_path / "preprofiled"
    preprofiled.write_bytes(go.run_preprofile(profile))
    assert verdicts.run_report(profile) == preprofiled.read_bytes()
    intended = edges_the_compiler_reads(profile, tmp_path)  # pprof given directly: no lines to break
    assert (edges_the_compiler_reads(preprofiled, tmp_path) != intended) == bool(expected)
