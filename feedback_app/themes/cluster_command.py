"""The command `themes cluster`: CSV in, one theme id (or label) a line out. It loads nothing of the web application."""

import csv
import sys
from dataclasses import asdict, dataclass

import click

from feedback_app.themes.engine.strong import StrongerUnavailable
from feedback_app.themes.grouping import Grain, discover, emerging, learn

_LONGEST_CELL = 10_000_000

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Means:
    """How to group: the number of themes (None: chosen) or the grain, and the stronger encoders to be used."""

    themes: int | None = None
    grain: Grain = "auto"
    strong: bool = False
    model: str = ""


@click.command("cluster")
@click.option("--mode", type=click.Choice(["discover", "fewshot", "stream"]), default="discover", show_default=True)
@click.option("--themes", type=click.IntRange(1, 1000), help="How many themes; without it the method chooses.")
@click.option("--grain", type=click.Choice(["coarse", "auto", "fine"]), default="auto", show_default=True)
@click.option("--strong", is_flag=True, help="Also use the stronger encoder (slower; needs the extra 'strong').")
@click.option(
    "--model", default="", metavar="FOLDER", help="Use the sentence-transformers model in FOLDER as stronger encoder."
)
def cluster(mode: str, themes: int | None, grain: Grain, strong: bool, model: str) -> None:
    """Group texts, read as CSV from standard input; print one line per row, in order.

    \b
    discover  columns text[,lang]        prints a theme number per row, -1 for none
    fewshot   columns text[,lang],label  labels where known; prints a label for every row
    stream    columns text[,lang],batch  groups batch 1, assigns batch 2 to it; new numbers are suggested themes
    """
    rows = read_rows(mode)
    try:
        for line in run(mode, rows, Means(themes, grain, strong, model)):
            click.echo(line)
    except (StrongerUnavailable, ValueError) as error:
        raise click.ClickException(str(error)) from error


def read_rows(mode: str) -> list[Row]:
    """The rows of standard input. ClickException when a column that the mode needs is missing."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(sys.stdin)
    needed = {"text", *({"fewshot": ["label"], "stream": ["batch"]}.get(mode, []))}
    missing = sorted(needed - set(reader.fieldnames or []))
    if missing:
        raise click.ClickException(f"The CSV on standard input needs a column named {', '.join(missing)}.")
    return list(reader)


def run(mode: str, rows: list[Row], means: Means) -> list[str]:
    """One line per row."""
    if mode == "fewshot":
        return _fewshot(rows, means)
    first = [row for row in rows if mode == "discover" or row["batch"].strip() == "1"]
    grouping = discover(_texts(first), languages=_languages(first), **asdict(means))
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


if __name__ == "__main__":
    cluster()
