"""k8s:// targets, against a server that answers what a real API server was recorded to (testdata/exchanges/kubernetes).

The real one is asked in tests/oracle/test_kubernetes.py."""

import base64
import datetime
import json
import os
import pathlib
import stat

import pytest

from pgoprof_testing.authority import Authority
from pgoprof_testing.backend import Backend, ConnectProxy, ask, json_answer, tls_context

SOURCE = pathlib.Path(os.environ["PGOPROF_SOURCE"])
PROFILE = (SOURCE / "testdata/real/mixed-go1.26.pprof").read_bytes()
RECORDED = {path.stem: json.loads(path.read_text()) for path in (SOURCE / "testdata/exchanges/kubernetes").glob("*.json")}
PODS = "/api/v1/namespaces/shop/pods"
PROXY = PODS + "/cart-0:16060/proxy/debug/pprof/profile"


def recorded(name):
    return json_answer(RECORDED[name]["body"], RECORDED[name]["status"])


def profile_answer():
    return 200, {"Content-Type": "application/octet-stream"}, PROFILE


def api_server(request):
    """A cluster with the recorded pods; each that may be asked has a profile."""
    if request.path == PODS:
        return recorded("pods")
    return profile_answer() if "/proxy/" in request.path else recorded("no-pod")


def text64(path_or_text):
    data = path_or_text.read_bytes() if isinstance(path_or_text, pathlib.Path) else path_or_text.encode()
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def client(authority):
    return authority.issue("client", "/O=readers/CN=jane")


@pytest.fixture(scope="module")
def tls(authority):
    certificate = authority.issue("server", "/CN=kube-apiserver", "IP:127.0.0.1", "DNS:kubernetes.default")
    return tls_context(*certificate, clients=authority.certificate)


@pytest.fixture
def serve(tls):
    servers = []

    def start(answer=api_server):
        servers.append(Backend(answer, tls).__enter__())
        return servers[-1]
    yield start
    for server in servers:
        server.__exit__()


def config(server, authority, user, cluster=(), context=()):
    """A kubeconfig, of which JSON is one way to write it."""
    return {"apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "c", "cluster": {"server": server.url, "certificate-authority-data": text64(authority.certificate),
                                                   **dict(cluster)}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "shop", **dict(context)}}]}


@pytest.fixture
def ask_pods(tmp_path, authority):
    """ask_pods(server, user, target): what came of it."""
    def run(server, user=(("token", "sesame"),), target="k8s:///app=cart:16060", cluster=(), environment=(), **options):
        path = tmp_path / "config"
        path.write_text(json.dumps(config(server, authority, dict(user), cluster)))
        asked = ask(tmp_path, target, {"KUBECONFIG": str(path), **dict(environment)}, seconds=1, **options)
        assert "sesame" not in asked.output
        return asked
    return run


def test_the_requests(serve, ask_pods):
    server = serve()
    asked = ask_pods(server, target="k8s://shop/app=cart,tier!=test,release in (a, b),!old:16060")
    assert asked.bodies == [PROFILE, PROFILE]
    assert asked.of("source") == [f"k8s://shop/cart-{n}:16060/debug/pprof/profile" for n in (0, 4)]
    assert asked.of("note") == ["k8s://shop/app=cart,tier!=test,release in (a, b),!old:16060: "
                                "3 pods left out: cart-1 (Pending), cart-2 (not ready), cart-3 (terminating)"]
    listed, *captures = server.requests
    assert (listed.method, listed.path) == ("GET", PODS)
    assert listed.query == {"limit": "500", "labelSelector": "app=cart,tier!=test,release in (a, b),!old"}
    assert [(request.method, request.path, request.query) for request in captures] == [
        ("GET", f"{PODS}/cart-{n}:16060/proxy/debug/pprof/profile", {"seconds": "1"}) for n in (0, 4)]
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer sesame"}


