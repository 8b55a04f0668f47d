"""The base form and the fields several rooms share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from feedback_app.common.text import tidy

LINE = 200
TEXT = 20_000


def tidied(value: Any) -> Any:
    """Return a field's text tidied; what is no text (yet) is left as it is: the filter of every text field."""
    return tidy(value) if isinstance(value, str) else value


class Form(FlaskForm):
    """Ancestor of every form: text is tidied, CSRF is checked."""

    class Meta(FlaskForm.Meta):
        """Tidy every text field."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the tidying filter to text fields; a password is what was typed, blanks and all."""
            kind = unbound_field.field_class
            if issubclass(kind, (StringField, TextAreaField)) and not issubclass(kind, PasswordField):
                filters = list(unbound_field.kwargs.get("filters", []))
                options = {**options, "filters": [tidied, *filters]}
                unbound_field = type(unbound_field)(
                    unbound_field.field_class,
                    *unbound_field.args,
                    **{k: v for k, v in unbound_field.kwargs.items() if k != "filters"},
                )
            field: Field = unbound_field.bind(form=form, **options)
            return field


class ConfirmForm(Form):
    """A form with nothing but its CSRF token: one button that acts."""


def not_blank(_form: Any, field: Any) -> None:
    """Refuse a text that is empty once tidied (works for translated fields, too)."""
    if not (field.data or "").strip():
        raise ValidationError(_l("Please fill this in."))


def at_most(limit: int) -> Length:
    """Return a length check with a message a person understands."""
    return Length(max=limit, message=_l("Please shorten this to %(max)d characters."))
