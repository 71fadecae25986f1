"""What servers may do to pgo-fetch, each with what has to come of it. tests/cli/test_fetch_hostile.py runs them all."""

import dataclasses
import gzip
import socket
from typing import Callable

from pgoprof_testing.fetching import HEAP, IDLE, PROFILE
from pgoprof_testing.hostile_server import (
    HostileServer, chunked, drip, redirect, redirect_to_then, response, send, send_and_reset, send_and_stall,
    send_for_ever, wait_then)

# What a fault is called in manifests -> exit code, and how the message begins. "whole" is no fault.
OUTCOMES = {
    "whole": (0, b"1s captured: 100 samples"),
    "idle": (3, b"error: the profile has no samples: the server was idle"),
    "refused": (4, b"connection refused"),
    "unresolved": (4, b"the host name cannot be resolved"),
    "unreachable": (4, b"no connection within the time allowed"),
    "timed-out": (4, b"no complete answer within"),
    "no-answer": (4, b"the server closed the connection without an answer"),
    "cut-short": (4, b"the body is cut short"),
    "too-large": (3, b"the body is larger than 64.0 MiB"),
    "malformed": (4, b"the answer is not sound HTTP"),
    "tls": (4, b"the secure connection failed"),
    "redirect": (4, b"the redirect is not followed"),
    "busy": (4, b"profiling already in use (HTTP status 500)"),
    "write-timeout": (4, b"1s are beyond the server's WriteTimeout (HTTP status 400)"),
    "not-found": (4, b"no such page (HTTP status 404)"),
    "unknown-profile": (4, b"the server has no profile of that name (HTTP status 404)"),
    "denied": (4, b"access denied (HTTP status 40"),
    "http-status": (4, b"HTTP status "),
    "html": (3, b"an HTML page instead of a profile"),
    "not-a-profile": (3, b""),
    "not-cpu": (3, b"this is not a CPU profile: its sample types are inuse_space/bytes"),
}

MIB = 1 << 20


@dataclasses.dataclass
class Behaviour:
    name: str
    outcome: str  # a key of OUTCOMES
    start: Callable  # (stack, certificates) -> URL; servers are entered into the stack
    says: bytes = b""  # also in the message
    timeout: int = 30  # seconds that pgo-fetch is given
    memory: int = 40 * MIB  # that it may use


def plain(behave):
    return lambda stack, certificates: stack.enter_context(HostileServer(behave)).url


def secure(behave, kind="good", **options):
    return lambda stack, certificates: stack.enter_context(
        HostileServer(behave, certificates.server(kind, **options))).url


def raw(behave, scheme="http"):
    def start(stack, certificates):
        return f"{scheme}://" + stack.enter_context(HostileServer(behave, raw=True)).host

    return start


def elsewhere(to, other, here=plain):
    """A server that redirects to `to`, where {} stands for host and port of the other server."""

    def start(stack, certificates):
        host = other(stack, certificates).split("//")[1]
        return here(redirect(to.format(host)))(stack, certificates)

    return start


def redirect_chain(length):
    def behave(connection, request):
        step = int(request.split(" ")[1].split("step=")[1]) if "step=" in request.split("\r\n")[0] else 0
        connection.sendall(response(PROFILE) if step == length
                           else response(b"", f"Location: /?step={step + 1}", status="302 Found"))

    return behave


def reset(connection, request):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


def stall(connection, request):
    while connection.recv(4096):
        pass


def answer_tls_with(data):
    """To what a client says first."""

    def behave(connection, request):
        connection.recv(4096)
        connection.sendall(data)

    return behave


def https_address(start):
    return lambda stack, certificates: start(stack, certificates).replace("http://", "https://")


def http_address(start):
    return lambda stack, certificates: start(stack, certificates).replace("https://", "http://")


def closed_port(stack, certificates):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "http://127.0.0.1:%d" % listener.getsockname()[1]


def head(*lines, status="HTTP/1.1 200 OK"):
    return "\r\n".join([status, *lines, "", ""]).encode("latin-1")


