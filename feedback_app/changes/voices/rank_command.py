"""The command ``changes rank``: a change, what was judged and mentions in; chances, quotations and what to ask out.

It knows no database and loads nothing of the web application.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from feedback_app.changes.voices.engine.collection import Said
    from feedback_app.themes.engine.vectors.embedders import Embedder

_CACHE = "voice-vectors.sqlite"
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("rank")
@click.option("--change", "change", type=FILE, required=True, help="JSON: what and why, each {en, pl}.")
@click.option("--judged", type=FILE, help="JSON lines {id, fits}, in the order in which they were judged.")
@click.option("--ask", type=click.IntRange(0, 1000), default=0, help="Also name so many mentions to judge next.")
@click.option(
    "--bar", type=click.FloatRange(0.5, 1), default=0.95, show_default=True, help="Quote from this chance on."
)
@click.option(
    "--strong/--no-strong", default=None, help="Also hear the stronger encoder [default: where it is installed]."
)
@click.option("--model", default="", metavar="FOLDER", help="Also hear the sentence-transformers model in FOLDER.")
@click.option("--cache", type=FILE, help="Keep vectors in this file [default: in FEEDBACK_VAR where that is set].")
def rank(  # noqa: PLR0917 - a command has as many options as its users need
    change: Path, judged: Path | None, ask: int, bar: float, strong: bool | None, model: str, cache: Path | None
) -> None:
    """Rank the mentions that a change answers; read them as JSON lines from standard input.

    \b
    in    {"id", "text", "answer", "lang", "theme" or null}
    out   {"id", "p", "quote": [start, end] in the answer or null}, in the order they came,
          and for --ask N one line {"ask": [ids]}, most telling first
    """
    try:
        lines = _ranked(change, judged, (ask, bar), (strong, model), cache or _usual_cache())
        for line in lines:
            click.echo(json.dumps(line))
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _usual_cache() -> Path | None:
    folder = os.environ.get("FEEDBACK_VAR")
    return Path(folder) / _CACHE if folder else None


def _ranked(
    change: Path, judged: Path | None, wanted: tuple[int, float], means: tuple[bool | None, str], cache: Path | None
) -> Iterator[dict[str, Any]]:
    from feedback_app.changes.voices.engine import chances, ranking  # noqa: PLC0415 - numpy, only once it is needed
    from feedback_app.changes.voices.engine.collection import collect, nearness  # noqa: PLC0415
    from feedback_app.changes.voices.engine.statement import read_statement  # noqa: PLC0415
    from feedback_app.changes.voices.engine.vector_file import VectorFile  # noqa: PLC0415

    statement = read_statement(_object(change.read_text("utf-8-sig"), str(change)))
    known = _judged(judged)
    said = _mentions(sys.stdin)
    if not said:
        return
    with VectorFile(cache) as vectors:
        collection = collect(said, _embedders(*means), vectors)
        near = nearness(collection, statement, vectors)
    fits = {collection.place[one]: yes for one, yes in known.items() if one in collection.place}
    order = ranking.scores(collection, near, fits)
    found = chances.chances(collection, near, order, fits)
    for one, chance in zip(said, found.tolist(), strict=True):
        yield {"id": one.id, "p": round(chance, 4), "quote": _quote(one) if chance >= wanted[1] else None}
    if wanted[0]:
        yield {"ask": [said[row].id for row in ranking.to_ask(collection, order, fits, wanted[0])]}


def _embedders(strong: bool | None, model: str) -> list[Embedder]:
    from feedback_app.themes.engine.vectors.embedders import default_embedder  # noqa: PLC0415
    from feedback_app.themes.engine.vectors.large_encoders import (  # noqa: PLC0415
        StrongerUnavailable,
        strong_embedder,
    )

    if strong is False and not model:
        return [default_embedder()]
    try:
        return [default_embedder(), strong_embedder(model)]
    except StrongerUnavailable as error:
        if strong is None and not model:
            return [default_embedder()]
        raise ValueError(str(error)) from error


def _quote(mention: Said) -> list[int] | None:
    from feedback_app.themes.engine.quoting.quotation import quotation  # noqa: PLC0415

    start = mention.answer.find(mention.text)
    found = None if start < 0 else quotation(mention.answer, [(start, start + len(mention.text))], mention.language)
    return [found.start, found.end] if found else None


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"{where} is not a JSON object.")
    return row


def _objects(lines: Iterable[str], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield f"{where}, line {number}", _object(line, f"{where}, line {number}")


def _judged(path: Path | None) -> dict[str, bool]:
    if path is None:
        return {}
    judged: dict[str, bool] = {}
    for place, row in _objects(path.read_text("utf-8-sig").splitlines(), str(path)):
        if not isinstance(row.get("fits"), bool) or "id" not in row:
            raise ValueError(f"{place}: it needs “id”, and “fits” as true or false.")
        judged.pop(str(row["id"]), None)  # judged again: that is the latest judgement
        judged[str(row["id"])] = row["fits"]
    return judged


def _mentions(lines: Iterable[str]) -> list[Said]:
    from feedback_app.changes.voices.engine.collection import Said  # noqa: PLC0415

    by_id: dict[str, Said] = {}
    for place, row in _objects(lines, "standard input"):
        texts = [row.get(name) for name in ("id", "text")]
        if not all(isinstance(one, str) and one for one in texts):
            raise ValueError(f"{place}: it needs “id” and “text”.")
        said = {name: row[name] for name in ("answer", "theme", "tone") if isinstance(row.get(name), str)}
        mention = Said(**{"id": row["id"], "text": row["text"], "answer": row["text"], **said,
                      "language": str(row.get("lang") or "en")})  # fmt: skip
        if mention.id in by_id:
            raise ValueError(f"{place}: the id “{mention.id}” stands there twice.")
        by_id[mention.id] = mention
    return list(by_id.values())


if __name__ == "__main__":
    rank()
