"""How fast does the machine learn from corrections? `PYTHONPATH=. python benchmarks/themes_corrections.py [--help]`.

Reads CSV files with the columns text, label and lang (../shared/data/themes unless --folder names another). The first
rows of a file are grouped into as many themes as it has labels; every theme takes the label that most of its texts
carry. Then people "confirm" the label of some texts, drawn at random, and the machine learns. Printed per number of
confirmed texts: macro-F1 on the texts nobody looked at, for the themes as found and as learnt, the blend that
cross-validation chose (weight of the found themes, weight of the classifier), how far the machine expects to agree,
and the expected calibration error of its confidence.
"""

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from feedback_app.themes.engine.classify.calibration import calibration_error
from feedback_app.themes.engine.vectors.embedders import VectorCache
from feedback_app.themes.grouping.learning import learn
from feedback_app.themes.grouping.pipeline import discover

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "themes"
Ids = NDArray[np.int64]


def read(path: Path, cap: int) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))[:cap]


def macro_f1(truth: Ids, said: Ids) -> float:
    return float(f1_score(truth, said, average="macro", labels=range(int(truth.max()) + 1), zero_division=0))


def by_majority(found: Ids, truth: Ids) -> Ids:
    """The label of each row's theme; -1 where it has no theme."""
    label = {t: Counter(truth[found == t].tolist()).most_common(1)[0][0] for t in set(found.tolist()) if t >= 0}
    return np.array([label.get(theme, -1) for theme in found.tolist()])


def ids(themes: tuple[int | None, ...]) -> Ids:
    return np.array([-1 if theme is None else theme for theme in themes])


def try_file(path: Path, cap: int, numbers: list[int], draws: int, strong: bool) -> None:
    rows = read(path, cap)
    texts, spoken = [row["text"] for row in rows], [row["lang"] for row in rows]
    labels = sorted({row["label"] for row in rows})
    truth = np.array([labels.index(row["label"]) for row in rows])
    vectors: VectorCache = {}
    grouping = discover(texts, languages=spoken, themes=len(labels), strong=strong, vectors=vectors)
    found = by_majority(ids(grouping.assigned), truth)
    for number in (one for one in numbers if one < len(rows)):
        lines = []
        for draw in range(draws):
            told = np.zeros(len(rows), dtype=bool)
            told[np.random.RandomState(draw).permutation(len(rows))[:number]] = True
            confirmed = [int(label) if known else None for label, known in zip(truth, told, strict=True)]
            guessed = [int(theme) if theme >= 0 else None for theme in found]
            learnt = learn(texts, confirmed, guessed, languages=spoken, strong=strong, vectors=vectors)
            said, sure = ids(learnt.assigned)[~told], np.array(learnt.confidence)[~told]
            error = calibration_error(sure, said == truth[~told])
            before, after = macro_f1(truth[~told], found[~told]), macro_f1(truth[~told], said)
            lines.append((before, after, *learnt.blend, learnt.agreement, float((said == truth[~told]).mean()), error))
        before, after, prior, spoke, agreed, right, error = np.mean(lines, axis=0)
        print(
            f"{path.stem:14} {number:4} confirmed: macro-F1 {before:.3f} -> {after:.3f}   blend {prior:.2f}:{spoke:.2f}"
            f"   expects {agreed:.3f}, is right {right:.3f}   calibration error {error:.3f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="CSV files with the columns text, label, lang")
    parser.add_argument("--sets", default="banking77,topics8_pl", help="names of files, without .csv")
    parser.add_argument("--cap", type=int, default=2_500, help="rows of each file (default 2500)")
    parser.add_argument("--confirmed", default="50,100,200,400,800", help="numbers of confirmed texts")
    parser.add_argument("--draws", type=int, default=2, help="random draws that are averaged (default 2)")
    parser.add_argument("--strong", action="store_true", help="also use the stronger encoder")
    given = parser.parse_args()
    for name in given.sets.split(","):
        path = given.folder / f"{name}.csv"
        if not path.is_file():
            raise SystemExit(f"{path} is not there: name its folder with --folder, or other files with --sets.")
        try_file(path, given.cap, [int(one) for one in given.confirmed.split(",")], given.draws, given.strong)


if __name__ == "__main__":
    main()