def page(status, text="", *headers):
    return plain(send(response(text.encode(), "Content-Type: text/plain; charset=utf-8", *headers, status=status)))


RAW = gzip.decompress(PROFILE)
HALF = PROFILE[: len(PROFILE) // 2]
ON_TOP = gzip.compress(PROFILE)
CHUNKED = head("Transfer-Encoding: chunked")
PAGE = b"<!DOCTYPE html><title>Sign in</title>"
BOMB = gzip.compress(bytes(10**8))
GZIP = "Content-Encoding: gzip"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m"

SLOW = {"timeout": 3}
LARGE = {"memory": 160 * MIB}

TIME = [
    Behaviour("first byte half a second late", "whole", plain(wait_then(0.5, send(response(PROFILE))))),
    Behaviour("first byte too late", "timed-out", plain(wait_then(60, send(response(PROFILE)))), **SLOW),
    Behaviour("headers drip", "timed-out", plain(drip(head(*["X: y"] * 10000), 0.1)), **SLOW),
    Behaviour("headers drip line by line", "timed-out", plain(send_for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1)), **SLOW),
    Behaviour("body drips", "timed-out", plain(drip(response(PROFILE), 0.1)), **SLOW),
    Behaviour("chunks drip", "timed-out", plain(send_for_ever(CHUNKED, b"1\r\nx\r\n", 0.1)), **SLOW),
    Behaviour("interim responses drip", "timed-out", plain(send_for_ever(b"", head(status="HTTP/1.1 102 Processing"), 0.1)), **SLOW),
    Behaviour("stall before the answer", "timed-out", plain(send_and_stall(b"")), **SLOW),
    Behaviour("stall in the status line", "timed-out", plain(send_and_stall(b"HTTP/1.1 20")), **SLOW),
    Behaviour("stall in the headers", "timed-out", plain(send_and_stall(b"HTTP/1.1 200 OK\r\nContent-Le")), **SLOW),
    Behaviour("stall after the headers", "timed-out", plain(send_and_stall(response(b"", length=len(PROFILE)))), **SLOW),
    Behaviour("stall in the body", "timed-out", plain(send_and_stall(response(HALF, length=len(PROFILE)))), **SLOW),
    Behaviour("stall in a chunk's size", "timed-out", plain(send_and_stall(CHUNKED + b"1")), **SLOW),
    Behaviour("stall before the last chunk", "timed-out", plain(send_and_stall(chunked(PROFILE, end=b""))), **SLOW),
    Behaviour("stall in the trailers", "timed-out", plain(send_and_stall(chunked(PROFILE, end=b"0\r\nX: y"))), **SLOW),
    Behaviour("stall after an interim response", "timed-out", plain(send_and_stall(head(status="HTTP/1.1 100 Continue"))), **SLOW),
    Behaviour("stall after a redirect", "timed-out", plain(redirect_to_then("/x", send_and_stall(b""))), **SLOW),
    Behaviour("stall in the TLS handshake", "unreachable", raw(stall, "https"), **SLOW),
    Behaviour("stall of a TLS server", "timed-out", secure(send_and_stall(response(HALF, length=len(PROFILE)))), **SLOW),
    Behaviour("redirects that each take a while", "timed-out", plain(wait_then(0.8, redirect("/"))), **SLOW),
]

