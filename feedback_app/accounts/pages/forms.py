"""Forms about staff, and the filters of the lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the published types
from wtforms.validators import EqualTo, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from feedback_app.accounts.queries import STATES, StaffWish
from feedback_app.accounts.rights import ROLE_NAMES, ROLES
from feedback_app.accounts.sign_in import passwords
from feedback_app.accounts.sign_in.forms import is_address
from feedback_app.accounts.staff_store import Person
from feedback_app.common.days import read_day
from feedback_app.common.keys import read_key
from feedback_app.common.text import one_line
from feedback_app.events.queries import EventFilter
from feedback_app.organisation.queries import current as organisation
from feedback_app.web.forms import LINE, Form, at_most, not_blank
from feedback_app.web.locale import LANGUAGE_NAMES

LANGUAGE_CHOICES = [SelectChoice(code, label) for code, label in LANGUAGE_NAMES.items()]
WHAT_ROLES_DO = {
    "admin": _l("Everything, and the staff themselves."),
    "product_owner": _l(
        "Themes and changes; writes announcements, does not send them. Files without names and addresses."
    ),
    "announcer": _l("Contacts, surveys and letters; writes and sends announcements. Files with names and addresses."),
    "viewer": _l("Reads everything, changes nothing. Files without names and addresses."),
}


class RolesField(SelectMultipleField):
    """Boxes to tick, one for each role."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        """Refuse none at all, and what is no role."""
        if not self.data or not set(self.data) <= set(ROLES):
            raise ValidationError(gettext("Choose at least one role."))


def required(form: Form) -> None:
    """Mark all fields as required, for pages and browsers: nothing here is optional."""
    for field in form:
        if field.type in ("StringField", "EmailField", "SelectField"):
            field.flags.required = True


class StaffForm(Form):
    """Name, language and roles of a member of staff."""

    name = StringField(_l("Name"), [not_blank, at_most(LINE)], render_kw={"autocomplete": "off"})
    language = SelectField(_l("Language of pages and letters"), choices=LANGUAGE_CHOICES)
    roles = RolesField(_l("Roles"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required(self)
        self.roles.choices = [SelectChoice(name, gettext(ROLE_NAMES[name])) for name in ROLES]

    def given(self) -> tuple[str, str, list[str]]:
        """Return name, language and roles."""
        return self.name.data or "", self.language.data, self.roles.data or []


class InviteForm(StaffForm):
    """A new member of staff."""

    email = EmailField(_l("Email address"), [is_address, at_most(254)], render_kw={"autocomplete": "off"})

    def person(self) -> Person:
        """Return who is invited."""
        return Person(self.email.data or "", *self.given())


class ProfileForm(Form):
    """One's own name and language."""

    name = StringField(_l("Name"), [not_blank, at_most(LINE)], render_kw={"autocomplete": "name"})
    language = SelectField(_l("Language of pages and letters"), choices=LANGUAGE_CHOICES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        required(self)

    def given(self) -> tuple[str, str]:
        """Return name and language."""
        return self.name.data or "", self.language.data


class FirstForm(ProfileForm):
    """The first admin: who, and with which password."""

    email = EmailField(_l("Email address"), [is_address, at_most(254)], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Please fill this in."))], render_kw={"autocomplete": "new-password"}
    )
    password_again = PasswordField(
        _l("The same password again"),
        [InputRequired(_l("Please fill this in.")), EqualTo("password", _l("The two passwords are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_password(self, field: Any) -> None:
        """Refuse a password that would be guessed."""
        known = (self.name.data or "", self.email.data or "", organisation().name)
        if found := passwords.trouble(field.data or "", *known):
            raise ValidationError(gettext(found))


def staff_wish(args: Mapping[str, str]) -> StaffWish:
    """Return the filters of the list of staff; what makes no sense counts as not asked."""
    role, state = args.get("role", ""), args.get("state", "")
    text = one_line(args.get("text"))[:LINE]
    return StaffWish(text, role if role in ROLES else "", state if state in STATES else "")


def event_filter(args: Mapping[str, str]) -> EventFilter:
    """Return the filters of the trail; what makes no sense counts as not asked."""
    who, what, subject = (one_line(args.get(name))[:LINE] for name in ("who", "what", "subject"))
    number = read_key(args.get("subject_id", "")) if subject else None
    days = read_day(args.get("since", "")), read_day(args.get("until", ""))
    return EventFilter(who, what, subject, number, *days, zone=organisation().timezone)
