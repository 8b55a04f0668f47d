"""The circuit breaker: a relay in trouble is left alone, and asked from time to time whether it is over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from feedback_app import clock


@dataclass
class CircuitBreaker:
    """Keeps us from hammering a relay in trouble: waits double from 10 s to 10 min, and one connection probes."""

    least: float = 10.0
    most: float = 600.0
    failures: int = 0
    text: str = ""
    since: datetime | None = None  # when the first of the failures came
    _last: float = 0.0
    _until: float = 0.0
    _probing: bool = False
    _lock: Lock = field(default_factory=Lock)

    @property
    def broken(self) -> bool:
        """True while the relay is left alone."""
        return self._until > 0.0

    def may_probe(self) -> bool:
        """True when the caller, and nobody else, may try whether the trouble is over."""
        with self._lock:
            if not self._until or self._probing or time.monotonic() < self._until:
                return False
            self._probing = True
            return True

    def trouble(self, text: str) -> None:
        """Note that a fresh connection was of no use."""
        with self._lock:
            if self._until and not self._probing:
                return  # somebody said so already
            now = time.monotonic()
            if not self.failures or now - self._last > 2 * self.most:  # since then nothing was left to be refused
                self.since = clock.now()
            self.failures += 1
            self.text, self._probing, self._last = text, False, now
            self._until = now + min(self.most, self.least * 2 ** min(self.failures - 1, 20))

    def connected(self) -> None:
        """Note that a connection stands: letters may come, but the count of failures stays until one is accepted."""
        with self._lock:
            self._until, self._probing = 0.0, False

    def accepted(self) -> None:
        """Note that a letter was accepted."""
        if self.failures:
            with self._lock:
                self.failures, self.text = 0, ""
