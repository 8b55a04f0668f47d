"""From claimed rows to letters that can be built: variants compiled once, fills fetched a batch at a time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from feedback_app import tokens
from feedback_app.common.cache import Cache
from feedback_app.delivery.compose.letter import Letter, Renderer
from feedback_app.delivery.compose.mime_message import Skeleton
from feedback_app.delivery.compose.placeholders import Fill, Words, unpacked
from feedback_app.delivery.compose.templates import reserved
from feedback_app.delivery.identity import Identity
from feedback_app.delivery.models import LetterVariant
from feedback_app.delivery.queue.smtp_replies import Reply, Verdict
from feedback_app.errors import N_
from feedback_app.web.pages import absolute

KEPT_SKELETONS = 64
MARK = "0.mark"
FIELDS = 11  # how many of claims.CLAIMED make a letter
VALUES = 8  # where the fills stand in claims.CLAIMED
UNWRITTEN: Fill = {}
log = structlog.get_logger()
Failure = tuple[Verdict, Reply]


class Preparer:
    """Knows the variants and renderers. Used by one thread.

    ``latest`` is asked for the sender before each batch, so that letters follow an edit of who we are within seconds.
    """

    def __init__(
        self, identity: Identity, renderers: Mapping[str, Renderer], latest: Callable[[], Identity] | None = None
    ) -> None:
        self._identity, self._renderers, self._latest = identity, renderers, latest
        self._skeletons: Cache[int, Skeleton] = Cache(KEPT_SKELETONS)
        self._unsubscribe: tuple[str, str] | None = None

    def letters(self, session: Session, rows: Sequence[Row[Any]]) -> tuple[list[Letter], dict[int, Failure]]:
        """Return the letters of claimed ``rows``, and why those that have no letter have none. Only reads."""
        self._follow()
        skeletons = self._compiled(session, {row.variant_id for row in rows})
        fills, failures = self._fills(session, rows)
        seen = time.monotonic()
        letters = []
        # taken apart in the order of claims.CLAIMED: by name each costs a look-up, and this is done for every letter
        for row in rows:
            id_, kind, _, group_id, variant_id, address, email_key, name, _, attempts, first_at = tuple(row)[:FIELDS]
            if id_ in failures:
                continue
            skeleton = skeletons[variant_id]
            url = self._unsubscribe_url(id_) if skeleton.scope else ""
            fill = {**reserved(name, url), **fills[id_]}
            letters.append(
                Letter(
                    id_, kind, group_id, address, email_key, name, attempts, first_at, skeleton, fill, url, seen
                )
            )  # fmt: skip
        return letters, failures

    def _follow(self) -> None:
        latest = self._latest() if self._latest else self._identity
        if latest != self._identity:
            self._identity = latest
            self._skeletons.clear()

    def _compiled(self, session: Session, ids: set[int]) -> dict[int, Skeleton]:
        def compiled(missing: set[int]) -> dict[int, Skeleton]:
            variants = session.scalars(select(LetterVariant).where(LetterVariant.id.in_(missing)))
            return {variant.id: self._skeleton(variant) for variant in variants}

        return self._skeletons.get_many(ids, compiled)

    def _skeleton(self, variant: LetterVariant) -> Skeleton:
        words = Words(variant.subject, variant.text, variant.html)
        return Skeleton(words, variant.language, variant.kind, variant.scope, self._identity)

    def _fills(self, session: Session, rows: Sequence[Row[Any]]) -> tuple[dict[int, Fill], dict[int, Failure]]:
        fills: dict[int, Fill] = {}
        failures: dict[int, Failure] = {}
        waiting: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            ready = row[VALUES]
            if ready is not None:
                fills[row.id] = unpacked(ready)
            elif row.ref_id is None:
                fills[row.id] = UNWRITTEN
            else:
                waiting[row.kind].append(row)
        for kind, some in waiting.items():
            self._render(session, kind, some, fills, failures)
        return fills, failures

    def _render(
        self,
        session: Session,
        kind: str,
        rows: Sequence[Row[Any]],
        fills: dict[int, Fill],
        failures: dict[int, Failure],
    ) -> None:
        renderer = self._renderers.get(kind)
        if renderer is None:
            why = Reply(0, f"nothing writes letters of the kind {kind}")
            failures.update((row.id, (Verdict.REFUSED, why)) for row in rows)
            return
        try:
            written = renderer(session, [row.ref_id for row in rows])
        except Exception as error:
            session.rollback()
            if len(rows) == 1:
                log.exception("a letter cannot be written", kind=kind, letter=rows[0].id)
                why = Reply(0, (N_("the letter cannot be written") + f": {type(error).__name__}: {error}")[:300])
                failures[rows[0].id] = (Verdict.REFUSED, why)
                return
            for row in rows:  # find the one that is to blame; the others go their way
                self._render(session, kind, [row], fills, failures)
            return
        for row in rows:
            if row.ref_id in written:
                fills[row.id] = written[row.ref_id]
            else:
                failures[row.id] = (Verdict.SKIPPED, Reply(0, N_("what it was about is no more")))

    def _unsubscribe_url(self, letter_id: int) -> str:
        if self._unsubscribe is None:  # the address is built once, then only the token changes
            before, _, after = absolute("contacts.unsubscribe", token=MARK).partition(MARK)
            self._unsubscribe = (before, after)
        before, after = self._unsubscribe
        return before + tokens.sign(self._identity.secret, "unsubscribe", str(letter_id)) + after
