"""What pgo-fetch sends to whom: headers, logins, tokens; and that none of it goes elsewhere or is shown."""

import base64
import subprocess

import pytest

from pgoprof_testing.certificates import Certificates
from pgoprof_testing.fetching import ENVIRONMENT, PGO_FETCH, PROFILE, ONCE, fetch
from pgoprof_testing.hostile_server import HostileServer, redirect, redirect_to_then, response, send

SECRET = "hunter2"
BASIC = "Basic " + base64.b64encode(b"user:hunter2").decode()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def secrets(tmp_path):
    """Every way to give credentials: its name -> options and the part of the URL, and the header that is to be sent."""
    for name, content in {"token": SECRET + "\n", "password": SECRET, "headers": f"X-Key: {SECRET}\n",
                          "netrc": f"machine 127.0.0.1 login user password {SECRET}\n",
                          "default": f"default login user password {SECRET}\n"}.items():
        (tmp_path / name).write_text(content)
    return {
        "URL": ([], f"user:{SECRET}@", f"Authorization: {BASIC}"),
        "user": (["--user", f"user:{SECRET}"], "", f"Authorization: {BASIC}"),
        "password file": (["--user", "user", "--password-file", tmp_path / "password"], "", f"Authorization: {BASIC}"),
        "netrc": (["--netrc-file", tmp_path / "netrc"], "", f"Authorization: {BASIC}"),
        "netrc default": (["--netrc-file", tmp_path / "default"], "", f"Authorization: {BASIC}"),
        "bearer": (["--bearer-token-file", tmp_path / "token"], "", f"Authorization: Bearer {SECRET}"),
        "header": (["-H", f"X-Key: {SECRET}"], "", f"X-Key: {SECRET}"),
        "header file": (["--header-file", tmp_path / "headers"], "", f"X-Key: {SECRET}"),
        "authorization": (["-H", f"authorization: Bearer {SECRET}"], "", f"authorization: Bearer {SECRET}"),
    }


WAYS = ["URL", "user", "password file", "netrc", "netrc default", "bearer", "header", "header file", "authorization"]


def ask(server, way, *more):
    options, user_info, _ = way
    return fetch(server.url.replace("//", "//" + user_info), "--seconds", 1, *options, *more)


def headers(request):
    return request.split("\r\n")[1:]


@pytest.mark.parametrize("way", WAYS)
def test_credentials_are_sent_to_their_origin(way, secrets):
    with HostileServer(redirect_to_then("/new", send(response(PROFILE)))) as server:
        result = ask(server, secrets[way])
    assert result.returncode == 0, result.stderr
    assert result.stdout == PROFILE
    assert len(server.requests) == 2
    for request in server.requests:
        assert secrets[way][2] in headers(request)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("way", WAYS)
def test_credentials_stay_with_their_origin(way, status, secrets):
    """Another port is another origin."""
    with HostileServer(send(response(PROFILE))) as other, \
            HostileServer(redirect(other.url, status=status)) as server:
        result = ask(server, secrets[way])
    assert result.returncode == 0, result.stderr
    assert secrets[way][2] in headers(server.requests[0])
    assert len(other.requests) == 1
    assert SECRET not in other.requests[0] and "uthorization" not in other.requests[0]
    assert base64.b64encode(SECRET.encode()).decode()[:-1] not in other.requests[0]


@pytest.mark.parametrize("to", ["http://user:hunter3@{}/", "//{}/", "http://localhost:{port}/"])
@pytest.mark.parametrize("way", WAYS)
def test_credentials_stay_whatever_the_redirect_says(way, to, secrets):
    with HostileServer(send(response(PROFILE))) as other, \
            HostileServer(redirect(to.format(other.host, port=other.host.split(":")[1]))) as server:
        result = ask(server, secrets[way])
    assert result.returncode == 0, result.stderr
    assert [SECRET in request or "uthorization" in request for request in other.requests] == [False]


@pytest.mark.parametrize("way", WAYS)
def test_credentials_do_not_come_home(way, secrets):
    with HostileServer(lambda connection, request: detour(connection, request)) as server, \
            HostileServer(redirect(server.url + "/back")) as other:
        def detour(connection, request):
            back = request.startswith("GET /back ")
            (send(response(PROFILE)) if back else redirect(other.url))(connection, request)

        result = ask(server, secrets[way])
    assert result.returncode == 0, result.stderr
    there, back = server.requests
    assert secrets[way][2] in headers(there)
    assert SECRET not in back and "uthorization" not in back
    assert SECRET not in other.requests[0] and "uthorization" not in other.requests[0]


