"""Themes and mentions as a workbook: what a stranger typed stays text, however it begins. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from feedback_app import clock
from feedback_app.contacts.models import KINDS
from feedback_app.exports import xlsx
from feedback_app.exports.xlsx import Sheet
from feedback_app.themes.codebooks.export import mention_rows
from feedback_app.themes.mention_filter import Look
from feedback_app.themes.models import TONES, Codebook
from feedback_app.themes.queries import staff_choices, surveys_of
from feedback_app.themes.reports.agreement import Agreement, agreements
from feedback_app.themes.reports.figures import Overview, overview
from feedback_app.themes.reports.satisfaction import LEAST, Satisfaction


def workbook(codebook: Codebook, look: Look, zone: str, theme: int = 0) -> Iterator[bytes]:
    """Return a workbook in pieces: themes, mentions, and what it is about; under the filter, of one theme if named.

    What is counted is counted at once; mentions are read as the pieces are asked for.
    """
    figures = overview(codebook.id, look, zone)
    return xlsx.stream(
        [
            Sheet(
                "themes",
                [8, 36, 50, 50, 22, 10, 10, *[12] * (len(KINDS) + len(TONES) + 6)],
                list(_theme_rows(figures, theme, agreements(codebook.id))),
            ),
            Sheet(
                "mentions", [18, 26, 16, 14, 10, 30, 11, 11, 70, 70, 12], mention_rows(codebook.id, look, zone, theme)
            ),
            Sheet("about", [28, 70], list(_about(codebook, look, figures))),
        ]
    )


def _theme_rows(figures: Overview, theme: int, judged: dict[int, Agreement]) -> Iterable[list[object]]:
    yield [
        "id", "name", "description", "phrases", "owner", "mentions", "people", *KINDS, *TONES,
        "content_0_to_10", "content_low", "content_high", "content_scores", "trend", "agreement",
    ]  # fmt: skip
    owners = dict(staff_choices())
    for line in figures.themes:
        if theme in (0, line.theme.id):
            yield [
                line.theme.id,
                line.theme.name,
                line.theme.description,
                ", ".join(line.theme.phrases),
                owners.get(line.theme.owner_id or 0),
                line.mentions,
                line.people,
                *(line.kinds[kind] for kind in KINDS),
                *(line.tones[tone] for tone in TONES),
                *_content(line.content),
                line.trend.way,
                judged.get(line.theme.id, Agreement(0, 0)).share,
            ]


def _content(told: Satisfaction | None) -> list[object]:
    """Mean, the bounds of its interval, and the number of scores; empty cells where too few gave one."""
    return [None] * 4 if told is None else [round(told.mean, 2), round(told.low, 2), round(told.high, 2), told.scores]


def _about(codebook: Codebook, look: Look, figures: Overview) -> Iterable[tuple[str, object]]:
    yield "what", "value"
    yield "codebook", codebook.name
    yield "surveys", ", ".join(survey.slug for survey in surveys_of(codebook.id))
    yield "written at", clock.now().isoformat(timespec="seconds")
    yield "last grouped", codebook.grouped_at.isoformat(timespec="seconds") if codebook.grouped_at else None
    for name, value in look.address().items():
        yield f"filter: {name}", value
    yield "mentions with content", figures.total
    yield "of these in a theme", figures.grouped
    yield "people", figures.people
    yield "confidence", "0 to 1: how sure the machine was; 1 where a person decided"
    yield "content", f"mean of 0 to 10 with its 95 % interval; empty below {LEAST} scores"
    yield "agreement", "share of confirmed mentions that the machine had put into the theme; empty below ten"
