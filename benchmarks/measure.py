"""The house in numbers: `make measure` prints them and ends with 1 where one is beyond its limit.

Lines of a function are those of its body without the docstring; of a file, all that are not blank.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
OWN_PATCH = re.compile(  # a string naming our module, or a name that is no module of the standard library
    r"(?:setattr|patch)\(\s*[\"']feedback_app|monkeypatch\.setattr\((?!os\b|sys\b|time\b|socket\b)\w+, "
)


def main() -> int:
    """Print each number with its limit; return how many are beyond it."""
    code, tests = _files("feedback_app"), _files("tests")
    lines = {path: len([line for line in _text(path).splitlines() if line.strip()]) for path in [*code, *tests]}
    functions = sorted(size for path in code for size in _functions(path))
    written = sorted(lines[path] for path in code if lines[path])
    number = sum(len(re.findall(r"^\s*(?:async )?def test_", _text(path), re.M)) for path in tests)
    patched = sum(len(OWN_PATCH.findall(_text(path))) for path in tests)
    folders = Counter(path.parent for path in code)
    widest, most = folders.most_common(1)[0]
    rows = [
        (f"Python files in the fullest folder ({widest.relative_to(ROOT)})", most, 14, most <= 14),
        ("lines of a file, 95th percentile", _p95(written), 220, _p95(written) <= 220),
        ("lines of the longest file", written[-1], "", True),
        ("lines of a function, median", functions[len(functions) // 2], "", True),
        ("lines of a function, 95th percentile", _p95(functions), 20, _p95(functions) <= 20),
        ("import cycles", _cycles(), 0, _cycles() == 0),
        ("modules no contract names", _without_contract(), 0, _without_contract() == 0),
        ("lines of tests to lines of code", *_share(lines, tests, code)),
        ("our own functions patched, per test", round(patched / number, 3), 0.05, patched / number < 0.05),
        ("tests", number, "", True),
    ]
    for name, value, limit, kept in rows:
        print(f"{'' if kept else 'BEYOND '}{name}: {value}{f' (limit {limit})' if limit != '' else ''}")
    return sum(not kept for *_, kept in rows)


def _share(lines: dict[Path, int], tests: list[Path], code: list[Path]) -> tuple[float, str, bool]:
    share = sum(lines[path] for path in tests) / sum(lines[path] for path in code)
    return round(share, 2), "at least 0.7", share >= 0.7


def _files(folder: str) -> list[Path]:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", f"{folder}/*.py"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in found if (ROOT / name).exists()]


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _functions(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            yield (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _p95(values: list[int]) -> int:
    return values[int(0.95 * (len(values) - 1))]


def _cycles() -> int:
    graph = grimp.build_graph("feedback_app", exclude_type_checking_imports=True, cache_dir=None)
    modules = graph.modules - {"feedback_app"}
    needs = {module: graph.find_modules_directly_imported_by(module) - {"feedback_app"} for module in modules}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError:
        return 1
    return 0


def _without_contract() -> int:
    """How many modules have no floor: the contract of floors is exhaustive, so its word counts."""
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    told = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return told.partition("not listed as layers")[2].count("\n- ")


if __name__ == "__main__":
    sys.exit(main())
