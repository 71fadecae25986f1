"""Many servers in one process, which answer recorded profiles: tests/support/go/standin."""

import pathlib
import subprocess

from pgoprof_testing import go

_SOURCE = pathlib.Path(__file__).resolve().parent.parent / "go/standin"


def build(output):
    go.go("build", "-o", output, ".", cwd=_SOURCE)
    return output


class StandIn:
    """`with StandIn(binary, ports, recordings) as fleet: fleet.urls`. Any path is a profile of its port's recording."""

    def __init__(self, binary, ports, recordings):
        self._process = subprocess.Popen([binary, "-ports", str(ports), *map(str, recordings)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = []
        for line in self._process.stdout:
            if line == "listening\n":
                break
            self.urls.append(line.strip())
        assert len(self.urls) == ports

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
