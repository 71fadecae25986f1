"""datadog: targets, against a server that speaks the contract that datadog-pgo's source shows, and its recorded words."""

import datetime
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess
import zipfile

import pytest

from pgoprof_testing.authority import Authority
from pgoprof_testing.backend import ENVIRONMENT, Backend, ConnectProxy, ask, tls_context

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
REAL = SOURCE / "testdata/real"
RECORDED = SOURCE / "testdata/exchanges/datadog"
PROFILES = [(REAL / name).read_bytes() for name in ("mixed-go1.26.pprof", "labels-go1.26.pprof")]
KEYS = {"DD_API_KEY": "sesame-api", "DD_APP_KEY": "sesame-app"}


def archive(*contents, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number, content in enumerate(contents):
            zipped.writestr(f"profile-{number}", content)
    return out.getvalue()


def zip_answer(content):
    return 200, {"Content-Type": "application/zip"}, content


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def tls(authority):
    # libcurl takes names below "localhost" for this machine without asking anyone.
    return tls_context(*authority.issue("server", "/CN=app.localhost", "DNS:app.localhost", "DNS:app.datadog.test"))


@pytest.fixture
def ask_datadog(tmp_path, authority, tls):
    """ask_datadog(answer, target, ...): what came of it, and the requests."""
    def run(answer, target="datadog:service:cart", environment=KEYS, **options):
        with Backend(lambda request: answer, tls) as server:
            site = {"DD_SITE": f"localhost:{server.port}"}
            asked = ask(tmp_path, target, {**site, **environment}, ca=authority.certificate, **options)
        assert "sesame" not in asked.output
        return asked, server.requests
    return run


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def test_the_request(ask_datadog):
    asked, (request,) = ask_datadog(zip_answer(archive(*PROFILES)))
    assert asked.bodies == PROFILES
    assert asked.of("source") == ["datadog:service:cart"]
    assert asked.of("treatment") == ["drop-labels tame-inlining"]
    assert (request.method, request.path, request.query) == ("POST", "/api/unstable/profiles/gopgo", {})
    assert request.headers["dd-api-key"] == "sesame-api"
    assert request.headers["dd-application-key"] == "sesame-app"
    assert request.headers["content-type"] == "application/json"
    (query,) = request.json()["queries"]
    assert query["filter"]["query"] == "service:cart runtime:go"
    assert query["sort"] == {"order": "desc", "field": "@metrics.core_cpu_cores"}
    assert query["limit"] == 5
    begin, end = (instant(query["filter"][key]) for key in ("from", "to"))
    assert end - begin == datetime.timedelta(hours=72)
    assert abs(datetime.datetime.now(datetime.timezone.utc) - end) < datetime.timedelta(minutes=2)


def test_it_is_what_datadog_pgo_asks(ask_datadog):
    """datadog-pgo -profiles 7 -from 24h 'service:cart env:prod' ' language:go version:2 ' ..., recorded."""
    theirs = json.loads((RECORDED / "request.json").read_text())
    target = "datadog:service:cart env:prod; language:go version:2 ; \"quoted\" -env:<dev> & é"
    _, (request,) = ask_datadog(zip_answer(archive(PROFILES[0])), target, **{"from": "24h", "profiles": 7})
    ours = request.json()
    for queries in (ours["queries"], theirs["body"]["queries"]):
        for query in queries:
            length = instant(query["filter"].pop("to")) - instant(query["filter"].pop("from"))
            assert abs(length - datetime.timedelta(hours=24)) <= datetime.timedelta(seconds=1)
            query["filter"]["query"] = query["filter"]["query"].strip()  # theirs keeps blanks before language:go
    assert ours == theirs["body"]
    assert (request.method, request.path) == (theirs["method"], theirs["path"])
    ours, theirs = ({name for name in headers if name not in ("host", "content-length", "accept", "accept-encoding")}
                    for headers in (request.headers, theirs["headers"]))
    assert ours == theirs


def test_a_time_range(ask_datadog):
    _, (request,) = ask_datadog(zip_answer(archive(PROFILES[0])), profiles=2,
                                **{"from": "2026-01-02T03:04:05+01:00", "to": "2026-01-03T00:00:00Z"})
    (query,) = request.json()["queries"]
    assert query["filter"]["from"] == "2026-01-02T02:04:05Z"
    assert query["filter"]["to"] == "2026-01-03T00:00:00Z"
    assert query["limit"] == 2


def test_the_merge_is_theirs(ask_datadog, tmp_path):
    """What datadog-pgo made of an archive, recorded: the same call edges."""
    asked, _ = ask_datadog(zip_answer((RECORDED / "answer.zip").read_bytes()))
    tools = pathlib.Path(os.environ["PGOPROF_BIN"])
    ours = tmp_path / "ours.pprof"
    subprocess.run([tools / "pgo-merge", "--drop-labels", "--durations=ignore", *asked.of("body"), "-o", ours], check=True)
    tamed = tmp_path / "tamed.pprof"
    subprocess.run([tools / "pgo-convert", "--no-inline=stack-growth", ours, "-o", tamed], check=True, capture_output=True)
    edges = [subprocess.run([tools / "pgo-report", "--format=json", "--all", path], check=True, capture_output=True, text=True).stdout
             for path in (tamed, RECORDED / "merged.pprof")]
    ours, theirs = (json.loads(text)["edges"] for text in edges)
    assert len(theirs) > 20
    assert any("DO NOT INLINE: runtime.gopark" in str(edge) for edge in theirs)
    assert ours == theirs


def encrypted(content):
    """An archive that says that its files are encrypted."""
    data = bytearray(content)
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def resized(content, size):
    """An archive that lies about the size of its file."""
    data = bytearray(content)
    for at in (22, data.index(b"PK\x01\x02") + 24):
        struct.pack_into("<I", data, at, size)
    return bytes(data)


ARCHIVE = archive(PROFILES[0])
PAGE = {"Content-Type": "text/html"}


@pytest.mark.parametrize("answer, fault, message, remedy", [
    ((403, {"Content-Type": "application/json"}, b'{"errors":["Forbidden"]}'), "denied",
     "Datadog denies access (HTTP status 403): Forbidden", "DD_API_KEY"),
    ((401, {"Content-Type": "text/plain"}, b"Unauthorized\n"), "denied",
     "Datadog denies access (HTTP status 401): Unauthorized", "DD_API_KEY"),
    ((404, {"Content-Type": "application/json"}, b'{"errors":["no profiles\\nfound"]}'), "http-status",
     "Datadog refuses (HTTP status 404): no profiles", "profile explorer"),
    ((500, PAGE, b"<html>"), "http-status", "Datadog refuses (HTTP status 500)", "profile explorer"),
    (zip_answer(archive()), "no-match", "no profile matches", "--from"),
    ((200, PAGE, b"<html>Sign in"), "html", "this is no ZIP archive", None),
    (zip_answer(b""), "not-a-profile", "this is no ZIP archive", None),
    (zip_answer(PROFILES[0]), "not-a-profile", "this is no ZIP archive", None),
    (zip_answer(ARCHIVE[:-30]), "not-a-profile", "the ZIP archive is damaged", None),
    (zip_answer(ARCHIVE[:60] + b"!!!!" + ARCHIVE[64:]), "not-a-profile", "the ZIP archive is damaged", None),
    (zip_answer(encrypted(ARCHIVE)), "not-a-profile", "the ZIP archive is encrypted", None),
    (zip_answer(resized(ARCHIVE, 5)), "not-a-profile", "the ZIP archive is damaged", None),
    (zip_answer(resized(ARCHIVE, 10**6)), "not-a-profile", "the ZIP archive is damaged", None),
    (zip_answer(resized(ARCHIVE, 2**31)), "too-large", "the files in the ZIP archive are larger", "--max-input-size"),
    (zip_answer(archive(bytes(2 * 10**8))), "too-large", "the files in the ZIP archive are larger", "--max-input-size"),
    (zip_answer(ARCHIVE[:-22] + b"PK\x06\x07" + bytes(16) + ARCHIVE[-22:]), "too-large",
     "the ZIP archive has too many files", None),
], ids=lambda value: value[:40] if isinstance(value, str) else None)
def test_what_else_comes(ask_datadog, answer, fault, message, remedy):
    asked, _ = ask_datadog(answer)
    assert asked.failure[0] == fault
    assert asked.failure[1].startswith(message)
    assert remedy is None or any(remedy in text for text in asked.of("remedy"))


def test_every_prefix_of_an_archive_fails(ask_datadog):
    for length in range(0, len(ARCHIVE), 1 + len(ARCHIVE) // 20):
        asked, _ = ask_datadog(zip_answer(ARCHIVE[:length]))
        assert asked.failure[0] == "not-a-profile"


def test_the_keys_are_not_sent_elsewhere(tmp_path, authority, tls):
    with Backend(lambda request: zip_answer(ARCHIVE)) as other:
        elsewhere = (307, {"Location": f"{other.url}/steal"}, b"")
        with Backend(lambda request: elsewhere, tls) as server:
            asked = ask(tmp_path, "datadog:x", {**KEYS, "DD_SITE": f"localhost:{server.port}"}, ca=authority.certificate)
    assert other.requests == []
    assert asked.failure[0] == "redirect"
    assert "sesame" not in asked.output


def test_an_unknown_authority_gets_no_keys(tmp_path, tls):
    with Backend(lambda request: zip_answer(ARCHIVE), tls) as server:
        asked = ask(tmp_path, "datadog:x", {**KEYS, "DD_SITE": f"localhost:{server.port}"})
    assert server.requests == []
    assert asked.failure[0] == "tls"


@pytest.mark.parametrize("target, environment, message", [
    ("datadog:x", {}, "DD_API_KEY is not set"),
    ("datadog:x", {"DD_API_KEY": "sesame"}, "DD_APP_KEY is not set"),
    ("datadog:x", {**KEYS, "DD_APP_KEY": "sesame\r\nHost: x"}, "DD_APP_KEY is not a key"),
    ("datadog:", KEYS, "no query"),
    ("datadog: ; ;", KEYS, "no query"),
    ("datadog:x", {**KEYS, "DD_SITE": "datadoghq.com/x"}, "DD_SITE is not a site"),
    ("datadog:x", {**KEYS, "DD_SITE": "x@evil.test"}, "DD_SITE is not a site"),
    ("datadog:x", {**KEYS, "DD_SITE": "a b"}, "DD_SITE is not a site"),
])
def test_what_cannot_be_asked(tmp_path, target, environment, message):
    asked = ask(tmp_path, target, environment)
    assert asked.of("error") == [f"{target}: {message}"]
    assert "sesame" not in asked.output


@pytest.mark.skipif(not shutil.which("datadog-pgo"), reason="no datadog-pgo here")
def test_beside_datadog_pgo_itself(ask_datadog, tmp_path, authority, tls):
    answer = zip_answer((RECORDED / "answer.zip").read_bytes())
    with Backend(lambda request: answer, tls) as server, ConnectProxy(server.port) as proxy:
        environment = {**ENVIRONMENT, **KEYS, "DD_SITE": "datadog.test", "HTTPS_PROXY": proxy.url,
                       "SSL_CERT_FILE": str(authority.certificate)}
        subprocess.run(["datadog-pgo", "-fail", "service:cart env:prod", tmp_path / "theirs.pprof"], env=environment,
                       check=True, timeout=60)
    assert proxy.asked == ["app.datadog.test:443"]
    _, (ours,) = ask_datadog(answer, "datadog:service:cart env:prod")
    (theirs,) = server.requests
    for request in (ours, theirs):
        assert request.json()["queries"][0]["filter"]["query"] == "service:cart env:prod runtime:go"
    assert [query["limit"] for query in ours.json()["queries"]] == [query["limit"] for query in theirs.json()["queries"]]
