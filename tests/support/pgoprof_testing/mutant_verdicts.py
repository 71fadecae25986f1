"""Whether lint's verdict on mutants of real profiles predicts the Go toolchain's."""

import collections
import dataclasses
import subprocess

from pgoprof_testing import go, go_verdict, lint_batch, mutants

_LARGE = 200_000  # bytes, inflated: of these every tenth as many mutants, lest they take all the time
_BATCH = 500


def plan(originals, count):
    """[(original, number)]: each in turn."""
    chosen, number = [], 0
    while len(chosen) < count:
        chosen += [(original, number) for original in originals if len(original.inflated) < _LARGE or number % 10 == 0]
        number += 1
    return chosen[:count]


@dataclasses.dataclass
class Outcome:
    go: collections.Counter = dataclasses.field(default_factory=collections.Counter)     # by verdict
    rules: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # errors, by rule
    clean: int = 0               # that Go uses and that have no error
    only_we_refuse: int = 0      # that Go uses, under rules which say so
    disagreements: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.go += other.go
        self.rules += other.rules
        self.clean += other.clean
        self.only_we_refuse += other.only_we_refuse
        self.disagreements += other.disagreements


def disagreement(theirs, ours, rules):
    """What is wrong with our verdict, or None."""
    accused = {rule for rule in ours.errors if rules[rule].go != "uses"}
    if theirs.name != "uses":
        return None if ours.errors else f"Go {theirs.name} it ({theirs.detail}), and there is no error"
    if accused:
        return f"Go uses it in full, and there is {accused}"
    if not ours.errors and ours.edges != theirs.edges:
        return "other edges than Go's"
    return None


def judge(binary, planned):
    """Outcome of these mutants."""
    rules, outcome = lint_batch.rules(), Outcome()
    for begin in range(0, len(planned), _BATCH):
        batch = planned[begin:begin + _BATCH]
        inputs = [mutants.mutant(original, number) for original, number in batch]
        for (original, number), theirs, ours in zip(batch, go_verdict.judge(binary, inputs), lint_batch.lint(inputs)):
            outcome.go[theirs.name] += 1
            outcome.rules.update(ours.errors)
            wrong = disagreement(theirs, ours, rules)
            if wrong:
                outcome.disagreements.append(f"mutant {number} of {original.name}: {wrong}")
            elif theirs.name == "uses":
                outcome.clean += not ours.errors
                outcome.only_we_refuse += bool(ours.errors)
    return outcome


def compare_with_preprofile(binary, planned, directory):
    """Disagreements between tests/support/go/verdict and the real `go tool preprofile` on these mutants."""
    path, found = directory / "mutant.pprof", []
    inputs = [mutants.mutant(original, number) for original, number in planned]
    for (original, number), content, batched in zip(planned, inputs, go_verdict.judge(binary, inputs)):
        path.write_bytes(content)
        run = subprocess.run([go.preprofile(), "-i", path], capture_output=True, check=False)
        if not _same(run, batched):
            found.append(f"mutant {number} of {original.name}: {batched}, preprofile ends with {run.returncode}")
    return found


def _same(run, batched):
    if run.returncode == 0:
        return batched.edges == f"{_fnv1a(run.stdout):016x}"
    panicked = b"panic: " in run.stderr
    if panicked or batched.name == "crashes":
        return panicked and batched.name == "crashes" and b"nil pointer dereference" in run.stderr
    return batched.name == "refuses" and batched.detail[:60].encode() in run.stderr.replace(b"\n", b" ")


def _fnv1a(data):
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return value
