"""An announcement as letters: what is the same for everybody is written out once for each language, what differs from
person to person is filled in; and what keeps a draft from being sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from markupsafe import Markup

from feedback_app.announcements.models import Announcement
from feedback_app.announcements.wording import letter_text
from feedback_app.announcements.wording.letter_text import Told
from feedback_app.announcements.wording.phrases import phrases
from feedback_app.changes.models import Change
from feedback_app.changes.queries import words_in
from feedback_app.delivery.compose import templates as layout
from feedback_app.delivery.compose.placeholders import greeting
from feedback_app.delivery.outbox import Block, Fill, Words
from feedback_app.errors import N_, Refused
from feedback_app.organisation.queries import current as organisation

KIND = "announcement"
SCOPE = "announcements"


def tellable(changes: Sequence[Change], language: str) -> bool:
    """True when every one of ``changes`` has complete words in ``language``."""
    return all((found := words_in(one, language)) is not None and found.complete(one.state) for one in changes)


def told(changes: Sequence[Change], language: str) -> list[Told]:
    """Return ``changes`` as ``language`` tells them; Refused names the first that has no complete words in it."""
    described = []
    for change in changes:
        said = words_in(change, language)
        if said is None or not said.complete(change.state):
            raise Refused(
                N_("“%(process)s” has no complete words in “%(code)s”. Add them, or leave this language out."),
                process=change.process,
                code=language,
            )
        since = layout.day(change.since, language) if change.since else ""
        described.append(Told(said.process, said.what, said.because(change.state), since))
    return described


def words(subject: str, body: str, changes: Sequence[Change], language: str) -> Words:
    """Return the letter in ``language`` as delivery takes it, with only personal holes left (see :func:`fill`)."""
    letter = letter_text.compose(subject, body, told(changes, language), organisation().name, language)
    return layout.render(
        KIND,
        language,
        scope=SCOPE,
        subject=letter.subject,
        body_text=letter.text,
        body_html=Markup(letter.html),  # noqa: S704  # composed and escaped in wording
        preheader=Markup(letter.preheader),  # noqa: S704  # likewise
        reply=phrases(language).reply,
    )


def fill(language: str, name: str, why: str, quotes: Sequence[Mapping[str, Any]]) -> Fill:
    """Return what differs from person to person; ``quotes`` as :func:`choose_quotes.choose` gives them."""
    called = greeting(name)
    return {
        "your_words": own_words([str(one["text"]) for one in quotes], language),
        "because": phrases(language).because[why],
        "greeting_name": called,
        "space_name": called[1:],
        "only_name": called[2:],
        "brace": "{",
    }


def sample(language: str, name: str) -> Fill:
    """Return the fill of a test letter: in place of somebody's words it says whose will stand there."""
    return fill(language, name, "mentioned", [{"text": phrases(language).sample}])


def own_words(texts: Sequence[str], language: str) -> Block:
    """Return a person's own words under a lead line, exactly as written; an empty block when there are none."""
    if not texts:
        return Block("", "")
    lead = phrases(language).lead
    quoted = "\n\n".join("\n".join(f"> {line}".rstrip() for line in text.splitlines()) for text in texts)
    return Block(f"{lead}\n\n{quoted}\n\n", _LEAD.format(escape(lead)) + "".join(_quote(text) for text in texts))


def _quote(text: str) -> str:
    return _QUOTE.format("<br>".join(escape(line) for line in text.splitlines()))


_LEAD = '<p style="margin:0 0 8px">{}</p>'
_QUOTE = (
    '<blockquote style="margin:0 0 16px;padding:10px 18px;border-left:4px solid #f2b544;'
    'font-family:Charter,Georgia,serif;font-size:18px;line-height:28px">{}</blockquote>'
)


def troubles(announcement: Announcement) -> list[Refused]:
    """Return what keeps a draft from being sent, each as a line that says what to do."""
    refusals: list[Refused] = []
    for check in (_check_states, _check_texts):
        try:
            check(announcement)
        except Refused as error:
            refusals.append(error)
    if not announcement.surveys:
        refusals.append(Refused(N_("Choose the surveys it concerns: whoever answered them is told.")))
    return refusals


def _check_states(announcement: Announcement) -> None:
    """Refuse when a change has moved on since the words about it were written."""
    for change in announcement.changes:
        if change.state != announcement.about:
            raise Refused(
                N_("“%(process)s” is “%(state)s” now, and the words speak of it as “%(about)s”. Draft it anew."),
                process=change.process,
                state=change.state,
                about=announcement.about,
            )


def _check_texts(announcement: Announcement) -> None:
    """Refuse texts that could not be sent as they are."""
    if not announcement.texts:
        raise Refused(N_("The announcement has no text yet."))
    for text in announcement.texts:
        letter_text.check(text.subject, text.body, announcement.about)
        told(announcement.changes, text.language)
