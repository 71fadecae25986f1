"""Exchanges over HTTP: recorded in front of a real server, and replayed in its place."""

import base64
import http.server
import json
import threading
import urllib.error
import urllib.request

# What of a request makes a difference; in answers, also what the transfer of the body is about.
_ASKED = ("Authorization", "Content-Type", "X-Scope-OrgID")
_ANSWERED = ("Content-Type", "Content-Encoding")


def _chosen(headers, names):
    return {name: headers[name] for name in names if headers.get(name) is not None}


def _encode(body):
    return base64.b64encode(body).decode()


def _read(handler):
    """The request that `handler` got, as it is kept."""
    body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    return {"method": handler.command, "target": handler.path, "headers": _chosen(handler.headers, _ASKED),
            "body": _encode(body)}


class _Server:
    """Answers each request by what `answer(handler, request)` makes of it."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                response = answer(self, _read(self))
                body = base64.b64decode(response["body"])
                self.send_response(response["status"])
                for name, value in response["headers"].items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = "127.0.0.1:%d" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


class Recorder(_Server):
    """Passes requests on to `upstream` (http://host:port); `exchanges` has them with their answers."""

    def __init__(self, upstream):
        self._upstream = upstream
        self.exchanges = []
        super().__init__(self._pass_on)

    def _pass_on(self, handler, request):
        body = base64.b64decode(request["body"]) or None
        headers = {**request["headers"], "Accept-Encoding": handler.headers.get("Accept-Encoding", "identity")}
        asked = urllib.request.Request(self._upstream + request["target"], body, headers, method=request["method"])
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            answer = opener.open(asked, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            response = {"status": answer.status, "headers": _chosen(answer.headers, _ANSWERED),
                        "body": _encode(answer.read())}
        self.exchanges.append({"request": request, "response": response})
        return response


class Replayer(_Server):
    """Answers as recorded, if it is asked as recorded and in that order; else 500, and `surprises` has what it was."""

    def __init__(self, exchanges):
        self._left = list(exchanges)
        self.surprises = []
        super().__init__(self._answer)

    def _answer(self, _, request):
        if self._left and self._left[0]["request"] == request:
            return self._left.pop(0)["response"]
        self.surprises.append((self._left[0]["request"] if self._left else None, request))
        return {"status": 500, "headers": {"Content-Type": "text/plain"}, "body": _encode(b"unexpected request")}

    def assert_all_asked(self):
        assert not self.surprises, self.surprises
        assert not self._left, f"{len(self._left)} requests were not made"


def load(path):
    return json.loads(path.read_text())


def save(path, recording):
    path.write_text(json.dumps(recording, indent=1) + "\n")
