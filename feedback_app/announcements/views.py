"""Pages of announcements: the list, drafting, looking at a draft, and the last question before it leaves."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from feedback_app.accounts import rights
from feedback_app.accounts.access import me, requires
from feedback_app.announcements import actions, queries, render
from feedback_app.announcements.forms import ChooseForm, DraftForm, SendForm, TestForm
from feedback_app.announcements.models import STATES, Announcement
from feedback_app.announcements.queries import News
from feedback_app.announcements.render import KIND
from feedback_app.announcements.sending import actions as sending
from feedback_app.announcements.sending import audience, quote_queries
from feedback_app.announcements.wording import names
from feedback_app.announcements.wording.default_texts import HOLES
from feedback_app.changes.queries import words_for
from feedback_app.common.days import read_moment
from feedback_app.common.keys import read_key, read_keys
from feedback_app.delivery import queries as delivery_queries
from feedback_app.errors import N_, NotFound, Refused
from feedback_app.events.actor import Actor
from feedback_app.settings import LANGUAGES
from feedback_app.web.locale import language, language_name
from feedback_app.web.pages import attempt, page_number, say, see_other
from feedback_app.web.security import letter_frame


def announcements_about(change_ids: Sequence[int]) -> dict[int, list[News]]:
    """Let pages of changes show what people were told about them."""
    return queries.about_changes(change_ids, language())


@requires(rights.VIEW)
def index() -> str:
    """Show the list."""
    state, text = request.args.get("state", ""), request.args.get("q", "").strip()[:200]
    return render_template(
        "announcements/index.html",
        page=queries.find(state, text, page_number(), language()),
        counts=queries.counts_by_state(),
        states=STATES,
        state_names=names.STATE_NAMES,
        wanted=state,
        text=text,
        args={key: value for key, value in (("state", state), ("q", text)) if value},
        held_back={one.group_id for one in delivery_queries.pauses() if one.kind == KIND},
        halted={group for kind, group in delivery_queries.open_halts() if kind == KIND},
    )


@requires(rights.WRITE_ANNOUNCEMENTS)
def new() -> str:
    """Choose the changes to announce; ``?change=ID`` has one chosen already."""
    found = queries.to_announce()
    form = ChooseForm()
    form.offer(one.id for one in found)
    form.changes.data = read_keys(request.args.getlist("change"))
    return _choose(form)


def _choose(form: ChooseForm) -> str:
    choices = queries.to_announce()
    return render_template(
        "announcements/new.html",
        form=form,
        changes=[(one, words_for(one, language())) for one in choices],
        told=queries.about_changes([one.id for one in choices], language()),
    )


@requires(rights.WRITE_ANNOUNCEMENTS)
def create() -> str | Response:
    """Draft an announcement of the chosen changes."""
    form = ChooseForm()
    form.offer(one.id for one in queries.to_announce())
    if not form.validate_on_submit():
        return _choose(form)
    try:
        made = actions.draft(form.changes.data or [], Actor.of(me()))
    except Refused as error:
        form.changes.errors = [say(error)]
        return _choose(form)
    flash(_("Drafted. Nothing has left yet."), "success")
    return see_other("announcements.show", announcement_id=made)


@requires(rights.VIEW)
def show(announcement_id: int) -> str | Response:
    """Show a draft with its form, or lead to its sending."""
    announcement = queries.get(announcement_id)
    if announcement.state != "draft":
        return redirect(url_for("announcements.sending", announcement_id=announcement_id))
    return _draft_page(announcement, _filled_form(announcement))


def _filled_form(one: Announcement) -> DraftForm:
    form = _empty_form(one)
    form.show(one)
    return form


def _empty_form(one: Announcement) -> DraftForm:
    form = DraftForm()
    form.offer([survey.id for survey, _count in queries.surveys()], one.about)
    return form


@requires(rights.WRITE_ANNOUNCEMENTS)
def save(announcement_id: int) -> str | Response:
    """Save a draft, or put a shipped wording into its form."""
    announcement = queries.get(announcement_id)
    form = _empty_form(announcement)
    action = request.form.get("action", "save")
    if action.startswith("wording-"):
        form.start_with(action.removeprefix("wording-"))
        return _draft_page(announcement, form)
    if form.validate_on_submit():
        with attempt():
            actions.save(
                announcement.id,
                Actor.of(me()),
                audience=form.audience.data,
                survey_ids=form.surveys.data or [],
                texts=form.texts(),
                seen=read_moment(form.seen.data or ""),
            )
            flash(_("Saved."), "success")
            return see_other("announcements.show", announcement_id=announcement.id)
        form.seen.data = queries.get(announcement.id).changed_at.isoformat()  # saving once more is a decision
    return _draft_page(announcement, form)


def _draft_page(announcement: Announcement, form: DraftForm) -> str:
    tests = TestForm(formdata=None)
    tests.offer(queries.languages(announcement))
    wanted = request.args.get("who", "").strip()[:200]
    return render_template(
        "announcements/draft.html",
        one=announcement,
        news=queries.news_of(announcement, language()),
        form=form,
        tests=tests,
        said=[(change, words_for(change, language())) for change in announcement.changes],
        reach=audience.reach(announcement),
        troubles=[say(error) for error in render.troubles(announcement)],
        surveys=queries.surveys(),
        people=audience.some(announcement, text=wanted),
        wanted=wanted,
        chosen=_chosen(announcement),
        holes=HOLES,
        hole_help=names.HOLE_HELP,
        reason_names=names.REASON_NAMES,
        why_names=names.WHY_NAMES,
        languages=LANGUAGES,
        tellable=[code for code in LANGUAGES if render.tellable(announcement.changes, code)],
        name_of=language_name,
    )


def _chosen(announcement: Announcement) -> tuple[object, object] | None:
    """Return the recipient to show the letter of, and the letter: the one asked for, else the first there is."""
    contact_id = read_key(request.args.get("contact", ""))
    try:
        if contact_id:
            return queries.preview(announcement, contact_id)
        first = audience.some(announcement, limit=1)
        return queries.preview(announcement, first[0].contact_id) if first else None
    except Refused:
        return None


@requires(rights.VIEW)
def letter(announcement_id: int, contact_id: int) -> Response:
    """Show one recipient's letter in a frame that can do nothing."""
    _person, words = queries.preview(queries.get(announcement_id), contact_id)
    return letter_frame(words.html)


