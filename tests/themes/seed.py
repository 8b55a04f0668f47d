"""The demo company's answers as rows, for tests and benchmarks of this room; each function commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from feedback_app import clock
from feedback_app.contacts.models import Contact
from feedback_app.database import transaction
from feedback_app.demo import data
from feedback_app.responses.models import Answer, Response
from feedback_app.surveys.models import Option, Question, Section, Survey
from feedback_app.surveys.questionnaires import ready_made
from feedback_app.themes.engine.text.lemmas import lemma
from feedback_app.themes.engine.text.texts import text_key
from feedback_app.themes.models import Codebook, CodebookSurvey, Mention, Placement, Theme
from feedback_app.themes.search.normalise import search_words


def demo_surveys() -> dict[str, int]:
    """The ready-made surveys with their questions; ids by slug."""
    ids = {}
    with transaction() as session:
        for slug in ready_made.names():
            ready = ready_made.load(slug).form
            survey = Survey(slug=slug, state="published", languages=["en", "pl"], title=dict(ready.title))
            session.add(survey)
            session.flush()
            ids[slug] = survey.id
            position = 0
            for place, part in enumerate(ready.sections, 1):
                section = Section(survey_id=survey.id, position=place, title=dict(part.title))
                session.add(section)
                for one in part.questions:
                    position += 1
                    question = Question(
                        survey_id=survey.id, section=section, position=position, code=one.code, kind=one.kind,
                        text=dict(one.text), required=one.required,
                    )  # fmt: skip
                    question.options = [
                        Option(position=at, code=option.code, label=dict(option.label))
                        for at, option in enumerate(one.options, 1)
                    ]
                    session.add(question)
    return ids


def demo_answers(surveys: dict[str, int], most: int = 10_000) -> int:
    """The responses of the demo company (at most so many), with their contacts; how many."""
    with transaction() as session:
        people = {}
        for one in data.contacts():
            person = Contact(
                email=one.email, email_key=one.email.lower(), name=one.name, kind=one.kind,
                stage_lost=one.stage_lost, language=one.language, attributes=dict(one.attributes),
            )  # fmt: skip
            people[one.email] = person
            session.add(person)
        session.flush()
        questions = {(one.survey_id, one.code): one for one in session.query(Question)}
        for given in data.responses()[:most]:
            person, survey_id = people[given.email], surveys[given.survey]
            response = Response(
                survey_id=survey_id, contact_id=person.id, source="link", language=given.language, kind=person.kind,
                stage_lost=person.stage_lost, submitted_at=given.answered_at(clock.now()),
            )  # fmt: skip
            for code, value in given.answers.items():
                question = questions[survey_id, code]
                if "text" in question.kind:
                    response.answers.append(Answer(question_id=question.id, text=str(value)))
                elif isinstance(value, bool | int):
                    response.answers.append(Answer(question_id=question.id, number=int(value)))
                else:
                    chosen = value if isinstance(value, tuple) else (str(value),)
                    response.answers.append(Answer(question_id=question.id, chosen=f"|{'|'.join(chosen)}|"))
            session.add(response)
    return min(most, len(data.responses()))


def a_codebook(survey_ids: Sequence[int], name: str = "Voices") -> int:
    """A codebook shared by surveys; its id."""
    with transaction() as session:
        codebook = Codebook(name=name)
        session.add(codebook)
        session.flush()
        session.add_all(CodebookSurvey(survey_id=one, codebook_id=codebook.id) for one in survey_ids)
    return codebook.id


def a_theme(codebook_id: int, name: str, **more: object) -> int:
    """An open theme; its id."""
    with transaction() as session:
        theme = Theme(codebook_id=codebook_id, name=name, **more)
        session.add(theme)
    return theme.id


def some_mentions(
    response: Response, texts: Sequence[str], theme_id: int | None = None, sure: float = 0.8
) -> list[int]:
    """Mentions of the first text answer of a response, placed by the machine when a theme is given; their ids."""
    with transaction() as session:
        answer = session.query(Answer).filter(Answer.response_id == response.id, Answer.text.is_not(None)).first()
        assert answer is not None
        start = session.query(Mention).filter_by(answer_id=answer.id).count() * 1000
        found = [
            Mention(
                answer_id=answer.id,
                response_id=response.id,
                survey_id=response.survey_id,
                contact_id=response.contact_id,
                start=start + at * 1000,
                end=start + at * 1000 + len(text),
                text=text,
                words=search_words(text, response.language, ("en", "pl"), lemma),
                text_key=text_key(text),
                language=response.language,
                judged_at=clock.now() - timedelta(minutes=1),
            )
            for at, text in enumerate(texts)
        ]
        session.add_all(found)
        session.flush()
        if theme_id is not None:
            session.add_all(Placement(mention_id=one.id, theme_id=theme_id, confidence=sure) for one in found)
    return [one.id for one in found]
