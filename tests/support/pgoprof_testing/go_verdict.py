"""go tool preprofile on many inputs in one process: tests/support/go/verdict, built around the toolchain's own packages,
which are copied from the GOROOT at hand each time."""

import dataclasses
import shutil
import subprocess

from pgoprof_testing import go, lint_batch

# Package of GOROOT/src -> its name in the copy.
_PACKAGES = {"internal/profile": "profile", "cmd/internal/pgo": "pgo"}


@dataclasses.dataclass
class Verdict:
    name: str     # GoVerdict in lint/lint.h
    detail: str   # the message, or a hash of the output

    @property
    def edges(self):
        return "-" if self.name in ("refuses", "crashes") else self.detail


def build(directory):
    """The program's path."""
    module = directory / "verdict"
    shutil.copytree(go.program_directory("verdict"), module)
    for package, name in _PACKAGES.items():
        (module / name).mkdir()
        for source in (go.goroot() / "src" / package).glob("*.go"):
            if source.name.endswith("_test.go"):
                continue
            text = source.read_text()
            for other, its_name in _PACKAGES.items():
                text = text.replace(f'"{other}"', f'"verdict/{its_name}"')
            (module / name / source.name).write_text(text)
    binary = directory / "go_verdict"
    go.go("build", "-o", binary, ".", cwd=module)
    return binary


def judge(binary, inputs):
    run = subprocess.run([binary], input=lint_batch.frame(inputs), capture_output=True, check=True)
    verdicts = [Verdict(*line.split(" ", 1)) for line in run.stdout.decode().splitlines()]
    assert len(verdicts) == len(inputs)
    return verdicts
