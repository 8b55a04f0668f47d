"""The folder of uploaded lists: var/imports, names nobody can guess, nothing kept for longer than a day."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from feedback_app.extensions import current_settings

KEPT_SECONDS = 24 * 3600
LIST, ROWS, REPORT = ".csv", ".rows.jsonl", ".report.jsonl"


def _folder() -> Path:
    folder = Path(current_settings().var) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def store(source: BinaryIO) -> str:
    """Copy ``source`` into the folder, readable by this account alone, and return its unguessable name."""
    name = secrets.token_urlsafe(24)
    with _create(name, LIST, "wb") as file:
        shutil.copyfileobj(source, file, 1024 * 1024)
    return name


def _create(name: str, kind: str, mode: str) -> Any:
    path = _folder() / (name + kind)
    path.touch(mode=0o600)
    return path.open(mode, encoding=None if "b" in mode else "utf-8")


def open_list(name: str) -> BinaryIO:
    """Open the uploaded list."""
    return (_folder() / (name + LIST)).open("rb")


def new_lines(name: str, kind: str) -> TextIO:
    """Open ROWS or REPORT of the list for writing, replacing an earlier one."""
    lines: TextIO = _create(name, kind, "w")
    return lines


def open_rows(name: str) -> TextIO:
    """Open the rows that were read from the list; raises FileNotFoundError when they were removed."""
    return (_folder() / (name + ROWS)).open(encoding="utf-8")


def first_rows(name: str, count: int) -> list[str]:
    """Return the first lines of the rows, none when they were removed."""
    try:
        with open_rows(name) as file:
            return list(islice(file, count))
    except FileNotFoundError:
        return []


def report_lines(name: str) -> Iterator[dict[str, Any]]:
    """Yield the lines of the report: row, outcome, reason (a msgid), values, text. Nothing when it is gone."""
    try:
        with (_folder() / (name + REPORT)).open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except FileNotFoundError:
        return


def remove(name: str, *kinds: str) -> None:
    """Remove what belongs to the list: everything, or only the ``kinds`` named."""
    for kind in kinds or (LIST, ROWS, REPORT):
        (_folder() / (name + kind)).unlink(missing_ok=True)


def remove_old(seconds: int = KEPT_SECONDS) -> int:
    """Remove what is older than ``seconds`` and return how many files that were."""
    border = time.time() - seconds
    old = [path for path in _folder().iterdir() if path.suffix in (".csv", ".jsonl") and path.stat().st_mtime < border]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
