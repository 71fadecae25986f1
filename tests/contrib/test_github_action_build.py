"""contrib/github-action builds pgo-lint where it is not in PATH."""

import os
import pathlib
import shutil
import subprocess

from pgoprof_testing import github_action

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])


def test_pgo_lint_is_built_from_the_actions_own_repository(tmp_path):
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        copy = tmp_path / "action" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if (SOURCE / name).is_file():
            shutil.copy(SOURCE / name, copy)
    workspace = tmp_path / "workspace"
    (workspace / ".git").mkdir(parents=True)
    (workspace / "default.pgo").write_bytes(b"")
    path = os.pathsep.join(place for place in os.environ["PATH"].split(os.pathsep)
                           if not os.access(os.path.join(place, "pgo-lint"), os.X_OK))
    result = github_action.run(tmp_path / "action/contrib/github-action", workspace, path, files="default.pgo")
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith("::error file=default.pgo,line=1,title=PGO203 empty-file::")