def test_ports_paths_and_https(serve, ask_pods):
    server = serve()
    asked = ask_pods(server, target="k8s://shop/app=cart:https:pprof/admin/cpu?key=a%20b")
    assert asked.of("source") == ["k8s://shop/cart-0:16060/admin/cpu"]
    assert "cart-4 (no port \"pprof\")" in asked.of("note")[0]
    assert server.requests[1].path == PODS + "/https:cart-0:16060/proxy/admin/cpu"
    assert server.requests[1].query == {"key": "a b", "seconds": "1"}


def test_a_list_of_several_pages(serve, ask_pods):
    pages = ["pods-page-1", "pods-page-2"]
    server = serve(lambda request: recorded(pages["continue" in request.query]) if request.path == PODS else profile_answer())
    asked = ask_pods(server)
    assert asked.of("source") == [f"k8s://shop/{name}:16060/debug/pprof/profile" for name in ("cart-0", "cart-4", "web-0")]
    assert server.requests[1].query["continue"] == RECORDED["pods-page-1"]["body"]["metadata"]["continue"]


def test_a_list_that_has_expired_begins_anew(serve, ask_pods):
    answers = iter([recorded("pods-page-1"), json_answer({"kind": "Status", "code": 410, "reason": "Expired"}, 410), recorded("pods")])
    server = serve(lambda request: next(answers) if request.path == PODS else profile_answer())
    assert ask_pods(server).of("source") == [f"k8s://shop/cart-{n}:16060/debug/pprof/profile" for n in (0, 4)]
    assert ["continue" in request.query for request in server.requests[:3]] == [False, True, False]


def test_a_list_without_an_end(serve, ask_pods):
    server = serve(lambda request: recorded("pods-page-1"))
    assert "does not end" in ask_pods(server).of("error")[0]
    assert len(server.requests) == 400


@pytest.mark.parametrize("name, says, remedy", [
    ("forbidden", 'the API server does not allow it (HTTP status 403): pods is forbidden: User "reader" cannot list',
     "--resource=pods,pods/proxy"),
    ("unauthorized", "the API server does not take our credentials (HTTP status 401): Unauthorized", 'context "here"'),
    ("bad-selector", "the API server refuses (HTTP status 400): unable to parse requirement", None),
])
def test_a_list_that_is_not_given(serve, ask_pods, name, says, remedy):
    asked = ask_pods(serve(lambda request: recorded(name)))
    assert asked.of("error")[0].startswith("k8s:///app=cart:16060: " + says)
    assert remedy is None or remedy in asked.of("remedy")[0]


@pytest.mark.parametrize("answer, says", [
    (json_answer({"kind": "List"}), "no list of pods"),
    ((200, {"Content-Type": "text/html"}, b"<html>"), "malformed JSON"),
    ((302, {"Location": "https://login.test/"}, b""), "redirected (HTTP status 302) to https://login.test/"),
    ((502, {"Content-Type": "text/html"}, b"<html>"), "malformed JSON"),
])
def test_what_is_no_api_server(serve, ask_pods, answer, says):
    assert says in ask_pods(serve(lambda request: answer)).of("error")[0]


@pytest.mark.parametrize("namespace, says", [
    ("no-namespace", 'the cluster has no namespace "shop"'),
    ("forbidden", 'no pod of namespace "shop" matches'),
])
def test_no_pods(serve, ask_pods, namespace, says):
    asked = ask_pods(serve(lambda request: recorded("no-pods" if request.path == PODS else namespace)))
    assert says in asked.of("error")[0]


def test_no_pod_is_ready(serve, ask_pods):
    def answer(request):
        items = [pod for pod in RECORDED["pods"]["body"]["items"] if pod["metadata"]["name"] in ("cart-1", "cart-2")]
        return json_answer({**RECORDED["pods"]["body"], "items": items})
    asked = ask_pods(serve(answer))
    assert asked.of("error") == ["k8s:///app=cart:16060: no pod to ask: 2 pods left out: cart-1 (Pending), cart-2 (not ready)"]


