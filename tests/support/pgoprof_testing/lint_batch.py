"""tests/programs/lint_verdicts: lint on many inputs in one process."""

import dataclasses
import os
import pathlib
import struct
import subprocess

PROGRAMS = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs"


@dataclasses.dataclass
class Verdict:
    edges: str       # a hash of the preprofile output, or "-"
    severities: dict  # by rule id

    @property
    def errors(self):
        return {rule for rule, severity in self.severities.items() if severity == "error"}


@dataclasses.dataclass
class Rule:
    id: str
    name: str
    severity: str
    go: str
    since: int


def rules():
    """{id: Rule}, in the order of the table."""
    lines = subprocess.run([PROGRAMS / "lint_verdicts", "--rules"], capture_output=True, text=True, check=True).stdout
    table = [Rule(*line.split()) for line in lines.splitlines()]
    return {rule.id: dataclasses.replace(rule, since=int(rule.since)) for rule in table}


def frame(inputs):
    """What batch programs read: each input after its length."""
    return b"".join(struct.pack("<I", len(data)) + data for data in inputs)


def parse(output):
    verdicts = []
    for line in output.splitlines():
        edges, *found = line.split()
        verdicts.append(Verdict(edges, dict(item.split(":") for item in found)))
    return verdicts


def lint(inputs, *options):
    run = subprocess.run([PROGRAMS / "lint_verdicts", *options], input=frame(inputs), capture_output=True, check=True)
    verdicts = parse(run.stdout.decode())
    assert len(verdicts) == len(inputs)
    return verdicts
