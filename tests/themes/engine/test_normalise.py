"""The space of meanings: languages lie upon each other, and no direction that all share hides the others."""

from __future__ import annotations

import numpy as np

from feedback_app.themes.engine.vectors.embedders import unit
from feedback_app.themes.engine.vectors.normalise import fit_space

RNG = np.random.default_rng(11)


def two_languages(each: int = 60):
    """The same subjects said in two languages; each language also lies in a direction of its own."""
    said = RNG.normal(size=(each, 12)).astype(np.float32)
    said[:, 0] = 0
    english, polish = said.copy(), said.copy()
    english[:, 0], polish[:, 0] = 6, -6
    return unit(np.vstack([english, polish])), ["en"] * each + ["pl"] * each


def test_what_is_said_in_two_languages_lies_together_once_their_means_are_gone():
    vectors, languages = two_languages()
    each = len(vectors) // 2
    centred = fit_space(vectors, languages).centred(vectors, languages)
    same_raw = (vectors[:each] * vectors[each:]).sum(axis=1).mean()
    same = (centred[:each] * centred[each:]).sum(axis=1).mean()
    assert same_raw < 0
    assert same > 0.4
    assert np.allclose(np.linalg.norm(centred, axis=1), 1, atol=1e-5)


def test_a_language_never_met_is_centred_by_the_mean_of_all():
    vectors, languages = two_languages()
    space = fit_space(vectors, languages)
    (stranger,) = space.centred(vectors[:1], ["fr"])
    assert np.allclose(stranger, unit(vectors[:1] - space.means[:1])[0], atol=1e-6)


def test_one_text_in_a_language_keeps_most_of_what_it_says():
    vectors, languages = two_languages()
    languages[0] = "de"
    space = fit_space(vectors, languages)
    assert np.linalg.norm(space.means[1 + space.languages.index("de")] - vectors[0]) > 0.5
    assert np.isfinite(space.centred(vectors, languages)).all()


def test_a_direction_that_all_share_is_toned_down_and_the_others_are_heard():
    loud = RNG.normal(size=(200, 12)).astype(np.float32)
    loud[:, 3] *= 12
    vectors = unit(loud)
    languages = ["en"] * len(vectors)
    space = fit_space(vectors, languages)
    centred = space.centred(vectors, languages)

    def loudest_share(rows):
        strength = np.linalg.svd(rows, compute_uv=False) ** 2
        return strength[0] / strength.sum()

    assert loudest_share(space.view(centred)) < loudest_share(centred) - 0.1


def test_the_same_rows_give_the_same_space_to_the_sign():
    vectors, languages = two_languages()
    one, two = fit_space(vectors, languages), fit_space(vectors.copy(), list(languages))
    assert (one.basis == two.basis).all()
    assert one.languages == two.languages == ("en", "pl")


def test_texts_that_all_say_the_same_are_no_error():
    vectors = np.tile(np.eye(1, 12, dtype=np.float32), (5, 1))
    space = fit_space(vectors, ["en"] * 5)
    assert np.isfinite(space.view(space.centred(vectors, ["en"] * 5))).all()
    assert np.isfinite(fit_space(vectors[:1], ["pl"]).basis).all()