@pytest.mark.parametrize("answer, fault, says", [
    (recorded("refused"), "http-status", "the API server cannot reach the pod (HTTP status 503): error trying to reach "
     "service: dial tcp 192.0.2.2:1: connect: connection refused"),
    (recorded("forbidden-proxy"), "denied", 'the API server does not allow it (HTTP status 403): pods "cart-0:16060" is forbidden'),
    (recorded("no-pod"), "not-found", 'the API server does not find it (HTTP status 404): pods "gone" not found'),
    (recorded("pending"), "http-status", "the API server refuses (HTTP status 400): address not allowed"),
    ((500, {"Content-Type": "text/plain", "X-Go-Pprof": "1"}, b"Could not enable CPU profiling: cpu profiling already in use\n"),
     "busy", "profiling already in use"),
    ((404, {"Content-Type": "text/plain"}, b"404 page not found\n"), "not-found", "no such page"),
    ((302, {"Location": "/api/v1/secrets"}, b""), "redirect", "redirected (HTTP status 302) to /api/v1/secrets"),
    ((302, {"Location": "http://127.0.0.1:1/"}, b""), "redirect", "redirected (HTTP status 302) to http://127.0.0.1:1/"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_what_pods_answer(serve, ask_pods, answer, fault, says):
    pods = {**RECORDED["pods"]["body"], "items": RECORDED["pods"]["body"]["items"][:1]}
    server = serve(lambda request: json_answer(pods) if request.path == PODS else answer)
    asked = ask_pods(server)
    assert asked.failure[0] == fault
    assert asked.failure[1].startswith(says)
    assert len(server.requests) == 2, "a pod's redirects are not followed with the user's rights"


def test_names_that_lead_elsewhere(serve, ask_pods):
    pods = {"kind": "PodList", "items": [
        {**RECORDED["pods"]["body"]["items"][0], "metadata": {"name": name}} for name in ("../secrets", "a/b", "a?b", "A", "")]}
    server = serve(lambda request: json_answer(pods))
    asked = ask_pods(server)
    assert "no pod to ask: 5 pods left out" in asked.of("error")[0]
    assert len(server.requests) == 1


def plugin(tmp_path, script):
    path = tmp_path / "plugin"
    path.write_text("#!/usr/bin/env python3\nimport json, os, sys, time\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def exec_user(**more):
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "interactiveMode": "Never", **more}}


CREDENTIAL = """
def give(**status):
    info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
    print(json.dumps({"kind": "ExecCredential", "apiVersion": info["apiVersion"], "status": status}))
open("called", "a").write("x")
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestCredentials:
    @pytest.mark.parametrize("files", [True, False])
    def test_a_client_certificate(self, serve, ask_pods, client, files):
        certificate, key = client
        user = {"client-certificate": str(certificate), "client-key": str(key)} if files else \
            {"client-certificate-data": text64(certificate), "client-key-data": text64(key)}
        server = serve()
        assert ask_pods(server, user).bodies == [PROFILE, PROFILE]
        assert {request.certificate for request in server.requests} == {"jane"}
        assert not any("authorization" in request.headers for request in server.requests)

    def test_a_token_file_is_read_for_every_request(self, serve, ask_pods, tmp_path):
        (tmp_path / "token").write_text("sesame-1\n")

        def renewing(request):
            (tmp_path / "token").write_text("sesame-2\n")
            return api_server(request)
        server = serve(renewing)
        ask_pods(server, {"token": "sesame-0", "tokenFile": "token"})  # relative to the kubeconfig
        assert [request.headers["authorization"][-1] for request in server.requests] == ["1", "2", "2"]

    def test_a_password(self, serve, ask_pods):
        server = serve()
        ask_pods(server, {"username": "jane", "password": "sesame"})
        assert {request.headers["authorization"] for request in server.requests} == {"Basic " + text64("jane:sesame")}

    def test_impersonation(self, serve, ask_pods):
        server = serve()
        ask_pods(server, {"token": "sesame", "as": "ci", "as-uid": "7", "as-groups": ["a"]})
        for request in server.requests:
            assert [request.headers["impersonate-" + name] for name in ("user", "uid", "group")] == ["ci", "7", "a"]

    def test_headers_are_the_pods_but_not_credentials(self, serve, ask_pods):
        for header, sent in (("X-Debug: 1", True), ("authorization: Bearer other", False), ("Impersonate-User: root", False)):
            server = serve()
            ask_pods(server, header=header)
            name = header.partition(":")[0].lower()
            assert name == "authorization" or not name in server.requests[0].headers
            assert (server.requests[1].headers.get(name) == header.partition(": ")[2]) == sent
            assert server.requests[1].headers["authorization"] == "Bearer sesame"

    def test_an_exec_plugin(self, serve, ask_pods, here):
        plugin(here, CREDENTIAL + 'print("hello " + sys.argv[1], file=sys.stderr)\ngive(token=os.environ["TOKEN"])')
        server = serve()
        asked = ask_pods(server, exec_user(args=["there"], env=[{"name": "TOKEN", "value": "sesame"}]))
        assert asked.bodies == [PROFILE, PROFILE]
        assert asked.of("note")[0] == "plugin: hello there"
        assert {request.headers["authorization"] for request in server.requests} == {"Bearer sesame"}
        assert (here / "called").read_text() == "x"

    def test_its_certificate(self, serve, ask_pods, here, client):
        plugin(here, CREDENTIAL + "give(clientCertificateData=%r, clientKeyData=%r)" % tuple(path.read_text() for path in client))
        server = serve()
        assert len(ask_pods(server, exec_user()).bodies) == 2
        assert {request.certificate for request in server.requests} == {"jane"}

    def test_what_it_is_told(self, serve, ask_pods, here, authority):
        plugin(here, CREDENTIAL + 'open("told", "w").write(os.environ["KUBERNETES_EXEC_INFO"])\ngive(token="sesame")')
        server = serve()
        user = exec_user(provideClusterInfo=True)
        user["exec"]["apiVersion"] = "client.authentication.k8s.io/v1beta1"
        ask_pods(server, user, "k8s:///app=cart:16060", {"tls-server-name": "kubernetes.default"})
        assert json.loads((here / "told").read_text()) == {
            "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1",
            "spec": {"interactive": False, "cluster": {
                "server": server.url + "/", "tls-server-name": "kubernetes.default",
                "certificate-authority-data": text64(authority.certificate)}}}

    @pytest.mark.parametrize("minutes, calls", [(60, 1), (-60, 3)])
    def test_credentials_expire(self, serve, ask_pods, here, minutes, calls):
        expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        plugin(here, CREDENTIAL + 'give(token="sesame", expirationTimestamp="%s")' % expiry.strftime("%Y-%m-%dT%H:%M:%SZ"))
        ask_pods(serve(), exec_user())
        assert (here / "called").read_text() == "x" * calls

    def test_credentials_that_are_refused_are_renewed_once(self, serve, ask_pods, here):
        plugin(here, CREDENTIAL + 'give(token="sesame-%d" % len(open("called").read()))')
        server = serve(lambda request: api_server(request) if request.headers["authorization"].endswith("-2") else recorded("unauthorized"))
        assert len(ask_pods(server, exec_user()).bodies) == 2
        server = serve(lambda request: recorded("unauthorized"))
        assert "does not take our credentials" in ask_pods(server, exec_user()).of("error")[0]
        assert len(server.requests) == 2

    @pytest.mark.parametrize("script, says", [
        ("sys.exit('no luck')", "the exec plugin plugin failed with exit code 1"),
        ("os.kill(os.getpid(), 9)", "the exec plugin plugin was ended by signal 9"),
        ("print('x' * 2000000)", "the exec plugin plugin wrote more than 1.0 MiB"),
        ("print('sesame')", "the exec plugin's answer is not JSON"),
        ("print('{}')", "the exec plugin's answer is no ExecCredential"),
        ('print(\'{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}\')',
         "the exec plugin's answer is not of the version that it was asked for: client.authentication.k8s.io/v1"),
        ("give()", "the exec plugin's answer has no credentials"),
        ("give(clientKeyData='sesame')", "the exec plugin's answer has a client certificate or its key, but not both"),
        ("give(token='sesame\\r\\nHost: x')", "the exec plugin's answer has a token that spans lines"),
        ("give(token='sesame', expirationTimestamp='soon')", "the exec plugin's answer expires at what is not a time"),
    ])
    def test_plugins_that_fail(self, serve, ask_pods, here, script, says):
        plugin(here, CREDENTIAL + script)
        server = serve()
        assert ask_pods(server, exec_user()).of("error")[0].endswith(says)
        assert server.requests == []

    def test_a_plugin_that_is_not_there(self, serve, ask_pods):
        asked = ask_pods(serve(), exec_user(command="./nowhere", installHint="get it at example.test\nnow"))
        assert "the exec plugin nowhere cannot be started: No such file or directory" in asked.of("error")[0]
        assert asked.of("remedy") == ["get it at example.test"]


class TestTransport:
    def test_another_authority(self, serve, ask_pods, tmp_path_factory):
        other = Authority(tmp_path_factory.mktemp("other"))
        server = serve()
        cluster = {"certificate-authority-data": text64(other.certificate)}
        assert "the secure connection failed" in ask_pods(server, cluster=cluster).of("error")[0]
        assert server.requests == []
        assert len(ask_pods(server, cluster={**cluster, "insecure-skip-tls-verify": True}).bodies) == 2

    def test_an_authority_in_a_file(self, serve, ask_pods, authority):
        cluster = {"certificate-authority-data": "", "certificate-authority": str(authority.certificate)}
        assert len(ask_pods(serve(), cluster=cluster).bodies) == 2

    def test_a_server_name(self, serve, ask_pods):
        server = serve()
        assert len(ask_pods(server, cluster={"tls-server-name": "kubernetes.default"}).bodies) == 2
        assert server.requests[0].headers["host"] == server.url.removeprefix("https://")
        assert "the secure connection failed" in ask_pods(server, cluster={"tls-server-name": "other"}).of("error")[0]

    def test_a_proxy_and_a_prefix(self, serve, ask_pods):
        server = serve(lambda request: (setattr(request, "path", request.path.removeprefix("/k8s/c-1")), api_server(request))[1])
        with ConnectProxy(server.port) as proxy:
            cluster = {"server": "https://api.test/k8s/c-1/", "proxy-url": proxy.url, "tls-server-name": "kubernetes.default"}
            assert len(ask_pods(server, cluster=cluster).bodies) == 2
        assert set(proxy.asked) == {"api.test:443"}


class TestKubeconfig:
    def test_the_first_file_to_name_something_counts(self, serve, tmp_path, authority):
        server = serve()
        first, second = tmp_path / "first", tmp_path / "second"
        whole = config(server, authority, {"token": "right"})
        first.write_text(json.dumps({"users": [{"name": "u", "user": {"token": "first"}}], "current-context": ""}))
        second.write_text(json.dumps(whole))
        paths = f"{tmp_path}/missing::{first}:{second}"
        ask(tmp_path, "k8s:///app=cart:16060", {"KUBECONFIG": paths}, seconds=1)
        assert server.requests[0].headers["authorization"] == "Bearer first"

    def test_home_and_contexts(self, serve, tmp_path, authority):
        server = serve()
        (tmp_path / ".kube").mkdir()
        document = config(server, authority, {"token": "sesame"})
        document["contexts"].append({"name": "other", "context": {"cluster": "c", "user": "u"}})
        document["current-context"] = "other"
        (tmp_path / ".kube/config").write_text(json.dumps(document))
        home = {"HOME": str(tmp_path)}
        assert "not find it" in ask(tmp_path, "k8s:///app=cart:1", home).of("error")[0]
        assert server.requests[0].path == "/api/v1/namespaces/default/pods"
        assert len(ask(tmp_path, "k8s:///app=cart:16060", home, context="here", seconds=1).bodies) == 2
        asked = ask(tmp_path, "k8s:///a=b:1", home, context="nowhere")
        assert asked.of("error")[0].endswith('no context of the name "nowhere"')
        assert asked.of("remedy") == ["there are: here, other"]

    def test_in_a_pod(self, tmp_path):
        (tmp_path / "namespace").write_text("shop")
        options = {"service_account": str(tmp_path)}
        shown = ask(tmp_path, "-", {"HOME": "/nowhere", "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}, **options)
        assert shown.of("server") == ["https://[fd00::1]:6443/"]
        assert shown.of("namespace") == ["shop"]
        assert shown.of("ca-file") == [f"{tmp_path}/ca.crt"]
        assert shown.of("token-file") == [f"{tmp_path}/token"]
        assert ask(tmp_path, "-", {"HOME": "/nowhere"}, **options).of("error") == ["there is no cluster to ask"]

    @pytest.mark.parametrize("text, says", [
        ("a: [", "not YAML, in line"),
        ("- a", "not a kubeconfig"),
        ("{}", "there is no current context"),
        ("current-context: x", 'no context of the name "x"'),
        ("current-context: x\ncontexts: [{name: x}]", 'no cluster of the name ""'),
        ("current-context: x\ncontexts: [{name: x, context: [1]}]", 'no cluster of the name ""'),
        ("current-context: x\ncontexts: [x]", "not a kubeconfig"),
        ("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {}}]", "the cluster has no server"),
        ("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'ftp://h'}}]",
         "the cluster's server is not an http or https URL"),
        ("&a [*a, *a]", "not"),
        ("[" * 100000, "not YAML, in line"),
    ])
    def test_what_is_none(self, tmp_path, text, says):
        path = tmp_path / "config"
        path.write_text(text)
        assert f"{path}: {says}" in ask(tmp_path, "k8s:///a=b:1", kubeconfig=path).of("error")[0]

    @pytest.mark.parametrize("user, says", [
        ({"auth-provider": {"name": "gcp"}}, 'the user has the auth-provider "gcp", which Kubernetes has removed'),
        ({"client-key-data": "sesame!"}, "client-key-data is not base64"),
        ({"token": "sesame\nHost: x"}, "the user's token or names span lines"),
        ({"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1alpha1"}}, "the exec plugin speaks"),
        ({"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Always"}}, "needs a terminal"),
        ({"exec": {"apiVersion": "client.authentication.k8s.io/v1"}}, "the exec plugin has no command"),
    ])
    def test_users_that_cannot_be(self, serve, ask_pods, user, says):
        assert says in ask_pods(serve(), user).of("error")[0]

    def test_a_file_that_is_missing(self, tmp_path):
        asked = ask(tmp_path, "k8s:///a=b:1", kubeconfig=tmp_path / "missing")
        assert "cannot be opened: No such file or directory" in asked.of("error")[0]


@pytest.mark.parametrize("target, says", [
    ("k8s://", "no namespace, selector and port"), ("k8s://shop", "no namespace, selector and port"),
    ("k8s://shop/app=cart", "no namespace, selector and port"), ("k8s://shop:1/app=cart", "no namespace, selector and port"),
    ("k8s://shop/:6060", "no label selector"), ("k8s://shop/app=cart:", "the port is neither"),
    ("k8s://shop/app=cart:0", "the port is neither"), ("k8s://shop/app=cart:65536", "the port is neither"),
    ("k8s://shop/app=cart:https:", "the port is neither"), ("k8s://Shop/app=cart:1", "the namespace is not a name"),
    ("k8s://shop..x/app=cart:1", "the namespace is not a name"), ("k8s://shop/app=cart:1/a b", "the path is not one of a URL"),
    ("k8s://shop/app=cart:1/p?%73econds=3", "the query gives seconds"),
])
def test_addresses_that_cannot_be(tmp_path, target, says):
    assert ask(tmp_path, target).of("error")[0].startswith(f"{target}: {says}")
