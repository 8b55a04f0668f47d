"""What a confidence is worth: a curve from what the machine felt to how often it was right (Platt, 1999)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from feedback_app.themes.engine.vectors.embedders import Vectors

ENOUGH = 20
"""Fewer judged cases than this say nothing about a confidence."""

_BINS = 10
_CLOSEST = 1e-4


@dataclass(frozen=True, slots=True)
class Curve:
    """Confidence p becomes the logistic of slope * logit(p) + shift. Never falls as p rises."""

    slope: float = 1.0
    shift: float = 0.0

    def of(self, confidence: NDArray[np.floating]) -> Vectors:
        """The share of cases of this confidence that are right, 0..1."""
        raised = self.slope * _logit(confidence) + self.shift
        return np.asarray(1 / (1 + np.exp(-raised)), dtype=np.float32)


PLAIN = Curve()
"""Nothing is known: a confidence is what it says."""


def fit_curve(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> Curve:
    """The curve that fits cases of which it is known whether they were right; PLAIN where too few tell."""
    if len(right) < ENOUGH or right.all() or not right.any():
        return PLAIN
    model = LogisticRegression(C=1.0).fit(_logit(confidence)[:, None], right)
    return Curve(max(0.0, float(model.coef_[0, 0])), float(model.intercept_[0]))


def calibration_error(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al., 2015): mean gap of confidence and accuracy in ten equal bins."""
    at = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(float(confidence[at == b].mean() - right[at == b].mean())) * (at == b).mean() for b in np.unique(at)]
    return float(sum(gaps))


def _logit(confidence: NDArray[np.floating]) -> NDArray[np.float64]:
    kept = np.clip(np.asarray(confidence, dtype=np.float64), _CLOSEST, 1 - _CLOSEST)
    return np.asarray(np.log(kept / (1 - kept)))
