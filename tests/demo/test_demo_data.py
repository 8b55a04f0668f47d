"""The demo company: safe to write to, consistent in itself, and as varied as real people are."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, time

import pytest

from feedback_app.common.strict_json import LANGUAGES, BadDocument
from feedback_app.demo import data
from feedback_app.demo.data import DemoResponse
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.kind import AnswerValue
from feedback_app.surveys.questionnaires.ready_made import load

# RFC 2606, sections 2 and 3: names that can never belong to anybody.
RESERVED = re.compile(r"^[a-z0-9.+-]+@([a-z0-9-]+\.)*(example\.(com|net|org)|[a-z0-9-]+\.(example|test|invalid))$")
KINDS = {
    "customer": "customer",
    "lost-prospect": "lost_prospect",
    "former-customer": "former_customer",
}
STATES = ["made", "made", "planned", "considered", "declined", "declined"]
ROLES = {"admin", "product_owner", "announcer", "viewer"}


def questions(survey: str) -> dict[str, QuestionSpec]:
    return {question.code: question for question in load(survey).form.questions}


def free_texts(language: str) -> list[str]:
    return [
        value
        for response in data.responses()
        if response.language == language
        for code, value in response.answers.items()
        if questions(response.survey)[code].kind == "long_text" and isinstance(value, str)
    ]


def sentences(text: str) -> list[str]:
    return [piece for piece in re.split(r"(?<=[.!?…])\s+", text) if re.search(r"\w", piece)]


def fits(question: QuestionSpec, value: AnswerValue) -> bool:
    codes = {option.code for option in question.options}
    if question.kind in ("rating", "nps"):
        low, high = (0, 10) if question.kind == "nps" else (1, 5)
        return type(value) is int and low <= value <= high
    if question.kind == "yes_no":
        return isinstance(value, bool)
    if question.kind == "single_choice":
        return value in codes
    if question.kind == "multiple_choice":
        return isinstance(value, tuple) and 0 < len(set(value)) == len(value) and set(value) <= codes
    return isinstance(value, str) and value == value.strip() != ""


def test_every_address_is_in_a_reserved_domain() -> None:
    firm = data.company()
    addresses = [contact.email for contact in data.contacts()]
    addresses += [firm.sender_address, *(person.email for person in firm.staff)]
    assert [address for address in addresses if not RESERVED.match(address)] == []


def test_every_person_has_an_address_and_a_name_of_their_own() -> None:
    people = data.contacts()
    assert 400 <= len(people) == len({contact.email for contact in people})
    assert len({contact.name for contact in people}) == len(people)


def test_contact_kinds_are_known_and_only_lost_prospects_have_a_stage() -> None:
    stages = {option.code for option in questions("lost-prospect")["stage"].options}
    for contact in data.contacts():
        assert contact.kind in {*KINDS.values(), "prospect"}
        assert (contact.stage_lost in stages) == (contact.kind == "lost_prospect")
        assert contact.stage_lost == "" or contact.kind == "lost_prospect"
        assert ("since" in contact.attributes) == (contact.kind in ("customer", "former_customer"))
        assert {"city", "plan"} <= set(contact.attributes)


def test_all_stages_and_kinds_occur() -> None:
    stages = Counter(contact.stage_lost for contact in data.contacts() if contact.stage_lost)
    assert min(stages.values()) >= 3
    assert len(stages) == 7
    assert min(Counter(contact.kind for contact in data.contacts()).values()) >= 20


@pytest.mark.parametrize("people", [data.contacts, data.responses])
def test_about_two_thirds_are_polish(people: object) -> None:
    languages = Counter(entry.language for entry in people())  # type: ignore[operator]
    assert set(languages) == set(LANGUAGES)
    assert 0.6 <= languages["pl"] / languages.total() <= 0.7


def test_every_response_belongs_to_a_contact_of_the_right_kind_and_language() -> None:
    people = {contact.email: contact for contact in data.contacts()}
    for response in data.responses():
        assert people[response.email].kind == KINDS[response.survey]
        assert people[response.email].language == response.language


def test_nobody_answers_twice_and_some_have_not_answered() -> None:
    answered = [response.email for response in data.responses()]
    assert 320 <= len(answered) == len(set(answered)) < len(data.contacts())


def test_every_answer_fits_its_question() -> None:
    for response in data.responses():
        known = questions(response.survey)
        assert set(response.answers) <= set(known)
        assert {code for code, question in known.items() if question.required} <= set(response.answers)
        for code, value in response.answers.items():
            assert fits(known[code], value), f"{response.email}: {code}={value!r}"


def test_a_lost_prospect_left_at_the_stage_we_know_of() -> None:
    people = {contact.email: contact for contact in data.contacts()}
    lost = [response for response in data.responses() if response.survey == "lost-prospect"]
    assert [r.email for r in lost if r.answers["stage"] != people[r.email].stage_lost] == []


def test_no_text_occurs_twice() -> None:
    texts = [" ".join(re.findall(r"\w+", text.lower())) for language in LANGUAGES for text in free_texts(language)]
    assert [text for text, times in Counter(texts).items() if times > 1] == []


@pytest.mark.parametrize(("language", "least"), [("pl", 300), ("en", 180)])
def test_the_free_texts_are_many_and_of_many_lengths(language: str, least: int) -> None:
    found = {sentence for text in free_texts(language) for sentence in sentences(text)}
    assert len(found) >= least
    words = sorted(len(text.split()) for text in free_texts(language))
    assert words[0] <= 3
    assert words[-1] >= 50
    assert words[len(words) // 4] < words[3 * len(words) // 4] / 1.5


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_beginning_is_a_template(language: str) -> None:
    beginnings = Counter(" ".join(text.lower().split()[:4]) for text in free_texts(language))
    assert beginnings.most_common(1)[0][1] <= 3


def test_some_polish_is_written_without_diacritics() -> None:
    plain = [text for text in free_texts("pl") if len(text.split()) > 5 and not re.search("[ąćęłńóśźż]", text)]
    assert len(plain) >= 8


def test_answers_are_spread_over_five_months_oldest_first() -> None:
    days = [response.days_ago for response in data.responses()]
    assert days == sorted(days, reverse=True)
    assert 1 <= days[-1] <= 7
    assert 140 <= days[0] <= 155
    months = Counter(day // 31 for day in days)
    assert min(months[month] for month in range(5)) >= 20


def test_the_moment_of_answering_is_counted_back_from_now() -> None:
    response = DemoResponse("a@example.com", "customer", "en", 3, time(7, 5), {})
    now = datetime(2031, 3, 2, 1, 30, 9, tzinfo=UTC)
    assert response.answered_at(now) == datetime(2031, 2, 27, 7, 5, tzinfo=UTC)


def test_the_changes_tell_the_whole_story() -> None:
    assert [change.state for change in data.changes()] == STATES
    told = [change for change in data.changes() if change.announced_days_ago is not None]
    assert [change.state for change in told] == ["made"]


def test_changes_concern_processes_and_staff_of_the_company() -> None:
    firm = data.company()
    for change in data.changes():
        assert change.process in {process.code for process in firm.processes}
        assert change.owner in {person.email for person in firm.staff}


def test_the_days_of_a_change_are_in_order() -> None:
    for change in data.changes():
        since = change.since_days_ago
        if since is None:
            assert change.state == "considered"
        else:
            assert (since < 0) == (change.state == "planned")
            assert since <= change.logged_days_ago
        if change.announced_days_ago is not None:
            assert since is not None
            assert 0 < change.announced_days_ago <= since


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_speak_about_what_each_change_concerns(language: str) -> None:
    everything = [text.lower() for text in free_texts(language)]
    for change in data.changes():
        stems = [word.lower()[:5] for word in change.about[language]]
        assert sum(any(stem in text for stem in stems) for text in everything) >= 3, change.code


def test_a_declined_change_gives_a_reason_worth_the_name() -> None:
    for change in data.changes():
        if change.state == "declined":
            assert all(len(change.why[language].split()) >= 25 for language in LANGUAGES)


def test_there_is_somebody_for_every_role_and_no_password() -> None:
    people = data.company().staff
    assert {role for person in people for role in person.roles} == ROLES
    assert "password" not in repr(people).lower()


@pytest.mark.parametrize("value", [None, 1.5, {"a": None}, ["a", 1]])
def test_an_answer_of_another_shape_is_refused_with_its_place(value: object) -> None:
    answered = {"email": "a@b", "survey": "s", "language": "en", "days_ago": 3, "time": "12:30"}
    lines = [json.dumps({**answered, "answers": {"why": told}}) for told in ("fine", value)]
    with pytest.raises(BadDocument, match=r"answers\.jsonl:2 answers\.why: an answer is"):
        data.read_responses("\n".join(lines))
