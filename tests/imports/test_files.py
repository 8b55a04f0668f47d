"""The folder of uploaded lists, and addresses a file has brought already."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.extensions import current_settings
from feedback_app.imports import files
from feedback_app.imports.first_seen import Seen


@pytest.fixture
def folder(app: Flask) -> Path:
    return Path(current_settings().var) / "imports"


def _permissions(path: Path) -> str:
    return oct(path.stat().st_mode)[-3:]


def test_an_upload_is_kept_under_a_name_nobody_guesses_for_this_account_alone(folder: Path) -> None:
    names = {files.store(io.BytesIO(b"email\na@x.org\n")) for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) == 32 for name in names)  # 24 bytes of chance in base64
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in names}
    assert _permissions(folder) == "700"
    assert {_permissions(path) for path in folder.iterdir()} == {"600"}
    with files.open_list(names.pop()) as file:
        assert file.read() == b"email\na@x.org\n"


def test_the_folder_is_made_with_all_above_it(app: Flask, tmp_path: Path) -> None:
    deep = tmp_path / "not" / "yet"
    app.config["SETTINGS"] = current_settings().with_(var=str(deep))
    with files.open_list(files.store(io.BytesIO(b"x"))) as file:
        assert file.read() == b"x"
    assert _permissions(deep / "imports") == "700"


def test_a_long_upload_arrives_whole(folder: Path) -> None:
    data = bytes(range(256)) * 10_000
    with files.open_list(files.store(io.BytesIO(data))) as file:
        assert file.read() == data


def test_rows_and_report_belong_to_their_list(folder: Path) -> None:
    name = files.store(io.BytesIO(b"email\n"))
    with files.new_lines(name, files.ROWS) as lines:
        lines.write("ż\ntwo\nthree\n")
    assert files.first_rows(name, 2) == ["ż\n", "two\n"]
    with files.new_lines(name, files.ROWS) as lines:
        lines.write("anew\n")
    assert files.first_rows(name, 2) == ["anew\n"]
    with files.new_lines(name, files.REPORT) as lines:
        lines.write('{"row": 2, "outcome": "rejected"}\n{"row": 5, "outcome": "held back"}\n')
    assert [line["row"] for line in files.report_lines(name)] == [2, 5]
    assert {_permissions(path) for path in folder.iterdir()} == {"600"}


def test_what_was_removed_is_nothing_to_read(folder: Path) -> None:
    name = files.store(io.BytesIO(b"email\n"))
    assert files.first_rows(name, 3) == []
    assert list(files.report_lines(name)) == []
    with pytest.raises(FileNotFoundError):
        files.open_rows(name)


def test_a_list_is_removed_whole_or_in_part(folder: Path) -> None:
    one, other = (files.store(io.BytesIO(b"email\n")) for _ in range(2))
    for name in (one, other):
        for kind in (files.ROWS, files.REPORT):
            files.new_lines(name, kind).close()
    files.remove(one, files.LIST, files.ROWS)
    assert {path.name for path in folder.glob(f"{one}*")} == {f"{one}.report.jsonl"}
    files.remove(one)
    files.remove(one)  # twice does no harm
    assert len(list(folder.iterdir())) == 3
    assert all(path.name.startswith(other) for path in folder.iterdir())


def test_nothing_is_kept_for_longer_than_a_day(folder: Path) -> None:
    young, old = (files.store(io.BytesIO(b"email\n")) for _ in range(2))
    files.new_lines(old, files.ROWS).close()
    (folder / "notes.txt").write_text("not ours", "utf-8")
    day = 24 * 3600
    for path in (folder / f"{old}.csv", folder / f"{old}.rows.jsonl", folder / "notes.txt"):
        os.utime(path, (time.time() - day - 60,) * 2)
    os.utime(folder / f"{young}.csv", (time.time() - day + 60,) * 2)
    assert files.remove_old() == 2
    assert {path.name for path in folder.iterdir()} == {f"{young}.csv", "notes.txt"}
    assert files.remove_old() == 0
    assert files.remove_old(day - 120) == 1


@given(st.lists(st.sampled_from(["a", "b", "c", "ż", "A", ""]), max_size=20))
def test_the_first_row_of_each_key_is_remembered(keys: list[str]) -> None:
    with Seen() as seen:
        found = [seen.first(key, number) for number, key in enumerate(keys)]
    assert found == [keys.index(key) for key in keys]


def test_two_files_know_nothing_of_each_other() -> None:
    with Seen() as one, Seen() as other:
        assert one.first("a@x.org", 2) == 2
        assert other.first("a@x.org", 7) == 7
        assert one.first("a@x.org", 9) == 2
