"""The life of an import, whatever it brings: tried, applied once or dropped, gone after a day."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from feedback_app import clock
from feedback_app.contacts.models import ContactImport
from feedback_app.database import transaction
from feedback_app.errors import NotFound, Refused
from feedback_app.extensions import db
from feedback_app.imports import actions, files
from feedback_app.imports.models import ImportRun
from feedback_app.imports.queries import run_by_id
from feedback_app.responses.models import ResponseImport


def _run(name: str = "list.csv") -> ContactImport:
    return ContactImport(file_name=name, default_kind="customer", default_language="en")


def _keep(run: ImportRun | None = None) -> int:
    return actions.keep_tried(run or _run(), io.BytesIO(b"email\n"), lambda _name: {"rows": 1})


def _kept(app: Flask) -> list[Path]:
    return list((Path(app.config["SETTINGS"].var) / "imports").glob("*"))


def test_what_was_tried_is_kept_with_what_it_would_do(app: Flask) -> None:
    run = run_by_id(ContactImport, _keep())
    assert (run.what, run.state, run.counts, run.options) == ("contacts", "tried", {"rows": 1}, {})
    with actions.opened(files.open_list, run) as file:
        assert file.read() == b"email\n"


def test_what_cannot_be_read_leaves_nothing(app: Flask) -> None:
    def refuse(_name: str) -> dict[str, Any]:
        raise Refused("no list")

    with pytest.raises(Refused, match="no list"):
        actions.keep_tried(_run(), io.BytesIO(b"x"), refuse)
    assert _kept(app) == []
    assert db.session.query(ImportRun).count() == 0


def test_an_import_is_applied_once_and_not_dropped_afterwards(app: Flask) -> None:
    made = _keep()
    with transaction():
        assert actions.claim(ContactImport, made).state == "applied"
    with pytest.raises(Refused, match="imported already, or given up"), transaction():
        actions.claim(ContactImport, made)
    with pytest.raises(Refused, match="imported already"):
        actions.drop_import(ContactImport, made)
    assert len(_kept(app)) == 1, "what is applied keeps its files"


def test_what_is_dropped_is_gone_and_not_applied(app: Flask) -> None:
    made = _keep()
    actions.drop_import(ContactImport, made)
    assert (_kept(app), run_by_id(ContactImport, made).state) == ([], "dropped")
    with pytest.raises(Refused, match="given up"), transaction():
        actions.claim(ContactImport, made)


def test_where_applying_fails_it_can_be_tried_again(app: Flask) -> None:
    made = _keep()

    def stumble() -> None:
        with transaction():
            actions.claim(ContactImport, made)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stumble()
    assert run_by_id(ContactImport, made).state == "tried"


def test_claiming_belongs_to_a_verb(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="inside transaction"):
        actions.claim(ContactImport, _keep())


def test_one_kind_of_import_is_not_met_as_another(app: Flask) -> None:
    made = _keep()
    with pytest.raises(NotFound):
        run_by_id(ResponseImport, made)
    with pytest.raises(NotFound):
        actions.drop_import(ResponseImport, made)
    with pytest.raises(NotFound):
        run_by_id(ContactImport, 999)


def test_what_nobody_came_back_to_is_dropped_after_a_day_of_whatever_kind(app: Flask) -> None:
    old, young = _keep(), _keep()
    for path in _kept(app):
        if path.name.startswith(run_by_id(ContactImport, old).stored_as):
            os.utime(path, (1, 1))
    with transaction():
        run_by_id(ContactImport, old).created_at = clock.now() - timedelta(days=2)
    assert actions.remove_old_imports() == 1
    assert actions.remove_old_imports() == 0
    assert [run_by_id(ContactImport, one).state for one in (old, young)] == ["dropped", "tried"]
    with pytest.raises(Refused, match="one day only"):
        actions.opened(files.open_list, run_by_id(ContactImport, old))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ada\\list.csv", "list.csv"),
        ("a\r\nb\0.csv", "a b.csv"),
        ("", "unnamed.csv"),
        ("\u202e", "unnamed.csv"),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_file_is_shown_by_its_name_alone(given: str, name: str) -> None:
    assert actions.shown(given, "unnamed.csv") == name
