"""Several encoders reconciled among neighbours, and the middle of a plateau."""

import numpy as np
from sklearn.metrics import adjusted_rand_score

from feedback_app.themes.engine.cluster.choose_count import Cut, choose
from feedback_app.themes.engine.cluster.partition import partition
from feedback_app.themes.engine.vectors.graphs import neighbour_graph, reconciled, summed

SUBJECTS, EACH, DIMENSIONS = 6, 60, 64
SUBJECT_OF = np.repeat(np.arange(SUBJECTS), EACH)


def heard(seed: int, noise: float):
    """One encoder's view of the same texts: their subject, and noise of its own."""
    draw = np.random.default_rng(seed)
    said = draw.normal(size=(SUBJECTS, DIMENSIONS))[SUBJECT_OF] + noise * draw.normal(
        size=(len(SUBJECT_OF), DIMENSIONS)
    )
    return (said / np.linalg.norm(said, axis=1, keepdims=True)).astype(np.float32)


def test_what_one_encoder_alone_hears_fades():
    views = [heard(seed, 2.5) for seed in (1, 2, 3)]
    joint = np.hstack(views) / np.float32(3**0.5)
    graph, moved = reconciled(summed([neighbour_graph(view) for view in views]), joint)

    def nearer_to_its_own(view):
        centres = np.stack([view[subject == SUBJECT_OF].mean(axis=0) for subject in range(SUBJECTS)])
        scores = view @ (centres / np.linalg.norm(centres, axis=1, keepdims=True)).T
        return scores[np.arange(len(SUBJECT_OF)), SUBJECT_OF].mean() - scores.mean()

    assert nearer_to_its_own(moved) > 1.2 * nearer_to_its_own(joint)
    assert np.allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-5)
    assert graph.shape == (len(SUBJECT_OF), len(SUBJECT_OF))
    assert graph.diagonal().max() == 0


def test_a_row_without_neighbours_stays_where_it_is():
    alone = heard(1, 0.1)[:1]
    graph, moved = reconciled(neighbour_graph(alone), alone)
    assert graph.nnz == 0
    assert np.allclose(moved, alone, atol=1e-6)


def test_several_blurred_encoders_together_find_the_subjects():
    found = partition([heard(seed, 2.0) for seed in (1, 2, 3)], SUBJECTS)
    assert adjusted_rand_score(SUBJECT_OF, found) > 0.9


def test_the_middle_of_a_plateau_is_chosen_and_a_peak_is_kept():
    def cuts(clarity):
        rows = np.arange(2_000)
        return [Cut(rows % count, 1.0, clear) for count, clear in clarity.items()]

    flat = cuts(dict.fromkeys((10, 20, 40), 0.1))
    assert flat[choose(flat, 2_000)].count == 20
    peak = cuts({8: 0.1, 10: 0.2, 20: 0.9, 40: 0.2, 60: 0.1})
    assert peak[choose(peak, 2_000)].count == 20
