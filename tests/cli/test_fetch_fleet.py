"""pgo-fetch with many targets: merging as it goes, keeping, resuming, tolerating."""

import fcntl
import hashlib
import json
import os
import pathlib
import pty
import random
import signal
import subprocess
import threading

import pytest

from pgoprof_testing.fleet_server import FleetServer, make_profile
from pgoprof_testing.hostile_server import response

BIN = pathlib.Path(os.environ["PGOPROF_BIN"])
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
NAMES = [f"server{number}" for number in range(8)]
UNAVAILABLE = response(b"come back\x1b[2J\n", "Content-Type: text/plain", "Retry-After: 0", status="503 Unavailable")
GONE = response(b"", status="404 Not Found")


def start(*arguments, **options):
    return subprocess.Popen([BIN / "pgo-fetch", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=ENVIRONMENT, **options)


def fetch(*arguments, stdin=None):
    return subprocess.run([BIN / "pgo-fetch", "--seconds", "1", *map(str, arguments)], input=stdin, capture_output=True,
                          timeout=60, env=ENVIRONMENT)


def merge(folder, *options):
    """What pgo-merge makes of the files in a directory that pgo-fetch filled."""
    run = subprocess.run([BIN / "pgo-merge", *options, *sorted(folder.glob("*.pprof"))], capture_output=True, check=True)
    return run.stdout


def manifest(folder):
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    assert lines[0]["schema"] == "pgoprof.pgo-fetch.manifest/1"
    return lines[1:]


def done(result, code=0):
    assert result.returncode == code, result.stderr
    return result


@pytest.fixture
def server():
    with FleetServer(NAMES) as running:
        yield running


# Merging.

@pytest.mark.parametrize("options", [
    [], ["--compact"], ["--drop-labels"], ["--keep-labels", "target"], ["--durations=scale"], ["--durations=ignore"],
    ["--weight-by=target"], ["--weight-by=target", "--compact"],
], ids=" ".join)
def test_the_merge_is_pgo_merges(server, tmp_path, options):
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    done(fetch(*server.urls(), "-o", output, "--dir", kept, *options))
    assert len(list(kept.glob("*.pprof"))) == len(NAMES)
    assert output.read_bytes() == merge(kept, *options)


def test_each_target_counts_the_same(server, tmp_path):
    """Within what is said of it: half a target's samples in a hundred million."""
    output = tmp_path / "merged.pprof"
    done(fetch(*server.urls(), "-o", output, "--weight-by=target"))
    report = subprocess.run([BIN / "pgo-report", "--format", "json", output], capture_output=True, check=True)
    weights = [edge["weight"] for edge in json.loads(report.stdout)["edges"]]
    assert len(weights) == len(NAMES)
    assert all(abs(weight - 10**8) <= 200 for weight in weights)


def test_any_order_of_arrival_gives_the_same_bytes(tmp_path):
    outputs = set()
    for attempt in range(4):
        with FleetServer(NAMES) as server:
            events = {name: threading.Event() for name in NAMES}
            server.behaviours = {name: [event] for name, event in events.items()}
            output = tmp_path / f"{attempt}.pprof"
            process = start(*server.urls(), "--seconds", 1, "-o", output, "--dir", tmp_path / str(attempt))
            server.wait_for_requests(len(NAMES))
            order = random.Random(attempt).sample(NAMES, len(NAMES))
            for number, name in enumerate(order):
                events[name].set()
                wait_for_lines(tmp_path / str(attempt), 2 + number, process)
            _, messages = process.communicate(timeout=30)
            assert process.returncode == 0, messages
            arrived = [entry["target"].split("/")[-1].split("?")[0] for entry in manifest(tmp_path / str(attempt))]
            assert arrived == order
            outputs.add(output.read_bytes())
    assert len(outputs) == 1


def test_one_target_is_written_as_it_came_unless_it_is_to_be_changed(server, tmp_path):
    output = tmp_path / "a.pprof"
    assert done(fetch(server.urls()[0], "-o", output)).stdout == b""
    assert output.read_bytes() == make_profile(NAMES[0], 1, 100)
    done(fetch(server.urls()[0], "-o", output, "--compact"))
    assert output.read_bytes() != make_profile(NAMES[0], 1, 100)
    done(fetch(server.urls()[0], "--rounds", 2, "-o", output, "--dir", tmp_path / "kept"))
    assert output.read_bytes() == merge(tmp_path / "kept")
    assert len(list((tmp_path / "kept").glob("*.pprof"))) == 2


def test_a_capture_of_another_length_is_left_out(server, tmp_path):
    server.behaviours[NAMES[3]] = [response(make_profile("odd", 7))]
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    result = done(fetch(*server.urls(), "-o", output, "--dir", kept, "--min-success", "50%"), 5)
    assert b"server3?seconds=1: the profile is of 7s, not of 1s as it was asked for" in result.stderr
    entry, = [entry for entry in manifest(kept) if entry["outcome"] == "failed"]
    assert (entry["fault"], entry["file"], entry["duration_nanos"]) == ("odd-duration", "", 7 * 10**9)
    # The failure is in the provenance, which the files alone do not tell of.
    assert b"7 captured, 0 idle, 1 failed" in result.stdout
    server.behaviours[NAMES[3]] = [response(make_profile("odd", 7))]
    done(fetch(*server.urls(), "-o", output, "--durations=scale"))


def test_targets_that_are_asked_for_differing_lengths(server, tmp_path):
    """Which of them is wrong cannot be told: --min-success has no say."""
    urls = [f"{url}?seconds={1 + 8 * (number == 3)}" for number, url in enumerate(server.urls())]
    process = start(*urls, "-o", tmp_path / "merged.pprof", "--min-success", "50%")
    _, messages = process.communicate(timeout=30)
    assert process.returncode == 1 and b"server3?seconds=9: 9s" in messages, messages
    assert not list(tmp_path.iterdir())


def test_idle_servers_are_left_out(tmp_path):
    samples = {name: 1 if number % 2 else 50 for number, name in enumerate(NAMES)}
    with FleetServer(NAMES, samples) as server:
        output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
        result = done(fetch(*server.urls(), "-o", output, "--dir", kept, "--min-cpu", "0.1"))
        assert b"4 captured, 4 idle, 0 failed" in result.stdout
        assert output.read_bytes() == merge(kept)
        assert sorted(entry["outcome"] for entry in manifest(kept)) == ["captured"] * 4 + ["idle"] * 4
        result = done(fetch(*server.urls(), "-o", tmp_path / "none", "--min-cpu", "8"), 3)
        assert b"no server was as busy" in result.stderr
        assert not (tmp_path / "none").exists()
        asked = len(server.asked_for)
        done(fetch(*server.urls(), "-o", output, "--dir", kept, "--min-cpu", "0.1"))
        assert len(server.asked_for) == asked, "idle servers were asked again"


@pytest.mark.parametrize("options, failures, code", [
    ([], 0, 3), (["--compact"], 0, 3), (["--min-success", "7"], 1, 3), (["--best-effort"], 1, 0),
], ids=str)
def test_a_fleet_of_idle_servers(tmp_path, options, failures, code):
    """What it gave is kept, but replaces no good profile."""
    output, kept = tmp_path / "default.pgo", tmp_path / "kept"
    output.write_text("as it was")
    with FleetServer(NAMES, dict.fromkeys(NAMES, 0)) as server:
        server.behaviours = {name: [GONE] for name in NAMES[:failures]}
        result = done(fetch(*server.urls(), "-o", output, "--dir", kept, "--format", "json", *options), code)
    assert output.read_text() == "as it was"
    captured = len(NAMES) - failures
    assert b"none of %d profiles has samples: the servers were idle for 1s" % captured in result.stderr
    assert f"{output} is left as it was; collect under load, into another directory".encode() in result.stderr
    assert json.loads(result.stdout)["output"] is None
    assert len(list(kept.glob("*.pprof"))) == captured


def test_one_busy_server_is_enough(tmp_path):
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    with FleetServer(NAMES, {name: 7 * (name == NAMES[2]) for name in NAMES}) as server:
        done(fetch(*server.urls(), "-o", output, "--dir", kept))
    assert output.read_bytes() == merge(kept) and len(list(kept.glob("*.pprof"))) == len(NAMES)


def test_idle_servers_and_an_interruption(tmp_path):
    output, kept = tmp_path / "default.pgo", tmp_path / "kept"
    output.write_text("as it was")
    with FleetServer(NAMES, dict.fromkeys(NAMES, 0)) as server:
        server.behaviours = {NAMES[0]: [threading.Event()]}
        process = start(*server.urls(), "--seconds", 1, "-o", output, "--dir", kept)
        wait_for_lines(kept, len(NAMES), process)
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=30)
    assert (process.returncode, output.read_text()) == (130, "as it was")
    assert b"interrupted: what is complete has no samples, and is not written" in messages


