"""What a job is. The list itself stands in ``feedback_app/registry.py``: adding one is one line there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import cast

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
Verb = Callable[[], object]


@dataclass(frozen=True)
class Job:
    """A verb and how often it is due. ``verb`` is ``package.module:function``, loaded by the worker only.

    The verb takes nothing, acts on what it finds, owns its transactions, and returns what it did in words (or a
    number, or None); twice, or in two processes at once, does no harm. ``at`` moves a daily job into the night (UTC).
    """

    name: str
    verb: str
    every: timedelta
    at: timedelta = timedelta()

    def slot(self, now: datetime) -> datetime:
        """Return the due moment that ``now`` belongs to: the last one that is not after it."""
        since = now - EPOCH - self.at
        return EPOCH + self.at + since // self.every * self.every

    def load(self) -> Verb:
        """Import and return the verb. Raises ImportError or AttributeError when the list has a mistake."""
        module, _, name = self.verb.partition(":")
        return cast(Verb, getattr(import_module(module), name))
