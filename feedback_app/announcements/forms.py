"""The forms of a draft: its words in each language, its audience, and the questions before it leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.validators import InputRequired

from feedback_app.announcements.models import AUDIENCES, Announcement
from feedback_app.announcements.wording import default_texts, letter_text
from feedback_app.errors import Refused
from feedback_app.settings import LANGUAGES
from feedback_app.web.forms import Form, at_most
from feedback_app.web.locale import LANGUAGE_NAMES
from feedback_app.web.pages import say


class ChooseForm(Form):
    """Which changes to announce together."""

    changes = SelectMultipleField(_l("Changes"), coerce=int)

    def offer(self, ids: Iterable[int]) -> None:
        """Fill in what can be announced."""
        self.changes.choices = [SelectChoice(one, str(one)) for one in ids]


class DraftForm(Form):
    """Audience, surveys and texts. For each language it has ``subject_en`` and ``body_en``."""

    seen = HiddenField()
    audience = RadioField(_l("Who is told"))
    surveys = SelectMultipleField(_l("Surveys it concerns"), coerce=int)

    def offer(self, survey_ids: Iterable[int], about: str) -> None:
        """Fill in what can be chosen; ``about`` is the state the words speak of."""
        self.about = about
        self.audience.choices = [SelectChoice(code, _(name)) for code, name in AUDIENCES.items()]
        for name in ("audience", *(f"{part}_{code}" for part in ("subject", "body") for code in LANGUAGES)):
            self[name].flags.hidden_optional = True
        self.surveys.choices = [SelectChoice(one, str(one)) for one in survey_ids]

    def show(self, announcement: Announcement) -> None:
        """Fill the form with a draft."""
        self.seen.data = announcement.changed_at.isoformat()
        self.audience.data = announcement.audience
        self.surveys.data = [survey.id for survey in announcement.surveys]
        for text in announcement.texts:
            self[f"subject_{text.language}"].data = text.subject
            self[f"body_{text.language}"].data = text.body

    def start_with(self, language: str) -> None:
        """Put the shipped wording of ``language`` into its fields."""
        if language in LANGUAGES:
            shipped = default_texts.load(self.about)
            self[f"subject_{language}"].data = shipped.subject[language]
            self[f"body_{language}"].data = shipped.body[language]

    def texts(self) -> dict[str, tuple[str, str]]:
        """Return what was typed: language -> (subject, body), empty ones too."""
        return {code: (self[f"subject_{code}"].data or "", self[f"body_{code}"].data or "") for code in LANGUAGES}

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, then each text as a whole."""
        fine = bool(super().validate(extra_validators))
        for code, (subject, body) in self.texts().items():
            if not subject and not body:
                continue
            try:
                letter_text.check(" ".join(subject.split()), body, self.about)
            except Refused as error:
                field = self[f"body_{code}"] if subject else self[f"subject_{code}"]
                field.errors = [*field.errors, say(error)]
                fine = False
        return fine


for _code in LANGUAGES:
    setattr(DraftForm, f"subject_{_code}", StringField(_l("Subject"), validators=[at_most(letter_text.SUBJECT_LIMIT)]))
    setattr(DraftForm, f"body_{_code}", TextAreaField(_l("Text"), validators=[at_most(letter_text.BODY_LIMIT)]))


class TestForm(Form):
    """A test letter to oneself."""

    __test__ = False  # not a test for pytest
    language = SelectField(_l("Language"))

    def offer(self, codes: Iterable[str]) -> None:
        """Fill in the languages there are texts in."""
        self.language.choices = [SelectChoice(code, LANGUAGE_NAMES.get(code, code)) for code in codes]


class SendForm(Form):
    """The last question: the number of letters one agrees to."""

    expected = IntegerField(validators=[InputRequired()])
