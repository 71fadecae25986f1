"""The hook of .pre-commit-hooks.yaml, run by pre-commit in a repository."""

import os
import pathlib
import shutil
import subprocess

import pytest

from pgoprof_testing import profiles

MANIFEST = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / ".pre-commit-hooks.yaml"
PRE_COMMIT = "/usr/bin/pre-commit"
CLEAN = profiles.from_stacks([(["main.leaf", "main.caller", "main.main"], 5)], duration_nanos=0).SerializeToString()

pytestmark = pytest.mark.skipif(not os.access(PRE_COMMIT, os.X_OK), reason="needs pre-commit: scripts/setup --test")


@pytest.fixture
def run(tmp_path):
    """run(command...) in a repository that has the hook, with nothing of this machine's configuration."""
    environment = {"HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "cache"), "GIT_CONFIG_NOSYSTEM": "1",
                   "PATH": f"{os.environ['PGOPROF_BIN']}:/usr/bin:/bin", "NO_COLOR": "1", "TMPDIR": str(tmp_path),
                   **{f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}

    def run_in(folder, *command):
        return subprocess.run(command, cwd=tmp_path / folder, env=environment, capture_output=True, text=True, check=False)

    def succeed(folder, *command):
        result = run_in(folder, *command)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout.strip()

    for folder in ("hooks", "project"):
        (tmp_path / folder).mkdir()
        succeed(folder, "git", "init", "-q")
    shutil.copy(MANIFEST, tmp_path / "hooks")
    succeed("hooks", "git", "add", ".")
    succeed("hooks", "git", "commit", "-qm", "hooks")
    revision = succeed("hooks", "git", "rev-parse", "HEAD")
    (tmp_path / "project/.pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {tmp_path}/hooks\n  rev: {revision}\n  hooks:\n  - id: pgo-lint\n")
    succeed("project", PRE_COMMIT, "install")
    return lambda *command: run_in("project", *command)


def commit(run):
    assert run("git", "add", ".").returncode == 0
    return run("git", "commit", "-qm", "x")


def test_the_manifest_is_valid():
    assert subprocess.run([PRE_COMMIT, "validate-manifest", MANIFEST], check=False).returncode == 0


def test_a_profile_of_no_use_is_not_committed(run, tmp_path):
    profile = tmp_path / "project/cmd/a/default.pgo"
    profile.parent.mkdir(parents=True)
    profile.write_bytes(b"")
    refused = commit(run)
    assert refused.returncode == 1
    assert "cmd/a/default.pgo: error: " in refused.stdout + refused.stderr
    profile.write_bytes(CLEAN)
    accepted = commit(run)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    (tmp_path / "project/other.pgo").write_bytes(b"")
    assert "Skipped" in commit(run).stderr, "other files are none of its business"


@pytest.mark.parametrize("folder", ["testdata", "a/testdata/b", "vendor/x", "a/vendor/x.org/b", "_a", "a/.b/c"])
def test_where_the_go_command_does_not_look_neither_does_the_hook(folder, run, tmp_path):
    profile = tmp_path / "project" / folder / "default.pgo"
    profile.parent.mkdir(parents=True)
    profile.write_bytes(b"")
    committed = commit(run)
    assert committed.returncode == 0 and "Skipped" in committed.stderr, committed.stderr


@pytest.mark.parametrize("folder", ["testdatas", "a_b", "a.b", "vendored/x", "vendor"])
def test_other_folders_are_looked_into(folder, run, tmp_path):
    profile = tmp_path / "project" / folder / "default.pgo"
    profile.parent.mkdir(parents=True)
    profile.write_bytes(b"")
    assert commit(run).returncode == 1


def test_a_projects_options_and_configuration_hold(run, tmp_path):
    config = tmp_path / "project/.pre-commit-config.yaml"
    config.write_text(config.read_text() + "    args: [--severity=PGO401=error, --]\n")
    folder = tmp_path / "project/-o=x"
    folder.mkdir()
    (folder / "default.pgo").write_bytes(CLEAN)
    refused = commit(run)
    assert refused.returncode == 1 and "-o=x/default.pgo: error: " in refused.stdout + refused.stderr
    (tmp_path / "project/.pgo-lint.toml").write_text("fail-on = 'never'\n")
    assert commit(run).returncode == 0
