"""contrib/spark on a real Spark: a master, workers, and executors that are processes of their own."""

import os
import pathlib
import shutil
import subprocess

import pytest

from pgoprof_testing import profiles, small_fleet

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
TOOL = pathlib.Path(os.environ["PGOPROF_BIN"]) / "pgo-merge"
VENV = SOURCE / "build/spark"
LOSE_EXECUTOR = SOURCE / "tests/support/lose_executor.py"

pytestmark = pytest.mark.skipif(not (VENV / "bin/spark-submit").exists() or not shutil.which("java"),
                                reason="needs Java and pyspark: scripts/setup --full")


@pytest.fixture
def spark_home(tmp_path):
    """pyspark's own, linked: Spark writes the executors' work directories and logs into its home."""
    [installed] = VENV.glob("lib/python3*/site-packages/pyspark")
    home = tmp_path / "spark"
    home.mkdir()
    for entry in installed.iterdir():
        (home / entry.name).symlink_to(entry)
    return home


@pytest.fixture
def submit(spark_home, tmp_path):
    """submit(master, argument...): the job, run as a user runs it. Spark prints what the driver does to stdout."""
    def submit(master, *arguments, files=TOOL):
        environment = {**os.environ, "SPARK_HOME": spark_home, "SPARK_LOCAL_DIRS": tmp_path / "local",
                       "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": VENV / "bin/python",
                       "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            [spark_home / "bin/spark-submit", "--master", master, "--files", files, "--driver-memory", "512m",
             "--conf", "spark.executor.memory=512m", "--conf", "spark.ui.enabled=false",
             SOURCE / "contrib/spark/merge_profiles.py", *map(str, arguments)],
            env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return submit


def test_a_lost_executor_changes_no_byte(submit, tmp_path):
    paths = small_fleet.derive(tmp_path, 1000)
    expected = tmp_path / "expected.pprof"
    subprocess.run([TOOL, "--drop-labels", *paths, "-o", expected], check=True)

    once = tmp_path / "once"
    lethal = tmp_path / "lethal-merge"
    lethal.write_text(f'#!/bin/sh\nexec /usr/bin/python3 {LOSE_EXECUTOR} {paths[500]} {once} {TOOL} "$@"\n')
    run = submit("local-cluster[2,1,512]", tmp_path / "profiles", "merged.pprof", "--partitions", 8,
                 "--pgo-merge", lethal.name, "--", "--drop-labels", files=lethal)
    assert run.returncode == 0, run.stdout
    assert once.exists() and "ExecutorLostFailure" in run.stdout, run.stdout
    assert (tmp_path / "merged.pprof").read_bytes() == expected.read_bytes()


@pytest.fixture
def one_broken(tmp_path):
    """A folder of three profiles, of which b.pprof is cut short."""
    folder = tmp_path / "profiles"
    folder.mkdir()
    whole = profiles.from_stacks([(["main.a", "main.b"], 1)]).SerializeToString()
    for name, content in [("a", whole), ("b", whole[:-1]), ("c", whole)]:
        (folder / f"{name}.pprof").write_bytes(content)
    return folder


def test_a_broken_profile_fails_the_job_by_its_name(submit, one_broken, tmp_path):
    run = submit("local[1]", one_broken, "merged.pprof", "--partitions", 1)
    assert run.returncode != 0
    assert "ended with 3" in run.stdout and f"{one_broken}/b.pprof: " in run.stdout, run.stdout
    assert not (tmp_path / "merged.pprof").exists()


def test_a_broken_profile_may_be_tolerated(submit, one_broken, tmp_path):
    expected = tmp_path / "expected.pprof"
    one_run = subprocess.run([TOOL, "--min-success=50%", *one_broken.iterdir(), "-o", expected], check=False)
    run = submit("local[1]", one_broken, "merged.pprof", "--partitions", 1, "--min-success", "50%")
    assert run.returncode == one_run.returncode == 5, run.stdout
    assert f"{one_broken}/b.pprof: " in run.stdout, run.stdout
    assert (tmp_path / "merged.pprof").read_bytes() == expected.read_bytes()


def test_durations_are_checked_across_tasks(submit, tmp_path):
    folder = tmp_path / "profiles"
    folder.mkdir()
    for seconds in (10, 30):
        profile = profiles.from_stacks([(["main.a", "main.b"], 1)], duration_nanos=seconds * 1_000_000_000)
        (folder / f"{seconds}.pprof").write_bytes(profile.SerializeToString())
    run = submit("local[1]", folder, "merged.pprof", "--partitions", 100)
    assert run.returncode != 0
    assert "ended with 1" in run.stdout and "duration" in run.stdout, run.stdout
    assert not (tmp_path / "merged.pprof").exists()
