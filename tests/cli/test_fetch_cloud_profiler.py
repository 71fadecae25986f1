"""gcp:// targets, against servers that speak the documented contracts of Cloud Profiler and of the metadata server."""

import base64
import datetime
import os
import pathlib

import pytest

from pgoprof_testing.backend import Backend, ask, json_answer

REAL = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "testdata/real"
PROFILES = [(REAL / name).read_bytes() for name in ("mixed-go1.26.pprof", "labels-go1.26.pprof", "mixed-go1.19.pprof")]
NOW = datetime.datetime.now(datetime.timezone.utc)


def entry(content, hours_ago=1.0, target="cart", profile_type="CPU", **labels):
    """A profile as profiles.list gives it."""
    time = NOW - datetime.timedelta(hours=hours_ago)
    return {"name": "projects/p/profiles/x", "profileType": profile_type, "duration": "10s",
            "deployment": {"projectId": "p", "target": target, "labels": {"language": "go", **labels}},
            "profileBytes": base64.b64encode(content).decode(), "startTime": time.strftime("%Y-%m-%dT%H:%M:%S.123456Z")}


def pages(*lists):
    """Answers the n-th list to pageToken=n."""
    def answer(request):
        page = int(request.query.get("pageToken", 0))
        document = {"profiles": lists[page]} if lists[page] else {}
        if page + 1 < len(lists):
            document["nextPageToken"] = str(page + 1)
        return json_answer(document)
    return answer


def metadata(request):
    return 200, {"Metadata-Flavor": "Google", "Content-Type": "application/json"}, \
        b'{"access_token":"sesame","expires_in":3599,"token_type":"Bearer"}'


@pytest.fixture
def ask_cloud(tmp_path):
    """ask_cloud(answer, target, token, ...): what came of it, and what was asked of Cloud Profiler."""
    def run(answer, target="gcp://p/cart", metadata=None, **options):
        token = tmp_path / "token"
        token.write_text("sesame\n")
        with Backend(answer) as server:
            environment = {"CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDPROFILER": server.url + "/", "GCE_METADATA_HOST": metadata or "127.0.0.1:1"}
            asked = ask(tmp_path, target, environment, **({} if metadata else {"token": token}), **options)
        assert "sesame" not in asked.output
        return asked, server.requests
    return run


def test_the_requests(ask_cloud):
    asked, requests = ask_cloud(pages([entry(PROFILES[0], 3)], [entry(PROFILES[1], 1)]), "gcp://example.com:p/cart")
    assert asked.bodies == [PROFILES[1], PROFILES[0]]  # the newest first
    assert asked.of("source") == ["gcp://example.com:p/cart"]
    assert [request.path for request in requests] == ["/v2/projects/example.com%3Ap/profiles"] * 2
    assert [request.query for request in requests] == [{"pageSize": "100"}, {"pageSize": "100", "pageToken": "1"}]
    assert {request.headers["authorization"] for request in requests} == {"Bearer sesame"}


def test_the_filter(ask_cloud):
    listed = [entry(b"x", profile_type="HEAP"), entry(b"x", target="cartoon"), entry(b"x", version="2"),
              entry(PROFILES[0], version="1", zone="a"), entry(b"x", hours_ago=73, version="1", zone="a")]
    asked, _ = ask_cloud(pages(listed), "gcp://p/cart?version=1&zone=%61")
    assert asked.bodies == [PROFILES[0]]


def test_the_newest(ask_cloud):
    contents = [b"profile %d" % hour for hour in range(30)]
    order = [(7 * n) % 30 for n in range(30)]
    listed = [entry(contents[hour], hour + 0.5) for hour in order]
    asked, requests = ask_cloud(pages(listed[:11], [], listed[11:]), profiles=4)
    assert asked.bodies == contents[:4]
    assert len(requests) == 3
    asked, _ = ask_cloud(pages(listed), to="10h", profiles=2)
    assert asked.bodies == contents[10:12]
    asked, _ = ask_cloud(pages(listed), **{"from": "2h"})
    assert asked.bodies == contents[:2]


def test_a_token_of_the_metadata_server(ask_cloud):
    with Backend(metadata) as server:
        asked, (request,) = ask_cloud(pages([entry(PROFILES[0])]), metadata=f"127.0.0.1:{server.port}")
    assert asked.bodies == [PROFILES[0]]
    assert request.headers["authorization"] == "Bearer sesame"
    (asked_for,) = server.requests
    assert asked_for.path == "/computeMetadata/v1/instance/service-accounts/default/token"
    assert asked_for.headers["metadata-flavor"] == "Google"