# Targets.

def test_lists_of_targets(server, tmp_path):
    lines, groups = tmp_path / "lines", tmp_path / "groups.json"
    lines.write_text(f"# the fleet\n{server.urls()[0]}\n\n{server.urls()[1]}  # two\n")
    groups.write_text(json.dumps([{"targets": [server.host], "labels": {"__metrics_path__": f"/{NAMES[2]}"}}]))
    result = done(fetch("--targets", lines, "--targets", groups, "--targets", "-", server.urls()[1], "--dir",
                        tmp_path / "kept", stdin=server.urls()[3].encode()))
    assert sorted(server.asked_for) == NAMES[:4]
    assert result.stderr.decode().count("is named more than once, and asked once") == 1
    assert b"4 captured" in result.stdout


@pytest.mark.parametrize("content, code, message", [
    ("a:1\nftp://user:hunter2@b\n", 2, b"(LIST, line 2)"),
    ("# none\n", 3, b"the lists name no target"),
    ('[{"targets": 5}]', 3, b'group 1: no list of "targets"'),
    (None, 4, b"No such file"),
])
def test_lists_that_cannot_be_used(tmp_path, content, code, message):
    path = tmp_path / "list"
    if content is not None:
        path.write_text(content)
    result = done(fetch("--targets", path, "-o", tmp_path / "a.pprof"), code)
    assert message.replace(b"LIST", str(path).encode()) in result.stderr
    assert b"hunter2" not in result.stderr
    assert not (tmp_path / "a.pprof").exists()


