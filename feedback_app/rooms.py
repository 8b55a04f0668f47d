"""The visible lists: which pages there are, who writes which letter, what the worker does when."""

from __future__ import annotations

from flask import Blueprint

from feedback_app.accounts.views import blueprint as accounts
from feedback_app.announcements.views import blueprint as announcements
from feedback_app.changes.views import blueprint as changes
from feedback_app.contacts.views import blueprint as contacts
from feedback_app.overview.dev_mail_views import blueprint as dev_mail
from feedback_app.overview.mail_views import blueprint as letters
from feedback_app.overview.views import blueprint as overview
from feedback_app.responses.views import blueprint as responses
from feedback_app.surveys.views import blueprint as surveys
from feedback_app.themes.views import blueprint as themes

BLUEPRINTS: tuple[Blueprint, ...] = (
    overview,
    contacts,
    surveys,
    responses,
    themes,
    changes,
    announcements,
    accounts,
    letters,
    dev_mail,
)
