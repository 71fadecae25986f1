"""pgo-fetch against real Go servers of several versions: TLS with HTTP/2, client certificates, unix sockets, logins, proxies."""

import gzip
import json
import os
import pathlib
import socket
import subprocess

import profile_pb2
import pytest

from pgoprof_testing import go_service
from pgoprof_testing.certificates import Certificates
from pgoprof_testing.fetching import ENVIRONMENT, PGO_FETCH, fetch

PAGE = "/debug/pprof/cmdline"
PROGRAMS = pathlib.Path(os.environ["PGOPROF_SOURCE"]) / "tests/support/go"
TOOLCHAINS = go_service.toolchains()
pytestmark = pytest.mark.skipif(not TOOLCHAINS, reason="no Go here")


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """build(program, version): its path, the same every time."""
    folder = tmp_path_factory.mktemp("bin")

    def build(program, version):
        path = folder / f"{program}-{version}"
        return path if path.exists() else go_service.build(TOOLCHAINS[version], PROGRAMS / program, path)

    return build


@pytest.fixture(scope="module")
def proxy_binary(build):
    return build("forwardproxy", next(iter(TOOLCHAINS)))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


class Program:
    """One that prints its address, and then what it is asked."""

    def __init__(self, binary, *arguments):
        self._process = subprocess.Popen([binary, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self._process.stdout.readline().strip()
        self._lines = None

    def lines(self):
        """All that it printed; ends it."""
        if self._lines is None:
            self._process.kill()
            self._lines = self._process.communicate()[0].splitlines()
        return self._lines

    def asked(self):
        return [json.loads(line) for line in self.lines()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines()


@pytest.fixture
def serve(build):
    return lambda *arguments: Program(build("pprofserver", next(iter(TOOLCHAINS))), *arguments)


@pytest.fixture(params=TOOLCHAINS)
def serve_each(request, build):
    """The same for every version of Go."""
    return lambda *arguments: Program(build("pprofserver", request.param), *arguments)


@pytest.fixture
def output(tmp_path):
    return tmp_path / "a.pprof"


def tls(certificates, *more):
    certificate, key = certificates.files()
    return ["-cert", certificate, "-key", key, *more]


def free_ports(count):
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def assert_captured(result, output):
    assert result.returncode == 0, result.stderr
    profile = profile_pb2.Profile()
    profile.ParseFromString(gzip.decompress(output.read_bytes()))
    assert 0.9e9 < profile.duration_nanos < 3e9


def assert_admitted(result, output):
    """What the server shows those it knows, without the second that a CPU profile takes."""
    assert result.returncode == 3, result.stderr
    assert not output.exists()


def assert_refused(result, output, message):
    assert result.returncode == 4 and message in result.stderr, result.stderr
    assert not output.exists()


def test_plain(serve_each, output):
    with serve_each() as server:
        assert_captured(fetch(server.address, "--seconds", 1, "-o", output), output)
        assert [asked["Proto"] for asked in server.asked()] == ["HTTP/1.1"]


def test_ipv6(serve, output):
    with serve("-addr", "[::1]:0") as server:
        if not server.address:
            pytest.skip("no IPv6 here")
        assert_captured(fetch(server.address, "--seconds", 1, "-o", output), output)
        assert [asked["Host"] for asked in server.asked()] == [server.address]


def test_unix_socket(serve_each, output, tmp_path_factory):
    path = tmp_path_factory.mktemp("socket") / "app.sock"
    with serve_each("-network", "unix", "-addr", path) as server:
        assert_captured(fetch(f"unix:{path}", "--seconds", 1, "-o", output), output)
        result = fetch(f"unix:{path}:/debug/pprof/heap", "--seconds", 1, "-o", output,
                       environment={"http_proxy": "http://127.0.0.1:1"})
        assert result.returncode == 3 and b"not a CPU profile" in result.stderr
        assert f"unix:{path}:/debug/pprof/heap?seconds=1: ".encode() in result.stderr
        assert [asked["URI"] for asked in server.asked()] == [
            "/debug/pprof/profile?seconds=1", "/debug/pprof/heap?seconds=1"]
    assert_refused(fetch(f"unix:{path}", "-o", output.with_name("b")), output.with_name("b"), b"connection refused")


def test_no_such_unix_socket(output, tmp_path):
    result = fetch(f"unix:{tmp_path}/app.sock", "-o", output)
    assert_refused(result, output, b"cannot connect: No such file or directory")
    assert b"localhost" not in result.stderr


def test_http_where_tls_is_spoken(serve, output, certificates):
    with serve(*tls(certificates)) as server:
        address = server.address.removeprefix("https://")
        assert_refused(fetch(f"http://{address}", "--seconds", 1, "-o", output), output, b"write https://")


def test_a_unix_socket_stays_with_its_origin(serve, output, tmp_path_factory):
    """Redirected elsewhere, and from there to the name that a socket's server goes by."""
    path = tmp_path_factory.mktemp("socket") / "app.sock"
    port, = free_ports(1)
    with serve("-network", "unix", "-addr", path, "-redirect-to", f"http://127.0.0.1:{port}/away") as server, \
            serve("-addr", f"127.0.0.1:{port}", "-redirect-to", "http://localhost/debug/pprof/cmdline") as other:
        result = fetch(f"unix:{path}:/away", "--seconds", 1, "--timeout", 5, "-H", "X-Key: hunter2", "--user", "user:hunter2",
                       "-o", output)
        assert result.returncode != 0 and not output.exists()
        assert len(server.asked()) == 1
        assert [asked["Authorization"] for asked in other.asked()] == [""]


def test_tls_speaks_http_2(serve_each, certificates, output):
    with serve_each(*tls(certificates)) as server:
        url = "https://" + server.address
        assert_refused(fetch(url, "-o", output), output, b"the secure connection failed")
        assert_captured(fetch(url, "--seconds", 1, "--cacert", certificates.ca, "-o", output), output)
        assert [asked["Proto"] for asked in server.asked()] == ["HTTP/2.0"]


def test_the_environment_names_authorities(serve, certificates, output):
    with serve(*tls(certificates)) as server:
        assert_admitted(fetch("https://" + server.address + PAGE, "-o", output,
                              environment={"SSL_CERT_FILE": str(certificates.ca)}), output)


def test_cacert_is_trusted_alone(serve, certificates, output, tmp_path_factory):
    """Not beside what the system trusts."""
    other = Certificates(tmp_path_factory.mktemp("other"))
    with serve(*tls(certificates)) as server:
        result = fetch("https://" + server.address, "--cacert", other.ca, "-o", output,
                       environment={"SSL_CERT_FILE": str(certificates.ca)})
    assert_refused(result, output, b"the secure connection failed")


def test_insecure(serve, certificates, output):
    with serve(*tls(certificates)) as server:
        result = fetch("https://" + server.address + PAGE, "--insecure", "-o", output)
    assert_admitted(result, output)
    assert b"warning: --insecure: no certificate is checked" in result.stderr


def test_client_certificates(serve_each, certificates, output):
    certificate, key = certificates.files("client")
    with serve_each(*tls(certificates, "-client-ca", certificates.ca)) as server:
        arguments = ["https://" + server.address, "--seconds", 1, "--cacert", certificates.ca, "-o", output]
        # Of Go 1.19's alert libcurl 7.88 tells no more than that the connection is gone.
        refused = fetch(*arguments)
        assert_refused(refused, output, b"")
        assert b"--cert" in refused.stderr or b"alert certificate required" in refused.stderr
        assert_captured(fetch(*arguments, "--cert", certificate, "--key", key), output)
        assert [asked["Certificate"] for asked in server.asked()] == ["client"]


def test_client_certificates_stay_with_their_origin(serve, certificates, output):
    """Neither another server nor, by a redirect from there, the first one sees it again."""
    certificate, key = certificates.files("client")
    ours = tls(certificates, "-client-ca", certificates.ca)
    one, two = (f"127.0.0.1:{port}" for port in free_ports(2))
    with serve(*ours, "-addr", one, "-redirect-to", f"https://{two}/away") as first, \
            serve(*ours, "-addr", two, "-redirect-to", f"https://{one}/debug/pprof/profile?seconds=1") as second:
        result = fetch(f"https://{first.address}/away", "--seconds", 1, "--cacert", certificates.ca, "-o", output,
                       "--cert", certificate, "--key", key)
        assert_captured(result, output)
        assert [asked["Certificate"] for asked in first.asked()] == ["client", ""]
        assert [asked["Certificate"] for asked in second.asked()] == [""]


def test_logins(serve, output, tmp_path):
    password = tmp_path / "password"
    password.write_text("p:w\n")
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine other.example login u password x\nmachine 127.0.0.1 login user password p:w\n")
    with serve("-user", "user", "-password", "p:w") as server:
        arguments = [server.address + PAGE, "-o", output]
        assert_refused(fetch(*arguments), output, b"access denied (HTTP status 401): who are you?")
        for login, environment in [
            (["--user", "user:p:w"], {}), (["-u", "user", "--password-file", password], {}),
            (["--netrc-file", netrc], {}), (["--netrc"], {"HOME": str(tmp_path)}), (["--netrc"], {"NETRC": str(netrc)}),
        ]:
            assert_admitted(fetch(*arguments, *login, environment=environment), output)


def test_a_bearer_token(serve, output, tmp_path):
    token = tmp_path / "token"
    token.write_text("s3cret\n")
    with serve("-bearer", "s3cret") as server:
        assert_admitted(fetch(server.address + PAGE, "-o", output, "--bearer-token-file", token), output)


# Proxies.

def test_a_proxy_forwards_http(serve, proxy_binary, output):
    with serve() as server, Program(proxy_binary) as proxy:
        environment = {"http_proxy": "http://" + proxy.address}
        assert_captured(fetch(server.address, "--seconds", 1, "-o", output, environment=environment), output)
        assert proxy.lines() == [f"GET {server.address} "]


def test_a_proxy_connects_for_https(serve, proxy_binary, certificates, output):
    """And sees nothing of what is said."""
    with serve(*tls(certificates), "-user", "user", "-password", "pw") as server, Program(proxy_binary) as proxy:
        result = fetch("https://" + server.address, "--seconds", 1, "-o", output, "--cacert", certificates.ca,
                       "--user", "user:pw", environment={"https_proxy": "http://" + proxy.address})
        assert_captured(result, output)
        assert proxy.lines() == [f"CONNECT {server.address} "]
        assert [asked["Proto"] for asked in server.asked()] == ["HTTP/2.0"]


def test_no_proxy(serve, proxy_binary, output):
    with serve() as server, Program(proxy_binary) as proxy:
        environment = {"http_proxy": "http://" + proxy.address, "no_proxy": "example.org,127.0.0.1"}
        assert_admitted(fetch(server.address + PAGE, "-o", output, environment=environment), output)
        assert proxy.lines() == []


def test_a_proxy_that_wants_a_login(serve, proxy_binary, certificates, output):
    with serve(*tls(certificates)) as secure, serve() as plain, Program(proxy_binary, "-user", "user:hunter2") as proxy:
        def ask(scheme, server, login, host=proxy.address):
            return fetch(f"{scheme}://{server.address}{PAGE}", "-o", output, "--cacert", certificates.ca,
                         environment={f"{scheme}_proxy": f"http://{login}{host}"})

        assert_refused(ask("http", plain, ""), output, b"HTTP status 407")
        assert_refused(ask("https", secure, ""), output, b"the proxy does not connect us")
        refused = ask("https", secure, "user:hunter3@")
        assert_refused(refused, output, b"407")
        assert b"hunter" not in refused.stderr
        assert_admitted(ask("http", plain, "user:hunter2@"), output)
        assert_admitted(ask("https", secure, "user:hunter2@"), output)
        assert all("Basic" not in line for line in proxy.lines())
        assert [asked["Authorization"] for asked in secure.asked() + plain.asked()] == ["", ""]


def test_a_proxy_that_is_not_there(serve, output):
    with serve() as server:
        result = fetch(server.address, "-o", output, environment={"http_proxy": "http://user:hunter2@127.0.0.1:1"})
        assert_refused(result, output, b"the proxy does not connect us")
        result = fetch(server.address, "-o", output, environment={"http_proxy": "http://user:hunter2@no-such-host.invalid:1"})
        assert_refused(result, output, b"the proxy does not connect us")
        assert b"hunter2" not in result.stderr
        assert server.asked() == []


# All addresses of a name, by the system's own resolver: in a mount namespace, /etc/hosts is ours.

def has_namespaces():
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_namespaces(), reason="needs unshare --mount")
def test_a_name_of_several_addresses(serve_each, certificates, output, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.2 fleet.test\n127.0.0.3 fleet.test\n127.0.0.1 localhost\n")
    with serve_each(*tls(certificates, "-addr", "127.0.0.2:0")) as first:
        port = first.address.split(":")[1]
        with serve_each(*tls(certificates, "-addr", f"127.0.0.3:{port}")) as second:
            result = subprocess.run(
                ["unshare", "--mount", "sh", "-c", 'mount --bind "$1" /etc/hosts && shift && exec "$@"', "sh", hosts,
                 PGO_FETCH, f"https://fleet.test:{port}", "--all-addresses", "--seconds", "1", "--cacert", certificates.ca,
                 "-o", output], capture_output=True, timeout=60, env=ENVIRONMENT)
            assert result.returncode == 0, result.stderr
            asked = [server.asked() for server in (first, second)]
            assert [[(one["Host"], one["Server"]) for one in ours] for ours in asked] == [
                [(f"fleet.test:{port}", "fleet.test")], [(f"fleet.test:{port}", "fleet.test")]]