def test_targets_that_differ_in_a_secret_are_two(server, tmp_path):
    url = server.urls()[0]
    result = done(fetch(f"{url}?token=hunter1", f"{url}?token=hunter2", f"{url}?token=hunter2", "--dir", tmp_path / "kept"))
    assert len(server.asked_for) == 2
    names = [entry["target"] for entry in manifest(tmp_path / "kept")]
    assert sorted(names) == [f"{url}?token=***&seconds=1", f"{url}?token=***&seconds=1 #2"]
    assert b"hunter" not in result.stdout + result.stderr


def test_so_many_at_a_time(server, tmp_path):
    done(fetch(*server.urls(), "--parallel", 3, "--rounds", 3, "-o", tmp_path / "a.pprof"))
    assert len(server.asked_for) == 3 * len(NAMES)
    assert 1 <= server.most_at_a_time <= 3


def test_rounds_ask_a_sample_in_another_order(server, tmp_path):
    done(fetch(*server.urls(), "--rounds", 6, "--sample", 4, "--every", "100ms", "--jitter=50%", "--dir", tmp_path / "kept"))
    asked = [tuple(server.asked_for[begin:begin + 4]) for begin in range(0, 24, 4)]
    assert len(server.asked_for) == 24 and all(len(set(names)) == 4 for names in asked)
    assert len(set(asked)) > 1
    entries = manifest(tmp_path / "kept")
    assert [entry["round"] for entry in entries] == [round for round in range(1, 7) for _ in range(4)]
    assert {entry["of"] for entry in entries} == {4}


# Failures.

def test_without_leave_a_failure_is_the_runs(server, tmp_path):
    server.behaviours[NAMES[2]] = [GONE]
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    output.write_text("as it was")
    result = done(fetch(*server.urls(), "-o", output, "--dir", kept), 4)
    assert output.read_text() == "as it was"
    assert b"server2?seconds=1: no such page (HTTP status 404)" in result.stderr
    assert len(list(kept.glob("*.pprof"))) == len(NAMES) - 1
    # The same command again asks for what is missing.
    asked = len(server.asked_for)
    result = done(fetch(*server.urls(), "-o", output, "--dir", kept))
    assert result.stderr == b"pgo-fetch: resumed with 7 captures of earlier runs\n"
    assert server.asked_for[asked:] == [NAMES[2]]
    assert output.read_bytes() == merge(kept)


