"""A profile of a real program: no error to lint, reported, and used by `go build -pgo`."""

import json

from pgoprof_testing import go, verdicts


def test_a_captured_profile_is_sound_and_used_by_the_build(tmp_path):
    profile = go.capture(tmp_path)
    lint = json.loads(verdicts.tool("pgo-lint", "--format", "json", profile).stdout)
    assert verdicts.rules(lint) <= verdicts.OF_A_SHORT_CAPTURE
    report = json.loads(verdicts.tool("pgo-report", "--all", "--format", "json", profile).stdout)
    assert report["hot_edge_count"] > 0
    assert any(edge["caller"].startswith("main.") and edge["file"].endswith("main.go") for edge in report["edges"])

    optimized = tmp_path / "optimized"
    go.go("build", f"-pgo={profile}", "-o", optimized, ".", cwd=go.program_directory("busy"))
    assert f"-pgo={profile}" in go.go("version", "-m", optimized).stdout


def test_the_build_refuses_what_is_already_preprofiled(tmp_path):
    preprofiled = tmp_path / "preprofiled"
    preprofiled.write_bytes(go.run_preprofile(go.toolchain_profiles()[0]))
    build = go.go("build", f"-pgo={preprofiled}", "-o", tmp_path / "busy", ".", cwd=go.program_directory("busy"), check=False)
    assert build.returncode != 0
    assert verdicts.lint_errors([preprofiled])[preprofiled] == {"PGO206"}
