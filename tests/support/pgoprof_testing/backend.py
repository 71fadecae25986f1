"""A well-behaved HTTP server whose answers a test decides, and what tests of pgo-fetch's targets ask it with."""

import collections
import dataclasses
import http.server
import json
import os
import pathlib
import select
import socket
import ssl
import subprocess
import threading
import urllib.parse

ASK_TARGET = pathlib.Path(os.environ["PGOPROF_PROTO"]) / "programs" / "ask_target"
ENVIRONMENT = {name: value for name, value in os.environ.items()
               if not name.lower().endswith("_proxy") and not name.startswith(("DD_", "KUBE", "GCE_", "CLOUDSDK"))}


@dataclasses.dataclass
class Request:
    method: str
    path: str
    query: dict
    headers: dict  # names in lower case
    body: bytes
    certificate: str  # common name of the client's; empty without one

    def json(self):
        return json.loads(self.body)


def json_answer(document, status=200):
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


class Backend:
    """`answer(request)` gives status, headers and body. `tls` is an ssl.SSLContext. `requests` collects what came."""

    def __init__(self, answer, tls=None, host="127.0.0.1"):
        self.requests = []
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536  # head and body leave together

            def _serve(self):
                url = urllib.parse.urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, url.path, dict(urllib.parse.parse_qsl(url.query)),
                                  {name.lower(): value for name, value in self.headers.items()}, body, self._certificate())
                backend.requests.append(request)
                status, headers, content = answer(request)
                self.send_response_only(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _serve

            def _certificate(self):
                subject = (self.connection.getpeercert() or {}).get("subject", ()) if tls else ()
                return dict(pair for part in subject for pair in part).get("commonName", "")

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                connection, address = super().get_request()
                return (tls.wrap_socket(connection, server_side=True) if tls else connection), address

            def handle_error(self, *_):
                pass  # the client went away, or does not trust us: what some tests are about

        self._server = Server((host, 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def tls_context(certificate, key, clients=None):
    """`clients` is the authority of those that may show a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if clients:
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


class ConnectProxy:
    """A proxy that leads every CONNECT to one port of this machine. `asked` collects whereto they were meant."""

    def __init__(self, port):
        self.asked = []
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.asked.append(head.split()[1].decode())
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            other = {client: server, server: client}
            while True:
                for end in select.select(list(other), [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Asked:
    """What ask_target said: `of("source")` are the lines of that kind."""

    def __init__(self, run):
        self.output = run.stdout + run.stderr
        self._lines = collections.defaultdict(list)
        for line in run.stdout.splitlines():
            kind, _, text = line.partition(": ")
            self._lines[kind].append(text)

    def of(self, kind):
        return self._lines[kind]

    @property
    def failure(self):
        """(fault, message) of the only one that failed."""
        (found,) = [(kind.removeprefix("failure "), texts) for kind, texts in self._lines.items() if kind.startswith("failure ")]
        (text,) = found[1]
        return found[0], text

    @property
    def bodies(self):
        return [pathlib.Path(path).read_bytes() for path in self.of("body")]


def ask(folder, target, environment=(), **options):
    """Asks `target`; `service_account=...` becomes the option service-account."""
    arguments = [f"{name.replace('_', '-')}={value}" for name, value in options.items()]
    run = subprocess.run([ASK_TARGET, folder, target, *arguments], capture_output=True, text=True, timeout=120,
                         env={**ENVIRONMENT, **dict(environment)})
    assert run.returncode in (0, 1), run.stderr
    return Asked(run)
