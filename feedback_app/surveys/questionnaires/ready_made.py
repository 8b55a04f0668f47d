"""Surveys that are ready to send: the wording that ships with the product, in English and Polish.

The files are questionnaires like any other: what ``document.write`` gives, read by ``document.read``.
"""

from __future__ import annotations

from functools import cache

from feedback_app.common.strict_json import folder, stems
from feedback_app.errors import N_, NotFound
from feedback_app.surveys.questionnaires.document import Questionnaire, read

_TEMPLATES = folder("feedback_app.surveys", "templates")


def names() -> list[str]:
    """The names that `load` accepts, in alphabetical order."""
    return stems(_TEMPLATES)


@cache
def load(name: str) -> Questionnaire:
    """The ready-made survey called `name`; `NotFound` lists the names where there is none."""
    return read(document(name))


def document(name: str) -> bytes:
    """The file of the ready-made survey called `name`; `NotFound` as for `load`."""
    if name not in names():
        message = N_("No ready-made survey is called “%(name)s”. There are: %(names)s.")
        raise NotFound(message, name=name, names=", ".join(names()))
    return _TEMPLATES.joinpath(f"{name}.json").read_bytes()
