"""A fleet behind one port: each path is a target with a profile of its own, given as soon as a test lets it go."""

import gzip
import threading
import urllib.parse

import profile_pb2

from pgoprof_testing.hostile_server import HostileServer, response


def make_profile(name, seconds=1, samples=100, label=None):
    """`samples` of 10 ms each; the same for the same arguments."""
    profile = profile_pb2.Profile(duration_nanos=seconds * 10**9, period=10**7)
    strings = [b"", b"samples", b"count", b"cpu", b"nanoseconds", b"main.main", f"main.{name}".encode(), b"target"]
    strings.append(name.encode())
    profile.string_table.extend(strings)
    profile.sample_type.add(type=1, unit=2)
    profile.sample_type.add(type=3, unit=4)
    profile.period_type.type, profile.period_type.unit = 3, 4
    for number in (1, 2):
        profile.function.add(id=number, name=4 + number, start_line=number)
        profile.location.add(id=number).line.add(function_id=number, line=number + 3)
    if samples:
        sample = profile.sample.add(location_id=[2, 1], value=[samples, samples * 10**7])
        sample.label.add(key=7, str=8)
    return gzip.compress(profile.SerializeToString(), mtime=0)


class FleetServer(HostileServer):
    """`behaviours[name]` is a list of what to do before the profile comes: responses, or events to wait for."""

    def __init__(self, names, samples=None):
        super().__init__(self._behave_as)
        self.names = list(names)
        self.samples = samples or {name: 100 + 7 * number for number, name in enumerate(self.names)}
        self.behaviours = {}
        self.asked_for = []       # names, in order
        self.most_at_a_time = 0
        self._at_a_time = 0
        self._lock = threading.Condition()

    def urls(self):
        return [f"{self.url}/{name}" for name in self.names]

    def wait_for_requests(self, count):
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.asked_for) >= count, timeout=30), self.asked_for

    def _behave_as(self, connection, request):
        url = urllib.parse.urlsplit(request.split(" ")[1])
        name, seconds = url.path.strip("/"), int(urllib.parse.parse_qs(url.query)["seconds"][0])
        with self._lock:
            self.asked_for.append(name)
            self._at_a_time += 1
            self.most_at_a_time = max(self.most_at_a_time, self._at_a_time)
            todo = self.behaviours.get(name, [])
            behaviour = todo.pop(0) if todo else None
            self._lock.notify_all()
        try:
            if isinstance(behaviour, threading.Event):
                behaviour.wait(60)
                behaviour = None
            body = behaviour or response(make_profile(name, seconds, self.samples[name]))
        finally:
            with self._lock:
                self._at_a_time -= 1
        connection.sendall(body)
