#!/usr/bin/env python3
"""Did a change make the product slower? Two checkouts answer, send and group in turn, in one run.

    python benchmarks/before_after.py BEFORE [--pairs 7] [--only grouping] [--texts FILE.csv] [--letters 40000]

BEFORE is another checkout (``git worktree add ../before COMMIT``) with a ``.venv`` of its own. Each pair runs the same
work in BEFORE and here, in changing order, and gives one ratio of processor seconds (user and system, all processes of
the work): answering by its own benchmark, per 1,000 answers; sending to a mail server on loopback; grouping by
``themes cluster`` of the CSV text[,lang] in ``--texts``, whose labels must be the same byte for byte. Printed is the
median ratio, here / before, and its least and most. The machine drifts: only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

from tests.fakes import Relay  # noqa: E402

Figure = tuple[float, str]  # processor seconds, and what must be the same on both sides


def spent() -> float:
    """Return the processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(checkout: Path, program: str, *words: str, stdin: str = "") -> str:
    """Run a program of ``checkout``'s environment there and return what it printed."""
    command = [str(checkout / ".venv/bin" / program), *words]
    environment = {"FEEDBACK_CPU_AFFINITY": "on", **os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=checkout, input=stdin, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def answering(checkout: Path, options: argparse.Namespace) -> Figure:
    """Let people answer for six seconds; return processor seconds per 1,000 answers."""
    said = run(checkout, "python", "benchmarks/answering.py", "--rounds", "1", "--seconds", str(options.seconds))
    [ours] = [json.loads(line) for line in said.splitlines() if '"target": "ours"' in line]
    return ours["cpu_per_1000"], f"{ours['missing']} missing, {ours['wrong']} wrong"


def sending(checkout: Path, options: argparse.Namespace) -> Figure:
    """Send the letters over loopback; return processor seconds without the server's and without the start."""
    seconds, arrived = {}, {}
    for letters in (options.letters // 20, options.letters):
        run(checkout, "python", "benchmarks/delivery.py", "prepare", "--count", str(letters))
        with Relay() as relay:
            before = spent()
            run(checkout, "python", "benchmarks/delivery.py", "send", "--host", "127.0.0.1", "--port", str(relay.port))
            seconds[letters], arrived[letters] = spent() - before, len(relay.letters)
    return seconds[options.letters] - seconds[options.letters // 20], f"{arrived[options.letters]} letters"


def grouping(checkout: Path, options: argparse.Namespace) -> Figure:
    """Group the texts; return processor seconds, and the labels' digest."""
    before = spent()
    labels = run(checkout, "feedback-app", "themes", "cluster", stdin=options.texts.read_text())
    return spent() - before, hashlib.sha256(labels.encode()).hexdigest()[:12]


WORK: dict[str, Callable[[Path, argparse.Namespace], Figure]] = {
    "answering": answering, "sending": sending, "grouping": grouping,
}  # fmt: skip


def compare(name: str, options: argparse.Namespace) -> bool:
    """Print the ratio of one piece of work; True when both sides did the same."""
    ratios, seen = [], set()
    for pair in range(-1, options.pairs):  # the first pair only warms up
        sides = {}
        for checkout in (HERE, options.before)[:: 1 if pair % 2 else -1]:
            sides[checkout], what = WORK[name](checkout, options)
            seen.add(what)
        if pair >= 0:
            ratios.append(sides[HERE] / sides[options.before])
    middle = statistics.median(ratios)
    print(f"{name}: {middle:.3f} ({min(ratios):.3f} to {max(ratios):.3f}), {len(ratios)} pairs; {', '.join(seen)}",
          flush=True)  # fmt: skip
    return len(seen) == 1


def main() -> int:
    """Compare and return 1 when the two sides did not do the same."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="the other checkout")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--only", choices=WORK, action="append", help="leave the other work out")
    parser.add_argument("--seconds", type=float, default=6, help="how long people answer")
    parser.add_argument("--letters", type=int, default=40_000)
    parser.add_argument("--texts", type=Path, help="CSV text[,lang] to group; without it nothing is grouped")
    options = parser.parse_args()
    options.before = options.before.resolve()
    names = [one for one in options.only or WORK if one != "grouping" or options.texts]
    same = [compare(name, options) for name in names]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
