"""What the guides say is there is there: their links lead somewhere, and the files they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feedback_app.places import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
GUIDES = ["tour", "how-to-add", "sending", "grouping", "answering"]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
QUOTED = re.compile(r"`([a-z_]+(?:/[\w{},]+)*/[\w{},.*<>]*)`")
DRAWN = re.compile(r"(?<![\w/.<])[a-z_]+/[\w/{},.]*\w")
TOPS = ("feedback_app", "tests", "templates", "migrations", "benchmarks", "docs")
FILES = [
    path.relative_to(ROOT).as_posix()
    for top in TOPS
    for path in (ROOT / top, *(ROOT / top).rglob("*"))
    if "__pycache__" not in path.parts
]


def spread(name: str) -> list[str]:
    """`a/{b,c}/` is `a/b/` and `a/c/`."""
    found = re.search(r"\{([^}]*)\}", name)
    return [one for part in found[1].split(",") for one in spread(name.replace(found[0], part, 1))] if found else [name]


def is_there(name: str) -> bool:
    """A folder, a module, or a function of one (`room/actions.verb`), from the top or from within a room."""
    name = name.rstrip("/")
    if "<" in name or "*" in name:  # stands for what somebody will add
        return True
    module, _dot, verb = name.partition(".")
    ends = [f"{name}", f"{module}.py"] if verb != "py" else [name]
    fitting = [file for file in FILES if any(file == end or file.endswith(f"/{end}") for end in ends)]
    if not verb or "." in verb or any(file.endswith(name) for file in fitting):
        return bool(fitting)
    return any(re.search(rf"\b{verb}\b", (ROOT / file).read_text("utf-8")) for file in fitting if file.endswith(".py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_names_is_there(guide: str) -> None:
    text = (ROOT / "docs" / f"{guide}.md").read_text("utf-8")
    drawings = "\n".join(re.findall(r"^```\n(.*?)^```", text, re.M | re.S))
    names = {name for found in (*QUOTED.findall(text), *DRAWN.findall(drawings)) for name in spread(found)}
    assert len(names) > 5
    assert sorted(name for name in names if not is_there(name)) == []


def test_the_index_lists_every_decision_once_and_none_that_is_gone() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"^\| \[(\d{4})\]\((\1-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"), re.M)
    assert sorted(name for _, name in listed) == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_table_of_licences_names_each_package_that_is_installed() -> None:
    pinned = set(re.findall(r"^([a-z][\w-]*)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    table = re.findall(r"^\|[^|]+\|([^|]+)\|$", (ROOT / "docs/dependencies.md").read_text("utf-8"), re.MULTILINE)[2:]
    assert sorted(name for row in table for name in row.strip().split(", ")) == sorted(pinned)
