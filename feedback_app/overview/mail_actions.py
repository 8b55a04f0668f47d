"""What an operator does to the queue; the post office does it, the trail keeps it."""

from __future__ import annotations

from feedback_app.accounts.audit import Actor, note
from feedback_app.database import transaction
from feedback_app.delivery import actions as post_office


def resend(state: str, by: Actor) -> int:
    """Queue every letter that is ``failed`` or ``in_doubt`` once more; return how many. Refused for other states."""
    with transaction():
        number = post_office.resend(state)
        note(by, "queued again", "letters", None, state, letters=number)
        return number


def take_as_sent(by: Actor) -> int:
    """Take every letter in doubt as sent; return how many."""
    with transaction():
        number = post_office.settle_doubt()
        note(by, "took as sent", "letters", None, "in_doubt", letters=number)
        return number


def pause(by: Actor) -> bool:
    """Hold back all letters; False when they were held back already."""
    with transaction():
        done = post_office.pause(reason=by.name)
        if done:
            note(by, "held back", "letters", None)
        return done


def resume(by: Actor) -> bool:
    """Let all letters go on; False when nothing was held back."""
    with transaction():
        done = post_office.resume()
        if done:
            note(by, "let go on", "letters", None)
        return done
