"""The loop by commands on real answers, into a real SMTP server; what must hold is read from what it received."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from feedback_app.places import ROOT
from tests.flows.house import empty_database

ANSWERS = ROOT.parent / "shared" / "data" / "themes"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not ANSWERS.is_dir(), reason="the public answers are not beside this checkout (../shared)")
def test_every_respondent_is_told_once_in_their_language_beside_their_words(tmp_path: Path) -> None:
    with empty_database(tmp_path) as database:
        done = subprocess.run(
            [sys.executable, "benchmarks/real_loop.py", "--rows", "40", "--database", database],
            capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
    promises = [line for line in done.stdout.splitlines() if line.startswith(("ok ", "FAIL "))]
    assert len(promises) == 7, done.stdout[-2000:] + done.stderr[-2000:]
    assert all(line.startswith("ok ") for line in promises), "\n".join(promises)
    assert done.returncode == 0