BROKEN_OFF = [
    Behaviour("closed at once", "no-answer", raw(send(b""))),
    Behaviour("reset at once", "no-answer", raw(reset)),
    Behaviour("closed after the request", "no-answer", plain(send(b""))),
    Behaviour("reset after the request", "no-answer", plain(send_and_reset(b""))),
    Behaviour("reset in the status line", "no-answer", plain(send_and_reset(b"HTTP/1.1 2"))),
    Behaviour("closed in the headers", "cut-short", plain(send(b"HTTP/1.1 200 OK\r\nContent-Le"))),
    Behaviour("reset in the headers", "cut-short", plain(send_and_reset(b"HTTP/1.1 200 OK\r\nContent-Le"))),
    Behaviour("closed between headers", "cut-short", plain(send(b"HTTP/1.1 200 OK\r\n"))),
    Behaviour("reset after the headers", "cut-short", plain(send_and_reset(response(b"", length=len(PROFILE))))),
    Behaviour("reset in the body", "cut-short", plain(send_and_reset(response(HALF, length=len(PROFILE))))),
    Behaviour("reset in a chunk", "cut-short", plain(send_and_reset(chunked(PROFILE)[:-60]))),
    Behaviour("reset before the last chunk", "cut-short", plain(send_and_reset(chunked(PROFILE, end=b"")))),
    Behaviour("reset after an interim response", "cut-short", plain(send_and_reset(head(status="HTTP/1.1 100 Continue")))),
    Behaviour("closed after a redirect", "no-answer", plain(redirect_to_then("/x", send(b"")))),
    Behaviour("closed in the TLS handshake", "tls", raw(answer_tls_with(b""), "https")),
    Behaviour("TLS closed in the body", "cut-short", secure(send(response(HALF, length=len(PROFILE))))),
    Behaviour("TLS closed without farewell, no length", "cut-short", secure(send(b"HTTP/1.0 200 OK\r\n\r\n" + HALF))),
    Behaviour("TLS reset after the request", "no-answer", secure(send_and_reset(b""))),
]

LENGTHS = [
    Behaviour("no length, all there", "whole", plain(send(b"HTTP/1.0 200 OK\r\n\r\n" + PROFILE))),
    Behaviour("no length, cut short", "cut-short", plain(send(b"HTTP/1.0 200 OK\r\n\r\n" + HALF))),
    Behaviour("less than Content-Length", "cut-short", plain(send(response(HALF, length=len(PROFILE))))),
    Behaviour("all, and less than Content-Length", "cut-short", plain(send(response(PROFILE, length=10**7)))),
    Behaviour("more than Content-Length", "cut-short", plain(send(response(PROFILE, length=len(PROFILE) - 9)))),
    Behaviour("another response after it", "whole", plain(send(response(PROFILE) + response(PAGE)))),
    Behaviour("garbage after it", "whole", plain(send(response(PROFILE) + b"\0" * 1000))),
    Behaviour("negative Content-Length", "malformed", plain(send(response(PROFILE, length=-1)))),
    Behaviour("Content-Length is a word", "malformed", plain(send(response(PROFILE, length="much")))),
    Behaviour("Content-Length beyond 64 bits", "too-large", plain(send(response(PROFILE, length=10**30)))),
    Behaviour("Content-Length of a petabyte", "too-large", plain(send_and_stall(response(b"", length=10**15)))),
    Behaviour("two Content-Lengths, the second less", "cut-short",
              plain(send(response(PROFILE, f"Content-Length: {len(HALF)}")))),
    Behaviour("Content-Length and chunks", "whole", plain(send(chunked(PROFILE, "Content-Length: 5")))),
    Behaviour("a body with 204", "http-status", plain(send(response(PROFILE, status="204 No Content"))), b"204"),
]

