"""The example service, built with a real Go and run on a free port."""

import contextlib
import os
import pathlib
import re
import subprocess
import urllib.request

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])


def toolchains():
    """Paths of the go commands at hand, by version: {"go1.19.8": "/usr/lib/go-1.19/bin/go"}."""
    candidates = ["/usr/local/go/bin/go", *map(str, sorted(pathlib.Path("/usr/lib").glob("go-1.*/bin/go")))]
    candidates += [os.path.join(folder, "go") for folder in os.environ.get("PATH", "").split(":")]
    found = {}
    for go in candidates:
        if os.access(go, os.X_OK):
            version = subprocess.run([go, "env", "GOVERSION"], env=_environment(), capture_output=True, text=True)
            if version.returncode == 0:
                found.setdefault(version.stdout.strip(), go)
    return found


def _environment():
    return {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"}


def build(go, example, output):
    """Builds examples/<example>; returns the binary's path."""
    subprocess.run([go, "build", "-o", str(output), "."], cwd=SOURCE / "examples" / example, env=_environment(), check=True)
    return str(output)


@contextlib.contextmanager
def under_load(binary, *services):
    """`binary` is what was built of the example `load`."""
    loads = [subprocess.Popen([binary, "-url", service.url, "-duration", "120s"]) for service in services]
    try:
        yield
    finally:
        for load in loads:
            load.kill()
            load.wait()


class Service:
    """A running service: `with Service(binary) as service: ... service.url`."""

    def __init__(self, binary, *arguments):
        self._process = subprocess.Popen(
            [binary, "-addr", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        match = re.fullmatch(r"listening on (http://\S+)\n", line)
        assert match, f"unexpected first line: {line!r}"
        self.url = match[1]

    def get(self, path):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + path) as response:
            return response.read()

    def is_profiling(self):
        """Whether a CPU profile is being taken: its handler sleeps after it has begun, not before."""
        return b"net/http/pprof.sleep" in self.get("/debug/pprof/goroutine?debug=1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
