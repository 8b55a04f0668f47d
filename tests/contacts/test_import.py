"""Importing: what a list does to the table, tried and then applied."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feedback_app.contacts import queries
from feedback_app.contacts.importing import actions as import_actions
from feedback_app.contacts.importing.import_pass import ContactCounts
from feedback_app.contacts.models import Contact, ContactImport
from feedback_app.contacts.queries import Filter
from feedback_app.database import transaction
from feedback_app.delivery import suppression
from feedback_app.errors import NotFound, Refused
from feedback_app.events.actor import COMMAND
from feedback_app.events.models import Event
from feedback_app.extensions import db
from feedback_app.imports import files as import_files
from feedback_app.imports.actions import remove_old_imports
from feedback_app.imports.queries import run_by_id
from tests.factories import a_contact

HEAD = "email,name,kind,stage,language,city,unsubscribed\n"
LIST = HEAD + "ada@example.org,Ada,customer,,en,Łódź,\nbob@example.org,Bob,lost prospect,offer,pl,,\n"


def _try(text: str | bytes, name: str = "list.csv") -> int:
    data = text.encode() if isinstance(text, str) else text
    return import_actions.try_import(io.BytesIO(data), name, by=COMMAND, kind="prospect", language="pl")


def _import(text: str | bytes) -> ContactCounts:
    return import_actions.apply_import(_try(text), by=COMMAND)


def _everything() -> list[tuple[object, ...]]:
    db.session.expire_all()
    found = queries.every(Filter())
    return [
        (one.email, one.name, one.kind, one.stage_lost, one.language, dict(one.attributes), one.updated_at)
        for one in found
    ]


def _files(app: Flask) -> list[Path]:
    return list((Path(app.config["SETTINGS"].var) / "imports").glob("*"))


def test_trying_changes_no_contact_and_foretells_exactly(app: Flask) -> None:
    a_contact("ADA@example.org", name="Ada", attributes={"plan": "M"})
    before = _everything()
    tried = _try(LIST)
    assert _everything() == before
    counts = run_by_id(ContactImport, tried).counts
    assert (counts["created"], counts["updated"], counts["rejected"]) == (1, 1, 0)
    applied = import_actions.apply_import(tried, by=COMMAND)
    assert applied.as_dict() == {key: counts[key] for key in applied.as_dict()}


@pytest.mark.usefixtures("app")
def test_importing_again_changes_nothing() -> None:
    assert _import(LIST).created == 2
    before = _everything()
    again = _import(LIST)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert _everything() == before


@pytest.mark.usefixtures("app")
def test_empty_cells_wipe_nothing_and_filled_ones_win() -> None:
    a_contact(
        "ada@example.org",
        name="Ada",
        kind="lost_prospect",
        stage_lost="offer",
        attributes={"city": "Łódź", "plan": "M"},
    )
    _import(HEAD + "ADA@example.org,,,,pl,Kraków,\n")
    (found,) = _everything()
    assert found[:6] == ("ada@example.org", "Ada", "lost_prospect", "offer", "pl", {"city": "Kraków", "plan": "M"})


@pytest.mark.usefixtures("app")
def test_who_became_a_customer_has_no_stage_lost() -> None:
    a_contact("ada@example.org", kind="lost_prospect", stage_lost="offer")
    _import("email,kind,stage\nada@example.org,customer,closed won\n")
    assert _everything()[0][2:4] == ("customer", "")


@pytest.mark.usefixtures("app")
def test_rows_that_do_not_say_get_the_chosen_kind_and_language() -> None:
    _import("email\nada@example.org\n")
    assert _everything()[0][2:5] == ("prospect", "", "pl")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("said", ["", "no"])
def test_an_import_never_lifts_a_suppression(said: str) -> None:
    with transaction():
        suppression.suppress("ada@example.org", "surveys", "unsubscribed", "letter 1")
    counts = _import(HEAD + f"ada@example.org,Ada,,,,,{said}\n")
    assert (counts.created, counts.suppressed) == (1, 1)
    assert suppression.scopes_of("ada@example.org") == {"surveys": "unsubscribed"}


@pytest.mark.usefixtures("app")
def test_an_import_may_add_a_suppression_even_by_a_row_it_rejects() -> None:
    text = HEAD + "ada@example.org,,,,,,yes\nbob@example.org,,king,,,,yes\nbob@example.org,,,,,,\n"
    counts = _import(text)
    assert (counts.created, counts.rejected, counts.opted_out) == (2, 1, 2)
    assert suppression.scopes_of("bob@example.org") == {"all": "unsubscribed"}
    again = _import(text)
    assert (again.updated, again.unchanged, again.opted_out) == (0, 2, 0)


@pytest.mark.usefixtures("app")
def test_an_import_does_not_bring_back_who_was_erased() -> None:
    with transaction():
        suppression.suppress("ada@example.org", "all", "erased")
    counts = _import(LIST)
    assert (counts.created, counts.held_back, counts.rejected) == (1, 1, 0)
    assert queries.by_key("ada@example.org") is None


def test_good_rows_go_in_and_the_others_are_reported(app: Flask) -> None:
    tried = _try(HEAD + "no-address,,,,,,\nada@example.org,Ada,,,,,\n" + 'x@example.org,"open,,,,,\n')
    import_actions.apply_import(tried, by=COMMAND)
    assert [one[0] for one in _everything()] == ["ada@example.org"]
    lines = list(import_files.report_lines(run_by_id(ContactImport, tried).stored_as))
    assert [(line["row"], line["outcome"]) for line in lines] == [(2, "rejected"), (4, "rejected")]
    assert not [path for path in _files(app) if path.name.endswith((".csv", ".rows.jsonl"))]


@pytest.mark.parametrize(
    "data", [b"", HEAD.encode(), b"name\nAda\n", HEAD.encode("utf-16"), b"email\n\xc5\x82\n\xb3\n"]
)
def test_what_cannot_be_read_leaves_nothing_behind(app: Flask, data: bytes) -> None:
    with pytest.raises(Refused):
        _try(data)
    assert _files(app) == []
    assert db.session.query(ContactImport).count() == 0


@pytest.mark.usefixtures("app")
def test_a_list_is_applied_once() -> None:
    tried = _try(LIST)
    import_actions.apply_import(tried, by=COMMAND)
    with pytest.raises(Refused, match="already"):
        import_actions.apply_import(tried, by=COMMAND)
    with pytest.raises(Refused, match="already"):
        import_actions.drop_import(tried)
    with pytest.raises(NotFound):
        import_actions.apply_import(999, by=COMMAND)
    assert db.session.query(Event).filter_by(code="contacts.imported").count() == 1


def test_a_list_that_is_gone_is_not_applied_by_half(app: Flask) -> None:
    tried = _try(LIST)
    for path in _files(app):
        path.unlink()
    with pytest.raises(Refused, match="one day only"):
        import_actions.apply_import(tried, by=COMMAND)
    assert run_by_id(ContactImport, tried).state == "tried"


def test_a_failure_in_the_middle_leaves_nothing_half_done(app: Flask) -> None:
    tried = _try(HEAD + "".join(f"p{n}@example.org,,,,,,\n" for n in range(1500)))
    (rows,) = [path for path in _files(app) if path.name.endswith(".rows.jsonl")]
    lines = rows.read_text("utf-8").splitlines()
    rows.write_text("\n".join([*lines[:1200], "{damaged"]), "utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        import_actions.apply_import(tried, by=COMMAND)
    assert queries.how_many(Filter()) == 0
    assert run_by_id(ContactImport, tried).state == "tried"


def test_old_lists_are_removed(app: Flask) -> None:
    import os

    tried = _try(LIST)
    for path in _files(app):
        os.utime(path, (1, 1))
    assert remove_old_imports() == 2
    assert remove_old_imports() == 0
    with pytest.raises(Refused):
        import_actions.apply_import(tried, by=COMMAND)


def test_uploaded_lists_are_for_this_account_alone(app: Flask) -> None:
    _try(LIST)
    for path in _files(app):
        assert path.stat().st_mode & 0o077 == 0
        assert len(path.name.split(".")[0]) >= 32


@pytest.mark.slow
@pytest.mark.usefixtures("app")
def test_a_hundred_thousand_rows() -> None:
    text = "email,name\n" + "".join(f"p{n}@example.org,P {n}\n" for n in range(100_000))
    assert _import(text).created == 100_000
    assert queries.how_many(Filter()) == 100_000


@pytest.mark.usefixtures("app")
def test_our_own_export_changes_nothing_when_imported() -> None:
    a_contact("ada@example.org", name="=SUM(A1)", attributes={"phone": "+48 600", "note": '"quoted", here'})
    a_contact("bob@example.org", kind="lost_prospect", stage_lost="-price", language="pl")
    with transaction():
        suppression.suppress("bob@example.org", "all", "manual")
    from feedback_app.exports import csv_safe

    counts = _import("".join(csv_safe.stream(queries.table(Filter()))))
    assert (counts.unchanged, counts.rejected, counts.suppressed) == (2, 0, 1)


AsRole = Callable[[str], FlaskClient]


def test_in_the_browser_from_file_to_list(as_role: AsRole) -> None:
    client = as_role("announcer")
    text = (
        HEAD
        + '<script>alert(1)</script>@x,=1+1,,,,,\nada@example.org,"=HYPERLINK(""x"")",,,,<script>alert(2)</script>,\n'
    )
    form = {"file": (io.BytesIO(text.encode()), "../../my <b>list.csv"), "kind": "customer", "language": "pl"}
    reply = client.post("/contacts/import", data=form)
    assert reply.status_code == 303
    page = client.get(reply.location).text
    assert "Import 1 contact" in page
    assert "<script>alert" not in page
    assert "<b>list" not in page
    report = list(csv.reader(io.StringIO(client.get(reply.location + "/report.csv").text.removeprefix("\ufeff"))))
    assert report[1][:2] == ["2", "rejected"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in report for cell in row)
    assert client.post(reply.location + "/apply").status_code == 303
    client.post(reply.location + "/apply")  # pressed twice
    assert "The list was imported" in client.get(reply.location).text
    shown = client.get("/contacts?source=import: my <b>list.csv").text
    assert "ada@example.org" in shown
    assert "<script>alert" not in client.get("/contacts/1").text


def test_in_the_browser_an_unusable_file_is_one_clear_line(as_role: AsRole) -> None:
    client = as_role("announcer")
    for data in (b"", b"PK\x03\x04", HEAD.encode("utf-16")):
        form = {"file": (io.BytesIO(data), "x.csv"), "kind": "customer", "language": "en"}
        assert 'class="alert alert-danger"' in client.post("/contacts/import", data=form).text
    assert "Choose a file" in client.post("/contacts/import", data={"kind": "customer", "language": "en"}).text


def test_giving_a_list_up_removes_it(as_role: AsRole, app: Flask) -> None:
    client = as_role("admin")
    tried = _try(LIST)
    assert client.post(f"/contacts/imports/{tried}/drop").status_code == 303
    assert _files(app) == []
    assert db.session.query(Contact).count() == 0


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("product_owner", 403), ("announcer", 200), ("admin", 200)]
)
def test_who_may_import(as_role: AsRole, role: str, status: int) -> None:
    tried = _try(LIST)
    client = as_role(role)
    for path in ("/contacts/import", "/contacts/new", f"/contacts/imports/{tried}", "/contacts/export.csv"):
        assert client.get(path).status_code == status, path
    assert client.post(f"/contacts/imports/{tried}/apply").status_code == (303 if status == 200 else 403)
