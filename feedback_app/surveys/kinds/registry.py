"""Which kinds of question there are: every module of this package that defines ``KIND``. Pure."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import MappingProxyType

from feedback_app.errors import N_, NotFound
from feedback_app.surveys import kinds as package
from feedback_app.surveys.form_spec import QuestionSpec
from feedback_app.surveys.kinds.base.kind import Problem, QuestionKind, Reply
from feedback_app.surveys.translations import is_code

CODE_LENGTH = 20  # of the column that names a question's kind

_kinds: dict[str, QuestionKind] = {}
KINDS: Mapping[str, QuestionKind] = MappingProxyType(_kinds)
"""Every kind by its code."""


def register(kind: QuestionKind) -> None:
    """Make ``kind`` known; its template must be where the templates are, see ``QuestionKind.template``.

    Kinds of this package register themselves by being here. Raises ValueError for a code that is taken or unfit.
    """
    if kind.code in _kinds or not is_code(kind.code) or len(kind.code) > CODE_LENGTH:
        raise ValueError(f"{kind.code!r} cannot be the code of a kind: taken, too long, or not small letters")
    _order([*_kinds.values(), kind])


def _order(found: Sequence[QuestionKind]) -> None:
    _kinds.clear()
    _kinds.update({one.code: one for one in sorted(found, key=lambda one: (one.position, one.code))})


@contextmanager
def registered(kind: QuestionKind) -> Iterator[None]:
    """Make ``kind`` known for a while: for tests of a kind that does not ship."""
    register(kind)
    try:
        yield
    finally:
        del _kinds[kind.code]


def kind_of(question: QuestionSpec) -> QuestionKind:
    """Return the kind of ``question``. Raises NotFound where its file is gone from this installation."""
    try:
        return _kinds[question.kind]
    except KeyError as error:
        raise NotFound(
            N_("This installation does not know questions of the kind “%(kind)s”."), kind=question.kind
        ) from error


def clean(raw: Sequence[str], question: QuestionSpec) -> Reply | Problem:
    """Return the reply to ``question`` in what a form sent, or the problem with it; see ``QuestionKind.clean``."""
    return kind_of(question).clean(raw, question)


def free_texts() -> tuple[str, ...]:
    """Return the codes of the kinds that hold people's own words; what stands for a whole response comes first."""
    return tuple(one.code for one in by_precedence() if one.free_text)


def scores() -> tuple[QuestionKind, ...]:
    """Return the kinds whose number tells how content somebody is; what stands for a whole response comes first."""
    return tuple(one for one in by_precedence() if one.score)


def by_precedence() -> list[QuestionKind]:
    """Return all kinds, the highest precedence first."""
    return sorted(_kinds.values(), key=lambda one: -one.precedence)


for _module in pkgutil.iter_modules(package.__path__):
    if _kind := getattr(import_module(f"{package.__name__}.{_module.name}"), "KIND", None):
        register(_kind)
