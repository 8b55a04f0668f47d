"""The application of a benchmark: a house of its own under the temporary folder, with a database made anew."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from feedback_app import create_app
from feedback_app.database import is_postgresql
from feedback_app.extensions import db
from feedback_app.settings import Settings


def home(name: str) -> Path:
    """Return the folder of the benchmark ``name``; BENCH_HOME names another place than the temporary folder."""
    return Path(os.environ.get("BENCH_HOME", tempfile.gettempdir())) / f"feedback-{name}-benchmark"


def application(folder: Path, database: str, **more: Any) -> Flask:
    """Return the application that lives in ``folder``; ``database``: a SQLite file of its own when empty."""
    settings = Settings(
        secret_key="benchmark-benchmark-benchmark-benchmark",  # noqa: S106  # protects nothing
        development=True,
        var=str(folder),
        mail_from="feedback@velo.example",
        organisation="Velo Verde",
        database_url=database or f"sqlite:///{folder / 'benchmark.sqlite3'}",
        log_level="error",
        **more,
    )
    return create_app(settings.completed())


def emptied(folder: Path) -> None:
    """Make ``folder`` anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def make_tables() -> None:
    """Make the tables of the application in force anew."""
    db.drop_all()
    db.create_all()


def analyze(table: str = "") -> None:
    """Let PostgreSQL look at what was filled in, as it does by itself after a while."""
    if is_postgresql():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM ANALYZE {table}"))
