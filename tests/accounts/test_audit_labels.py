from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from feedback_app.accounts.audit_labels import ACTIONS, TARGETS

PACKAGE = Path(__file__).parents[2] / "feedback_app"
ARGUMENTS = {"note": (1, 2), "note_once": (2, 3), "step": (1, None)}  # where action and target stand


def _words(node: ast.expr) -> Iterator[str]:
    """Yield the texts written out in an argument; a conditional expression has two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_words(node.body), *_words(node.orelse))


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ARGUMENTS:
                yield node.func.id, node


def test_whatever_the_trail_is_told_can_be_translated() -> None:
    actions: set[str] = set()
    targets: set[str] = set()
    for name, call in _calls():
        for place, found in zip(ARGUMENTS[name], (actions, targets), strict=True):
            if place is not None and place < len(call.args):
                found.update(_words(call.args[place]))
    assert len(actions) > 50  # else the calls have another shape now and this test looks at nothing
    assert actions <= set(ACTIONS)
    assert targets <= set(TARGETS)
