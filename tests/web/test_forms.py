"""The base form: texts tidied whatever else a field filters, and messages a person understands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, TextAreaField

from feedback_app.web.forms import ConfirmForm, Form, at_most, not_blank, tidied


class Sample(Form):
    """One field of each sort."""

    name = StringField(filters=[lambda text: text and text.upper()], validators=[not_blank])
    text = TextAreaField(validators=[at_most(5)])
    number = IntegerField()


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def _form(**typed: str) -> Sample:
    return Sample(MultiDict(typed))


def test_every_text_is_tidied_before_a_fields_own_filters() -> None:
    form = _form(name=" a\0da ", text="\r\nx\r\ny ", number=" 7 ")
    assert (form.name.data, form.text.data, form.number.data) == ("ADA", "x\ny", 7)
    assert form.validate(), form.errors


@pytest.mark.parametrize("blank", ["", "   ", "\n", "\0"])
def test_blank_is_not_filled_in(blank: str) -> None:
    form = _form(name=blank)
    assert not form.validate()
    assert form.name.errors == ["Please fill this in."]


@pytest.mark.parametrize(("text", "fits"), [("12345", True), ("123456", False), (" 12345 ", True), ("", True)])
def test_length_counts_after_tidying(text: str, fits: bool) -> None:
    form = _form(name="x", text=text)
    assert form.validate() is fits
    assert form.text.errors == ([] if fits else ["Please shorten this to 5 characters."])


def test_what_is_no_text_is_left_as_it_is() -> None:
    assert [tidied(one) for one in (None, 7, [" a "], " a ")] == [None, 7, [" a "], "a"]


def test_a_button_that_acts_asks_for_its_token(app: Flask) -> None:
    assert ConfirmForm(MultiDict()).validate()
    app.config["WTF_CSRF_ENABLED"] = True
    form = ConfirmForm(MultiDict({"csrf_token": "forged"}))
    assert not form.validate()
    assert "csrf_token" in form.errors