CHUNKS = [
    Behaviour("one chunk", "whole", plain(send(chunked(PROFILE)))),
    Behaviour("a byte a chunk", "whole", plain(send(CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in PROFILE) + b"0\r\n\r\n"))),
    Behaviour("chunk extensions", "whole", plain(send(CHUNKED + b"%x;a=b\r\n%s\r\n0;c\r\n\r\n" % (len(PROFILE), PROFILE)))),
    Behaviour("trailers", "whole", plain(send(chunked(PROFILE, end=b"0\r\nContent-Encoding: br\r\nLocation: /\r\n\r\n")))),
    Behaviour("no last chunk", "cut-short", plain(send(chunked(PROFILE, end=b"")))),
    Behaviour("a chunk that is shorter than it says", "cut-short", plain(send(CHUNKED + b"fff\r\n" + HALF))),
    Behaviour("a chunk without its line end", "cut-short", plain(send(CHUNKED + b"4\r\nabcdef\r\n0\r\n\r\n"))),
    Behaviour("chunk size is a word", "cut-short", plain(send(CHUNKED + b"zz\r\n"))),
    Behaviour("negative chunk size", "cut-short", plain(send(CHUNKED + b"-5\r\nhello\r\n"))),
    Behaviour("chunk size beyond 64 bits", "cut-short", plain(send(CHUNKED + b"f" * 40 + b"\r\n"))),
    Behaviour("a chunk of 8 exabytes", "too-large", plain(send_for_ever(CHUNKED + b"7fffffffffffffff\r\n", bytes(65536))), **LARGE),
    Behaviour("chunk extensions without end", "timed-out", plain(send_for_ever(CHUNKED + b"1;", b"x" * 65536)), **SLOW),
    Behaviour("trailers without end", "malformed", plain(send_for_ever(chunked(PROFILE, end=b"0\r\n"), b"X: y\r\n" * 1000))),
    Behaviour("chunked twice", "not-a-profile", plain(send(chunked(b"%x\r\n%s\r\n0\r\n\r\n" % (len(PROFILE), PROFILE))))),
    Behaviour("unknown transfer-encoding", "malformed", plain(send(head("Transfer-Encoding: acme") + PROFILE)), b"unknown transfer-encoding"),
]

ENCODINGS = [
    Behaviour("gzip on top", "whole", plain(send(response(ON_TOP, GZIP)))),
    Behaviour("gzip on top, chunked", "whole", plain(send(chunked(ON_TOP, GZIP)))),
    Behaviour("the profile's own gzip declared", "whole", plain(send(response(PROFILE, GZIP)))),
    Behaviour("gzip on top, cut short", "cut-short", plain(send(response(ON_TOP[:-30], GZIP)))),
    Behaviour("gzip on top, without its trailer", "cut-short", plain(send(response(ON_TOP[:-8], GZIP)))),
    Behaviour("gzip on top, corrupt", "malformed", plain(send(response(b"hello", GZIP)))),
    Behaviour("gzip on top, a bomb", "too-large", plain(send(response(BOMB, GZIP))), **LARGE),
    Behaviour("gzip twice", "malformed", plain(send(response(gzip.compress(ON_TOP), "Content-Encoding: gzip, gzip"))), b"gzip, gzip"),
    Behaviour("deflate", "malformed", plain(send(response(PROFILE, "Content-Encoding: deflate"))), b"unknown content-encoding deflate"),
    Behaviour("brotli", "malformed", plain(send(response(PROFILE, "Content-Encoding: br"))), b"unknown content-encoding br"),
    Behaviour("brotli, cut short", "cut-short", plain(send(response(b"x", "Content-Encoding: br", length=99)))),
    Behaviour("zstd", "malformed", plain(send(response(PROFILE, "Content-Encoding: zstd"))), b"unknown content-encoding zstd"),
    Behaviour("an encoding of escapes", "malformed", plain(send(response(PROFILE, "Content-Encoding: " + ESCAPES)))),
]

WITHOUT_END = [
    Behaviour("a body", "too-large", plain(send_for_ever(b"HTTP/1.0 200 OK\r\n\r\n", bytes(65536))), **LARGE),
    Behaviour("chunks", "too-large", plain(send_for_ever(CHUNKED, b"10000\r\n" + bytes(65536) + b"\r\n")), **LARGE),
    Behaviour("a body over TLS", "too-large", secure(send_for_ever(b"HTTP/1.0 200 OK\r\n\r\n", bytes(65536))), **LARGE),
    Behaviour("the body of an error", "too-large", plain(send_for_ever(head(status="HTTP/1.1 500 No"), bytes(65536))), **LARGE),
    Behaviour("the body of a redirect", "too-large", plain(send_for_ever(head("Location: /x", status="HTTP/1.1 302 Found"), bytes(65536))), **LARGE),
    Behaviour("headers", "malformed", plain(send_for_ever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100)), b"headers are too large"),
    Behaviour("one header", "malformed", plain(send_for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536)), b"headers are too large"),
    Behaviour("a status line", "malformed", plain(send_for_ever(b"HTTP/1.1 200 ", b"y" * 65536)), b"headers are too large"),
    Behaviour("interim responses", "malformed", plain(send_for_ever(b"", head(status="HTTP/1.1 103 Early Hints") * 100)), b"headers are too large"),
    Behaviour("lines before the answer", "malformed", plain(send_for_ever(b"", b"\r\n" * 1000))),
    Behaviour("redirects to itself", "redirect", plain(redirect("/")), b"more than 10 redirects"),
    Behaviour("1 MB of headers", "malformed", plain(send(response(PROFILE, *["X-%d: %s" % (i, "x" * 1000) for i in range(1000)]))), b"headers are too large"),
    Behaviour("a header of 1 MB", "malformed", plain(send(response(PROFILE, "X: " + "x" * 10**6))), b"headers are too large"),
    Behaviour("headers of 30 KB", "whole", plain(send(response(PROFILE, *["X-%d: %s" % (i, "x" * 1000) for i in range(30)])))),
]

