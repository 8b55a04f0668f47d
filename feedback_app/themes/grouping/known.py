"""The shipped subjects in the form in which the engine hears them. Pure; importing it loads the numerical libraries."""

from functools import cache

from feedback_app.themes.engine.classify.known_subjects import KnownSubjects
from feedback_app.themes.library.reader import SECTORS, Subject, sectors


@cache
def subjects() -> tuple[Subject, ...]:
    """All shipped subjects; their place here is the number by which the engine knows them."""
    return tuple(subject for sector in sectors() for subject in sector.subjects)


@cache
def known() -> KnownSubjects:
    """The example sentences of all shipped subjects, in every shipped language."""
    told = [
        (example.text, language, number)
        for number, subject in enumerate(subjects())
        for language, examples in subject.examples.items()
        for example in examples
    ]
    texts, languages, numbers = zip(*told, strict=True)
    return KnownSubjects(texts, languages, numbers, [SECTORS.index(subject.sector) for subject in subjects()])
