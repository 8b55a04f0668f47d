"""The visible lists: which pages there are, who writes which letter, what the worker does when."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint

from feedback_app.accounts import events as accounts_events
from feedback_app.accounts import mail as staff_mail
from feedback_app.accounts.letters import KIND as STAFF
from feedback_app.accounts.oidc.urls import blueprint as oidc
from feedback_app.accounts.pages.urls import blueprint as accounts
from feedback_app.announcements import events as announcement_events
from feedback_app.announcements import mail as announced
from feedback_app.announcements.urls import blueprint as announcements
from feedback_app.changes import events as change_events
from feedback_app.changes.urls import blueprint as changes
from feedback_app.changes.urls import voices
from feedback_app.contacts import events as contact_events
from feedback_app.contacts.urls import blueprint as contacts
from feedback_app.delivery.compose.letter import Renderer
from feedback_app.demo import events as demo_events
from feedback_app.desk.urls import blueprint as desk
from feedback_app.events.catalogue import EventRoom
from feedback_app.jobs.job import Job
from feedback_app.letters import events as letter_events
from feedback_app.letters.urls import blueprint as letters
from feedback_app.letters.urls import hooks as mail_hooks
from feedback_app.operations import events as operation_events
from feedback_app.operations.urls import dev_mail, metrics
from feedback_app.organisation import events as organisation_events
from feedback_app.organisation.urls import blueprint as organisation
from feedback_app.reader import events as reader_events
from feedback_app.reader.urls import blueprint as reader
from feedback_app.responses import events as response_events
from feedback_app.responses.urls import blueprint as responses
from feedback_app.surveys import events as survey_events
from feedback_app.surveys.urls import blueprint as surveys
from feedback_app.surveys.waves import mail as invitations
from feedback_app.themes import events as theme_events
from feedback_app.themes.guided.urls import blueprint as guided
from feedback_app.themes.urls import blueprint as themes

BLUEPRINTS: tuple[Blueprint, ...] = (
    desk,
    contacts,
    surveys,
    responses,
    themes,
    guided,
    changes,
    voices,
    reader,
    announcements,
    accounts,
    oidc,
    organisation,
    letters,
    metrics,
    mail_hooks,
    dev_mail,
)

# what each room tells of: the codes of events, and how they are said
EVENT_ROOMS: tuple[EventRoom, ...] = (
    organisation_events.ROOM,
    accounts_events.ROOM,
    contact_events.ROOM,
    survey_events.ROOM,
    response_events.ROOM,
    theme_events.ROOM,
    change_events.ROOM,
    reader_events.ROOM,
    announcement_events.ROOM,
    letter_events.ROOM,
    operation_events.ROOM,
    demo_events.ROOM,
)

# who gives the fills of a kind of letter when it is sent
RENDERERS: dict[str, Renderer] = {
    STAFF: staff_mail.fills,
    "invitation": invitations.fill,
    announced.KIND: announced.fill,
}

JOBS: tuple[Job, ...] = (
    Job("write_wanted_links", "feedback_app.accounts.mail:write_wanted_links", timedelta(seconds=3)),
    Job("recover_leases", "feedback_app.delivery.actions:recover_leases", timedelta(minutes=1)),
    Job("collect_returns", "feedback_app.letters.returns:collect", timedelta(minutes=1)),
    Job("start_due_waves", "feedback_app.surveys.waves.actions:start_due_waves", timedelta(minutes=1)),
    Job("write_announcements", "feedback_app.announcements.sending.actions:write_waiting", timedelta(minutes=1)),
    Job("finish_announcements", "feedback_app.announcements.sending.control_actions:finish_done", timedelta(minutes=1)),
    Job("group_on_request", "feedback_app.themes.worker.jobs:run_grouping_requests", timedelta(seconds=3)),
    Job("assign_new_answers", "feedback_app.themes.worker.jobs:assign_new_answers", timedelta(seconds=5)),
    Job("look_inside_themes", "feedback_app.themes.worker.jobs:look_inside_themes", timedelta(minutes=2)),
    Job("rank_voices", "feedback_app.changes.voices.rank_voices:rank_wanted", timedelta(seconds=2)),
    Job("teach_guided", "feedback_app.themes.worker.jobs:teach_guided", timedelta(seconds=2)),
    Job("learn_from_corrections", "feedback_app.themes.worker.jobs:learn_from_corrections", timedelta(minutes=1)),
    Job("look_for_news", "feedback_app.themes.worker.jobs:look_for_news", timedelta(hours=1)),
    # slots begin on a Wednesday: 125 hours later is Monday, five in the morning
    Job(
        "watch_themes", "feedback_app.themes.alerts.mail:look_and_tell", timedelta(weeks=1), timedelta(days=5, hours=5)
    ),
    Job("ask_the_reader", "feedback_app.reader.asking:run", timedelta(minutes=5)),
    Job("forget_reader_requests", "feedback_app.reader.actions:forget_old_requests", timedelta(days=1)),
    Job("remove_old_imports", "feedback_app.imports.actions:remove_old_imports", timedelta(days=1)),
    Job("forget_slots", "feedback_app.delivery.queue.throughput:forget", timedelta(days=1)),
    Job("prune", "feedback_app.jobs.runs:prune", timedelta(days=1), at=timedelta(hours=2)),
)
