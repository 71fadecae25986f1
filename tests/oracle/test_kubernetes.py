"""k8s:// targets of a real API server, whose proxy leads to real Go servers."""

import base64
import concurrent.futures
import gzip
import json
import stat

import profile_pb2
import pytest

from pgoprof_testing import go, go_service, kube_cluster
from pgoprof_testing.backend import ask

ADDRESS_RULES = ((["list"], ["pods"]), (["get"], ["pods/proxy"]))


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """Two Go servers on this machine's own address."""
    binary = go_service.build(go.go_command(), "service", tmp_path_factory.mktemp("bin") / "service")
    address = kube_cluster.own_address()
    with go_service.Service(binary, "-addr", f"{address}:0") as one, go_service.Service(binary, "-addr", f"{address}:0") as two:
        yield address, [int(service.url.rpartition(":")[2]) for service in (one, two)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, services):
    address, (one, two) = services
    with kube_cluster.Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        cluster.add_namespace("shop")
        cluster.add_pod("shop", "cart-0", {"app": "cart", "tier": "web"}, address, pprof=one)
        cluster.add_pod("shop", "cart-1", {"app": "cart", "tier": "test"}, address, pprof=two)
        cluster.add_pod("shop", "cart-2", {"app": "cart"}, address, ready=False, pprof=one)
        cluster.add_pod("shop", "cart-3", {"app": "cart"}, pprof=one)
        cluster.add_pod("shop", "shut", {"app": "shut"}, address, pprof=kube_cluster.free_port())
        cluster.allow("shop", "reader", *ADDRESS_RULES)
        cluster.allow("shop", "lister", ADDRESS_RULES[0])
        yield cluster


@pytest.fixture
def ask_cluster(cluster, tmp_path):
    def run(target, user=(("token", "reader-token"),), **options):
        return ask(tmp_path, target, kubeconfig=cluster.kubeconfig("config", dict(user)), seconds=1, **options)
    return run


def is_cpu_profile(body):
    profile = profile_pb2.Profile.FromString(gzip.decompress(body))
    return [profile.string_table[kind.type] for kind in profile.sample_type] == [b"samples", b"cpu"]


@pytest.mark.parametrize("selector, names", [
    ("app=cart", ["cart-0", "cart-1"]), ("app=cart,tier!=test", ["cart-0"]), ("tier in (test, other)", ["cart-1"]),
    ("app,tier", ["cart-0", "cart-1"]), ("app,!tier,app notin (shut)", []),
])
def test_selectors(ask_cluster, selector, names):
    asked = ask_cluster(f"k8s://shop/{selector}:pprof")
    assert [name.split("/")[3].split(":")[0] for name in asked.of("source")] == names
    assert len(asked.bodies) == len(names) and all(map(is_cpu_profile, asked.bodies))
    if not names:
        assert "no pod to ask: 2 pods left out: cart-2 (not ready), cart-3 (Pending)" in asked.of("error")[0]


def users(cluster, folder):
    certificate, key = (base64.b64encode(path.read_bytes()).decode() for path in cluster.authority.issue("reader", "/CN=reader"))
    cluster.allow("shop", "account-ci", *ADDRESS_RULES)
    (folder / "token").write_text(cluster.account_token("shop", "account-ci"))
    plugin = folder / "plugin"
    plugin.write_text("#!/bin/sh\necho '" + json.dumps({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "reader-token"}}) + "'\n")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    yield {"client-certificate-data": certificate, "client-key-data": key}
    yield {"tokenFile": str(folder / "token")}
    yield {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin)}}
    admin = dict(zip(("client-certificate", "client-key"), map(str, cluster.admin)))
    yield {**admin, "as": "reader"}


def test_credentials(ask_cluster, cluster, tmp_path):
    for user in users(cluster, tmp_path):
        asked = ask_cluster("k8s://shop/tier=web:pprof", user)
        assert len(asked.bodies) == 1, asked.output


@pytest.mark.parametrize("token, kind, says", [
    ("wrong", "error", "the API server does not take our credentials (HTTP status 401): Unauthorized"),
    ("nobody-token", "error", 'the API server does not allow it (HTTP status 403): pods is forbidden: User "nobody" cannot list'),
    ("lister-token", "failure", 'the API server does not allow it (HTTP status 403): pods "cart-0:'),
])
def test_what_is_not_allowed(ask_cluster, token, kind, says):
    asked = ask_cluster("k8s:///tier=web:pprof", {"token": token})
    assert says in (asked.of("error")[0] if kind == "error" else asked.failure[1])


def test_what_cannot_be_reached(ask_cluster, services):
    asked = ask_cluster("k8s://shop/app=shut:pprof")
    assert asked.failure[0] == "http-status"
    assert "cannot reach the pod (HTTP status 503): error trying to reach service: dial tcp" in asked.failure[1]
    asked = ask_cluster("k8s://shop/tier=web:https:pprof")
    assert "tls: first record does not look like a TLS handshake" in asked.failure[1]
    assert ask_cluster("k8s://shop/tier=web:pprof/nowhere").failure[0] == "not-found"
    assert "unable to parse requirement" in ask_cluster("k8s://shop/a b:1").of("error")[0]


def test_no_such_namespace(ask_cluster, cluster):
    admin = dict(zip(("client-certificate", "client-key"), map(str, cluster.admin)))
    assert ask_cluster("k8s://nowhere/a=b:1", admin).of("error")[0].endswith('the cluster has no namespace "nowhere"')


def test_more_pods_than_a_page_has(ask_cluster, cluster):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: cluster.add_pod("shop", f"many-{number}", {"many": "1"}), range(520)))
    assert "no pod to ask: 520 pods left out: many-0 (Pending)" in ask_cluster("k8s://shop/many=1:pprof").of("error")[0]
