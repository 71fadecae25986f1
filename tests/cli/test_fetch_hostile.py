"""Everything in pgoprof_testing/hostile_behaviours.py: each comes to its named outcome, in bounded time and memory, and
nothing is written but whole profiles."""

import collections
import concurrent.futures
import contextlib
import gzip
import os

import pytest

from pgoprof_testing.certificates import Certificates
from pgoprof_testing.fetching import PROFILE, fetch_measured
from pgoprof_testing.hostile_behaviours import BEHAVIOURS, GROUPS, OUTCOMES
from pgoprof_testing.hostile_server import HostileServer

AS_IT_WAS = b"as it was"
WRITTEN = {"whole": {PROFILE, gzip.decompress(PROFILE)}}

Meeting = collections.namedtuple("Meeting", "run written left requests")


def meet(behaviour, certificates, folder):
    output = folder / "a.pprof"
    output.write_bytes(AS_IT_WAS)
    servers = []
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        stack.enter_context = lambda server: servers.append(enter(server)) or servers[-1]
        url = behaviour.start(stack, certificates)
        run = fetch_measured(url, "--seconds", 1, "--timeout", behaviour.timeout, "--cacert", certificates.ca, "-o", output)
    requests = [request for server in servers if isinstance(server, HostileServer) for request in server.requests]
    return Meeting(run, output.read_bytes(), [path.name for path in folder.iterdir()], requests)


@pytest.fixture(scope="module")
def meetings(tmp_path_factory):
    """All of them side by side: most of the time they wait."""
    certificates = Certificates(tmp_path_factory.mktemp("certificates"))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return {name: pool.submit(meet, behaviour, certificates, tmp_path_factory.mktemp("output"))
                for name, behaviour in BEHAVIOURS.items()}


def test_there_are_many():
    assert len(BEHAVIOURS) >= 60
    assert len(BEHAVIOURS) == sum(len(group) for group in GROUPS.values()), "two have one name"


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_behaviour(name, meetings):
    behaviour = BEHAVIOURS[name]
    run, written, left, requests = meetings[name].result()
    code, message = OUTCOMES[behaviour.outcome]
    assert run.returncode == code, run.stderr
    assert message in run.stderr and behaviour.says in run.stderr, run.stderr
    assert written in WRITTEN.get(behaviour.outcome, {AS_IT_WAS}), "not a whole profile was written"
    assert left == ["a.pprof"]
    assert run.seconds < behaviour.timeout + 20
    if "PGOPROF_SANITIZED" not in os.environ:
        assert run.memory <= behaviour.memory
    assert not any(line.lower().startswith("cookie:") for request in requests for line in request.split("\r\n"))


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_messages_are_short_and_printable(name, meetings):
    shown = meetings[name].result().run.stderr.decode()
    assert len(shown) < 1500 and shown.count("\n") <= 2
    assert shown.replace("\n", "").isprintable()
    assert "hunter2" not in shown
