"""The shipped subjects in the form in which the engine hears them. Pure; importing it loads the numerical libraries."""

from collections.abc import Iterator
from functools import cache

from feedback_app.settings import LANGUAGES
from feedback_app.themes.engine.classify.known_subjects import GENERAL, NOTHING, KnownSubjects
from feedback_app.themes.library.reader import SECTORS, Subject, asides, sectors


@cache
def subjects() -> dict[int, Subject]:
    """All shipped subjects by the number under which the engine knows them; NOTHING is not among them."""
    every = (subject for sector in sectors() for subject in sector.subjects)
    return dict(enumerate(every, start=NOTHING + 1))


@cache
def known() -> KnownSubjects:
    """The example sentences of all shipped subjects, and of none, in every shipped language."""
    texts, languages, numbers = zip(*_told(), strict=True)
    return KnownSubjects(
        texts, languages, numbers, [GENERAL, *(SECTORS.index(one.sector) for one in subjects().values())]
    )


def _told() -> Iterator[tuple[str, str, int]]:
    for code in LANGUAGES:
        yield from ((text, code, NOTHING) for text in (*asides(code).asides, *asides(code).no_content))
    for number, subject in subjects().items():
        yield from ((one.text, code, number) for code, examples in subject.examples.items() for one in examples)
