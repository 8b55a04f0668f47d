"""Letters follow an edit of who we are while the worker runs; what is written in them stays as it was queued."""

from __future__ import annotations

from flask import Flask

from feedback_app.delivery.sending.factory import open_sender
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import current_settings
from feedback_app.organisation import actions
from tests.delivery.helpers import queue
from tests.delivery.processes import in_thread
from tests.fakes import Relay
from tests.waiting import until


def test_the_next_letter_of_a_running_worker_has_the_new_name(app: Flask) -> None:
    with Relay() as relay:
        app.config["SETTINGS"] = current_settings().with_(mail_url=f"smtp+plain://127.0.0.1:{relay.port}")
        sender = open_sender("here")
        thread = in_thread(sender.run)
        queue("ada@velo.example")
        until(lambda: len(relay.letters) == 1)
        actions.save({"name": "Łódzka Spółka", "reply_to": "help@velo.example"}, COMMAND)
        queue("bob@velo.example")
        until(lambda: len(relay.letters) == 2)
        sender.stop()
        thread.join()
    first, second = (received.message for received in relay.letters)
    assert (first["From"], first["Reply-To"]) == ("Velo Verde <hello@velo.example>", None)
    assert (str(second["From"]), second["Reply-To"]) == ("Łódzka Spółka <hello@velo.example>", "help@velo.example")


def test_a_name_in_the_senders_address_wins(app: Flask) -> None:
    actions.save({"name": "Velo"}, COMMAND)
    with Relay() as relay:
        url = f"smtp+plain://127.0.0.1:{relay.port}"
        app.config["SETTINGS"] = current_settings().with_(mail_url=url, mail_from="Ada <ada@velo.example>")
        queue("bob@velo.example")
        open_sender("here").run(until_idle=True)
    assert relay.letters[0].message["From"] == "Ada <ada@velo.example>"
