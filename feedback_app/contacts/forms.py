"""Forms of this room."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, EmailField, FieldList, FormField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from feedback_app.contacts import field_limits
from feedback_app.contacts.actions import Person
from feedback_app.contacts.models import KIND_NAMES, Contact
from feedback_app.delivery import addresses
from feedback_app.web.forms import Form, at_most, not_blank, tidied
from feedback_app.web.locale import LANGUAGE_NAMES
from feedback_app.web.pages import say

SCOPE_NAMES = {"all": _l("all letters"), "surveys": _l("surveys"), "announcements": _l("announcements")}
BLANK_ROWS = 3  # rows for more attributes, so that nothing needs a script


def _kinds() -> list[Any]:
    return [SelectChoice(code, gettext(name)) for code, name in KIND_NAMES.items()]


def _languages() -> list[Any]:
    return [SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]


def _is_address(_form: Any, field: Any) -> None:
    try:
        addresses.parse(field.data or "")
    except addresses.BadAddress as error:
        raise ValidationError(say(error)) from error


class AttributeForm(wtforms.Form):
    """One free attribute; it travels inside a form that has the CSRF token."""

    key = StringField(_l("What"), filters=[tidied], validators=[at_most(field_limits.KEY)])
    value = StringField(_l("Value"), filters=[tidied], validators=[at_most(field_limits.VALUE)])


class ContactForm(Form):
    """Everything staff say about a contact."""

    email = EmailField(_l("Email address"), validators=[_is_address])
    name = StringField(_l("Name"), validators=[at_most(field_limits.NAME)])
    kind = SelectField(_l("Kind"))
    stage_lost = StringField(
        _l("Stage where we lost them"),
        validators=[at_most(field_limits.STAGE)],
        description=_l("Such as: first call, offer, price, trial. Kept for lost prospects only."),
    )
    language = SelectField(_l("Language of our letters"))
    attributes = FieldList(FormField(AttributeForm), min_entries=0, max_entries=field_limits.ATTRIBUTES + BLANK_ROWS)

    def __init__(self, *args: Any, contact: Contact | None = None, language: str = "", **kwargs: Any) -> None:
        if contact is not None:
            rows = [{"key": key, "value": value} for key, value in sorted(contact.attributes.items())]
            names = ("email", "name", "kind", "stage_lost", "language")
            kwargs |= {"data": {**{name: getattr(contact, name) for name in names}, "attributes": rows}}
        super().__init__(*args, **kwargs)
        self.kind.choices, self.language.choices = _kinds(), _languages()
        self.email.flags.required = self.kind.flags.required = self.language.flags.required = True
        if not self.is_submitted():
            self.language.data = self.language.data or language
            self.kind.data = self.kind.data or "customer"
            self.more_rows()

    def more_rows(self) -> None:
        """Offer a few empty rows for further attributes."""
        for _number in range(min(BLANK_ROWS, field_limits.ATTRIBUTES + BLANK_ROWS - len(self.attributes))):
            self.attributes.append_entry()

    def person(self) -> Person:
        """Return what was typed."""
        rows = [row.data for row in self.attributes]
        return Person(
            email=self.email.data or "",
            name=self.name.data or "",
            kind=self.kind.data,
            stage_lost=self.stage_lost.data or "",
            language=self.language.data,
            attributes={row["key"]: row["value"] or "" for row in rows if row["key"]},
        )


class ImportForm(Form):
    """Choosing a list."""

    file = FileField(_l("CSV file"), validators=[FileRequired(_l("Choose a file."))])
    kind = SelectField(_l("Kind of those of whom the list does not say"))
    language = SelectField(_l("Language of those of whom the list does not say"))

    def __init__(self, *args: Any, default_language: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices, self.language.choices = _kinds(), _languages()
        self.file.flags.required = self.kind.flags.required = self.language.flags.required = True
        if not self.is_submitted():
            self.language.data = default_language


class SuppressForm(Form):
    """Stopping letters by hand."""

    scope = SelectField(_l("Stop"), choices=[SelectChoice(code, name) for code, name in SCOPE_NAMES.items()])
    why = StringField(_l("Why"), validators=[not_blank, at_most(200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope.flags.required = self.why.flags.required = True


class LiftForm(Form):
    """Allowing letters again: who asked for it?"""

    scope = SelectField(_l("Allow"), choices=[SelectChoice(code, name) for code, name in SCOPE_NAMES.items()])
    why = StringField(_l("Who asked for it, and how?"), validators=[not_blank, at_most(200)])


class RemoveForm(Form):
    """Erasing a contact."""

    keep_away = BooleanField(_l("Keep only the address, so that no import brings this person back"), default=True)
