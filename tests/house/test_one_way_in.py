"""Responses and answers are stored in one place, so that every way in keeps the same promises."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from feedback_app.places import ROOT

WAY_IN = ROOT / "feedback_app" / "responses" / "actions.py"
TABLES = ("response", "answer")
WRITTEN = re.compile(r"\bINSERT\s+INTO\s+\"?(response|answer)\b|metadata\.tables\[.(response|answer).\]", re.IGNORECASE)
MODULE = "feedback_app.responses.models"


def stores(source: str) -> list[str]:
    """Return what in ``source`` makes a row of a response or an answer: a class called, an INSERT built or written."""
    tree = ast.parse(source)
    names, modules = _names(tree)
    found = [match[0] for match in WRITTEN.finditer(source)]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if _means(call.func, names, modules):
            found.append(ast.unparse(call.func))
        if _called(call) == "insert":
            found += [ast.unparse(call) for given in call.args if _means(given, names, modules)]
            found += [ast.unparse(call)] if _of_ours(call.func, names, modules) else []
    return found


def _names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names under which this module knows the two classes, and the module they are in."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    classes = [one for node in imports if node.module == MODULE for one in node.names if one.name.lower() in TABLES]
    modules = [
        one for node in imports if f"{node.module}.models" == MODULE for one in node.names if one.name == "models"
    ]
    return {one.asname or one.name for one in classes}, {one.asname or one.name for one in modules}


def _means(node: ast.AST, names: set[str], modules: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    of_module = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    if of_module:
        assert isinstance(node, ast.Attribute)
        return node.attr.lower() in TABLES
    return isinstance(node, ast.Attribute) and node.attr == "__table__" and _means(node.value, names, modules)


def _of_ours(node: ast.AST, names: set[str], modules: set[str]) -> bool:
    """True for ``Response.__table__.insert``."""
    return isinstance(node, ast.Attribute) and _means(node.value, names, modules)


def _called(call: ast.Call) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return "insert" if name.endswith("insert") else name


@pytest.mark.parametrize(
    "planted",
    [
        "from feedback_app.responses.models import Response\nsession.add(Response(survey_id=1))",
        "from feedback_app.responses.models import Answer as Said\nresponse.answers.append(Said(text='x'))",
        "from feedback_app.responses import models\nmodels.Answer(text='x')",
        "from feedback_app.responses.models import Response\nsession.execute(insert(Response), rows)",
        "from feedback_app.responses.models import Answer\nsession.execute(plain_insert(Answer), rows)",
        "from feedback_app.responses.models import Answer\nsession.execute(Answer.__table__.insert(), rows)",
        "from feedback_app.responses.models import Answer\nsession.execute(sa.insert(Answer.__table__), rows)",
        "session.execute(text('insert  into response (id) values (1)'))",
        "ANSWERS = Answer.metadata.tables['answer']",
    ],
)
def test_another_way_in_would_be_seen(planted: str) -> None:
    assert stores(planted)


def test_reading_and_deleting_are_no_way_in() -> None:
    assert not stores(
        "from feedback_app.responses.models import Answer, Response\n"
        "select(Response.id).join(Answer).where(exists().where(Answer.text != ''))\n"
        "delete(Response).where(Response.id == 1)\n"
        "text('INSERT INTO response_import SELECT 1')\n"
    )


def test_responses_are_stored_in_one_place() -> None:
    files = [one for one in (ROOT / "feedback_app").rglob("*.py") if one != WAY_IN]
    assert len(files) > 200
    elsewhere = {_shown(one): found for one in files if (found := stores(one.read_text("utf-8")))}
    assert elsewhere == {}, "use feedback_app.responses.actions.record"
    assert stores(WAY_IN.read_text("utf-8")), "the one place is the one that is looked at"


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
