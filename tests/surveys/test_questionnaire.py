from __future__ import annotations

import json
from typing import Any

import pytest

from feedback_app.errors import Refused
from feedback_app.surveys import limits
from feedback_app.surveys.builder.completeness import gaps
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.surveys.questionnaires.document import read, write
from feedback_app.surveys.waves.invitation_text import letter_problems

SMALL: dict[str, Any] = {
    "title": {"en": "Small"},
    "sections": [{"questions": [{"kind": "long_text", "text": {"en": "What did you expect?"}}]}],
}


def document(**more: Any) -> bytes:
    return json.dumps({**SMALL, **more}).encode()


@pytest.mark.parametrize("name", ready_made.names())
def test_what_is_written_reads_back_the_same(name: str) -> None:
    whole = ready_made.load(name)
    assert read(write(whole).encode()) == whole


@pytest.mark.parametrize("name", ready_made.names())
def test_ready_made_surveys_can_be_published_and_sent_as_they_are(name: str) -> None:
    whole = ready_made.load(name)
    assert gaps(whole.form) == []
    assert list(letter_problems(whole.subject, whole.body, whole.form.languages)) == []


def test_codes_slug_and_languages_follow_from_the_words() -> None:
    whole = read(document())
    assert whole.form.slug == "small"
    assert whole.form.languages == ("en",)
    assert [one.code for one in whole.form.questions] == ["what_did_you_expect"]


def test_a_byte_order_mark_is_welcome() -> None:
    assert read(b"\xef\xbb\xbf" + document()).form.slug == "small"


def test_made_codes_never_meet_given_ones() -> None:
    asked = [
        {"kind": "long_text", "text": {"en": "Why"}},
        {"kind": "long_text", "text": {"en": "Why"}, "code": "why"},
        {"kind": "long_text", "text": {"en": "Why"}},
    ]
    whole = read(document(sections=[{"questions": asked}]))
    assert [one.code for one in whole.form.questions] == ["why_2", "why", "why_3"]


def question(**more: Any) -> dict[str, Any]:
    return {"sections": [{"questions": [{"kind": "short_text", "text": {"en": "?"}, **more}]}]}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not a JSON document"),
        (b"\xff\xfe", "not a JSON document"),
        (b"[" * 100_000, "not a JSON document"),
        (b"[]", "the document: must be an object"),
        (document(sections={}), "sections: must be a list"),
        (document(sections=[7]), "sections[0]: must be an object"),
        (document(colour="red"), "colour: is not known here"),
        (document(title={"de": "Hallo"}), "title.de: is not known here"),
        (document(title={"en": 7}), "title.en: must be a text"),
        (document(title={"en": "x" * 201}), "title.en: must be a text of at most 200"),
        (document(languages=["en", "en"]), "languages: must be a list of some of en, pl"),
        (document(languages=[{}]), "languages[0]: must be a text"),
        (document(languages=["de"]), "languages: must be a list of some of en, pl"),
        (document(languages=7), "languages: must be a list"),
        (document(**question(kind="essay")), "sections[0].questions[0].kind: must be one of short_text"),
        (document(**question(code="A b")), "sections[0].questions[0].code: must be small letters"),
        (document(**question(required="yes")), "required: must be true or false"),
        (document(**question(options=[{"label": {"en": "a"}}])), "options: only choices have options"),
        (
            document(**question(kind="single_choice", options=[{"code": "a"}, {"code": "a"}])),
            "options: two options have the same code",
        ),
        (document(sections=SMALL["sections"] * 51), "sections: has more than 50 entries"),
        (document(invitation={"subject": {"en": "x" * 201}}), "invitation.subject.en: must be a text of at most 200"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(raw: bytes, message: str) -> None:
    with pytest.raises(Refused) as caught:
        read(raw)
    assert message in str(caught.value)


def test_the_same_code_twice_is_refused_across_sections() -> None:
    one = {"questions": [{"kind": "long_text", "text": {"en": "Why"}, "code": "why"}]}
    with pytest.raises(Refused, match="two questions have the same code"):
        read(document(sections=[one, one]))


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(Refused, match="too large"):
        read(b" " * (limits.FILE + 1))
