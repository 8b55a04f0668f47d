"""Do the names say what the themes are? `PYTHONPATH=. python benchmarks/themes_names.py [FOLDER] [--show]`.

FOLDER (../shared/data/themes unless given) holds CSV files with the columns text, label and lang. Two questions:

* banking77.csv, every label taken as one theme: among all label names, where does the right one come by similarity
  (default encoder) to the words by which the theme is named? Printed: the share that comes first, and among the
  first three; for the name alone and for name and key phrases together.
* every file, grouped as the product groups it, first 2,500 rows: are all names different, and do they hold a noun
  that says something? Printed per file; with --show also every name with its size and phrases.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from feedback_app.themes.engine.classify.collection import collect
from feedback_app.themes.engine.cluster.discovery import names_of
from feedback_app.themes.engine.text.phrases import fitness
from feedback_app.themes.engine.vectors.embedders import Vectors, default_embedder
from feedback_app.themes.engine.vectors.normalise import fit_space
from feedback_app.themes.grouping.pipeline import discover

CAP = 2_500
POOR = 0.1
"""Grammar below this: no noun that says something."""


def read(path: Path, cap: int | None = None) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))[:cap]


def label_names(path: Path) -> None:
    """The method "names" of the measurements: rank of the right label by similarity to the words of its theme."""
    rows = read(path, CAP)
    labels = sorted({row["label"] for row in rows})
    collection = collect([row["text"] for row in rows], [row["lang"] for row in rows])
    given = np.full(len(collection), -1, dtype=np.int64)
    given[collection.row_of] = [labels.index(row["label"]) for row in rows]
    space = fit_space(collection.vectors, collection.languages)
    phrases = names_of(collection, given, len(labels), space, space.centred(collection.vectors, collection.languages))
    meant = default_embedder().encode([label.replace("_", " ") for label in labels])
    for what, said in (("name", [p[0] if p else "" for p in phrases]), ("phrases", [" ".join(p) for p in phrases])):
        first, third = ranks(default_embedder().encode(said), meant)
        print(f"{path.stem}: right label by {what}: first {first:.3f}, among three {third:.3f} ({len(labels)} labels)")


def ranks(said: Vectors, meant: Vectors) -> tuple[float, float]:
    """Share of rows whose own column is the nearest, and is among the three nearest."""
    near = said @ meant.T
    better = (near > np.diag(near)[:, None]).sum(axis=1)
    return float((better == 0).mean()), float((better < 3).mean())


def grouped_names(path: Path, show: bool) -> None:
    rows = read(path, CAP)
    grouping = discover([row["text"] for row in rows], languages=[row["lang"] for row in rows])
    names = [theme.name for theme in grouping.themes]
    poor = [name for name in names if max(fitness(name, code) for code in ("en", "pl")) <= POOR]
    print(f"{path.stem}: {len(names)} themes, {len(set(map(str.casefold, names)))} different names, {len(poor)} poor")
    for theme in grouping.themes if show else ():
        print(f"  {theme.size:4} {theme.name}: {', '.join(theme.phrases[1:])}")


def main() -> None:
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    folder = Path(given[0]) if given else Path(__file__).resolve().parents[2] / "shared" / "data" / "themes"
    if not (folder / "banking77.csv").is_file():
        raise SystemExit(f"{folder} holds no banking77.csv: name the folder that does.")
    label_names(folder / "banking77.csv")
    for path in sorted(folder.glob("*.csv")):
        grouped_names(path, "--show" in sys.argv)


if __name__ == "__main__":
    main()