@pytest.mark.parametrize("way", WAYS)
def test_from_http_to_https_of_the_same_host(way, secrets, certificates):
    """Another scheme is another origin, too."""
    with HostileServer(send(response(PROFILE)), certificates.server()) as other, \
            HostileServer(redirect(other.url)) as server:
        result = ask(server, secrets[way], "--cacert", certificates.ca)
    assert result.returncode == 0, result.stderr
    assert [SECRET in request or "uthorization" in request for request in other.requests] == [False]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("behave", [
    send(b""), send(response(b"<html>")), send(response(b"", status="401 Unauthorized")), redirect("file:///"), redirect("/"),
    send(response(b"hello")), send(response(b"x", length=9999)), send(response(b"x", status="404 Not Found"))],
    ids=["nothing", "html", "401", "file", "loop", "text", "cut short", "404"])
def test_credentials_are_not_shown(way, behave, secrets):
    with HostileServer(behave) as server:
        result = ask(server, secrets[way])
    assert result.returncode in (3, 4)
    assert SECRET.encode() not in result.stderr and b"user" not in result.stderr.replace(b"--user", b"")


def test_queries_are_not_shown():
    with HostileServer(send(response(b"hello"))) as server:
        result = fetch(server.url + "/p?token=hunter2&hunter2&seconds=1")
    assert b"/p?token=***&***&seconds=1: " in result.stderr
    assert server.requests[0].startswith("GET /p?token=hunter2&hunter2&seconds=1 ")


def test_a_redirects_query_is_not_shown(certificates):
    with HostileServer(redirect("http://127.0.0.1/?hunter2"), certificates.server()) as server:
        result = fetch(server.url, "--cacert", certificates.ca)
    assert b"redirected from https to http: http://127.0.0.1/?***" in result.stderr


def test_a_token_is_read_for_every_capture(tmp_path):
    token = tmp_path / "token"
    with HostileServer(send(response(PROFILE))) as server:
        for content in ("one", "two"):
            token.write_text(content)
            assert fetch(server.url, "--seconds", 1, "--bearer-token-file", token).returncode == 0
    assert ["Authorization: Bearer " + name in request for name, request in zip(("one", "two"), server.requests)] == [True, True]


def test_a_token_from_a_pipe():
    """As the shell's <(command) gives it: it can be read once."""
    with HostileServer(redirect_to_then("/x", send(response(PROFILE)))) as server:
        command = f"'{PGO_FETCH}' {' '.join(ONCE)} {server.host} --seconds 1 --bearer-token-file <(echo hunter2) | wc -c"
        result = subprocess.run(["bash", "-c", command], capture_output=True, env=ENVIRONMENT, timeout=60)
    assert int(result.stdout) == len(PROFILE), result.stderr
    assert ["Bearer hunter2" in request for request in server.requests] == [True, True]


def test_headers_as_they_are_given(tmp_path):
    (tmp_path / "headers").write_text("# a comment\n\nHost: other.example\r\nX-File: yes\n")
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch(server.host, "--seconds", 1, "-H", "X-Empty:", "-H", "X-List: [a, b]", "--header", "User-Agent: mine",
                       "--header-file", tmp_path / "headers")
    assert result.returncode == 0, result.stderr
    sent = headers(server.requests[0])
    for header in ("X-Empty:", "X-List: [a, b]", "User-Agent: mine", "Host: other.example", "X-File: yes"):
        assert header in sent
    assert not any(line.startswith(("Host: 127", "User-Agent: pgoprof")) for line in sent)


def test_the_targets_own_user_comes_first(tmp_path):
    (tmp_path / "token").write_text("other")
    with HostileServer(send(response(PROFILE))) as server:
        for more in (["--bearer-token-file", tmp_path / "token"], ["--user", "a:b"], ["-H", "Authorization: Bearer other"]):
            fetch(server.url.replace("//", f"//user:{SECRET}@"), "--seconds", 1, *more)
    for request in server.requests:
        assert [line for line in headers(request) if line.lower().startswith("authorization")] == [f"Authorization: {BASIC}"]