REDIRECTS = [
    *[Behaviour(f"{status} to a path", "whole", plain(redirect_to_then("/new?x", send(response(PROFILE)), status)))
      for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")],
    Behaviour("ten", "whole", plain(redirect_chain(10))),
    Behaviour("eleven", "redirect", plain(redirect_chain(11)), b"more than 10 redirects"),
    Behaviour("to another port", "whole", elsewhere("http://{}/", plain(send(response(PROFILE))))),
    Behaviour("relative to the scheme", "whole", elsewhere("//{}/", plain(send(response(PROFILE))))),
    Behaviour("with user info", "whole", elsewhere("http://mallory:pw@{}/", plain(send(response(PROFILE))))),
    Behaviour("from http to https", "whole", elsewhere("https://{}/", secure(send(response(PROFILE))))),
    Behaviour("from http to https nobody vouches for", "tls", elsewhere("https://{}/", secure(send(response(PROFILE)), "self-signed"))),
    Behaviour("from https to https", "whole", elsewhere("https://{}/", secure(send(response(PROFILE))), secure)),
    Behaviour("from https to http", "redirect", elsewhere("http://{}/?token=hunter2", plain(send(response(PROFILE))), secure), b"from https to http: http://"),
    Behaviour("from https to http and back", "redirect", elsewhere("http://{}/", elsewhere("https://{}/", secure(send(response(PROFILE)))), secure), b"from https to http"),
    Behaviour("to where nobody listens", "refused", elsewhere("http://{}/", closed_port)),
    Behaviour("to a name that is none", "unresolved", plain(redirect("http://no-such-host.invalid/"))),
    *[Behaviour(f"to {to}", "redirect", plain(redirect(to)), b"redirected to what is not an http or https URL")
      for to in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/x", "dict://127.0.0.1:1/", "http://",
                 "http://[::1", "data:text/plain,x", "unix:/tmp/x.sock", "http://127.0.0.1:99999/", "http://a b/")],
    Behaviour("without Location", "http-status", plain(send(response(b"", status="302 Found"))), b"302"),
    Behaviour("with an empty Location", "http-status", plain(send(response(b"", "Location:", status="302 Found"))), b"302"),
    Behaviour("300 with a choice", "http-status", plain(redirect("/x", status="300 Multiple Choices")), b"300"),
    Behaviour("304", "http-status", plain(send(head(status="HTTP/1.1 304 Not Modified"))), b"304"),
    Behaviour("with a cookie", "whole", plain(redirect_to_then("/x", send(response(PROFILE, "Set-Cookie: a=b"))))),
]

