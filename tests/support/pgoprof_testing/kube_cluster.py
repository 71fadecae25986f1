"""A real Kubernetes API server and its etcd, built through the Go module proxy and run on free ports."""

import base64
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time

import pytest

from pgoprof_testing import go
from pgoprof_testing.authority import Authority

_SOURCE = pathlib.Path(__file__).resolve().parent.parent / "go" / "kubernetes"
_VERSION = "1.34.2"
_PACKAGES = {"kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver", "etcd": "./etcd"}


def binaries():
    """Builds them once (a quarter of an hour, 2 GB of modules); skips the test where they cannot be had."""
    folder = go.cache_directory() / f"kubernetes-{_VERSION}"
    source = go.cache_directory() / "kubernetes-source"
    flags = [f"-X k8s.io/component-base/version.{name}={value}" for name, value in
             {"gitVersion": "v" + _VERSION, "gitMajor": "1", "gitMinor": _VERSION.split(".")[1]}.items()]
    environment = {**go.environment(), "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
    environment.pop("GOPROXY")
    for name, package in _PACKAGES.items():
        if (folder / name).exists():
            continue
        shutil.copytree(_SOURCE, source, dirs_exist_ok=True)
        folder.mkdir(exist_ok=True)
        unfinished = folder / f"{name}.{os.getpid()}"
        build = go.go("build", "-ldflags", "-s -w " + " ".join(flags), "-o", unfinished, package, cwd=source, env=environment, check=False)
        if build.returncode != 0:
            pytest.skip(f"{name} cannot be built here: {build.stderr[-300:]}")
        unfinished.rename(folder / name)
    return folder


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def own_address():
    """An address of this machine that is not the loopback's: the API server's proxy leads to no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("no network here")
        return probe.getsockname()[0]


class Cluster:
    """`with Cluster(folder) as cluster`: a cluster without nodes, whose pods are what a test says they are."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)
        self._programs = binaries()
        self._running = []
        self.authority = Authority(folder)
        self.admin = self.authority.issue("admin", "/O=system:masters/CN=admin")
        self._port = free_port()
        self.url = f"https://127.0.0.1:{self._port}"
        self._context = ssl.create_default_context(cafile=self.authority.certificate)
        self._context.load_cert_chain(*self.admin)

    def _start(self, program, *arguments):
        log = open(self._folder / f"{program}.log", "w")
        self._running.append(subprocess.Popen([self._programs / program, *arguments], cwd=self._folder, stdout=log, stderr=log))

    def __enter__(self):
        etcd, peers = free_port(), free_port()
        self._start("etcd", "--data-dir=etcd", f"--listen-client-urls=http://127.0.0.1:{etcd}",
                    f"--advertise-client-urls=http://127.0.0.1:{etcd}", f"--listen-peer-urls=http://127.0.0.1:{peers}",
                    f"--initial-advertise-peer-urls=http://127.0.0.1:{peers}", f"--initial-cluster=default=http://127.0.0.1:{peers}")
        certificate, key = self.authority.issue("server", "/CN=kube-apiserver", "IP:127.0.0.1")
        subprocess.run(["openssl", "genrsa", "-out", self._folder / "accounts.key", "2048"], check=True, capture_output=True)
        (self._folder / "tokens.csv").write_text("reader-token,reader,1,readers\nlister-token,lister,2,listers\nnobody-token,nobody,3,nobodies\n")
        self._start("kube-apiserver", f"--etcd-servers=http://127.0.0.1:{etcd}", "--bind-address=127.0.0.1", f"--secure-port={self._port}",
                    f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}", f"--client-ca-file={self.authority.certificate}",
                    "--token-auth-file=tokens.csv", "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24",
                    "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=accounts.key",
                    "--service-account-signing-key-file=accounts.key", "--disable-admission-plugins=ServiceAccount", "--cert-dir=.")
        self._await_ready()
        return self

    def _await_ready(self):
        for _ in range(600):
            assert all(process.poll() is None for process in self._running), f"see the logs in {self._folder}"
            try:
                if self.call("GET", "/readyz") == "ok":
                    return
            except (OSError, AssertionError):
                pass
            time.sleep(0.1)
        raise AssertionError("the API server does not become ready")

    def __exit__(self, *_):
        for process in reversed(self._running):
            process.kill()
            process.wait()

    def call(self, method, path, document=None, kind="application/json"):
        """As the administrator."""
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._context, timeout=30)
        connection.request(method, path, None if document is None else json.dumps(document), {"Content-Type": kind})
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        assert response.status in (200, 201), text
        return json.loads(text) if text.startswith("{") else text

    def add_namespace(self, name):
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})

    def add_pod(self, namespace, name, labels, address=None, ready=True, **ports):
        """A pod that runs at `address`; without one, it is pending."""
        pods = f"/api/v1/namespaces/{namespace}/pods"
        declared = [{"name": port, "containerPort": number} for port, number in ports.items()]
        self.call("POST", pods, {"metadata": {"name": name, "labels": labels},
                                 "spec": {"containers": [{"name": "main", "image": "example.test/main", "ports": declared}]}})
        if address:
            status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
                      "conditions": [{"type": "Ready", "status": str(ready)}]}
            self.call("PATCH", f"{pods}/{name}/status", {"status": status}, "application/strategic-merge-patch+json")

    def allow(self, namespace, user, *rules):
        """Rules are (verbs, resources)."""
        roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        self.call("POST", roles + "/roles", {"metadata": {"name": user}, "rules": [
            {"apiGroups": [""], "verbs": verbs, "resources": resources} for verbs, resources in rules]})
        subject = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}
        if user.startswith("account-"):
            subject = {"kind": "ServiceAccount", "namespace": namespace, "name": user}
        self.call("POST", roles + "/rolebindings", {"metadata": {"name": user}, "subjects": [subject], "roleRef": {
            "kind": "Role", "apiGroup": "rbac.authorization.k8s.io", "name": user}})

    def account_token(self, namespace, name):
        """Of a service account, made for the purpose."""
        accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        self.call("POST", accounts, {"metadata": {"name": name}})
        return self.call("POST", f"{accounts}/{name}/token", {"spec": {}})["status"]["token"]

    def kubeconfig(self, name, user):
        path = self._folder / name
        data = base64.b64encode(self.authority.certificate.read_bytes()).decode()
        path.write_text(json.dumps({
            "current-context": "here", "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}],
            "clusters": [{"name": "c", "cluster": {"server": self.url, "certificate-authority-data": data}}],
            "users": [{"name": "u", "user": user}]}))
        return path
