"""The forms of this room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.validators import NumberRange, Optional

from feedback_app.themes.grouping.request_actions import MOST_THEMES
from feedback_app.themes.models import NAME_LIMIT
from feedback_app.web.forms import Form, at_most, not_blank

GRAIN_NAMES = {
    "coarse": _l("few, wide themes"),
    "auto": _l("as the answers suggest"),
    "fine": _l("many, narrow themes"),
}


class ThemeForm(Form):
    """Name, description and owner of a theme."""

    name = StringField(_l("Name of the theme"), validators=[not_blank, at_most(NAME_LIMIT)])
    description = TextAreaField(_l("What belongs here"), validators=[at_most(5000)])
    owner = SelectField(_l("Who looks after it"), coerce=int, default=0)


class GroupForm(Form):
    """How to group."""

    grain = SelectField(
        _l("How fine"), choices=[SelectChoice(code, name) for code, name in GRAIN_NAMES.items()], default="auto"
    )
    themes = IntegerField(_l("Number of themes"), validators=[Optional(), NumberRange(1, MOST_THEMES)])


class CodebookForm(Form):
    """A codebook: its name and the surveys whose answers it groups."""

    name = StringField(_l("Name of the codebook"), validators=[at_most(NAME_LIMIT)])
    surveys = SelectMultipleField(_l("Surveys"), coerce=int)


class ImportForm(Form):
    """An exported codebook."""

    file = FileField(_l("Exported codebook (JSON)"))
