"""One exchange with an endpoint over a real socket: a hard end in time and size, no redirects, no secret told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from feedback_app.reader.protocol import client
from feedback_app.reader.protocol.client import Endpoint, Trouble
from feedback_app.reader.protocol.questions import example
from tests.reader import endpoint as served
from tests.reader.endpoint import Model, a_model

BODY = example(["Too late."]).body("tiny")


@pytest.fixture
def model() -> Iterator[Model]:
    with a_model() as model:
        yield model


def endpoint(model: Model, timeout: float = 5, key: str = "") -> Endpoint:
    return Endpoint(model.url, "tiny", key, timeout)


def trouble(model: Model, timeout: float = 5) -> Trouble:
    with pytest.raises(Trouble) as caught:
        client.ask(endpoint(model, timeout), BODY)
    return caught.value


def test_a_good_answer_comes_back_with_its_cost(model: Model) -> None:
    reply = client.ask(endpoint(model), BODY)
    assert reply.content == '{"tones": [{"id": 1, "tone": "complaint"}]}'
    assert (reply.tokens_in, reply.tokens_out) == (120, 30)
    assert model.bodies == [BODY]


def test_an_endpoint_that_tells_no_cost_is_fine(model: Model) -> None:
    model.behave = lambda handler, _: served.say(handler, "{}", usage=None)
    reply = client.ask(endpoint(model), BODY)
    assert (reply.tokens_in, reply.tokens_out) == (None, None)


def test_the_key_is_sent_as_a_bearer_and_shown_nowhere(model: Model) -> None:
    client.ask(endpoint(model, key="sk-very-secret"), BODY)
    assert model.headers[0]["Authorization"] == "Bearer sk-very-secret"
    assert "very-secret" not in repr(endpoint(model, key="sk-very-secret"))
    client.ask(endpoint(model), BODY)
    assert "Authorization" not in model.headers[1]


@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 503])
def test_a_refusal_is_told_by_its_status(model: Model, code: int) -> None:
    model.behave = served.status(code)
    found = trouble(model)
    assert (found.code, found.detail) == ("status", str(code))


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_not_even_to_the_same_host(model: Model, code: int) -> None:
    with a_model() as other:
        for target in (other.url, model.url):
            model.behave = served.status(code, Location=f"{target}/chat/completions")
            assert trouble(model).code == "redirect"
        assert other.connections == 0
    assert len(model.bodies) == 2


def test_a_hundred_megabytes_are_not_read(model: Model) -> None:
    model.behave = served.endless
    assert trouble(model).code == "too_large"


@pytest.mark.parametrize("how", ["silent", "body", "headers"])
def test_who_says_nothing_or_drips_is_cut_off_in_time(model: Model, how: str) -> None:
    model.behave = served.silent(model) if how == "silent" else served.dripping(model, headers=how == "headers")
    began = time.monotonic()
    assert trouble(model, timeout=0.5).code == "timeout"
    assert time.monotonic() - began < 3


def test_who_hangs_up_in_the_middle_gave_no_answer(model: Model) -> None:
    model.behave = served.breaking_off
    assert trouble(model).code in ("invalid", "unreachable")


@pytest.mark.parametrize(
    "body", [b"", b"null", b"<html>", b"[]", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}',
             b"\xff\xfe", b'{"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": -1}}', b"[" * 9000],
)  # fmt: skip
def test_what_is_no_completion_is_invalid(model: Model, body: bytes) -> None:
    model.behave = lambda handler, _: served.send(handler, 200, body)
    assert trouble(model).code == "invalid"


def test_nobody_there_is_unreachable(model: Model) -> None:
    with a_model() as gone:
        address = gone.url
    with pytest.raises(Trouble, match="unreachable"):
        client.ask(Endpoint(address, "tiny", timeout=2), BODY)


def test_https_is_checked(model: Model) -> None:
    """A server that speaks no TLS is not spoken to in the open instead."""
    with pytest.raises(Trouble):
        client.ask(Endpoint(model.url.replace("http:", "https:"), "tiny", timeout=2), BODY)
    assert model.bodies == []


def test_no_proxy_of_the_environment_sees_it(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_model() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        client.ask(endpoint(model), BODY)
        assert proxy.connections == 0
