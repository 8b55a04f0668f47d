"""What every command of the console script shares: the application, one clear line on error, JSON on demand."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

import click

from feedback_app.errors import Refused

ADVICE = "Check FEEDBACK_DATABASE_URL; `feedback-app db upgrade` makes the tables, `feedback-app doctor` looks further."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what a disk says that takes no more
P = ParamSpec("P")
R = TypeVar("R")


def in_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run ``command`` inside the application; a Refused becomes one line on stderr and exit code 1.

    So does a database that is away, without tables or no database at all; other errors of it are mistakes of ours.

    The root context carries the factory, so rooms need not import it and ``--help`` loads nothing heavy.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        factory = click.get_current_context().find_root().obj
        with factory().app_context():
            exc = import_module("sqlalchemy.exc")  # came with the application; at the top, --help would load it
            try:
                return command(*args, **kwargs)
            except Refused as error:
                raise click.ClickException(str(error)) from error
            except (OverflowError, exc.DataError) as error:  # SQLite's driver, PostgreSQL's
                raise click.ClickException("a number is larger than the database can hold") from error
            except OSError as error:
                if error.errno not in FULL:
                    raise
                where = f": {error.filename}" if error.filename else ""
                raise click.ClickException(f"{error.strerror}{where}. Make room on the disk and try again.") from error
            except exc.DatabaseError as error:
                if type(error) not in (exc.OperationalError, exc.ProgrammingError, exc.DatabaseError):
                    raise
                why = str(error.orig).strip().splitlines()[0]
                raise click.ClickException(f"the database did not answer as it should: {why}. {ADVICE}") from error

    return run


def say(data: dict[str, Any] | list[dict[str, Any]], as_json: bool, line: str) -> None:
    """Print ``data`` as one JSON document when a program reads, else ``line`` for a person."""
    click.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else line)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of words.")
