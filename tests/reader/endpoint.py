"""A real HTTP server on loopback that speaks chat completions: well, wrongly, slowly, or with ill will."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class Model:
    """The server: what it was told, and how it behaves. ``stopped`` is set when the test is over."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    behave: Reply = field(default=lambda handler, asked: say(handler, right_answer(asked)))
    stopped: Event = field(default_factory=Event)

    @property
    def sent(self) -> str:
        """All that ever reached it."""
        return "\n".join(json.dumps(json.loads(body), ensure_ascii=False) for body in self.bodies)

    def texts(self, at: int = -1) -> list[dict[str, Any]]:
        """The customers' words of one request."""
        found: list[dict[str, Any]] = told(json.loads(self.bodies[at]))["texts"]
        return found


@contextmanager
def a_model() -> Iterator[Model]:
    """Serve on a free port of this machine until the block ends."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            model.headers.append(dict(self.headers))
            model.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            with suppress(OSError):  # the client may hang up: that is what some tests are about
                model.behave(self, json.loads(model.bodies[-1]))

        def setup(self) -> None:
            model.connections += 1
            super().setup()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


def told(asked: dict[str, Any]) -> dict[str, Any]:
    """The data in the user's message."""
    data: dict[str, Any] = json.loads(asked["messages"][1]["content"])
    return data


def task_of(asked: dict[str, Any]) -> str:
    """What was asked, by the schema that came along."""
    return str(asked["response_format"]["json_schema"]["name"])


def right_answer(asked: dict[str, Any]) -> Any:
    """What a good and tame reader says: questions about bills, else complaints; couriers fit; quotes of first words."""
    texts = told(asked)["texts"]
    task = task_of(asked)
    if task == "name":
        return {"en": "Courier does not call first", "pl": "Kurier nie dzwoni wcześniej"}
    if task == "tone":
        heard = ("complaint", "question")
        return {"tones": [{"id": one["id"], "tone": heard["bill" in one["text"]]} for one in texts]}
    if task == "voice":
        return {"fits": [{"id": one["id"], "fits": "courier" in one["text"].lower()} for one in texts]}
    first = texts[0]
    quote = {"id": first["id"], "words": " ".join(first["text"].split()[:3])}
    return {"sentences": [{"en": "Nobody calls first.", "pl": "Nikt nie dzwoni wcześniej.", "quotes": [quote]}]}


def say(handler: BaseHTTPRequestHandler, content: Any, **more: Any) -> None:
    """Send a completion with this content."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
    document = {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": message}], "usage": usage}
    send(handler, 200, json.dumps(document | more).encode())


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Send any response."""
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def saying(content: Any) -> Reply:
    """Always this content."""
    return lambda handler, _asked: say(handler, content)


def status(code: int, **headers: str) -> Reply:
    """Always this status."""
    return lambda handler, _asked: send(handler, code, b'{"error": "no"}', **headers)


def silent(model: Model) -> Reply:
    """Take the request and say nothing until the test is over."""
    return lambda _handler, _asked: model.stopped.wait(30) and None


def dripping(model: Model, *, headers: bool = False) -> Reply:
    """Send a byte every twentieth of a second for ever, of the body or already of the headers."""

    def behave(handler: BaseHTTPRequestHandler, _asked: dict[str, Any]) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X-Slow: " if headers else b"Content-Length: 5000\r\n\r\n"))
        while not model.stopped.wait(0.05):
            handler.wfile.write(b" ")

    return behave


def endless(handler: BaseHTTPRequestHandler, _asked: dict[str, Any]) -> None:
    """Send a hundred megabytes."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(100_000_000))
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" " * 1_000_000)


def breaking_off(handler: BaseHTTPRequestHandler, _asked: dict[str, Any]) -> None:
    """Promise more than is sent, and hang up."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
    handler.close_connection = True
