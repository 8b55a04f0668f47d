"""An SMTP server on loopback that keeps the raw bytes it was sent, and misbehaves as told.

    with Relay(rcpt={"gone@x.example": "550 5.1.1 no such user"}) as relay:
        ...            # relay.url goes into FEEDBACK_MAIL_URL
        relay.letters  # what was accepted, in order

It is a plain thread per connection on sockets, so a test sees exactly what was on the wire, dots and line ends too.
"""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import io
import re
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from types import TracebackType
from typing import Any


@dataclass
class Received:
    """One accepted letter. ``wire``: the bytes between 354 and the lone dot; ``raw``: with dots unstuffed."""

    sender: str
    recipient: str
    wire: bytes
    commands: list[bytes]

    @property
    def raw(self) -> bytes:
        return re.sub(rb"(?m)^\.", b"", self.wire)

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.SMTPUTF8)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


@dataclass
class Faults:
    """How the server misbehaves. A fate is a reply line, "drop" to cut the connection, or "freeze" to say nothing
    any more until the client hangs up; callables get the try."""

    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "SMTPUTF8")
    greeting: str = "220 relay.example ESMTP"  # or "freeze"
    slow_greeting: float = 0.0  # seconds before it
    mail: str = ""  # the answer to every MAIL
    rcpt: dict[str, Any] = field(default_factory=dict)  # address -> reply, or (try number) -> reply
    data: str = ""  # the answer to every DATA; "deaf" asks for the text and reads none of it
    text: dict[str, Any] = field(default_factory=dict)  # the same; "accept-drop" and "accept-freeze" keep it first
    close_after: int = 0  # 421 once so many letters came over one connection
    hold: threading.Event | None = None  # no text is answered before this is set
    auth: tuple[str, str] | None = None


class Relay:
    """The server; a context manager. ``stop`` and ``start`` take it down and up again on the same port."""

    def __init__(self, **faults: Any) -> None:
        self.faults = Faults(**faults)
        self.letters: list[Received] = []
        self.connections = 0
        self.most_at_once = 0
        self.commands: list[bytes] = []
        self.reads: list[bytes] = []  # what was there each time the server looked
        self.tries: Counter[str] = Counter()
        self.deaf_until = threading.Event()
        self.accepted = threading.Condition()
        self._open: set[socket.socket] = set()
        self._server: _Server | None = None
        self.port = 0

    def __enter__(self) -> Relay:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self._server is None:
            return
        self.deaf_until.set()
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        for one in list(self._open):
            _cut(one)

    def recipients(self) -> list[str]:
        return [one.recipient for one in self.letters]

    def wait_for(self, count: int, seconds: float = 20.0) -> None:
        """Wait until so many letters were accepted."""
        with self.accepted:
            assert self.accepted.wait_for(lambda: len(self.letters) >= count, seconds), f"{len(self.letters)} letters"

    def keep(self, letter: Received) -> None:
        with self.accepted:
            self.letters.append(letter)
            self.accepted.notify_all()

    def opened(self, connection: socket.socket) -> None:
        self.connections += 1
        self._open.add(connection)
        self.most_at_once = max(self.most_at_once, len(self._open))

    def closed(self, connection: socket.socket) -> None:
        self._open.discard(connection)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 100

    def __init__(self, address: tuple[str, int], relay: Relay) -> None:
        self.relay = relay
        super().__init__(address, _Conversation)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is killed is what the tests are about."""


class _Reads(socket.SocketIO):
    """The socket's bytes, each portion kept as it came."""

    def __init__(self, connection: socket.socket, reads: list[bytes]) -> None:
        super().__init__(connection, "r")
        self._reads = reads

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        if count:
            self._reads.append(bytes(memoryview(buffer)[:count]))
        return count


