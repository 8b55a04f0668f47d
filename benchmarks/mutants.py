"""Do the tests catch mistakes? `make mutants` makes small ones in modules that decide and runs the tests of each.

A mutant is the module with one operator, number, branch or exception changed (by Cosmic Ray's operators), in a copy of
the checkout. What changes only an annotation, or `slots` of a data class (memory), changes nothing
that a test could see and is left out. Ends with 1 when fewer than 80 %
of a run's mutants were killed, that is, made a test fail, crash or run far longer than without the change.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import importlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 0.8
# module, and the tests a person who changes it would run
MODULES: dict[str, tuple[str, ...]] = {
    "database.py": ("tests/house/test_database.py",),
    "contacts/importing/merge_rules.py": ("tests/contacts/test_merge_rules.py",),
    "surveys/kinds/rating.py": ("tests/surveys/kinds",),
    "surveys/kinds/nps.py": ("tests/surveys/kinds",),
    "surveys/kinds/long_text.py": ("tests/surveys/kinds",),
    "surveys/kinds/short_text.py": ("tests/surveys/kinds",),
    "surveys/kinds/single_choice.py": ("tests/surveys/kinds",),
    "surveys/kinds/multiple_choice.py": ("tests/surveys/kinds",),
    "surveys/kinds/yes_no.py": ("tests/surveys/kinds",),
    "surveys/kinds/registry.py": ("tests/surveys/kinds",),
    "surveys/kinds/base/choice.py": ("tests/surveys/kinds",),
    "surveys/kinds/base/counts.py": ("tests/surveys/kinds",),
    "surveys/kinds/base/kind.py": ("tests/surveys/kinds",),
    "surveys/kinds/base/scale.py": ("tests/surveys/kinds",),
    "surveys/kinds/base/text.py": ("tests/surveys/kinds",),
    "imports/csv_file.py": ("tests/imports/test_csv_file.py",),
    "imports/encoding.py": ("tests/imports/test_encoding.py",),
    "imports/files.py": ("tests/imports/test_files.py",),
    "imports/first_seen.py": ("tests/imports/test_files.py",),
    "imports/headings.py": ("tests/imports/test_headings.py",),
    "imports/rows.py": ("tests/imports/test_rows.py",),
    "imports/report.py": ("tests/imports/test_rows.py",),
    "imports/shared_file.py": ("tests/imports/test_csv_file.py",),
    "delivery/queue/claims.py": ("tests/delivery/test_claims.py",),
    "delivery/queue/retry.py": ("tests/delivery/test_result_of.py", "tests/delivery/test_throttle_pure.py"),
    "delivery/queue/results.py": ("tests/delivery/test_results.py", "tests/delivery/test_result_of.py"),
    "delivery/queue/pauses.py": ("tests/delivery/test_pauses.py",),
    "delivery/queue/recovery.py": ("tests/delivery/test_journals.py", "tests/delivery/test_crashes.py"),
    "delivery/queue/smtp_replies.py": ("tests/delivery/test_smtp_replies.py", "tests/delivery/test_scopes.py"),
    "delivery/throttle/token_bucket.py": ("tests/delivery/test_throttle_pure.py",),
    "delivery/throttle/ramp_up_stats.py": ("tests/delivery/test_throttle_pure.py",),
    "events/actions.py": ("tests/events",),
    "events/catalogue.py": ("tests/events",),
    "events/queries.py": ("tests/events/test_queries.py",),
    "announcements/sending/audience.py": ("tests/announcements/test_audience.py", "tests/announcements/test_pieces.py"),
    "announcements/sending/progress.py": ("tests/announcements/test_progress.py",),
    "contacts/subscriptions.py": ("tests/contacts/test_subscriptions.py",),
    "themes/mention_filter.py": ("tests/themes/test_mention_filter.py",),
    "themes/suggestions/actions.py": ("tests/themes/suggestions/test_actions.py",),
    "themes/reports/trends.py": ("tests/themes/reports/test_trends.py",),
    "themes/engine/mentions/spans.py": ("tests/themes/engine/test_spans.py",),
    "themes/engine/mentions/tones.py": ("tests/themes/engine/test_tone_chain.py",),
    "themes/engine/mentions/units.py": ("tests/themes/engine/test_units.py",),
    "themes/engine/cluster/exemplars.py": ("tests/themes/engine/test_exemplars.py",),
    "themes/engine/classify/calibration.py": ("tests/themes/engine/test_classifier.py",),
}
# what most tests load, loaded once; each run is a fork of this process. Nothing of our own is among it.
PRELOADED = (
    "flask_security",
    "flask_migrate",
    "hypothesis",
    "sqlalchemy.dialects.sqlite",
    "psycopg",
    "numpy",
    "wtforms",
)
PYTEST = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "--no-header")


@dataclass(frozen=True)
class Mutant:
    """One changed text of a module, and where."""

    place: tuple[int, int]
    code: str


def main() -> int:
    """Test a sample of each module's mutants; return 1 below the limit."""
    args = _arguments()
    modules = [name for name in MODULES if any(fnmatch(name, f"*{wanted}*") for wanted in args.module or [""])]
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "CI": "1"}  # CI: the same examples each time
    for name in PRELOADED:
        importlib.import_module(name)
    total = [0, 0]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        _copy_checkout(copy)
        for module in modules:
            killed, tried = _test_module(copy, module, args.sample, random.Random(f"{args.seed} {module}"))  # noqa: S311
            total = [total[0] + killed, total[1] + tried]
    share = total[0] / max(1, total[1])
    print(f"killed {total[0]} of {total[1]} ({share:.2f}; at least {LIMIT})")
    return int(share < LIMIT)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module", action="append", help="part of a module's path; may be repeated")
    parser.add_argument("--sample", type=int, default=15, help="at most so many mutants of a module")
    parser.add_argument("--seed", type=int, default=1, help="another sample")
    return parser.parse_args()


