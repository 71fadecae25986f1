"""The hot set's threshold is the one that the compiler prints."""

import json
import re
import subprocess

import pytest

from pgoprof_testing import generate, go, verdicts

PROGRAM = "package main\n\nfunc f() int { return 1 }\n\nfunc main() { println(f()) }\n"


def compiler_threshold(profile, tmp_path, flags="pgodebug=1"):
    """Of `compile` run on one small package: what the profile is from does not matter."""
    source = tmp_path / "main.go"
    source.write_text(PROGRAM)
    run = go.go("tool", "compile", "-p=main", f"-pgoprofile={profile}", f"-d={flags}", "-o", tmp_path / "main.o", source)
    printed = re.search(r"^hot-callsite-thres-from-CDF=(\S+)$", run.stdout + run.stderr, re.MULTILINE)
    return float(printed[1])


def check(profile, tmp_path):
    report = json.loads(verdicts.tool("pgo-report", "--format", "json", "--all", profile).stdout)
    assert report["threshold_percent"] == compiler_threshold(profile, tmp_path)
    hot = [edge for edge in report["edges"] if edge["hot"]]
    assert len(hot) == report["hot_edge_count"] and hot == report["edges"][:len(hot)]


def test_real_profiles(tmp_path):
    for profile in go.toolchain_profiles():
        check(profile, tmp_path)
    check(go.capture(tmp_path), tmp_path)


def test_generated_profiles(tmp_path):
    checked = 0
    for seed in range(60):
        profile = tmp_path / f"{seed}.pprof"
        profile.write_bytes(generate.generate_bytes(seed))
        edges = go.run_preprofile(profile)
        if edges not in (None, verdicts.HEADER_ONLY):
            check(profile, tmp_path)
            checked += 1
    assert checked >= 20


@pytest.mark.parametrize("percent", ["0", "0.5", "12.25", "50", "90", "99", "99.99", "100"])
def test_other_limits(percent, tmp_path):
    for profile in (go.goroot() / "src/cmd/compile/default.pgo", go.capture(tmp_path)):
        run = verdicts.tool("pgo-report", "--format", "json", "--hot-percent", percent, profile)
        theirs = compiler_threshold(profile, tmp_path, f"pgodebug=1,pgoinlinecdfthreshold={percent}")
        assert json.loads(run.stdout)["threshold_percent"] == theirs


@pytest.mark.parametrize("percent", ["-1", "100.5", "many"])
def test_limits_that_the_compiler_refuses(percent, tmp_path):
    profile = go.capture(tmp_path)
    assert verdicts.tool("pgo-report", "--hot-percent", percent, profile).returncode == 2
    with pytest.raises(subprocess.CalledProcessError):
        compiler_threshold(profile, tmp_path, f"pgodebug=1,pgoinlinecdfthreshold={percent}")
