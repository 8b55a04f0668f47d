"""Run the benchmarks that need nothing but this checkout, each in its short form; docs/benchmarks.md explains them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
BENCHMARKS = (
    ("how well answers are cut into mentions", ["themes_mentions.py"]),
    ("pages of themes with 50,000 mentions", ["themes_pages.py"]),
    ("importing 100,000 contacts", ["contacts_import.py", "100000"]),
    ("answering a survey beside a bare floor", ["answering.py", "--rounds", "1", "--seconds", "10", "--clients", "8"]),
    ("the whole loop on real answers", ["real_loop.py", "--rows", "500"]),
)


def main() -> int:
    """Run them one after another, so that none disturbs another; return 1 when one failed."""
    failed = []
    for title, words in BENCHMARKS:
        print(f"\n== {title}", flush=True)
        started = time.perf_counter()
        code = subprocess.call([sys.executable, str(HERE / words[0]), *words[1:]], cwd=HERE.parent)
        print(f"   {time.perf_counter() - started:.0f} s, exit {code}")
        failed += [title] if code else []
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