@pytest.mark.parametrize("options, failures, code", [
    (["--min-success", "6"], 2, 5), (["--min-success", "75%"], 2, 5), (["--min-success", "7"], 2, 1),
    (["--min-success", "76%"], 2, 1), (["--min-success", "8"], 0, 0), (["--best-effort"], 2, 0),
    (["--best-effort", "--min-success", "7"], 2, 0), (["--best-effort"], 8, 0),
], ids=str)
def test_how_many_must_succeed(server, tmp_path, options, failures, code):
    server.behaviours = {name: [GONE] for name in NAMES[:failures]}
    output = tmp_path / "merged.pprof"
    result = done(fetch(*server.urls(), "-o", output, *options), code)
    written = code == 5 or failures == 0 or options == ["--best-effort"] and failures < 8
    assert output.exists() == written
    if options[-1] in ("7", "76%"):
        assert b"6 of 8 captures succeeded, fewer than the 7 that --min-success asks for" in result.stderr
    if failures == 8:
        assert b"warning: 0 of 8 captures succeeded: nothing is written" in result.stderr
    if "--best-effort" in options:
        assert b"error" not in result.stderr and b"warning: " in result.stderr
    if written and failures:
        assert f"inputs={8 - failures} failed={failures}".encode() in subprocess.run(
            ["gzip", "-dc", output], capture_output=True, check=True).stdout


@pytest.mark.parametrize("options, failures", [([], 0), (["--min-success", "7"], 1), (["--best-effort"], 1)], ids=str)
def test_a_failed_write_is_no_partial_success(server, options, failures):
    server.behaviours = {name: [GONE] for name in NAMES[:failures]}
    assert b"No space left" in done(fetch(*server.urls(), "-o", "/dev/full", *options), 4).stderr


def test_what_passes_is_tried_again(server, tmp_path):
    server.behaviours = {NAMES[0]: [UNAVAILABLE, UNAVAILABLE], NAMES[1]: [UNAVAILABLE] * 3, NAMES[2]: [GONE]}
    result = done(fetch(*server.urls(), "--dir", tmp_path / "kept"), 4)
    entries = {entry["target"].split("/")[-1]: entry for entry in manifest(tmp_path / "kept")}
    assert [entries[f"{name}?seconds=1"]["attempts"] for name in NAMES[:4]] == [3, 3, 1, 1]
    assert entries[f"{NAMES[1]}?seconds=1"]["fault"] == "http-status"
    assert b"come back\\x1b[2J" in result.stderr
    assert b"\x1b" not in result.stderr + result.stdout + (tmp_path / "kept/manifest.jsonl").read_bytes()


def test_no_retries(server, tmp_path):
    server.behaviours = {NAMES[0]: [UNAVAILABLE]}
    done(fetch(*server.urls(), "--retries", 0, "-o", tmp_path / "a"), 4)
    assert server.asked_for.count(NAMES[0]) == 1


# Reports.

def test_the_report_stays_off_a_profile_on_stdout(server, tmp_path):
    result = done(fetch(*server.urls()))
    assert result.stdout[:2] == b"\x1f\x8b"
    assert b"8 captured, 0 idle, 0 failed" in result.stderr
    result = done(fetch(*server.urls(), "-o", tmp_path / "a.pprof"))
    assert result.stderr == b""
    lines = result.stdout.decode().splitlines()
    assert lines[0].split() == ["TARGET", "OUTCOME", "DURATION", "SAMPLES", "CORES"]
    assert lines[1].split() == [f"{server.url}/server0?seconds=1", "captured", "1s", "100", "1.00"]
    assert len(lines) == 10


def test_json(server, tmp_path):
    server.behaviours[NAMES[5]] = [GONE]
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    result = done(fetch(*server.urls(), "-o", output, "--dir", kept, "--min-success", 1, "--format", "json"), 5)
    document = json.loads(result.stdout)
    assert document["schema"] == "pgoprof.pgo-fetch/1"
    assert document["totals"] == {"captured": 7, "idle": 0, "failed": 1}
    assert document["output"] == str(output) and document["provenance"]["failed"] == 1
    for capture in document["captures"]:
        if capture["outcome"] == "captured":
            assert hashlib.sha256((kept / capture["file"]).read_bytes()).hexdigest() == capture["sha256"]
            assert capture["samples"] == server.samples[capture["target"].split("/")[-1].split("?")[0]]
        else:
            assert (capture["fault"], capture["samples"], capture["file"]) == ("not-found", None, None)


