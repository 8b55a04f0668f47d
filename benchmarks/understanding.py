"""How well answers are understood: `PYTHONPATH=. python benchmarks/understanding.py WHAT [options]`.

WHAT is a file of benchmarks/understanding/ with a `main`, for example mentions or tone. Most read the development set
../shared/data/feedback and say so where it is not there. docs/benchmarks.md holds the figures.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

FOLDER = Path(__file__).with_suffix("")


def main() -> int:
    """Run the script that the first word names, with the other words."""
    scripts = {
        path.stem: path for path in sorted(FOLDER.glob("*.py")) if "def main" in path.read_text(encoding="utf-8")
    }
    if len(sys.argv) < 2 or sys.argv[1] not in scripts:
        print(f"Name one of: {', '.join(scripts)}", file=sys.stderr)
        return 2
    script = scripts[sys.argv.pop(1)]
    sys.path.insert(0, str(FOLDER))
    runpy.run_path(str(script), run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
