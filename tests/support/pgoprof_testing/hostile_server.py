"""An HTTP server on a raw socket, for what a well-behaved one will not do on command."""

import select
import socket
import threading


def drain(stream):
    """Closing with bytes unread would reset the connection, and so take back what was sent last."""
    stream = socket.socket(fileno=stream.detach())
    with stream:
        stream.settimeout(10)
        stream.shutdown(socket.SHUT_WR)
        while stream.recv(65536):
            pass


class HostileServer:
    """Hands each connection, its request read, to `behave(connection, request)`, and closes it.

    `request` is the head as text. `requests` collects them; `asked` is set by the first. `tls` is an ssl.SSLContext.
    With `raw` a connection is handed over as it comes, without a request read.
    """

    def __init__(self, behave, tls=None, raw=False):
        self._behave = behave
        self._tls = tls
        self._raw = raw
        self.requests = []
        self.asked = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self.url = ("https://" if tls else "http://") + self.host
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self._raw:
                with connection:
                    self._behave(connection, "")
                return
            with self._secured(connection) if self._tls else connection as stream:
                self._answer(stream)
        except OSError:
            pass  # the client has had enough: what most of these tests are about

    def _secured(self, connection):
        stream = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        try:
            stream.do_handshake()
        except OSError:
            drain(stream)
            raise
        return stream

    def _answer(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(4096)
            if not received:
                return
            head += received
        request = head.decode("latin-1")
        self.requests.append(request)
        self.asked.set()
        self._behave(connection, request)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def response(body, *headers, status="200 OK", length=None):
    """A response as bytes; `length` overrides the true Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(body, *headers, end=b"0\r\n\r\n"):
    """A chunked response in one chunk, ended by `end`."""
    lines = ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n%x\r\n%s\r\n" % (len(body), body) + end


def send(data):
    return lambda connection, request: connection.sendall(data)


def send_and_stall(data):
    """Sends, then waits until the client goes away."""

    def behave(connection, request):
        connection.sendall(data)
        connection.recv(1)

    return behave


def send_and_reset(data):
    """Sends, then breaks the connection off (RST) once the client has that."""

    def behave(connection, request):
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    return behave


def send_for_ever(head, piece, every=0):
    """`head`, then `piece` without end; `every` so many seconds, unless the client goes away."""

    def behave(connection, request):
        connection.sendall(head)
        while not every or not select.select([connection], [], [], every)[0]:
            connection.sendall(piece)

    return behave


def drip(data, every):
    """A byte at a time."""

    def behave(connection, request):
        for byte in data:
            if select.select([connection], [], [], every)[0]:
                return
            connection.sendall(bytes([byte]))

    return behave


def wait_then(seconds, behave):
    """`behave` after so many seconds, unless the client goes away before."""

    def late(connection, request):
        if not select.select([connection], [], [], seconds)[0]:
            behave(connection, request)

    return late


def redirect(to, *headers, status="302 Found", body=b""):
    return send(response(body, "Location: " + to, *headers, status=status))


def redirect_to_then(to, behave, status="302 Found"):
    """Redirects to the path `to`, where it behaves so."""

    def both(connection, request):
        moved = request.startswith(f"GET {to} ")
        (behave if moved else redirect(to, status=status))(connection, request)

    return both