class _Conversation(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True  # else the second of two short replies waits 40 ms for the client's ACK
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Reads(self.connection, self.server.relay.reads), 65536)

    def handle(self) -> None:
        relay, faults = self.server.relay, self.server.relay.faults
        relay.opened(self.connection)
        try:
            relay.deaf_until.wait(faults.slow_greeting)
            self._say(self._obeyed(faults.greeting))
            if faults.greeting.startswith("2"):
                self._converse(relay, faults)
        except (_Cut, OSError):
            _cut(self.connection)
        finally:
            relay.closed(self.connection)

    def _converse(self, relay: Relay, faults: Faults) -> None:
        self._sender, self._recipients, self._said, self._count = "", [], [], 0
        verbs: dict[bytes, Callable[[bytes], str]] = {
            b"EHLO": self._hello, b"HELO": self._hello, b"MAIL": self._mail, b"RCPT": self._rcpt, b"DATA": self._data,
            b"AUTH": self._auth, b"RSET": self._reset, b"NOOP": lambda _: "250 2.0.0 ok",
        }  # fmt: skip
        while line := self.rfile.readline():
            relay.commands.append(line)
            self._said.append(line)
            verb = line[:4].upper()
            if verb == b"QUIT":
                self._say("221 2.0.0 bye")
                return
            answer = verbs.get(verb, lambda _: "502 5.5.2 unknown")(line)
            self._say(answer)
            if answer.startswith("421"):
                return

    def _hello(self, _line: bytes) -> str:
        extensions = [*self.server.relay.faults.extensions, *(["AUTH PLAIN LOGIN"] if self._wants_auth else [])]
        return "\r\n".join(["250-relay.example", *(f"250-{one}" for one in extensions), "250 HELP"])

    @property
    def _wants_auth(self) -> bool:
        return self.server.relay.faults.auth is not None

    def _auth(self, line: bytes) -> str:
        user, password = self.server.relay.faults.auth or ("", "")
        good = base64.b64encode(f"\0{user}\0{password}".encode())
        return "235 2.7.0 welcome" if line.split()[-1] == good else "535 5.7.8 wrong password"

    def _mail(self, line: bytes) -> str:
        faults = self.server.relay.faults
        if self._sender:
            return "503 5.5.1 nested MAIL"
        if faults.close_after and self._count >= faults.close_after:
            return "421 4.7.0 too many letters on this connection"
        if faults.mail:
            return self._obeyed(faults.mail)
        self._sender = _address(line)
        return "250 2.1.0 ok"

    def _rcpt(self, line: bytes) -> str:
        if not self._sender:
            return "503 5.5.1 MAIL first"
        relay, address = self.server.relay, _address(line)
        relay.tries[address] += 1
        fate = relay.faults.rcpt.get(address, "")
        fate = fate(relay.tries[address]) if callable(fate) else fate
        if fate:
            return self._obeyed(fate)
        self._recipients.append(address)
        return "250 2.1.5 ok"

    def _data(self, _line: bytes) -> str:
        if not self._recipients:
            return "554 5.5.1 no valid recipients"
        if self.server.relay.faults.data == "deaf":
            self._say("354 go on")
            self.server.relay.deaf_until.wait(30)
            raise _Cut
        if self.server.relay.faults.data:
            return self._obeyed(self.server.relay.faults.data)
        self._say("354 go on")
        wire = self._text()
        address, relay = self._recipients[0], self.server.relay
        if relay.faults.hold is not None:
            relay.faults.hold.wait(30)
        fate = relay.faults.text.get(address, "")
        fate = fate(relay.tries[address]) if callable(fate) else fate
        if fate and not fate.startswith("accept-"):
            self._reset(b"")
            return self._obeyed(fate)
        relay.keep(Received(self._sender, address, wire, self._said))
        self._count += 1
        self._reset(b"")
        return self._obeyed(fate.removeprefix("accept-")) if fate else f"250 2.0.0 kept as {len(relay.letters)}"

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _Cut
            lines.append(line)
        return b"".join(lines)

    def _reset(self, _line: bytes) -> str:
        self._sender, self._recipients, self._said = "", [], []
        return "250 2.0.0 ok"

    def _obeyed(self, fate: str) -> str:
        if fate == "freeze":
            while self.connection.recv(65536):
                pass
        if fate in ("drop", "freeze"):
            raise _Cut
        return fate

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")


class _Cut(Exception):
    pass


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _address(line: bytes) -> str:
    found = re.search(rb"<([^>]*)>", line)
    return found[1].decode() if found else ""
