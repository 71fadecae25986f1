"""pgo-merge where the system gives little: threads, or stack."""

import os
import resource

import pytest

from pgoprof_testing.merge_tool import cpu_profile, run, store


def limit_stack(size):
    """For preexec_fn. It is the size of every thread's stack, too."""
    return lambda: resource.setrlimit(resource.RLIMIT_STACK, (size, resource.getrlimit(resource.RLIMIT_STACK)[1]))


def test_does_without_threads(tmp_path):
    paths = [store(tmp_path / f"{i}.pprof", cpu_profile(b"main.f%d" % i)) for i in range(5)]
    no_room = limit_stack(1 << 50)
    result = run("-j4", *paths, preexec_fn=no_room)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout == run("-j1", *paths).stdout


@pytest.mark.skipif("PGOPROF_SANITIZED" in os.environ, reason="sanitizers need more stack")
def test_stacks_that_part_one_after_the_other_need_no_deep_recursion(tmp_path):
    levels, files = 2500, 2
    paths = []
    for i in range(files):
        message = cpu_profile()
        message.location.add(id=2, address=0x2000).line.add(function_id=1, line=13)
        for depth in range(i, levels, files):
            message.sample.add(location_id=[1] * (4 * depth) + [2], value=[1, 10_000_000])
        paths.append(store(tmp_path / f"{i}.pprof", message))
    result = run("--max-input-size=1g", *paths, preexec_fn=limit_stack(256 << 10))
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout == run("--max-input-size=1g", *reversed(paths)).stdout
