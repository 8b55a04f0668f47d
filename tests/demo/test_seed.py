"""The demo company moves into an empty house, whole, and into no other."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from feedback_app.announcements.models import Notice
from feedback_app.changes.models import ChangeTheme
from feedback_app.cli import feedback_app
from feedback_app.contacts.models import Contact
from feedback_app.delivery.models import OutgoingEmail
from feedback_app.demo import actions
from feedback_app.desk import queries
from feedback_app.errors import Refused
from feedback_app.extensions import db
from tests.factories import a_contact


def test_every_page_gets_something_to_show(app: Flask) -> None:
    told: list[str] = []
    summary = actions.seed(told.append)
    loop = queries.loop()
    assert "Koło Domu" in summary
    assert told
    assert (loop.contacts, loop.responses, loop.made, loop.declined) == (420, 344, 2, 2)
    assert loop.themes >= 6
    assert loop.grouped >= 0.8 * loop.mentions  # what is about nothing we name stays outside the themes
    assert db.session.scalar(select(func.count(ChangeTheme.change_id.distinct()))) == 6  # each change answers something
    kinds = dict(db.session.execute(select(OutgoingEmail.kind, func.count()).group_by(OutgoingEmail.kind)).all())
    assert kinds["announcement"] == db.session.scalar(select(func.count()).where(Notice.included))
    assert kinds["invitation"] > 20
    assert not actions.is_empty()


def test_nobody_who_lives_here_is_disturbed(app: Flask) -> None:
    contact = a_contact()
    with pytest.raises(Refused, match="has contacts already"):
        actions.seed()
    done = CliRunner().invoke(feedback_app, ["demo"], obj=lambda: app)
    assert done.exit_code == 1
    assert "FEEDBACK_DATABASE_URL" in done.output
    assert db.session.scalars(select(Contact.id)).all() == [contact.id]
