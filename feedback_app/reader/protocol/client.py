"""One request to an endpoint that speaks OpenAI's chat completions, with a hard end in time and size. Pure.

Stands on the standard library's ``http.client``, which follows no redirect, knows no proxy and logs nothing. The time
is that of the whole exchange: a reader that drips a byte a second is cut off as one that says nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LARGEST = 1_000_000
"""Bytes of an answer that are read at most; a good one has some thousand."""


class Trouble(Exception):
    """No answer: ``code`` is timeout, unreachable, redirect, status, too_large or invalid.

    ``detail``: a few words of ours, such as the status.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Endpoint:
    """Where the reader is, which model is meant, the key if one is needed, and the seconds one exchange may take."""

    url: str
    model: str
    key: str = ""
    timeout: float = 60.0
    form: str = "json_schema"

    @property
    def parts(self) -> SplitResult:
        """The address in its parts."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """Host and port as the log names them."""
        return self.parts.netloc

    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, {self.model!r})"  # never the key


@dataclass(frozen=True)
class Reply:
    """What came back: the answer's text, the tokens it cost where the endpoint says so, and the seconds it took."""

    content: str
    tokens_in: int | None
    tokens_out: int | None
    seconds: float


class _Open(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Message(_Open):
    content: str


class _Choice(_Open):
    message: _Message


class _Usage(_Open):
    prompt_tokens: int | None = Field(default=None, ge=0, le=10**9)
    completion_tokens: int | None = Field(default=None, ge=0, le=10**9)


class _Completion(_Open):
    choices: list[_Choice] = Field(min_length=1, max_length=10)
    usage: _Usage | None = None


def ask(endpoint: Endpoint, body: bytes) -> Reply:
    """Send ``body`` and return the reply, within ``endpoint.timeout`` seconds; Trouble for all that goes wrong."""
    began = time.monotonic()
    try:
        raw = _exchange(endpoint, body, began + endpoint.timeout)
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= began + endpoint.timeout:
            raise Trouble("timeout", f"{endpoint.timeout:g} s") from error
        raise Trouble("unreachable", type(error).__name__) from error
    try:
        said = _Completion.model_validate_json(raw)
    except ValidationError as error:
        raise Trouble("invalid", "no chat completion") from error
    usage = said.usage or _Usage()
    seconds = time.monotonic() - began
    return Reply(said.choices[0].message.content, usage.prompt_tokens, usage.completion_tokens, seconds)


def _exchange(endpoint: Endpoint, body: bytes, until: float) -> bytes:
    with closing(_connection(endpoint)) as connection:
        connection.connect()
        line = connection.sock
        watch = Timer(max(0.0, until - time.monotonic()), _cut, (line,))
        watch.daemon = True
        watch.start()
        try:
            path = f"{endpoint.parts.path.rstrip('/')}/chat/completions"
            connection.request("POST", path, body, _headers(endpoint))
            return _read(connection.getresponse(), until)
        finally:
            watch.cancel()


def _connection(endpoint: Endpoint) -> HTTPConnection:
    host, port = endpoint.parts.hostname or "", endpoint.parts.port
    if endpoint.parts.scheme == "https":
        return HTTPSConnection(host, port, timeout=endpoint.timeout, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=endpoint.timeout)


def _headers(endpoint: Endpoint) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    return headers | ({"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {})


def _cut(line: socket.socket) -> None:
    """End the exchange: whoever waits for bytes gets none."""
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _read(response: HTTPResponse, until: float) -> bytes:
    if 300 <= response.status < 400:
        raise Trouble("redirect", str(response.status))
    if response.status != 200:
        raise Trouble("status", str(response.status))
    raw = bytearray()
    while piece := response.read1(65_536):
        raw += piece
        if len(raw) > LARGEST:
            raise Trouble("too_large", f"more than {LARGEST:,} bytes")
    if time.monotonic() >= until:
        raise TimeoutError
    return bytes(raw)
