#!/usr/bin/env python3
"""A database of the first release goes to the newest version: is every row still there, and how long does it take?

    python benchmarks/upgrade.py [--letters 10000] [--database postgresql+psycopg://...]

The first release (commit 0a511ce, unpacked beside) fills an empty database: its demo company, and letters of 12 KB.
Then the present code's ``feedback-app db upgrade`` is timed, without the start of Python. Compared are the number of
rows of every table, every letter with its words, byte for byte, and every column that is there before and after. The
last line is {"rows": n, "seconds": s, "seconds_per_million": s, "letters": "same"}; it ends with 1 when a row or a
letter is lost.

``--database`` names an empty PostgreSQL database; without it a SQLite file is made.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from io import BytesIO
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, create_engine, func, select

HERE = Path(__file__).resolve().parent.parent
FIRST = "0a511ce"
NOT_ROWS = ("alembic_version", "mention_search")  # what the engines keep for themselves
MOVED = {"contact_import": "import_run", "response_import": "import_run", "audit_entry": "event"}
FILL = """
import random, sys
sys.path.insert(0, "benchmarks")
import delivery
from feedback_app import create_app
from feedback_app.database import transaction
from feedback_app.delivery import outbox
from feedback_app.delivery.models import OutgoingEmail
from sqlalchemy import func, insert, select
app, dice = create_app(), random.Random(2026)
with app.app_context(), transaction() as session:
    variant = outbox.add_variant("announcement", "en", "announcements", delivery.words())
    last = session.scalar(select(func.max(OutgoingEmail.ref_id))) or 0
    rows = [delivery.row(last + n, variant, dice) for n in range({letters})]
    session.execute(insert(OutgoingEmail), rows)
"""
UPGRADE = """
import time
from feedback_app import create_app
from feedback_app.cli import feedback_app
app = create_app()
started = time.monotonic()
feedback_app(["db", "upgrade"], obj=lambda: app, standalone_mode=False)
open("{file}", "w").write(str(time.monotonic() - started))
"""
Counts = dict[str, int]
Sums = dict[str, dict[str, str]]


def first_release(folder: Path) -> Path:
    """Unpack the first release and return where."""
    packed = subprocess.run(["git", "archive", FIRST], cwd=HERE, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder / "first", filter="data")
    return folder / "first"


def run(code: Path, environment: dict[str, str], *command: str) -> float:
    """Run Python in ``code``, whose package wins over the one installed; return the seconds it took."""
    started = time.monotonic()
    subprocess.run([sys.executable, *command], cwd=code, env={**environment, "PYTHONPATH": str(code)}, check=True)
    return time.monotonic() - started


def upgraded(environment: dict[str, str], file: Path) -> float:
    """Run the present ``feedback-app db upgrade``; return its seconds, without those of starting Python."""
    run(HERE, environment, "-c", UPGRADE.format(file=str(file)))
    return float(file.read_text())


def tables(connection: Connection) -> dict[str, Table]:
    found = MetaData()
    found.reflect(connection)
    return {name: table for name, table in found.tables.items() if not name.startswith(NOT_ROWS)}


def counted(connection: Connection) -> Counts:
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables(connection).items()
    }


def summed(connection: Connection) -> Sums:
    """Return a checksum of each column of each table, its rows in the order of their keys."""
    return {name: _columns(connection, table) for name, table in tables(connection).items()}


def _columns(connection: Connection, table: Table) -> dict[str, str]:
    sums = {column.name: hashlib.sha256() for column in table.columns}
    order = list(table.primary_key.columns) or list(table.columns)
    for row in connection.execution_options(yield_per=1000).execute(select(table).order_by(*order)):
        for name, value in row._mapping.items():
            sums[name].update(json.dumps(value, sort_keys=True, default=str).encode())
    return {name: found.hexdigest() for name, found in sums.items()}


def lost(before: Counts, after: Counts) -> list[str]:
    """Return the tables with another number of rows than before; where rows moved, all that moved there count."""
    expected: Counts = {}
    for name, rows in before.items():
        place = name if name in after else MOVED.get(name, name)
        expected[place] = expected.get(place, 0) + rows
    return [f"{name}: {rows} -> {after.get(name, 0)}" for name, rows in expected.items() if after.get(name, 0) != rows]


def altered(before: Sums, after: Sums) -> list[str]:
    return [
        f"{table}.{column}"
        for table, sums in before.items()
        for column, digest in sums.items()
        if after.get(table, {}).get(column, digest) != digest
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        sys.exit(walked(Path(name), asked.database or f"sqlite:///{name}/upgrade.sqlite3", asked.letters))


def walked(folder: Path, database: str, letters: int) -> int:
    """Go the whole way; return the exit code."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FEEDBACK_")},
        "FEEDBACK_DEVELOPMENT": "1", "FEEDBACK_VAR": str(folder / "var"), "FEEDBACK_DATABASE_URL": database,
        "FEEDBACK_LOG_LEVEL": "error", "FEEDBACK_ORGANISATION": "Koło Domu",
    }  # fmt: skip
    first, engine = first_release(folder), create_engine(database)
    for command in (("-m", "feedback_app.cli", "db", "upgrade"), ("-m", "feedback_app.cli", "demo")):
        run(first, environment, *command)
    run(first, environment, "-c", FILL.format(letters=letters))
    with engine.connect() as connection:
        before, sums = counted(connection), summed(connection)
    seconds = upgraded(environment, folder / "seconds")
    with engine.connect() as connection:
        after, now = counted(connection), summed(connection)
    missing, other, rows = lost(before, after), altered(sums, now), sum(before.values())
    changed = [name for name in other if name.startswith(("outgoing_email.", "letter_variant."))]
    print(f"{FIRST} -> newest, {engine.dialect.name}: {rows} rows in {len(before)} tables")
    print("rows lost or doubled:", *(missing or ["none"]))
    print("columns that say something else:", *(other or ["none"]))
    print(json.dumps({
        "rows": rows, "seconds": round(seconds, 2), "seconds_per_million": round(seconds / rows * 1e6, 1),
        "letters": "changed" if changed else "same",
    }))  # fmt: skip
    return 1 if missing or changed else 0


if __name__ == "__main__":
    main()
