"""pgo-fetch's options, and what it makes of servers that misbehave."""

import base64
import gzip
import os
import pathlib
import pty
import signal
import socket
import ssl
import subprocess

import pytest

from pgoprof_testing.fetching import ENVIRONMENT, IDLE, PGO_FETCH, PROFILE, fetch
from pgoprof_testing.hostile_server import (
    HostileServer, chunked, response, send, send_and_reset, send_and_stall, send_for_ever)


@pytest.fixture
def output(tmp_path):
    """A file that must stay as it is unless a whole profile comes."""
    path = tmp_path / "a.pprof"
    path.write_text("as it was")
    yield path
    assert list(tmp_path.iterdir()) == [path], "something else was left in the folder"


def short(value):
    """A test's name, where the parameter is a whole response."""
    return repr(value[:60]) if isinstance(value, bytes) else str(value)


def fetch_from(behave, output, *arguments):
    with HostileServer(behave) as server:
        return fetch(server.url, "--seconds", 1, "-o", output, *arguments)


def assert_refused(result, output, code, message):
    assert (result.returncode, result.stdout) == (code, b""), result.stderr
    assert message in result.stderr, result.stderr
    assert result.stderr.startswith(b"pgo-fetch: error: ")
    assert output.read_text() == "as it was"


HALF = PROFILE[: len(PROFILE) // 2]
ON_TOP = gzip.compress(PROFILE)
PAGE = b"<!DOCTYPE html><title>Sign in</title>"


@pytest.mark.parametrize("body", [
    response(PROFILE),
    response(PROFILE, "Content-Type: application/octet-stream"),
    response(gzip.decompress(PROFILE)),
    response(PROFILE, "Content-Encoding: identity"),
    response(ON_TOP, "Content-Encoding: gzip"),
    response(ON_TOP, "content-encoding: X-GZIP"),
    chunked(PROFILE),
    chunked(ON_TOP, "Content-Encoding: gzip"),
    b"HTTP/1.0 200 OK\r\n\r\n" + PROFILE,
    b"HTTP/1.1 100 Continue\r\n\r\n" + response(PROFILE),
    b"HTTP/1.1 103 Early Hints\r\nContent-Encoding: gzip\r\n\r\n" + response(PROFILE),
], ids=short)
def test_whole_profiles(body, output):
    result = fetch_from(send(body), output)
    assert result.returncode == 0, result.stderr
    assert result.stderr == b"pgo-fetch: 1s captured: 100 samples, 1.00 CPUs busy\n"
    assert output.read_bytes() in (PROFILE, gzip.decompress(PROFILE))


def test_the_profiles_own_gzip_is_kept(output):
    fetch_from(send(response(ON_TOP, "Content-Encoding: gzip")), output)
    assert output.read_bytes() == PROFILE


@pytest.mark.parametrize("behave", [
    pytest.param(send(response(HALF, length=len(PROFILE))), id="less than Content-Length"),
    pytest.param(send(response(PROFILE, length=len(PROFILE) - 9)), id="more than Content-Length"),
    pytest.param(send(response(PROFILE, length=10**7)), id="the profile, but not all of Content-Length"),
    pytest.param(send(chunked(PROFILE, end=b"")), id="no last chunk"),
    pytest.param(send(chunked(PROFILE)[:-60]), id="within a chunk"),
    pytest.param(send(b"HTTP/1.0 200 OK\r\n\r\n" + HALF), id="no length at all"),
    pytest.param(send(response(ON_TOP[:-30], "Content-Encoding: gzip")), id="within the gzip on top"),
    pytest.param(send(response(ON_TOP[:-8], "Content-Encoding: gzip")), id="before the trailer of the gzip on top"),
    pytest.param(send(b"HTTP/1.1 200 OK\r\nContent-Le"), id="within the headers"),
    pytest.param(send(b"HTTP/1.1 200 OK\r\n"), id="between headers"),
    pytest.param(send_and_reset(response(HALF, length=len(PROFILE))), id="reset"),
    pytest.param(send_and_reset(b"HTTP/1.1 200 OK\r\n"), id="reset within the headers"),
])
def test_cut_short(behave, output):
    result = fetch_from(behave, output)
    assert_refused(result, output, 4, b"the body is cut short")
    assert b"WriteTimeout" in result.stderr


@pytest.mark.parametrize("behave", [send(b""), send_and_reset(b"")], ids=["closed", "reset"])
def test_no_answer(behave, output):
    result = fetch_from(behave, output)
    assert_refused(result, output, 4, b"the server closed the connection without an answer")
    assert b"ask for fewer seconds" in result.stderr


@pytest.mark.parametrize("sent", [
    b"", b"HTTP/1.1 200 OK\r\n", response(HALF, length=len(PROFILE)), response(PROFILE, length=10**7),
], ids=["silence", "headers", "half", "all but the end"])
def test_stalls(sent, output):
    result = fetch_from(send_and_stall(sent), output, "--timeout", 2)
    assert_refused(result, output, 4, b"no complete answer within 2s to a request for 1s of profile")


@pytest.mark.parametrize("behave", [
    pytest.param(send_for_ever(b"HTTP/1.0 200 OK\r\n\r\n", bytes(65536)), id="no length"),
    pytest.param(send_for_ever(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(65536) + b"\r\n"), id="chunks"),
    pytest.param(send_and_stall(response(b"", length=10**15)), id="declared"),
    pytest.param(send(response(gzip.compress(bytes(10**8)), "Content-Encoding: gzip")), id="gzip on top"),
])
def test_too_large(behave, output):
    result = fetch_from(behave, output)
    assert_refused(result, output, 3, b"the body is larger than 64.0 MiB")
    assert b"--max-input-size" in result.stderr


def test_a_larger_limit(output):
    stored = gzip.compress(gzip.decompress(PROFILE) + b"\xfa\x7f\x80\x80\x80\x24" + bytes(72 << 20), compresslevel=0)
    behave = send(response(stored))
    assert_refused(fetch_from(behave, output), output, 3, b"larger than 64.0 MiB")
    result = fetch_from(behave, output, "--max-input-size", "100m")
    assert result.returncode == 0, result.stderr
    assert output.read_bytes() == stored


@pytest.mark.parametrize("body, message", [
    (response(PAGE, "Content-Type: text/html"), b"an HTML page instead of a profile"),
    (response(PAGE), b"an HTML page instead of a profile"),
    (response(b"Sign in", "Content-Type: text/html"), b"an HTML page instead of a profile"),
    (response(b""), b"the body is empty"),
    (response(gzip.compress(b"")), b"the profile is empty"),
    (response(b"hello"), b"not a"),
    (response(b'{"error":"no"}'), b"not a pprof profile: this is JSON"),
    (response(gzip.compress(PROFILE)), b"not a"),
    (response(PROFILE + b"x"), b"the body is not a sound profile: garbage after the gzip stream"),
    (response(PROFILE[:-8] + b"\0\0\0\0" + PROFILE[-4:]), b"the body is not a sound profile: gzip checksum"),
], ids=short)
def test_content(body, message, output):
    assert_refused(fetch_from(send(body), output), output, 3, message)


@pytest.mark.parametrize("body, message", [
    (response(b"no\x1b[2J\n", "Content-Type: text/plain", status="503 Busy"), b"HTTP status 503: no\\x1b[2J\n"),
    (response(PAGE, status="502 Bad Gateway"), b"HTTP status 502\n"),
    (response(PROFILE, status="206 Partial Content"), b"HTTP status 206\n"),
    (response(b"", status="401 Unauthorized"), b"access denied (HTTP status 401)"),
    (response(PROFILE, "Content-Encoding: br"), b"unknown content-encoding br"),
    (response(PROFILE, "Content-Encoding: gzip, gzip"), b"unknown content-encoding gzip, gzip"),
    (response(b"hello", "Content-Encoding: gzip"), b"the gzip content-encoding is corrupt"),
    (b"hello, this is not HTTP\r\n", b"the answer is not sound HTTP"),
    (chunked(PROFILE)[:60] + b"zz\r\n", b"cut short"),
    (response(PROFILE, *["X-%d: %s" % (i, "x" * 1000) for i in range(1000)]), b"the headers are too large"),
    (response(PROFILE, "X: " + "x" * 1000000), b"the headers are too large"),
], ids=short)
def test_answers(body, message, output):
    assert_refused(fetch_from(send(body), output), output, 4, message)


def test_an_idle_server(output):
    """Its profile would replace a good one, and go build would say nothing."""
    result = fetch_from(send(response(IDLE)), output)
    assert_refused(result, output, 3, b"the profile has no samples: the server was idle for 1s\n")
    assert f"{output} is left as it was; collect under load".encode() in result.stderr
    result = fetch_from(send(response(IDLE)), output, "--best-effort")
    assert (result.returncode, output.read_text()) == (0, "as it was")
    assert b"warning: the profile has no samples: the server was idle for 1s: nothing is written" in result.stderr
    assert result.stderr.count(b"\n") == 2, result.stderr


def test_an_idle_servers_profile_on_stdout():
    with HostileServer(send(response(IDLE))) as server:
        result = fetch(server.url, "--seconds", 1)
    assert (result.returncode, result.stdout) == (3, b"")
    assert b"\npgo-fetch: collect under load" in result.stderr


def test_connection_refused(output):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert_refused(fetch(f"127.0.0.1:{port}", "-o", output), output, 4, b"connection refused\n")


def test_unknown_host(output):
    assert_refused(fetch("no-such-host.invalid:6060", "-o", output), output, 4, b"host name cannot be resolved")


def test_https_to_a_plain_server(output):
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch("https://" + server.host, "-o", output, "--seconds", 1, "--timeout", 2)
    assert_refused(result, output, 4, b"no connection within the time allowed")


def test_a_certificate_of_ones_own(output, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with HostileServer(send(response(PROFILE)), tls) as server:
        result = fetch(server.url.replace("//", "//user:hunter2@"), "--seconds", 1, "-o", output)
    assert_refused(result, output, 4, b"the secure connection failed")
    assert server.requests == []


def test_recorded_captures(tmp_path):
    """What scripts/demo serves where there is no Go."""
    source = pathlib.Path(os.environ["PGOPROF_SOURCE"])
    recorded = [source / "testdata/real" / name for name in ("mixed-go1.26.pprof", "mixed-again-go1.26.pprof")]
    with subprocess.Popen([source / "scripts/serve-recorded", *recorded], stdout=subprocess.PIPE, text=True) as server:
        try:
            url = server.stdout.readline().removeprefix("listening on ").strip()
            for name, original in zip("ab", recorded):
                result = fetch(url, "--seconds", 1, "-o", tmp_path / name)
                assert result.returncode == 0, result.stderr
                assert (tmp_path / name).read_bytes() == original.read_bytes()
            assert b"an HTML page" in fetch(url + "/debug/pprof/").stderr
            assert b"no profile of that name" in fetch(url + "/debug/pprof/x").stderr
        finally:
            server.kill()


# Redirects and credentials.

def redirect(to, status="302 Found"):
    return send(response(b"", "Location: " + to, status=status))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_redirects_are_followed(status, output):
    def behave(connection, request):
        moved = request.startswith("GET /new?x ")
        connection.sendall(response(PROFILE) if moved else response(b"", "Location: /new?x", status=status))

    result = fetch_from(behave, output)
    assert result.returncode == 0, result.stderr
    assert output.read_bytes() == PROFILE


@pytest.mark.parametrize("to", [
    "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/x", "http://", "dict://127.0.0.1:1/", "http://[::1"])
def test_redirects_to_elsewhere(to, output):
    assert_refused(fetch_from(redirect(to), output), output, 4, b"redirected to what is not an http or https URL")


def test_redirects_without_end(output):
    assert_refused(fetch_from(redirect("/"), output), output, 4, b"more than 10 redirects")


def authorization(request):
    return [line.split(" ")[-1] for line in request.split("\r\n") if line.lower().startswith("authorization:")]


def test_credentials_are_sent_to_their_origin(output):
    def behave(connection, request):
        moved = request.startswith("GET /new ")
        connection.sendall(response(PROFILE) if moved else response(b"", "Location: /new", status="302 Found"))

    with HostileServer(behave) as server:
        result = fetch(f"http://us%65r:p%40ss:wd@{server.host}", "--seconds", 1, "-o", output)
    assert result.returncode == 0, result.stderr
    expected = [base64.b64encode(b"user:p@ss:wd").decode()]
    assert [authorization(request) for request in server.requests] == [expected, expected]


@pytest.mark.parametrize("to", ["http://{}/", "http://mallory:pw@{}/", "//{}/", "http://us%65r:hunter2@{}/"])
def test_credentials_stay_with_their_origin(to, output):
    with HostileServer(send(response(PROFILE))) as other, HostileServer(redirect(to.format(other.host))) as server:
        result = fetch(f"http://user:hunter2@{server.host}", "--seconds", 1, "-o", output)
    assert result.returncode == 0, result.stderr
    assert authorization(server.requests[0]) != []
    assert [authorization(request) for request in other.requests] == [[]]


def test_credentials_do_not_come_back(output):
    """A detour over another host gives the first one's credentials to nobody, not even to itself."""
    with HostileServer(lambda connection, request: detour(connection, request)) as server, \
            HostileServer(redirect(server.url + "/back")) as other:
        def detour(connection, request):
            back = request.startswith("GET /back ")
            connection.sendall(response(PROFILE) if back else response(b"", "Location: " + other.url, status="302 Found"))

        result = fetch(f"http://user:hunter2@{server.host}", "--seconds", 1, "-o", output)
    assert result.returncode == 0, result.stderr
    assert [bool(authorization(request)) for request in server.requests] == [True, False]


@pytest.mark.parametrize("behave", [
    send(b""), send(response(PAGE)), send(response(b"", status="401 Unauthorized")), redirect("file:///"), redirect("/"),
    send(response(b"hello")), send(response(HALF, length=9999)), send(response(b"x", status="404 Not Found"))])
def test_credentials_are_not_shown(behave, output):
    with HostileServer(behave) as server:
        result = fetch(f"http://user:hunter2@{server.host}", "--seconds", 1, "-o", output)
    assert result.returncode in (3, 4)
    assert b"hunter2" not in result.stderr and b"user@" not in result.stderr
    assert b"http://***@127.0.0.1" in result.stderr


# Options.

def test_what_is_asked():
    with HostileServer(send(response(PROFILE))) as server:
        fetch(server.host, "--seconds", 7)
        fetch(server.url)
        fetch(server.url + "/x?seconds=3")
        fetch(server.url + "/x?y=z", "--seconds", 5)
    lines = [request.split("\r\n")[0] for request in server.requests]
    assert lines == [
        "GET /debug/pprof/profile?seconds=7 HTTP/1.1",
        "GET /debug/pprof/profile?seconds=30 HTTP/1.1",
        "GET /x?seconds=3 HTTP/1.1",
        "GET /x?y=z&seconds=5 HTTP/1.1",
    ]
    for request in server.requests:
        assert "Accept-Encoding: identity\r\n" in request
        assert authorization(request) == []


@pytest.mark.parametrize("seconds", ["2", "2s", "0m2s"])
def test_seconds_may_have_their_unit(seconds, tmp_path):
    with HostileServer(send(response(PROFILE))) as server:
        assert fetch(server.url, "--seconds", seconds, "--timeout", "1m", "-o", tmp_path / "a.pprof").returncode == 0
    assert server.requests[0].startswith("GET /debug/pprof/profile?seconds=2 ")
    result = fetch("localhost", "--seconds", "2 s")
    assert result.returncode == 2
    assert b"--seconds must be whole seconds from 1 to 1000000, such as 90, 90s or 1m30s\n" in result.stderr


@pytest.mark.parametrize("arguments", [
    [],
    ["http://user:hunter2@HOST", "ftp://user:hunter2@HOST"],
    ["http://user:hunter2@HOST", "--jitter", "30s"],
    ["HOST", "--jitter"],
    ["HOST", "--jitter=soon"],
    ["HOST", "--every", "5m"],
    ["HOST", "--rounds", "0"],
    ["HOST", "--sample", "0%"],
    ["HOST", "--min-cpu", "-1"],
    ["HOST", "--min-success", "0"],
    ["HOST", "--parallel", "0"],
    ["HOST", "--connect-timeout", "soon"],
    ["HOST", "--weight-by", "target", "--durations", "scale"],
    ["HOST", "--seconds", "0"],
    ["HOST", "--seconds", "-1"],
    ["HOST", "--seconds", "1.5"],
    ["HOST", "--seconds", "1500ms"],
    ["HOST", "--seconds", ""],
    ["HOST", "--seconds", "http://user:hunter2@HOST"],
    ["HOST", "--seconds", "1000001"],
    ["HOST", "--seconds", "1", "--seconds", "2"],
    ["HOST/x?seconds=5", "--seconds", "5"],
    ["HOST/x?seconds=0"],
    ["HOST", "--seconds", "5", "--timeout", "5"],
    ["HOST", "--timeout", "x"],
    ["HOST", "--no-such-option"],
    ["HOST", "--max-input-size", "much"],
    ["ftp://user:hunter2@HOST"],
    ["file:///etc/passwd"],
    ["http://"],
    [""],
])
def test_usage_errors(arguments, output):
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch(*[argument.replace("HOST", server.host) for argument in arguments], "-o", output)
    assert_refused(result, output, 2, b"")
    assert b"hunter2" not in result.stderr
    assert server.requests == []


def test_a_folder_that_does_not_exist(tmp_path):
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch(server.url, "-o", tmp_path / "no" / "a.pprof")
    assert result.returncode == 4
    assert b"no such directory" in result.stderr
    assert server.requests == []


def test_a_directory_for_a_file(tmp_path):
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch(server.url, "-o", tmp_path)
    assert result.returncode == 4
    assert b"is a directory" in result.stderr
    assert server.requests == []


def test_a_full_disk():
    with HostileServer(send(response(PROFILE))) as server, open("/dev/full", "wb") as full:
        result = subprocess.run([PGO_FETCH, server.url], stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT)
    assert result.returncode == 4, result.stderr


def test_help_and_version():
    shown = fetch("--help")
    assert shown.returncode == 0
    assert b"--seconds" in shown.stdout and b"pgo-fetch localhost:6060 -o cpu.pprof" in shown.stdout
    assert fetch("--version").stdout.startswith(b"pgo-fetch ")


def read_terminal(controller):
    """What was written to the other end, until that is closed."""
    shown = b""
    while True:
        try:
            piece = os.read(controller, 4096)
        except OSError:  # how Linux says that the other end is closed
            return shown
        if not piece:
            return shown
        shown += piece


def test_a_terminal_gets_no_binary():
    controller, terminal = pty.openpty()
    with HostileServer(send(response(PROFILE))) as server:
        result = subprocess.run([PGO_FETCH, server.url], stdout=terminal, stderr=subprocess.PIPE, env=ENVIRONMENT)
    os.close(terminal)
    assert read_terminal(controller) == b""
    os.close(controller)
    assert result.returncode == 2
    assert b"stdout is a terminal" in result.stderr and b"-o" in result.stderr
    assert server.requests == []


def test_progress_on_a_terminal(output):
    controller, terminal = pty.openpty()
    with HostileServer(send(response(PROFILE))) as server:
        process = subprocess.Popen(
            [PGO_FETCH, f"http://user:hunter2@{server.host}", "--seconds", "9", "-o", output], stderr=terminal, env=ENVIRONMENT)
        os.close(terminal)
        shown = read_terminal(controller)
        assert process.wait() == 0
    os.close(controller)
    assert b"9s left" in shown
    assert b"hunter2" not in shown
    assert b"100 samples" in shown


@pytest.mark.parametrize("sent", [b"", response(HALF, length=len(PROFILE))], ids=["before the answer", "within it"])
def test_interrupted(sent, output):
    with HostileServer(send_and_stall(sent)) as server:
        process = subprocess.Popen([PGO_FETCH, server.url, "-o", output], stderr=subprocess.PIPE, env=ENVIRONMENT)
        assert server.asked.wait(30)
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"interrupted" in shown
    assert output.read_text() == "as it was"
