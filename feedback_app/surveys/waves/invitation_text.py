"""The words of an invitation: which placeholders they may have, and how they become paragraphs and a button. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from feedback_app.errors import N_
from feedback_app.surveys.form_spec import FormSpec
from feedback_app.surveys.kinds.base.kind import Problem
from feedback_app.surveys.kinds.registry import kind_of
from feedback_app.surveys.translations import Words

PLACEHOLDERS = ("name", "survey", "organisation", "link")
ANY_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
LINK = "{{link}}"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of the letter; ``button``: it was nothing but the link."""

    lines: tuple[str, ...]
    button: bool = False

    @property
    def html(self) -> Markup:
        """The paragraph as HTML: escaped, a link within it clickable; placeholders are still to be filled."""
        anchor = Markup('<a href="{{link}}">{{link}}</a>')
        return Markup("<br />").join(Markup(escape(line).replace(LINK, anchor)) for line in self.lines)  # noqa: S704


def placeholder_problems(subject: str, body: str) -> Iterator[Problem]:
    """Yield what is wrong with the placeholders of one language's letter: unknown ones by name, a missing link."""
    known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
    for text in (subject, body):
        for name in ANY_HOLE.findall(text):
            if name.strip() not in PLACEHOLDERS:
                message = N_("“%(name)s” is not a placeholder. There are: %(known)s.")
                yield Problem(message, (("name", f"{{{{{name}}}}}"[:60]), ("known", known)))
        if "{{" in (rest := ANY_HOLE.sub("", text)) or "}}" in rest:
            yield Problem(N_("There are braces that do not belong to a placeholder: “{{” or “}}”."))
    if "link" in _names(subject):
        yield Problem(N_("The link belongs in the text, not in the subject."))
    if "link" not in _names(body):
        yield Problem(N_("The text must have {{link}}: without it nobody can answer."))


def _names(text: str) -> set[str]:
    return {name.strip() for name in ANY_HOLE.findall(text)}


def letter_problems(subject: Words, body: Words, languages: Sequence[str]) -> Iterator[tuple[str, Problem]]:
    """Yield (language, problem) for every language the letter is written in; a language left out altogether is none."""
    for language in languages:
        said = subject.get(language, "").strip(), body.get(language, "").strip()
        if any(said) and not all(said):
            yield language, Problem(N_("Write both the subject and the text in this language, or neither."))
        elif all(said):
            yield from ((language, problem) for problem in placeholder_problems(*said))


def written_in(subject: Words, body: Words, languages: Sequence[str]) -> tuple[str, ...]:
    """Return those of ``languages`` in which the letter is written."""
    return tuple(code for code in languages if subject.get(code, "").strip() and body.get(code, "").strip())


def with_kind_names(text: str) -> str:
    """Return ``text`` so that it reads well for a person without a name, too.

    ``Hello {{name}},`` and ``Hello, {{name}}!`` take the blank or the comma before the name into the placeholder,
    ``{{name}}, we ...`` at the start of a line the comma after it.
    """
    text = ANY_HOLE.sub(lambda match: f"{{{{{match[1].strip()}}}}}", text)
    text = re.sub(r"(?m)^\{\{name\}\}, ", "{{opening_name}}", text)
    text = re.sub(r",[ \t]*\{\{name\}\}", "{{greeting_name}}", text)
    return re.sub(r"[ \t]\{\{name\}\}", "{{spaced_name}}", text)


def blocks(body: str) -> list[Block]:
    """Return the paragraphs of ``body``. A link alone in its paragraph is the button; without one, a button ends it."""
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", with_kind_names(body)) if part.strip()]
    made = [Block(tuple(part.split("\n")), part.strip() == LINK) for part in parts]
    return made if any(block.button for block in made) else [*made, Block((LINK,), button=True)]


def minutes(form: FormSpec) -> int:
    """Return about how many minutes answering takes, at least one: a rough sum by kind of question."""
    return max(1, (sum(kind_of(question).seconds for question in form.questions) + 30) // 60)


def chosen_language(wish: str, written: Sequence[str]) -> str:
    """Return ``wish`` when the letter is written in it, else its first language."""
    return wish if wish in written else written[0]