def test_credentials_are_in_no_report(server, tmp_path):
    urls = [url.replace("//", "//user:hunter2@") for url in server.urls()]
    server.behaviours[NAMES[5]] = [GONE]
    result = done(fetch(*urls, "--dir", tmp_path / "kept", "--format", "json"), 4)
    assert b"hunter2" not in result.stdout + result.stderr + (tmp_path / "kept/manifest.jsonl").read_bytes()
    assert not [path for path in (tmp_path / "kept").iterdir() if "hunter2" in path.name]


@pytest.mark.parametrize("count, shown", [(3, b"server0?seconds=9: 9s left"), (13, b" of 13 done, 9s left")])
def test_progress_on_a_terminal(tmp_path, count, shown):
    names = [f"server{number}" for number in range(count)]
    with FleetServer(names) as server:
        held = threading.Event()
        server.behaviours[names[0]] = [held]
        controller, terminal = pty.openpty()
        process = subprocess.Popen([BIN / "pgo-fetch", *server.urls(), "--seconds", "9", "-o", tmp_path / "a"],
                                   stdout=subprocess.DEVNULL, stderr=terminal, env=ENVIRONMENT)
        os.close(terminal)
        text = b""
        while shown not in text:
            text += os.read(controller, 4096)
        held.set()
        assert process.wait(30) == 0
    os.close(controller)


# Resuming.

def wait_for_lines(folder, count, process):
    """Until the manifest has so many lines, or the process has ended."""
    path = folder / "manifest.jsonl"
    while process.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= count:
            return


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(server, tmp_path, number):
    server.behaviours = {name: [threading.Event()] for name in NAMES[:3]}
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    process = start(*server.urls(), "--seconds", 1, "-o", output, "--dir", kept)
    wait_for_lines(kept, 6, process)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130, stderr
    assert b"interrupted: what is complete is kept, 5 captures" in stderr
    assert b"5 captured, 0 idle, 0 failed" in stdout
    assert output.read_bytes() == merge(kept)
    done(fetch(*server.urls(), "-o", output, "--dir", kept))
    assert len(server.asked_for) == len(NAMES) + 3
    assert output.read_bytes() == merge(kept)


def test_killed_anywhere_and_resumed(tmp_path):
    names = [f"server{number}" for number in range(12)]
    arguments = ["--seconds", 1, "--rounds", 3, "--sample", "75%", "--parallel", 4]
    with FleetServer(names) as server:
        done(fetch(*server.urls(), *arguments[2:], "-o", tmp_path / "whole.pprof", "--dir", tmp_path / "whole"))
        # Of the same seed, so that the lots are the same.
        head = (tmp_path / "whole/manifest.jsonl").read_text().splitlines()[0]
        rng = random.Random(1)
        for attempt in range(4):
            kept = tmp_path / str(attempt)
            kept.mkdir()
            (kept / "manifest.jsonl").write_text(head + "\n")
            lines = 1
            while lines < 27:
                lines += rng.randrange(1, 14)
                process = start(*server.urls(), *arguments, "-o", tmp_path / "merged.pprof", "--dir", kept)
                wait_for_lines(kept, lines, process)
                process.kill()
                process.communicate()
            output = tmp_path / f"{attempt}.pprof"
            done(fetch(*server.urls(), *arguments[2:], "-o", output, "--dir", kept))
            assert output.read_bytes() == (tmp_path / "whole.pprof").read_bytes()
            files = {path.name for path in kept.glob("*.pprof")}
            assert files == {path.name for path in (tmp_path / "whole").glob("*.pprof")} and len(files) == 27
            assert not (kept / ".incoming").exists()


def test_a_torn_manifest(server, tmp_path):
    output, kept = tmp_path / "merged.pprof", tmp_path / "kept"
    done(fetch(*server.urls(), "-o", output, "--dir", kept))
    whole, merged = (kept / "manifest.jsonl").read_bytes(), output.read_bytes()
    for size in random.Random(2).sample(range(len(whole)), 12):
        (kept / "manifest.jsonl").write_bytes(whole[:size])
        lines = whole[:size].count(b"\n")
        asked = len(server.asked_for)
        done(fetch(*server.urls(), "-o", output, "--dir", kept))
        assert output.read_bytes() == merged
        assert len(server.asked_for) - asked == (len(NAMES) if lines == 0 else len(NAMES) + 1 - lines)


