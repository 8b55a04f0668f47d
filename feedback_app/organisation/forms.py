"""The settings page's form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from feedback_app.common.keys import read_key
from feedback_app.errors import Refused
from feedback_app.organisation import checks
from feedback_app.organisation import logo as logos
from feedback_app.organisation.logo import Logo
from feedback_app.organisation.profile import Profile
from feedback_app.settings import LANGUAGES
from feedback_app.web.forms import Form
from feedback_app.web.locale import LANGUAGE_NAMES
from feedback_app.web.pages import say

NAMES = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
OBLIGATORY = ("name", "colour", "language", "timezone", "quote_bar")
FIELDS = tuple(checks.CHECKS)


def _checked(name: str) -> list[Callable[[Any, Any], None]]:
    def validate(_form: Any, field: Any) -> None:
        try:
            checks.CHECKS[name](field.data)
        except Refused as error:
            raise ValidationError(say(error)) from error

    validate.field_flags = {"required": name in OBLIGATORY}  # type: ignore[attr-defined]  # WTForms reads it there
    return [validate]


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in checks.zones()]


class ProfileForm(Form):
    """Who we are. Fields that the environment holds are shown and not read."""

    version = HiddenField()
    name = StringField(_l("Name of the organisation"), _checked("name"))
    logo = FileField(_l("Logo"))
    no_logo = BooleanField(_l("Take the logo away"))
    colour = StringField(_l("Colour"), _checked("colour"))
    postal_address = TextAreaField(_l("Postal address"), _checked("postal_address"))
    reply_to = StringField(_l("Address for replies"), _checked("reply_to"))
    languages = SelectMultipleField(
        _l("Languages you write in"), _checked("languages"), choices=NAMES,
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    language = SelectField(_l("Where nobody chose"), _checked("language"), choices=NAMES)
    timezone = SelectField(
        _l("Time zone"), _checked("timezone"), choices=lambda: [(zone, zone) for zone in checks.zones()]
    )
    quote_bar = StringField(_l("How sure a quotation must be"), _checked("quote_bar"))
    controller = StringField(_l("Who answers for the data"), _checked("controller"))
    privacy_url = StringField(_l("Privacy page"), _checked("privacy_url"))

    def lock(self, profile: Profile) -> None:
        """Take what the environment holds as it is: shown, disabled, neither read nor checked."""
        for name in profile.held:
            self[name].data = getattr(profile, name)
            self[name].validators = []
            self[name].render_kw = {"disabled": True}
            self[name].validate_choice = False

    def validate_language(self, field: Any) -> None:
        """Refuse a first language that we do not write in."""
        if not self.languages.errors and field.data not in (self.languages.data or []):
            raise ValidationError(_l("The language where nobody chose must be one of those you write in."))

    def validate_logo(self, field: Any) -> None:
        """Refuse what is no picture."""
        try:
            self.picture()
        except Refused as error:
            raise ValidationError(say(error)) from error

    def picture(self) -> Logo | None:
        """Return the logo that was sent, None without one. Raises Refused."""
        sent = self.logo.data
        if not sent:
            return None
        sent.stream.seek(0)
        return logos.read(sent.stream.read(logos.MOST_BYTES + 1))

    def values(self, profile: Profile) -> dict[str, Any]:
        """Return what was typed, without what the environment holds."""
        return {name: self[name].data for name in FIELDS if name not in profile.held}

    def seen(self) -> int:
        """Return the version that was on the page."""
        return read_key(self.version.data or "") or 0
