"""Many transfers at once whose answers come all at the same time: they take their turns, and little memory."""

import os
import pathlib
import resource
import selectors
import socket
import subprocess
import threading

import pytest

PROGRAMS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs"
TIMED_OUT = "fault 4"


@pytest.fixture(autouse=True)
def open_files():
    """Both ends of every connection but one process each: so many, and some."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1200:
        pytest.skip("too few open files allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Burst:
    """Waits for so many requests, and then answers all at once: `answer(I)` is sent to the I-th, and those that are
    `left_open` are not closed."""

    def __init__(self, count, answer, left_open=()):
        self._answer = answer
        self._left_open = left_open
        self._connections = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=count)
        self.url = "http://127.0.0.1:%d/" % self._listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(count,), daemon=True).start()

    def _serve(self, count):
        connections = self._connections
        for _ in range(count):
            connection, _ = self._listener.accept()
            connection.recv(4096)
            connections.append(connection)
        with selectors.DefaultSelector() as selector:
            for i, connection in enumerate(connections):
                connection.setblocking(False)
                selector.register(connection, selectors.EVENT_WRITE, [i, memoryview(self._answer(i))])
            while selector.get_map():
                for key, _ in selector.select():
                    self._send(selector, key)

    def _send(self, selector, key):
        i, left = key.data
        try:
            key.data[1] = left = left[key.fileobj.send(left):]
        except BlockingIOError:
            return
        except OSError:
            left = b""
        if not left:
            selector.unregister(key.fileobj)
            if i not in self._left_open:
                key.fileobj.close()


def carry(count, url, room, timeout):
    """What came to what, and the bytes and the peak memory of it."""
    measured = subprocess.run([PROGRAMS / "run_measured", PROGRAMS / "transfers", str(count), url, str(room), str(timeout)],
                              capture_output=True, text=True, timeout=timeout + 60)
    assert measured.returncode == 0, measured.stderr
    outcomes = {name: int(number) for name, number in (line.split(": ") for line in measured.stderr.splitlines())}
    return outcomes, int(measured.stdout.split()[2])


def answer(size, length=None):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (length or size) + bytes(size)


@pytest.mark.parametrize("room, memory", [(32 << 20, 130 << 20), (1 << 20, 100 << 20), (0, 100 << 20)])
def test_a_thousand_bodies_at_once(room, memory):
    outcomes, peak = carry(1000, Burst(1000, lambda i: answer(150_000)).url, room, 60)
    assert outcomes == {"status 200": 1000, "bytes": 150_000_000}
    if "PGOPROF_SANITIZED" not in os.environ:
        assert peak < memory


def test_those_that_stall_hold_nobody_up():
    """Five servers fill all the room there is, and more, and then say nothing."""
    stalled = range(5)
    burst = Burst(100, lambda i: answer(400_000, 800_000) if i in stalled else answer(150_000), stalled)
    outcomes, _ = carry(100, burst.url, 1 << 20, 8)
    assert outcomes == {"status 200": 95, TIMED_OUT: 5, "bytes": 95 * 150_000}
