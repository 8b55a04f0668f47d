"""What is dear to make and asked for again: kept in this process, bounded, replaced when its version changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Generic, TypeVar

from flask import current_app

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
NEVER_CHANGES = None


class Cache(Generic[K, V]):
    """At most ``size`` values by key; the one that was asked for longest ago leaves first. Safe between threads.

    A key holds one version at a time: asked for in another one (of any type that compares), its value is made anew,
    so that nothing old lingers. What cannot be made is not kept. Two threads may make the same value at once: making
    is done without a lock, so that a slow value holds nobody else up.
    """

    def __init__(self, size: int) -> None:
        if size < 1:
            raise ValueError("a cache keeps at least one value")
        self.size = size
        self._kept: OrderedDict[K, tuple[object, V]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K, make: Callable[[], V], version: object = NEVER_CHANGES) -> V:
        """Return the value of ``key`` in ``version``; ``make()`` is called where it is not here."""
        with self._lock:
            entry = self._kept.get(key)
            if entry is not None and entry[0] == version:
                self._kept.move_to_end(key)
                return entry[1]
        value = make()
        self._keep({key: value}, version)
        return value

    def get_many(self, keys: Collection[K], make: Callable[[set[K]], Mapping[K, V]]) -> dict[K, V]:
        """Return the values of ``keys``, even where they are more than are kept; ``make(missing)`` is called once.

        A key that ``make`` does not know is left out.
        """
        with self._lock:
            values = {key: self._kept[key][1] for key in keys if key in self._kept}
            for key in values:
                self._kept.move_to_end(key)
        missing = set(keys) - values.keys()
        if missing:
            made = {key: value for key, value in make(missing).items() if key in missing}
            self._keep(made, NEVER_CHANGES)
            values |= made
        return values

    def forget(self, key: K) -> None:
        """Let go of the value of ``key``, if there is one."""
        with self._lock:
            self._kept.pop(key, None)

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()

    def _keep(self, values: Mapping[K, V], version: object) -> None:
        with self._lock:
            for key, value in values.items():
                self._kept[key] = (version, value)
                self._kept.move_to_end(key)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)


def app_cache(name: str, size: int) -> Cache[Any, Any]:
    """Return the cache called ``name`` of the application in force: what is in it ends with the application.

    For what comes from its database or its settings, which another application in this process need not share.
    """
    kept = current_app.extensions.get(f"cache {name}")
    if kept is None:  # setdefault makes one of two threads win
        kept = current_app.extensions.setdefault(f"cache {name}", Cache(size))
    cache: Cache[Any, Any] = kept
    return cache
