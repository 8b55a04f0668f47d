"""Looking at mentions: one filter, read from an address and back, and the SQL that it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select

from feedback_app.common.days import read_day
from feedback_app.common.keys import read_key
from feedback_app.contacts.models import KINDS
from feedback_app.responses.models import Response
from feedback_app.themes.models import TONES, CodebookSurvey, Mention, Placement, SubThemeMention
from feedback_app.themes.search import query as search

AnySelect = TypeVar("AnySelect", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class Look:
    """Which mentions to look at. Every field has a neutral value that filters nothing."""

    survey: int = 0
    kind: str = ""
    stage: str = ""
    language: str = ""
    since: str = ""  # the first day, as 2026-11-30
    until: str = ""  # the last day
    q: str = ""
    part: int = 0  # of a theme: a sub-theme
    tone: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Look:
        """Return the filter an address carries; whatever makes no sense filters nothing."""
        kind = values.get("kind", "")
        return cls(
            survey=read_key(values.get("survey", "")) or 0,
            kind=kind if kind in KINDS else "",
            stage=values.get("stage", "")[:80],
            language=values.get("language", "")[:8],
            since=_day(values.get("since", "")),
            until=_day(values.get("until", "")),
            q=values.get("q", "").replace("\0", "").strip()[:200],
            part=read_key(values.get("part", "")) or 0,
            tone=values.get("tone", "") if values.get("tone", "") in TONES else "",
        )

    def address(self) -> dict[str, Any]:
        """Return what belongs into an address, neutral values left out."""
        return {name: value for name, value in asdict(self).items() if value}

    def without(self, name: str) -> Look:
        """Return the same filter with one field neutral."""
        return replace(self, **{name: type(getattr(self, name))()})

    def __bool__(self) -> bool:
        """True when anything is filtered."""
        return bool(self.address())


def _day(text: str) -> str:
    day = read_day(text)
    return day.isoformat() if day else ""


def midnight(day: str, zone: str, days: int = 0) -> datetime:
    """Return when a day (2026-11-30) begins in the zone, ``days`` later, as aware UTC."""
    start = datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), ZoneInfo(zone))
    return start.astimezone(UTC)


def narrowed(statement: AnySelect, look: Look, zone: str) -> AnySelect:
    """Narrow a SELECT that already joins Mention and Response."""
    conditions: list[Any] = []
    if look.survey:
        conditions.append(Mention.survey_id == look.survey)
    if look.kind:
        conditions.append(Response.kind == look.kind)
    if look.stage:
        conditions.append(Response.stage_lost == look.stage)
    if look.language:
        conditions.append(Mention.language == look.language)
    if look.tone:
        conditions.append(Mention.tone == look.tone)
    if look.since:
        conditions.append(Response.submitted_at >= midnight(look.since, zone))
    if look.until:
        conditions.append(Response.submitted_at < midnight(look.until, zone, 1))
    return statement.where(*conditions, *_about(look))


def _about(look: Look) -> list[Any]:
    """SQL of what is said: in a part of a theme, with words that were searched for."""
    mine = select(SubThemeMention.mention_id).where(SubThemeMention.sub_theme_id == look.part)
    part = [Mention.id.in_(mine)] if look.part else []
    return [*part, search.read(look.q).holds()] if look.q else part


def of_codebook(codebook_id: int) -> Any:
    """SQL: the mention belongs to a survey of the codebook."""
    return Mention.survey_id.in_(select(CodebookSurvey.survey_id).where(CodebookSurvey.codebook_id == codebook_id))


def mentions_where(codebook_id: int, look: Look, zone: str, *, theme: int = 0, shelf: str = "") -> Select[int]:
    """SELECT of mention ids of a codebook: of one theme, or of a shelf.

    Shelves: ``ungrouped``, ``set_aside``, ``no_content``, ``aside``, ``all`` (with content).
    """
    chosen = select(Mention.id).join(Response, Response.id == Mention.response_id).where(of_codebook(codebook_id))
    chosen = narrowed(chosen, look, zone)
    if theme:
        mine = select(Placement.mention_id).where(Placement.theme_id == theme)
        return chosen.where(Mention.state == "open", Mention.id.in_(mine))
    if shelf in ("set_aside", "no_content", "aside"):
        return chosen.where(Mention.state == shelf)
    chosen = chosen.where(Mention.state == "open")
    if shelf == "ungrouped":
        chosen = chosen.where(~exists(select(1).where(Placement.mention_id == Mention.id)))
    return chosen