@pytest.mark.parametrize("arguments, message", [
    (["-H", "hunter2"], b"--header must be a header, such as 'X-Scope-OrgID: team'"),
    (["-H", "X: y\r\nZ: hunter2"], b"--header must be a header"),
    (["-H", "Content-Length: 5"], b"--header must be a header"),
    (["--user", "hunter2"], b"--user has no password"),
    (["--user", "user:hunter2", "--bearer-token-file", "TOKEN"], b"exclude each other"),
    (["-H", "authorization: hunter2", "--user", "user:hunter2"], b"exclude each other"),
    (["--password-file", "TOKEN"], b"--password-file needs --user"),
    (["--key", "TOKEN"], b"--key needs --cert"),
    (["--header-file", "TOKEN"], b"TOKEN: line 1 is not a header"),
])
def test_usage_errors(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "TOKEN").write_text(SECRET)
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch(server.url, *arguments)
    assert result.returncode == 2
    assert message in result.stderr and SECRET.encode() not in result.stderr, result.stderr
    assert server.requests == []


@pytest.mark.parametrize("option", ["--header-file", "--bearer-token-file", "--netrc-file", "--cacert", "--cert"])
def test_files_that_are_not_there(option, tmp_path):
    with HostileServer(send(response(PROFILE))) as server:
        result = fetch(server.url, option, tmp_path / "nowhere")
        assert (result.returncode, server.requests) == (4, [])
        assert b"nowhere: cannot be opened" in result.stderr


@pytest.mark.parametrize("option", ["--cacert", "--cert"])
def test_files_that_are_no_certificates(option, tmp_path):
    (tmp_path / "key").write_text(SECRET)
    result = fetch("https://127.0.0.1:1", option, tmp_path / "key")
    assert result.returncode == 3 and b"key: not a PEM file" in result.stderr


def test_an_encrypted_key_asks_nobody(certificates, tmp_path):
    certificate, key = certificates.files("client")
    encrypted = tmp_path / "key"
    subprocess.run(["openssl", "ec", "-in", key, "-aes128", "-passout", "pass:x", "-out", encrypted], check=True, capture_output=True)
    with HostileServer(send(response(PROFILE)), certificates.server()) as server:
        result = fetch(server.url, "--cacert", certificates.ca, "--cert", certificate, "--key", encrypted)
    assert result.returncode == 4 and b"the secure connection failed" in result.stderr


@pytest.mark.parametrize("way", WAYS)
def test_credentials_are_not_kept(way, secrets, tmp_path):
    """Neither in what is kept of captures nor in the report on them, whether they succeed or not."""
    kept = tmp_path / "kept"
    with HostileServer(send(response(PROFILE))) as one, HostileServer(send(response(b"", status="401 No"))) as two:
        options, user_info, _ = secrets[way]
        urls = [server.url.replace("//", "//" + user_info) + "/p?token=hunter2" for server in (one, two)]
        result = fetch(*urls, "--seconds", 1, "--dir", kept, "--min-success", "1", "--format", "json", *options)
    assert result.returncode == 5, result.stderr
    assert SECRET.encode() not in result.stdout + result.stderr
    assert b"token=***" in result.stdout
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert len(files) >= 2
    assert not any(SECRET.encode() in path.read_bytes() or SECRET in path.name for path in files)


def test_targets_that_only_their_query_tells_apart(tmp_path):
    """Their names hide that."""
    with HostileServer(send(response(PROFILE))) as server:
        urls = [f"{server.url}/p?pod={pod}" for pod in ("a", "b", "a")]
        result = fetch(*urls, "--seconds", 1, "-o", tmp_path / "merged", "--format", "json")
    assert result.returncode == 0, result.stderr
    assert sorted(request.split(" ")[1] for request in server.requests) == ["/p?pod=a&seconds=1", "/p?pod=b&seconds=1"]
    assert b'/p?pod=***&seconds=1"' in result.stdout and b'/p?pod=***&seconds=1 #2"' in result.stdout


def test_more_transfers_than_files():
    command = f"ulimit -n 1000 && exec '{PGO_FETCH}' localhost:1 --parallel 1000"
    result = subprocess.run(["bash", "-c", command], capture_output=True, env=ENVIRONMENT, timeout=60)
    assert result.returncode == 2
    assert b"1000 transfers at once need 4064 open files, and the system allows 1000" in result.stderr
    assert b"--parallel 234 is possible" in result.stderr


def test_too_few_files_for_any_transfer():
    command = f"ulimit -n 64 && exec '{PGO_FETCH}' localhost:1 --parallel 1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, env=ENVIRONMENT, timeout=60)
    assert result.returncode == 2
    assert b"1 transfer at once needs 68 open files, and the system allows 64" in result.stderr
    assert b"--parallel" not in result.stderr