PAGES = [
    Behaviour("200 with HTML", "html", plain(send(response(PAGE, "Content-Type: text/html")))),
    Behaviour("200 with HTML of no type", "html", plain(send(response(PAGE)))),
    Behaviour("200 with text/html", "html", plain(send(response(b"Sign in", "Content-Type: text/html")))),
    Behaviour("200 with JSON", "not-a-profile", plain(send(response(b'{"error":"no"}'))), b"this is JSON"),
    Behaviour("profiling already in use", "busy", page("500 Internal Server Error", "Could not enable CPU profiling: cpu profiling already in use\n", "X-Go-Pprof: 1")),
    Behaviour("beyond the WriteTimeout", "write-timeout", page("400 Bad Request", "profile duration exceeds server's WriteTimeout\n")),
    Behaviour("unknown profile", "unknown-profile", page("404 Not Found", "Unknown profile\n")),
    Behaviour("no such page", "not-found", page("404 Not Found", "404 page not found\n")),
    Behaviour("TLS wanted", "http-status", page("400 Bad Request", "Client sent an HTTP request to an HTTPS server.\n"), b"write https://"),
    Behaviour("401 with a challenge", "denied", page("401 Unauthorized", "who?", 'WWW-Authenticate: Basic realm="x"', "WWW-Authenticate: Digest nonce=1"), b"who?"),
    Behaviour("403", "denied", page("403 Forbidden")),
    Behaviour("407 of no proxy", "http-status", page("407 Proxy Authentication Required", "", "Proxy-Authenticate: Basic"), b"407"),
    Behaviour("429", "http-status", page("429 Too Many Requests", "later", "Retry-After: 1"), b"429: later"),
    Behaviour("500", "http-status", page("500 Oops", "out of luck\nmore"), b"500: out of luck"),
    Behaviour("502 with HTML", "http-status", plain(send(response(PAGE, status="502 Bad Gateway"))), b"HTTP status 502"),
    Behaviour("503 and when to try again", "http-status", page("503 Busy", "", "Retry-After: 99999999999999999999"), b"503"),
    Behaviour("a status of 999", "http-status", page("999 Odd"), b"999"),
    Behaviour("206", "http-status", plain(send(response(PROFILE, status="206 Partial Content"))), b"206"),
    Behaviour("escapes in an error's text", "http-status", page("503 Busy", ESCAPES), b"\\x1b]0;owned"),
    Behaviour("an error of one line of 1 MB", "http-status", page("503 Busy", "x" * 10**6), b"503: xxx"),
]

