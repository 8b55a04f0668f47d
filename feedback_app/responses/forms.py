"""The forms that staff fill in here."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.validators import InputRequired

from feedback_app.contacts.models import KIND_NAMES
from feedback_app.responses import queries
from feedback_app.web.filters import words
from feedback_app.web.forms import Form
from feedback_app.web.locale import LANGUAGE_NAMES


class ImportForm(Form):
    """A file of answers and what is true of rows that do not say."""

    survey = SelectField(_l("Survey"), validators=[InputRequired(_l("Please choose one."))])
    file = FileField(_l("CSV file"), validators=[FileRequired(_l("Choose a file."))])
    kind = SelectField(_l("Kind of people, where a row does not say"))
    language = SelectField(_l("Their language, where a row does not say"))
    create_contacts = BooleanField(_l("Make a contact of each address we do not know yet"), default=True)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.survey.choices = [SelectChoice(one.slug, words(one.title) or one.slug) for one in queries.surveys()]
        self.kind.choices = [SelectChoice(code, gettext(name)) for code, name in KIND_NAMES.items()]
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]
