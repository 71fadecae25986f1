"""pgo-report --format preprofile writes what `go tool preprofile` writes, and refuses what it refuses."""

import os
import pathlib
import subprocess

import pytest

from pgoprof_testing import generate, go, verdicts

GENERATED = 600


def agree(path):
    theirs = go.run_preprofile(path)
    verdicts.check_agreement(path, theirs, verdicts.lint_errors([path])[path])
    return theirs


def test_profiles_of_the_go_distribution():
    for path in go.toolchain_profiles():
        assert agree(path) not in (None, verdicts.HEADER_ONLY)


@pytest.mark.parametrize("flags", [[], ["-gcflags=all=-l"], ["-gcflags=all=-N -l"]], ids=["inlined", "no-inlining", "debug"])
def test_a_program_profiled_just_now(tmp_path, flags):
    assert agree(go.capture(tmp_path, *flags)) not in (None, verdicts.HEADER_ONLY)


def test_a_go_without_start_lines(tmp_path):
    old = pathlib.Path("/usr/lib/go-1.19/bin/go")
    if not old.exists():
        pytest.skip("needs Go 1.19")
    binary, profile = tmp_path / "busy", tmp_path / "busy.pprof"
    source = tmp_path / "source"
    source.mkdir()
    for file in go.program_directory("busy").iterdir():
        (source / file.name).write_bytes(file.read_bytes())
    environment = {**go.environment(), "GOCACHE": str(go.cache_directory() / "go-1.19")}
    subprocess.run([old, "build", "-o", binary, "."], cwd=source, env=environment, check=True)
    subprocess.run([binary, profile], check=True)
    assert agree(profile) is None
    assert verdicts.lint_errors([profile])[profile] == {"PGO202"}
    refusal = verdicts.tool("pgo-report", profile)
    assert refusal.returncode == 3 and b"Go 1.20" in refusal.stderr


def test_recorded_profiles():
    found = sorted((pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata" / "real").glob("*.pprof*"))
    if not found:
        pytest.skip("no testdata/real")
    for path in found:
        agree(path)


def test_generated_profiles(tmp_path):
    paths = []
    for seed in range(GENERATED):
        path = tmp_path / f"{seed}.pprof"
        path.write_bytes(generate.generate_bytes(seed))
        paths.append(path)
    theirs = verdicts.in_pool(go.run_preprofile, paths)
    errors = verdicts.lint_errors(paths)
    verdicts.in_pool(lambda item: verdicts.check_agreement(item[0], item[1], errors[item[0]]), zip(paths, theirs))

    refused = theirs.count(None)
    ignored = theirs.count(verdicts.HEADER_ONLY)
    print(f"\n{GENERATED - refused - ignored} used, {ignored} ignored, {refused} refused")
    assert refused >= 20 and ignored >= 20 and GENERATED - refused - ignored >= 300
    # The generator keeps to what Go and we judge alike.
    assert not set.union(*errors.values()) & verdicts.ONLY_WE_REFUSE


def test_a_preprofiled_file_gives_itself(tmp_path):
    theirs = go.run_preprofile(go.toolchain_profiles()[0])
    path = tmp_path / "preprofiled"
    path.write_bytes(theirs)
    assert verdicts.run_report(path) == theirs
