"""The one cache: bounded, by version, safe between threads, and each application's own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from feedback_app.common.cache import Cache, app_cache


class Workshop:
    """Makes values and remembers which."""

    def __init__(self) -> None:
        self.made: list[object] = []

    def of(self, key: str, version: int = 0) -> str:
        self.made.append((key, version))
        return f"{key}{version}"

    def many(self, keys: set[str]) -> Mapping[str, str]:
        self.made.append(frozenset(keys))
        return {key: key.upper() for key in keys if key != "unknown"} | {"unasked": "?"}


def test_a_value_is_made_once_and_anew_for_another_version() -> None:
    shop, cache = Workshop(), Cache[str, str](5)
    for version in (1, 1, 2, 2, 1):
        assert cache.get("form", lambda version=version: shop.of("form", version), version) == f"form{version}"
    assert shop.made == [("form", 1), ("form", 2), ("form", 1)]
    assert len(cache) == 1, "an old version does not linger"


def test_what_was_asked_for_longest_ago_leaves_first() -> None:
    shop, cache = Workshop(), Cache[str, str](2)
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key, lambda key=key: shop.of(key))
    assert [key for key, _ in shop.made] == ["a", "b", "c", "b"]  # type: ignore[misc]
    assert len(cache) == 2


def test_what_cannot_be_made_is_not_kept() -> None:
    cache = Cache[str, str](2)

    def fail() -> str:
        raise LookupError("not yet")

    with pytest.raises(LookupError):
        cache.get("a", fail)
    assert cache.get("a", lambda: "now") == "now"


def test_nothing_is_a_value_too() -> None:
    made: list[int] = []
    cache = Cache[str, None](2)
    for _ in range(2):
        assert cache.get("a", lambda: made.append(1)) is None
    assert made == [1]


def test_many_are_made_at_once_and_all_returned_though_fewer_are_kept() -> None:
    shop, cache = Workshop(), Cache[str, str](2)
    assert cache.get_many(["a"], shop.many) == {"a": "A"}
    assert cache.get_many(["a", "b", "c", "unknown"], shop.many) == {"a": "A", "b": "B", "c": "C"}
    assert cache.get_many([], shop.many) == {}
    assert shop.made == [frozenset("a"), frozenset({"b", "c", "unknown"})]
    assert len(cache) == 2


def test_what_is_forgotten_is_made_again() -> None:
    shop, cache = Workshop(), Cache[str, str](2)
    for forget in (lambda: cache.forget("a"), cache.clear, lambda: cache.forget("never there")):
        cache.get("a", lambda: shop.of("a"))
        forget()
    cache.get("a", lambda: shop.of("a"))
    assert len(shop.made) == 3


@pytest.mark.parametrize("size", [0, -1])
def test_a_cache_that_keeps_nothing_is_a_mistake(size: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Cache(size)


def test_a_slow_value_holds_nobody_up() -> None:
    cache, begun, go_on = Cache[str, str](4), threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert go_on.wait(20)
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.get, "slow", slow)
        assert begun.wait(20)
        assert cache.get("quick", lambda: "quick") == "quick"
        go_on.set()
        assert waiting.result() == "slow"


def test_many_threads_never_see_another_keys_value() -> None:
    cache = Cache[int, int](3)

    def ask(turn: int) -> bool:
        return all(cache.get(key, lambda key=key: key * 2, turn % 2) == key * 2 for key in range(6))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(400)))
    assert len(cache) <= 3


def test_each_application_has_its_own(bare_app: Flask) -> None:
    other = Flask("another")
    with bare_app.app_context():
        assert app_cache("forms", 3) is app_cache("forms", 3)
        assert app_cache("forms", 3) is not app_cache("pages", 3)
        mine = app_cache("forms", 3)
    with other.app_context():
        assert app_cache("forms", 3) is not mine