def _copy_checkout(copy: Path) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    compiled = [str(path.relative_to(ROOT)) for path in (ROOT / "feedback_app").rglob("*.mo")]
    for name in [*names, *compiled]:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _test_module(copy: Path, module: str, sample: int, dice: random.Random) -> tuple[int, int]:
    """Return how many of the module's sampled mutants were killed, and how many there were; print the survivors."""
    path, tests = copy / "feedback_app" / module, MODULES[module]
    original = path.read_text("utf-8")
    code, seconds = _run(copy, tests, processor_seconds=600)
    if code:
        sys.exit(f"{module}: its tests fail without any change: {' '.join(tests)}")
    for stale in path.parent.glob(f"__pycache__/{path.stem}.*"):
        stale.unlink()  # else a mutant of the same length and second would not be read
    mutants = _sampled(original, sample, dice)
    survivors = []
    for mutant in mutants:
        path.write_text(mutant.code, "utf-8")
        if _run(copy, tests, processor_seconds=int(3 * seconds) + 10)[0] == 0:
            survivors.append(mutant)
    path.write_text(original, "utf-8")
    print(f"{module}: {len(mutants) - len(survivors)} of {len(mutants)} killed ({seconds:.1f} s a run)", flush=True)
    for mutant in survivors:
        print(_difference(original, mutant.code), flush=True)
    return len(mutants) - len(survivors), len(mutants)


def _sampled(original: str, sample: int, dice: random.Random) -> list[Mutant]:
    """One mutant of each of so many places, so that a place with many possible changes weighs no more than another."""
    places: dict[tuple[int, int], list[Mutant]] = {}
    for mutant in _mutants(original):
        places.setdefault(mutant.place, []).append(mutant)
    chosen = dice.sample(sorted(places), min(sample, len(places)))
    return [dice.choice(places[place]) for place in chosen]


def _mutants(original: str) -> Iterator[Mutant]:
    plain = _behaviour(original)
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():
            continue  # inserts variables one would have to name
        here = [place for node in ast_nodes(get_ast(original)) for place in operator().mutation_positions(node)]
        for occurrence, (start, _) in enumerate(here):
            code = mutate_code(original, operator(), occurrence)
            if code is not None and _behaviour(code) != plain:
                yield Mutant(start, code)


def _behaviour(code: str) -> str:
    """The module as a text in which what is left out of mutants makes no difference; nothing evaluates annotations."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.Call):
            node.keywords = [one for one in node.keywords if one.arg != "slots"]
    return ast.dump(tree)


def _run(copy: Path, tests: tuple[str, ...], processor_seconds: int) -> tuple[int, float]:
    """Run the tests in a fork; return 0 when they passed, and the processor seconds they took.

    The limit counts processor seconds, so a busy machine kills no mutant; one that only waits is ended after 20 times
    as long.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if not child:
        _be_pytest(copy, tests, processor_seconds)
    deadline = time.monotonic() + 20 * processor_seconds
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
        time.sleep(0.05)
    if ended == (0, 0):
        os.killpg(child, signal.SIGKILL)
        ended = os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended[1], after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _be_pytest(copy: Path, tests: tuple[str, ...], processor_seconds: int) -> None:
    os.setsid()
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)  # for the processes that tests start
    sys.path[:] = [str(copy), *(entry for entry in sys.path if entry not in ("", str(ROOT), str(ROOT / "benchmarks")))]
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds + 5))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        os._exit(int(pytest.main([*PYTEST, "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests])))
    except BaseException:
        os._exit(3)


def _difference(original: str, mutated: str) -> str:
    lines = difflib.unified_diff(original.splitlines(), mutated.splitlines(), lineterm="", n=0)
    return "\n".join(f"    {line}" for line in lines if not line.startswith(("---", "+++")))


if __name__ == "__main__":
    sys.exit(main())
