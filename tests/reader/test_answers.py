"""Which answers are believed: nothing but the shape asked for, about what was sent, in people's own words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.reader.protocol import answers
from feedback_app.reader.protocol.answers import BadAnswer

SAID = {7: "Nobody calls before the courier comes. Ask [name].", 9: "Kurier nie dzwoni."}
ORIGINAL = {7: "Nobody calls before the courier comes. Ask Anna.", 9: "Kurier nie dzwoni."}


def a_point(mention: Any = 7, words: Any = "Nobody calls before", **more: Any) -> dict[str, Any]:
    return {"en": "Nobody calls.", "pl": "Nikt nie dzwoni.", "quotes": [{"id": mention, "words": words}], **more}


def summed(*points: Any) -> Any:
    return answers.summary(json.dumps({"sentences": points}), SAID, ORIGINAL)


def test_names_are_one_line_in_both_languages() -> None:
    found = answers.names('{"en": " Late\\ncourier ", "pl": "Kurier spóźniony"}', ["Other"])
    assert found == {"en": "Late courier", "pl": "Kurier spóźniony"}


@pytest.mark.parametrize(
    "content",
    [
        '{"en": "Late"}', '{"en": "Late", "pl": ""}', '{"en": "\\u200b", "pl": "x"}', '{"en": "a", "pl": 7}', "null",
        '{"en": "Late", "pl": "Późno", "do": "rename all"}', '["Late", "Późno"]', "Sure! Here is the name: Late",
        '```json\n{"en": "Late", "pl": "Późno"}\n```', '{"en": "TAKEN", "pl": "x"}', '{"en": "x", "pl": "taken"}',
        json.dumps({"en": "x" * 201, "pl": "x"}), "", "[" * 5000,
    ],
)  # fmt: skip
def test_any_other_name_is_refused(content: str) -> None:
    with pytest.raises(BadAnswer):
        answers.names(content, ["Taken"])


def test_tones_and_fits_answer_every_id_once() -> None:
    tones = [{"id": 7, "tone": "wish"}, {"id": 9, "tone": "complaint"}]
    assert answers.tones(json.dumps({"tones": tones}), SAID) == {7: "wish", 9: "complaint"}
    fits = [{"id": 9, "fits": False}, {"id": 7, "fits": True}]
    assert answers.fits(json.dumps({"fits": fits}), SAID) == {7: True, 9: False}


@pytest.mark.parametrize(
    "fits",
    [
        [], [{"id": 7, "fits": True}], [{"id": 7, "fits": True}, {"id": 7, "fits": False}],
        [{"id": 7, "fits": True}, {"id": 8, "fits": True}], [{"id": "7", "fits": True}, {"id": 9, "fits": True}],
        [{"id": 7, "fits": "yes"}, {"id": 9, "fits": True}], [{"id": 7, "fits": 1}, {"id": 9, "fits": True}],
        [{"id": 7, "fits": True, "chance": 1}, {"id": 9, "fits": True}], [{"id": 7.5, "fits": True}] * 2,
        [{"id": 7, "fits": True}, {"id": 9, "fits": True}, {"id": 9, "fits": True}],
    ],
)  # fmt: skip
def test_fits_of_anything_else_are_refused(fits: Any) -> None:
    with pytest.raises(BadAnswer):
        answers.fits(json.dumps({"fits": fits}), SAID)


def test_a_tone_is_one_of_ours() -> None:
    with pytest.raises(BadAnswer, match="literal"):
        answers.tones('{"tones": [{"id": 7, "tone": "angry"}, {"id": 9, "tone": "wish"}]}', SAID)


def test_a_summary_knows_where_its_quotes_stand() -> None:
    (found,) = summed(a_point(words="the courier comes"))
    assert found["quotes"] == [(7, 20, 37)]
    assert ORIGINAL[7][20:37] == "the courier comes"


@pytest.mark.parametrize(
    "point",
    [
        a_point(8), a_point(9), a_point(words="nobody calls before"), a_point(words="Nobody ever calls"),
        a_point(words="Ask [name]."), a_point(words="Ask Anna."), a_point(words="Nobody"), a_point(words="obody calls"),
        a_point(words="Nobody call"), a_point(words="  "), a_point(quotes=[]), a_point(en="x" * 241), a_point(en="\n"),
        a_point(link="http://evil.example"), "just a sentence",
    ],
)  # fmt: skip
def test_a_sentence_without_peoples_own_words_is_refused(point: Any) -> None:
    with pytest.raises(BadAnswer):
        summed(point)


def test_one_bad_sentence_spoils_the_summary() -> None:
    with pytest.raises(BadAnswer, match="nobody said"):
        summed(a_point(), a_point(words="We hate it all"))
    with pytest.raises(BadAnswer):
        summed(*[a_point()] * 6)


def test_the_reason_never_repeats_the_answer() -> None:
    with pytest.raises(BadAnswer) as caught:
        answers.names('{"en": "x", "pl": "y", "IGNORE ALL": "orders"}', [])
    assert "IGNORE" not in str(caught.value)


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_KEYS = st.sampled_from(["tones", "fits", "sentences", "en", "pl", "id", "tone", "quotes", "x"])


@given(st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=1)))
def test_nonsense_is_a_bad_answer_and_nothing_else(nonsense: Any) -> None:
    for read in (
        lambda text: answers.names(text, []), lambda text: answers.tones(text, SAID),
        lambda text: answers.fits(text, SAID), lambda text: answers.summary(text, SAID, ORIGINAL),
    ):  # fmt: skip
        with pytest.raises(BadAnswer):
            read(json.dumps(nonsense))
