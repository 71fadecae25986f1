"""Real profile stores: Pyroscope and Parca, run on loopback ports of their own with all their data in one folder.

Their programs are looked for in build/servers and in PATH; docs/developing.md says how they get there.
"""

import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

_SERVERS = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "build" / "servers"
_PATIENCE = 90  # seconds, until a server is ready or has taken something in


def find(name):
    """The program's path; the test is skipped if there is none."""
    program = shutil.which(name, path=f"{_SERVERS}:{os.environ['PATH']}")
    return program or pytest.skip(f"no {name} here")


def _free_ports(count):
    """Held all at once, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def until(condition, what):
    """Waits until `condition()` is true, and returns what it was; fails after a while."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if outcome := condition():
            return outcome
        time.sleep(0.1)
    raise AssertionError(f"not within {_PATIENCE} s: {what}")


class _Store:
    def __init__(self, program, arguments, folder, port):
        self.url = f"http://127.0.0.1:{port}"
        self.host = f"127.0.0.1:{port}"
        self._log = open(folder / "log", "wb")  # pylint: disable=consider-using-with
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "TMPDIR": str(folder)}
        self._process = subprocess.Popen([program, *arguments], cwd=folder, env=environment, stdout=self._log,
                                         stderr=subprocess.STDOUT)

    def request(self, path, message=None, headers=()):
        """POST of a message as JSON, or GET. Status and body."""
        body = None if message is None else json.dumps(message).encode()
        request = urllib.request.Request(self.url + path, body, {"Content-Type": "application/json", **dict(headers)})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_PATIENCE) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except urllib.error.URLError as error:
            assert self._process.poll() is None, f"{self._process.args[0]} ended"
            return 0, str(error).encode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._log.close()


class Pyroscope(_Store):
    """With `storage` v1 or v2, its two ways of keeping profiles."""

    def __init__(self, program, folder, *arguments, storage="v2"):
        here = "127.0.0.1"
        port, grpc, gossip, raft = _free_ports(4)
        rings = ("distributor.ring", "overrides-exporter.ring", "query-scheduler.ring")
        if storage == "v1":
            rings += ("store-gateway.sharding-ring", "compactor.ring")
        lifecycler = "ingester" if storage == "v1" else "segment-writer"
        super().__init__(program, [
            f"-server.http-listen-address={here}", f"-server.http-listen-port={port}",
            f"-server.grpc-listen-address={here}", f"-server.grpc-listen-port={grpc}",
            f"-memberlist.bind-addr={here}", f"-memberlist.bind-port={gossip}",
            f"-memberlist.advertise-addr={here}", f"-memberlist.advertise-port={gossip}",
            f"-metastore.address={here}:{grpc}", f"-query-backend.address={here}:{grpc}",
            f"-metastore.raft.bind-address={here}:{raft}",
            f"-metastore.raft.server-id={here}:{raft}",
            f"-metastore.raft.advertise-address={here}:{raft}",
            f"-query-frontend.instance-addr={here}", f"-{lifecycler}.lifecycler.addr={here}",
            *(f"-{ring}.instance-addr={here}" for ring in rings), f"-architecture.storage={storage}",
            f"-write-path={lifecycler}",
            "-usage-stats.enabled=false", "-self-profiling.disable-push=true", *arguments], folder, port)
        until(lambda: self.request("/ready")[0] == 200, "Pyroscope is ready")

    def push(self, profile, labels, tenant=None):
        """One CPU profile, as Alloy and the Go SDK push it."""
        labels = {"__name__": "process_cpu", **labels}
        message = {"series": [{"labels": [{"name": name, "value": value} for name, value in labels.items()],
                               "samples": [{"rawProfile": base64.b64encode(profile).decode()}]}]}
        headers = {"X-Scope-OrgID": tenant} if tenant else {}
        status, body = self.request("/push.v1.PusherService/Push", message, headers)
        assert status == 200, body

    def wait_until_stored(self, selector, tenant=None):
        """What is pushed can be asked for a little later."""
        headers = {"X-Scope-OrgID": tenant} if tenant else {}
        now = int(time.time() * 1000)
        question = {"profileTypeID": "process_cpu:cpu:nanoseconds:cpu:nanoseconds", "labelSelector": selector,
                    "start": now - 86_000_000, "end": now + 60_000}
        method = "/querier.v1.QuerierService/SelectMergeProfile"
        until(lambda: b'"sample"' in self.request(method, question, headers)[1], f"{selector} is stored")


class Parca(_Store):
    def __init__(self, program, folder, scrape=None):
        (port,) = _free_ports(1)
        config = {"object_storage": {"bucket": {"type": "FILESYSTEM", "config": {"directory": str(folder / "objects")}}}}
        if scrape:
            config["scrape_configs"] = [{
                "job_name": "api", "scrape_interval": "3s", "scrape_timeout": "9s",
                "static_configs": [{"targets": [scrape]}],
                "profiling_config": {"pprof_config": {name: {"enabled": False} for name in (
                    "memory", "block", "goroutine", "mutex", "delta_heap")}}}]
        (folder / "parca.yaml").write_text(json.dumps(config))  # JSON is YAML
        super().__init__(program, [
            f"--config-path={folder / 'parca.yaml'}", f"--http-address=127.0.0.1:{port}",
            f"--debuginfo-cache-dir={folder}", "--debuginfod-upstream-servers=http://127.0.0.1:9"], folder, port)
        until(lambda: self.request("/api/profiles/types")[0] in (200, 404), "Parca answers")

    def push(self, profile, labels):
        """One CPU profile, as an agent without symbolization pushes it."""
        labels = {"__name__": "process_cpu", **labels}
        message = {"series": [{"labels": {"labels": [{"name": name, "value": value} for name, value in labels.items()]},
                               "samples": [{"rawProfile": base64.b64encode(profile).decode()}]}]}
        status, body = self.request("/api/profiles/writeraw", message)
        assert status == 200, body
