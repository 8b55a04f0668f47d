"""What is spoken of, without how it is said: a second view of a text, made of its nouns, verbs and adjectives.

A sentence encoder also hears who speaks, how politely, and that numbers and dates are told; in a small collection
of short answers whole "themes" come of that ("three weeks", "nobody told me"). A text without its function words,
adverbs, numerals and vague nouns has little left but its subject. Beside the whole sentence, at half its weight,
that view groups by subject; alone it would lose what only the sentence says ("why", "not yet").
"""

from collections.abc import Sequence

from feedback_app.themes.engine.text.languages import Languages
from feedback_app.themes.engine.text.texts import words
from feedback_app.themes.engine.text.word_kinds import kind
from feedback_app.themes.engine.vectors.embedders import Vectors, default_embedder
from feedback_app.themes.engine.vectors.normalise import fit_space

WEIGHT = 0.5
"""Of the subject beside the sentence. Half: heard, but never louder than what was said."""

_TELLING = frozenset(["noun", "verb", "adjective"])


def subject_of(text: str, language: str) -> str:
    """The telling words of a text in their order; the text itself where it has none."""
    return " ".join(word for word in words(text) if kind(word, language) in _TELLING) or text


def subject_view(texts: Sequence[str], languages: Languages, vectors: Vectors | None = None) -> Vectors:
    """Unit vectors of the subjects, in the form in which neighbours are looked for. At least one text.

    `vectors` are those of the subjects where they are at hand.
    """
    made = _encoded(texts, languages) if vectors is None else vectors
    space = fit_space(made, languages)
    return space.view(space.centred(made, languages))


def _encoded(texts: Sequence[str], languages: Languages) -> Vectors:
    subjects = [subject_of(text, language) for text, language in zip(texts, languages, strict=True)]
    distinct = {subject: row for row, subject in enumerate(dict.fromkeys(subjects))}
    # In this process: subjects are short, and starting others would take longer than encoding a sample.
    return default_embedder().encode(list(distinct))[[distinct[subject] for subject in subjects]]
