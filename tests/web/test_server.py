"""The web processes as they really run: what strangers hold open or send at length stops nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from feedback_app.places import ROOT
from feedback_app.web import server
from feedback_app.web.limits.body_limits import STRANGER
from tests.conftest import _settings
from tests.web_process import environment, half_open, status, web

HEAD = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The pages of an empty house, for all tests here."""
    folder = tmp_path_factory.mktemp("web")
    settings = _settings(f"sqlite:///{folder / 'web.sqlite3'}", folder)
    upgrade = [sys.executable, "-m", "feedback_app.cli", "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=environment(settings), check=True, capture_output=True)
    with web(settings) as port:
        yield port


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", HEAD, HEAD + b"\r\nemail="], ids=["nothing", "line", "head", "body"]
)
def test_fifty_who_send_no_more_hold_nobody_up(port: int, sent: bytes) -> None:
    lines = [half_open(port, sent) for _ in range(50)]
    for _ in range(20):
        assert status(port, "/healthz") == 200
    assert status(port, "/sign-in") == 200
    for one in lines:
        one.close()


def test_a_long_form_of_a_stranger_is_answered_and_nobody_waits_for_it(port: int) -> None:
    body = b"csrf_token=x&email=" + b"a" * 31 * 1024 * 1024
    with ThreadPoolExecutor(6) as strangers:
        sent = [strangers.submit(status, port, "/sign-in", body, **{"Content-Type": FORM}) for _ in range(6)]
        while not all(one.done() for one in sent):
            assert status(port, "/healthz") == 200
    assert [one.result() for one in sent] == [413] * 6


def test_a_body_in_pieces_ends_where_the_limit_is(port: int) -> None:
    line = HTTPConnection("127.0.0.1", port)
    pieces = (b"x" * 1024 for _ in range(10 * STRANGER // 1024))
    try:
        line.request("POST", "/sign-in", pieces, {"Content-Type": FORM}, encode_chunked=True)
        assert line.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # it ended before we could read why
    finally:
        line.close()
    assert status(port, "/healthz") == 200


@pytest.mark.parametrize(
    ("begun", "finished", "received", "late"),
    [
        (False, False, 0, server.SILENCE), (True, False, 0, server.HEAD), (True, True, 0, server.BODY),
        (True, True, 5000, server.BODY + 10), (True, True, 10**9, server.BODY + 10**9 / server.SLOWEST),
    ],
)  # fmt: skip
def test_head_and_body_have_deadlines_that_slow_drops_do_not_move(
    begun: bool, finished: bool, received: int, late: float
) -> None:
    line = server._Connection.__new__(server._Connection)
    line.requests, line.total_outbufs_len, line.last_activity, line.begun = [], 0, 1000.0, 1000.0
    if begun:
        line.request = server._Request(None)
        line.request.headers_finished, line.request.body_bytes_received = finished, received
        line.last_activity += late  # a drop came just now
    assert not line.is_late(1000 + late)
    assert line.is_late(1000 + late + 1)