CONTENT = [
    Behaviour("an idle server", "idle", plain(send(response(IDLE)))),
    Behaviour("not gzipped", "whole", plain(send(response(RAW)))),
    Behaviour("nothing", "not-a-profile", plain(send(response(b""))), b"the body is empty"),
    Behaviour("a gzip of nothing", "not-a-profile", plain(send(response(gzip.compress(b"")))), b"the profile is empty"),
    Behaviour("text", "not-a-profile", plain(send(response(b"hello")))),
    Behaviour("a heap profile", "not-cpu", plain(send(response(HEAP)))),
    Behaviour("a preprofiled profile", "not-a-profile", plain(send(response(b"GO PREPROFILE V1\na\nb\n1 2\n"))), b"preprofiled"),
    Behaviour("half a profile", "cut-short", plain(send(response(HALF)))),
    Behaviour("half a profile, not gzipped", "not-a-profile", plain(send(response(RAW[: len(RAW) // 2])))),
    Behaviour("a gzip of a profile's gzip", "not-a-profile", plain(send(response(ON_TOP)))),
    Behaviour("a byte more", "not-a-profile", plain(send(response(PROFILE + b"x"))), b"garbage after the gzip stream"),
    Behaviour("a wrong checksum", "not-a-profile", plain(send(response(PROFILE[:-8] + bytes(4) + PROFILE[-4:]))), b"checksum"),
    Behaviour("a profile that is a bomb", "not-a-profile", plain(send(response(BOMB))), memory=200 * MIB),
]

TLS = [
    Behaviour("a good certificate", "whole", secure(send(response(PROFILE)))),
    Behaviour("expired", "tls", secure(send(response(PROFILE)), "expired"), b"certificate has expired"),
    Behaviour("not valid yet", "tls", secure(send(response(PROFILE)), "early"), b"certificate is not yet valid"),
    Behaviour("for another name", "tls", secure(send(response(PROFILE)), "other-name"), b"127.0.0.1"),
    Behaviour("self-signed", "tls", secure(send(response(PROFILE)), "self-signed"), b"self-signed certificate"),
    Behaviour("of an unknown authority", "tls", secure(send(response(PROFILE)), "unknown-authority"), b"unable to get local issuer certificate"),
    Behaviour("a client certificate is demanded", "tls", secure(send(response(PROFILE)), demand_client=True), b"certificate required"),
    Behaviour("https to a plain port", "tls", raw(answer_tls_with(head(status="HTTP/1.1 400 Bad Request")), "https"), b"write http://"),
    Behaviour("http to a TLS port", "no-answer", http_address(secure(send(response(PROFILE))))),
    Behaviour("garbage for a handshake", "tls", raw(answer_tls_with(b"\x16\x03\x03\xff\xff" + bytes(range(256)) * 300), "https")),
    Behaviour("an alert for a handshake", "tls", raw(answer_tls_with(b"\x15\x03\x01\0\x02\x02\x28"), "https"), b"handshake failure"),
]

PROTOCOL = [
    Behaviour("HTTP/0.9", "malformed", plain(send(PROFILE))),
    Behaviour("HTTP/0.9 that looks like HTML", "malformed", plain(send(PAGE))),
    Behaviour("an HTTP/2 preface", "malformed", plain(send(b"\0\0\x12\x04\0\0\0\0\0" + bytes(18)))),
    Behaviour("HTTP/9.9", "malformed", plain(send(head(status="HTTP/9.9 200 OK") + PROFILE))),
    Behaviour("a status that is a word", "malformed", plain(send(head(status="HTTP/1.1 OK") + PROFILE))),
    Behaviour("a status of five digits", "malformed", plain(send(head(status="HTTP/1.1 20000 OK") + PROFILE))),
    Behaviour("no version", "malformed", plain(send(head(status="200 OK") + PROFILE))),
    Behaviour("another protocol's status line", "malformed", plain(send(head(status="ICY 200 OK") + PROFILE))),
    Behaviour("an SSH server", "malformed", raw(send_and_stall(b"SSH-2.0-OpenSSH_9.2\r\n"))),
    Behaviour("a mail server", "malformed", raw(send_and_stall(b"220 mail.example.org ESMTP\r\n"))),
    Behaviour("a TLS alert", "malformed", plain(send(b"\x15\x03\x01\0\x02\x02\x28"))),
    Behaviour("switching protocols", "http-status", plain(send(head("Upgrade: h2c", "Connection: Upgrade", status="HTTP/1.1 101 Switching Protocols") + PROFILE)), b"101"),
    Behaviour("interim responses first", "whole", plain(send(head("Link: </x>", GZIP, status="HTTP/1.1 103 Early Hints") * 3 + response(PROFILE)))),
    Behaviour("bare line feeds", "whole", plain(send(response(PROFILE, "X: y").replace(b"\r\n", b"\n", 4)))),
    Behaviour("NULs in a header", "malformed", plain(send(response(PROFILE, "X: a\0b")))),
    Behaviour("a NUL in a header's name", "malformed", plain(send(response(PROFILE, "X\0Y: ab")))),
    Behaviour("escapes in a header", "whole", plain(send(response(PROFILE, "X: " + ESCAPES)))),
    Behaviour("escapes in the reason", "http-status", plain(send(response(b"", status="500 " + ESCAPES))), b"HTTP status 500"),
    Behaviour("a header without a colon", "malformed", plain(send(response(PROFILE, "hello")))),
    Behaviour("a folded header", "whole", plain(send(response(PROFILE, "X: a", "  b")))),
    Behaviour("cookies", "whole", plain(send(response(PROFILE, *["Set-Cookie: a%d=b; Path=/" % i for i in range(100)])))),
]

GROUPS = {
    "time": TIME, "broken off": BROKEN_OFF, "lengths": LENGTHS, "chunks": CHUNKS, "encodings": ENCODINGS,
    "without end": WITHOUT_END, "redirects": REDIRECTS, "pages": PAGES, "content": CONTENT, "tls": TLS, "protocol": PROTOCOL,
}
BEHAVIOURS = {f"{group}: {behaviour.name}": behaviour for group, behaviours in GROUPS.items() for behaviour in behaviours}
