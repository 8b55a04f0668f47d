"""A survey as the respondent meets it: frozen, complete, free of the database. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from feedback_app.surveys.translations import Words


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One choice; the code is the same in every language."""

    code: str
    label: Words
    id: int = 0


@dataclass(frozen=True, slots=True)
class QuestionSpec:
    """One question, with its options in order. ``kind`` is one of ``kinds.registry.KINDS``."""

    code: str
    kind: str
    text: Words
    help: Words = field(default_factory=dict)
    required: bool = False
    options: tuple[OptionSpec, ...] = ()
    low_label: Words = field(default_factory=dict)
    high_label: Words = field(default_factory=dict)
    id: int = 0

    @property
    def field(self) -> str:
        """The name of its inputs in the answering form; the prefix keeps codes and other fields apart."""
        return f"q_{self.code}"


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A part of the survey; without words in its title it shows no heading."""

    title: Words
    questions: tuple[QuestionSpec, ...]
    id: int = 0


@dataclass(frozen=True)
class FormSpec:
    """The whole survey. Equal versions (``survey_id``, ``changed_at``) have equal content."""

    slug: str
    languages: tuple[str, ...]
    title: Words
    intro: Words
    thanks: Words
    sections: tuple[SectionSpec, ...]
    survey_id: int = 0
    state: str = "draft"
    changed_at: datetime | None = None

    @cached_property
    def questions(self) -> tuple[QuestionSpec, ...]:
        """All questions in the order in which they are asked."""
        return tuple(question for section in self.sections for question in section.questions)

    @cached_property
    def question_ids(self) -> frozenset[int]:
        """The ids of all questions."""
        return frozenset(question.id for question in self.questions)

    @cached_property
    def by_code(self) -> dict[str, QuestionSpec]:
        """Every question by its code."""
        return {question.code: question for question in self.questions}

    def language_for(self, wish: str) -> str:
        """Return ``wish`` when the survey speaks it, else the survey's first language."""
        return wish if wish in self.languages else self.languages[0]