def test_files_that_have_changed_are_fetched_again(server, tmp_path):
    kept = tmp_path / "kept"
    done(fetch(*server.urls(), "--dir", kept))
    changed, gone, *_ = sorted(kept.glob("*.pprof"))
    changed.write_bytes(b"x")
    gone.unlink()
    asked = len(server.asked_for)
    result = done(fetch(*server.urls(), "--dir", kept, "-o", tmp_path / "a.pprof"))
    assert len(server.asked_for) == asked + 2
    assert result.stderr.count(b"warning: ") == 2 and b"it is fetched again" in result.stderr
    assert (tmp_path / "a.pprof").read_bytes() == merge(kept)


def test_a_directory_of_other_settings(server, tmp_path):
    done(fetch(*server.urls(), "--dir", tmp_path / "kept"))
    for options, had, has in (
            (["--rounds", 2], "--rounds 1", "--rounds 2"),
            (["--rounds", 2, "--every", "1m"], "no --every and --rounds 1", "--every 60s and --rounds 2"),
            (["--jitter=1500ms"], "no --jitter", "--jitter 1500ms"),
            (["--sample", "3"], "no --sample", "--sample 3"), (["--min-cpu", "0.5"], "no --min-cpu", "--min-cpu 0.5"),
            (["--all-addresses"], "no --all-addresses", "--all-addresses"), (["--from", "24h"], "--from 72h", "--from 24h"),
            (["--to", "90s"], "--to now", "--to 90s"), (["--profiles", "3"], "no --profiles", "--profiles 3")):
        result = done(fetch(*server.urls(), "--dir", tmp_path / "kept", *options), 2)
        assert f"filled by a run with {had}, and this one has {has}\n".encode() in result.stderr
        assert b"give the same options to resume it, or name another directory" in result.stderr
    seconds = start(*server.urls(), "--seconds", "2", "--dir", tmp_path / "kept")
    assert b"filled by a run with --seconds 1, and this one has --seconds 2\n" in seconds.communicate(timeout=30)[1]
    done(fetch(*server.urls(), "--dir", tmp_path / "kept", "--compact", "-o", tmp_path / "a.pprof"))


def test_a_directory_of_other_targets(server, tmp_path):
    """What it holds is not what these would give."""
    first, second, third = server.urls()[:3]
    kept, output = tmp_path / "kept", tmp_path / "a.pprof"
    done(fetch(first, second, "--dir", kept))
    for targets in ([third], [first], [first, second, third]):
        result = done(fetch(*targets, "--dir", kept, "-o", output), 2)
        assert b"filled by a run with other targets" in result.stderr
    assert len(server.asked_for) == 2 and not output.exists()
    done(fetch(second, first, first, "--dir", kept, "-o", output))
    assert len(server.asked_for) == 2 and output.read_bytes() == merge(kept)


def test_the_manifest_is_no_output(server, tmp_path):
    kept = tmp_path / "kept"
    done(fetch(*server.urls(), "--dir", kept))
    before = (kept / "manifest.jsonl").read_bytes()
    result = done(fetch(*server.urls(), "--dir", kept, "-o", kept / "manifest.jsonl"), 2)
    assert b"would replace an input" in result.stderr
    assert (kept / "manifest.jsonl").read_bytes() == before


def test_a_directory_in_use(server, tmp_path):
    done(fetch(*server.urls(), "--dir", tmp_path / "kept"))
    with open(tmp_path / "kept/manifest.jsonl", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        result = done(fetch(*server.urls(), "--dir", tmp_path / "kept"), 4)
    assert b"another pgo-fetch is collecting into this directory" in result.stderr


@pytest.mark.parametrize("content", [b"hello\n", b"{}\n", b'{"schema":"pgoprof.pgo-fetch.manifest/2"}\n'])
def test_a_manifest_that_is_none(server, tmp_path, content):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/manifest.jsonl").write_bytes(content)
    result = done(fetch(*server.urls(), "--dir", tmp_path / "kept"), 3)
    assert b"manifest.jsonl: line 1: " in result.stderr
    assert (tmp_path / "kept/manifest.jsonl").read_bytes() == content
    assert server.asked_for == []


def test_a_directory_that_cannot_be(server, tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "no/such"):
        assert b"cannot open" in done(fetch(*server.urls(), "--dir", path), 4).stderr
    assert server.asked_for == []
