"""What holds for every room: templates parse, translations are whole, tables match the migrations."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click
import pytest
from babel.messages.pofile import read_po
from flask import Flask

from feedback_app.cli import COMMANDS, feedback_app
from feedback_app.places import ROOT

TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_parses(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_lines_of_templates_can_be_read(name: str) -> None:
    lines = (ROOT / "templates" / name).read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > 120] == []


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".html")])
def test_pages_keep_the_strict_policy(name: str) -> None:
    text = (ROOT / "templates" / name).read_text("utf-8")
    assert not re.search(r"<[a-z][^>]*\sstyle=", text), "inline style"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", text), "inline handler"


def test_every_address_stands_in_the_urls_of_its_room() -> None:
    rooms = [path for path in (ROOT / "feedback_app").glob("*/**/*.py") if "web" not in path.parts]
    assert len([path for path in rooms if path.name == "urls.py"]) > 9
    assert [path for path in rooms if re.search(r"^@\w+\.(get|post|route)\(", path.read_text("utf-8"), re.M)] == []


def test_polish_is_whole() -> None:
    with (ROOT / "feedback_app/translations/pl/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="pl")
    assert len(catalogue) > 300
    for message in catalogue:
        if not message.id:
            continue
        assert "\n  " not in str(message.id[-1] if isinstance(message.id, tuple) else message.id), "broken by a layout"
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), f"not translated: {message.id!r}"
        assert not message.fuzzy, f"uncertain: {message.id!r}"
        wanted = Counter(re.findall(r"%\((\w+)\)s|%\((\w+)\)d", str(message.id)))
        named = {name for pair in wanted for name in pair if name}
        for text in texts:
            used = {name for pair in re.findall(r"%\((\w+)\)s|%\((\w+)\)d", str(text)) for name in pair if name}
            assert used <= named, f"unknown placeholder in {text!r}"


def test_commands_explain_themselves() -> None:
    context = click.Context(feedback_app)
    for name in COMMANDS:
        command = feedback_app.get_command(context, name)
        assert command is not None
        for one in _all(command):
            assert one.help, f"{name} {one.name} has no help"


def _all(command: click.Command) -> list[click.Command]:
    inner = [one for child in getattr(command, "commands", {}).values() for one in _all(child)]
    return [command, *inner]


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    import subprocess
    import sys

    program = (
        "import sys; from feedback_app.cli import feedback_app\n"
        "try: feedback_app(['--help'], prog_name='feedback-app')\n"
        "except SystemExit: pass\n"
        "print([name for name in ('flask', 'sqlalchemy', 'numpy', 'sklearn') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert out.splitlines()[-1] == "[]"
