"""contrib/parallel with GNU parallel."""

import os
import pathlib
import random
import shutil
import subprocess

import pytest

from pgoprof_testing import small_fleet

SCRIPT = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "contrib/parallel/pgo-merge-parallel"
TOOL = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-merge"
PROGRAMS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs"

pytestmark = pytest.mark.skipif(not shutil.which("parallel"), reason="needs GNU parallel: scripts/setup --test")

# The job of share 3 is killed at its third write; tried again, it is left alone.
LETHAL = f"""#!/bin/sh
case " $* " in *" --shard 3/7 "*)
    if mkdir "$0.once" 2>/dev/null; then
        export LD_PRELOAD={PROGRAMS}/faultshim.so FAULT_CALL=write FAULT_SHORT=1000 FAULT_NTH=3 FAULT_ACTION=kill FAULT_LOG="$0.once/log"
    fi ;;
esac
exec {PROGRAMS}/dynamic_merge "$@"
"""


@pytest.fixture
def run(tmp_path):
    """run(script's argument...), with tmp_path/bin before all else in PATH, and nothing left in the folder for parts."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pgo-merge").symlink_to(TOOL)
    (tmp_path / "parts").mkdir()

    def run(*arguments):
        environment = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "TMPDIR": tmp_path / "parts",
                       "HOME": tmp_path}
        result = subprocess.run([SCRIPT, *map(str, arguments)], env=environment, cwd=tmp_path, capture_output=True,
                                text=True, check=False)
        assert not list((tmp_path / "parts").iterdir())
        return result
    return run


def store_list(path, paths):
    path.write_text("".join(f"{line}\n" for line in paths))
    return path


def test_a_killed_job_changes_no_byte(run, tmp_path):
    paths = small_fleet.derive(tmp_path, 300)
    subprocess.run([TOOL, *paths, "-o", tmp_path / "expected.pprof"], check=True)
    lethal = tmp_path / "bin/pgo-merge"
    lethal.unlink()
    lethal.write_text(LETHAL)
    lethal.chmod(0o755)

    # A path that is listed twice is of one worker, and counts once.
    listed = random.Random(1).sample(paths, len(paths)) + paths[:5]
    result = run(store_list(tmp_path / "list", listed), 7, "merged.pprof")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "bin/pgo-merge.once/log").read_text().split()[-3:] == ["write"] * 3  # and no rename
    assert (tmp_path / "merged.pprof").read_bytes() == (tmp_path / "expected.pprof").read_bytes()


def test_a_failure_is_the_scripts(run, tmp_path):
    paths = small_fleet.derive(tmp_path, 5)
    paths[3].write_bytes(paths[3].read_bytes()[:-1])
    result = run(store_list(tmp_path / "list", paths), 2, "merged.pprof")
    assert result.returncode == 3, result.stderr
    assert f"{paths[3]}: " in result.stderr
    assert not (tmp_path / "merged.pprof").exists()


@pytest.mark.parametrize("option", [["--min-success=50%"], ["--min-success", "50%"]])
def test_profiles_may_fail_as_the_option_allows(run, option, tmp_path):
    paths = small_fleet.derive(tmp_path, 20)
    paths[3].write_bytes(paths[3].read_bytes()[:-1])
    listed = store_list(tmp_path / "list", paths)
    expected = subprocess.run([TOOL, "--input-files", listed, "--shard=1/1", "--min-success=1"], capture_output=True,
                              check=False).stdout
    result = run(listed, 2, "merged.pprof", *option, "--drop-labels")
    assert result.returncode == 5, result.stderr
    subprocess.run([TOOL, "--drop-labels", "-o", tmp_path / "expected.pprof", "-"], input=expected, check=True)
    assert (tmp_path / "merged.pprof").read_bytes() == (tmp_path / "expected.pprof").read_bytes()
    (tmp_path / "merged.pprof").unlink()
    assert run(listed, 2, "merged.pprof", "--min-success=100%").returncode == 3
    assert not (tmp_path / "merged.pprof").exists()
