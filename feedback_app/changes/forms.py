"""The form of a change: words side by side in every language, with what a state needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.validators import InputRequired, Optional

from feedback_app.changes import words
from feedback_app.changes.actions import Entry
from feedback_app.changes.models import STATE_NAMES, Change
from feedback_app.changes.reasons import REASONS
from feedback_app.changes.words import Words
from feedback_app.settings import LANGUAGES
from feedback_app.web.forms import Form, at_most

WORD_FIELDS = (
    ("process", _l("Process"), StringField, words.PROCESS_LIMIT),
    ("what", _l("What changes, or what was asked for"), TextAreaField, words.TEXT_LIMIT),
    ("why", _l("Why"), TextAreaField, words.TEXT_LIMIT),
    ("reason", _l("Reason for the “no”"), TextAreaField, words.TEXT_LIMIT),
)


class ChangeForm(Form):
    """All that is said of a change. For each language it has ``process_en``, ``what_en``, ``why_en``, ``reason_en``."""

    state = RadioField(_l("State"), choices=[SelectChoice(*one) for one in STATE_NAMES.items()], default="considered")
    since = DateField(_l("Since when, or from when"), validators=[Optional()])
    look_again_on = DateField(_l("Look at it again on"), validators=[Optional()])
    owner = SelectField(_l("Owner"), coerce=int, default=0)
    themes = SelectMultipleField(_l("Themes it answers"), coerce=int)
    start = SelectField(
        _l("Start from a reason"),
        choices=[SelectChoice("", _l("Choose…")), *(SelectChoice(code, one.name) for code, one in REASONS.items())],
        validate_choice=False,  # only offers a beginning; what is not among the reasons puts nothing in
    )

    def offer(self, owners: Iterable[tuple[int, str]], theme_ids: Iterable[int], main: str) -> None:
        """Fill in what can be chosen; ``main`` is the language the words are written in first."""
        self.owner.choices = [SelectChoice(0, _("Nobody yet")), *(SelectChoice(*one) for one in owners)]
        self.themes.choices = [SelectChoice(one, str(one)) for one in theme_ids]
        self.state.choices = [SelectChoice(code, _(name)) for code, name in STATE_NAMES.items()]
        self.start.choices = [
            SelectChoice("", _("Choose…")), *(SelectChoice(code, _(one.name)) for code, one in REASONS.items())
        ]  # fmt: skip
        self.main = main
        for name in ("process", "what", "why"):
            self[f"{name}_{main}"].flags.hidden_optional = True
        self.state.flags.hidden_optional = True

    def said(self, language: str) -> Words:
        """Return the words typed in ``language``."""
        return Words.read({name: self[f"{name}_{language}"].data for name, *_rest in WORD_FIELDS})

    def entry(self) -> Entry:
        """Return what was typed, for the verbs."""
        others = {code: self.said(code).as_dict() for code in LANGUAGES if code != self.main}
        return Entry(
            words=self.said(self.main),
            language=self.main,
            state=self.state.data,
            since=self.since.data,
            look_again_on=self.look_again_on.data,
            owner_id=self.owner.data or None,
            theme_ids=self.themes.data or [],
            translations=others,
        )

    def put_in_reason(self) -> None:
        """Write the chosen reason to start from into every empty reason field."""
        reason = REASONS.get(self.start.data or "")
        for code in LANGUAGES:
            field = self[f"reason_{code}"]
            if reason and not field.data:
                field.data = reason.text[code]

    def show(self, change: Change, theme_ids: list[int]) -> None:
        """Fill the form with a change that exists."""
        self.state.data, self.since.data, self.look_again_on.data = change.state, change.since, change.look_again_on
        self.owner.data, self.themes.data = change.owner_id or 0, theme_ids
        own = {name: getattr(change, name) for name, *_rest in WORD_FIELDS}
        for code in LANGUAGES:
            texts = own if code == change.language else change.translations.get(code, {})
            for name, *_rest in WORD_FIELDS:
                self[f"{name}_{code}"].data = texts.get(name, "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then what the state asks for."""
        fine = bool(super().validate(extra_validators))
        needed = ["process", "what", "reason" if self.state.data == "declined" else "why"]
        for name in needed:
            field = self[f"{name}_{self.main}"]
            if not field.data:
                message = _("A “no” needs a valid reason: people will be told it.") if name == "reason" else ""
                fine = _add(field, message or _("Please fill this in."))
        if self.state.data == "made" and not self.since.data and not self.since.errors:
            fine = _add(self.since, _("Say since when it is so."))
        if self.state.data == "declined":
            fine = self._gaps_closed() and fine
        return fine

    def _gaps_closed(self) -> bool:
        fine = True
        for code in LANGUAGES:
            if gap := words.GAP.search(self[f"reason_{code}"].data or ""):
                message = _("The reason still has a gap: %(gap)s. Write your own words there.", gap=gap[0])
                fine = _add(self[f"reason_{code}"], message)
        return fine


def _add(field: Any, message: str) -> bool:
    field.errors = [*field.errors, message]
    return False


for _code in LANGUAGES:
    for _name, _label, _kind, _most in WORD_FIELDS:
        setattr(ChangeForm, f"{_name}_{_code}", _kind(_label, validators=[at_most(_most)]))


class StateForm(Form):
    """Moving a change to another state from its page."""

    state = RadioField(_l("State"), choices=[], validators=[InputRequired(_l("Choose a state."))])
    reason = TextAreaField(_l("Reason for the “no”"), validators=[at_most(words.TEXT_LIMIT)])
    since = DateField(_l("Since when, or from when"), validators=[Optional()])

    def offer(self) -> None:
        """Fill in the states."""
        self.state.choices = [SelectChoice(code, _(name)) for code, name in STATE_NAMES.items()]
