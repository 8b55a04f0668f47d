"""All tables, imported in one place so that migrations and tests see the whole database."""

from __future__ import annotations

from feedback_app.accounts import models as accounts
from feedback_app.announcements import models as announcements
from feedback_app.changes import models as changes
from feedback_app.contacts import models as contacts
from feedback_app.delivery import models as delivery
from feedback_app.jobs import models as jobs
from feedback_app.responses import models as responses
from feedback_app.surveys import models as surveys
from feedback_app.themes import models as themes

ALL = (accounts, delivery, contacts, surveys, responses, themes, changes, announcements, jobs)
