"""The settings page: grouped fields, one saving, clear lines; and what everybody sees of it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app.delivery.compose import templates
from feedback_app.events.actor import COMMAND
from feedback_app.extensions import current_settings
from feedback_app.organisation import actions, colour, queries
from feedback_app.organisation.logo import MOST_BYTES, read
from tests.organisation.test_logo import picture

AsRole = Callable[[str], FlaskClient]
PAGE = "/organisation?lang=en"


def filled(**other: Any) -> dict[str, Any]:
    """What the page sends when nothing was touched."""
    now = queries.current()
    return {
        "version": now.version, "name": now.name, "colour": now.colour, "postal_address": now.postal_address,
        "reply_to": now.reply_to, "languages": list(now.languages), "language": now.language,
        "timezone": now.timezone, "controller": now.controller, "privacy_url": now.privacy_url,
        "quote_bar": now.quote_bar, **other,
    }  # fmt: skip


def test_what_is_typed_is_saved_and_seen_everywhere(app: Flask, as_role: AsRole, client: FlaskClient) -> None:
    admin = as_role("admin")
    sent = filled(name="Łódzka Spółka", postal_address="ul. Piotrkowska 1\n90-001 Łódź", privacy_url="https://a.example/p",
                  controller="Holding SA")  # fmt: skip
    reply = admin.post("/organisation", data=sent, follow_redirects=True)
    assert "Saved." in reply.text
    assert "Łódzka Spółka" in admin.get("/").text
    stranger = client.get("/unsubscribe/no-such?lang=en").text
    for words in (
        "Łódzka Spółka, ul. Piotrkowska 1, 90-001 Łódź",
        "Responsible for your data: Holding SA",
        'href="https://a.example/p"',
    ):
        assert words in stranger
    trail = admin.get("/audit?lang=en").text
    assert "changed the name of" in trail
    assert "Velo Verde → Łódzka Spółka" in trail


def test_saving_an_untouched_page_changes_nothing(app: Flask, as_role: AsRole) -> None:
    actions.ensure()
    before = queries.current()
    reply = as_role("admin").post("/organisation", data=filled(), follow_redirects=True)
    assert "Nothing was different." in reply.text
    assert queries.current() == before


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ({"name": " "}, "Please write the name of the organisation."),
        ({"reply_to": "nobody"}, "Write an address such as hello@example.org."),
        ({"languages": []}, "Choose at least one of these languages"),
        ({"languages": ["pl"]}, "must be one of those you write in"),
        ({"timezone": "Mars/Olympus"}, "Not a valid choice"),
        ({"quote_bar": "0,3"}, "Use a probability from 0.8 to 1."),
        ({"privacy_url": "javascript:alert(1)"}, "Write the whole address of the page"),
        ({"logo": (io.BytesIO(b"no picture"), "logo.png")}, "The logo could not be read"),
        ({"logo": (io.BytesIO(b"x" * (MOST_BYTES + 1)), "logo.png")}, "at most 200 KB"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_saved(
    app: Flask, as_role: AsRole, wrong: dict[str, Any], line: str
) -> None:
    actions.ensure()
    before = queries.current()
    reply = as_role("admin").post("/organisation?lang=en", data=filled(controller="typed meanwhile", **wrong))
    assert reply.status_code == 200
    assert line in reply.text
    assert "There is 1 thing to put right" in reply.text
    assert "typed meanwhile" in reply.text
    assert queries.current() == before


def test_a_colour_too_bright_comes_with_the_nearest_that_is_not(app: Flask, as_role: AsRole) -> None:
    admin = as_role("admin")
    page = admin.post("/organisation?lang=en", data=filled(colour="#ffcc00")).text
    shade = colour.nearest_readable("#ffcc00")
    assert f'name="shade" value="{shade}"' in page
    admin.post("/organisation", data=filled(colour="#ffcc00", shade=shade))
    assert queries.current().colour == shade


def test_who_saves_later_is_told_that_somebody_was_first(app: Flask, as_role: AsRole) -> None:
    admin = as_role("admin")
    actions.ensure()
    stale = filled(name="Mine")
    actions.save({"name": "Theirs"}, COMMAND)
    assert "Somebody else has saved these settings meanwhile" in admin.post(PAGE, data=stale).text
    assert queries.current().name == "Theirs"


def test_what_the_environment_holds_is_shown_and_not_taken(app: Flask, as_role: AsRole) -> None:
    actions.ensure()
    app.config["SETTINGS"] = replace(
        current_settings(), organisation="From outside", language="pl", given=frozenset({"organisation", "language"})
    )
    admin = as_role("admin")
    page = admin.get(PAGE).text
    assert "Set by the environment (FEEDBACK_ORGANISATION): change it there." in page
    assert re.search(r'<input[^>]*disabled[^>]*value="From outside"', page)
    sent = filled(timezone="UTC")
    del sent["name"], sent["language"]  # a disabled field is not sent
    assert "Saved." in admin.post(PAGE, data=sent, follow_redirects=True).text
    assert (queries.current().timezone, queries.current().name) == ("UTC", "From outside")
    admin.post(PAGE, data=filled(name="Smuggled"))
    app.config["SETTINGS"] = replace(current_settings(), given=frozenset())
    assert queries.current().name == "Velo Verde"


def test_the_logo_heads_the_public_pages_and_may_be_kept_for_ever(
    app: Flask, as_role: AsRole, client: FlaskClient
) -> None:
    admin = as_role("admin")
    sent = filled(logo=(io.BytesIO(picture()), "Logo.PNG"))
    assert "Saved." in admin.post(PAGE, data=sent, follow_redirects=True).text
    name = read(picture()).name
    assert f'src="/organisation/logo/{name}"' in client.get("/unsubscribe/no-such").text
    shown = client.get(f"/organisation/logo/{name}")
    assert (shown.mimetype, shown.data) == ("image/png", read(picture()).data)
    assert "immutable" in shown.headers["Cache-Control"]
    admin.post(PAGE, data=filled(no_logo="y"))
    assert client.get(f"/organisation/logo/{name}").status_code == 404


@pytest.mark.parametrize("name", ["", ".png", "no-such.png", "..%2f.png", "a"])
def test_no_other_logo_is_handed_out(client: FlaskClient, name: str) -> None:
    actions.ensure()
    assert client.get(f"/organisation/logo/{name}").status_code == 404


def test_pages_wear_the_colour(app: Flask, client: FlaskClient) -> None:
    assert 'href="/static/public.css"' in client.get("/unsubscribe/no-such").text
    actions.save({"colour": "#7a1f5c"}, COMMAND)
    assert 'href="/look/public-7a1f5c.css"' in client.get("/unsubscribe/no-such").text
    sheet = client.get("/look/public-7a1f5c.css")
    assert sheet.mimetype == "text/css"
    assert ".question" in sheet.text
    assert "--teal: #7a1f5c;" in sheet.text.rsplit(":root", 1)[1]
    again = client.get("/look/public-7a1f5c.css", headers={"If-None-Match": sheet.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path", ["public-ffffff", "public-zzz", "secret-7a1f5c", "public-7a1f5c;}", "..%2fpublic-7a1f5c"]
)
def test_no_other_sheet_is_made(client: FlaskClient, path: str) -> None:
    assert client.get(f"/look/{path}.css").status_code == 404


@pytest.mark.parametrize("role", ["product_owner", "announcer", "viewer"])
def test_only_admins_see_it(as_role: AsRole, role: str) -> None:
    person = as_role(role)
    assert person.get("/organisation").status_code == 403
    assert person.post("/organisation", data={"name": "Mine"}).status_code == 403
    assert 'href="/organisation"' not in person.get("/").text


def test_letters_carry_name_colour_and_who_answers_for_the_data(app: Flask) -> None:
    values = {"name": "Velo", "colour": "#7a1f5c", "privacy_url": "https://a.example/p", "controller": "Holding SA"}
    actions.save(values, COMMAND)
    words = templates.render("invitation", "en", scope="surveys", subject="s", blocks=[], questions=3, minutes=2)
    for part in (words.text, words.html):
        assert "Velo, ul. Rowerowa 1, Kraków" in part.replace("\n", ", ")
        assert part.count("Responsible for your data: Holding SA") == 1
        assert part.count("https://a.example/p") == 1
    assert "#7a1f5c" in words.html
    assert "#0f5f57" not in words.html
    assert "<img" not in words.html
    assert "Holding SA" not in templates.render("staff_invitation", "en").text  # to colleagues: no word of privacy
