"""Where our own files lie: beside the package in a checkout, inside it once it is installed from a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
ROOT = _PACKAGE.parent  # of a checkout
INSTALLED = not (ROOT / "pyproject.toml").is_file()


def top_folder(name: str) -> Path:
    """Return a folder that stands at the top of a checkout; a wheel carries it inside the package."""
    return (_PACKAGE if INSTALLED else ROOT) / name


TEMPLATES = top_folder("templates")
MIGRATIONS = top_folder("migrations")


def default_var() -> Path:
    """Return where data is kept unless FEEDBACK_VAR says: in the checkout, or the folder we were started in.

    Never beside the installed package: an upgrade of the package would take the data along.
    """
    return (Path.cwd() if INSTALLED else ROOT) / "var"
