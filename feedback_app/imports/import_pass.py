"""One pass of a table through a room, in batches: what each row would do or, when the room writes, does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from feedback_app.imports.report import Counts, Report
from feedback_app.imports.rows import Rejected

BATCH = 1000  # rows in memory at a time
Progress = Callable[[int], None]  # is told how many rows were read since it was told last
Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)
C = TypeVar("C", bound=Counts)


class RowHandler(Protocol[Row_contra]):
    """What a room does with rows: asks its tables a few things for a whole batch, then decides row by row."""

    def take(self, rows: Sequence[Row_contra], rejected: Sequence[Rejected]) -> None:
        """Give every one of ``rows`` an outcome in the report. ``rejected`` have theirs; their wishes may count."""


def run(
    rows: Iterable[Row | Rejected], handler: RowHandler[Row], report: Report[C], progress: Progress | None = None
) -> C:
    """Take all ``rows`` through ``handler`` and return what became of them.

    Raises RuntimeError, so that the caller's transaction is undone, when a row got no outcome or two.
    """
    counts, stream = report.counts, iter(rows)
    while batch := list(islice(stream, BATCH)):
        counts.rows += len(batch)
        rejected = [one for one in batch if isinstance(one, Rejected)]
        for one in rejected:
            report.reject(one.number, one.reason, one.values, one.raw)
        handler.take([one for one in batch if not isinstance(one, Rejected)], rejected)
        report.flush()
        if progress:
            progress(len(batch))
    if not counts.adds_up:
        raise RuntimeError(f"the rows of an import do not add up: {counts}")
    return counts
