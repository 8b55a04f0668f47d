"""The command `themes cluster`: CSV in, one theme id (or label) a line out. It loads nothing of the web application."""

import csv
import sys

import click

from feedback_app.themes.grouping import discover

csv.field_size_limit(10_000_000)


@click.command("cluster")
@click.option("--mode", type=click.Choice(["discover", "fewshot", "stream"]), default="discover", show_default=True)
@click.option("--themes", type=click.IntRange(1, 1000), help="How many themes; without it the method chooses.")
@click.option("--grain", type=click.Choice(["coarse", "auto", "fine"]), default="auto", show_default=True)
@click.option("--strong", is_flag=True, help="Also use the stronger encoder (slower; needs the extra 'strong').")
def cluster(mode: str, themes: int | None, grain: str, strong: bool) -> None:
    """Group texts read as CSV from standard input; print one theme id (or label) per row, -1 for none."""
    rows = list(csv.DictReader(sys.stdin))
    g = discover([r["text"] for r in rows], languages=[r.get("lang") or None for r in rows], themes=themes, grain=grain, strong=strong)
    for a in g.assigned:
        print(-1 if a is None else a)


if __name__ == "__main__":
    cluster()
