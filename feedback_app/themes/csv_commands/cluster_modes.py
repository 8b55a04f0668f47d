"""What the command `themes cluster` does with its rows. Importing this module loads the numerical libraries."""

from dataclasses import asdict, dataclass

from feedback_app.themes.engine.cluster.partition import Grain
from feedback_app.themes.engine.vectors.large_encoders import StrongerUnavailable
from feedback_app.themes.engine.vectors.parallel import EncodingPool
from feedback_app.themes.grouping.emerging import emerging
from feedback_app.themes.grouping.learning import learn
from feedback_app.themes.grouping.pipeline import discover

__all__ = ["Means", "StrongerUnavailable", "run"]

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Means:
    """How to group: how many themes (None: chosen) or how fine, by which encoders, and whether it is feedback."""

    themes: int | None = None
    grain: Grain = "auto"
    strong: bool = False
    model: str = ""
    feedback: bool = False


def run(mode: str, rows: list[Row], means: Means, pool: EncodingPool) -> list[str]:
    """One line per row; `pool` encodes the first of them."""
    if mode == "fewshot":
        return _fewshot(rows, means)
    first = [row for row in rows if mode == "discover" or row["batch"].strip() == "1"]
    grouping = discover(_texts(first), languages=_languages(first), **asdict(means), pool=pool)
    lines = {id(row): _line(theme) for row, theme in zip(first, grouping.assigned, strict=True)}
    later = [row for row in rows if id(row) not in lines]
    if later and grouping.assigner:
        given = grouping.assigner.assign(_texts(later), languages=_languages(later))
        lines |= {id(row): _line(theme) for row, (theme, _) in zip(later, given, strict=True)}
        fresh = emerging(_texts(first), _texts(later), languages=_languages([*first, *later]))
        for number, group in enumerate(fresh, start=len(grouping.themes)):
            lines |= {id(later[index]): _line(number) for index in group.members}
    return [lines.get(id(row), "-1") for row in rows]


def _fewshot(rows: list[Row], means: Means) -> list[str]:
    labels = sorted({row["label"] for row in rows if row["label"]})
    place = {label: number for number, label in enumerate(labels)}
    confirmed = [place.get(row["label"]) for row in rows]
    learnt = learn(_texts(rows), confirmed, languages=_languages(rows), strong=means.strong, model=means.model)
    guessed = ["" if theme is None else labels[theme] for theme in learnt.assigned]
    return [row["label"] or guess for row, guess in zip(rows, guessed, strict=True)]


def _texts(rows: list[Row]) -> list[str]:
    return [row["text"] or "" for row in rows]


def _languages(rows: list[Row]) -> list[str | None]:
    return [row.get("lang") or None for row in rows]


def _line(theme: int | None) -> str:
    return "-1" if theme is None else str(theme)