@requires(rights.WRITE_ANNOUNCEMENTS)
def test(announcement_id: int) -> Response:
    """Send a test letter to the person signed in."""
    one = queries.get(announcement_id)
    form = TestForm()
    form.offer(queries.languages(one))
    with attempt():
        if not form.validate_on_submit():
            raise NotFound(N_("There is no text in this language."))
        actions.send_test(announcement_id, me().email, form.language.data, Actor.of(me()), me().name)
        flash(_("A test letter is on its way to %(email)s.", email=me().email), "success")
    return see_other("announcements.show", announcement_id=announcement_id)


@requires(rights.SEND_ANNOUNCEMENTS)
def send(announcement_id: int) -> str | Response:
    """Ask once more, with the number of letters; then send."""
    form = SendForm()
    if form.validate_on_submit():
        with attempt():
            sent = sending.send(announcement_id, Actor.of(me()), form.expected.data)
            flash(
                ngettext("%(num)d letter is on its way.", "%(num)d letters are on their way.", sent.letters), "success"
            )
        return see_other("announcements.show", announcement_id=announcement_id)
    announcement = queries.get(announcement_id)
    if announcement.state != "draft":
        return redirect(url_for("announcements.sending", announcement_id=announcement_id))
    return render_template(
        "announcements/send.html",
        one=announcement,
        news=queries.news_of(announcement, language()),
        form=form,
        reach=audience.reach(announcement),
        sample=quote_queries.SAMPLE,
        troubles=[say(error) for error in render.troubles(announcement)],
        reason_names=names.REASON_NAMES,
        name_of=language_name,
    )


@requires(rights.WRITE_ANNOUNCEMENTS)
def discard(announcement_id: int) -> Response:
    """Delete a draft."""
    with attempt():
        actions.discard(announcement_id, Actor.of(me()))
        flash(_("The draft was discarded."), "success")
        return see_other("announcements.index")
    return see_other("announcements.show", announcement_id=announcement_id)
