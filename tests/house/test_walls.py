"""The walls of the house hold: each is broken once in a copy, and the gate says which."""

from __future__ import annotations

import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

from feedback_app.places import ROOT
from tests.house.contracts import role

BREACHES = [
    ("feedback_app/contacts/queries.py", "import feedback_app.themes.models", "A floor imports only floors below"),
    ("feedback_app/contacts/queries.py", "import feedback_app.contacts.views", "Inside a room"),
    ("feedback_app/themes/curation/theme_actions.py", "import feedback_app.themes.curation.mention_views", "Inside"),
    ("feedback_app/themes/curation/theme_actions.py", "import flask", "Only views, forms, mail and commands"),
    ("feedback_app/delivery/queue/retry.py", "import feedback_app.web.pages", "Only views, forms, mail and commands"),
    ("feedback_app/delivery/throttle/rates.py", "import feedback_app.delivery.sending.relay", "No two neighbours"),
    ("feedback_app/themes/engine/text/tokens.py", "import sqlalchemy", "The theme engine is pure"),
    ("feedback_app/nowhere.py", "", "A floor imports only floors below"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "feedback_app", tmp_path / "feedback_app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests" / "house").mkdir(parents=True)
    shutil.copy(ROOT / "tests/house/contracts.py", tmp_path / "tests" / "house")
    return tmp_path


@pytest.mark.parametrize(("file", "line", "wall"), BREACHES)
def test_a_breach_is_seen(copy: Path, file: str, line: str, wall: str) -> None:
    path = copy / file
    before = path.read_text("utf-8") if path.exists() else '"""A module nobody gave a floor."""\n'
    path.write_text(f"{before}\n{line}\n", "utf-8")
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(lint, cwd=copy, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 1, done.stdout[-2000:]
    told = done.stdout.partition("Broken contracts")[2]
    assert any(text.startswith(wall) for text in told.splitlines()), done.stdout[-2000:]


def test_no_module_needs_itself() -> None:
    graph = grimp.build_graph("feedback_app", exclude_type_checking_imports=True, cache_dir=None)
    modules = graph.modules - {"feedback_app"}  # it hands the factory over lazily
    needs = {module: graph.find_modules_directly_imported_by(module) - {"feedback_app"} for module in modules}
    assert len(list(TopologicalSorter(needs).static_order())) >= len(modules)  # CycleError names a ring


@pytest.mark.parametrize(
    ("module", "expected"),
    [("a.views", "views"), ("a.import_views", "views"), ("a.blueprint", "blueprint"), ("a.reviews", None)],
)
def test_roles_are_read_from_names(module: str, expected: str | None) -> None:
    assert role(module) == expected