@pytest.mark.parametrize("answer", [
    (200, {"Content-Type": "application/json"}, b'{"access_token":"sesame"}'),  # of what is no metadata server
    (200, {"Metadata-Flavor": "Google"}, b"sesame"),
    (200, {"Metadata-Flavor": "Google"}, b'{"access_token":"sesame\\r\\nHost: x"}'),
    (404, {"Metadata-Flavor": "Google"}, b"no such account"),
    (302, {"Metadata-Flavor": "Google", "Location": "http://127.0.0.1:1/"}, b""),
])
def test_no_token(ask_cloud, answer):
    with Backend(lambda request: answer) as server:
        asked, requests = ask_cloud(pages([]), metadata=f"127.0.0.1:{server.port}")
    assert requests == []
    assert asked.failure == ("denied", f"no token from the metadata server (HTTP status {answer[0]})")
    assert "--bearer-token-file" in asked.of("remedy")[0]


def test_no_metadata_server(ask_cloud):
    asked, _ = ask_cloud(pages([]), metadata="127.0.0.1:1")
    assert asked.failure == ("refused", "no token from the metadata server: connection refused")


def error(status, message):
    return json_answer({"error": {"code": status, "message": message, "status": "X"}}, status)


@pytest.mark.parametrize("answer, fault, message", [
    (error(403, "The caller does not have permission"), "denied",
     "Cloud Profiler denies access (HTTP status 403): The caller does not have permission"),
    (error(404, "Project not found"), "http-status", "Cloud Profiler refuses (HTTP status 404): Project not found"),
    ((502, {}, b"<html>"), "http-status", "Cloud Profiler refuses (HTTP status 502)"),
    (json_answer({}), "no-match", "the project has no CPU profile of that target"),
    (json_answer({"profiles": [entry(b"x", 100), entry(b"x", 90)]}), "no-match", "none of the target's 2 CPU profiles is"),
    (json_answer([]), "malformed", "the answer is no list of profiles"),
    ((200, {}, b'{"profiles":['), "malformed", "malformed JSON"),
    (json_answer({"profiles": [{**entry(b"x"), "profileBytes": "?"}]}), "malformed", "a profile in the list is not base64"),
    (json_answer({"profiles": [{**entry(b"x"), "startTime": "now"}]}), "malformed", "a profile in the list has no time"),
    (json_answer({"nextPageToken": "1"}), "malformed", "the list of profiles does not end"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_what_else_comes(ask_cloud, answer, fault, message):
    asked, _ = ask_cloud(lambda request: answer)
    assert asked.failure[0] == fault
    assert asked.failure[1].startswith(message)


def test_the_limit_is_for_all_profiles(ask_cloud):
    listed = [entry(bytes(300_000), hour) for hour in range(4)]
    asked, _ = ask_cloud(pages(listed[:2], listed[2:]), limit=1_000_000)
    assert asked.failure == ("too-large", "the profiles are larger than 976.6 KiB")
    asked, _ = ask_cloud(pages(listed[:2], listed[2:]), limit=1_000_000, profiles=3)
    assert len(asked.bodies) == 3


def test_the_token_is_not_sent_elsewhere(ask_cloud):
    with Backend(pages([])) as other:
        asked, _ = ask_cloud(lambda request: (302, {"Location": other.url + "/steal"}, b""))
    assert other.requests == []
    assert asked.failure[0] == "http-status"


@pytest.mark.parametrize("target", ["gcp://", "gcp://p", "gcp://p/", "gcp:///cart", "gcp://p/cart?zone", "gcp://p/cart?=a"])
def test_what_cannot_be_asked(tmp_path, target):
    asked = ask(tmp_path, target)
    assert asked.of("error")[0].startswith(target + ": ")
    assert "gcp://PROJECT/TARGET" in asked.of("remedy")[0]


@pytest.mark.parametrize("variable", ["CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDPROFILER", "GCE_METADATA_HOST"])
def test_strange_endpoints(tmp_path, variable):
    asked = ask(tmp_path, "gcp://p/cart", {variable: "user:sesame@h"})
    assert variable in asked.of("error")[0]
    assert "sesame" not in asked.output
