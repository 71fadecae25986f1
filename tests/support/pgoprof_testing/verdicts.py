"""pgo-lint and pgo-report run as a user would, and what their verdicts may differ in from Go's."""

import concurrent.futures
import json
import os
import pathlib
import subprocess

# Rules under which only we refuse a profile that preprofile takes: GoBehaviour::accepts in model/invariants.cc.
ONLY_WE_REFUSE = {"PGO106", "PGO124", "PGO125", "PGO126", "PGO129"}
# Go takes these silently for no profile.
IGNORED = {"PGO203", "PGO204", "PGO205"}

# Of a capture of some seconds: too few samples for a stable hot set, and no multiple of 30 s.
OF_A_SHORT_CAPTURE = {"PGO306", "PGO403"}

HEADER_ONLY = b"GO PREPROFILE V1\n"


def tool(name, *arguments, **options):
    binary = pathlib.Path(os.environ["PGOPROF_BIN"]) / name
    return subprocess.run([binary, *map(str, arguments)], capture_output=True, check=False, **options)


def in_pool(function, items):
    """[function(item) ...], two at a time: the work is in processes of their own."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


def rules(document):
    """The set of rules that `pgo-lint --format json` found violated."""
    return {finding["rule"] for file in document["files"] for finding in file["findings"]}


def lint_errors(paths):
    """{path: set of the rules that are errors there}, and checks the exit code of each batch."""
    errors = {}
    paths = list(paths)
    for begin in range(0, len(paths), 500):
        batch = paths[begin:begin + 500]
        run = tool("pgo-lint", "--format", "json", *batch)
        document = json.loads(run.stdout)
        assert [file["file"] for file in document["files"]] == [str(path) for path in batch]
        for path, file in zip(batch, document["files"]):
            errors[path] = {finding["rule"] for finding in file["findings"] if finding["severity"] == "error"}
        assert run.returncode == (1 if any(errors[path] for path in batch) else 0), run.stderr
    return errors


def run_report(path):
    """What pgo-report --format preprofile writes, or None if it refuses the content."""
    run = tool("pgo-report", "--format", "preprofile", path)
    assert run.returncode in (0, 3), (path, run.returncode, run.stderr)
    assert run.returncode == 0 or (not run.stdout and b"error: " in run.stderr)
    return run.stdout if run.returncode == 0 else None


def check_agreement(path, theirs, errors):
    """Asserts that pgo-lint's errors and pgo-report's bytes on `path` agree with preprofile's output `theirs`."""
    ours = run_report(path)
    if theirs is None:
        assert errors, f"{path}: preprofile refuses it, pgo-lint finds no error"
        assert ours is None, f"{path}: preprofile refuses it, pgo-report does not"
    elif ours is None:
        assert errors & ONLY_WE_REFUSE, f"{path}: only pgo-report refuses it: {errors}"
    else:
        assert ours == theirs, f"{path}: other edges"
        assert bool(errors & IGNORED) == (theirs == HEADER_ONLY), f"{path}: {errors}"
        assert errors <= IGNORED | {"PGO207", "PGO208"}, f"{path}: Go uses it, pgo-lint says {errors}"
