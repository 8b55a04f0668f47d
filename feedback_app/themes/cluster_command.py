"""The command `themes cluster`: CSV in, one theme id (or label) a line out. It loads nothing of the web application."""

import csv
import sys

import click

from feedback_app.themes.grouping import Grouping, discover

_LONGEST_CELL = 10_000_000


@click.command("cluster")
@click.option("--mode", type=click.Choice(["discover", "fewshot", "stream"]), default="discover", show_default=True)
@click.option("--themes", type=click.IntRange(1, 1000), help="How many themes; without it the method chooses.")
@click.option("--grain", type=click.Choice(["coarse", "auto", "fine"]), default="auto", show_default=True)
@click.option("--strong", is_flag=True, help="Also use the stronger encoder (slower; needs the extra 'strong').")
def cluster(mode: str, themes: int | None, grain: str, strong: bool) -> None:
    """Group texts read as CSV from standard input; print one theme id (or label) per row, -1 for none."""
    csv.field_size_limit(_LONGEST_CELL)
    rows = list(csv.DictReader(sys.stdin))
    texts, languages = [row["text"] or "" for row in rows], [row.get("lang") or None for row in rows]
    grouping: Grouping = discover(texts, languages=languages, themes=themes, grain=grain, strong=strong)  # type: ignore[arg-type]
    for theme in grouping.assigned:
        click.echo(-1 if theme is None else theme)


if __name__ == "__main__":
    cluster()
