"""The regression on dense and sparse features finds what a regression on one table finds."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from feedback_app.themes.engine.classify import logistic
from feedback_app.themes.engine.classify.classifier import softmax


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("worded", [True, False])
def test_it_is_the_regression_of_scikit_learn(classes: int, worded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logistic, "_FLAT", 1e-5)
    draw = np.random.RandomState(classes)
    goal = draw.randint(0, classes, 150)
    dense = (draw.standard_normal((classes, 12))[goal] + draw.standard_normal((150, 12))).astype(np.float32)
    words = sparse.random(150, 40, density=0.1, random_state=0, format="csr", dtype=np.float32) if worded else None
    weights = draw.uniform(0.5, 3, 150).astype(np.float32)
    found, intercepts = logistic.fit_logistic(dense, words, goal, weights, 5.0 if classes == 2 else 10.0)
    table = sparse.hstack([sparse.csr_matrix(dense), words], format="csr") if worded else sparse.csr_matrix(dense)
    other = LogisticRegression(C=10.0, tol=1e-5, max_iter=500).fit(table.astype(np.float64), goal, weights)
    rows = np.hstack([dense, words.toarray()]) if words is not None else dense
    chances = softmax(rows @ found.T + intercepts)
    assert np.abs(chances - other.predict_proba(rows)).max() < 0.01
